"""Files are replaced whole: whoever reads one, and whoever kills us, finds the old or the new."""

import os
import tempfile
from pathlib import Path


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
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
