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

import pydantic
import yaml

from forecast_bench import __version__
from forecast_bench.checks.verdict import Suppressed, Verdict
from forecast_bench.problems import Location, Problem
from forecast_bench.sealing.history import reach_of, unanswered
from forecast_bench.sealing.ledger import LEDGER
from forecast_bench.workspace import (
    DERIVED,
    INCIDENTS,
    JUDGMENTS,
    MODELS,
    Workspace,
    input_files,
    judgment_files,
    load_workspace,
    shown,
)
from forecast_bench.workspace.folder import yaml_files
from forecast_bench.workspace.replacing import replace_file
from forecast_bench.yaml_source import LARGEST_FILE_BYTES, leads_out

KEPT: Final = "verdicts"
# With fewer, a check is as fast as what is read to find that nothing has changed.
FEWEST_JUDGMENTS: Final = 100
_FORMAT = 3
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
    path = folder / DERIVED / KEPT / f"{key}.jsonl"
    kept = _read(path) if key is not None else None
    if kept is not None:
        return kept
    read: Workspace = load_workspace(folder, also=also)
    with unanswered() as asked_in_vain:
        made = Checked(judge(read), len(read.files), len(read.judgments))
    enough = key is not None and made.judgments >= FEWEST_JUDGMENTS
    # What was read may have changed while it was judged, and git may answer the next time.
    if enough and not asked_in_vain and _key(folder, also) == key:
        _keep(path, made)
    return made


def _key(folder: Path, also: Sequence[Path]) -> str | None:
    """Digest of all that a verdict depends on; None where that cannot be known."""
    try:
        reach = reach_of(folder)
        # A file somewhere, checked on its own, gets no folder of ours beside it.
        away = not (folder / JUDGMENTS).is_dir() or _has_linked_folders(folder / INCIDENTS)
        return None if away or reach is None else _digest(folder, also, reach)
    except OSError:
        return None


def _digest(folder: Path, also: Sequence[Path], reach: str) -> str:
    """Digest of the program, of git's reach and of what people wrote.

    Raises
    ------
    OSError
        If something cannot be looked at.
    """
    digest = hashlib.sha256()
    program = (_FORMAT, __version__, _own_files(), sys.version, pydantic.VERSION, yaml.__version__)
    # Of two that define one name the first counts, so their order does.
    asked = [shown(path, folder) for path in also]
    digest.update(repr((program, bool(shutil.which("git")), reach, asked)).encode())
    given = set(also)
    # Lexicons are read by any ending that is like YAML's, and hidden ones too.
    texts = given | set((folder / MODELS / "lexicons").glob("*.y*ml"))
    listed = {
        *texts,
        *input_files(folder),
        *judgment_files(folder),
        *yaml_files(folder / MODELS / "rates"),
        *yaml_files(folder / INCIDENTS),
        folder / LEDGER,
    }
    for path in sorted(listed):
        # Of data only that they are there counts here, and they may be large.
        held = path in texts or path.suffix in _TEXTS or path.name == LEDGER
        content = _content(path) if held else b""
        name = shown(path, folder)
        seen = (path in given, path.is_file(), leads_out(path, shown_as=name), len(content))
        stamp = f"{name}\0{seen}\0"
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
    too_large = status.st_size > LARGEST_FILE_BYTES and path.name != LEDGER
    if not stat.S_ISREG(status.st_mode) or too_large:
        raise OSError(errno.EINVAL, "not a file that people write")
    return path.read_bytes()


def _has_linked_folders(folder: Path) -> bool:
    """Whether data may lie where a walk through the folder does not come."""
    return any(one.is_symlink() and one.is_dir() for one in folder.rglob("*"))


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
    """Write a verdict as two lines of JSON: the digest of the second, and the verdict."""
    body = json.dumps(asdict(made), ensure_ascii=False).encode("utf-8", "surrogatepass")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, _digest_line(body) + body)
        oldest = sorted(path.parent.glob("*.jsonl"), key=lambda one: one.stat().st_mtime_ns)
        for one in oldest[:-_MOST_KEPT]:
            one.unlink(missing_ok=True)
    except OSError:
        return  # a folder that cannot be written to is checked anew each time


def _read(path: Path) -> Checked | None:
    """A verdict as it was kept; None where there is none, or it is damaged."""
    try:
        head, _, body = path.read_bytes().partition(b"\n")
    except OSError:
        return None
    if head + b"\n" != _digest_line(body):
        return None
    record: dict[str, Any] = json.loads(body.decode("utf-8", "surrogatepass"))
    verdict = record["verdict"]
    return Checked(
        Verdict(
            tuple(_problem(one) for one in verdict["problems"]),
            tuple(
                Suppressed(_problem(one["problem"]), one["reason"]) for one in verdict["suppressed"]
            ),
            tuple(verdict["off"]),
        ),
        record["files"],
        record["judgments"],
    )


def _digest_line(body: bytes) -> bytes:
    return f'"{hashlib.sha256(body).hexdigest()}"\n'.encode()


def _problem(record: dict[str, Any]) -> Problem:
    place = Location(*record["location"])
    return Problem(**{**record, "location": place, "notes": tuple(record["notes"])})
