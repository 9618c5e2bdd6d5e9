"""The law of a rate: a Gamma learned from incident history, widened because the world moves."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from forecast_bench.rates.numeric import FloatArray, Numbers, amounts, counts, plain, positive

_SHIFT = 10
_NEWTON_STEPS = 50


@dataclass(frozen=True, slots=True, eq=False)
class RateLaw:
    """What is known of the monthly rate of incidents: a Gamma law, and how counts scatter given it.

    Attributes
    ----------
    shape : float or ndarray
        Shape of the Gamma law, positive.
    rate : float or ndarray
        Rate of the Gamma law in months of exposure, positive; the mean rate is ``shape / rate``.
    dispersion : float or ndarray, optional
        Given the rate, a month's count has variance ``rate + rate**2 / dispersion`` and months are
        independent. None, the default, means Poisson months.

    Examples
    --------
    >>> RateLaw(shape=5.5, rate=12.0)
    RateLaw(shape=5.5, rate=12.0, dispersion=None)
    """

    shape: Numbers
    rate: Numbers
    dispersion: Numbers | None = None

    def __post_init__(self) -> None:
        positive(self.shape, name="shape")
        positive(self.rate, name="rate")
        if self.dispersion is not None:
            positive(self.dispersion, name="dispersion")


def rate_law(
    *,
    incidents: npt.ArrayLike,
    exposure_months: npt.ArrayLike,
    drift: npt.ArrayLike = 0.5,
    dispersion: npt.ArrayLike | None = None,
) -> RateLaw:
    """Return the law of the monthly rate in a coming window, from counts in a baseline.

    The Jeffreys posterior Gamma(incidents + 1/2, exposure) is widened by matching the mean of the
    log rate and its variance plus drift squared by a Gamma again. No drift leaves it as it is.

    Parameters
    ----------
    incidents : array_like
        Incidents counted over the baseline, whole and not negative.
    exposure_months : array_like
        Months at risk in the baseline, positive: without exposure there is no proper law.
    drift : array_like, default 0.5
        Standard deviation, on the log scale, of the change of the rate after the baseline.
    dispersion : array_like, optional
        See `RateLaw`; None means Poisson months.

    Returns
    -------
    RateLaw
        Numbers for numbers, arrays (broadcast against each other) for arrays.

    Raises
    ------
    ValueError
        If a count, an exposure, a drift or a dispersion is outside its domain.

    References
    ----------
    Jeffreys, H. (1946), An invariant form for the prior probability in estimation problems,
    Proceedings of the Royal Society A 186, doi:10.1098/rspa.1946.0056.

    Examples
    --------
    >>> law = rate_law(incidents=5, exposure_months=12, drift=0.5)
    >>> round(float(law.shape), 6), round(float(law.rate), 6)
    (2.689237, 5.289755)
    """
    counted = counts(incidents, name="incidents")
    months = positive(exposure_months, name="exposure_months")
    spread = amounts(drift, name="drift")
    scatter = None if dispersion is None else plain(positive(dispersion, name="dispersion"))
    shape, log_scale = _widened_by_table(counted, spread)
    shape, rate = np.broadcast_arrays(shape, months * np.exp(log_scale))
    return RateLaw(shape=plain(shape), rate=plain(rate), dispersion=scatter)


def widened(law: RateLaw, *, drift: npt.ArrayLike) -> RateLaw:
    """Return a law widened by drift, the mean of the log rate kept; see `rate_law`.

    Parameters
    ----------
    law : RateLaw
        What is known of the rate before it moves.
    drift : array_like
        Standard deviation, on the log scale, of its move.

    Raises
    ------
    ValueError
        If the drift is outside its domain.

    Examples
    --------
    >>> wider = widened(RateLaw(shape=5.5, rate=12.0), drift=0.5)
    >>> round(float(wider.shape), 6), round(float(wider.rate), 6)
    (2.689237, 5.289755)
    """
    spread = amounts(drift, name="drift")
    known = positive(law.shape, name="shape")
    shape, log_scale = _widened(np.atleast_1d(known), np.atleast_1d(spread))
    rate = np.asarray(law.rate) * np.exp(log_scale)
    if known.ndim == 0 and spread.ndim == 0:
        shape, rate = shape[0], rate[0]
    return RateLaw(shape=plain(shape), rate=plain(rate), dispersion=law.dispersion)


def after(law: RateLaw, *, incidents: npt.ArrayLike, elapsed_months: npt.ArrayLike) -> RateLaw:
    """Return the law of the rate after incidents were counted in a part of the window.

    Parameters
    ----------
    law : RateLaw
        The law before; without dispersion, since only then is the update conjugate.
    incidents : array_like
        Incidents counted in the elapsed part.
    elapsed_months : array_like
        Months at risk of the elapsed part; zero with zero incidents changes nothing.

    Returns
    -------
    RateLaw
        Gamma(shape + incidents, rate + elapsed_months).

    Raises
    ------
    ValueError
        If the law has a dispersion (the probability functions then take the counts themselves), or
        if there are incidents without exposure.

    Examples
    --------
    >>> after(RateLaw(shape=5.5, rate=12.0), incidents=3, elapsed_months=6)
    RateLaw(shape=np.float64(8.5), rate=np.float64(18.0), dispersion=None)
    """
    if law.dispersion is not None:
        msg = (
            "an over-dispersed law has no conjugate update; pass incidents and elapsed_months to "
            f"the probability functions instead, got dispersion {law.dispersion!r}."
        )
        raise ValueError(msg)
    seen, elapsed = observed(incidents=incidents, elapsed_months=elapsed_months)
    shape, rate = np.broadcast_arrays(law.shape + seen, law.rate + elapsed)
    return RateLaw(shape=plain(shape), rate=plain(rate))


def observed(
    *, incidents: npt.ArrayLike, elapsed_months: npt.ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Read the counts of an elapsed part, refusing incidents where no time was at risk.

    Raises
    ------
    ValueError
        If a number is outside its domain, or incidents stand beside zero exposure.

    Examples
    --------
    >>> observed(incidents=3, elapsed_months=6)
    (array(3.), array(6.))
    """
    seen = counts(incidents, name="incidents")
    elapsed = amounts(elapsed_months, name="elapsed_months")
    if ((seen > 0) & (elapsed == 0)).any():
        worst = np.where(elapsed == 0, seen, 0.0).max()
        msg = f"incidents need elapsed_months to have happened in, got {worst:g} in 0 months."
        raise ValueError(msg)
    return seen, elapsed


def _widened_by_table(counted: FloatArray, drift: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Solve once per distinct count where one drift serves many small counts."""
    if drift.ndim or not counted.size or counted.max() >= counted.size:
        return _widened(counted + 0.5, drift)
    shape, log_scale = _widened(np.arange(counted.max() + 1) + 0.5, drift)
    rows = counted.astype(np.intp)
    return shape[rows], log_scale[rows]


def _widened(known: FloatArray, drift: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the widened shape and the log of the factor on the exposure."""
    start, spread = np.broadcast_arrays(known, drift)
    shape = np.array(start)
    wide = spread > 0
    shape[wide] = _inverse_trigamma(_trigamma(start[wide])[0] + spread[wide] ** 2)
    return shape, special.psi(shape) - special.psi(start)


def _inverse_trigamma(target: FloatArray) -> FloatArray:
    """Solve trigamma(x) = target by Newton on the reciprocal, which is nearly a straight line."""
    x = 0.5 + 1.0 / target
    for _ in range(_NEWTON_STEPS):
        value, slope = _trigamma(x)
        step = value * (1.0 - value / target) / slope
        x = x + step
        if not (np.abs(step) > 1e-14 * x).any():
            break
    return x


def _trigamma(x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return trigamma and its derivative: upward recurrence, then the asymptotic series.

    Faster by an order of magnitude than the Hurwitz zeta function behind scipy's polygamma.
    """
    value, slope = np.zeros_like(x), np.zeros_like(x)
    for _ in range(_SHIFT):
        inverse = 1.0 / x
        square = inverse * inverse
        value += square
        slope -= 2.0 * square * inverse
        x = x + 1.0
    z = 1.0 / x
    w = z * z
    series = 1 / 6 + w * (-1 / 30 + w * (1 / 42 + w * (-1 / 30 + w * (5 / 66 - w * 691 / 2730))))
    derivative = 1 / 2 + w * (-1 / 6 + w * (1 / 6 + w * (-3 / 10 + w * (5 / 6))))
    value += z + w / 2 + z * w * series
    slope -= w + z * w + w * w * derivative
    return value, slope
