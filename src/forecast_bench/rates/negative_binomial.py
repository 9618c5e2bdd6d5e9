"""Both tails of the negative binomial in logs, with full relative precision however small.

A Gamma(size, beta) rate over an exposure gives counts with this law; so does a month's scatter
given the rate. Tails are incomplete beta functions; where those underflow, their continued fraction
is evaluated in logs, on those entries only.
"""

import numpy as np
from scipy import special

from forecast_bench.rates.numeric import FloatArray

_UNDERFLOW = 1e-290
_SLIVER = 1e-3
_FRACTION_STEPS = 20_000


def log_tails(
    *, size: FloatArray, beta: FloatArray, exposure: FloatArray, needed: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return log P(N >= needed) and log P(N < needed).

    Parameters
    ----------
    size, beta : ndarray
        The rate is Gamma(size, beta); both positive.
    exposure : ndarray
        Exposure the count is taken over, in the units of beta, not negative.
    needed : ndarray
        Whole numbers of either sign; none needed is certain, some needed in no exposure impossible.

    References
    ----------
    DLMF 8.17.5 and 8.17.22, https://dlmf.nist.gov/8.17.

    Examples
    --------
    >>> upper, lower = log_tails(size=np.array([1.0]), beta=np.array([1.0]),
    ...                          exposure=np.array([1.0]), needed=np.array([2.0]))
    >>> np.exp(upper).round(12), np.exp(lower).round(12)
    (array([0.25]), array([0.75]))
    """
    columns = np.broadcast_arrays(size, beta, exposure, needed)
    size, beta, exposure, needed = (np.ravel(column) for column in columns)
    open_ = (needed > 0) & (exposure > 0)
    if open_.all():
        upper, lower = _open_tails(size, beta, exposure, needed)
    else:
        upper = np.where(needed <= 0, 0.0, -np.inf)
        lower = np.where(needed <= 0, -np.inf, 0.0)
        rows = np.flatnonzero(open_)
        upper[rows], lower[rows] = _open_tails(size[rows], beta[rows], exposure[rows], needed[rows])
    return upper.reshape(columns[0].shape), lower.reshape(columns[0].shape)


def log_pmf(
    *, size: FloatArray, beta: FloatArray, exposure: FloatArray, count: FloatArray
) -> FloatArray:
    """Return log P(N = count); no exposure leaves all mass on zero.

    Examples
    --------
    >>> half = np.array(0.5)
    >>> np.exp(log_pmf(size=2 * half, beta=half, exposure=half, count=4 * half)).round(12)
    np.float64(0.125)
    """
    with np.errstate(divide="ignore"):
        log_miss = -np.log1p(beta / exposure)
    ways = -special.betaln(size, count + 1.0) - np.log(size + count)
    with np.errstate(invalid="ignore"):
        hits = np.where(count > 0, ways + count * log_miss, 0.0)
    return np.where(count < 0, -np.inf, hits - size * np.log1p(exposure / beta))


def _open_tails(
    size: FloatArray, beta: FloatArray, exposure: FloatArray, needed: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Compute the tail beyond the mean, which is mostly the smaller, and complement it."""
    total = beta + exposure
    above = needed * beta > size * exposure
    a = np.where(above, needed, size)
    b = np.where(above, size, needed)
    x = np.where(above, exposure, beta) / total
    tail = special.betainc(a, b, x)
    log_tail, log_rest = _logs(tail)
    # Close to one, x has lost the digits of 1 - x, which is what the tail depends on.
    y = np.where(above, beta, exposure) / total
    sliver = y < _SLIVER
    if sliver.any():
        exact = special.betaincc(b[sliver], a[sliver], y[sliver])
        log_tail[sliver], log_rest[sliver] = _logs(exact)
        tail[sliver] = exact
    large = tail > 0.99
    if large.any():
        log_rest[large] = _log_small(b[large], a[large], y[large], x[large])
        log_tail[large] = np.log1p(-np.exp(log_rest[large]))
    tiny = ~(tail > _UNDERFLOW)
    if tiny.any():
        log_tail[tiny] = _log_fraction(a[tiny], b[tiny], x[tiny], y[tiny])
        log_rest[tiny] = -np.exp(log_tail[tiny])
    return np.where(above, log_tail, log_rest), np.where(above, log_rest, log_tail)


def _logs(tail: FloatArray) -> tuple[FloatArray, FloatArray]:
    with np.errstate(divide="ignore"):
        return np.log(tail), np.log1p(-tail)


def _log_small(a: FloatArray, b: FloatArray, x: FloatArray, y: FloatArray) -> FloatArray:
    """Return log I_x(a, b) for x + y = 1 where the value is small."""
    value = np.where(x > 0.5, special.betaincc(b, a, y), special.betainc(a, b, x))
    with np.errstate(divide="ignore"):
        result = np.log(value)
    tiny = ~(value > _UNDERFLOW)
    result[tiny] = _log_fraction(a[tiny], b[tiny], x[tiny], y[tiny])
    return result


def _log_fraction(a: FloatArray, b: FloatArray, x: FloatArray, y: FloatArray) -> FloatArray:
    """Return log I_x(a, b) below the mean by the continued fraction (modified Lentz)."""
    low = x < y
    with np.errstate(divide="ignore"):
        log_x = np.where(low, np.log(x), np.log1p(-y))
        log_y = np.where(low, np.log1p(-x), np.log(y))
    front = a * log_x + b * log_y - special.betaln(a, b) - np.log(a)
    fraction, numerator = np.ones_like(x), np.ones_like(x)
    denominator = np.zeros_like(x)
    for step in range(1, _FRACTION_STEPS):
        half = step // 2
        scale = x / ((a + step - 1) * (a + step))
        term = scale * (-(a + half) * (a + b + half) if step % 2 else half * (b - half))
        denominator = 1.0 / _away_from_zero(1.0 + term * denominator)
        numerator = _away_from_zero(1.0 + term / numerator)
        factor = numerator * denominator
        fraction = fraction * factor
        if not (np.abs(factor - 1.0) > 1e-15).any():
            break
    return front - np.log(fraction)


def _away_from_zero(value: FloatArray) -> FloatArray:
    return np.where(np.abs(value) < 1e-300, 1e-300, value)
