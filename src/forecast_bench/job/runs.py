"""Run folders: written aside, renamed into place whole, and found again."""

import datetime
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from forecast_bench.workspace import DERIVED
from forecast_bench.workspace.replacing import named

MANIFEST = "manifest.json"
RUN_FORMAT = 1
ASIDE = ".aside-"
LATEST = "latest"
# What every manifest has said since the first version.
_TOLD = {"run", "as_of", "fingerprint"}


class DamagedRunError(Exception):
    """The manifest of a run is not what the job writes; the message says which, and what to do."""


STOPS: Final = (OSError, DamagedRunError)
"""What stops the job safely: a disk or a permission that refuses, a run that cannot be read."""


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


def read_manifest(run: Path) -> dict[str, Any]:
    """Read the manifest of a run.

    Raises
    ------
    DamagedRunError
        If it is none.
    """
    try:
        manifest = json.loads((run / MANIFEST).read_text(encoding="utf-8"))
    except ValueError:
        manifest = None
    if not isinstance(manifest, dict) or not manifest.keys() >= _TOLD:
        raise DamagedRunError(
            f"{run / MANIFEST}: this is no manifest of a run: forecast-bench runs verify says what "
            "else was changed; take the folder of the run away, and run the job again"
        )
    return manifest


def run_id(made_at: datetime.datetime, fingerprint: str) -> str:
    """Id of a run: when it was made and what it was made of.

    Examples
    --------
    >>> run_id(datetime.datetime(2018, 7, 1, 3, 0, tzinfo=datetime.UTC), "0123456789abcdef")
    '20180701T030000Z-01234567'
    """
    return f"{made_at:%Y%m%dT%H%M%SZ}-{fingerprint[:8]}"


@contextmanager
def written_aside(workspace: Path) -> Iterator[Path]:
    """Give a folder to write a run into; removed unless it was published."""
    folder = runs_folder(workspace)
    folder.mkdir(parents=True, exist_ok=True)
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
    """
    _flush(aside)
    target = runs_folder(workspace) / name
    if target.exists():
        shutil.rmtree(target)
    aside.rename(target)
    if in_force:
        put_in_force(workspace, name)
    return target


def put_in_force(workspace: Path, name: str) -> None:
    """Point `latest` to a run, atomically."""
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
