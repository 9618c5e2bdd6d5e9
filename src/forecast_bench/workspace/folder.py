"""Where a workspace is and which files it has."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

JUDGMENTS = "judgments"
MODELS = "models"
MAPPINGS = "mappings"
INCIDENTS = "incidents"
DERIVED = ".forecast-bench"
SETTINGS = "pyproject.toml"


def find_workspace(start: Path) -> Path | None:
    """Give the nearest folder from `start` upward that has a folder of judgments.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     (Path(folder) / "judgments" / "2018").mkdir(parents=True)
    ...     find_workspace(Path(folder) / "judgments" / "2018") == Path(folder).resolve()
    True
    """
    start = start.resolve()
    return next((one for one in (start, *start.parents) if (one / JUDGMENTS).is_dir()), None)


def judgment_files(workspace: Path) -> tuple[Path, ...]:
    """Every YAML file under judgments/, in the order of their paths; hidden ones are drafts."""
    return yaml_files(workspace / JUDGMENTS, pattern="**/*")


def yaml_files(folder: Path, *, pattern: str = "*") -> tuple[Path, ...]:
    """YAML files of a folder by path; none where the folder is missing.

    What has the name of one and is none, such as a link to nowhere, is among them, for the reader
    to report.
    """
    endings = ("yaml", "yml")
    found = (path for one in endings for path in folder.glob(f"{pattern}.{one}"))
    return tuple(sorted(path for path in found if not _is_hidden(path, folder)))


def input_files(workspace: Path) -> tuple[Path, ...]:
    """Every file that what the job publishes depends on."""
    found = [workspace / SETTINGS] if (workspace / SETTINGS).is_file() else []
    for name in (JUDGMENTS, MODELS, INCIDENTS):
        found.extend(
            path
            for path in (workspace / name).rglob("*")
            if path.is_file()
            and "__pycache__" not in path.parts
            and not _is_hidden(path, workspace / name)
        )
    return tuple(sorted(found))


def _is_hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def hashes(workspace: Path, files: Iterable[Path]) -> dict[str, str]:
    """SHA-256 of each file by its path in the workspace.

    Raises
    ------
    OSError
        If a file cannot be read.
    """
    return {shown(path, workspace): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def shown(path: Path, workspace: Path) -> str:
    """Path as messages show it: relative to the workspace where it lies inside, with slashes."""
    # A link is shown where it stands, not where it leads.
    place = path.resolve() if path.name in ("", "..") else path.parent.resolve() / path.name
    if place.is_relative_to(workspace.resolve()):
        text = place.relative_to(workspace.resolve()).as_posix()
    elif path.is_relative_to(workspace) and ".." not in path.parts:
        text = path.relative_to(workspace).as_posix()  # a folder above it is a link
    else:
        text = path.as_posix()
    # A name that is not UTF-8 can be printed only with a stand-in.
    return text.encode("utf-8", "replace").decode("utf-8")
