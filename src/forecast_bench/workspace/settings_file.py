"""Settings of a workspace from [tool.forecast-bench] in its pyproject.toml."""

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from forecast_bench.problems import Location, Problem, problem
from forecast_bench.records import Settings
from forecast_bench.yaml_source import LEADS_OUT, in_words, leads_out

_HEADER = "tool.forecast-bench"
_TOML_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")


def read_settings(path: Path, *, shown_as: str) -> tuple[Settings, tuple[Problem, ...]]:
    """Read the settings; a workspace without any has the defaults.

    Where there are problems the defaults stand in, so that what else is wrong can be found.
    """
    if not path.exists() and not path.is_symlink():
        return Settings(), ()
    start = Location(shown_as)
    try:
        if leads_out(path, shown_as=shown_as):
            return Settings(), (problem("file-unreadable", LEADS_OUT, start),)
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return Settings(), (problem("not-utf8", "the file is not UTF-8 text", start),)
    except OSError as failure:
        reason = failure.strerror or type(failure).__name__
        message = f"the file cannot be opened: {reason}"
        return Settings(), (problem("file-unreadable", message, start),)
    try:
        content: Any = tomllib.loads(text)
    except (ValueError, RecursionError) as failure:
        return Settings(), (_not_toml(failure, text, shown_as),)
    for step in _HEADER.split("."):
        content = content.get(step, {})
        if not isinstance(content, dict):
            message = f"{step} must be a table, as in [{_HEADER}]"
            return Settings(), (_at(text, _first_line(text, step, shown_as), message),)
    try:
        return Settings.model_validate(content), ()
    except ValidationError as failure:
        return Settings(), tuple(
            _at(text, _place(text, detail["loc"], shown_as), _message(detail))
            for detail in failure.errors(include_url=False)
        )


def unknown_lexicon(path: Path, lexicon: str, *, shown_as: str) -> Problem:
    """Locate a lexicon of the settings that nobody defines."""
    text = path.read_text(encoding="utf-8")
    message = f'"lexicon": "{lexicon}" is not a known lexicon'
    return _at(text, _place(text, ("lexicon",), shown_as), message)


def unknown_members(
    path: Path, teams: Mapping[str, Sequence[str]], analysts: Collection[str], *, shown_as: str
) -> tuple[Problem, ...]:
    """Locate members of teams whose name stands on no judgment: perhaps they are misspelt."""
    strange = [
        (team, name) for team, members in teams.items() for name in members if name not in analysts
    ]
    if not strange:
        return ()
    lines = path.read_text(encoding="utf-8").splitlines()
    note = f"analysts: {', '.join(sorted(analysts)) or 'none'}"
    found = []
    for team, name in strange:
        place = _place("\n".join(lines), ("teams", team), shown_as)
        line = lines[place.line - 1] if place.line <= len(lines) else ""
        message = f'the team "{team}" names "{name}", who made no judgment'
        found.append(problem("unknown-analyst", message, place, excerpt=line, notes=(note,)))
    return tuple(found)


def _not_toml(failure: ValueError | RecursionError, text: str, shown_as: str) -> Problem:
    said = str(failure)
    found = _TOML_PLACE.search(said)
    if found:
        line, column = int(found[1]), int(found[2])
    elif "at end of document" in said:
        last = text.rstrip().splitlines() or [""]
        line, column = len(last), len(last[-1]) + 1
    else:
        # A number of thousands of digits, or brackets nested by the thousand: no place is told.
        line, column, said = 1, 1, "a number or a nesting is beyond what can be read"
    said = re.sub(r"\s*\(at [^()]*\)", "", said)
    return _at(text, Location(shown_as, line, column, column + 1), f"this is not TOML: {said}")


def _message(detail: ErrorDetails) -> str:
    location = detail["loc"]
    name = ".".join(str(step) for step in location)
    if detail["type"] == "extra_forbidden":
        return f'"{name}" is not a setting; settings: {", ".join(_known(location[:-1]))}'
    if detail["type"] == "missing":
        return f'"{name}" is missing'
    return in_words(detail, subject=f'"{name}"')


def _known(inside: tuple[int | str, ...]) -> list[str]:
    """Keys of the table that a path leads to."""
    record: type[BaseModel] = Settings
    for step in inside:
        annotation = record.model_fields[str(step)].annotation
        # A table that may be absent is one of two annotations.
        choices = (annotation, *getattr(annotation, "__args__", ()))
        record = next(one for one in choices if hasattr(one, "model_fields"))
    return [field.alias or name for name, field in record.model_fields.items()]


def _first_line(text: str, key: str, shown_as: str) -> Location:
    for number, line in enumerate(text.splitlines(), start=1):
        found = re.match(rf"\s*{re.escape(key)}\b", line)
        if found:
            return Location(shown_as, number, found.end() - len(key) + 1, len(line) + 1)
    return Location(shown_as)


def _place(text: str, location: tuple[int | str, ...], shown_as: str) -> Location:
    """Find the line of a key below its header; TOML's parser keeps no places."""
    names = [str(step) for step in location]
    header = ""
    for number, line in enumerate(text.splitlines(), start=1):
        bracket = re.match(r"\s*\[([^\[\]]+)\]", line)
        if bracket:
            header = bracket[1].strip().replace('"', "")
            if header == ".".join([_HEADER, *names]):
                return Location(shown_as, number, 1, len(line) + 1)
            continue
        if not header.startswith(_HEADER):
            continue
        key = re.match(r"\s*\"?([\w-]+)\"?\s*[=.]", line)
        inside = [*filter(None, header.removeprefix(_HEADER).split("."))]
        if key and [*inside, key[1]] == names[: 1 + len(inside)]:
            return Location(shown_as, number, key.start(1) + 1, len(line) + 1)
    return Location(shown_as)


def _at(text: str, place: Location, message: str) -> Problem:
    lines = text.splitlines()
    line = lines[place.line - 1] if place.line <= len(lines) else ""
    return problem("settings", message, place, excerpt=line)
