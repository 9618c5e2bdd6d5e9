"""Workbooks (XLSX), row by row; what one unpacks to is checked before anything is unpacked."""

from __future__ import annotations

import datetime
import warnings
import zipfile
import zlib
from collections.abc import Collection, Generator, Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, Final

from forecast_bench.incidents.importers.reading import RejectedRow
from forecast_bench.incidents.importers.rows import (
    BATCH_CHARACTERS,
    BATCH_ROWS,
    LONGEST_ROW,
    RawBatch,
    RawFile,
    UnreadableFileError,
    damaged,
    shorten,
)
from forecast_bench.problems import Location, Problem, problem

# The largest workbook of events seen, of 200,000 rows with 135 columns, unpacks to less than 1 GiB;
# the texts that cells share are held in memory. Sheets are packed to a tenth or a thirtieth.
MOST_UNPACKED: Final = 4 << 30
MOST_SHARED: Final = 512 << 20
MOST_ENTRIES: Final = 2_000
MOST_RATIO: Final = 200
_SMALL: Final = 1 << 20
_MOST_ROWS: Final = 1_048_576
_MOST_COLUMNS: Final = 16_384

# What the reader of workbooks raises for a damaged one, in its own code and in those it builds on.
_DAMAGE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    EOFError,
    SyntaxError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RuntimeError,
)


def open_workbook(
    path: Path, shown_as: str, sheet: str | None
) -> tuple[RawFile | None, tuple[Problem, ...]]:
    """Open one sheet of a workbook; its header is the first row that is not empty.

    Parameters
    ----------
    path : Path
        The file.
    shown_as : str
        Its path in messages.
    sheet : str or None
        Name of the sheet; the only one, or the first, where none is given.

    Returns
    -------
    RawFile or None, tuple of Problem
        None exactly where there are problems.
    """
    fault = _unsafe(path, shown_as)
    if fault is not None:
        return None, (fault,)
    try:
        with closing(_rows(path, sheet, width=_MOST_COLUMNS)) as rows:
            number, header = next(rows, (0, ()))
            following = next(rows, (0, ()))[1]
    except KeyError as missing:
        if sheet is None or missing.args != (sheet,):
            return None, (damaged(shown_as, f"the workbook is damaged: {_said(missing)}"),)
        return None, (damaged(shown_as, f'the workbook has no sheet "{sheet}"'),)
    except _DAMAGE as failure:
        return None, (damaged(shown_as, f"the workbook is damaged: {_said(failure)}"),)
    names = _names(header)
    if not any(names):
        message = "the sheet holds no rows"
        return None, (problem("file-empty", message, Location(shown_as)),)
    named = [name for name in names if name]
    twice = next((name for name in named if named.count(name) > 1), None)
    place = Location(shown_as, number)
    if twice is not None:
        return None, (
            problem("incident-header", f'two columns are named "{shorten(twice)}"', place),
        )
    cells = dict(zip(names, map(_text, following), strict=False))
    read = partial(_read, path, shown_as, sheet, names)
    return RawFile("XLSX", names, (number, ""), cells, read), ()


def _unsafe(path: Path, shown_as: str) -> Problem | None:
    """What is wrong with the packing, by its own directory; nothing is unpacked."""
    try:
        with zipfile.ZipFile(path) as packed:
            entries = packed.infolist()
    except (*_DAMAGE, NotImplementedError) as failure:
        return damaged(shown_as, f"the workbook is damaged: {_said(failure)}")
    message = _bomb(entries)
    if message is not None:
        return damaged(shown_as, f"the workbook is refused: {message}")
    if "xl/workbook.xml" not in {one.filename for one in entries}:
        return damaged(shown_as, "the file is packed, and is no workbook (XLSX)")
    return None


def _bomb(entries: Sequence[zipfile.ZipInfo]) -> str | None:
    unpacked = sum(one.file_size for one in entries)
    if len(entries) > MOST_ENTRIES:
        return f"it packs {len(entries):,} files, and a workbook has at most {MOST_ENTRIES:,}"
    if unpacked > MOST_UNPACKED:
        return f"it unpacks to {unpacked:,} bytes, and at most {MOST_UNPACKED:,} are read"
    for one in entries:
        if one.file_size > _SMALL and one.file_size > MOST_RATIO * max(1, one.compress_size):
            return (
                f"{shorten(one.filename)} unpacks to {one.file_size:,} bytes, more than "
                f"{MOST_RATIO} times its size"
            )
        if one.filename == "xl/sharedStrings.xml" and one.file_size > MOST_SHARED:
            return f"its texts unpack to {one.file_size:,} bytes, and at most {MOST_SHARED:,} do"
    return None


def _rows(path: Path, sheet: str | None, *, width: int) -> Generator[tuple[int, Sequence[Any]]]:
    """Rows that are not empty, each with its number and as many cells as asked for."""
    import openpyxl

    # The file is opened here, so that it is closed whatever becomes of the reading.
    with path.open("rb") as file:
        # It warns of styles and dates that it cannot follow; such a date is rejected later.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        table = _sheet(book, sheet)
        table.reset_dimensions()
        with closing(table.iter_rows(max_col=width, values_only=True)) as rows:
            for number in range(1, _MOST_ROWS + 2):
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    row = next(rows, None)
                if row is None:
                    return
                if number > _MOST_ROWS:
                    raise ValueError(f"a sheet has at most {_MOST_ROWS:,} rows")
                if any(cell is not None and cell != "" for cell in row):
                    yield number, row


def _sheet(book: Any, name: str | None) -> Any:
    if name is None:
        return book.worksheets[0]
    if name not in book.sheetnames:
        raise KeyError(name)
    return book[name]


def _names(header: Sequence[Any]) -> tuple[str, ...]:
    names = [" ".join(_text(cell).split()) for cell in header]
    while names and not names[-1]:
        names.pop()
    return tuple(names)


def _read(
    path: Path, shown_as: str, sheet: str | None, names: tuple[str, ...], wanted: Collection[str]
) -> Iterator[RawBatch]:
    kept = [at for at, name in enumerate(names) if name and name in wanted]
    numbers: list[int] = []
    columns: dict[str, list[str]] = {names[at]: [] for at in kept}
    rejected: list[RejectedRow] = []
    characters = 0
    number = 1
    try:
        with closing(_rows(path, sheet, width=len(names))) as rows:
            next(rows)
            for number, row in rows:
                cells = [_text(row[at]) for at in kept]
                size = sum(map(len, cells))
                if size > LONGEST_ROW:
                    reason = f"the row has more than {LONGEST_ROW:,} characters"
                    rejected.append(RejectedRow(number, "", shorten(_text(row[0])), reason))
                else:
                    numbers.append(number)
                    characters += size
                    for at, cell in zip(kept, cells, strict=True):
                        columns[names[at]].append(cell)
                if len(numbers) + len(rejected) >= BATCH_ROWS or characters >= BATCH_CHARACTERS:
                    yield RawBatch(numbers, columns, tuple(rejected))
                    numbers, rejected, characters = [], [], 0
                    columns = {names[at]: [] for at in kept}
    except _DAMAGE as failure:
        message = f"the workbook is damaged behind row {number}: {_said(failure)}"
        raise UnreadableFileError(damaged(shown_as, message, line=number)) from failure
    if numbers or rejected:
        yield RawBatch(numbers, columns, tuple(rejected))


def _text(cell: object) -> str:
    """A cell as text: whole numbers without a fraction, days and times in the form of ISO 8601."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    if isinstance(cell, datetime.datetime):
        return cell.isoformat(sep=" ")
    return str(cell)


def _said(failure: BaseException) -> str:
    return shorten(" ".join(str(failure).split()) or type(failure).__name__)
