"""The recalibration job: read, check, import, count, follow, fit, diagnose, publish."""

import datetime
import json
import platform
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from forecast_bench import __version__
from forecast_bench.job.fingerprint import fingerprint, input_hashes, store_hashes
from forecast_bench.job.fits import FitWhen, TellFit, untold
from forecast_bench.job.integrity import file_hashes, ledger_facts, manifest_hash
from forecast_bench.job.ledger import append
from forecast_bench.job.limiting import limited
from forecast_bench.job.litter import sweep
from forecast_bench.job.lock import Holder, JobLockedError, confirm, job_lock
from forecast_bench.job.newer import refuse_newer_formats
from forecast_bench.job.runs import (
    MANIFEST,
    RUN_FORMAT,
    STOPS,
    free_run_id,
    latest_run,
    publish,
    put_in_force,
    read_manifest,
    run_before,
    same_run,
    stop_reason,
    written_aside,
)
from forecast_bench.job.signals import EndedBySignal, end_if_asked, failing_as_asked
from forecast_bench.job.stage_clock import StageClock
from forecast_bench.problems import NewerFormatError, Problem
from forecast_bench.records import JobLimits
from forecast_bench.workspace.replacing import write_file

if TYPE_CHECKING:
    from forecast_bench.job.reuse import Reuse
    from forecast_bench.job.stages import Finished

Ending = Literal["published", "unchanged", "problems", "locked", "failed", "stopped"]


@dataclass(frozen=True, slots=True)
class JobResult:
    """How the job ended.

    Parameters
    ----------
    ending : str
        published, unchanged (nothing to do), problems (in what people wrote), locked (another job
        runs), failed (a feed or a fit; the last published run stays), or, in the ledger alone,
        stopped (a disk that is full, a permission lost, a limit of memory or time, a signal).
    run : Path or None
        The run in force.
    manifest : dict
        Its manifest, empty where there is none.
    problems : tuple of Problem
        What to mend.
    alarms : tuple of dict
        What must not pass in silence.
    in_force : bool
        Whether the run is the one that readers are shown; a replay of an earlier day is not.
    holder : Holder or None
        Of the lock, where it is locked and that is known.
    """

    ending: Ending
    run: Path | None
    manifest: dict[str, Any] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    alarms: tuple[dict[str, str], ...] = ()
    in_force: bool = True
    holder: Holder | None = None

    @property
    def has_run(self) -> bool:
        """Whether the day looked at has a run, made now or before."""
        return self.ending in ("published", "unchanged")


_LIBRARIES: Final = (
    *("pymc", "pytensor", "numba", "nutpie", "arviz"),
    *("numpy", "scipy", "pandas", "ibis-framework", "duckdb"),
)
# Names of distributions that numbers may depend on.

STAGES: Final = (
    "read and check",
    "import incidents",
    "learn rates",
    "count",
    "ask models",
    "update, resolve and score",
    "measure reliability",
    "recalibrate",
    "tell stories",
    "write the tables",
    "draw the review",
)
"""Names of the stages, in order, for whoever shows how far the job has come."""


def recalibrate(
    workspace: Path,
    *,
    as_of: datetime.date,
    now: datetime.datetime,
    watch: Callable[[str], None],
    wait_seconds: float = 0,
    fits: FitWhen = "changed",
    tell_fit: TellFit = untold,
    limits: JobLimits | None = None,
    decides: bool = True,
) -> JobResult:
    """Run the job once.

    Parameters
    ----------
    workspace : Path
        Folder of the workspace.
    as_of : date
        The day whose world is looked at.
    now : datetime
        When the run is made, in UTC: for its name and the ledger, never for a number.
    watch : callable
        Told the name of each stage as it begins.
    wait_seconds : float
        How long to wait for another job to finish.
    fits : str
        When models are fitted: never (the last good fits are used, however old), changed (where
        data, model or libraries are other ones) or always.
    tell_fit : callable
        Told of each fit of a stage that makes several: its name, which it is, and of how many.
    limits : JobLimits, optional
        What the job may take of the machine, before what the settings say; no number rests on it.
    decides : bool
        Whether a map that loses is taken out of force.

    Raises
    ------
    JobStoppedError
        If memory or time of the job ran out; what was published before stays, and fits are kept.
    OSError
        If a folder or a disk refuses to be written; what was published before stays.
    DamagedRunError
        If the manifest of an earlier run is none any more.
    LockLostError
        If this process was silent for so long that another one took its lock; nothing is published.
    NewerFormatError
        If a newer program wrote what would be read or written; nothing was written.
    """
    started = time.perf_counter()

    def watched(stage: str) -> None:
        end_if_asked()
        confirm(workspace)  # better now than when all the work is done
        watch(stage)

    clock = StageClock(watched, tell_fit)
    try:
        with job_lock(workspace, as_of=as_of, wait_seconds=wait_seconds):
            try:
                with failing_as_asked(), limited(workspace, limits or JobLimits()):
                    result = _locked(
                        workspace, as_of=as_of, now=now, clock=clock, fits=fits, decides=decides
                    )
            except NewerFormatError:
                # What a newer program keeps is left as it is, its ledger too.
                raise
            except (*STOPS, KeyboardInterrupt, EndedBySignal) as stop:
                confirm(workspace)  # without the lock it is this that stopped the job
                stopped = JobResult("stopped", latest_run(workspace))
                # The disk that refused the run may refuse the line as well; the failure is told.
                said = {"stage": clock.now or None, "reason": stop_reason(stop, workspace)}
                seconds = time.perf_counter() - started
                with suppress(OSError):
                    append(workspace, _entry(stopped, as_of, now, seconds) | said)
                raise
            append(workspace, _entry(result, as_of, now, time.perf_counter() - started))
            return result
    except JobLockedError as locked:
        return JobResult("locked", latest_run(workspace), holder=locked.holder)


def _locked(
    workspace: Path,
    *,
    as_of: datetime.date,
    now: datetime.datetime,
    clock: StageClock,
    fits: FitWhen,
    decides: bool,
) -> JobResult:
    refuse_newer_formats(workspace)
    sweep(workspace)
    inputs, versions = input_hashes(workspace) | store_hashes(workspace), _versions()
    fitted = fingerprint(inputs, as_of=as_of, versions=versions)
    unfitted = fingerprint(inputs, as_of=as_of, versions=versions, unfitted=True)
    mark = unfitted if fits == "never" else fitted
    same = None if fits == "always" else same_run(workspace, fitted)
    if same is None and fits == "never":
        same = same_run(workspace, unfitted)
    if same is not None:
        # An edit taken back, or a job killed before its last step, leaves another run in force.
        manifest = read_manifest(same)
        in_force = _is_newest(workspace, manifest)
        if in_force and latest_run(workspace) != same.resolve():
            put_in_force(workspace, same.name)
        alarms = tuple(manifest["alarms"])
        return JobResult("unchanged", same, manifest, alarms=alarms, in_force=in_force)
    # What follows needs the heavy libraries; a job with nothing to do does not wait for them.
    from forecast_bench.job.reuse import FormerRun, Reuse, content_hash, program_hash
    from forecast_bench.job.stages import run_stages

    previous = run_before(workspace, as_of)
    former = None if previous is None else FormerRun(previous)
    reuse = Reuse(former, content_hash(program_hash(), versions))
    finished = run_stages(
        workspace,
        as_of=as_of,
        previous=previous,
        clock=clock,
        decides=decides and _is_newest(workspace, {"as_of": as_of.isoformat()}),
        fits=fits,
        reuse=reuse,
    )
    if finished.ending != "published":
        latest = latest_run(workspace)
        return JobResult(
            finished.ending,
            latest,
            {} if latest is None else read_manifest(latest),
            finished.problems,
            finished.alarms,
        )
    manifest = {
        "format": RUN_FORMAT,
        "run": free_run_id(workspace, now, mark),
        "as_of": as_of.isoformat(),
        "made_at": now.isoformat(timespec="seconds"),
        "fingerprint": mark,
        "previous": None if previous is None else previous.name,
        "version": __version__,
        "versions": versions,
        "inputs": [{"file": file, "sha256": sha256} for file, sha256 in inputs.items()],
        **finished.manifest,
        "alarms": list(finished.alarms),
        "stages": clock.stages,
    }
    return _publish(workspace, finished, manifest, clock, reuse)


def _publish(
    workspace: Path,
    finished: "Finished",
    manifest: dict[str, Any],
    clock: StageClock,
    reuse: "Reuse",
) -> JobResult:
    from forecast_bench.job.maps import enter
    from forecast_bench.job.reuse import MADE_OF
    from forecast_bench.job.reuse.former_figures import FormerFigures
    from forecast_bench.job.tables import write_tables
    from forecast_bench.review import render

    in_force = _is_newest(workspace, manifest)
    with written_aside(workspace) as aside:
        with clock.stage("write the tables"):
            write_tables(aside, finished)
            _write(aside / MANIFEST, manifest)
        with clock.stage("draw the review"):
            figures = FormerFigures(reuse)
            render(aside, aside / "review", lender=figures)
            clock.reused("figures", number=figures.lent, of=len(figures.made_of))
        _write(aside / f"{MADE_OF}.json", {**finished.made_of, "figures": figures.made_of})
        clock.peak_mib()
        manifest |= {"reused": clock.taken_over, "peak_mib": clock.most_mib}
        manifest |= {"files": file_hashes(aside)}
        _write(aside / MANIFEST, manifest)
        if finished.recalibration is not None and finished.recalibration.decided is not None:
            # Only now: a job that is stopped on its way has decided nothing.
            enter(workspace, finished.recalibration.decided)
        run = publish(workspace, aside, manifest["run"], in_force=in_force)
    return JobResult(
        "published", run, manifest, finished.problems, finished.alarms, in_force=in_force
    )


def _is_newest(workspace: Path, manifest: dict[str, Any]) -> bool:
    """Whether no later day is in force; a replay of the past does not replace the present."""
    latest = latest_run(workspace)
    # Days are ISO texts, which sort as days do.
    return latest is None or str(read_manifest(latest)["as_of"]) <= str(manifest["as_of"])


def _write(path: Path, manifest: dict[str, Any]) -> None:
    text = json.dumps(manifest, indent=2, ensure_ascii=False)
    write_file(path, f"{text}\n".encode())


def _versions() -> dict[str, str]:
    return {"python": platform.python_version(), **{name: version(name) for name in _LIBRARIES}}


def _entry(
    result: JobResult, as_of: datetime.date, now: datetime.datetime, seconds: float
) -> dict[str, Any]:
    return {
        "at": now.isoformat(timespec="seconds"),
        "as_of": as_of.isoformat(),
        "ending": result.ending,
        "run": None if result.run is None else result.run.name,
        "manifest": None if result.run is None else manifest_hash(result.run),
        "seconds": round(seconds, 3),
        "problems": len(result.problems),
        "alarms": [alarm["id"] for alarm in result.alarms],
        "version": __version__,
        **(ledger_facts(result.manifest) if result.ending == "published" else {}),
    }
