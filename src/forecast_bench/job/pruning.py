"""Taking old runs away, on purpose and with a line in the ledger."""

import datetime
import shutil
from dataclasses import dataclass
from pathlib import Path

from forecast_bench.job.ledger import append
from forecast_bench.job.lock import confirm, job_lock
from forecast_bench.job.runs import ASIDE, latest_run, read_manifest, run_folders, runs_folder


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was taken away, or would be.

    Parameters
    ----------
    names : tuple of str
        Ids of the runs.
    kept : int
        How many runs stay.
    freed : int
        Their size, in bytes.
    """

    names: tuple[str, ...]
    kept: int
    freed: int


def prune(
    workspace: Path, *, keep: int, now: datetime.datetime, only_say: bool, wait_seconds: float = 0
) -> Pruned:
    """Keep the runs of the latest days looked at, and the one in force; take the others away.

    The ledger is told before the first folder goes, so that a run that is missing afterwards was
    either pruned or is missed by `verify`.

    Parameters
    ----------
    workspace : Path
        The workspace.
    keep : int
        How many runs to keep at least, 1 or more.
    now : datetime
        Time of the line in the ledger, in UTC.
    only_say : bool
        Whether nothing is taken away.
    wait_seconds : float
        How long to wait for a job that runs.

    Raises
    ------
    ValueError
        If `keep` is less than 1.
    JobLockedError
        If a job runs all that time.
    LockLostError
        If another one has taken the lock meanwhile; what is left stays.
    """
    if keep < 1:
        raise ValueError(f"at least 1 run must be kept, got {keep}")
    with job_lock(workspace, wait_seconds=wait_seconds):
        runs = sorted(run_folders(workspace), key=lambda run: (read_manifest(run)["as_of"], run))
        latest = latest_run(workspace)
        going = [run for run in runs[:-keep] if latest is None or run.resolve() != latest]
        pruned = _pruned(going, len(runs))
        if not only_say:
            _take_away(workspace, going, now)
        return pruned


def prune_run(
    workspace: Path, run: Path, *, now: datetime.datetime, only_say: bool, wait_seconds: float = 0
) -> Pruned:
    """Take one run away, damaged or not; if it is in force, none is until the next job.

    Parameters
    ----------
    workspace, run : Path
        The workspace, and the folder of the run.
    now, only_say, wait_seconds
        As for `prune`, which raises the same for the lock.
    """
    with job_lock(workspace, wait_seconds=wait_seconds):
        pruned = _pruned([run], len(run_folders(workspace)))
        if not only_say:
            _take_away(workspace, [run], now)
        return pruned


def _pruned(going: list[Path], of: int) -> Pruned:
    files = (path for run in going for path in run.rglob("*") if path.is_file())
    freed = sum(path.stat().st_size for path in files)
    return Pruned(tuple(run.name for run in going), of - len(going), freed)


def _take_away(workspace: Path, going: list[Path], now: datetime.datetime) -> None:
    if not going:
        return
    entry = {
        "at": now.isoformat(timespec="seconds"),
        "ending": "pruned",
        "pruned": [run.name for run in going],
    }
    append(workspace, entry)
    for run in going:
        # Out of sight first: what a killed prune leaves aside, the next job clears.
        aside = runs_folder(workspace) / f"{ASIDE}pruned-{run.name}"
        confirm(workspace)
        run.rename(aside)
        shutil.rmtree(aside)
