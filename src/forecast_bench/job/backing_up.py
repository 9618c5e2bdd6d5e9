"""Copies of what a migration changes, held against their hashes, and how to go back to them."""

import hashlib
import json
import shlex
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from forecast_bench.incidents import IncidentStoreError, LocalStorage, Storage
from forecast_bench.incidents.former import former_files
from forecast_bench.workspace import DERIVED
from forecast_bench.workspace.replacing import replace_file

BACKUPS: Final = "backups"
BACKUP_FORMAT: Final = 1
HASHES: Final = "hashes.json"
_STORE: Final = "incidents"
_ASIDE: Final = ".aside-"


def backups_folder(workspace: Path) -> Path:
    """Folder of the backups of a workspace."""
    return workspace / DERIVED / BACKUPS


def back_up(
    workspace: Path,
    storage: Storage,
    sources: Sequence[str],
    *,
    name: str,
    done: Callable[[str], None],
) -> Path:
    """Copy sources of former formats; the copy is there whole, with the hash of every file, or not.

    Parameters
    ----------
    workspace : Path
        The workspace; the caller holds its lock.
    storage : Storage
        Its store.
    sources : sequence of str
        What is copied.
    name : str
        Name of the backup.
    done : callable
        Told of each step once it is done.

    Raises
    ------
    IncidentStoreError
        If a copy is not what was copied.
    OSError
        If the disk refuses.
    """
    folder = backups_folder(workspace)
    folder.mkdir(parents=True, exist_ok=True)
    for left_over in folder.glob(f"{_ASIDE}*"):
        shutil.rmtree(left_over)
    aside = folder / f"{_ASIDE}{name}"
    hashes: dict[str, str] = {}
    for source in sources:
        # Locks, and what an interrupted import left, are no part of the store.
        for file in sorted(former_files(storage, source)):
            content = storage.read(file)
            if content is None:
                raise IncidentStoreError(f"{storage.place}/{file} went away while it was copied")
            target = aside / _STORE / file
            target.parent.mkdir(parents=True, exist_ok=True)
            replace_file(target, content)
            hashes[f"{_STORE}/{file}"] = hashlib.sha256(content).hexdigest()
            done("copied")
    for file, expected in hashes.items():
        if hashlib.sha256((aside / file).read_bytes()).hexdigest() != expected:
            raise IncidentStoreError(f"{aside / file} is not what was copied; nothing was changed")
    text = json.dumps({"format": BACKUP_FORMAT, "files": hashes}, indent=1, ensure_ascii=False)
    replace_file(aside / HASHES, f"{text}\n".encode())
    done("hashed")
    aside.rename(folder / name)
    done("backed up")
    return folder / name


def restoring(backup: Path, storage: Storage, sources: Sequence[str]) -> str:
    """Give the command that puts a backup back, for a shell; in words where the store is elsewhere.

    Examples
    --------
    >>> restoring(Path("/w/backups/b"), LocalStorage(Path("/w/incidents")), ["acled"])
    'rm -rf /w/incidents/acled && cp -R /w/backups/b/incidents/. /w/incidents/'
    """
    if not isinstance(storage, LocalStorage):
        return (
            f"remove {', '.join(sources)} below {storage.place} and copy {backup / _STORE} there, "
            "with the client of that place"
        )
    root = storage.root.resolve() if not storage.root.is_absolute() else storage.root
    gone = " ".join(shlex.quote(str(root / one)) for one in sources)
    whence = shlex.quote(f"{backup.resolve() / _STORE}/.")
    return f"rm -rf {gone} && cp -R {whence} {shlex.quote(f'{root}/')}"
