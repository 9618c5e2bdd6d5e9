"""Links that would have lines of a file outside of a workspace shown as its own."""

from pathlib import Path, PurePosixPath
from typing import Final

LEADS_OUT: Final = (
    "this is a link to a place outside the workspace, whose lines would be shown to whoever sees "
    "this message: put the file itself here"
)


def leads_out(path: Path, *, shown_as: str) -> bool:
    """Whether links take a file out of the folder that it is shown to lie in.

    Parameters
    ----------
    path : Path
        The file.
    shown_as : str
        Its path in messages; one that is not the end of `path` is of no workspace.

    Examples
    --------
    >>> leads_out(Path("/etc/hostname"), shown_as="/etc/hostname")
    False
    """
    inside, whole = PurePosixPath(shown_as).parts, path.absolute().parts
    if PurePosixPath(shown_as).is_absolute() or whole[-len(inside) :] != inside:
        return False
    folder = Path(*whole[: -len(inside)])
    return not path.resolve().is_relative_to(folder.resolve())
