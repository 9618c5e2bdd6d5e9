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
from typing import Final

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

type _Row = tuple[int, list[str]]


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
        delimiter, number, names = found
        text = as_excerpt(lines.text)
        fault = _header_fault(names, lines, Location(shown_as, number, 1, len(text) + 1), text)
        if fault is not None:
            return None, (fault,)
        first = next(_rows(lines, delimiter, names), None)
    finally:
        lines.close()
    cells = dict(zip(names, first[1], strict=True)) if isinstance(first, tuple) else {}
    read = partial(_read, path, encoding, delimiter, names)
    return RawFile("CSV", names, (number, text), cells, read), ()


def _header(lines: TextLines) -> tuple[str, int, tuple[str, ...]] | None:
    """Delimiter, line and names of the header; None where there is none to be read."""
    while True:
        lines.begin()
        try:
            line = next(lines)
        except (StopIteration, LongRowError):
            return None
        if line.strip() and not line.startswith("#"):
            break
    split = {one: _split(line, one) for one in DELIMITERS}
    delimiter = max(DELIMITERS, key=lambda one: len(split[one]))
    names = tuple(" ".join(name.split()) for name in split[delimiter])
    return (delimiter, lines.number, names) if names else None


def _split(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True))
    except csv.Error:
        return []


def _no_header(lines: TextLines, shown_as: str) -> Problem:
    if lines.number == 0:
        return problem("file-empty", "the file is empty", Location(shown_as))
    text = as_excerpt(lines.text)
    place = Location(shown_as, lines.number, 1, max(2, min(len(text), LONGEST_ROW) + 1))
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
        message = f'two columns are named "{twice}"'
        return problem("incident-header", message, place, excerpt=text)
    return None


def _read(
    path: Path,
    encoding: Encoding,
    delimiter: str,
    names: tuple[str, ...],
    wanted: Collection[str],
) -> Iterator[RawBatch]:
    kept = [at for at, name in enumerate(names) if name and name in wanted]
    lines = TextLines(path, encoding)
    try:
        _header(lines)
        numbers: list[int] = []
        rows: list[list[str]] = []
        rejected: list[RejectedRow] = []
        characters = 0
        for row in _rows(lines, delimiter, names):
            if isinstance(row, tuple):
                numbers.append(row[0])
                rows.append(row[1])
            else:
                rejected.append(row)
            characters += lines.size
            if len(rows) + len(rejected) >= BATCH_ROWS or characters >= BATCH_CHARACTERS:
                yield RawBatch(numbers, _columns(names, kept, rows), tuple(rejected))
                numbers, rows, rejected, characters = [], [], [], 0
        if rows or rejected:
            yield RawBatch(numbers, _columns(names, kept, rows), tuple(rejected))
    finally:
        lines.close()


def _columns(
    names: tuple[str, ...], kept: list[int], rows: list[list[str]]
) -> dict[str, tuple[str, ...]]:
    if not rows:
        return {names[at]: () for at in kept}
    return {names[at]: tuple(map(itemgetter(at), rows)) for at in kept}


def _rows(lines: TextLines, delimiter: str, names: tuple[str, ...]) -> Iterator[_Row | RejectedRow]:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    width = len(names)
    while True:
        lines.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except LongRowError:
            yield _too_long(lines)
            continue
        except csv.Error:
            reason = "the quotes in this row do not match"
            yield _reject(lines, reason, go_back=True)
            continue
        if len(cells) == width and not lines.doubtful:
            if any(cells):
                yield lines.began, cells
        elif lines.doubtful:
            yield _not_utf8(lines, names, cells)
        elif "".join(cells).strip():
            reason = f"the row has {_fields(len(cells))}, and the header has {width}"
            yield _reject(lines, reason, go_back=True)


def _fields(number: int) -> str:
    return f"{number} field{'' if number == 1 else 's'}"


def _too_long(lines: TextLines) -> RejectedRow:
    one_line = lines.began == lines.number
    reason = (
        f"the row has more than {LONGEST_ROW:,} characters"
        if one_line
        else f"a quote that opens here is not closed within {LONGEST_ROW:,} characters"
    )
    return _reject(lines, reason, go_back=True)


def _not_utf8(lines: TextLines, names: tuple[str, ...], cells: list[str]) -> RejectedRow:
    at, wrong = next(
        (at, wrong) for at, wrong in enumerate(map(first_wrong_byte, cells)) if wrong is not None
    )
    reason = f"byte 0x{wrong:02x} is not UTF-8 text"
    if len(cells) != len(names):
        return _reject(lines, reason, go_back=True)
    return RejectedRow(lines.began, names[at], shorten(cells[at]), reason)


def _reject(lines: TextLines, reason: str, *, go_back: bool) -> RejectedRow:
    row = RejectedRow(lines.began, "", shorten(lines.text.rstrip("\r\n")), reason)
    if go_back:
        lines.go_back()
    return row
