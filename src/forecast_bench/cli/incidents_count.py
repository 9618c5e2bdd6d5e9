"""`incidents count`: one count, with everything that must be said beside it."""

from typing import TYPE_CHECKING, Annotated, Any

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
from forecast_bench.cli.output import print_json, print_line, report_problems
from forecast_bench.cli.sources import first_line, only_source, read_past_judgments

if TYPE_CHECKING:
    from forecast_bench.incidents import IncidentCount


def count(
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
    from forecast_bench.incidents import IncidentStoreError, count_incidents
    from forecast_bench.job.feeds import bring_in, store_of
    from forecast_bench.records import IncidentFilter, Window

    folder = workspace_folder(workspace)
    read = read_past_judgments(folder)
    day = today_or(as_of)
    name = source or only_source(read)
    feeds = bring_in(read, as_of=day)
    report_problems(feeds.problems)
    if feeds.problems:
        raise typer.Exit(ExitStatus.FAILED)
    wanted = IncidentFilter(
        actor=_tuple(actor), type=_tuple(kind), countries=_tuple(country), admin1=_tuple(admin1)
    )
    try:
        found = count_incidents(
            store_of(folder, read.settings),
            name,
            wanted,
            Window.model_validate({"from": start, "to": end}),
            read.actors,
            as_of=day,
            settings=read.settings.counting,
        )
    except IncidentStoreError:
        raise
    except ValueError as failure:
        raise typer.BadParameter(first_line(failure)) from None
    if found is None:
        raise typer.BadParameter(f'the store has no source "{name}"', param_hint="--source")
    if output is Format.json:
        print_json(_document(found))
    else:
        _show(found, name)


def _document(found: "IncidentCount") -> dict[str, Any]:
    return {
        **{name: getattr(found, name) for name in ("count", "low", "high", "ambiguous")},
        "crossing": found.crossing,
        "coverage": found.gap or "complete",
        "vintage": str(found.vintage.retrieved),
        "hindsight": found.hindsight,
    }


def _show(found: "IncidentCount", name: str) -> None:
    more = f", up to {found.high} with those that may not count" if found.ambiguous else ""
    from forecast_bench.records import number_of

    certain = number_of(found.count, "incidents")
    print_line(f"{certain} from {found.window.start} to {found.window.end}{more}")
    if found.crossing:
        print_line(f"  {found.crossing} with days on both sides of an edge of the window")
    if found.ambiguous > found.crossing:
        named = found.ambiguous - found.crossing
        print_line(f"  {named} under a label that may mean another actor, or before a merger")
    print_line(f"source: {name}, vintage {found.vintage.retrieved}")
    if found.gap:
        print_line(f"not covered, so this is no count: {found.gap}")


def _tuple(values: list[str] | None) -> tuple[str, ...] | None:
    return tuple(values) if values else None
