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
        files = (path for run in going for path in run.rglob("*") if path.is_file())
        freed = sum(path.stat().st_size for path in files)
        pruned = Pruned(tuple(run.name for run in going), len(runs) - len(going), freed)
        if only_say or not going:
            return pruned
        append(
            workspace,
            {
                "at": now.isoformat(timespec="seconds"),
                "ending": "pruned",
                "pruned": list(pruned.names),
            },
        )
        for run in going:
            # Out of sight first: what a killed prune leaves aside, the next job clears.
            aside = runs_folder(workspace) / f"{ASIDE}pruned-{run.name}"
            confirm(workspace)
            run.rename(aside)
            shutil.rmtree(aside)
        return pruned
