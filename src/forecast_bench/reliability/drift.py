"""Whether a phrase still means what it meant: its years, and a test of a trend."""

import math
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecast_bench.reliability.clusters import cluster_codes, effective_number, label_codes
from forecast_bench.reliability.estimate import UNDEFINED, Estimate, estimate, exact_mean
from forecast_bench.reliability.phrase import phrase_meaning
from forecast_bench.reliability.record_summary import LEAST_OUTCOMES
from forecast_bench.reliability.verdict import FALSE_ALARMS

FloatArray = npt.NDArray[np.float64]

MORE_OFTEN: Final = "true more often than before"
LESS_OFTEN: Final = "true less often than before"
NO_CHANGE: Final = "no change found"
CANNOT_TELL: Final = "cannot tell yet"

DAYS_A_YEAR: Final = 365.2425
YEAR_COLUMNS: Final = (
    *("phrase", "year", "band_low", "band_high", "n", "effective_n", "occurred"),
    *("mean", "low", "high"),
)
DRIFT_COLUMNS: Final = ("phrase", "drift", "drift_low", "drift_high", "drift_verdict")


def trend(
    *,
    probability: npt.ArrayLike,
    outcome: npt.ArrayLike,
    date: npt.ArrayLike,
    question: npt.ArrayLike | None = None,
    situation: npt.ArrayLike | None = None,
) -> Estimate:
    """By how much the share that came true changes in a year: a straight line by least squares.

    Parameters
    ----------
    probability : array_like of float, shape (n,)
        Stated probabilities, in 0..1, which set the least variance.
    outcome : array_like of int, shape (n,)
        1 where the event occurred, 0 where it did not.
    date : array_like of dates, shape (n,)
        Days of the statements, all known.
    question, situation : array_like, shape (n,), optional
        As in `cluster_codes`; else every row is its own.

    Returns
    -------
    Estimate
        Change of the share in a year with its clustered 90 % interval; undefined where all was
        stated on one day.

    References
    ----------
    Liang & Zeger (1986), Biometrika 73(1), doi:10.1093/biomet/73.1.13.

    Examples
    --------
    >>> found = trend(probability=[0.5] * 4, outcome=[0, 0, 1, 1],
    ...     date=["2020-01-01", "2020-01-02", "2021-01-01", "2021-01-02"])
    >>> round(found.value, 2)
    1.0
    """
    years = _years(date)
    stated, hit = np.asarray(probability, np.float64), np.asarray(outcome, np.float64)
    codes = label_codes(np.arange(years.size) if question is None else question)
    cluster = cluster_codes(question=codes, situation=situation)
    away = years - exact_mean(years)
    total = math.fsum(away**2)
    if total == 0.0:
        return UNDEFINED
    slope = math.fsum(away * hit) / total
    left = hit - exact_mean(hit) - slope * away
    return estimate(
        slope,
        influence=away * left / total,
        on_outcome=away / total,
        probability=stated,
        question=codes,
        cluster=cluster,
    )


def _years(date: npt.ArrayLike) -> FloatArray:
    days = pd.DatetimeIndex(pd.to_datetime(np.asarray(date))).as_unit("s").asi8 / 86_400.0
    return np.asarray(days, np.float64) / DAYS_A_YEAR


def phrase_drift(
    *,
    lexicon: pd.DataFrame,
    record: pd.DataFrame,
    least_outcomes: float = LEAST_OUTCOMES,
) -> pd.DataFrame:
    """Test for each phrase whether its meaning in practice moved over the years.

    A phrase is tested where it has as many independent judgments, and groups of them, as any
    verdict needs, and a year lies between the first and the last. The rate of false alarms, one
    in ten for the lexicon, is shared evenly among the phrases that are tested (Bonferroni).

    Parameters
    ----------
    lexicon : DataFrame
        A column `phrase`.
    record : DataFrame
        As in `phrase_table`, with a column `date`, the day of the statement.
    least_outcomes : float
        Effective number below which a phrase is not tested.

    Returns
    -------
    DataFrame
        One row per phrase in the lexicon's order: `phrase`, `drift` (change of the share that
        came true, in a year), `drift_low`, `drift_high` (its 90 % interval), `drift_verdict`:
        `MORE_OFTEN`, `LESS_OFTEN`, `NO_CHANGE` or `CANNOT_TELL`. Not tested: no numbers.

    Examples
    --------
    >>> days = pd.date_range("2018-01-01", periods=200, freq="5D")
    >>> record = pd.DataFrame({"phrase": "likely", "probability": 0.65, "date": days,
    ...     "outcome": [1] * 100 + [0, 0, 0, 1] * 25})
    >>> phrase_drift(lexicon=pd.DataFrame({"phrase": ["likely"]}), record=record).round(2).iloc[0]
    phrase                                likely
    drift                                  -0.41
    drift_low                              -0.48
    drift_high                             -0.34
    drift_verdict    true less often than before
    Name: 0, dtype: object
    """
    worded = record.loc[record["phrase"].notna() & record["date"].notna()]
    groups = dict(iter(worded.groupby("phrase", sort=False)))
    found = {
        phrase: _tested(groups[phrase], least_outcomes) if phrase in groups else UNDEFINED
        for phrase in lexicon["phrase"]
    }
    tested = sum(math.isfinite(one.p_value) for one in found.values())
    rows = [(phrase, *one[:3], _said(one, tested)) for phrase, one in found.items()]
    return pd.DataFrame(rows, columns=list(DRIFT_COLUMNS))


def _tested(group: pd.DataFrame, least: float) -> Estimate:
    question: npt.ArrayLike = group.get("question", np.arange(len(group)))
    situation = group.get("situation")
    years = _years(group["date"])
    if float(years.max() - years.min()) < 1.0 or group["outcome"].nunique() < 2:
        return UNDEFINED
    number = effective_number(
        probability=group["probability"],
        outcome=group["outcome"],
        question=question,
        situation=situation,
    )
    clusters = int(cluster_codes(question=question, situation=situation).max()) + 1
    if min(number, clusters) < least:
        return UNDEFINED
    return trend(
        probability=group["probability"],
        outcome=group["outcome"],
        date=group["date"],
        question=question,
        situation=situation,
    )


def _said(found: Estimate, tested: int) -> str:
    if not math.isfinite(found.p_value):
        return CANNOT_TELL
    if found.p_value * tested > FALSE_ALARMS:
        return NO_CHANGE
    return MORE_OFTEN if found.value > 0.0 else LESS_OFTEN


def phrase_years(
    *, lexicon: pd.DataFrame, record: pd.DataFrame, prior_weight: float = 10.0
) -> pd.DataFrame:
    """Tabulate what each phrase meant in practice in each year, each year by itself.

    Parameters
    ----------
    lexicon, prior_weight
        As in `phrase_table`: every year begins anew at the band.
    record : DataFrame
        As in `phrase_table`, with a column `date`, the day of the statement.

    Returns
    -------
    DataFrame
        One row per phrase and year in which it was stated: `phrase`, `year`, `band_low`,
        `band_high`, `n`, `effective_n`, `occurred`, `mean`, `low`, `high` (posterior).

    Examples
    --------
    >>> lexicon = pd.DataFrame({"phrase": ["likely"], "low": 0.55, "high": 0.75, "mean": 0.65})
    >>> record = pd.DataFrame({"phrase": "likely", "probability": 0.65, "outcome": [1, 1, 0],
    ...     "date": ["2019-03-01", "2019-04-01", "2020-01-01"]})
    >>> phrase_years(lexicon=lexicon, record=record)[["year", "n", "occurred", "mean"]].round(2)
       year  n  occurred  mean
    0  2019  2         2  0.71
    1  2020  1         0  0.59
    """
    worded = record.loc[record["phrase"].notna() & record["date"].notna()]
    year = pd.DatetimeIndex(pd.to_datetime(worded["date"])).year.to_numpy()
    rows: list[dict[str, Any]] = []
    for phrase, low, high, mean in lexicon[["phrase", "low", "high", "mean"]].itertuples(
        index=False, name=None
    ):
        said = (worded["phrase"] == phrase).to_numpy()
        band = {"band_low": float(low), "band_high": float(high)}
        for one in np.unique(year[said]).tolist():
            found = _year(worded.loc[said & (year == one)], float(mean), prior_weight, band)
            rows.append({"phrase": phrase, "year": one, **band, **found})
    return pd.DataFrame(rows, columns=list(YEAR_COLUMNS))


def _year(
    group: pd.DataFrame, mean: float, weight: float, band: dict[str, float]
) -> dict[str, Any]:
    number = effective_number(
        probability=group["probability"],
        outcome=group["outcome"],
        question=group.get("question", np.arange(len(group))),
        situation=group.get("situation"),
    )
    meaning = phrase_meaning(
        band_low=band["band_low"],
        band_high=band["band_high"],
        prior_mean=mean,
        prior_weight=weight,
        occurred=int(group["outcome"].sum()),
        n=len(group),
        effective_n=number,
    )
    shown = meaning.model_dump(include={"n", "occurred", "mean", "low", "high"})
    return {"effective_n": number, **shown}
