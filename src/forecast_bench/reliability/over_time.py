"""How the scores of a record move: month by month, since the beginning and over a year."""

import math
from typing import Any, Final

import pandas as pd

from forecast_bench.reliability.measures import CLIMATOLOGY, measured
from forecast_bench.reliability.record_summary import LEAST_OUTCOMES, prepared

MONTHS: Final = 12
"""Months of the rolling span, the month itself included."""

SPANS: Final = ("cumulative", "rolling")

_MEASURES: Final = (
    "brier",
    "brier_low",
    "brier_high",
    "log_score",
    "in_the_large",
    "in_the_large_low",
    "in_the_large_high",
    "over_under",
    "over_under_low",
    "over_under_high",
    "skill_climatology",
)
_COLUMNS: Final = ("month", "span", "n", "effective_n", "judgeable", "verdict", *_MEASURES)


def scores_over_time(
    frame: pd.DataFrame, *, months: int = MONTHS, least_outcomes: float = LEAST_OUTCOMES
) -> pd.DataFrame:
    """Measure a record at the end of each month in which something was stated.

    Time is that of the statement. *Cumulative* is all up to the end of the month, *rolling* the
    last so many calendar months. Neighbouring rows share most of their judgments, so they wander
    together: a difference between two that overlap is no test of change.

    Parameters
    ----------
    frame : DataFrame
        As of `summary`, with a column `date`; rows without a date are left out.
    months : int
        Calendar months of the rolling span, 1 or more.
    least_outcomes : float
        Effective number below which a span is too few to judge.

    Returns
    -------
    DataFrame
        Two rows for each month, `cumulative` and `rolling`: `month` (as 2021-03), `span`, `n`,
        `effective_n`, `judgeable`, `verdict`, and measures with their intervals, as fields of
        `Measures`. `skill_climatology` is against the frequency of the whole record.

    Raises
    ------
    ValueError
        As of `summary`; also if there is no column `date` or `months` is less than 1.

    Examples
    --------
    >>> frame = pd.DataFrame(
    ...     {
    ...         "probability": [0.5, 0.9, 0.9],
    ...         "outcome": [1, 1, 1],
    ...         "date": ["2020-01-31", "2021-01-01", "2021-01-05"],
    ...     }
    ... )
    >>> scores_over_time(frame)[["month", "span", "n", "brier"]].round(3)
         month        span  n  brier
    0  2020-01  cumulative  1   0.25
    1  2020-01     rolling  1   0.25
    2  2021-01  cumulative  3   0.09
    3  2021-01     rolling  2   0.01
    """
    if "date" not in frame.columns:
        raise ValueError("the record lacks the columns date")
    if months < 1:
        raise ValueError(f"months must be 1 or more, got {months!r}")
    record = prepared(frame)
    dates = pd.to_datetime(record["date"])
    record = record.loc[dates.notna()]
    month = (dates.dt.year * 12 + dates.dt.month - 1).loc[dates.notna()].astype(int)
    rows: list[dict[str, Any]] = []
    for last in sorted(set(month)):
        for span, first in zip(SPANS, (-math.inf, last - months + 1), strict=True):
            chosen = record.loc[(month >= first) & (month <= last)]
            found = measured(chosen, against=CLIMATOLOGY, least_outcomes=least_outcomes)
            name = f"{last // 12}-{last % 12 + 1:02d}"
            rows.append({**found, "month": name, "span": span})
    return pd.DataFrame(rows, columns=list(_COLUMNS))
