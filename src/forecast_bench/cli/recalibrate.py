"""`recalibrate`: the job."""

import datetime
import time
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from forecast_bench.cli.job_log import JobLog, LogFormat, job_log
from forecast_bench.cli.options import (
    AsOfOption,
    ExitStatus,
    Format,
    FormatOption,
    WorkspaceOption,
    today_or,
    workspace_folder,
)
from forecast_bench.cli.output import print_json, print_line
from forecast_bench.job import JobResult, failing_alarms, latest_run
from forecast_bench.job import recalibrate as run_job
from forecast_bench.job.lock import holder_in_words
from forecast_bench.job.metrics import JobMeasures, metrics_text
from forecast_bench.job.notifying import is_told, notice_of
from forecast_bench.job.runs import STOPS, stop_reason
from forecast_bench.job.signals import EndedBySignal, ending_by_signals
from forecast_bench.problems import as_record
from forecast_bench.records import JobLimits, number_of
from forecast_bench.records.memory_size import parse_memory_size
from forecast_bench.records.time_limit import parse_time_limit
from forecast_bench.workspace import SETTINGS
from forecast_bench.workspace.replacing import replace_file
from forecast_bench.workspace.settings_file import read_settings

_EXIT = {
    "published": ExitStatus.DONE,
    "unchanged": ExitStatus.DONE,
    "problems": ExitStatus.PROBLEMS,
    "locked": ExitStatus.LOCKED,
    "failed": ExitStatus.FAILED,
    "stopped": ExitStatus.FAILED,
}


class FitChoice(StrEnum):
    """When models are fitted anew."""

    never = "never"
    changed = "changed"
    always = "always"


def recalibrate(
    workspace: WorkspaceOption = None,
    as_of: AsOfOption = None,
    output: FormatOption = Format.text,
    *,
    wait: Annotated[
        float, typer.Option(metavar="SECONDS", help="Wait so long for another job to finish.")
    ] = 0,
    fit: Annotated[
        FitChoice,
        typer.Option(
            help="When to fit models: where data or model changed, always, or never: then the "
            "last good fit is used, however old."
        ),
    ] = FitChoice.changed,
    log: Annotated[
        LogFormat,
        typer.Option(help="Say on standard error what is done: text, or JSON, an object a line."),
    ] = LogFormat.text,
    metrics: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            dir_okay=False,
            help="Write how the job ended to this file, as OpenMetrics for a node exporter.",
        ),
    ] = None,
    cores: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            max=1024,
            help="Use so many cores at once, whatever limits.cores in the settings says.",
        ),
    ] = None,
    memory: Annotated[
        str | None,
        typer.Option(metavar="SIZE", help="Hold no more memory than this, such as 4 GiB."),
    ] = None,
    limit: Annotated[
        str | None,
        typer.Option("--time", metavar="TIME", help="End after this time, such as 2 hours."),
    ] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", help="Say nothing but what went wrong.")
    ] = False,
) -> None:
    """Run the job and publish a review.

    Count, update, resolve, score, recalibrate. Nothing changed: nothing is done. A replay of an
    earlier day does not become the latest run. Exit status: 0 done, 1 problems in the workspace,
    3 another job holds the lock, 4 a feed or a fit failed, or a limit of memory or time was
    reached, and the last good run stays, 128 and a signal's number (143 for SIGTERM) where a signal
    ended it.

    Example: forecast-bench recalibrate --as-of 2018-06-30
    """
    folder = workspace_folder(workspace)
    if as_of is not None and as_of > today_or(None) + datetime.timedelta(days=1):
        raise typer.BadParameter(f"{as_of} lies in the future", param_hint="--as-of")
    limits = _limits(cores=cores, memory=memory, limit=limit)
    day, started = today_or(as_of), time.perf_counter()
    told = job_log(log, quiet=quiet, silent=quiet or output is Format.json, as_of=day)
    result, stopped, status = _run(folder, told, as_of=day, wait=wait, fit=fit, limits=limits)
    told.report(result)
    if metrics is not None and result.ending != "locked":
        measured = JobMeasures(
            folder,
            day,
            datetime.datetime.now(tz=datetime.UTC),
            time.perf_counter() - started,
            status,
        )
        _write_metrics(metrics, metrics_text(result, measured), told)
    _notify(folder, result, told, as_of=day, status=status, reason=stopped)
    told.ended(result, status=status, reason=stopped)
    if output is Format.json and not stopped:
        print_json(_document(result))
    elif not quiet and not stopped:
        _say(result)
    raise typer.Exit(status)


def _run(
    folder: Path,
    told: JobLog,
    *,
    as_of: datetime.date,
    wait: float,
    fit: FitChoice,
    limits: JobLimits,
) -> tuple[JobResult, str, int]:
    """Run the job and give the exit status; where something stopped it, say why as well."""
    try:
        with ending_by_signals(), told.progress() as watch:
            result = run_job(
                folder,
                as_of=as_of,
                now=datetime.datetime.now(tz=datetime.UTC),
                watch=watch.stage,
                wait_seconds=wait,
                fits=fit.value,
                tell_fit=watch.fit,
                limits=limits,
            )
    except STOPS as failure:
        # A disk that is full or a permission lost is no bug, and the run before stays whole.
        reason = stop_reason(failure, folder)
        return JobResult("stopped", latest_run(folder)), reason, ExitStatus.FAILED
    except EndedBySignal as ended:
        return JobResult("stopped", latest_run(folder)), str(ended), 128 + ended.number
    return result, "", status_of(result)


def _limits(*, cores: int | None, memory: str | None, limit: str | None) -> JobLimits:
    """Read the options that limit the job."""
    try:
        parse_memory_size(memory)
    except ValueError as refused:
        raise typer.BadParameter(str(refused), param_hint="--memory") from refused
    try:
        parse_time_limit(limit)
    except ValueError as refused:
        raise typer.BadParameter(str(refused), param_hint="--time") from refused
    return JobLimits(cores=cores, memory=parse_memory_size(memory), time=parse_time_limit(limit))


def status_of(result: JobResult) -> int:
    """Give the exit status of a job that ended so."""
    failing = failing_alarms(result.alarms, result.manifest)
    return ExitStatus.FAILED if failing else _EXIT[result.ending]


def _write_metrics(path: Path, text: str, told: JobLog) -> None:
    """Write the file whole; where that fails the run is as good as it was."""
    try:
        replace_file(path, text.encode())
    except OSError as failure:
        reason = failure.strerror or type(failure).__name__
        told.complain(f"the metrics were not written: {path}: {reason}")


def _notify(
    folder: Path,
    result: JobResult,
    told: JobLog,
    *,
    as_of: datetime.date,
    status: int,
    reason: str,
) -> None:
    """Tell those whom the settings name, once the ledger has its line.

    A message that does not arrive changes neither ending nor exit status: they are of the run.
    """
    settings, _ = read_settings(folder / SETTINGS, shown_as=SETTINGS)
    if not is_told(settings.notify, result, status=status):
        return
    # What speaks to servers is loaded where somebody is told.
    from forecast_bench.job.sending import send

    name = settings.title or folder.resolve().name
    notice = notice_of(result, workspace=name, as_of=as_of, status=status, reason=reason)
    for failure in send(notice, settings.notify):
        told.complain(failure)


def _say(result: JobResult) -> None:
    manifest = result.manifest
    if result.ending == "locked":
        print_line(f"{holder_in_words(result.holder, today=today_or(None))}; nothing was done")
        return
    if result.ending in ("problems", "failed"):
        stays = f"; the run {result.run.name} stays" if result.run else ""
        print_line(f"nothing was published{stays}")
        return
    if result.ending == "unchanged":
        print_line(f"nothing has changed since run {manifest['run']}; nothing was done")
    else:
        states = ", ".join(
            f"{number} {state}" for state, number in manifest["counts_of_states"].items()
        )
        print_line(f"run {manifest['run']} as of {manifest['as_of']}")
        judgments = number_of(manifest["judgments"], "judgments")
        print_line(f"{judgments}: {states}" if states else judgments)
        print_line(f"recalibration: {_recalibration(manifest['recalibration'])}")
        for source in manifest["sources"]:
            if source["unnamed_labels"]:
                labels = ", ".join(source["unnamed_labels"])
                print_line(f"{source['source']}: models/actors.yaml does not name {labels}")
        print_line(_changed(manifest))
        taken = _taken_over(manifest)
        if taken:
            print_line(f"taken over from it: {taken}")
    if not result.in_force:
        print_line("a later day stays in force: this run is a replay, and not the latest")
    print_line(f"review: {_review(result)}")


def _recalibration(fitted: dict[str, Any]) -> str:
    """State, the map that waits for somebody to put it in force, and the age of a fit not anew."""
    said = str(fitted["state"])
    active = (fitted.get("in_force") or {}).get("id")
    if fitted.get("gate_passed") and fitted["id"] != active:
        said += f"; map {fitted['id']} has passed the gate"
    age = fitted.get("fit") or {}
    if age.get("when") == "never":
        days = number_of(int(age["days_old"]), "days")
        said += f"; the last good fit, made for {age['made_for']}, is {days} old"
    return said


def _changed(manifest: dict[str, object]) -> str:
    changed = manifest["changed"]
    if manifest["previous"] is None:
        return "first run of this workspace"
    number = len(changed) if isinstance(changed, list) else 0
    return f"{number_of(number, 'changes')} since run {manifest['previous']}"


def _taken_over(manifest: dict[str, Any]) -> str:
    """Say how much of the work the run before had done."""
    found = (one for one in manifest.get("reused") or () if one["reused"])
    return ", ".join(
        f"the {one['what']}" if one["of"] == 1 else f"{one['reused']} of {one['of']} {one['what']}"
        for one in found
    )


def _review(result: JobResult) -> str | None:
    return None if result.run is None else str(result.run / "review" / "review.html")


def _document(result: JobResult) -> dict[str, object]:
    manifest = result.manifest
    fitted = manifest.get("recalibration", {})
    return {
        "ending": result.ending,
        "run": None if result.run is None else result.run.name,
        "changed": manifest.get("changed", []) if result.ending == "published" else [],
        "resolved": sum(
            number
            for state, number in manifest.get("counts_of_states", {}).items()
            if state in ("occurred", "did not occur")
        ),
        "alarms": list(result.alarms),
        "problems": [as_record(one) for one in result.problems],
        "recalibration": {key: fitted.get(key) for key in ("state", "gain", "low", "high")},
        "in_force": result.in_force,
        "review": _review(result),
        "holder": None if result.holder is None else asdict(result.holder),
    }
