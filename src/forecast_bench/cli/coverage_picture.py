"""What sources cover, drawn in characters: a line for a country, a mark for every quarter."""

import calendar
import datetime
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from forecast_bench.incidents import Extent, Vintage

WHOLE: Final = "#"
PART: Final = "+"
NOTHING: Final = "."
_MOST_YEARS: Final = 20
_MOST_COUNTRIES: Final = 25
_QUARTERS: Final = (1, 4, 7, 10)


def coverage_lines(newest: Sequence["Vintage"]) -> Iterator[str]:
    """Draw which quarters each source covers of each country, the last `_MOST_YEARS` years.

    Yields
    ------
    str
        A head with the years, a line for every country, and what the marks mean.
    """
    ends = [one.extent.hull.window for one in newest]
    last = max(one.end.year for one in ends)
    first = max(min(one.start.year for one in ends), last - _MOST_YEARS + 1)
    years = range(first, last + 1)
    names = [
        (one, country)
        for one in newest
        for country in list(one.extent.hull.countries)[:_MOST_COUNTRIES]
    ]
    wide = max(len(f"{one.manifest.source}  {country}") for one, country in names)
    yield " " * wide + "  " + " ".join(str(year) for year in years)
    for one, country in names:
        marks = " ".join(_year(one.extent, country, year) for year in years)
        yield f"{one.manifest.source}  {country}".ljust(wide) + "  " + marks
    for one in newest:
        more = len(one.extent.hull.countries) - _MOST_COUNTRIES
        if more > 0:
            yield f"and {more} more countries of {one.manifest.source}"
    yield f"a quarter is covered: {WHOLE} whole, {PART} in part, {NOTHING} not"


def _year(extent: "Extent", country: str, year: int) -> str:
    return "".join(_quarter(extent, country, year, month) for month in _QUARTERS)


def _quarter(extent: "Extent", country: str, year: int, month: int) -> str:
    start = datetime.date(year, month, 1)
    end = datetime.date(year, month + 2, calendar.monthrange(year, month + 2)[1])
    days = set(_days(extent, country, start, end))
    if not days:
        return NOTHING
    return WHOLE if len(days) == (end - start).days + 1 else PART


def _days(
    extent: "Extent", country: str, start: datetime.date, end: datetime.date
) -> Iterable[int]:
    for piece in extent.pieces:
        if country in piece.countries:
            first = max(start, piece.window.start).toordinal()
            yield from range(first, min(end, piece.window.end).toordinal() + 1)
