"""What every importer of events gives: batches of rows, and what could not be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that is no incident.

    Parameters
    ----------
    line : int
        Line of the file on which the row begins, from 1; the row's number in a file without lines.
    column : str
        Name of the column at fault; empty where the whole row is.
    value : str
        What stands there, shortened.
    reason : str
        Why it cannot be read, in one sentence without a full stop.
    """

    line: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class StagedBatch:
    """Some rows of a file.

    Parameters
    ----------
    rows : pyarrow.Table
        With `staged_schema`.
    rejected : tuple of RejectedRow
        Those that could not be read; every row of the file is in one of the two.
    """

    rows: pa.Table
    rejected: tuple[RejectedRow, ...]


@dataclass(frozen=True, slots=True)
class IncidentFile:
    """A file of events, recognised and opened.

    Parameters
    ----------
    kind : str
        A key of `EVENT_KINDS`.
    because : str
        What it was recognised by, for people.
    by_actor : bool
        Whether there is a row for every actor, so that several rows are one event.
    notes : tuple of str
        What was passed over or assumed, such as a row of tags under the header.
    batches : callable
        Reads the file from its start, in bounded memory.
    """

    kind: str
    because: str
    by_actor: bool
    notes: tuple[str, ...]
    batches: Callable[[], Iterator[StagedBatch]]
