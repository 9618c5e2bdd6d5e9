"""Delimited text (CSV) of any size: every line is in a row, or in a rejected one.

A row that cannot be read gives its following lines back: an opening quote that is never closed
costs its own line, and not those behind it.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Final, NamedTuple

from forecast_bench.incidents.importers.reading import RejectedRow
from forecast_bench.incidents.importers.rows import (
    BATCH_CHARACTERS,
    BATCH_ROWS,
    LONGEST_ROW,
    RawBatch,
    RawFile,
    shorten,
)
from forecast_bench.incidents.importers.text_lines import (
    Encoding,
    LongRowError,
    TextLines,
    as_excerpt,
    first_wrong_byte,
)
from forecast_bench.problems import Location, Problem, problem

DELIMITERS: Final = (",", ";", "\t")


class _Header(NamedTuple):
    """What stands between cells, and the names of the columns."""

    delimiter: str
    names: tuple[str, ...]


def open_delimited(
    path: Path, shown_as: str, encoding: Encoding
) -> tuple[RawFile | None, tuple[Problem, ...]]:
    """Open delimited text: its header is the first line that is neither blank nor a comment.

    Parameters
    ----------
    path : Path
        The file.
    shown_as : str
        Its path in messages.
    encoding : {"utf-8", "latin-1"}
        How it is encoded.

    Returns
    -------
    RawFile or None, tuple of Problem
        None exactly where there are problems.

    Raises
    ------
    OSError
        If the file cannot be read.
    """
    lines = TextLines(path, encoding)
    try:
        found = _header(lines)
        if found is None:
            return None, (_no_header(lines, shown_as),)
        names, number, text = found.names, lines.began, as_excerpt(lines.text)
        fault = _header_fault(names, lines, Location(shown_as, number, 1, len(text) + 1), text)
        if fault is not None:
            return None, (fault,)
        lines.begin()
        start = next(_batches(lines, found, names, most=1), RawBatch((), {}))
    finally:
        lines.close()
    first = {name: cells[0] for name, cells in start.columns.items() if cells}
    return RawFile("CSV", names, (number, text), first, partial(_read, path, encoding)), ()


def _header(lines: TextLines) -> _Header | None:
    """Read up to the header; None where there is none to be read."""
    line = "#"
    while line.startswith("#") or not line.strip():
        lines.begin()
        try:
            line = next(iter(lines))
        except (StopIteration, LongRowError):
            return None
    split = {one: _split(line, one) for one in DELIMITERS}
    delimiter = max(DELIMITERS, key=lambda one: len(split[one]))
    names = tuple(" ".join(name.split()) for name in split[delimiter])
    return _Header(delimiter, names) if names else None


def _split(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True))
    except csv.Error:
        return []


def _no_header(lines: TextLines, shown_as: str) -> Problem:
    if lines.read == 0:
        return problem("file-empty", "the file is empty", Location(shown_as))
    text = as_excerpt(lines.text)
    place = Location(shown_as, lines.began, 1, max(2, min(len(text), LONGEST_ROW) + 1))
    message = "the file has no header: no line names its columns"
    return problem("incident-header", message, place, excerpt=text[:LONGEST_ROW])


def _header_fault(
    names: tuple[str, ...], lines: TextLines, place: Location, text: str
) -> Problem | None:
    if lines.doubtful:
        wrong = first_wrong_byte(lines.text)
        return problem("not-utf8", f"byte 0x{wrong:02x} is not UTF-8 text", place)
    named = [name for name in names if name]
    twice = next((name for name in named if named.count(name) > 1), None)
    if twice is not None:
        message = f'two columns are named "{shorten(twice)}"'
        return problem("incident-header", message, place, excerpt=text)
    return None


def _read(path: Path, encoding: Encoding, wanted: Collection[str]) -> Iterator[RawBatch]:
    lines = TextLines(path, encoding)
    try:
        header = _header(lines)
        lines.begin()
        if header is not None:
            yield from _batches(lines, header, wanted)
    finally:
        lines.close()


def _batches(
    lines: TextLines, header: _Header, wanted: Collection[str], *, most: int = BATCH_ROWS
) -> Iterator[RawBatch]:
    names, width = header.names, len(header.names)
    kept = [at for at, name in enumerate(names) if name and name in wanted]
    # Of a row only what is needed is kept: most of a file is notes.
    pick = itemgetter(*kept) if len(kept) > 1 else partial(_pick, kept)
    numbers: list[int] = []
    rows: list[tuple[str, ...]] = []
    rejected: list[RejectedRow] = []
    start = lines.read
    for cells in _rows(lines, header.delimiter):
        if isinstance(cells, RejectedRow):
            rejected.append(cells)
        elif len(cells) == width and not lines.doubtful:
            if any(cells):
                numbers.append(lines.began)
                rows.append(pick(cells))
        else:
            rejected.extend(_refused(lines, names, cells))
        lines.begin()
        if len(rows) + len(rejected) >= most or lines.read - start >= BATCH_CHARACTERS:
            yield RawBatch(numbers, _columns(names, kept, rows), tuple(rejected))
            numbers, rows, rejected, start = [], [], [], lines.read
    if rows or rejected:
        yield RawBatch(numbers, _columns(names, kept, rows), tuple(rejected))


def _pick(kept: list[int], cells: list[str]) -> tuple[str, ...]:
    return tuple(cells[at] for at in kept)


def _columns(
    names: tuple[str, ...], kept: list[int], rows: list[tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    if not rows:
        return {names[at]: () for at in kept}
    return {names[at]: cells for at, cells in zip(kept, zip(*rows, strict=True), strict=True)}


def _rows(lines: TextLines, delimiter: str) -> Iterator[list[str] | RejectedRow]:
    """Cells of every row; what the module csv cannot read costs one line."""
    while True:
        try:
            yield from csv.reader(lines, delimiter=delimiter, strict=True)
        except LongRowError:
            yield _too_long(lines)
        except csv.Error:
            yield _reject(lines, "the quotes in this row do not match")
        else:
            return


def _refused(lines: TextLines, names: tuple[str, ...], cells: list[str]) -> Iterator[RejectedRow]:
    """Reject a row with other fields than the header, or bytes that are not UTF-8."""
    if lines.doubtful:
        yield _not_utf8(lines, names, cells)
    elif "".join(cells).strip():
        reason = f"the row has {_fields(len(cells))}, and the header has {len(names)}"
        yield _reject(lines, reason)


def _fields(number: int) -> str:
    return f"{number} field{'' if number == 1 else 's'}"


def _too_long(lines: TextLines) -> RejectedRow:
    one_line = lines.taken == 1
    reason = (
        f"the row has more than {LONGEST_ROW:,} characters"
        if one_line
        else f"a quote that opens here is not closed within {LONGEST_ROW:,} characters"
    )
    return _reject(lines, reason)


def _not_utf8(lines: TextLines, names: tuple[str, ...], cells: list[str]) -> RejectedRow:
    at, wrong = next(
        (at, wrong) for at, wrong in enumerate(map(first_wrong_byte, cells)) if wrong is not None
    )
    reason = f"byte 0x{wrong:02x} is not UTF-8 text"
    if len(cells) != len(names):
        return _reject(lines, reason)
    return RejectedRow(lines.began, shorten(names[at]), shorten(cells[at]), reason)


def _reject(lines: TextLines, reason: str) -> RejectedRow:
    """Reject the line on which the row begins; those behind it are read again."""
    row = RejectedRow(lines.began, "", shorten(lines.text.rstrip("\r\n")), reason)
    lines.go_back()
    return row
