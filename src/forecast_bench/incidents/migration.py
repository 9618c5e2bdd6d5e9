"""A source of a former format brought to the present one, whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from forecast_bench.incidents.adding import IMPORTING, add_vintage, sweep
from forecast_bench.incidents.catalogue import (
    Catalogue,
    IncidentStoreError,
    is_of_format_1,
    read_catalogue,
    store_faults,
    write_catalogue,
)
from forecast_bench.incidents.duckdb_session import duckdb_session
from forecast_bench.incidents.former import (
    former_files,
    former_format,
    former_vintages,
    write_state,
)
from forecast_bench.incidents.storage import Storage


def migrate_source(
    storage: Storage,
    source: str,
    *,
    done: Callable[[str], None],
    threads: int = 2,
    memory: str = "1GB",
) -> None:
    """Write the vintages of a former format in the present one; every answer stays what it was.

    New files are put beside the old ones, and count from the moment the catalogue is replaced;
    then the old ones go. Stopped at any point and begun again it ends the same. Vintages keep
    their names, days and order. A whole copy of format 1 has the say over all before it, as it had.

    Parameters
    ----------
    storage : Storage
        The store.
    source : str
        Id of the source.
    done : callable
        Told of each step once it is done.
    threads, memory : int, str
        Of the database that does the work.

    Raises
    ------
    IncidentStoreError
        If the source is damaged, or the store cannot be written; then it is as it was.
    filelock.Timeout
        If an import of the source runs for a minute.
    """
    with store_faults(storage.place), storage.locked(source):
        if former_format(storage, source) is not None:
            _clear(storage, source)
            done("cleared")
            aside = Path(tempfile.mkdtemp(prefix=IMPORTING, dir=storage.scratch(source)))
            try:
                with duckdb_session(threads=threads, memory=memory, spill_in=aside) as connection:
                    catalogue = Catalogue(source=source)
                    for one in former_vintages(storage, source):
                        delivered = aside / f"{one.manifest.name}.parquet"
                        write_state(storage, one, delivered, connection)
                        folder = f"{one.manifest.name}-migrated"
                        moved = one.manifest.model_copy(update={"folder": folder})
                        catalogue = add_vintage(
                            storage,
                            catalogue,
                            moved,
                            delivered,
                            folder=aside,
                            connection=connection,
                        )
                        done("vintage")
            finally:
                shutil.rmtree(aside, ignore_errors=True)
            _hold(storage, source, catalogue)
            write_catalogue(storage, catalogue)
            done("catalogue")
        for name in storage.names(source):
            if is_of_format_1(name):
                storage.remove(name)
                done("old file")
        sweep(storage, read_catalogue(storage, source))
        done("swept")


def _clear(storage: Storage, source: str) -> None:
    """Take away what a migration that was stopped had put down."""
    kept = former_files(storage, source)
    for name in storage.names(f"{source}/data"):
        if name not in kept:
            storage.remove(name)
    scratch = storage.scratch(source)
    for one in scratch.glob(f"{IMPORTING}*") if scratch.is_dir() else ():
        shutil.rmtree(one)


def _hold(storage: Storage, source: str, catalogue: Catalogue) -> None:
    """Hold every state against the one that it was made of, before any of it counts."""
    former = former_vintages(storage, source)
    for old, new in zip(former, catalogue.vintages, strict=True):
        told = [(one.rows, one.incidents) for one in (old.manifest, new)]
        if told[0] != told[1]:
            raise IncidentStoreError(
                f"{storage.place}/{source}: {old.manifest.name} would have {told[1][0]} rows and "
                f"{told[1][1]} incidents in place of {told[0][0]} and {told[0][1]}; it stays as it "
                "was, and can be removed and imported again"
            )
