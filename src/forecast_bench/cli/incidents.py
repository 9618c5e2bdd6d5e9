"""`incidents`: sources into the store, what it holds, and one count."""

from pathlib import Path
from typing import Annotated, Any

import typer

from forecast_bench.cli.options import (
    AsOfOption,
    ExitStatus,
    Format,
    FormatOption,
    WorkspaceOption,
    today_or,
    workspace_folder,
)
from forecast_bench.cli.output import print_json, print_line, print_table, report_problems
from forecast_bench.problems import Problem
from forecast_bench.workspace import JUDGMENTS, Workspace, load_workspace

incidents = typer.Typer(no_args_is_help=True, help="Incidents: sources, vintages and counts.")


@incidents.command("import")
def import_incidents(workspace: WorkspaceOption = None, output: FormatOption = Format.text) -> None:
    """Import every source that incidents/ describes; what is there already stays as it is.

    Example: forecast-bench incidents import
    """
    from forecast_bench.incidents import compare_vintages, unmatched_labels
    from forecast_bench.job.feeds import import_described

    read = _read(workspace_folder(workspace))
    documents: list[dict[str, Any]] = []
    problems: list[Problem] = []
    for name in read.sources:
        result = import_described(read, name)
        problems.extend(result.problems)
        if result.vintage is None:
            continue
        changes = (
            compare_vintages(result.previous, result.vintage)
            if result.added and result.previous is not None
            else None
        )
        labels = result.vintage.manifest.labels
        documents.append(
            {
                "source": name,
                "vintage": str(result.vintage.retrieved),
                "rows": result.rows,
                "events": result.incidents,
                "new": result.added,
                "added": changes.added if changes else result.rows * result.added,
                "changed": changes.changed if changes else 0,
                "withdrawn": changes.withdrawn if changes else 0,
                "unmatched_actors": sorted(unmatched_labels(read.actors, labels)),
                "coverage": result.vintage.manifest.coverage.model_dump(mode="json"),
            }
        )
    report_problems(problems)
    if output is Format.json:
        print_json({"sources": documents})
    else:
        for one in documents:
            state = "imported" if one["new"] else "already there"
            print_line(
                f"{one['source']} {one['vintage']}: {state}; {one['rows']} rows, "
                f"{one['events']} incidents"
            )
            for label in one["unmatched_actors"]:
                print_line(f"  no actor of models/actors.yaml is called {label}")
    if problems:
        raise typer.Exit(ExitStatus.FAILED)


@incidents.command("status")
def incidents_status(workspace: WorkspaceOption = None, output: FormatOption = Format.text) -> None:
    """Show the sources in the store: vintages, coverage, attribution.

    Example: forecast-bench incidents status
    """
    from forecast_bench.incidents import newest_vintages
    from forecast_bench.job.feeds import store_folder

    found = [one.manifest for one in newest_vintages(store_folder(workspace_folder(workspace)))]
    if output is Format.json:
        print_json({"sources": [one.model_dump(mode="json", by_alias=True) for one in found]})
        return
    if not found:
        print_line("the store is empty; run forecast-bench incidents import")
        return
    print_table(
        ["source", "vintage", "covers from", "to", "countries", "rows", "incidents"],
        [
            [
                one.source,
                one.retrieved,
                one.coverage.window.start,
                one.coverage.window.end,
                ", ".join(one.coverage.countries),
                one.rows,
                one.incidents,
            ]
            for one in found
        ],
        numeric=["rows", "incidents"],
    )
    for one in found:
        print_line(f"{one.source}: {one.attribution}. {one.licence}")


@incidents.command("count")
def count_incidents(
    start: Annotated[str, typer.Option("--from", metavar="DATE", help="First day of the window.")],
    end: Annotated[str, typer.Option("--to", metavar="DATE", help="Last day of the window.")],
    *,
    actor: Annotated[list[str] | None, typer.Option(help="An actor or a group.")] = None,
    kind: Annotated[list[str] | None, typer.Option("--type", help="A type of incident.")] = None,
    country: Annotated[list[str] | None, typer.Option(help="A country.")] = None,
    admin1: Annotated[list[str] | None, typer.Option(help="A first-level area.")] = None,
    source: Annotated[str | None, typer.Option(help="The source, where there are several.")] = None,
    workspace: WorkspaceOption = None,
    as_of: AsOfOption = None,
    output: FormatOption = Format.text,
) -> None:
    """Count incidents, with what the source covers and what is ambiguous.

    Example: forecast-bench incidents count --actor JNIM --type abduction
    --from 2018-01-01 --to 2019-06-30
    """
    from forecast_bench.incidents import count_incidents as count_in_store
    from forecast_bench.job.feeds import bring_in, store_folder
    from forecast_bench.records import IncidentFilter, Window

    folder = workspace_folder(workspace)
    read = _read(folder)
    day = today_or(as_of)
    name = source or _only_source(read)
    feeds = bring_in(read, as_of=day)
    report_problems(feeds.problems)
    if feeds.problems:
        raise typer.Exit(ExitStatus.FAILED)
    wanted = IncidentFilter(
        actor=_tuple(actor), type=_tuple(kind), countries=_tuple(country), admin1=_tuple(admin1)
    )
    try:
        window = Window.model_validate({"from": start, "to": end})
        found = count_in_store(store_folder(folder), name, wanted, window, read.actors, as_of=day)
    except ValueError as failure:
        raise typer.BadParameter(_first_line(failure)) from None
    if found is None:
        raise typer.BadParameter(f'the store has no source "{name}"', param_hint="--source")
    document: dict[str, Any] = {
        "count": found.count,
        "low": found.low,
        "high": found.high,
        "ambiguous": found.ambiguous,
        "coverage": found.gap or "complete",
        "vintage": str(found.vintage.retrieved),
        "hindsight": found.hindsight,
    }
    if output is Format.json:
        print_json(document)
        return
    doubt = "under compound labels or in months that the days cut"
    more = f", up to {found.high} with those {doubt}" if found.ambiguous else ""
    print_line(f"{found.count} incidents from {found.window.start} to {found.window.end}{more}")
    print_line(f"source: {name}, vintage {found.vintage.retrieved}")
    if found.gap:
        print_line(f"not covered, so this is no count: {found.gap}")


def _read(folder: Path) -> Workspace:
    read = load_workspace(folder)
    # Judgments have no say in what is imported or counted.
    errors = [
        one
        for one in read.problems
        if one.level == "error" and not one.location.file.startswith(JUDGMENTS)
    ]
    if errors:
        report_problems(errors)
        raise typer.Exit(ExitStatus.PROBLEMS)
    return read


def _only_source(read: Workspace) -> str:
    if len(read.sources) == 1:
        return next(iter(read.sources))
    known = ", ".join(read.sources) or "none"
    raise typer.BadParameter(f"name one of the sources: {known}", param_hint="--source")


def _tuple(values: list[str] | None) -> tuple[str, ...] | None:
    return tuple(values) if values else None


def _first_line(failure: ValueError) -> str:
    from pydantic import ValidationError

    if isinstance(failure, ValidationError):
        return "; ".join(str(detail["msg"]) for detail in failure.errors())
    return str(failure)
