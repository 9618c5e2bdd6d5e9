"""What is handed to the store: a file, the day it was read, and what it covers."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from forecast_bench.incidents.importers import open_incidents, read_monthly_counts
from forecast_bench.incidents.importers.reading import StagedBatch
from forecast_bench.incidents.schema import staged_schema
from forecast_bench.problems import Problem
from forecast_bench.records import DeclaredCoverage, SourceDescription

_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Delivery:
    """A file of a source, to be kept as a vintage.

    Parameters
    ----------
    description : SourceDescription
        The source.
    path : Path
        The file.
    retrieved : date
        Day on which the source was read: what was known then.
    start, end : date or None
        First and last day that the file covers; None for that of its first, or last, row.
    replaces : bool
        Whether the file is the whole source, so that what came before is no part of it.
    shown_as, described_in : str
        Paths of the file and of its description in messages.
    mapping : Path or None
        File that says which column is what, for the kind mapped.
    """

    description: SourceDescription
    path: Path
    retrieved: datetime.date
    start: datetime.date | None
    end: datetime.date | None
    replaces: bool
    shown_as: str
    described_in: str
    mapping: Path | None = None

    @property
    def described(self) -> str:
        """Hash of all that is declared: the same file declared alike is the same delivery."""
        values = self.description.model_dump(mode="json", by_alias=True)
        declared = [values, *map(str, (self.retrieved, self.start, self.end)), self.replaces]
        if self.mapping is not None:
            declared.append(file_hash(self.mapping))
        return hashlib.sha256(json.dumps(declared, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class OpenedDelivery:
    """A delivery ready to be read.

    Parameters
    ----------
    batches : callable
        Reads it from its start.
    by_actor : bool
        Whether there is a row for every actor.
    coverage : DeclaredCoverage or None
        What rows are held against; None where the reader has done so already.
    recognised : str
        What the file was recognised by.
    notes : tuple of str
        What was passed over or assumed.
    """

    batches: Callable[[], Iterator[StagedBatch]]
    by_actor: bool
    coverage: DeclaredCoverage | None
    recognised: str
    notes: tuple[str, ...]


def whole_file(
    description: SourceDescription,
    path: Path,
    *,
    shown_as: str | None = None,
    described_in: str | None = None,
    mapping: Path | None = None,
) -> Delivery:
    """Deliver the file that a description names.

    Raises
    ------
    ValueError
        If the description has no file.
    """
    if description.retrieved is None:
        raise ValueError(f"the source {description.source} has no file")
    shown = shown_as or path.as_posix()
    return Delivery(
        description=description,
        path=path,
        retrieved=description.retrieved,
        start=description.file_window.start,
        end=description.file_window.end,
        replaces=True,
        shown_as=shown,
        described_in=described_in or shown,
        mapping=mapping,
    )


def open_delivery(delivery: Delivery) -> tuple[OpenedDelivery | None, tuple[Problem, ...]]:
    """Open the file by the rules of its kind; problems where that cannot be done."""
    description = delivery.description
    if description.counts_months:
        return _monthly(delivery)
    found, problems = open_incidents(
        delivery.path,
        kind=description.kind,
        shown_as=delivery.shown_as,
        mapping=delivery.mapping,
    )
    if found is None:
        return None, problems
    opened = OpenedDelivery(
        batches=found.batches,
        by_actor=found.by_actor,
        coverage=description.coverage,
        recognised=found.because,
        notes=found.notes,
    )
    return opened, ()


def file_hash(path: Path) -> str:
    """SHA-256 of a file; of nothing where it cannot be read, which its reader then reports."""
    total = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                total.update(piece)
    except OSError:
        return hashlib.sha256().hexdigest()
    return total.hexdigest()


def _monthly(delivery: Delivery) -> tuple[OpenedDelivery | None, tuple[Problem, ...]]:
    """Counts are few and written by hand: every fault has its place, and none is let pass."""
    import pyarrow as pa

    table, problems = read_monthly_counts(delivery.path, delivery.description, delivery.shown_as)
    if table is None:
        return None, problems
    lines = pa.array(range(1, table.num_rows + 1), type=pa.int64())
    rows = table.append_column("line", lines).select(staged_schema().names).cast(staged_schema())
    batch = StagedBatch(rows, ())
    opened = OpenedDelivery(
        lambda: iter((batch,)), by_actor=False, coverage=None, recognised="its header", notes=()
    )
    return opened, ()
