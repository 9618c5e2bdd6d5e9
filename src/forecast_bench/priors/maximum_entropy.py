"""A band of probability to the Beta distribution of maximum entropy with a stated mass in it."""

import functools
import math
from collections.abc import Callable
from typing import NamedTuple

from scipy import special

# Bands are read to this much: no wording is finer, and near 1 a double has few digits left.
_FINEST = 1e-9
# A Beta with both parameters above this is a normal distribution to within 1e-8 of mass.
_NORMAL_FROM = 1e8
# From here on Stirling's series is exact to the last digit.
_SERIES_FROM = 50.0
# Places looked at before the maximum is refined.
_STEPS = 12
# Where the smaller parameter of any prior is looked for, as logarithms.
_LOG_SMALLEST, _LOG_LARGEST = -14.0, 26.0


class Beta(NamedTuple):
    """Parameters of a Beta distribution, both greater than zero."""

    a: float
    b: float


def encode_band(low: float, high: float, *, mass: float = 0.80) -> Beta:
    """Maximum-entropy Beta distribution with exactly `mass` of its probability inside a band.

    Of all Beta distributions with that mass between `low` and `high` it is the one with the
    largest differential entropy, so it says least beyond what the band says. Bands are solved once
    and remembered; the answer does not depend on what was encoded before.

    Parameters
    ----------
    low, high : float
        The band, as probabilities: 0 <= low < high <= 1, and not the whole of 0..1.
    mass : float
        Probability inside the band, strictly between 0 and 1.

    Returns
    -------
    Beta
        Parameters `a` and `b`. The mass holds to 1e-6 (typically 1e-12). A band mirrored at one
        half gives the same parameters, swapped. Ends are taken as no nearer than 1e-9 to each
        other, and to 0 and 1 where they are not 0 or 1 themselves.

    Raises
    ------
    ValueError
        If the band or the mass is outside its domain.

    Notes
    -----
    A Beta distribution is fixed by two of its quantiles, so a band inside 0..1 leaves one number
    free: how the mass outside is split between the two sides. The entropy is maximised over that
    number. A band that begins at 0 has nothing below it, and the free number is `a`.

    References
    ----------
    Jaynes, E. T. (1957), Information theory and statistical mechanics, Physical Review 106(4),
    620-630, doi 10.1103/PhysRev.106.620. Teigen, K. H. and Jorgensen, M. (2005), When 90%
    confidence intervals are 50% certain, Applied Cognitive Psychology 19(4), 455-475: why the mass
    of a stated band is taken as 0.80 and not as 0.95.

    Examples
    --------
    >>> likely = encode_band(0.55, 0.75)
    >>> round(likely.a, 3), round(likely.b, 3)
    (23.856, 13.062)

    A band as wide as its mass asks for nothing that the uniform distribution does not have:

    >>> flat = encode_band(0.1, 0.9)
    >>> round(flat.a, 6), round(flat.b, 6)
    (1.0, 1.0)
    """
    if not 0 <= low < high <= 1:
        raise ValueError(f"a band runs from low to high between 0 and 1, got {low!r} to {high!r}")
    if (low, high) == (0, 1):
        raise ValueError("the band from 0 to 1 says nothing and has no prior")
    if not 0 < mass < 1:
        raise ValueError(f"the mass in a band lies strictly between 0 and 1, got {mass!r}")
    return _encode(*_readable(float(low), float(high)), float(mass))


def _readable(low: float, high: float) -> tuple[float, float]:
    """Ends no nearer than the finest difference to 0, to 1 and to each other."""
    lower = 0.0 if low == 0 else min(max(low, _FINEST), 1 - 2 * _FINEST)
    upper = 1.0 if high == 1 else min(max(high, lower + _FINEST), 1 - _FINEST)
    # Rounding takes away the digits that subtraction from 1 adds, so that mirrored bands agree.
    return round(lower, 15), round(upper, 15)


@functools.cache
def _encode(low: float, high: float, mass: float) -> Beta:
    # Only bands centred at most at one half are solved; the others are their mirrors.
    mirrored_low, mirrored_high = round(1 - high, 15), round(1 - low, 15)
    if low > mirrored_low:
        b, a = _solve(mirrored_low, mirrored_high, mass)
        return Beta(a, b)
    if low == mirrored_low:
        a, _ = _between(low, high, mass, 0.0)
        return Beta(a, a)
    return _solve(low, high, mass)


def _solve(low: float, high: float, mass: float) -> Beta:
    if low == 0:
        curve = functools.partial(_from_zero, high, mass)
        return _largest_entropy(curve, _LOG_SMALLEST, _LOG_LARGEST)
    normal = _normal_limit(low, high, mass)
    if min(normal) > _NORMAL_FROM:
        return normal
    # Near zero the mass below the band is of the order of low itself.
    first = 1.5 * math.log(low) - 40.0
    return _largest_entropy(functools.partial(_between, low, high, mass), first, 40.0)


def _between(low: float, high: float, mass: float, split: float) -> Beta:
    """Beta with the mass in the band, and the rest split between below and above.

    `split` is the logit of the share of the rest that lies below.
    """
    from scipy.optimize import brentq

    below = (1 - mass) * float(special.expit(split))
    above = (1 - mass) * float(special.expit(-split))

    def excess_above(log_a: float) -> float:
        a = math.exp(log_a)
        return float(special.betaincc(a, special.btdtrib(a, below, low), high)) - above

    # With the mass below held, a larger a concentrates, and the mass above falls.
    a = math.exp(brentq(excess_above, _LOG_SMALLEST, _LOG_LARGEST, xtol=1e-14, rtol=1e-14))
    return Beta(a, float(special.btdtrib(a, below, low)))


def _from_zero(high: float, mass: float, log_a: float) -> Beta:
    """Beta with the mass below `high`, for a given `a`."""
    a = math.exp(log_a)
    return Beta(a, float(special.btdtrib(a, mass, high)))


def _normal_limit(low: float, high: float, mass: float) -> Beta:
    """Beta with the mean and the variance of the normal distribution centred in the band."""
    mean = (low + high) / 2
    deviation = (high - low) / 2 / float(special.ndtri((1 + mass) / 2))
    weight = max(mean * (1 - mean) / deviation**2 - 1, 0.0)
    return Beta(mean * weight, (1 - mean) * weight)


def _largest_entropy(curve: Callable[[float], Beta], first: float, last: float) -> Beta:
    """Point of largest entropy on a curve of distributions."""
    from scipy.optimize import minimize_scalar

    def loss(at: float) -> float:
        return -_entropy(curve(at))

    # A band wider than its mass can have several maxima, so the highest is looked for first.
    step = (last - first) / _STEPS
    best = min((first + step * index for index in range(_STEPS + 1)), key=loss)
    found = minimize_scalar(
        loss,
        bounds=(max(first, best - step), min(last, best + step)),
        method="bounded",
        options={"xatol": 1e-8},
    )
    return curve(float(found.x))


def _entropy(beta: Beta) -> float:
    """Differential entropy of a Beta distribution, in nats."""
    a, b = beta
    return (
        _entropy_part(a) + _entropy_part(b) - _entropy_part(a + b) - float(special.digamma(a + b))
    )


def _entropy_part(x: float) -> float:
    """Return ln gamma(x) - (x - 1) digamma(x) + x.

    The three terms cancel for large x, where Stirling's series keeps the digits that they lose.
    """
    if x < _SERIES_FROM:
        return float(special.gammaln(x) - (x - 1) * special.digamma(x)) + x
    log_gamma_rest = 1 / (12 * x) - 1 / (360 * x**3) + 1 / (1260 * x**5)
    digamma_rest = 1 / (12 * x**2) - 1 / (120 * x**4) + 1 / (252 * x**6)
    leading = 0.5 * math.log(2 * math.pi * x) + 0.5 - 0.5 / x
    return leading + log_gamma_rest + (x - 1) * digamma_rest
