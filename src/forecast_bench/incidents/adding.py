"""A vintage put among those that a source has, wherever in time it belongs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from forecast_bench.incidents.bitemporal import Delta, Scope, delivered_again, fold, make_delta
from forecast_bench.incidents.catalogue import Catalogue, DataFile, Manifest
from forecast_bench.incidents.storage import ASIDE, Storage
from forecast_bench.incidents.vintages import Vintage, local_state

if TYPE_CHECKING:
    import duckdb

IMPORTING: Final = ".importing-"


def add_vintage(
    storage: Storage,
    catalogue: Catalogue,
    manifest: Manifest,
    delivered: Path,
    *,
    folder: Path,
    connection: duckdb.DuckDBPyConnection,
) -> Catalogue:
    """Put a vintage in its place, with its files; it holds once the catalogue is written.

    The states after it stay what they were where their own imports have the say, so what these
    changed is worked out anew.

    Parameters
    ----------
    storage : Storage
        The store; files are put into it, and none is taken out.
    catalogue : Catalogue
        What the source has so far.
    manifest : Manifest
        The new vintage, without what it changed.
    delivered : Path
        Its rows, as `make_delta` takes them.
    folder : Path
        For what is made on the way.
    connection : DuckDBPyConnection
        Does the work.
    """
    work = _Work(storage, catalogue, folder, connection)
    earlier = [one for one in catalogue.vintages if one.key < manifest.key]
    later = [one for one in catalogue.vintages if one.key > manifest.key]
    files = work.files_before(manifest.key, fresh=manifest.folder)
    made, files = work.add(manifest, delivered, files)
    manifests = [*earlier, made]
    for one in later:
        again = folder / f"{one.name}.parquet"
        state = Vintage(storage, catalogue, one).state
        delivered_again(connection, state, scope_of(one), again)
        moved = one.model_copy(update={"folder": f"{one.name}-before-{manifest.folder}"})
        made, files = work.add(moved, again, files)
        manifests.append(made)
    return catalogue.model_copy(update={"vintages": tuple(manifests), "files": files})


def scope_of(manifest: Manifest) -> Scope:
    """Say where an import has the say."""
    return Scope(manifest.coverage, everything=manifest.replaces)


def sweep(storage: Storage, catalogue: Catalogue) -> None:
    """Remove what interrupted imports and compactions left; the caller holds the lock."""
    _remove(_halves(storage, catalogue.source))
    kept = {one.name for one in catalogue.files} | {one.labels_file for one in catalogue.vintages}
    for name in storage.names(f"{catalogue.source}/data"):
        if name not in kept:
            storage.remove(name)


def sweep_halves(storage: Storage, source: str) -> None:
    """Remove what an import left that was killed after its last step, unless one is at work."""
    from filelock import Timeout

    if not _halves(storage, source):
        return
    try:
        with storage.locked(source, seconds=0):
            _remove(_halves(storage, source))
    except Timeout:
        return  # they are not halves, but at work


def _halves(storage: Storage, source: str) -> list[Path]:
    """What imports and compactions work in, or were working in when they were killed."""
    scratch = storage.scratch(source)
    return [*scratch.glob(f"{IMPORTING}*"), *scratch.glob(f"{ASIDE}*")]


def _remove(halves: Iterable[Path]) -> None:
    import shutil

    for one in halves:
        if one.is_dir():
            shutil.rmtree(one)
        else:
            one.unlink()


@dataclass(frozen=True, slots=True)
class _Work:
    storage: Storage
    catalogue: Catalogue
    folder: Path
    connection: duckdb.DuckDBPyConnection

    def files_before(self, key: int, *, fresh: str) -> tuple[DataFile, ...]:
        """Files that hold the states before a key, and nothing later."""
        files = [one for one in self.catalogue.files if one.first_key < key]
        if all(one.last_key < key for one in files):
            return tuple(files)
        return put_folded(
            self.storage,
            files,
            until=key - 1,
            name=f"{self.catalogue.source}/data/before-{fresh}",
            folder=self.folder / "before",
            connection=self.connection,
        )

    def add(
        self, manifest: Manifest, delivered: Path, files: tuple[DataFile, ...]
    ) -> tuple[Manifest, tuple[DataFile, ...]]:
        """Work out one vintage, and put its files down."""
        before = local_state(self.storage, files, key=manifest.key)
        delta = make_delta(
            self.connection,
            before,
            delivered,
            scope_of(manifest),
            source=manifest.source,
            retrieved=manifest.retrieved,
            key=manifest.key,
            folder=self.folder / manifest.folder,
        )
        made = manifest.model_copy(
            update={
                "rows": delta.rows_after,
                "incidents": delta.incidents_after,
                **{name: getattr(delta, name) for name in ("added", "changed", "withdrawn")},
            }
        )
        labels = json.dumps(delta.labels, ensure_ascii=False).encode()
        self.storage.replace(made.labels_file, labels)
        return made, (*files, *self._put(made, delta))

    def _put(self, manifest: Manifest, delta: Delta) -> Iterable[DataFile]:
        root = self.folder / manifest.folder
        for kind, paths in (("rows", delta.rows), ("closings", delta.closings)):
            for path in paths:
                name = (
                    f"{manifest.source}/data/{manifest.folder}/{path.relative_to(root).as_posix()}"
                )
                size = path.stat().st_size
                self.storage.put(path, name)
                key = manifest.key
                yield DataFile(name=name, size=size, kind=kind, first_key=key, last_key=key)


def put_folded(
    storage: Storage,
    files: Iterable[DataFile],
    *,
    until: int,
    name: str,
    folder: Path,
    connection: duckdb.DuckDBPyConnection,
) -> tuple[DataFile, ...]:
    """Write the versions and closings of several vintages into one set of files."""
    known = tuple(files)
    rows = fold(connection, local_state(storage, known, key=until), folder)
    first = min(one.first_key for one in known)
    found = []
    for path in rows:
        target = f"{name}/{path.relative_to(folder).as_posix()}"
        size = path.stat().st_size
        storage.put(path, target)
        found.append(DataFile(name=target, size=size, kind="rows", first_key=first, last_key=until))
    return tuple(found)
