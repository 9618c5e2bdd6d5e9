"""A panel of monthly series as what its model needs: sums over windows, and months that are alike.

Given the rate of a window and the dispersion, only the sum of its months and how often each pair of
count and exposure occurs matter: both are sufficient, so months are never kept one by one.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecast_bench.records import PanelPriors

PANEL_COLUMNS: Final = MappingProxyType(
    {
        "series": "name of the series, as text",
        "type": "type of incident of the series, as text",
        "month": "first day of the month, once in a series",
        "count": "incidents in the month, a whole number of 0 or more",
        "exposure_months": "share of the month that was covered, above 0 and at most 1",
    }
)
"""Columns of a table of a panel and what they mean; others are ignored."""

TREND: Final = "trend"
_MOST_EXPOSURE = 1 + 1e-9

type Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class PanelCounts:
    """A panel of series, sorted by type and name.

    A window has one slot, or one for each of its months where months differ from each other.

    Attributes
    ----------
    types, series
        Names, sorted; `series` in the order of the arrays.
    type_code : ndarray of int, shape (series,)
        Type of each series.
    count, exposure_months : ndarray, shape (series, windows, slots)
        Incidents, and time at risk; 0 where nothing was covered.
    covariate : ndarray, shape (windows, slots, effects)
        What each shared effect adds to the log rate.
    effects
        Names of the shared effects: the trend, months of the year, steps of coverage.
    effect_scale : ndarray, shape (effects,)
        Prior standard deviation of each.
    alike_type, alike_count, alike_exposure, alike_months : ndarray, shape (distinct,)
        Type, count and exposure of months that are alike, and how many there are.
    window_months
        Length of a window.
    last_month
        First day of the last month.
    """

    types: tuple[str, ...]
    series: tuple[str, ...]
    type_code: NDArray[np.int64]
    count: Floats
    exposure_months: Floats
    covariate: Floats
    effects: tuple[str, ...]
    effect_scale: Floats
    alike_type: NDArray[np.int64]
    alike_count: Floats
    alike_exposure: Floats
    alike_months: Floats
    window_months: int
    last_month: datetime.date

    @property
    def windows(self) -> int:
        """How many windows there are."""
        return int(self.count.shape[1])

    @property
    def months(self) -> int:
        """How many months of all series were counted."""
        return int(self.alike_months.sum())

    @property
    def incidents(self) -> int:
        """How many incidents there are in all series."""
        return int(self.count.sum())

    @property
    def active_series(self) -> int:
        """How many series have an incident."""
        return int((self.count.sum(axis=(1, 2)) > 0).sum())


def panel_counts(
    table: pd.DataFrame,
    priors: PanelPriors,
    *,
    window_months: int,
    seasonality: bool = False,
    coverage_steps: Sequence[datetime.date] = (),
) -> PanelCounts:
    """Sum a table of monthly counts by series and window, counted back from its last month.

    Parameters
    ----------
    table
        One row per series and month, with `PANEL_COLUMNS`, in any order. Months before the first
        whole window are left out; a month without a row was not covered.
    priors
        Scales of the shared effects.
    window_months
        Length of a window, 1 or more.
    seasonality
        Whether each month of the year has an effect.
    coverage_steps
        First days of months from which more was covered; each has an effect.

    Returns
    -------
    PanelCounts
        The same whatever the order of the rows.

    Raises
    ------
    ValueError
        If a column is missing, there is not one whole window, a series has two types or one month
        twice, or a number is outside its domain.

    Examples
    --------
    >>> table = pd.DataFrame({"series": "a", "type": "battle", "exposure_months": 1.0,
    ...     "month": pd.date_range("2020-01-01", periods=5, freq="MS"), "count": [9, 1, 2, 0, 4]})
    >>> made = panel_counts(table, PanelPriors(), window_months=2)
    >>> made.count[:, :, 0].tolist(), made.months
    ([[3.0, 4.0]], 4)
    """
    _refuse(table, window_months)
    month = pd.to_datetime(table["month"])
    index = (month.dt.year * 12 + month.dt.month - 1).to_numpy(dtype=np.int64)
    last, first = int(index.max()), int(index.min())
    windows = (last - first + 1) // window_months
    if windows < 1:
        raise ValueError(f"a panel needs one whole window of {window_months} months")
    since = last + 1 - windows * window_months
    kept = index >= since
    rows = table[kept].assign(at=index[kept] - since)
    named = rows.groupby("series", sort=True)["type"].agg(["first", "nunique"])
    if (named["nunique"] > 1).any():
        raise ValueError(f"the series {named.index[named['nunique'] > 1][0]} has several types")
    order = named.reset_index().sort_values(["first", "series"], ignore_index=True)
    types = sorted(set(order["first"]))
    place = {name: at for at, name in enumerate(order["series"])}
    slots = window_months if seasonality or coverage_steps else 1
    covariate, effects, scale = _effects(
        since, (windows, window_months), priors, seasonality=seasonality, steps=coverage_steps
    )
    series = rows["series"].map(place).to_numpy(dtype=np.int64)
    window, inside = np.divmod(rows["at"].to_numpy(dtype=np.int64), window_months)
    slot = inside if slots > 1 else np.zeros_like(inside)
    cube = np.zeros((2, len(place), windows, slots))
    for at, name in enumerate(("count", "exposure_months")):
        np.add.at(cube[at], (series, window, slot), rows[name].to_numpy(dtype=np.float64))
    code = {name: at for at, name in enumerate(types)}
    triples = rows[["count", "exposure_months"]].to_numpy(dtype=np.float64)
    triples = np.column_stack([rows["type"].map(code).to_numpy(dtype=np.float64), triples])
    alike, months = np.unique(triples, axis=0, return_counts=True)
    return PanelCounts(
        types=tuple(types),
        series=tuple(order["series"]),
        type_code=order["first"].map(code).to_numpy(dtype=np.int64),
        count=cube[0],
        exposure_months=cube[1],
        covariate=covariate if slots > 1 else covariate[:, :1],
        effects=effects,
        effect_scale=scale,
        alike_type=alike[:, 0].astype(np.int64),
        alike_count=alike[:, 1].copy(),
        alike_exposure=alike[:, 2].copy(),
        alike_months=months.astype(np.float64),
        window_months=window_months,
        last_month=datetime.date(last // 12, last % 12 + 1, 1),
    )


def _effects(
    since: int,
    shape: tuple[int, int],
    priors: PanelPriors,
    *,
    seasonality: bool,
    steps: Sequence[datetime.date],
) -> tuple[Floats, tuple[str, ...], Floats]:
    """Covariates of the shared effects: windows passed, month of the year, after each step."""
    windows, window_months = shape
    at = since + np.arange(windows * window_months).reshape(windows, window_months)
    columns = {TREND: np.repeat(np.arange(float(windows))[:, None], window_months, axis=1)}
    scales = [priors.trend_scale]
    if seasonality:
        columns |= {f"month {one + 1:02}": (at % 12 == one).astype(float) for one in range(12)}
        scales += [priors.season_scale] * 12
    for day in sorted(steps):
        begun = at >= day.year * 12 + day.month - 1
        columns[f"coverage {day.isoformat()}"] = begun.astype(float)
        scales.append(priors.coverage_scale)
    return np.stack(list(columns.values()), axis=-1), tuple(columns), np.array(scales)


def _refuse(table: pd.DataFrame, window_months: int) -> None:
    missing = [name for name in PANEL_COLUMNS if name not in table.columns]
    if missing:
        raise ValueError(f"the table of a panel lacks the columns {missing}")
    if window_months < 1:
        raise ValueError(f"window_months must be 1 or more, got {window_months}")
    if table.empty:
        raise ValueError("a panel needs at least one month")
    if table[list(PANEL_COLUMNS)].isna().any(axis=None):
        raise ValueError("a value is missing in the table of a panel")
    if table.duplicated(["series", "month"]).any():
        raise ValueError("a series has a month twice")
    count = table["count"].to_numpy(dtype=np.float64)
    exposure = table["exposure_months"].to_numpy(dtype=np.float64)
    if not ((count >= 0) & (count == np.floor(count)) & np.isfinite(count)).all():
        raise ValueError("counts must be whole and not negative")
    if not ((exposure > 0) & (exposure <= _MOST_EXPOSURE)).all():
        raise ValueError("exposure_months must be above 0 and at most 1")
