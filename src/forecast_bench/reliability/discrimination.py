"""How far stated probabilities tell what occurs from what does not."""

import numpy.typing as npt
import pandas as pd
from pydantic import BaseModel, ConfigDict

from forecast_bench.reliability.distinct import DistinctForecasts, distinct_forecasts


class Discrimination(BaseModel):
    """How well a record tells events that occurred from those that did not.

    Attributes
    ----------
    roc_area : float
        Probability that an event that occurred was given more than one that did not, equal
        statements counting one half: 0.5 is no discrimination, 1 perfect. NaN where all or none
        occurred.
    mean_occurred, mean_not : float
        Mean probability stated of what occurred, and of what did not; NaN where there is none.
    slope : float
        Their difference (Yates's discrimination slope), in -1..1; higher is better.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    roc_area: float
    mean_occurred: float
    mean_not: float
    slope: float


def discrimination(*, probability: npt.ArrayLike, outcome: npt.ArrayLike) -> Discrimination:
    """Measure discrimination: the area under the ROC curve, and the means by outcome.

    Calibration does not enter: any rising change of the probabilities leaves the area.

    Parameters
    ----------
    probability : array_like of float, shape (n,)
        Probabilities of the event, in 0..1.
    outcome : array_like of int, shape (n,)
        1 where the event occurred, 0 where it did not.

    Returns
    -------
    Discrimination
        The same to the bit for every order of the rows.

    Raises
    ------
    ValueError
        If the inputs are empty, of different lengths or outside their domains.

    References
    ----------
    Hanley & McNeil (1982), Radiology 143(1), doi:10.1148/radiology.143.1.7063747; Yates (1982),
    doi:10.1016/0030-5073(82)90237-9.

    Examples
    --------
    >>> found = discrimination(probability=[0.2, 0.6, 0.6, 0.9], outcome=[0, 0, 1, 1])
    >>> found.roc_area, round(found.slope, 2)
    (0.875, 0.35)
    """
    return discrimination_of(distinct_forecasts(probability=probability, outcome=outcome))


def discrimination_of(pooled: DistinctForecasts) -> Discrimination:
    """Discrimination of a pooled record; see `discrimination`.

    Parameters
    ----------
    pooled : DistinctForecasts
        A record pooled by value.

    Returns
    -------
    Discrimination
        The measures.

    Examples
    --------
    >>> discrimination_of(distinct_forecasts(probability=[0.2, 0.6], outcome=[1, 0])).roc_area
    0.0
    """
    hits = pooled.weight_occurred
    misses = pooled.weight - hits
    occurred, did_not = float(hits.sum()), float(misses.sum())
    nan = float("nan")
    mean_occurred = float((hits * pooled.probability).sum()) / occurred if occurred else nan
    mean_not = float((misses * pooled.probability).sum()) / did_not if did_not else nan
    lower = misses.cumsum() - misses
    wins = float((hits * (lower + misses / 2.0)).sum())
    return Discrimination(
        roc_area=wins / (occurred * did_not) if occurred and did_not else nan,
        mean_occurred=mean_occurred,
        mean_not=mean_not,
        slope=mean_occurred - mean_not,
    )


def forecasts_by_outcome(*, probability: npt.ArrayLike, outcome: npt.ArrayLike) -> pd.DataFrame:
    """Tabulate how often each probability was stated of what occurred and of what did not.

    The two distributions lie apart where an analyst discriminates. Read from the top, their
    cumulative shares are the ROC curve.

    Parameters
    ----------
    probability : array_like of float, shape (n,)
        Probabilities of the event, in 0..1.
    outcome : array_like of int, shape (n,)
        1 where the event occurred, 0 where it did not.

    Returns
    -------
    DataFrame
        In rising order of `probability` (distinct values): `occurred` and `did_not` (numbers),
        `share_occurred` and `share_did_not` (shares of all that did, and did not; NaN where
        there is none), `hit_rate` and `false_alarm_rate` (shares given at least this).

    Raises
    ------
    ValueError
        If the inputs are empty, of different lengths or outside their domains.

    References
    ----------
    Murphy & Winkler (1987), A general framework for forecast verification, Monthly Weather
    Review 115(7): the likelihood-base rate factorisation.

    Examples
    --------
    >>> forecasts_by_outcome(probability=[0.2, 0.6, 0.6, 0.9], outcome=[0, 0, 1, 1])[
    ...     ["probability", "share_occurred", "share_did_not", "hit_rate", "false_alarm_rate"]
    ... ]
       probability  share_occurred  share_did_not  hit_rate  false_alarm_rate
    0          0.2             0.0            0.5       1.0               1.0
    1          0.6             0.5            0.5       1.0               0.5
    2          0.9             0.5            0.0       0.5               0.0
    """
    pooled = distinct_forecasts(probability=probability, outcome=outcome)
    table = pd.DataFrame(
        {
            "probability": pooled.probability,
            "occurred": pooled.occurred,
            "did_not": pooled.n - pooled.occurred,
        }
    )
    for name, share, rate in (
        ("occurred", "share_occurred", "hit_rate"),
        ("did_not", "share_did_not", "false_alarm_rate"),
    ):
        total = float(table[name].sum())
        table[share] = table[name] / total if total else float("nan")
        at_least = table[name].iloc[::-1].cumsum().iloc[::-1]
        table[rate] = at_least / total if total else float("nan")
    return table
