"""Where a store lies: a local folder, or any place that fsspec reaches.

A store is written so that one file, replaced whole, makes everything else count: what was put down
before that and is not named by it is litter, never half a vintage.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

LOCK_SECONDS: Final = 60.0
ASIDE: Final = ".aside-"
_LOCK: Final = ".lock"


class Storage(Protocol):
    """A tree of named files; names are relative, with ``/`` between their parts."""

    @property
    def place(self) -> str:
        """Where it is, for people."""

    def read(self, name: str) -> bytes | None:
        """Content of a file; None where there is no such file."""

    def replace(self, name: str, content: bytes) -> None:
        """Put a small file in the place of another, whole or not at all."""

    def put(self, source: Path, name: str) -> None:
        """Bring a file from this machine in; it may be half there until this returns."""

    def local(self, name: str) -> Path:
        """Give a path on this machine at which the file can be read. It must never change."""

    def names(self, folder: str) -> tuple[str, ...]:
        """Name every file below a folder; none where there is no such folder."""

    def folders(self) -> tuple[str, ...]:
        """Names of the folders at the top."""

    def remove(self, name: str) -> None:
        """Remove a file."""

    def scratch(self, folder: str) -> Path:
        """Give a folder on this machine for what is being made, from where `put` is cheap."""

    def locked(self, folder: str, *, seconds: float | None = None) -> AbstractContextManager[None]:
        """Keep other writers away from a folder, having waited so long for one."""


@dataclass(frozen=True, slots=True)
class LocalStorage:
    """A folder on this machine, or on a disk that machines share."""

    root: Path

    @property
    def place(self) -> str:
        """Path of the folder."""
        return str(self.root)

    def read(self, name: str) -> bytes | None:
        """Content of a file; None where there is no such file."""
        try:
            return (self.root / name).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def replace(self, name: str, content: bytes) -> None:
        """Write aside, bring onto the disk, and rename."""
        target = self.root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, aside = tempfile.mkstemp(prefix=ASIDE, dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(aside).chmod(0o644)
            _sync(Path(aside))
            Path(aside).replace(target)
            _sync(target.parent)
        except BaseException:
            Path(aside).unlink(missing_ok=True)
            raise

    def put(self, source: Path, name: str) -> None:
        """Move a file of the same disk in, or copy one of another."""
        import shutil

        target = self.root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(source, target)
        _sync(target)
        _sync(target.parent)

    def local(self, name: str) -> Path:
        """Path of the file itself."""
        return self.root / name

    def names(self, folder: str) -> tuple[str, ...]:
        """Name every file below a folder."""
        found = (self.root / folder).rglob("*")
        return tuple(
            sorted(one.relative_to(self.root).as_posix() for one in found if one.is_file())
        )

    def folders(self) -> tuple[str, ...]:
        """Names of the folders at the top."""
        if not self.root.is_dir():
            return ()
        return tuple(sorted(one.name for one in self.root.iterdir() if one.is_dir()))

    def remove(self, name: str) -> None:
        """Remove a file, and the folders that it leaves empty."""
        path = self.root / name
        path.unlink(missing_ok=True)
        for parent in path.relative_to(self.root).parents[:-1]:
            try:
                (self.root / parent).rmdir()
            except OSError:
                return  # not empty

    def scratch(self, folder: str) -> Path:
        """Give the folder itself: what is made there is moved in by renaming."""
        return self.root / folder

    @contextmanager
    def locked(self, folder: str, *, seconds: float | None = None) -> Iterator[None]:
        """Hold a lock of the operating system, which a process loses when it dies.

        Raises
        ------
        filelock.Timeout
            If another writer holds it for longer.
        """
        from filelock import FileLock

        path = self.root / folder
        path.mkdir(parents=True, exist_ok=True)
        with FileLock(path / _LOCK, timeout=LOCK_SECONDS if seconds is None else seconds):
            yield


@dataclass(frozen=True, slots=True)
class RemoteStorage:
    """A place that fsspec reaches, such as a bucket, with copies of what never changes.

    There is no lock that all such places have: one writer at a time is for whoever schedules the
    imports to keep. Two at once lose one of the two imports; neither leaves a half one.
    """

    url: str
    cache: Path

    @property
    def place(self) -> str:
        """The address."""
        return self.url

    def read(self, name: str) -> bytes | None:
        """Content of a file; None where there is no such file."""
        try:
            with self._reached() as system:
                content: bytes = system.cat_file(self._at(name))
        except FileNotFoundError:
            return None
        return content

    def replace(self, name: str, content: bytes) -> None:
        """Put the object; such places show an object whole or not at all."""
        with self._reached() as system:
            system.pipe_file(self._at(name), content)

    def put(self, source: Path, name: str) -> None:
        """Send a file."""
        with self._reached() as system:
            system.put_file(str(source), self._at(name))

    def local(self, name: str) -> Path:
        """Bring the file here once, whole."""
        target = self.cache / name
        if target.is_file():
            return target
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, aside = tempfile.mkstemp(prefix=ASIDE, dir=target.parent)
        os.close(handle)
        try:
            with self._reached() as system:
                system.get_file(self._at(name), aside)
            Path(aside).replace(target)
        except BaseException:
            Path(aside).unlink(missing_ok=True)
            raise
        return target

    def names(self, folder: str) -> tuple[str, ...]:
        """Name every object below a folder."""
        try:
            with self._reached() as system:
                system.invalidate_cache()
                found = system.find(self._at(folder))
        except FileNotFoundError:
            return ()
        root = self._at("")
        return tuple(sorted(one.removeprefix(root).lstrip("/") for one in found))

    def folders(self) -> tuple[str, ...]:
        """Names of the folders at the top."""
        return tuple(sorted({one.partition("/")[0] for one in self.names("") if "/" in one}))

    def remove(self, name: str) -> None:
        """Remove an object, and the copy of it."""
        with suppress(FileNotFoundError), self._reached() as system:
            system.rm_file(self._at(name))
        (self.cache / name).unlink(missing_ok=True)

    def scratch(self, folder: str) -> Path:
        """Give the folder of copies."""
        return self.cache / folder

    @contextmanager
    def locked(self, folder: str, *, seconds: float | None = None) -> Iterator[None]:
        """Keep writers of this machine apart."""
        with LocalStorage(self.cache).locked(folder, seconds=seconds):
            yield

    @contextmanager
    def _reached(self) -> Iterator[AbstractFileSystem]:
        """Give the file system; what its library raises of its own is a fault of the place."""
        from fsspec.core import url_to_fs

        try:
            yield url_to_fs(self.url)[0]
        except OSError:
            raise
        except Exception as failure:
            raise OSError(f"{type(failure).__name__}: {failure}") from failure

    def _at(self, name: str) -> str:
        from fsspec.core import url_to_fs

        root = str(url_to_fs(self.url)[1]).rstrip("/")
        return f"{root}/{name}".rstrip("/")


def open_storage(location: str | None, *, otherwise: Path, cache: Path) -> Storage:
    """Open the store that a workspace names.

    Parameters
    ----------
    location : str or None
        A path (``file://`` before it or not), or an address that fsspec knows
        (``s3://bucket/incidents``); None for `otherwise`.
    otherwise : Path
        Folder of the store where none is named; relative paths start in its workspace.
    cache : Path
        Folder for copies of what lies elsewhere.

    Examples
    --------
    >>> open_storage(None, otherwise=Path("store"), cache=Path("cache"))
    LocalStorage(root=PosixPath('store'))
    >>> open_storage("s3://bucket/incidents", otherwise=Path("store"), cache=Path("cache")).place
    's3://bucket/incidents'
    """
    if location is None:
        return LocalStorage(otherwise)
    location = location.removeprefix("file://")
    if "://" in location:
        return RemoteStorage(location.rstrip("/"), cache)
    return LocalStorage(Path(location))


def _sync(path: Path) -> None:
    """Bring a file, or the names in a folder, onto the disk."""
    if os.name == "nt" and path.is_dir():
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
