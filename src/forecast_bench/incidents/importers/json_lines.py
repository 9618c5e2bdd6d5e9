"""JSON lines: one object on each line, whose keys are the names of columns."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

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

# Numbers stay as they are written: 15960.0 is an id, and a fraction of a death is a fault.
_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)


def open_json_lines(
    path: Path, shown_as: str, encoding: Encoding
) -> tuple[RawFile | None, tuple[Problem, ...]]:
    """Open JSON lines; the columns are the keys of the first object.

    See `open_delimited` for the parameters and what is returned.
    """
    lines = TextLines(path, encoding)
    try:
        first = next(_objects(lines), None)
        text = as_excerpt(lines.text)
    finally:
        lines.close()
    number = lines.began
    if first is None:
        return None, (problem("file-empty", "the file is empty", Location(shown_as)),)
    if isinstance(first, RejectedRow):
        place = Location(shown_as, number, 1, max(2, len(text) + 1))
        message = f"the first line names no columns: {first.reason}"
        return None, (problem("incident-header", message, place, excerpt=text),)
    cells = {name: _text(value) or "" for name, value in first.items()}
    read = partial(_read, path, encoding)
    return RawFile("JSON lines", tuple(cells), (number, text), cells, read), ()


def _read(path: Path, encoding: Encoding, wanted: Collection[str]) -> Iterator[RawBatch]:
    names = tuple(dict.fromkeys(wanted))
    lines = TextLines(path, encoding)
    numbers: list[int] = []
    rows: list[tuple[str, ...]] = []
    rejected: list[RejectedRow] = []
    start = 0
    try:
        for row in _objects(lines):
            taken = row if isinstance(row, RejectedRow) else _cells(row, names, lines)
            if isinstance(taken, RejectedRow):
                rejected.append(taken)
            else:
                numbers.append(lines.began)
                rows.append(taken)
            full = len(rows) + len(rejected) >= BATCH_ROWS
            if full or lines.read - start >= BATCH_CHARACTERS:
                yield RawBatch(numbers, _columns(names, rows), tuple(rejected))
                numbers, rows, rejected, start = [], [], [], lines.read
        if rows or rejected:
            yield RawBatch(numbers, _columns(names, rows), tuple(rejected))
    finally:
        lines.close()


def _columns(names: tuple[str, ...], rows: list[tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    if not rows:
        return dict.fromkeys(names, ())
    return dict(zip(names, zip(*rows, strict=True), strict=True))


def _objects(lines: TextLines) -> Iterator[Mapping[str, Any] | RejectedRow]:
    """The object of each line that is not blank, or why there is none."""
    following = iter(lines)
    while True:
        lines.begin()
        try:
            line = next(following, None)
        except LongRowError:
            yield _reject(lines, f"the row has more than {LONGEST_ROW:,} characters")
            following = iter(lines)
            continue
        if line is None:
            return
        if not line.strip():
            continue
        wrong = first_wrong_byte(line) if lines.doubtful else None
        if wrong is None:
            yield _object(line, lines)
        else:
            yield _reject(lines, f"byte 0x{wrong:02x} is not UTF-8 text")


def _object(line: str, lines: TextLines) -> Mapping[str, Any] | RejectedRow:
    try:
        value = _DECODER.decode(line.rstrip())
    except json.JSONDecodeError as failure:
        return _reject(lines, f"this is not JSON: column {failure.colno}: {failure.msg}")
    except RecursionError:
        return _reject(lines, "this is not a row: it is nested too deep")
    if not isinstance(value, dict):
        return _reject(lines, "this is not a row: it is no object in braces")
    return value


def _cells(
    row: Mapping[str, Any], names: tuple[str, ...], lines: TextLines
) -> tuple[str, ...] | RejectedRow:
    values = tuple(map(row.get, names))
    texts = tuple(value for value in values if isinstance(value, str))
    if len(texts) == len(names):
        return texts
    cells = []
    for name, value in zip(names, values, strict=True):
        cell = _text(value)
        if cell is None:
            shown, reason = shorten(json.dumps(value)), "the value is a list or an object"
            return RejectedRow(lines.began, name, shown, reason)
        cells.append(cell)
    return tuple(cells)


def _text(value: object) -> str | None:
    """Give a value as a cell; None for a list or an object."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else None


def _reject(lines: TextLines, reason: str) -> RejectedRow:
    return RejectedRow(lines.began, "", shorten(lines.text.rstrip("\r\n")), reason)
