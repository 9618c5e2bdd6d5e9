"""The parts of a new judgment: from options, or from the answers of a person."""

import datetime
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import typer

from forecast_bench.cli.asking import ask, ask_or_none, at_terminal
from forecast_bench.cli.editing import LEVELS
from forecast_bench.cli.output import print_line
from forecast_bench.editing import days
from forecast_bench.editing.snippets import Value
from forecast_bench.records.time import parse_duration
from forecast_bench.workspace import JUDGMENTS, Workspace, shown

type Fields = dict[str, Value]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def question_from(
    *,
    asks: str | None,
    settled_by: str | None,
    at_least: int | None,
    filters: Mapping[str, Sequence[str] | None],
) -> Fields | None:
    """Make a question of options; None where there is none.

    Raises
    ------
    typer.BadParameter
        If the options make half a question, or two.
    """
    given: Fields = {key: listed(names) or "" for key, names in filters.items() if names}
    if at_least is None and given:
        raise typer.BadParameter("--actor, --type and --country go with --at-least")
    if (asks is None) != (settled_by is None):
        raise typer.BadParameter("--asks and --settled-by go together")
    if asks is not None and at_least is not None:
        raise typer.BadParameter("a question is counted or settled by hand, not both")
    if at_least is not None:
        return {"count": {"of": given, "at_least": at_least}}
    if asks is not None and settled_by is not None:
        return {"by_hand": {"asks": asks, "settled_by": settled_by}}
    return None


def window_from(
    within: str | None, first: datetime.date | None, last: datetime.date | None
) -> Fields | None:
    """Make a window of options; None where there is none.

    Raises
    ------
    typer.BadParameter
        If there are two, or half of one.
    """
    if within is not None and (first or last):
        raise typer.BadParameter("give --within, or --from and --to")
    if (first is None) != (last is None):
        raise typer.BadParameter("--from and --to go together")
    if within is not None:
        fault = _fault_of_duration(within)
        if fault is not None:
            raise typer.BadParameter(fault, param_hint="--within")
        return {"within": within}
    return {"window": days(first, last)} if first is not None and last is not None else None


def file_named(read: Workspace, name: str) -> Path:
    """File of judgments by its name or its path.

    Raises
    ------
    typer.BadParameter
        If it would not be among the judgments of the workspace.
    """
    plain = name.removesuffix(".yaml").removesuffix(".yml")
    if _NAME.fullmatch(plain):
        names = [name] if name != plain else [f"{name}.yaml", f"{name}.yml"]
        paths = [read.folder / JUDGMENTS / one for one in names]
        return next((one for one in paths if one.exists()), paths[0])
    path = Path(name)
    inside = shown(path, read.folder).startswith(f"{JUDGMENTS}/")
    hidden = any(part.startswith(".") and part not in (".", "..") for part in path.parts)
    if not inside or hidden or path.suffix not in (".yaml", ".yml"):
        raise typer.BadParameter(f"{name} is no YAML file in {JUDGMENTS}/", param_hint="--file")
    return path


def said_by_file(read: Workspace, path: Path | None, key: str) -> object:
    """What the head of a file says for its judgments; None where it says nothing."""
    name = shown(path, read.folder) if path is not None else None
    known = next((one for one in read.files if one.shown_as == name), None)
    return getattr(known.header, key) if known is not None and known.header is not None else None


def listed(names: Sequence[str] | None) -> Value | None:
    """One name as a text, several as a list."""
    if not names:
        return None
    return names[0] if len(names) == 1 else list(names)


def ask_file(read: Workspace) -> Path:
    """Ask for a file of judgments."""
    names = [one.shown_as.removeprefix(f"{JUDGMENTS}/") for one in read.files]
    if names:
        print_line(f"files of judgments: {', '.join(names)}; another name makes a new one")
    return file_named(read, ask("file", default=names[0] if len(names) == 1 else None))


def ask_lexicon(read: Workspace) -> str:
    """Ask for a yardstick where none is pinned."""
    print_line(f"yardsticks: {', '.join(read.lexicons)}")
    return ask(
        "lexicon",
        fault=lambda answer: None if answer in read.lexicons else f'there is no "{answer}"',
    )


def ask_header(
    path: Path,
    title: str | None,
    analyst: Sequence[str] | None,
    issued: datetime.date,
    lexicon: object,
) -> Fields:
    """Head of a new file; what is missing is asked for."""
    said = title or (ask("title of the report", default=path.stem) if at_terminal() else path.stem)
    head: Fields = {"report": {"id": path.stem, "title": said}}
    head["analyst"] = listed(analyst) or ask("analyst")
    head["issued"] = issued
    if lexicon is not None:
        head["lexicon"] = str(lexicon)
    return head


def ask_question(read: Workspace) -> str | Fields:
    """Ask for a question of the workspace, or for a new one that is settled by hand."""
    named = [name for name, one in read.questions.items() if one.path[:1] == ("questions",)]
    for name in named:
        print_line(f"  {name}")
    asked = ask("question (a name, or a new one in words)")
    if asked in named:
        return asked
    return {"by_hand": {"asks": asked, "settled_by": ask("settled by (the source)")}}


def ask_window() -> Fields:
    """Ask for the length of the window."""
    return {"within": ask("within (such as 18 months)", fault=_fault_of_duration)}


def ask_identifier(made: str) -> str:
    """Ask for an id, with one made from the statement."""
    return ask("id", default=made, fault=_fault_of_identifier) if at_terminal() else made


def ask_confidence() -> str | None:
    """Ask for the analytic confidence, which may be left out."""
    if not at_terminal():
        return None
    return ask_or_none("confidence (low, moderate, high, or nothing)", among=LEVELS)


def _fault_of_identifier(answer: str) -> str | None:
    return None if _NAME.fullmatch(answer) else "letters, digits, . _ and -, no blanks"


def _fault_of_duration(answer: str) -> str | None:
    try:
        parse_duration(answer)
    except ValueError as failure:
        return str(failure)
    return None
