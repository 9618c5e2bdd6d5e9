"""Raw rows to rows of incidents, column by column.

Columns of events hold few distinct values, so each is converted once and remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import compress, repeat
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from forecast_bench.incidents.importers.cells import CellError
from forecast_bench.incidents.importers.reading import IncidentFile, RejectedRow, StagedBatch
from forecast_bench.incidents.importers.rows import RawBatch, RawFile, is_tag_row, shorten

if TYPE_CHECKING:
    import pyarrow as pa

# A column of free text has no end of values: what is remembered is forgotten behind so many.
_MOST_REMEMBERED: Final = 100_000
_MOST_CHARACTERS: Final = 10_000_000


@dataclass(frozen=True, slots=True)
class Conversion:
    """What one or several columns of a file become.

    Parameters
    ----------
    columns : tuple of str
        Columns of the file; one that it lacks is read as empty texts.
    outputs : tuple of str
        Columns of `staged_schema`.
    convert : callable
        Takes a cell of each column; gives the value, or for several outputs a tuple of values.
        Raises `CellError`.
    unique : bool
        Whether cells do not come again, as ids: nothing is remembered. One column, one output.
    """

    columns: tuple[str, ...]
    outputs: tuple[str, ...]
    convert: Callable[..., Any]
    unique: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """How the rows of a file become incidents.

    Parameters
    ----------
    conversions : tuple of Conversion
        They fill the columns of `staged_schema`; those that none fills are null, no names, and a
        weight of 1.
    by_actor : bool
        Whether there is a row for every actor.
    notes : tuple of str
        What was assumed.
    """

    conversions: tuple[Conversion, ...]
    by_actor: bool = False
    notes: tuple[str, ...] = ()

    @property
    def columns(self) -> frozenset[str]:
        """Every column of the file that is needed."""
        return frozenset(name for one in self.conversions for name in one.columns)


def incident_file(opened: RawFile, layout: Layout, *, kind: str, because: str) -> IncidentFile:
    """Join a table of text and a layout into a file of incidents."""
    seen = {name: cell for name, cell in opened.first.items() if name in layout.columns}
    notes = layout.notes
    if is_tag_row(seen):
        notes = (*notes, "the row under the header holds tags (HXL) and is passed over")
    batches = partial(_batches, opened, layout, tagged=is_tag_row(seen))
    return IncidentFile(kind, because, layout.by_actor, notes, batches)


def _batches(opened: RawFile, layout: Layout, *, tagged: bool) -> Iterator[StagedBatch]:
    memories = tuple(map(_Memory, layout.conversions))
    for number, batch in enumerate(opened.read(layout.columns)):
        rows = _without_first(batch) if tagged and number == 0 else batch
        for memory in memories:
            memory.forget()
        yield stage(rows, memories)


def _without_first(batch: RawBatch) -> RawBatch:
    columns = {name: cells[1:] for name, cells in batch.columns.items()}
    return RawBatch(batch.lines[1:], columns, batch.rejected)


class _Memory(dict[Any, Any]):
    """Values by cell, each converted on first sight; None where that is not possible."""

    def __init__(self, conversion: Conversion) -> None:
        super().__init__()
        self.conversion = conversion
        self.faults: dict[Any, CellError] = {}
        self.characters = 0

    def __missing__(self, cells: Any) -> Any:
        given = cells if isinstance(cells, tuple) else (cells,)
        try:
            value = self.conversion.convert(*given)
        except CellError as fault:
            self.faults[cells] = fault
            value = None
        self[cells] = value
        self.characters += sum(map(len, given))
        return value

    def forget(self) -> None:
        """Forget everything where it has become too much."""
        if len(self) > _MOST_REMEMBERED or self.characters > _MOST_CHARACTERS:
            self.clear()
            self.faults.clear()
            self.characters = 0


def stage(batch: RawBatch, memories: Sequence[_Memory]) -> StagedBatch:
    """Convert one batch; a row with a fault is rejected for the first one found.

    Parameters
    ----------
    batch : RawBatch
        Rows as text.
    memories : sequence
        One for each conversion of a layout, in its order.

    Returns
    -------
    StagedBatch
        As many rows, and rejected ones, as there were in the batch.
    """
    size = len(batch.lines)
    values: dict[str, Sequence[Any]] = {}
    faults: dict[int, RejectedRow] = {}
    for memory in memories:
        conversion = memory.conversion
        given = [batch.columns.get(name) or ("",) * size for name in conversion.columns]
        if conversion.unique:
            values[conversion.outputs[0]] = _one_by_one(batch, conversion, given[0], faults)
            continue
        found = list(map(memory.__getitem__, _together(given, size)))
        if memory.faults:
            _note_faults(batch, memory, _together(given, size), faults)
        values |= _by_output(conversion.outputs, found)
    values["line"] = batch.lines
    if faults:
        good = [at not in faults for at in range(size)]
        values = {name: list(compress(column, good)) for name, column in values.items()}
    rejected = sorted((*batch.rejected, *faults.values()), key=lambda row: row.line)
    return StagedBatch(_table(values, size - len(faults)), tuple(rejected))


def _one_by_one(
    batch: RawBatch, conversion: Conversion, cells: Sequence[str], faults: dict[int, RejectedRow]
) -> list[Any]:
    found: list[Any] = []
    convert = conversion.convert
    for at, cell in enumerate(cells):
        try:
            found.append(convert(cell))
        except CellError as fault:
            found.append(None)
            if at not in faults:
                column = conversion.columns[0]
                faults[at] = RejectedRow(batch.lines[at], column, shorten(cell), str(fault))
    return found


def _together(given: list[Sequence[str]], size: int) -> Iterable[Any]:
    """Cells of one column as they are, those of several as tuples; empty ones for a constant."""
    if len(given) == 1:
        return given[0]
    return zip(*given, strict=True) if given else repeat((), size)


def _note_faults(
    batch: RawBatch, memory: _Memory, cells: Iterable[Any], faults: dict[int, RejectedRow]
) -> None:
    for at, cell in enumerate(cells):
        fault = memory.faults.get(cell)
        if fault is None or at in faults:
            continue
        column = memory.conversion.columns[fault.cell]
        value = cell[fault.cell] if isinstance(cell, tuple) else cell
        faults[at] = RejectedRow(batch.lines[at], column, shorten(value), str(fault))


def _by_output(outputs: tuple[str, ...], found: list[Any]) -> dict[str, Sequence[Any]]:
    if len(outputs) == 1:
        return {outputs[0]: found}
    nothing = (None,) * len(outputs)
    whole = [nothing if one is None else one for one in found] if None in found else found
    return {name: list(map(itemgetter(at), whole)) for at, name in enumerate(outputs)}


def _table(values: Mapping[str, Sequence[Any]], size: int) -> pa.Table:
    import pyarrow as pa

    from forecast_bench.incidents.schema import staged_schema

    schema = staged_schema()
    without = {"side_a": (), "side_b": (), "weight": 1}
    arrays = []
    for one in schema:
        column = values.get(one.name)
        if column is None and one.name not in without:
            arrays.append(pa.nulls(size, one.type))
        elif column is None:
            arrays.append(pa.array([without[one.name]] * size, type=one.type))
        else:
            arrays.append(pa.array(column, type=one.type))
    return pa.Table.from_arrays(arrays, schema=schema)
