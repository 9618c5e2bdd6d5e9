"""The months of a panel, counted from the store with their zeros, up to a day."""

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecast_bench.incidents import (
    CountRequest,
    Extent,
    Vintage,
    counts,
    coverage_gap,
    expand_types,
    filter_labels,
)
from forecast_bench.records import (
    ActorBook,
    CountingSettings,
    Coverage,
    IncidentFilter,
    RatePanel,
)


@dataclass(frozen=True, slots=True)
class _Family:
    """Series that one request counts: of one type, by whoever the filter names."""

    name: str
    type: str
    filter: IncidentFilter


def panel_until(issued: datetime.date) -> datetime.date:
    """Last day of the counts that a question asked on a day may learn from.

    It is the last new year's eve. One panel so serves all questions of a year, and none knows a
    count after its day of issue.

    Examples
    --------
    >>> panel_until(datetime.date(2018, 6, 30)).isoformat()
    '2017-12-31'
    >>> panel_until(datetime.date(2018, 12, 31)).isoformat()
    '2018-12-31'
    """
    last = datetime.date(issued.year, 12, 31)
    return last if issued == last else datetime.date(issued.year - 1, 12, 31)


def panel_table(
    panel: RatePanel,
    vintage: Vintage,
    book: ActorBook,
    *,
    until: datetime.date,
    settings: CountingSettings,
) -> pd.DataFrame:
    """Count every series of a panel by month, in one vintage, up to a day.

    Parameters
    ----------
    panel : RatePanel
        Which series.
    vintage : Vintage
        The state of the source.
    book : ActorBook
        What actors are called.
    until : date
        No incident after this day is counted.
    settings : CountingSettings
        Where they are counted.

    Returns
    -------
    DataFrame
        Columns series, type, month, count and exposure_months. A month that the source does not
        cover has no row, nor has a name that never occurs in it: their zeros would mean nothing.
    """
    hull = vintage.extent.hull
    end = min(until, hull.window.end)
    start = hull.window.start
    families = [one for one in _families(panel) if _is_covered(one, hull, book)]
    if end < start or not families:
        return _frame([])
    requests = [CountRequest(str(at), one.filter, start, end) for at, one in enumerate(families)]
    counted = counts(requests, book, [vintage.state], by="area", settings=settings)
    place = ["country", "admin1"] if panel.places == "area" else ["country"]
    sums = counted.groupby(["key", *place, "month"])["count"].sum()
    known: dict[tuple[object, ...], dict[pd.Timestamp, int]] = {}
    for key, number in sums.items():
        *series, month = key if isinstance(key, tuple) else (key,)
        known.setdefault(tuple(series), {})[pd.Timestamp(month)] = int(number)
    rows = [
        (f"{one.name} {' / '.join(where)}", one.type, month, found.get(month, 0), share)
        for at, one in enumerate(families)
        for country, months in _covered(panel, vintage.extent, one.type, start, end).items()
        for where in _places(panel, hull.countries[country], country)
        for found in [known.get((str(at), *where), {})]
        for month, share in months
    ]
    return _frame(rows)


def _frame(rows: list[tuple[str, str, pd.Timestamp, int, float]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["series", "type", "month", "count", "exposure_months"])
    return frame.astype({"month": "datetime64[s]", "count": "int64", "exposure_months": "float64"})


def _families(panel: RatePanel) -> Iterator[_Family]:
    whom: list[tuple[str, dict[str, object]]] = [("all", {})]
    if panel.actors is not None:
        whom = [(name, {"actor": (name,)}) for name in panel.actors]
    elif panel.sides is not None:
        whom = [(" against ".join(pair), {"between": pair}) for pair in panel.sides]
    for name, asked in whom:
        for kind in panel.types:
            told = {**asked, "type": (kind,), "countries": panel.countries}
            yield _Family(f"{name} {kind}", kind, IncidentFilter.model_validate(told))


def _is_covered(family: _Family, hull: Coverage, book: ActorBook) -> bool:
    """Whether a zero of the family would mean that nothing happened; days are seen to apart."""
    labels = filter_labels(family.filter, book=book)
    return coverage_gap(family.filter, hull.window, Extent.of(hull), labels) is None


def _places(panel: RatePanel, areas: Iterable[str], country: str) -> Iterator[tuple[str, ...]]:
    if panel.places == "country":
        yield (country,)
    else:
        yield from ((country, area) for area in areas)


def _covered(
    panel: RatePanel, extent: Extent, kind: str, start: datetime.date, end: datetime.date
) -> dict[str, list[tuple[pd.Timestamp, float]]]:
    """Months covered of each country for a type."""
    return {
        country: _covered_months(extent.pieces, country, kind, start=start, end=end)
        for country in extent.hull.countries
        if panel.countries is None or country in panel.countries
    }


def _covered_months(
    pieces: Iterable[Coverage],
    country: str,
    kind: str,
    *,
    start: datetime.date,
    end: datetime.date,
) -> list[tuple[pd.Timestamp, float]]:
    """Months in which a source covers a country for a type, with the share of days covered."""
    days = np.zeros((end - start).days + 1, dtype=np.bool_)
    wanted = expand_types((kind,))
    for piece in pieces:
        if country in piece.countries and wanted <= expand_types(piece.types):
            first = max((piece.window.start - start).days, 0)
            days[first : max((piece.window.end - start).days + 1, 0)] = True
    return list(_shares(days, start).items())


def _shares(days: npt.NDArray[np.bool_], start: datetime.date) -> Mapping[pd.Timestamp, float]:
    dates = pd.date_range(start, periods=len(days), freq="D")
    shares = pd.Series(days.astype(np.float64), index=dates).groupby(dates.to_period("M")).sum()
    found = shares / pd.PeriodIndex(shares.index).days_in_month
    months = pd.PeriodIndex(found.index).to_timestamp()
    return {month: share for month, share in zip(months, found.tolist(), strict=True) if share > 0}
