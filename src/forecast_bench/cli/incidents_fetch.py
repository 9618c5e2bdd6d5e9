"""`incidents fetch`: events from the services that publish them, into the store."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forecast_bench.cli.incidents_import import document, show
from forecast_bench.cli.options import (
    ExitStatus,
    Format,
    FormatOption,
    WorkspaceOption,
    workspace_folder,
)
from forecast_bench.cli.output import print_json, report_problems
from forecast_bench.cli.sources import read_past_judgments
from forecast_bench.problems import Problem

if TYPE_CHECKING:
    from forecast_bench.workspace import Workspace


def fetch(
    source: Annotated[
        str | None, typer.Argument(metavar="SOURCE", help="One source; else all that are fetched.")
    ] = None,
    *,
    workspace: WorkspaceOption = None,
    output: FormatOption = Format.text,
) -> None:
    """Fetch what the services now have, and keep each source as a vintage of today.

    A fetch that fails leaves the vintages as they are; the next one goes on where it stopped.

    Example: forecast-bench incidents fetch acled
    """
    from forecast_bench.job.fetching import fetch_source

    read = read_past_judgments(workspace_folder(workspace))
    documents: list[dict[str, Any]] = []
    problems: list[Problem] = []
    for name in _asked(read, source):
        result = fetch_source(read, name, progress=_progress(name))
        problems.extend(result.problems)
        if result.vintage is None:
            continue
        documents.append(document(read, name, result))
        if output is Format.text:
            show(read, name, result)
    report_problems(problems)
    if output is Format.json:
        print_json({"sources": documents})
    if problems:
        raise typer.Exit(ExitStatus.FAILED)


def _asked(read: "Workspace", source: str | None) -> list[str]:
    fetched = [name for name, one in read.sources.items() if one.fetch is not None]
    known = ", ".join(fetched) or "none"
    if source is not None and source not in fetched:
        raise typer.BadParameter(f'no source "{source}" is fetched; those that are: {known}')
    if not fetched:
        raise typer.BadParameter("no source in incidents/ has the key fetch")
    return fetched if source is None else [source]


def _progress(name: str) -> Any:
    """Say on a terminal how far a fetch has come; a log is spared the lines."""
    if not sys.stderr.isatty():
        return None

    def say(records: int, total: int | None) -> None:
        of = "" if total is None else f" of {total:,}"
        sys.stderr.write(f"\r{name}: {records:,}{of} events")
        sys.stderr.flush()

    return say
