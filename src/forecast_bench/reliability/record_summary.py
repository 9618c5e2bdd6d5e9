"""All measures of a scored record, for the whole and for each group of its judgments."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import ConfigDict

from forecast_bench.markup import table_html
from forecast_bench.reliability.clusters import label_codes
from forecast_bench.reliability.meanings import MEANINGS
from forecast_bench.reliability.measures import BASE_RATE, CLIMATOLOGY, Measures, measured

GROUPINGS: Final = (
    "phrase",
    "forecaster",
    "team",
    "topic",
    "horizon",
    "confidence",
    "source_grade",
)
"""Columns by which `summary` groups, where a record has them."""

HORIZONS: Final[Mapping[str, int]] = {
    "up to a month": 31,
    "up to 3 months": 92,
    "up to 6 months": 183,
    "up to a year": 366,
}
"""Names of spans from statement to the end of the window, each with its last day."""
BEYOND: Final = "over a year"

_CONFIDENCE: Final = ("low", "moderate", "high")

# Independent outcomes below which no measure is judged: a convention of this project. At 30 the
# 90 % interval of a frequency near one half is still 30 percentage points wide.
LEAST_OUTCOMES = 30.0


CONVENTIONS: Final = (
    "Brier (p - y)^2; log score in nats, clamped to 0.0001..0.9999; lower is better",
    "intervals: central 90 %, clustered by question and by situation, Student's t",
    "verdicts: at most one in ten sound records that can be judged is said to have a fault",
    "skill against climatology: the share of the whole record that occurred, for groups too",
    "horizon: from the statement to the end of its window; source grade: of the best source",
    "time: of the statement; rolling over 12 calendar months",
)
"""What the numbers of a record mean, printed beside them."""


class Summary(Measures):
    """Measures of a whole record, and of its groups.

    Attributes
    ----------
    least_outcomes : float
        Effective number from which on a set is judgeable.
    climatology : float
        Share of the whole record that occurred.
    by : mapping of str to mapping of str to Measures
        Column (of `GROUPINGS`), then value, in sorted order; horizons and confidence in their
        own. Judgments without a value are in no group.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    least_outcomes: float
    climatology: float
    by: Mapping[str, Mapping[str, Measures]]

    def _repr_html_(self) -> str:
        def shown(value: float) -> str:
            return f"{value:.3f}" if np.isfinite(value) else "not defined"

        rows = []
        for name, meaning in MEANINGS:
            low, high = (getattr(self, f"{name}_{end}", np.nan) for end in ("low", "high"))
            within = f"{shown(low)} to {shown(high)}" if np.isfinite(low) else ""
            said = meaning.format(against=self.skill_against)
            rows.append([name, shown(getattr(self, name)), within, said])
        return table_html(
            f"{self.n} forecasts, worth {self.effective_n:.1f} independent ones: {self.verdict}",
            ["measure", "value", "90 % interval", "meaning"],
            rows,
            numeric=["value", "90 % interval"],
        )


def horizon_of(days: npt.ArrayLike) -> "pd.Categorical[Any]":
    """Name the span from a statement to the end of its window.

    Parameters
    ----------
    days : array_like of float, shape (n,)
        Days, 0 or more; NaN where the horizon is not known.

    Returns
    -------
    Categorical
        A key of `HORIZONS`, or `BEYOND`, in their order; missing where not known.

    Raises
    ------
    ValueError
        If a number of days is negative.

    Examples
    --------
    >>> list(horizon_of([31, 32, 400]))
    ['up to a month', 'up to 3 months', 'over a year']
    """
    numbers = np.asarray(days, dtype=np.float64)
    if (numbers < 0.0).any():
        raise ValueError(f"days must be 0 or more, got {float(numbers[numbers < 0.0][0])!r}")
    names = [*HORIZONS, BEYOND]
    codes = np.searchsorted(list(HORIZONS.values()), numbers)
    known = [None if np.isnan(n) else names[code] for n, code in zip(numbers, codes, strict=True)]
    return pd.Categorical(known, categories=names)


def summary(frame: pd.DataFrame, *, least_outcomes: float = LEAST_OUTCOMES) -> Summary:
    """Measure a record of resolved judgments.

    Parameters
    ----------
    frame : DataFrame
        Columns `probability` (0..1) and `outcome` (0 or 1); optional `phrase`, `forecaster`,
        `team`, `topic`, `confidence`, `source_grade` (groups), `horizon_days` (grouped by
        `horizon_of`), `question` (else every row is its own), `situation`, and `reference`
        (base rate of the judgment, 0..1 or missing). Other columns are ignored.
    least_outcomes : float
        Effective number below which a set is too few to judge.

    Returns
    -------
    Summary
        The measures, the same for every group, and to the bit for every order of the rows.
        ``model_dump_json()`` writes undefined measures as null.

    Raises
    ------
    ValueError
        If a needed column is missing, there is no row, or a value is outside its domain.

    Examples
    --------
    >>> frame = pd.DataFrame({"probability": [0.2, 0.2, 0.9, 0.9], "outcome": [0, 0, 0, 1]})
    >>> record = summary(frame)
    >>> record.n, round(record.brier, 3), record.judgeable, record.skill_against
    (4, 0.225, False, 'climatology of the record')
    """
    record = prepared(frame)
    if not least_outcomes > 0.0:
        raise ValueError(f"least_outcomes must be positive, got {least_outcomes!r}")
    against = BASE_RATE if "reference" in frame.columns else CLIMATOLOGY
    groups = {
        column: {
            str(value): Measures(**measured(rows, against=against, least_outcomes=least_outcomes))
            for value, rows in record.groupby(column, sort=True, observed=True)
        }
        for column in GROUPINGS
        if column in record.columns
    }
    return Summary(
        **measured(record, against=against, least_outcomes=least_outcomes),
        least_outcomes=least_outcomes,
        climatology=float(record["climatology"].iloc[0]),
        by=groups,
    )


def prepared(frame: pd.DataFrame) -> pd.DataFrame:
    """Check a record, and name its references and its groups that have an order.

    Parameters
    ----------
    frame : DataFrame
        As of `summary`.

    Returns
    -------
    DataFrame
        The record with `base_rate`, `climatology` and, where it can be told, `horizon`.

    Raises
    ------
    ValueError
        If a needed column is missing or there is no row.

    Examples
    --------
    >>> record = prepared(pd.DataFrame({"probability": [0.5, 0.5], "outcome": [0, 1]}))
    >>> record["climatology"].tolist()
    [0.5, 0.5]
    """
    missing = [name for name in ("probability", "outcome") if name not in frame.columns]
    if missing:
        raise ValueError(f"the record lacks the columns {', '.join(missing)}")
    if frame.empty:
        raise ValueError("at least one resolved judgment is needed, got 0")
    reference = frame["reference"] if "reference" in frame.columns else np.nan
    record = frame.assign(base_rate=reference, climatology=float(frame["outcome"].mean()))
    for shared in ("question", "situation"):
        if shared in frame.columns:
            # numbers for names, once for all groups and months
            record[shared] = label_codes(frame[shared])
    if "horizon_days" in frame.columns:
        record["horizon"] = horizon_of(frame["horizon_days"])
    if "confidence" in frame.columns:
        others = sorted(set(frame["confidence"].dropna()) - set(_CONFIDENCE))
        record["confidence"] = pd.Categorical(frame["confidence"], [*_CONFIDENCE, *others])
    return record


def cell_table(found: Summary) -> pd.DataFrame:
    """Tabulate the measures of a record and of each of its groups, one row for each.

    Parameters
    ----------
    found : Summary
        Result of `summary`.

    Returns
    -------
    DataFrame
        `grouping` ("all" for the whole record, else a column of `GROUPINGS`), `value`, and the
        fields of `Measures`.

    Examples
    --------
    >>> frame = pd.DataFrame({"probability": [0.5, 0.5], "outcome": [0, 1], "topic": ["a", "b"]})
    >>> cell_table(summary(frame))[["grouping", "value", "n"]]
      grouping value  n
    0      all        2
    1    topic     a  1
    2    topic     b  1
    """
    names = list(Measures.model_fields)
    cells: list[tuple[str, str, Measures]] = [("all", "", found)]
    for grouping, groups in found.by.items():
        cells += [(grouping, value, group) for value, group in groups.items()]
    return pd.DataFrame(
        [
            {"grouping": grouping, "value": value}
            | {name: getattr(measures, name) for name in names}
            for grouping, value, measures in cells
        ]
    )
