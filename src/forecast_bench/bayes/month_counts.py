"""A table of monthly counts as what the model of one series needs, or why it cannot have it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

SERIES_COLUMNS: Final = MappingProxyType(
    {
        "series": "name of the series, as text",
        "month": "which month, once in a series: dates (any day of it), or names of months",
        "count": "incidents in the month, a whole number of 0 or more",
        "exposure_months": "time at risk in months, above 0; 1 where the column is left out",
    }
)
"""Columns of a table of series and what they mean; others are ignored."""
_NEEDED = ("series", "month", "count")

type Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class SeriesMonths:
    """One series, its months sorted into distinct pairs of count and exposure.

    Given the rate and the dispersion, months with the same count and exposure have the same
    probability, so how many there are of each is sufficient, and their order says nothing.

    Attributes
    ----------
    name
        Name of the series.
    count, exposure_months
        Distinct pairs, sorted.
    months
        How many months there are of each pair.
    fault
        Why the series cannot be fitted; then the arrays are empty. None where it can.
    """

    name: str
    count: Floats
    exposure_months: Floats
    months: Floats
    fault: str | None = None


def series_months(
    table: pd.DataFrame, *, names: Sequence[str] | None = None
) -> tuple[SeriesMonths, ...]:
    """Take a table of monthly counts apart into its series.

    Parameters
    ----------
    table
        One row per series and month, with `SERIES_COLUMNS`; the order of rows within a series does
        not matter.
    names
        Series wanted, in this order, also those that the table has no row of; None for those of the
        table, in order of their first row.

    Returns
    -------
    tuple of SeriesMonths
        One for each series; what is wrong with one is its `fault`.

    Raises
    ------
    ValueError
        If a column is missing, a row names no series, or a name is wanted twice.

    Examples
    --------
    >>> one, two = series_months(pd.DataFrame({"series": ["a", "a", "a", "b"],
    ...     "month": ["2020-01", "2020-02", "2020-03", "2020-01"], "count": [4, 0, 0, -1]}))
    >>> one.count.tolist(), one.months.tolist()
    ([0.0, 4.0], [2.0, 1.0])
    >>> two.fault
    'count is negative in 1 of 1 months'
    """
    missing = [name for name in _NEEDED if name not in table.columns]
    if missing:
        raise ValueError(f"the table of series lacks the columns {missing}")
    if table["series"].isna().any():
        raise ValueError(f"{int(table['series'].isna().sum())} rows name no series")
    labels = table["series"].map(str).astype(object)
    wanted = list(dict.fromkeys(labels)) if names is None else [str(name) for name in names]
    if len(set(wanted)) < len(wanted):
        raise ValueError("a series is wanted twice")
    places = labels.groupby(labels, sort=False).indices
    nowhere = np.zeros(0, dtype=np.intp)
    numbers = pd.DataFrame(
        {
            "month": table["month"],
            "count": _numbers(table["count"]),
            "exposure_months": _numbers(table["exposure_months"])
            if "exposure_months" in table
            else 1.0,
        }
    )
    return tuple(_one(name, numbers.iloc[places.get(name, nowhere)]) for name in wanted)


def _numbers(column: pd.Series) -> Floats:
    """Give numbers, NaN for what is none."""
    return pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)


def _one(name: str, rows: pd.DataFrame) -> SeriesMonths:
    count, exposure = rows["count"].to_numpy(), rows["exposure_months"].to_numpy()
    fault = _fault(rows["month"], count, exposure)
    if fault is not None:
        empty = np.zeros(0)
        return SeriesMonths(name, empty, empty, empty, fault)
    pairs, months = np.unique(np.column_stack([count, exposure]), axis=0, return_counts=True)
    return SeriesMonths(
        name=name,
        count=np.ascontiguousarray(pairs[:, 0]),
        exposure_months=np.ascontiguousarray(pairs[:, 1]),
        months=months.astype(np.float64),
    )


def _fault(month: pd.Series, count: Floats, exposure: Floats) -> str | None:
    """Say in one line all that is wrong with a series; None if nothing is."""
    if count.size == 0:
        return "no months"
    finite = np.isfinite(count)
    whole = np.floor(np.where(finite, count, 0.0)) == np.where(finite, count, 0.0)
    found = (
        ("month is missing", month.isna().to_numpy()),
        ("month is one that the series has already", _repeated(month)),
        ("count is missing or no number", np.isnan(count)),
        ("count is infinite", np.isinf(count)),
        ("count is negative", finite & (count < 0)),
        ("count is not whole", ~whole),
        ("exposure_months is not above 0", ~(np.isfinite(exposure) & (exposure > 0))),
    )
    said = [
        f"{what} in {int(where.sum())} of {count.size} months"
        for what, where in found
        if where.any()
    ]
    return "; ".join(said) or None


def _repeated(month: pd.Series) -> NDArray[np.bool_]:
    """Find months that stand in an earlier row; two days of one month are one month."""
    known = month.notna()
    if pd.api.types.is_datetime64_any_dtype(month):
        month = month.dt.year * 12 + month.dt.month
    return (month.duplicated() & known).to_numpy()
