"""Probabilities of counts in a window: at least, at most, the predictive law and its quantiles."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from forecast_bench.rates.law import RateLaw, observed
from forecast_bench.rates.negative_binomial import log_pmf, log_tails
from forecast_bench.rates.numeric import FloatArray, amounts, plain, positive, whole
from forecast_bench.rates.overdispersed import (
    dispersed_log_pmf,
    dispersed_log_pmf_up_to,
    dispersed_log_tails,
)

_SEARCH_STEPS = 1100


def log_probability_at_least(
    law: RateLaw,
    *,
    threshold: npt.ArrayLike,
    exposure_months: npt.ArrayLike,
    incidents: npt.ArrayLike = 0,
    elapsed_months: npt.ArrayLike = 0,
) -> FloatArray:
    """Return the log probability that the count of the whole window reaches a threshold.

    Parameters
    ----------
    law : RateLaw
        The law of the monthly rate at the issue date.
    threshold : array_like
        Whole number of incidents; zero or less is certain.
    exposure_months : array_like
        Months at risk of the whole window.
    incidents : array_like, default 0
        Incidents already counted in the window.
    elapsed_months : array_like, default 0
        Months of the window they were counted in; beyond the window means the window is over.

    Returns
    -------
    ndarray or float
        Exactly 0 once the threshold is passed, -inf when the window ends short of it, else a
        finite log, also where the probability itself is too small for a float.

    Raises
    ------
    ValueError
        If a count or an exposure is outside its domain, or incidents stand beside no exposure.

    Examples
    --------
    >>> law = RateLaw(shape=2.689237, rate=5.289755)
    >>> np.exp(log_probability_at_least(law, threshold=8, exposure_months=18)).round(6)
    np.float64(0.526024)
    """
    yes, _ = count_log_tails(
        law,
        threshold=threshold,
        exposure_months=exposure_months,
        incidents=incidents,
        elapsed_months=elapsed_months,
    )
    return yes


def log_probability_at_most(
    law: RateLaw,
    *,
    threshold: npt.ArrayLike,
    exposure_months: npt.ArrayLike,
    incidents: npt.ArrayLike = 0,
    elapsed_months: npt.ArrayLike = 0,
) -> FloatArray:
    """Return the log probability that the count of the whole window stays at or under a threshold.

    Parameters, returns and errors as for `log_probability_at_least`; a negative threshold is
    impossible.

    Examples
    --------
    >>> law = RateLaw(shape=2.689237, rate=5.289755)
    >>> np.exp(log_probability_at_most(law, threshold=7, exposure_months=18)).round(6)
    np.float64(0.473976)
    """
    above = whole(threshold, name="threshold") + 1.0
    _, no = count_log_tails(
        law,
        threshold=above,
        exposure_months=exposure_months,
        incidents=incidents,
        elapsed_months=elapsed_months,
    )
    return no


def log_odds_at_least(
    law: RateLaw,
    *,
    threshold: npt.ArrayLike,
    exposure_months: npt.ArrayLike,
    incidents: npt.ArrayLike = 0,
    elapsed_months: npt.ArrayLike = 0,
) -> FloatArray:
    """Return the log odds that the count of the whole window reaches a threshold.

    Both tails are computed in logs, so the odds are as precise near one as near zero. Parameters
    and errors as for `log_probability_at_least`; certain is +inf, impossible is -inf.

    Examples
    --------
    >>> law = RateLaw(shape=2.689237, rate=5.289755)
    >>> log_odds_at_least(law, threshold=8, exposure_months=18).round(6)
    np.float64(0.104189)
    """
    upper, lower = count_log_tails(
        law,
        threshold=threshold,
        exposure_months=exposure_months,
        incidents=incidents,
        elapsed_months=elapsed_months,
    )
    return plain(np.asarray(upper - lower))


def log_odds_at_most(
    law: RateLaw,
    *,
    threshold: npt.ArrayLike,
    exposure_months: npt.ArrayLike,
    incidents: npt.ArrayLike = 0,
    elapsed_months: npt.ArrayLike = 0,
) -> FloatArray:
    """Return the log odds that the count of the whole window stays at or under a threshold.

    Parameters and errors as for `log_probability_at_least`.

    Examples
    --------
    >>> law = RateLaw(shape=2.689237, rate=5.289755)
    >>> log_odds_at_most(law, threshold=7, exposure_months=18).round(6)
    np.float64(-0.104189)
    """
    above = whole(threshold, name="threshold") + 1.0
    upper, lower = count_log_tails(
        law,
        threshold=above,
        exposure_months=exposure_months,
        incidents=incidents,
        elapsed_months=elapsed_months,
    )
    return plain(np.asarray(lower - upper))


def predictive_log_pmf(
    law: RateLaw,
    *,
    exposure_months: npt.ArrayLike,
    counts: npt.ArrayLike,
    incidents: npt.ArrayLike = 0,
    elapsed_months: npt.ArrayLike = 0,
) -> FloatArray:
    """Return the log probability of each count over a coming exposure.

    Parameters
    ----------
    law : RateLaw
        The law of the monthly rate before anything was counted.
    exposure_months : array_like
        Months at risk of the coming exposure, which starts where the elapsed part ends.
    counts : array_like
        Whole numbers; a negative count has probability zero.
    incidents, elapsed_months : array_like, default 0
        What was counted before the exposure starts, and in how many months.

    Returns
    -------
    ndarray or float
        Broadcast over all arguments.

    Raises
    ------
    ValueError
        If a count or an exposure is outside its domain.

    Examples
    --------
    >>> np.exp(predictive_log_pmf(RateLaw(1.0, 1.0), exposure_months=1, counts=[0, 1, 2])).round(6)
    array([0.5  , 0.25 , 0.125])
    """
    months = amounts(exposure_months, name="exposure_months")
    count = whole(counts, name="counts")
    seen, elapsed = observed(incidents=incidents, elapsed_months=elapsed_months)
    if law.dispersion is None:
        size, beta = law.shape + seen, law.rate + elapsed
        with np.errstate(divide="ignore"):
            result = log_pmf(
                size=np.asarray(size), beta=np.asarray(beta), exposure=months, count=count
            )
        return plain(np.asarray(result))
    columns, dimensions = _columns(
        law.shape, law.rate, law.dispersion, seen, elapsed, months, count
    )
    names = ("shape", "rate", "dispersion", "seen", "elapsed", "remaining", "count")
    return plain(dispersed_log_pmf(**dict(zip(names, columns, strict=True))).reshape(dimensions))


def predictive_log_pmf_up_to(
    law: RateLaw,
    *,
    exposure_months: float,
    largest: int,
    incidents: float = 0,
    elapsed_months: float = 0,
) -> FloatArray:
    """Return the log probabilities of 0, 1, ... `largest` incidents over a coming exposure.

    Parameters
    ----------
    law : RateLaw
        Fields of shape (points, 1).
    exposure_months, incidents, elapsed_months : float
        As for `predictive_log_pmf`; the exposure is positive.
    largest : int
        The greatest count.

    Returns
    -------
    ndarray, shape (points, largest + 1)

    Examples
    --------
    >>> one = np.ones((1, 1))
    >>> np.exp(predictive_log_pmf_up_to(RateLaw(one, one), exposure_months=1, largest=2)).round(6)
    array([[0.5  , 0.25 , 0.125]])
    """
    if law.dispersion is None:
        return predictive_log_pmf(
            law,
            exposure_months=exposure_months,
            counts=np.arange(largest + 1),
            incidents=incidents,
            elapsed_months=elapsed_months,
        )
    columns, _ = _columns(law.shape, law.rate, law.dispersion, incidents, elapsed_months)
    names = ("shape", "rate", "dispersion", "seen", "elapsed")
    return dispersed_log_pmf_up_to(
        **dict(zip(names, columns, strict=True)), remaining=exposure_months, largest=largest
    )


def count_interval(
    law: RateLaw,
    *,
    exposure_months: npt.ArrayLike,
    level: float,
    incidents: npt.ArrayLike = 0,
    elapsed_months: npt.ArrayLike = 0,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the central credible interval of the count over a coming exposure.

    Parameters
    ----------
    law, exposure_months, incidents, elapsed_months
        As for `predictive_log_pmf`.
    level : float
        Probability the interval is to hold, strictly between 0 and 1.

    Returns
    -------
    tuple of ndarray or int
        The quantiles at (1 - level) / 2 and (1 + level) / 2, both counts included.

    Raises
    ------
    ValueError
        If the level is not inside (0, 1), or a count or an exposure is outside its domain.

    Examples
    --------
    >>> low, high = count_interval(RateLaw(1.0, 1.0), exposure_months=1, level=0.8)
    >>> int(low), int(high)
    (0, 3)
    """
    if not 0 < level < 1:
        msg = f"level must fulfil 0 < level < 1, got {level}."
        raise ValueError(msg)
    months = amounts(exposure_months, name="exposure_months")
    seen, elapsed = observed(incidents=incidents, elapsed_months=elapsed_months)
    scatter = 1.0 if law.dispersion is None else law.dispersion
    shape = np.broadcast(law.shape, law.rate, scatter, seen, elapsed, months).shape

    def log_at_most(count: FloatArray) -> FloatArray:
        return count_log_tails(
            law,
            threshold=count + 1.0 + seen,
            exposure_months=months + elapsed,
            incidents=seen,
            elapsed_months=elapsed,
        )[1]

    low = smallest_count(log_at_most, np.log((1.0 - level) / 2.0), shape=shape)
    high = smallest_count(log_at_most, np.log((1.0 + level) / 2.0), shape=shape)
    return low[()], high[()]


def smallest_count(
    log_at_most: Callable[[FloatArray], FloatArray], log_level: float, *, shape: tuple[int, ...]
) -> npt.NDArray[np.int64]:
    """Return the smallest counts whose log distribution function reaches a level.

    Examples
    --------
    >>> smallest_count(lambda count: np.log1p(-(0.5 ** (count + 1.0))), np.log(0.8), shape=(1,))
    array([2])
    """

    def falls_short(count: FloatArray) -> npt.NDArray[np.bool_]:
        # A level that is met exactly must not be missed by a rounding error.
        return np.asarray(log_at_most(count) < log_level - 1e-13)

    below, reaches = np.full(shape, -1.0), np.zeros(shape)
    for _ in range(_SEARCH_STEPS):
        short = falls_short(reaches)
        if not short.any():
            break
        below = np.where(short, reaches, below)
        reaches = np.where(short, 2.0 * reaches + 1.0, reaches)
    while (reaches - below > 1).any():
        middle = np.floor((below + reaches) / 2.0)
        short = falls_short(middle)
        wide = reaches - below > 1
        below = np.where(wide & short, middle, below)
        reaches = np.where(wide & ~short, middle, reaches)
    return reaches.astype(np.int64)


def count_log_tails(
    law: RateLaw,
    *,
    threshold: npt.ArrayLike,
    exposure_months: npt.ArrayLike,
    incidents: npt.ArrayLike = 0,
    elapsed_months: npt.ArrayLike = 0,
) -> tuple[FloatArray, FloatArray]:
    """Return log P(total >= threshold) and its complement, given the counts so far.

    Parameters and errors as for `log_probability_at_least`.

    Examples
    --------
    >>> yes, no = count_log_tails(RateLaw(1.0, 1.0), threshold=1, exposure_months=1)
    >>> np.exp(yes).round(6), np.exp(no).round(6)
    (np.float64(0.5), np.float64(0.5))
    """
    seen, elapsed = observed(incidents=incidents, elapsed_months=elapsed_months)
    remaining = np.maximum(amounts(exposure_months, name="exposure_months") - elapsed, 0.0)
    needed = whole(threshold, name="threshold") - seen
    if law.dispersion is None:
        upper, lower = log_tails(
            size=np.asarray(law.shape + seen),
            beta=np.asarray(law.rate + elapsed),
            exposure=remaining,
            needed=needed,
        )
        return plain(upper), plain(lower)
    columns, dimensions = _columns(
        law.shape, law.rate, positive(law.dispersion, name="dispersion"), seen, elapsed,
        remaining, needed,
    )  # fmt: skip
    names = ("shape", "rate", "dispersion", "seen", "elapsed", "remaining", "needed")
    upper, lower = dispersed_log_tails(**dict(zip(names, columns, strict=True)))
    return plain(upper.reshape(dimensions)), plain(lower.reshape(dimensions))


def _columns(*values: npt.ArrayLike) -> tuple[list[FloatArray], tuple[int, ...]]:
    """Broadcast to one-dimensional columns, and remember the dimensions."""
    arrays = np.broadcast_arrays(*(np.asarray(v, dtype=np.float64) for v in values))
    return [np.ravel(array) for array in arrays], arrays[0].shape
