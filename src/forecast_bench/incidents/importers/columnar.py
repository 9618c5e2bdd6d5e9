"""Parquet, by batches of rows; only the columns that are needed are read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from forecast_bench.incidents.importers.reading import RejectedRow
from forecast_bench.incidents.importers.rows import (
    LONGEST_ROW,
    RawBatch,
    RawFile,
    UnreadableFileError,
    damaged,
    shorten,
)
from forecast_bench.problems import Location, Problem, problem

if TYPE_CHECKING:
    import pyarrow as pa

# A page can unpack to cells of any length: fewer rows at a time keep what is held small.
_PIECE: Final = 2_000
# A row group of a million events has columns of some ten megabytes.
MOST_UNPACKED: Final = 1 << 30


def open_columnar(path: Path, shown_as: str) -> tuple[RawFile | None, tuple[Problem, ...]]:
    """Open a Parquet file.

    Parameters
    ----------
    path : Path
        The file.
    shown_as : str
        Its path in messages.

    Returns
    -------
    RawFile or None, tuple of Problem
        None exactly where there are problems.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as opened:
            schema = opened.schema_arrow
            names = tuple(schema.names)
            plain = tuple(one.name for one in schema if _is_plain(one.type))
            nested = {one.name: str(one.type) for one in schema if not _is_plain(one.type)}
    except (pa.ArrowException, OSError, ValueError, OverflowError) as failure:
        return None, (damaged(shown_as, f"the Parquet file is damaged: {_said(failure)}"),)
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        message = f'two columns are named "{shorten(twice)}"'
        return None, (problem("incident-header", message, Location(shown_as)),)
    if not all(name.isprintable() for name in names):
        message = "the name of a column holds a control character"
        return None, (problem("incident-header", message, Location(shown_as)),)
    read = partial(_read, path, shown_as, plain, nested)
    try:
        start = next(read(plain), None)
    except UnreadableFileError as failure:
        return None, (failure.problem,)
    first = {} if start is None else _first(start)
    return RawFile("Parquet", names, (1, ""), first, read), ()


def _first(batch: RawBatch) -> dict[str, str]:
    return {name: cells[0] for name, cells in batch.columns.items() if cells}


def _is_plain(kind: pa.DataType) -> bool:
    """Whether a column holds single values that can be written as text."""
    import pyarrow as pa

    tests = pa.types
    inner = kind.value_type if tests.is_dictionary(kind) else kind
    known = (
        *(tests.is_string, tests.is_large_string, tests.is_string_view, tests.is_null),
        *(tests.is_integer, tests.is_floating, tests.is_decimal, tests.is_boolean),
        *(tests.is_date, tests.is_timestamp),
    )
    return any(one(inner) for one in known)


def _read(
    path: Path,
    shown_as: str,
    plain: tuple[str, ...],
    nested: Mapping[str, str],
    wanted: Collection[str],
) -> Iterator[RawBatch]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    for name in nested:
        if name in wanted:
            message = f'the column "{shorten(name)}" holds {nested[name]}, not single values'
            raise UnreadableFileError(damaged(shown_as, message))

    names = [name for name in plain if name in wanted]
    number = 0
    try:
        with pq.ParquetFile(path, pre_buffer=False, read_dictionary=names) as opened:
            _refuse_bombs(opened.metadata, names)
            rows = opened.iter_batches(batch_size=_PIECE, columns=names, use_threads=False)
            for batch in rows:
                taken = _as_text(batch, names, number)
                yield taken
                number += batch.num_rows
            if names and number != opened.metadata.num_rows:
                raise ValueError(f"it declares {opened.metadata.num_rows:,} rows")
    except (pa.ArrowException, OSError, ValueError, OverflowError) as failure:
        message = f"the Parquet file is damaged behind row {number}: {_said(failure)}"
        raise UnreadableFileError(damaged(shown_as, message)) from failure


def _refuse_bombs(metadata: Any, names: list[str]) -> None:
    for group in (metadata.row_group(at) for at in range(metadata.num_row_groups)):
        for chunk in (group.column(at) for at in range(group.num_columns)):
            size = chunk.total_uncompressed_size
            if chunk.path_in_schema in names and size > MOST_UNPACKED:
                column = shorten(chunk.path_in_schema)
                raise ValueError(f"{column} unpacks to {size:,} bytes at once")


def _as_text(batch: pa.RecordBatch, names: list[str], before: int) -> RawBatch:
    import pyarrow as pa
    import pyarrow.compute as pc

    size = batch.num_rows
    long: set[int] = set()
    columns: dict[str, list[str]] = {}
    for name in names:
        array = batch.column(name)
        if pa.types.is_dictionary(array.type):
            # Values that many rows share are looked at before they are spread over the rows.
            values = array.dictionary.cast(pa.large_string())
            values.validate(full=True)
            far = pc.greater(pc.binary_length(values), LONGEST_ROW)
            if pc.any(far).as_py():
                long.update(_rows_with(array.indices, far))
                values = pc.if_else(far, "", values)
            array = values.take(array.indices)
        texts = array.cast(pa.large_string()).fill_null("")
        texts.validate(full=True)
        columns[name] = texts.to_pylist()
    lines = range(before + 1, before + size + 1)
    reason = f"the row has more than {LONGEST_ROW:,} bytes in one cell"
    rejected = tuple(RejectedRow(lines[at], "", "", reason) for at in sorted(long))
    if long:
        kept = [at for at in range(size) if at not in long]
        columns = {name: [cells[at] for at in kept] for name, cells in columns.items()}
        return RawBatch([lines[at] for at in kept], columns, rejected)
    return RawBatch(list(lines), columns)


def _rows_with(indices: pa.Array, wanted: pa.Array) -> list[int]:
    """Rows whose value is one of those wanted; a row without a value is none of them."""
    return [at for at, one in enumerate(wanted.take(indices).to_pylist()) if one]


def _said(failure: BaseException) -> str:
    return shorten(" ".join(str(failure).split()) or type(failure).__name__)
