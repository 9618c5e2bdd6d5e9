"""Options that several commands share, and how a workspace is found."""

import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from forecast_bench.workspace import find_workspace


class Format(StrEnum):
    """How a command prints what it found."""

    text = "text"
    json = "json"


class CheckFormat(StrEnum):
    """How `check` prints what it found."""

    text = "text"
    json = "json"
    github = "github"
    sarif = "sarif"


class ExitStatus:
    """What the exit status of every command means."""

    DONE = 0
    PROBLEMS = 1
    USAGE = 2
    LOCKED = 3
    FAILED = 4
    BUG = 70


def parse_day(text: str) -> datetime.date:
    """Read a day that an option names.

    Raises
    ------
    typer.BadParameter
        If it is none.
    """
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f'"{text}" is not a day such as 2018-06-30') from None


FormatOption = Annotated[
    Format, typer.Option("--format", help="Text for people, or one JSON document.")
]
WorkspaceOption = Annotated[
    Path | None,
    typer.Option(
        "--workspace",
        metavar="DIR",
        help="The workspace; by default the nearest folder upward with judgments/.",
    ),
]
WaitForJobOption = Annotated[
    float, typer.Option("--wait", metavar="SECONDS", help="Wait for a job that runs.")
]
AsOfOption = Annotated[
    datetime.date | None,
    typer.Option(
        "--as-of",
        metavar="DATE",
        parser=parse_day,
        help="Look at the world of this day; today by default.",
    ),
]


def workspace_folder(given: Path | None) -> Path:
    """Folder of the workspace, given or found.

    Raises
    ------
    typer.BadParameter
        If there is none: a mistake of usage.
    """
    if given is not None:
        if not given.is_dir():
            raise typer.BadParameter(f"{given} is not a folder", param_hint="--workspace")
        return given
    found = find_workspace(Path.cwd())
    if found is None:
        raise typer.BadParameter(
            "no folder from here upward has judgments/; name a workspace with --workspace, "
            "or make one with forecast-bench init",
            param_hint="--workspace",
        )
    return found


def today_or(as_of: datetime.date | None) -> datetime.date:
    """Day to look at the world of; the one place where the clock is read for it."""
    return as_of or datetime.datetime.now(tz=datetime.UTC).date()
