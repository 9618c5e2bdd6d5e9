"""Rows of any file of events as text, in batches, before anything is made of them."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from forecast_bench.incidents.importers.reading import RejectedRow
from forecast_bench.problems import Location, Problem, problem

# A batch ends at whichever comes first: memory must not grow with the file, nor with its cells.
BATCH_ROWS: Final = 20_000
BATCH_CHARACTERS: Final = 20_000_000
# The longest row of events seen has some ten thousand. It is also the longest cell that the module
# csv reads, so that whatever is longer is refused here, with a reason.
LONGEST_ROW: Final = 131_072
_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class RawBatch:
    """Some rows of a file as text.

    Parameters
    ----------
    lines : sequence of int
        Line on which each row begins, from 1; the row's number in a file without lines.
    columns : mapping of str to sequence of str
        Cells by the name of their column, as long as `lines`; what is missing is an empty text.
    rejected : tuple of RejectedRow
        Rows that are no rows of this table.
    """

    lines: Sequence[int]
    columns: Mapping[str, Sequence[str]]
    rejected: tuple[RejectedRow, ...] = ()


@dataclass(frozen=True, slots=True)
class RawFile:
    """A table of text that has been opened.

    Parameters
    ----------
    form : str
        What the file is, for people: "CSV", "XLSX", "Parquet" or "JSON lines".
    columns : tuple of str
        Names of the columns, in order.
    header : tuple of int and str
        Line of the header and its text, for excerpts; no text where it cannot be shown.
    first : mapping of str to str
        The first row, by column; empty where there is none.
    read : callable
        Gives the columns asked for, from the start of the file; one that the file lacks is left
        out, or is full of empty texts.
    """

    form: str
    columns: tuple[str, ...]
    header: tuple[int, str]
    first: Mapping[str, str]
    read: Callable[[Collection[str]], Iterator[RawBatch]]


class UnreadableFileError(Exception):
    """A file turned out to be damaged behind a good beginning: what was read of it is not all.

    Parameters
    ----------
    problem : Problem
        What is wrong, and where.
    """

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def damaged(shown_as: str, message: str, *, line: int = 1, notes: tuple[str, ...] = ()) -> Problem:
    """Make the problem of a file that cannot be read as what it is."""
    return problem("incident-file", message, Location(shown_as, line), notes=notes)


def shorten(value: str) -> str:
    r"""Show a cell in a message: one line, no control characters, not too long.

    Examples
    --------
    >>> print(shorten("a\x00b"))
    a\x00b
    >>> len(shorten("x" * 1000))
    61
    """
    cut = value[:_SHOWN]
    if not cut.isprintable():
        cut = "".join(one if one.isprintable() else _escaped(one) for one in cut)
    return cut + ("…" if len(value) > _SHOWN else "")


def is_tag_row(row: Mapping[str, str]) -> bool:
    """Whether a row holds tags of the Humanitarian Exchange Language instead of values.

    Examples
    --------
    >>> is_tag_row({"id": "#event+id", "side_b": "", "best": "#affected+killed"})
    True
    >>> is_tag_row({"id": "#1", "side_b": "IS"})
    False
    """
    filled = [cell for cell in row.values() if cell.strip()]
    return bool(filled) and all(cell.lstrip().startswith("#") for cell in filled)


def _escaped(character: str) -> str:
    # A byte that is not UTF-8 travels as a surrogate; show the byte.
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        code -= 0xDC00
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
