"""A record of forecasts pooled by the distinct values stated: all that reliability needs.

Phrases give a handful of values, so nearly every forecast is tied. Pooling the ties before any
fit makes the result independent of the order of the rows, to the bit.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecast_bench.scoring import ScoringRule, checked_forecasts

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class DistinctForecasts:
    """Forecasts and outcomes by distinct stated probability, in rising order.

    Attributes
    ----------
    probability : ndarray of float, shape (values,)
        The distinct probabilities.
    n, occurred : ndarray of int, shape (values,)
        Forecasts of that value, and how many of them came true.
    weight, weight_occurred : ndarray of float, shape (values,)
        The same in weights; equal to the counts where no weights are given.
    """

    probability: FloatArray
    n: IntArray
    occurred: IntArray
    weight: FloatArray
    weight_occurred: FloatArray

    @property
    def frequency(self) -> FloatArray:
        """Observed frequency at each value."""
        return np.asarray(self.weight_occurred / self.weight)

    @property
    def base_frequency(self) -> float:
        """Observed frequency of the whole record."""
        return float(self.weight_occurred.sum() / self.weight.sum())


def distinct_forecasts(
    *,
    probability: npt.ArrayLike,
    outcome: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
) -> DistinctForecasts:
    """Pool forecasts by distinct stated probability.

    Parameters
    ----------
    probability : array_like of float, shape (n,)
        Probabilities of the event, in 0..1.
    outcome : array_like of int, shape (n,)
        1 where the event occurred, 0 where it did not.
    weight : array_like of float, shape (n,), optional
        Positive weights; all 1 by default.

    Returns
    -------
    DistinctForecasts
        Counts by value, the same to the bit whatever the order of the rows.

    Raises
    ------
    ValueError
        If the inputs are empty, of different lengths or outside their domains.

    Examples
    --------
    >>> pooled = distinct_forecasts(probability=[0.9, 0.2, 0.9], outcome=[1, 0, 0])
    >>> pooled.probability, pooled.n, pooled.occurred
    (array([0.2, 0.9]), array([1, 2]), array([0, 1]))
    """
    probabilities, outcomes = checked_forecasts(probability=probability, outcome=outcome)
    values, n = np.unique(probabilities, return_counts=True)
    hits, hit_counts = np.unique(probabilities[outcomes == 1.0], return_counts=True)
    occurred = np.zeros(values.size, dtype=np.int64)
    occurred[np.searchsorted(values, hits)] = hit_counts
    if weight is None:
        total, total_occurred = n.astype(np.float64), occurred.astype(np.float64)
    else:
        total, total_occurred = _weights(probabilities, outcomes, weight)
    return DistinctForecasts(
        probability=values,
        n=n.astype(np.int64),
        occurred=occurred,
        weight=total,
        weight_occurred=total_occurred,
    )


def _weights(
    probabilities: FloatArray, outcomes: FloatArray, weight: npt.ArrayLike
) -> tuple[FloatArray, FloatArray]:
    weights = np.asarray(weight, dtype=np.float64)
    if weights.shape != probabilities.shape:
        raise ValueError(f"weight must have shape {probabilities.shape}, got {weights.shape}")
    bad = ~((weights > 0.0) & (weights < np.inf))
    if bad.any():
        raise ValueError(f"weight must be positive and finite, got {float(weights[bad][0])!r}")
    # sums of floats depend on their order, so the order is made the same for every shuffling
    order = np.lexsort((weights, outcomes, probabilities))
    values = probabilities[order]
    starts = np.flatnonzero(np.append(True, values[1:] != values[:-1]))
    return (
        np.add.reduceat(weights[order], starts),
        np.add.reduceat((weights * outcomes)[order], starts),
    )


def recalibrated(pooled: DistinctForecasts) -> FloatArray:
    """Conditional event probability of each distinct value: the rising fit to the frequencies.

    Parameters
    ----------
    pooled : DistinctForecasts
        A record pooled by value.

    Returns
    -------
    ndarray of float, shape (values,)
        Never falling, in 0..1.

    References
    ----------
    Dimitriadis, Gneiting & Jordan (2021), PNAS 118(8), doi:10.1073/pnas.2016191118.

    Examples
    --------
    >>> recalibrated(distinct_forecasts(probability=[0.2, 0.4, 0.9], outcome=[1, 0, 1]))
    array([0.5, 0.5, 1. ])
    """
    from scipy.optimize import isotonic_regression

    blocks = isotonic_regression(pooled.frequency, weights=pooled.weight).blocks
    starts, lengths = blocks[:-1], np.diff(blocks)
    # the block's own counts give its mean without the fit's rounding
    means = np.add.reduceat(pooled.weight_occurred, starts) / np.add.reduceat(pooled.weight, starts)
    return np.asarray(np.repeat(means, lengths), dtype=np.float64)


def restated(pooled: DistinctForecasts, *, forecast: FloatArray) -> DistinctForecasts:
    """Put other probabilities in place of those stated, and pool those that become equal.

    Parameters
    ----------
    pooled : DistinctForecasts
        A record pooled by value.
    forecast : ndarray of float, shape (values,)
        New probabilities, never falling, in 0..1.

    Returns
    -------
    DistinctForecasts
        The same outcomes by the new values.

    Examples
    --------
    >>> import numpy as np
    >>> pooled = distinct_forecasts(probability=[0.2, 0.4, 0.9], outcome=[1, 0, 1])
    >>> restated(pooled, forecast=np.array([0.5, 0.5, 1.0])).n
    array([2, 1])
    """
    starts = np.flatnonzero(np.append(True, forecast[1:] != forecast[:-1]))
    return DistinctForecasts(
        probability=forecast[starts],
        n=np.add.reduceat(pooled.n, starts),
        occurred=np.add.reduceat(pooled.occurred, starts),
        weight=np.add.reduceat(pooled.weight, starts),
        weight_occurred=np.add.reduceat(pooled.weight_occurred, starts),
    )


def mean_score(pooled: DistinctForecasts, *, rule: ScoringRule) -> float:
    """Mean score of a pooled record.

    Parameters
    ----------
    pooled : DistinctForecasts
        A record pooled by value.
    rule : ScoringRule
        The score.

    Returns
    -------
    float
        Mean score by weight, lower is better.

    Examples
    --------
    >>> from forecast_bench.scoring import SCORING_RULES
    >>> pooled = distinct_forecasts(probability=[0.5, 0.5, 1.0], outcome=[1, 0, 0])
    >>> mean_score(pooled, rule=SCORING_RULES["brier"])
    0.5
    """
    total = 0.0
    for outcome, weights in (
        (1, pooled.weight_occurred),
        (0, pooled.weight - pooled.weight_occurred),
    ):
        # an answer that was never given must not meet its infinite score
        seen = weights > 0.0
        scores = rule.score(probability=pooled.probability[seen], outcome=outcome)
        total += float((weights[seen] * scores).sum())
    return total / float(pooled.weight.sum())
