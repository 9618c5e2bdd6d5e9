"""Many small files of vintages made few, with every as-of answer kept."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from forecast_bench.incidents.adding import IMPORTING, put_folded, sweep
from forecast_bench.incidents.catalogue import read_catalogue, store_faults, write_catalogue
from forecast_bench.incidents.duckdb_session import duckdb_session
from forecast_bench.incidents.storage import Storage

FEWEST: Final = 2


@dataclass(frozen=True, slots=True)
class Compaction:
    """How many files held the rows of a source before, and how many do now."""

    before: int
    after: int


def compact(
    storage: Storage, source: str, *, keep: int = 0, threads: int = 2, memory: str = "1GB"
) -> Compaction:
    """Write the files of old vintages into one set; every state stays what it was.

    Readers that had begun go on: the files that are no longer named stay until the next import
    or compaction sweeps them away.

    Parameters
    ----------
    storage : Storage
        The store.
    source : str
        Id of the source.
    keep : int
        How many of the newest vintages keep files of their own.

    Raises
    ------
    IncidentStoreError
        If the store is damaged, or cannot be written.
    filelock.Timeout
        If an import of the source runs for a minute.
    """
    with store_faults(storage.place), storage.locked(source):
        catalogue = read_catalogue(storage, source)
        sweep(storage, catalogue)
        known = catalogue.vintages[: len(catalogue.vintages) - keep]
        until = known[-1].key if known else 0
        old = tuple(one for one in catalogue.files if one.last_key <= until)
        if len(known) < FEWEST or len({one.last_key for one in old}) < FEWEST:
            return Compaction(len(catalogue.files), len(catalogue.files))
        digest = hashlib.sha256("\n".join(one.name for one in old).encode()).hexdigest()[:12]
        aside = Path(tempfile.mkdtemp(prefix=IMPORTING, dir=storage.scratch(source)))
        try:
            with duckdb_session(threads=threads, memory=memory, spill_in=aside) as connection:
                folded = put_folded(
                    storage,
                    old,
                    until=until,
                    name=f"{source}/data/compacted-{digest}",
                    folder=aside / "compacted",
                    connection=connection,
                )
        finally:
            shutil.rmtree(aside, ignore_errors=True)
        files = (*folded, *(one for one in catalogue.files if one.last_key > until))
        write_catalogue(storage, catalogue.model_copy(update={"files": files}))
        return Compaction(len(catalogue.files), len(files))
