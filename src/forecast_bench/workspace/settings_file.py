"""Settings of a workspace from [tool.forecast-bench] in its pyproject.toml."""

import re
import tomllib
from pathlib import Path

from pydantic import ValidationError

from forecast_bench.problems import Location, Problem, problem
from forecast_bench.records import Settings

_HEADER = "tool.forecast-bench"
_TOML_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")


def read_settings(path: Path, *, shown_as: str) -> tuple[Settings, tuple[Problem, ...]]:
    """Read the settings; a workspace without any has the defaults.

    Where there are problems the defaults stand in, so that what else is wrong can be found.
    """
    if not path.is_file():
        return Settings(), ()
    start = Location(shown_as)
    try:
        text = path.read_text(encoding="utf-8")
        table = tomllib.loads(text).get("tool", {}).get("forecast-bench", {})
    except UnicodeDecodeError:
        return Settings(), (problem("not-utf8", "the file is not UTF-8 text", start),)
    except tomllib.TOMLDecodeError as failure:
        found = _TOML_PLACE.search(str(failure))
        line, column = (int(found[1]), int(found[2])) if found else (1, 1)
        place = Location(shown_as, line, column, column + 1)
        said = _TOML_PLACE.sub("", str(failure)).strip()
        return Settings(), (_at(text, place, f"this is not TOML: {said}"),)
    try:
        return Settings.model_validate(table), ()
    except ValidationError as failure:
        return Settings(), tuple(
            _at(text, _place(text, detail["loc"], shown_as), _message(detail["loc"], detail["msg"]))
            for detail in failure.errors(include_url=False)
        )


def _message(location: tuple[int | str, ...], said: str) -> str:
    name = ".".join(str(step) for step in location)
    if said.startswith("Extra inputs"):
        return f'"{name}" is not a setting; settings: {", ".join(Settings.model_fields)}'
    return f'"{name}": {said.removeprefix("Input ").replace("should be", "must be")}'


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
        inside = header.removeprefix(_HEADER).strip(".")
        if key and [*filter(None, inside.split(".")), key[1]] == names[: 1 + bool(inside)]:
            return Location(shown_as, number, key.start(1) + 1, len(line) + 1)
    return Location(shown_as)


def _at(text: str, place: Location, message: str) -> Problem:
    lines = text.splitlines()
    line = lines[place.line - 1] if place.line <= len(lines) else ""
    return problem("settings", message, place, excerpt=line)
