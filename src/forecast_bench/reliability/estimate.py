"""How sure a mean over judgments is that share questions and situations, in closed form."""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

LEVEL = 0.9
"""Mass of the intervals of a record's measures."""


class Estimate(NamedTuple):
    """A measure with its interval.

    Attributes
    ----------
    value, low, high : float
        The measure and the ends of its central 90 % interval; NaN where undefined.
    p_value : float
        Probability of a value as far from 0, if 0 were the truth.
    """

    value: float
    low: float
    high: float
    p_value: float


UNDEFINED = Estimate(math.nan, math.nan, math.nan, math.nan)
"""Stands where there is nothing to estimate from."""


def exact_mean(values: FloatArray) -> float:
    """Mean that is the same to the bit for every order of the values.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
        At least one.

    Returns
    -------
    float
        The correctly rounded sum over n.

    Examples
    --------
    >>> exact_mean(np.array([0.1] * 10))
    0.1
    """
    return math.fsum(values) / values.size


def estimate(
    value: float,
    *,
    influence: FloatArray,
    on_outcome: FloatArray | None,
    probability: FloatArray,
    question: IntArray,
    cluster: IntArray,
    bounds: tuple[float, float] = (-math.inf, math.inf),
) -> Estimate:
    """Put an interval round a measure, from what each judgment adds to it.

    The variance is the larger of two. The one seen: squares of the sums over whole clusters,
    with Student's t for their number. The one that luck alone would give calibrated judgments:
    outcomes drawn once for each question. So a record in which everything went as expected does
    not pass for a certain one.

    Parameters
    ----------
    value : float
        The measure.
    influence : ndarray of float, shape (n,)
        By how much each judgment moves the measure; adds up to 0.
    on_outcome : ndarray of float or None, shape (n,)
        By how much the measure would change with each outcome, from 0 to 1; None where that is
        not linear, and the variance is the one seen.
    probability : ndarray of float, shape (n,)
        Stated probabilities.
    question, cluster : ndarray of int, shape (n,)
        Groups that share an outcome, and groups that share a fate.
    bounds : tuple of float
        Where the measure can lie.

    Returns
    -------
    Estimate
        Without ends where there is one cluster only, or no variance is seen and none is known.

    References
    ----------
    Liang & Zeger (1986), Biometrika 73(1), doi:10.1093/biomet/73.1.13; Cameron & Miller (2015),
    Journal of Human Resources 50(2), doi:10.3368/jhr.50.2.317.

    Examples
    --------
    Four independent judgments of .5, of which two came true. The variance seen, 4/3 of 4/64, is
    larger than that of luck, 4/64:

    >>> half = np.full(4, 0.5)
    >>> seen = estimate(
    ...     0.0,
    ...     influence=np.array([1.0, 1.0, -1.0, -1.0]) / 8,
    ...     on_outcome=np.full(4, -0.25),
    ...     probability=half,
    ...     question=np.arange(4),
    ...     cluster=np.arange(4),
    ... )
    >>> round(seen.high, 4), round(seen.p_value, 4)
    (0.6794, 1.0)
    """
    from scipy.special import stdtr, stdtrit

    sums = _sums(influence, cluster)
    if sums.size < 2 or not math.isfinite(value):
        return Estimate(value, math.nan, math.nan, math.nan)
    variance = math.fsum(sums**2) * sums.size / (sums.size - 1)
    if on_outcome is not None:
        by_question = _sums(on_outcome, question)
        mean = _sums(probability, question) / np.bincount(question)[np.unique(question)]
        variance = max(variance, math.fsum(by_question**2 * mean * (1.0 - mean)))
    if on_outcome is None and variance == 0.0:
        # perfect so far: how far from perfect it may be cannot be seen
        return Estimate(value, math.nan, math.nan, math.nan)
    error = math.sqrt(variance)
    half = float(stdtrit(sums.size - 1, (1.0 + LEVEL) / 2.0)) * error
    if error > 0.0:
        p_value = min(2.0 * float(stdtr(sums.size - 1, -abs(value) / error)), 1.0)
    else:
        p_value = 1.0 if value == 0.0 else 0.0
    low, high = bounds
    return Estimate(value, max(value - half, low), min(value + half, high), p_value)


def _sums(values: FloatArray, group: IntArray) -> FloatArray:
    """Sum within each group that occurs, the same to the bit for every order of the rows."""
    order = np.lexsort((values, group))
    _, starts = np.unique(group[order], return_index=True)
    return np.asarray(np.add.reduceat(values[order], starts))
