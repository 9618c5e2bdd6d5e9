"""`backfill`: the job for the days of the past."""

import datetime
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from forecast_bench.cli.job_log import TextLog, report_stop
from forecast_bench.cli.options import (
    ExitStatus,
    Format,
    FormatOption,
    WorkspaceOption,
    parse_day,
    today_or,
    workspace_folder,
)
from forecast_bench.cli.output import print_json, print_line
from forecast_bench.cli.recalibrate import FitChoice, status_of
from forecast_bench.job import JobResult
from forecast_bench.job.backfilling import backfill as run_days
from forecast_bench.job.backfilling import backfill_days
from forecast_bench.job.lock import holder_in_words
from forecast_bench.job.runs import STOPS, stop_reason
from forecast_bench.job.signals import EndedBySignal, ending_by_signals
from forecast_bench.records import number_of


class Apart(StrEnum):
    """How far the days lie apart."""

    day = "day"
    week = "week"
    month = "month"
    quarter = "quarter"


def backfill(
    start: Annotated[
        datetime.date,
        typer.Option("--from", metavar="DATE", parser=parse_day, help="First day of all."),
    ],
    end: Annotated[
        datetime.date | None,
        typer.Option("--to", metavar="DATE", parser=parse_day, help="Last; today by default."),
    ] = None,
    workspace: WorkspaceOption = None,
    output: FormatOption = Format.text,
    *,
    every: Annotated[
        Apart, typer.Option(help="Each day, each Sunday, or the last day of months or quarters.")
    ] = Apart.month,
    wait: Annotated[
        float, typer.Option(metavar="SECONDS", help="Wait so long for another job to finish.")
    ] = 0,
    fit: Annotated[FitChoice, typer.Option(help="As for recalibrate.")] = FitChoice.changed,
) -> None:
    """Run the job for days of the past, the oldest first.

    Each run says what the job would have said on its day: counts, revisions, outcomes and maps of
    later days have no part in it. Files are read as they are today. Days that have a run of the
    same inputs are passed over, and the first day that publishes nothing ends it.

    Example: forecast-bench backfill --from 2018-01-31 --to 2018-12-31 --every quarter
    """
    folder = workspace_folder(workspace)
    last = today_or(end)
    days = backfill_days(start, last, every=every.value)
    if last > today_or(None):
        raise typer.BadParameter(f"{last} lies in the future", param_hint="--to")
    if not days:
        message = f"no {every} ends from {start} to {last}"
        raise typer.BadParameter(message, param_hint="--from")
    running = run_days(
        folder,
        days,
        clock=lambda: datetime.datetime.now(tz=datetime.UTC),
        watch=lambda *_: None,
        wait_seconds=wait,
        fits=fit.value,
    )
    results, status = _run(folder, running, quiet=output is Format.json)
    missing = days[sum(result.has_run for _, result in results) :]
    if output is Format.json:
        print_json({"runs": [_record(*one) for one in results], "missing": [*map(str, missing)]})
    elif missing:
        print_line(f"{number_of(len(missing), 'days')} from {missing[0]} have no run")
    raise typer.Exit(status)


def _run(
    workspace: Path, running: Iterator[tuple[datetime.date, JobResult]], *, quiet: bool
) -> tuple[list[tuple[datetime.date, JobResult]], int]:
    """Run the days, saying how each one ends; give what came of them, and the exit status."""
    results: list[tuple[datetime.date, JobResult]] = []
    status = int(ExitStatus.DONE)
    try:
        with ending_by_signals():
            for day, result in running:
                results.append((day, result))
                status = status_of(result) or status
                if not quiet:
                    print_line(f"{day}: {_said(result)}")
                if not result.has_run:
                    TextLog(silent=True).report(result)
    except STOPS as failure:
        report_stop(stop_reason(failure, workspace))
        return results, ExitStatus.FAILED
    except EndedBySignal as ended:
        report_stop(str(ended))
        return results, 128 + ended.number
    return results, status


def _said(result: JobResult) -> str:
    if result.ending == "locked":
        return holder_in_words(result.holder, today=today_or(None))
    if not result.has_run:
        return result.ending
    alarms = [str(one["id"]) for one in result.alarms]
    said = f"{result.ending}, run {result.manifest['run']}"
    return f"{said}; alarms: {', '.join(alarms)}" if alarms else said


def _record(day: datetime.date, result: JobResult) -> dict[str, Any]:
    return {
        "as_of": str(day),
        "ending": result.ending,
        "run": result.manifest.get("run") if result.has_run else None,
        "alarms": [one["id"] for one in result.alarms],
        "in_force": result.in_force and result.has_run,
    }
