"""A verdict kept from the last check, for a workspace in which nothing has changed since.

It is found by a digest of all that it depends on: what people wrote, the program itself, and what
git has of the record. Whatever is not known for certain means that nothing is kept.
"""

import errno
import functools
import hashlib
import json
import os
import shutil
import stat
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from forecast_bench import __version__
from forecast_bench.checks.verdict import Suppressed, Verdict
from forecast_bench.problems import Location, Problem
from forecast_bench.sealing.history import head_of
from forecast_bench.sealing.ledger import LEDGER
from forecast_bench.workspace import (
    DERIVED,
    INCIDENTS,
    MODELS,
    Workspace,
    input_files,
    judgment_files,
    load_workspace,
    shown,
)
from forecast_bench.workspace.folder import yaml_files
from forecast_bench.workspace.replacing import replace_file
from forecast_bench.yaml_source.reader import LARGEST_FILE_BYTES

KEPT: Final = "verdicts"
# With fewer, a check is as fast as what is read to find that nothing has changed.
FEWEST_JUDGMENTS: Final = 100
_FORMAT = 1
_MOST_KEPT = 8
_TEXTS = (".yaml", ".yml", ".toml")


@dataclass(frozen=True, slots=True)
class Checked:
    """The verdict on a workspace, and how much was read for it."""

    verdict: Verdict
    files: int
    judgments: int


def check_folder(folder: Path, *, also: Sequence[Path] = ()) -> Checked:
    """Check a workspace, or give the verdict of a check that read the same.

    Parameters
    ----------
    folder : Path
        The workspace.
    also : sequence of Path
        As for `load_workspace`.
    """
    from forecast_bench.checks import judge

    key = _key(folder, also)
    path = folder / DERIVED / KEPT / f"{key}.json"
    kept = _read(path) if key is not None else None
    if kept is not None:
        return kept
    read: Workspace = load_workspace(folder, also=also)
    made = Checked(judge(read), len(read.files), len(read.judgments))
    # What was read may have changed while it was judged; then it is kept under no key.
    if key is not None and made.judgments >= FEWEST_JUDGMENTS and _key(folder, also) == key:
        _keep(path, made)
    return made


def _key(folder: Path, also: Sequence[Path]) -> str | None:
    """Digest of all that a verdict depends on; None where that cannot be known."""
    head = head_of(folder)
    if head is None:
        return None
    digest = hashlib.sha256()
    program = (_FORMAT, __version__, sys.version, bool(shutil.which("git")), head, _own_files())
    digest.update(repr(program).encode())
    listed = {
        *input_files(folder),
        *judgment_files(folder),
        *yaml_files(folder / MODELS / "lexicons"),
        *yaml_files(folder / MODELS / "rates"),
        *yaml_files(folder / INCIDENTS),
        *also,
        folder / LEDGER,
    }
    for path in sorted(listed):
        name = shown(path, folder)
        # Of data only that they are there counts here, and they may be large.
        held = path.suffix in _TEXTS or path.name == LEDGER
        try:
            content = _content(path) if held else b""
        except OSError:
            return None
        stamp = f"{name}\0{path in also}\0{path.is_file()}\0{len(content)}\0"
        digest.update(stamp.encode("utf-8", "surrogateescape"))
        digest.update(content)
    return digest.hexdigest()


def _content(path: Path) -> bytes:
    """Content of a file that is one; a pipe would be waited for.

    Raises
    ------
    OSError
        If it cannot be read, is no plain file, or is larger than people write.
    """
    try:
        status = path.stat()
    except FileNotFoundError:
        return b"a link to nowhere" if path.is_symlink() else b""
    if not stat.S_ISREG(status.st_mode) or status.st_size > LARGEST_FILE_BYTES:
        raise OSError(errno.EINVAL, "not a file that people write")
    return path.read_bytes()


@functools.cache
def _own_files() -> str:
    """Digest of the program's own files by their times, which change as it is developed."""
    package = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for folder, names, files in os.walk(package):
        names[:] = sorted(one for one in names if one != "__pycache__")
        for name in sorted(files):
            status = (Path(folder) / name).stat()
            digest.update(f"{folder}/{name}\0{status.st_mtime_ns}\0{status.st_size}\n".encode())
    return digest.hexdigest()


def _keep(path: Path, made: Checked) -> None:
    record = {"format": _FORMAT, **asdict(made)}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, json.dumps(record, ensure_ascii=False).encode("utf-8", "surrogatepass"))
        oldest = sorted(path.parent.glob("*.json"), key=lambda one: one.stat().st_mtime_ns)
        for one in oldest[:-_MOST_KEPT]:
            one.unlink(missing_ok=True)
    except OSError:
        return  # a folder that cannot be written to is checked anew each time


def _read(path: Path) -> Checked | None:
    """A verdict as it was kept; None where there is none, or it is damaged."""
    try:
        record: dict[str, Any] = json.loads(path.read_bytes().decode("utf-8", "surrogatepass"))
        verdict = record["verdict"]
        return Checked(
            Verdict(
                tuple(_problem(one) for one in verdict["problems"]),
                tuple(
                    Suppressed(_problem(one["problem"]), one["reason"])
                    for one in verdict["suppressed"]
                ),
                tuple(verdict["off"]),
            ),
            record["files"],
            record["judgments"],
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _problem(record: dict[str, Any]) -> Problem:
    place = Location(*record["location"])
    return Problem(**{**record, "location": place, "notes": tuple(record["notes"])})
