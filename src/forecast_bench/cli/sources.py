"""What the commands on incidents share: the sources of a workspace, read past its judgments."""

from pathlib import Path

import typer

from forecast_bench.cli.options import ExitStatus
from forecast_bench.cli.output import report_problems
from forecast_bench.workspace import JUDGMENTS, Workspace, load_workspace


def read_past_judgments(folder: Path) -> Workspace:
    """Read a workspace for its sources, models and settings.

    Raises
    ------
    typer.Exit
        If something but a judgment is wrong: judgments have no say in what is imported or counted.
    """
    read = load_workspace(folder)
    errors = [
        one
        for one in read.problems
        if one.level == "error" and not one.location.file.startswith(JUDGMENTS)
    ]
    if errors:
        report_problems(errors)
        raise typer.Exit(ExitStatus.PROBLEMS)
    return read


def only_source(read: Workspace) -> str:
    """Name the one source there is.

    Raises
    ------
    typer.BadParameter
        If there are several, or none.
    """
    if len(read.sources) == 1:
        return next(iter(read.sources))
    known = ", ".join(read.sources) or "none"
    raise typer.BadParameter(f"name one of the sources: {known}", param_hint="--source")


def first_line(failure: ValueError) -> str:
    """Say what is wrong with a value, without where a library found it."""
    from pydantic import ValidationError

    if isinstance(failure, ValidationError):
        return "; ".join(str(detail["msg"]) for detail in failure.errors())
    return str(failure)
