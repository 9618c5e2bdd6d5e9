"""How well a law of rates foresaw the counts of a window: their probability, period by period."""

import numpy as np
import numpy.typing as npt
from scipy import special

from forecast_bench.rates.law import RateLaw, observed
from forecast_bench.rates.numeric import FloatArray, amounts, counts
from forecast_bench.rates.overdispersed import dispersed_log_evidence


def log_evidence(
    law: RateLaw, *, period_counts: npt.ArrayLike, elapsed_months: npt.ArrayLike
) -> FloatArray:
    """Return the log probability of the counts of the first 0, 1, 2, ... periods of a window.

    The counts of each period are what is observed, not only their sum: where months are
    over-dispersed, how unevenly a sum is spread over its months tells of the dispersion. Of the
    rate, at a given dispersion, the sum tells all.

    Parameters
    ----------
    law : RateLaw
        The law at the issue date; fields of shape (..., rows).
    period_counts : array_like, shape (periods, rows)
        Incidents of each period, the earliest first.
    elapsed_months : array_like, shape (periods, rows) or (periods, 1)
        Months at risk from the start of the window to the end of each period, not falling.

    Returns
    -------
    ndarray, shape (..., periods + 1, rows)
        Exactly 0 before the first period, and while no time was at risk.

    Raises
    ------
    ValueError
        If a count or an exposure is outside its domain, the elapsed months fall, or incidents
        stand beside no exposure.

    References
    ----------
    Bernardo, J. M. & Smith, A. F. M. (1994), Bayesian Theory, section 5.1 (the marginal
    likelihood), doi:10.1002/9780470316870.

    Examples
    --------
    A rate of Gamma(1, 1) gives no incident in a month with probability 1/2, then one with 2/9.

    >>> found = log_evidence(RateLaw(1.0, 1.0), period_counts=[[0], [1]],
    ...                      elapsed_months=[[1], [2]])
    >>> np.exp(found[:, 0]).round(6)
    array([1.      , 0.5     , 0.111111])
    """
    counted = counts(period_counts, name="period_counts")
    elapsed = np.broadcast_to(amounts(elapsed_months, name="elapsed_months"), counted.shape)
    months = np.diff(elapsed, axis=0, prepend=0.0)
    if counted.size and months.min() < 0:
        msg = f"elapsed_months must not fall, got a step of {months.min():g}."
        raise ValueError(msg)
    observed(incidents=counted, elapsed_months=months)
    start = np.zeros((1, *counted.shape[1:]))
    seen = np.concatenate([start, counted.cumsum(axis=0)])
    elapsed = np.concatenate([start, elapsed])
    shape, rate = _across(law.shape), _across(law.rate)
    dispersion = None if law.dispersion is None else _across(law.dispersion)
    ways = np.cumsum(_log_ways(dispersion, counted, months), axis=-2)
    before = np.zeros((*ways.shape[:-2], 1, ways.shape[-1]))
    likelihood = _log_mean_likelihood(shape, rate, dispersion, seen, elapsed)
    result = np.concatenate([before, ways], axis=-2) + likelihood
    return np.where(elapsed == 0, 0.0, result)


def _across(field: npt.ArrayLike) -> FloatArray:
    """Give a field of a law an axis for the periods, before that of the rows."""
    return np.expand_dims(np.atleast_1d(np.asarray(field, dtype=np.float64)), -2)


def _log_ways(dispersion: FloatArray | None, counted: FloatArray, months: FloatArray) -> FloatArray:
    """Return the log of the part of each period's probability that does not know the rate."""
    some = counted > 0
    if dispersion is None:
        with np.errstate(divide="ignore", invalid="ignore"):
            hits = counted * np.log(months)
        return np.where(some, hits, 0.0) - special.gammaln(counted + 1.0)
    size = dispersion * months
    with np.errstate(divide="ignore", invalid="ignore"):
        ways = -special.betaln(size, counted + 1.0) - np.log(size + counted)
    return np.where(some, ways - counted * np.log(dispersion), 0.0)


def _log_mean_likelihood(
    shape: FloatArray,
    rate: FloatArray,
    dispersion: FloatArray | None,
    seen: FloatArray,
    elapsed: FloatArray,
) -> FloatArray:
    """Return the log of the mean of the other part over the law of the rate."""
    if dispersion is None:
        # rate ** shape / (rate + elapsed) ** (shape + seen) without loss for short exposures.
        silence = -shape * np.log1p(elapsed / rate) - seen * np.log(rate + elapsed)
        rising: FloatArray = special.gammaln(shape + seen) - special.gammaln(shape)
        return rising + silence
    arrays = np.broadcast_arrays(shape, rate, dispersion, seen, elapsed)
    columns = dict(
        zip(
            ("shape", "rate", "dispersion", "seen", "elapsed"),
            (np.ravel(one) for one in arrays),
            strict=True,
        )
    )
    return dispersed_log_evidence(**columns).reshape(arrays[0].shape)
