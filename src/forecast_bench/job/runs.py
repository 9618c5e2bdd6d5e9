"""Run folders: written aside, renamed into place whole, and found again."""

import datetime
import errno
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from forecast_bench.job.lock import LockLostError, confirm
from forecast_bench.problems import NewerFormatError
from forecast_bench.workspace import DERIVED
from forecast_bench.workspace.replacing import named
from forecast_bench.workspace.run_files import (
    MANIFEST,
    RUN_FORMAT,
    DamagedRunError,
    read_manifest,
)

__all__ = [
    "MANIFEST",
    "RUN_FORMAT",
    "STOPS",
    "DamagedRunError",
    "JobStoppedError",
    "find_run",
    "latest_run",
    "publish",
    "put_in_force",
    "read_manifest",
    "run_before",
    "run_folders",
    "run_id",
    "runs_folder",
    "same_run",
    "stop_reason",
    "written_aside",
]

ASIDE = ".aside-"
LATEST = "latest"


class JobStoppedError(Exception):
    """The job came to a limit of memory or time; the message says in which stage."""


STOPS: Final = (
    OSError,
    DamagedRunError,
    JobStoppedError,
    LockLostError,
    MemoryError,
    NewerFormatError,
)
"""What stops the job safely: a disk or a permission that refuses, a run that cannot be read, what a
newer program wrote, too little memory or time, or another job that took the lock."""


_TO_DO = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), "make room on the disk"),
    **dict.fromkeys((errno.EACCES, errno.EPERM), "let the user of the job write there"),
    errno.EROFS: "mount the disk so that it can be written",
    errno.EIO: "have the disk looked at",
}


def stop_reason(failure: BaseException, workspace: Path | None = None) -> str:
    """Say in a line what stopped the job: which file was refused, why, and what to do.

    Parameters
    ----------
    failure : exception
        What stopped it.
    workspace : Path, optional
        Whose derived folder is named where the system names no file.

    Examples
    --------
    >>> print(stop_reason(OSError(5, "Input/output error", "/srv/desk")))
    /srv/desk: Input/output error: have the disk looked at, and run the job again
    >>> print(stop_reason(OSError(13, "Permission denied", "run", None, "/srv/desk/latest")))
    /srv/desk/latest: Permission denied: let the user of the job write there, and run the job again
    """
    if isinstance(failure, MemoryError):
        return f"memory ran out: {failure}" if str(failure) else "memory ran out"
    if not isinstance(failure, OSError):
        return signal.SIGINT.name if isinstance(failure, KeyboardInterrupt) else str(failure)
    derived = None if workspace is None else workspace / DERIVED
    # Of two names the second is what was to be made: a link's first one is only where it leads.
    where = failure.filename2 or failure.filename or derived
    to_do = _TO_DO.get(failure.errno or 0)
    advice = f": {to_do}, and run the job again" if to_do else ""
    place = f"{where}: " if where else ""
    return f"{place}{failure.strerror or type(failure).__name__}{advice}"


def runs_folder(workspace: Path) -> Path:
    """Folder of the runs of a workspace."""
    return workspace / DERIVED / "runs"


def run_folders(workspace: Path) -> list[Path]:
    """Folders of all runs, in the order in which they were made."""
    return sorted(path.parent for path in runs_folder(workspace).glob(f"[0-9]*/{MANIFEST}"))


def latest_run(workspace: Path) -> Path | None:
    """Folder of the run published last; None before the first."""
    latest = runs_folder(workspace) / LATEST
    return latest.resolve() if (latest / MANIFEST).is_file() else None


def same_run(workspace: Path, fingerprint: str) -> Path | None:
    """Folder of a run made of the same inputs for the same day; None where there is none."""
    found = sorted(runs_folder(workspace).glob(f"*-{fingerprint[:8]}/{MANIFEST}"), reverse=True)
    runs = (path.parent for path in found)
    return next((run for run in runs if read_manifest(run)["fingerprint"] == fingerprint), None)


def run_before(workspace: Path, as_of: datetime.date) -> Path | None:
    """Folder of the run to compare with: for no later day, and the newest for the latest one."""
    dated = [(read_manifest(run)["as_of"], run.name, run) for run in run_folders(workspace)]
    known = [one for one in dated if one[0] <= as_of.isoformat()]
    return max(known)[2] if known else None


def find_run(workspace: Path, name: str | None) -> Path | None:
    """Folder of a run by its id, or of the latest one; None where there is none."""
    if name is None:
        return latest_run(workspace)
    folder = runs_folder(workspace) / name
    inside = folder.parent == runs_folder(workspace)
    return folder if inside and (folder / MANIFEST).is_file() else None


def run_id(made_at: datetime.datetime, fingerprint: str) -> str:
    """Id of a run: when it was made and what it was made of.

    Examples
    --------
    >>> run_id(datetime.datetime(2018, 7, 1, 3, 0, tzinfo=datetime.UTC), "0123456789abcdef")
    '20180701T030000Z-01234567'
    """
    return f"{made_at:%Y%m%dT%H%M%SZ}-{fingerprint[:8]}"


def free_run_id(workspace: Path, made_at: datetime.datetime, fingerprint: str) -> str:
    """Id of a run that none has yet: of two made in one second, the later one is put a second on.

    A run that is there is never replaced, so that whatever the ledger has stays whole.
    """
    while os.path.lexists(runs_folder(workspace) / run_id(made_at, fingerprint)):
        made_at += datetime.timedelta(seconds=1)
    return run_id(made_at, fingerprint)


@contextmanager
def written_aside(workspace: Path) -> Iterator[Path]:
    """Give a folder to write a run into; removed unless it was published."""
    folder = runs_folder(workspace)
    folder.mkdir(parents=True, exist_ok=True)
    confirm(workspace)  # what lies there aside could be of the job that took the lock
    for left_over in folder.glob(f"{ASIDE}*"):
        shutil.rmtree(left_over)
    aside = Path(tempfile.mkdtemp(prefix=ASIDE, dir=folder))
    aside.chmod(0o755)
    try:
        yield aside
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def publish(workspace: Path, aside: Path, name: str, *, in_force: bool = True) -> Path:
    """Rename a finished run into place, then point `latest` to it: in that order, each atomic.

    Readers see the run before or the new one, whole. The caller holds the lock of the workspace.

    Parameters
    ----------
    workspace, aside : Path
        The workspace, and the folder that the run was written into.
    name : str
        Id of the run.
    in_force : bool
        Whether it becomes the latest; a replay of the past does not.

    Raises
    ------
    FileExistsError
        If there is a run of that name: it stays.
    LockLostError
        If the lock is another's by now; nothing was published.
    """
    _flush(aside)
    target = runs_folder(workspace) / name
    if os.path.lexists(target):
        raise FileExistsError(errno.EEXIST, "there is a run of this name", str(target))
    confirm(workspace)
    aside.rename(target)
    if in_force:
        put_in_force(workspace, name)
    return target


def put_in_force(workspace: Path, name: str) -> None:
    """Point `latest` to a run, atomically; the lock is confirmed before."""
    confirm(workspace)
    pointer = runs_folder(workspace) / f".{LATEST}"
    pointer.unlink(missing_ok=True)
    pointer.symlink_to(name)
    pointer.replace(runs_folder(workspace) / LATEST)


def _flush(folder: Path) -> None:
    """Bring every file to disk before the rename can be, lest a power cut publish empty files."""
    for path in (*folder.rglob("*"), folder):
        handle = os.open(path, os.O_RDONLY)
        try:
            with named(path):
                os.fsync(handle)
        finally:
            os.close(handle)
