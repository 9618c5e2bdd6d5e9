"""One cell, or a few that belong together, to a value; what cannot be read says why."""

import calendar
import datetime
import math
import re
from collections.abc import Callable
from typing import Final

from forecast_bench.incidents.importers.rows import shorten

# Dates outside are slips of the pen (year 0, year 9999), and no source of events reaches there.
FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2100

type Days = tuple[datetime.date, datetime.date]
type Names = tuple[str, ...]

_MONTHS: Final = {
    name.casefold(): number
    for table in (
        "January February March April May June July August September October November December",
        "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    )
    for number, name in enumerate(table.split(), start=1)
}
_TIME: Final = r"([T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?"
_ISO: Final = re.compile(rf"(\d{{4}})-(\d{{1,2}})-(\d{{1,2}}){_TIME}", re.ASCII)
_WRITTEN: Final = re.compile(r"(\d{1,2})[ -]([A-Za-z]+)[ -](\d{4})", re.ASCII)
_WHOLE: Final = re.compile(r"(\d{1,12})(\.0*)?", re.ASCII)
_SIGNED: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_FLOATED: Final = re.compile(r"(\d+)\.0+", re.ASCII)
_SHORTENED: Final = re.compile(r"\d(\.\d+)?[eE]\+\d+", re.ASCII)
# Control characters, ends of line and paragraph, what turns the direction of writing and so
# makes names lie, and halves of characters. Joiners stay: names in Persian need them.
_FORBIDDEN: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_AROUND: Final = " \t\r\n\u00a0\ufeff"


class CellError(ValueError):
    """A cell that cannot be read.

    Parameters
    ----------
    reason : str
        Why, in one sentence without a full stop.
    cell : int
        Which of the cells given.
    """

    def __init__(self, reason: str, cell: int = 0) -> None:
        super().__init__(reason)
        self.cell = cell


def text(cell: str) -> str | None:
    r"""Read a name: spaces folded, None where there is none.

    Raises
    ------
    CellError
        If it holds a control character, one that turns the direction of writing, or half of one.

    Examples
    --------
    >>> text("  Katiba   Macina ")
    'Katiba Macina'
    >>> text(" ") is None
    True
    """
    trimmed = cell.strip(_AROUND)
    if not trimmed.isprintable():
        found = _FORBIDDEN.search(trimmed)
        if found is not None:
            raise CellError(f"it holds the control character U+{ord(found[0]):04X}")
        trimmed = " ".join(trimmed.split())
    elif "  " in trimmed:
        trimmed = " ".join(trimmed.split())
    return trimmed or None


def needed_text(cell: str) -> str:
    """Read a name that must be there; see `text`.

    Raises
    ------
    CellError
        Also if it is empty.
    """
    found = text(cell)
    if found is None:
        raise CellError("it is empty")
    return found


def identifier(cell: str) -> str:
    """Read an id; one that a program has made a fraction is whole again.

    Raises
    ------
    CellError
        If it is empty, or a number that a spreadsheet has cut.

    Examples
    --------
    >>> identifier("15960.0"), identifier("MLI1234")
    ('15960', 'MLI1234')
    """
    if cell.isalnum():
        return cell
    found = needed_text(cell)
    floated = _FLOATED.fullmatch(found)
    if floated is not None:
        return floated[1]
    if _SHORTENED.fullmatch(found):
        raise CellError("a spreadsheet has cut this id; export it as text")
    return found


def country_code(cell: str) -> str | None:
    """Read an ISO 3166 alpha-3 code; None where there is none.

    Raises
    ------
    CellError
        If it is not three letters.

    Examples
    --------
    >>> country_code("mli")
    'MLI'
    """
    trimmed = cell.strip(_AROUND)
    if not trimmed:
        return None
    if len(trimmed) != 3 or not (trimmed.isascii() and trimmed.isalpha()):
        raise CellError(f'"{shorten(trimmed)}" is not a country code of three letters')
    return trimmed.upper()


def whole_number(cell: str) -> int | None:
    """Read a count from 0 on; None where there is none.

    Raises
    ------
    CellError
        If it is negative, a fraction, or no number.

    Examples
    --------
    >>> whole_number("3.0"), whole_number("")
    (3, None)
    """
    trimmed = cell.strip(_AROUND)
    if not trimmed:
        return None
    found = _WHOLE.fullmatch(trimmed)
    if found is not None:
        return int(found[1])
    shown = f'"{shorten(trimmed)}"'
    if not _SIGNED.fullmatch(trimmed):
        raise CellError(f"{shown} is not a whole number")
    if trimmed.startswith("-"):
        raise CellError(f"{shown} is negative")
    if float(trimmed).is_integer():
        raise CellError(f"{shown} is not written in at most 12 digits")
    raise CellError(f"{shown} is a fraction")


def latitude(cell: str) -> float | None:
    """Read degrees from -90 to 90; None where there are none."""
    return _degrees(cell, 90)


def longitude(cell: str) -> float | None:
    """Read degrees from -180 to 180; None where there are none."""
    return _degrees(cell, 180)


def _degrees(cell: str, most: int) -> float | None:
    trimmed = cell.strip(_AROUND)
    if not trimmed:
        return None
    value = float(trimmed) if _SIGNED.fullmatch(trimmed) else math.nan
    if not math.isfinite(value):
        raise CellError(f'"{shorten(trimmed)}" is not a number of degrees')
    if abs(value) > most:
        raise CellError(f"{shorten(trimmed)} is not between -{most} and {most} degrees")
    return value


def day(cell: str) -> datetime.date:
    """Read a day as ISO 8601 or as "31 December 2020"; a time of day is passed over.

    Raises
    ------
    CellError
        If it is no day, or not of the years `FIRST_YEAR` to `LAST_YEAR`.

    Examples
    --------
    >>> day("31 December 2020") == day("2020-12-31T00:00:00")
    True
    """
    trimmed = cell.strip(_AROUND)
    iso = _ISO.fullmatch(trimmed)
    if iso is not None:
        return calendar_day(int(iso[1]), int(iso[2]), int(iso[3]))
    written = _WRITTEN.fullmatch(trimmed)
    month = _MONTHS.get(written[2].casefold()) if written is not None else None
    if written is not None and month is not None:
        return calendar_day(int(written[3]), month, int(written[1]))
    if not trimmed:
        raise CellError("it is empty")
    raise CellError(
        f'"{shorten(trimmed)}" is not a date; 2020-12-31 or 31 December 2020 would be one'
    )


def calendar_day(year: int, month: int, number: int) -> datetime.date:
    """Make a day of its numbers.

    Raises
    ------
    CellError
        If the calendar has no such day, or the year is outside what sources of events reach.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise CellError(f"the year {year} is not between {FIRST_YEAR} and {LAST_YEAR}")
    try:
        return datetime.date(year, month, number)
    except ValueError:
        raise CellError(f"{year}-{month:02}-{number:02} is not a day of the calendar") from None


def days_between(first: str, last: str, *, read: Callable[[str], datetime.date] = day) -> Days:
    """Read the first and the last day on which an event may have happened.

    Raises
    ------
    CellError
        If one of them is no day, or the last is before the first.
    """
    start = read(first)
    try:
        end = read(last)
    except CellError as fault:
        raise CellError(str(fault), 1) from None
    if end < start:
        raise CellError(f"the last day, {end}, is before the first, {start}", 1)
    return start, end


def whole_month(one: datetime.date) -> Days:
    """Give the first and the last day of a day's month."""
    return one.replace(day=1), one.replace(day=calendar.monthrange(one.year, one.month)[1])


def names(cell: str, separator: str | None, cell_number: int = 0) -> Names:
    """Read the names on a side, split at a separator, each once.

    Examples
    --------
    >>> names("JNIM; Katiba Macina;", ";")
    ('JNIM', 'Katiba Macina')
    """
    parts = [cell] if separator is None else cell.split(separator)
    try:
        found = [one for one in map(text, parts) if one is not None]
    except CellError as fault:
        raise CellError(str(fault), cell_number) from None
    return tuple(dict.fromkeys(found))


def side(*cells: str, separator: str | None = None) -> Names:
    """Read the names on a side from several cells."""
    found = [one for at, cell in enumerate(cells) for one in names(cell, separator, at)]
    return tuple(dict.fromkeys(found))
