"""Files of schedulers written to disk, over nothing that somebody else wrote or changed."""

import hashlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from forecast_bench.workspace.replacing import replace_file

_MARK = "# Written by forecast-bench schedule. SHA-256 of what follows: "


class OccupiedError(Exception):
    """A file is there that was not written by us, or was changed since; the message names it."""


def signed(text: str) -> str:
    r"""Put the line before a text that says who wrote it, with the SHA-256 of the text.

    Examples
    --------
    >>> signed("a\n").splitlines()[0][:45]
    '# Written by forecast-bench schedule. SHA-256'
    """
    return f"{_MARK}{hashlib.sha256(text.encode()).hexdigest()}\n{text}"


def is_own(content: bytes) -> bool:
    r"""Tell whether a file is as we wrote it.

    Examples
    --------
    >>> is_own(signed("a\n").encode()), is_own(signed("a\n").encode() + b"b\n"), is_own(b"a\n")
    (True, False, False)
    """
    first, _, rest = content.partition(b"\n")
    return first == f"{_MARK}{hashlib.sha256(rest).hexdigest()}".encode()


def write_files(folder: Path, files: Mapping[str, str], *, force: bool) -> tuple[Path, ...]:
    """Write files into a folder, each whole or not at all.

    Parameters
    ----------
    folder : Path
        Made where it does not exist.
    files : mapping of str to str
        Texts by their paths in the folder.
    force : bool
        Whether files of others are replaced too.

    Returns
    -------
    tuple of Path
        The files written.

    Raises
    ------
    OccupiedError
        If one is there that is not as we wrote it; then nothing is written.
    OSError
        If one cannot be written; those before it are.
    """
    wanted = {folder / path: text for path, text in files.items()}
    for path in () if force else wanted:
        # A link is somebody's, wherever it leads.
        if path.is_symlink() or (path.exists() and not _as_written(path)):
            raise OccupiedError(
                f"{path} is there already and was not written by this command, or was changed "
                "since; nothing was written. --force replaces it"
            )
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, text.encode())
    return tuple(wanted)


def _as_written(path: Path) -> bool:
    return path.is_file() and is_own(path.read_bytes())


def repository_of(folder: Path) -> PurePosixPath:
    """Say where a folder lies in its git repository; ``.`` where it has none or is its root.

    Parameters
    ----------
    folder : Path
        Absolute.
    """
    for root in (folder, *folder.parents):
        if (root / ".git").exists():
            return PurePosixPath(folder.relative_to(root).as_posix())
    return PurePosixPath(".")
