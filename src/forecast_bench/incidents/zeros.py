"""Counts with their zeros written out, where coverage makes a zero legal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forecast_bench.incidents.requests import CountRequest
from forecast_bench.records import Coverage

if TYPE_CHECKING:
    import pandas as pd


def fill_months(frame: pd.DataFrame, request: CountRequest, coverage: Coverage) -> pd.DataFrame:
    """Sum a request's counts by month, with a zero for every covered month without incidents.

    Parameters
    ----------
    frame : pandas.DataFrame
        Counts as `counts_by_month` gives them; rows of other requests are passed over.
    request : CountRequest
        The one wanted. Whether its places, types and names are covered is for `coverage_gap`.
    coverage : Coverage
        Days covered. Only the days of the window that are covered count as time at risk.

    Returns
    -------
    pandas.DataFrame
        month (first day), count, ambiguous: in order, one row for each month with a day that is
        both in the window and covered; none where no day is.

    Raises
    ------
    ValueError
        If there are counts in a month that is not covered.
    """
    import pandas as pd

    first = max(request.start, coverage.window.start)
    last = min(request.end, coverage.window.end)
    months = pd.date_range(first.replace(day=1), last, freq="MS", unit="s")
    if last < first:
        months = months[:0]
    own = frame[frame["key"] == request.key]
    outside = own.loc[~own["month"].isin(months), "month"]
    if len(outside):
        raise ValueError(
            f"{request.key!r} has counts in {outside.iloc[0]:%Y-%m}, which is not covered"
        )
    summed = own.groupby("month")[["count", "ambiguous"]].sum()
    filled = summed.reindex(months, fill_value=0).astype("int64")
    return filled.rename_axis("month").reset_index()


def fill_areas(frame: pd.DataFrame, request: CountRequest, coverage: Coverage) -> pd.DataFrame:
    """Sum a request's counts by first-level area, with a zero for every area without incidents.

    Incidents whose area is not known are in none. See `fill_months` for the parameters.

    Returns
    -------
    pandas.DataFrame
        country, admin1, count, ambiguous: one row for each covered area that the request asks for,
        in the order of the coverage.
    """
    import pandas as pd

    asked = request.filter
    areas = [
        (country, area)
        for country, known in coverage.countries.items()
        if asked.countries is None or country in asked.countries
        for area in dict.fromkeys(known)
        if asked.admin1 is None or area in asked.admin1
    ]
    own = frame[(frame["key"] == request.key) & frame["admin1"].notna()]
    summed = own.groupby(["country", "admin1"])[["count", "ambiguous"]].sum()
    columns = pd.DataFrame(areas, columns=["country", "admin1"]).astype("str")
    index = pd.MultiIndex.from_frame(columns)
    return summed.reindex(index, fill_value=0).astype("int64").reset_index()
