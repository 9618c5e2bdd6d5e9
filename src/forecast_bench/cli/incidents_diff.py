"""`incidents diff`: what one vintage has over another, and which outcomes it turns."""

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
from forecast_bench.cli.output import print_json, print_line, print_table, report_problems
from forecast_bench.cli.sources import only_source, read_past_judgments

if TYPE_CHECKING:
    from forecast_bench.incidents import Vintage

_MOST_LISTED = 20


def diff(
    former: Annotated[str, typer.Argument(metavar="VINTAGE", help="Its day, or its name.")],
    later: Annotated[str, typer.Argument(metavar="VINTAGE", help="The one it is held against.")],
    *,
    source: Annotated[str | None, typer.Option(help="The source, where there are several.")] = None,
    workspace: WorkspaceOption = None,
    as_of: AsOfOption = None,
    output: FormatOption = Format.text,
) -> None:
    """Say which incidents were added, changed and withdrawn, and which outcomes would flip.

    Example: forecast-bench incidents diff 2021-03-01 2022-03-31
    """
    from forecast_bench.incidents import compare_vintages, vintages
    from forecast_bench.job.feeds import store_of
    from forecast_bench.job.flips import outcomes_under

    folder = workspace_folder(workspace)
    read = read_past_judgments(folder)
    name = source or only_source(read)
    known = vintages(store_of(folder, read.settings), name)
    before, after = (_named(known, text, name) for text in (former, later))
    changes = compare_vintages(before, after)
    found = outcomes_under(folder, name, before, after, as_of=today_or(as_of))
    if found.problems:
        report_problems(found.problems)
        raise typer.Exit(ExitStatus.PROBLEMS)
    numbers = {one: getattr(changes, one) for one in ("added", "changed", "withdrawn")}
    if output is Format.json:
        print_json(
            {
                "source": name,
                "former": before.name,
                "later": after.name,
                **numbers,
                "incidents": [_record(one) for one in changes.listed],
                "flips": [_record(one) for one in found.flips],
            }
        )
        return
    print_line(f"{name}: {before.name} to {after.name}")
    print_line(", ".join(f"{number} {what}" for what, number in numbers.items()))
    if changes.listed:
        print_table(
            ["change", "incident", "days", "where", "type", "columns"],
            [_row(one) for one in changes.listed[:_MOST_LISTED]],
        )
    if sum(numbers.values()) > _MOST_LISTED:
        print_line(f"the first {_MOST_LISTED}; --format json lists more")
    print_line()
    if not found.flips:
        print_line("no outcome would flip")
    for one in found.flips:
        print_line(f"{one.judgment}: {one.former} by the former, {one.later} by the later")


def _named(known: "tuple[Vintage, ...]", text: str, source: str) -> "Vintage":
    """Find a vintage by its name, or the last one of a day."""
    found = [one for one in known if text in (one.name, str(one.retrieved))]
    if not found:
        days = ", ".join(str(one.name) for one in known) or "none"
        raise typer.BadParameter(f'{source} has no vintage "{text}"; it has {days}')
    return found[-1]


def _record(one: Any) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(one)


def _row(one: Any) -> list[object]:
    days = (
        str(one.date_from) if one.date_from == one.date_to else f"{one.date_from} to {one.date_to}"
    )
    where = f"{one.country}, {one.admin1}" if one.admin1 else one.country
    return [one.change, one.event_id, days, where, one.event_type, ", ".join(one.columns)]
