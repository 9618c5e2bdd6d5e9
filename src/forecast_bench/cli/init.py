"""`init`: a new workspace."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from forecast_bench.cli.options import ExitStatus, Format, FormatOption
from forecast_bench.cli.output import print_json, print_line
from forecast_bench.workspace.beginning import BeginningError, begin_workspace


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to make it.")],
    output: FormatOption = Format.text,
) -> None:
    """Make a new workspace with an example.

    Folders, settings, checks before each commit, and a nightly run of the job.

    Nothing that exists is overwritten.

    Example: forecast-bench init sahel-desk
    """
    try:
        created = begin_workspace(folder)
    except BeginningError as failure:
        typer.echo(str(failure), err=True)
        raise typer.Exit(ExitStatus.PROBLEMS) from None
    if output is Format.json:
        print_json({"created": [str(path) for path in created]})
        return
    for path in created:
        print_line(f"created {path}")
    print_line(f"next: cd {shlex.quote(str(folder))} && forecast-bench check")
