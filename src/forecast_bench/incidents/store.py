"""The store of incidents: deliveries become vintages, each kept as what it changed."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from forecast_bench.incidents.adding import IMPORTING, add_vintage, sweep, sweep_halves
from forecast_bench.incidents.catalogue import (
    Catalogue,
    IncidentStoreError,
    Manifest,
    read_catalogue,
    store_faults,
    write_catalogue,
)
from forecast_bench.incidents.delivery import Delivery, OpenedDelivery, file_hash, open_delivery
from forecast_bench.incidents.duckdb_session import duckdb_session
from forecast_bench.incidents.importers import SOURCE_KINDS, UnreadableFileError
from forecast_bench.incidents.importers.reading import RejectedRow
from forecast_bench.incidents.staging import Staged, stage, told
from forecast_bench.incidents.storage import Storage
from forecast_bench.incidents.taxonomy import known_type_names, taxonomy
from forecast_bench.incidents.vintages import Vintage
from forecast_bench.problems import Location, Problem, problem
from forecast_bench.records import Coverage

if TYPE_CHECKING:
    import duckdb

THREADS: Final = 2
MEMORY: Final = "1GB"
MOST_REJECTED: Final = 0.01
_MOST_TOLD: Final = 5


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did.

    Parameters
    ----------
    vintage : Vintage or None
        The vintage; None exactly where there are problems.
    added : bool
        False where the same file, described alike, is already the newest for its day.
    previous : Vintage or None
        The vintage that stood before it in time; None for the first.
    problems : tuple of Problem
        What is wrong; then nothing was imported.
    rejected : tuple of RejectedRow
        The first of the rows that could not be read.
    rejects_file : Path or None
        File with all of them; None where there are none.
    outside : mapping of str to int
        Rows outside what the source declares, by what is not declared.
    notes : tuple of str
        What the reader passed over or assumed.
    """

    vintage: Vintage | None
    added: bool
    previous: Vintage | None = None
    problems: tuple[Problem, ...] = ()
    rejected: tuple[RejectedRow, ...] = ()
    rejects_file: Path | None = None
    outside: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """Rows of the state; 0 where there are problems."""
        return 0 if self.vintage is None else self.vintage.manifest.rows

    @property
    def incidents(self) -> int:
        """Incidents that they stand for."""
        return 0 if self.vintage is None else self.vintage.manifest.incidents


def import_delivery(
    storage: Storage, delivery: Delivery, *, rejects_in: Path, most_rejected: float = MOST_REJECTED
) -> ImportResult:
    """Read a file and keep it as a vintage.

    Parameters
    ----------
    storage : Storage
        The store.
    delivery : Delivery
        The file, when it was read and what it covers.
    rejects_in : Path
        Folder for the file of rows that cannot be read, which is written only where there are any.
    most_rejected : float
        Largest share of such rows with which the rest is imported, 0..1.

    Returns
    -------
    ImportResult
        With problems, and nothing imported, where the file or the store has any.
    """
    from filelock import Timeout

    problems = _undescribed(delivery)
    if problems:
        return ImportResult(None, added=False, problems=problems)
    place = Location(delivery.shown_as)
    try:
        with store_faults(storage.place):
            return _import(storage, delivery, rejects_in, most_rejected)
    except UnreadableFileError as failure:
        return ImportResult(None, added=False, problems=(failure.problem,))
    except Timeout:
        message = f"another import of {delivery.description.source} is running"
        return ImportResult(
            None, added=False, problems=(problem("incident-store", message, place),)
        )
    except IncidentStoreError as failure:
        fault = problem("incident-store", str(failure), place)
        return ImportResult(None, added=False, problems=(fault,))


def _import(
    storage: Storage, delivery: Delivery, rejects_in: Path, most_rejected: float
) -> ImportResult:
    source = delivery.description.source
    hashes = (file_hash(delivery.path), delivery.described)
    present = _present(storage, read_catalogue(storage, source), delivery, hashes)
    if present is not None:
        sweep_halves(storage, source)
        return present
    with storage.locked(source):
        catalogue = read_catalogue(storage, source)
        present = _present(storage, catalogue, delivery, hashes)
        if present is not None:
            return present
        sweep(storage, catalogue)
        opened, problems = open_delivery(delivery)
        if opened is None:
            return ImportResult(None, added=False, problems=problems)
        with _working(storage, source) as (folder, connection):
            rejects = rejects_in / f"{source}-{delivery.retrieved}.csv"
            staged = stage(
                opened.batches(),
                by_actor=opened.by_actor,
                coverage=opened.coverage,
                start=delivery.start,
                end=delivery.end,
                retrieved=delivery.retrieved,
                rejects=rejects,
                folder=folder,
                connection=connection,
            )
            found = _judged(delivery, staged, rejects, most_rejected)
            if found.problems or staged.window is None:
                return found
            coverage = delivery.description.coverage.of_window(staged.window)
            manifest = _manifest(delivery, staged, catalogue, hashes, opened, coverage)
            catalogue = add_vintage(
                storage, catalogue, manifest, staged.rows, folder=folder, connection=connection
            )
        write_catalogue(storage, catalogue)
        kept = _result(storage, catalogue, manifest.key, added=True)
        return replace(found, vintage=kept.vintage, previous=kept.previous, added=True,
                       notes=opened.notes)  # fmt: skip


def _present(
    storage: Storage, catalogue: Catalogue, delivery: Delivery, hashes: tuple[str, str]
) -> ImportResult | None:
    """Find the delivery as the newest for its day."""
    same_day = [one for one in catalogue.vintages if one.retrieved == delivery.retrieved]
    if not same_day or (same_day[-1].file_sha256, same_day[-1].description_sha256) != hashes:
        return None
    return _result(storage, catalogue, same_day[-1].key, added=False)


def _result(storage: Storage, catalogue: Catalogue, key: int, *, added: bool) -> ImportResult:
    known = [Vintage(storage, catalogue, one) for one in catalogue.vintages]
    at = next(at for at, one in enumerate(known) if one.manifest.key == key)
    return ImportResult(known[at], added=added, previous=known[at - 1] if at else None)


def _judged(
    delivery: Delivery, staged: Staged, rejects: Path, most_rejected: float
) -> ImportResult:
    """Say what is wrong with the rows, and whether that ends the import."""
    place = Location(delivery.shown_as)
    counts, problems = staged.counts, []
    written = rejects if counts.rejected else None
    if counts.rejected > most_rejected * counts.rows:
        message = (
            f"{counts.rejected:,} of {counts.rows:,} rows cannot be read, more than the "
            f"{most_rejected:.1%} that may be left out"
        )
        notes = (*map(told, staged.shown[:_MOST_TOLD]), f"all of them: {rejects}")
        first = staged.shown[0].line if staged.shown else 1
        problems.append(
            problem("incident-rejects", message, Location(delivery.shown_as, first), notes=notes)
        )
    elif staged.window is None:
        message = "the file holds no row that can be read"
        notes = tuple(map(told, staged.shown[:_MOST_TOLD]))
        problems.append(problem("no-incidents", message, place, notes=notes))
    elif not counts.taken:
        message = "no row of the file lies inside what the source declares to cover"
        notes = tuple(f"{name}: {number:,} rows" for name, number in staged.outside.items())
        problems.append(problem("no-incidents", message, place, notes=notes[:_MOST_TOLD]))
    return ImportResult(
        None,
        added=False,
        problems=tuple(problems),
        rejected=staged.shown,
        rejects_file=written,
        outside=staged.outside,
    )


def _undescribed(delivery: Delivery) -> tuple[Problem, ...]:
    place, description = Location(delivery.described_in), delivery.description
    problems = []
    if description.kind not in SOURCE_KINDS:
        message = f'"{description.kind}" is not a kind of source'
        notes = (f"kinds: {', '.join(SOURCE_KINDS)}",)
        problems.append(problem("source-kind", message, place, notes=notes))
    known = known_type_names()
    for name in description.coverage.types:
        if name not in known:
            message = f'"{name}" is neither a type of incident nor a group of types'
            notes = (f"types: {', '.join(known)}",)
            problems.append(problem("unknown-type", message, place, notes=notes))
    return tuple(problems)


@contextmanager
def _working(storage: Storage, source: str) -> Iterator[tuple[Path, duckdb.DuckDBPyConnection]]:
    """Give a folder from which files can be put into the store, and a database."""
    aside = Path(tempfile.mkdtemp(prefix=IMPORTING, dir=storage.scratch(source)))
    try:
        with duckdb_session(threads=THREADS, memory=MEMORY, spill_in=aside) as connection:
            yield aside, connection
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _manifest(
    delivery: Delivery,
    staged: Staged,
    catalogue: Catalogue,
    hashes: tuple[str, str],
    opened: OpenedDelivery,
    coverage: Coverage,
) -> Manifest:
    """Join what is declared with what was read; what changed is filled in once it is known."""
    description = delivery.description
    sequence = 1 + max((one.sequence for one in catalogue.vintages), default=0)
    short = hashlib.sha256("".join(hashes).encode()).hexdigest()[:12]
    name = f"{delivery.retrieved}-{short}"
    if any(one.name == name for one in catalogue.vintages):
        name = f"{name}-{sequence}"
    come_upon = hashlib.sha256(f"{catalogue.model_dump_json()}{name}".encode()).hexdigest()[:12]
    carried = ("source", "title", "kind", "settlement", "licence", "attribution", "note")
    return Manifest(
        sequence=sequence,
        name=name,
        folder=f"{delivery.retrieved}-{come_upon}",
        file=delivery.path.name,
        file_sha256=hashes[0],
        description_sha256=hashes[1],
        retrieved=delivery.retrieved,
        coverage=coverage,
        replaces=delivery.replaces,
        recognised=opened.recognised,
        taxonomy=taxonomy().version,
        read=staged.counts,
        rows=0,
        incidents=0,
        added=0,
        changed=0,
        withdrawn=0,
        **{name: getattr(description, name) for name in carried},
    )
