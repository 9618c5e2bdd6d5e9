"""Files are replaced whole: whoever reads one, and whoever kills us, finds the old or the new."""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final


@contextmanager
def named(path: Path) -> Iterator[None]:
    """Have a disk that refuses say which file: a write that fails does not know its name.

    Raises
    ------
    OSError
        As it was, with the name of the file.

    Examples
    --------
    >>> with named(Path("run/judgments.parquet")):
    ...     raise OSError(28, "Error writing bytes")
    Traceback (most recent call last):
    ...
    OSError: [Errno 28] No space left on device: 'run/judgments.parquet'
    """
    try:
        yield
    except OSError as failure:
        if failure.filename is not None or failure.errno is None:
            raise
        raise OSError(failure.errno, os.strerror(failure.errno), str(path)) from failure


ASIDE: Final = ".part"
"""How the names of files end that are being written aside: `.NAME.PROCESS.….part`."""
_WRITER: Final = re.compile(r"[.](\d+)(?:[.][^.]*)?[.]part$")


def write_file(path: Path, content: bytes) -> None:
    """Write a file of a folder that nobody reads yet.

    Raises
    ------
    OSError
        With its name, if it cannot be written; half of it may be there.
    """
    with named(path):
        path.write_bytes(content)


def replace_file(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Replace a file whole: written aside, on disk before the name leads to it.

    Parameters
    ----------
    path : Path
        The file; it keeps its mode where it exists.
    content : bytes
        All of it.
    mode : int
        For a file that does not exist yet.

    Raises
    ------
    OSError
        If it cannot be written; it stays as it was.
    """
    mode = path.stat().st_mode & 0o777 if path.exists() else mode
    handle, name = tempfile.mkstemp(
        prefix=f".{path.name}.{os.getpid()}.", suffix=ASIDE, dir=path.parent
    )
    with _no_half(Path(name)):
        with named(path), os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Give a path to write a file to, which takes its place once it is on disk.

    Raises
    ------
    OSError
        With its name, if it cannot be written; what was there stays.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}{ASIDE}")
    with _no_half(aside):
        with named(path):
            yield aside
            with aside.open("rb") as written:
                os.fsync(written.fileno())
        aside.replace(path)


@contextmanager
def _no_half(aside: Path) -> Iterator[None]:
    """Take a half away; where that is refused too, what went wrong first is what is told."""
    try:
        yield
    except BaseException:
        with suppress(OSError):
            aside.unlink(missing_ok=True)
        raise


def remove_halves(folder: Path, *, of: str = "") -> None:
    """Remove what was being written aside in a folder, of any name or one, by a process now gone.

    Raises
    ------
    OSError
        If a file cannot be removed.
    """
    for path in folder.glob(f".{of}*{ASIDE}"):
        if path.is_file() and not _at_work(path):
            path.unlink(missing_ok=True)


def _at_work(path: Path) -> bool:
    """Whether the process that a file aside is named after lives; one without a name does not."""
    found = _WRITER.search(path.name)
    if found is None:
        return False
    try:
        os.kill(int(found[1]), 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True  # of another user
    return True
