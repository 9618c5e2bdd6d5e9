"""The Murphy diagram: which users of a forecast it serves, one threshold of action at a time."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecast_bench.reliability.clusters import cluster_codes, label_codes
from forecast_bench.reliability.distinct import DistinctForecasts, distinct_forecasts
from forecast_bench.reliability.estimate import estimate, exact_mean
from forecast_bench.scoring import checked_probability

FloatArray = npt.NDArray[np.float64]


def murphy_diagram(
    *,
    probability: npt.ArrayLike,
    outcome: npt.ArrayLike,
    threshold: npt.ArrayLike | None = None,
) -> pd.DataFrame:
    """Mean elementary score at each threshold, beside that of the record's own frequency.

    A user who acts from a probability of `threshold` on loses ``1 - threshold`` where an event
    comes unforeseen and `threshold` where a warning was false. Every proper score is a mixture of
    these losses: the area under the curve is half the Brier score. A forecast that is lower at
    every threshold is better under every proper score.

    Parameters
    ----------
    probability : array_like of float, shape (n,)
        Probabilities of the event, in 0..1.
    outcome : array_like of int, shape (n,)
        1 where the event occurred, 0 where it did not.
    threshold : array_like of float, shape (m,), optional
        Thresholds in 0..1; 0, 0.01, ... 1 by default.

    Returns
    -------
    DataFrame
        In rising order of `threshold`: `score` (0 to 1, lower is better), and `climatology` (the
        score of always stating the share of this record that occurred).

    Raises
    ------
    ValueError
        If the inputs are empty, of different lengths or outside their domains.

    References
    ----------
    Ehm, Gneiting, Jordan & Krüger (2016), Of quantiles and expectiles, Journal of the Royal
    Statistical Society B 78(3), doi:10.1111/rssb.12154.

    Examples
    --------
    >>> murphy_diagram(probability=[0.2, 0.7], outcome=[1, 1], threshold=[0.1, 0.5])
       threshold  score  climatology
    0        0.1   0.00          0.0
    1        0.5   0.25          0.0
    """
    pooled = distinct_forecasts(probability=probability, outcome=outcome)
    steps = np.linspace(0.0, 1.0, 101) if threshold is None else threshold
    thresholds = np.sort(checked_probability(steps).ravel())
    constant = distinct_forecasts(
        probability=np.full(int(pooled.n.sum()), pooled.base_frequency),
        outcome=np.arange(int(pooled.n.sum())) < pooled.occurred.sum(),
    )
    return pd.DataFrame(
        {
            "threshold": thresholds,
            "score": _elementary(pooled, thresholds),
            "climatology": _elementary(constant, thresholds),
        }
    )


def _elementary(pooled: DistinctForecasts, thresholds: FloatArray) -> FloatArray:
    hits = np.append(0.0, pooled.weight_occurred.cumsum())
    warned = np.append(0.0, (pooled.weight - pooled.weight_occurred).cumsum())
    # unforeseen: stated at or below the threshold; false alarms: stated above it
    low = np.searchsorted(pooled.probability, thresholds, side="right")
    losses = (1.0 - thresholds) * hits[low] + thresholds * (warned[-1] - warned[low])
    return np.asarray(losses / float(pooled.weight.sum()))


def murphy_gain(
    *,
    probability: npt.ArrayLike,
    reference: npt.ArrayLike,
    outcome: npt.ArrayLike,
    question: npt.ArrayLike | None = None,
    situation: npt.ArrayLike | None = None,
    threshold: npt.ArrayLike | None = None,
) -> pd.DataFrame:
    """By how much a forecast serves users better than a reference, at each threshold of action.

    Parameters
    ----------
    probability, reference : array_like of float, shape (n,)
        Probabilities of the event and those of the reference, in 0..1.
    outcome : array_like of int, shape (n,)
        1 where the event occurred, 0 where it did not.
    question, situation : array_like, shape (n,), optional
        As in `cluster_codes`; else every row is its own.
    threshold : array_like of float, shape (m,), optional
        Thresholds in 0..1; 0.01, 0.02, ... 0.99 by default.

    Returns
    -------
    DataFrame
        In rising order of `threshold`: `score`, `reference_score` (mean elementary scores, lower is
        better), `gain` (the reference's less the forecast's, above 0 where the forecast is better),
        `low` and `high`, its clustered 90 % interval, of one threshold at a time; without ends
        where there is one cluster only.

    Raises
    ------
    ValueError
        If a value is outside its domain.

    References
    ----------
    Ehm, Gneiting, Jordan & Krüger (2016), doi:10.1111/rssb.12154; the interval as in `estimate`.

    Examples
    --------
    >>> found = murphy_gain(probability=[0.2, 0.8], reference=[0.5, 0.5], outcome=[0, 1],
    ...     threshold=[0.3, 0.6])
    >>> found[["threshold", "score", "reference_score", "gain"]]
       threshold  score  reference_score  gain
    0        0.3    0.0             0.15  0.15
    1        0.6    0.0             0.20  0.20
    """
    stated = checked_probability(probability).ravel()
    other = checked_probability(reference).ravel()
    hit = np.asarray(outcome, np.float64)
    codes = label_codes(np.arange(stated.size) if question is None else question)
    cluster = cluster_codes(question=codes, situation=situation)
    steps = np.arange(1, 100) / 100 if threshold is None else threshold
    rows = []
    for one in np.sort(checked_probability(steps).ravel()).tolist():
        # what is lost where the event occurs, and where it does not
        lost = [(one * (p > one), (1.0 - one) * (p <= one)) for p in (stated, other)]
        own, theirs = (np.where(hit == 1.0, yes, no) for no, yes in lost)
        gain = theirs - own
        mean = exact_mean(gain)
        found = estimate(
            mean,
            influence=(gain - mean) / stated.size,
            on_outcome=(lost[1][1] - lost[1][0] - lost[0][1] + lost[0][0]) / stated.size,
            probability=stated,
            question=codes,
            cluster=cluster,
            bounds=(-1.0, 1.0),
        )
        rows.append((one, exact_mean(own), exact_mean(theirs), mean, found.low, found.high))
    names = ["threshold", "score", "reference_score", "gain", "low", "high"]
    return pd.DataFrame(rows, columns=names)
