"""`incidents import`: files into the store."""

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forecast_bench.cli.options import (
    ExitStatus,
    Format,
    FormatOption,
    WorkspaceOption,
    parse_day,
    workspace_folder,
)
from forecast_bench.cli.output import print_json, print_line, report_problems
from forecast_bench.cli.sources import read_past_judgments
from forecast_bench.problems import Problem

if TYPE_CHECKING:
    from forecast_bench.incidents import ImportResult
    from forecast_bench.workspace import Workspace

_MOST_TOLD = 10


def import_(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="An export; else all that incidents/ has.")
    ] = None,
    *,
    source: Annotated[
        str, typer.Option(help="A source that incidents/ describes, a kind of file, or auto.")
    ] = "auto",
    retrieved: Annotated[
        datetime.date | None,
        typer.Option(parser=parse_day, metavar="DATE", help="Day on which FILE was exported."),
    ] = None,
    start: Annotated[
        datetime.date | None,
        typer.Option("--from", parser=parse_day, metavar="DATE", help="First day FILE covers."),
    ] = None,
    end: Annotated[
        datetime.date | None,
        typer.Option("--to", parser=parse_day, metavar="DATE", help="Last day FILE covers."),
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="Id of the source, for a kind that fits several or none.")
    ] = None,
    workspace: WorkspaceOption = None,
    output: FormatOption = Format.text,
) -> None:
    """Import FILE as a vintage of its source, or every file that incidents/ describes.

    What is there already stays as it is; the same file twice changes nothing.

    Example: forecast-bench incidents import exports/mali.csv --source acled --retrieved 2026-01-05
    """
    read = read_past_judgments(workspace_folder(workspace))
    if file is None:
        _import_described(read, output)
        return
    if retrieved is None:
        raise typer.BadParameter("say when FILE was exported", param_hint="--retrieved")
    _check_days(start, end, retrieved)
    chosen = {"source": source, "retrieved": retrieved, "start": start, "end": end, "name": name}
    _import_file(read, file, chosen, output)


def _import_described(read: "Workspace", output: Format) -> None:
    from forecast_bench.job.feeds import import_described

    documents, problems = [], list[Problem]()
    for one, described in read.sources.items():
        if described.file is None:
            continue
        result = import_described(read, one)
        problems.extend(result.problems)
        if result.vintage is not None:
            documents.append(document(read, one, result))
            if output is Format.text:
                show(read, one, result)
    report_problems(problems)
    if output is Format.json:
        print_json({"sources": documents})
    if problems:
        raise typer.Exit(ExitStatus.FAILED)


def _import_file(
    read: "Workspace",
    file: Path,
    chosen: dict[str, Any],
    output: Format,
) -> None:
    from forecast_bench.job.delivering import UnclearSourceError, bring_file
    from forecast_bench.workspace import shown

    try:
        brought = bring_file(read, file, **chosen)
    except UnclearSourceError as failure:
        raise typer.BadParameter(str(failure), param_hint="--source") from None
    report_problems(brought.result.problems)
    if brought.result.vintage is None:
        raise typer.Exit(ExitStatus.FAILED)
    if output is Format.json:
        print_json(document(read, brought.name, brought.result))
        return
    if brought.because:
        print_line(f"recognised: {brought.because}")
    show(read, brought.name, brought.result)
    if brought.described is not None:
        path = shown(brought.described, read.folder)
        print_line(f"described in {path}, by what is in the file: complete its coverage")


def _check_days(
    start: datetime.date | None, end: datetime.date | None, retrieved: datetime.date
) -> None:
    if end is not None and end > retrieved:
        message = f"a file exported on {retrieved} cannot cover days after it"
        raise typer.BadParameter(message, param_hint="--to")
    if start is not None and start > (end or retrieved):
        message = f"{start} is after the last day that the file can cover"
        raise typer.BadParameter(message, param_hint="--from")


def document(read: "Workspace", name: str, result: "ImportResult") -> dict[str, Any]:
    """Give what an import did, as a document."""
    vintage = result.vintage
    if vintage is None:
        raise ValueError("nothing was imported")
    manifest, unmatched = vintage.manifest, _unmatched(read, result)
    return {
        "source": name,
        "vintage": str(vintage.retrieved),
        "rows": result.rows,
        "events": result.incidents,
        "new": result.added,
        **{one: getattr(manifest, one) * result.added for one in _CHANGES},
        "read": manifest.read.model_dump(mode="json"),
        "outside": dict(result.outside),
        "rejects_file": None if result.rejects_file is None else str(result.rejects_file),
        "unmatched_actors": unmatched,
        "coverage": manifest.coverage.model_dump(mode="json"),
    }


_CHANGES = ("added", "changed", "withdrawn")


def _unmatched(read: "Workspace", result: "ImportResult") -> list[str]:
    from forecast_bench.incidents import label_report

    if result.vintage is None:
        return []
    report = label_report(read.actors, result.vintage.labels)
    return [one.label for one in report if not one.actors]


def show(read: "Workspace", name: str, result: "ImportResult") -> None:
    """Print what an import did, with everything that did not come in."""
    if result.vintage is None:
        return
    manifest = result.vintage.manifest
    state = "imported" if result.added else "already there"
    print_line(
        f"{name} {manifest.retrieved}: {state}; {result.rows} rows, {result.incidents} incidents"
    )
    if result.added and result.previous is not None:
        changes = ", ".join(f"{getattr(manifest, one)} {one}" for one in _CHANGES)
        print_line(f"  since {result.previous.retrieved}: {changes}")
    if not manifest.replaces:
        window = manifest.coverage.window
        print_line(f"  covers {window.start} to {window.end}")
    for note in result.notes:
        print_line(f"  {note}")
    if result.rejects_file is not None:
        number, total = manifest.read.rejected, manifest.read.rows
        print_line(f"  {number} of {total} rows cannot be read, see {result.rejects_file}")
    for what, number in result.outside.items():
        print_line(f"  {number} rows outside what is declared: {what}")
    unmatched = _unmatched(read, result)
    for label in unmatched[:_MOST_TOLD]:
        print_line(f"  no actor of models/actors.yaml is called {label}")
    if len(unmatched) > _MOST_TOLD:
        more = len(unmatched) - _MOST_TOLD
        print_line(f"  and {more} more labels; see forecast-bench incidents labels")
