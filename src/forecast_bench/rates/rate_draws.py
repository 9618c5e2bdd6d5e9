"""Draws of one series' monthly rate, each with the weight that observed months give it.

Draws from the law at issue alone would soon be spent: after a year of counts few of them explain
what was seen. So most are drawn where the law has gone since, the others from the law at issue, and
each is weighted by how likely the law and the counts make it over how likely it was to be drawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from forecast_bench.rates.law import RateLaw
from forecast_bench.rates.numeric import FloatArray, counts, log_sum, positive
from forecast_bench.rates.paths import months_log_weight

# One draw in ten stays with the law at issue: weights are then bounded whatever the counts say.
_HELD_BACK = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class RateDraws:
    """Draws of the rate of a window.

    Attributes
    ----------
    rate : ndarray, shape (draws,)
        Incidents a month.
    dispersion : ndarray, shape (draws,)
        How months vary given the rate; infinite: Poisson months.
    log_weight : ndarray, shape (draws,)
        Log weight of each draw, up to a constant.
    """

    rate: FloatArray
    dispersion: FloatArray
    log_weight: FloatArray


def rate_draws(
    laws: Sequence[tuple[RateLaw, float]],
    *,
    draws: int,
    observed: npt.ArrayLike = (),
    exposure_months: npt.ArrayLike = (),
    generator: np.random.Generator,
) -> RateDraws:
    """Draw the rate of a window from its law at issue, weighted on the months observed since.

    Parameters
    ----------
    laws : sequence of (RateLaw, float)
        Laws of the rate with their probabilities: one, or one for each point of an uncertain drift
        and dispersion. Their fields are numbers.
    draws : int
        About how many are wanted; each law has at least two.
    observed, exposure_months : array_like, shape (months,)
        Incidents of the months observed, and their months at risk (1, or the part of a month).
    generator : Generator
        Source of chance, seeded by the caller.

    Returns
    -------
    RateDraws
        Quantiles of each law, one at random in each of as many strata as it has draws.

    Raises
    ------
    ValueError
        If there is no law, a probability is not positive, or a number is outside its domain.

    References
    ----------
    Hesterberg, T. (1995), Weighted average importance sampling and defensive mixture
    distributions, Technometrics 37(2), doi:10.1080/00401706.1995.10484303; Owen, A. & Zhou, Y.
    (2000), JASA 95(449), doi:10.1080/01621459.2000.10473909 (weights by the whole mixture).

    Examples
    --------
    >>> found = rate_draws([(RateLaw(2.0, 4.0), 1.0)], draws=1000,
    ...     generator=np.random.default_rng(1))
    >>> round(float(found.rate.mean()), 2), bool((found.log_weight == found.log_weight[0]).all())
    (0.5, True)
    """
    if not laws:
        raise ValueError("there must be a law to draw rates from")
    seen = counts(observed, name="observed")
    months = positive(exposure_months, name="exposure_months")
    chances = positive([weight for _, weight in laws], name="probability of a law")
    targets = [_target(law, float(seen.sum()), float(months.sum())) for law, _ in laws]
    evidence = [
        _log_evidence(law, target, seen, months)
        for (law, _), target in zip(laws, targets, strict=True)
    ]
    parts = []
    for (law, chance), target, share in zip(laws, targets, _shares(chances, evidence), strict=True):
        wanted = max(2, int(np.ceil(share * draws)))
        drawn = _stratified(law, target, wanted, generator)
        # Without counts the two laws are one, and all weights of a law exactly the same.
        before = _log_ratio(law, target, drawn) if seen.size else np.zeros(wanted)
        weight = before + _log_likelihood(law, drawn, seen, months) + np.log(chance / wanted)
        scatter = np.inf if law.dispersion is None else float(law.dispersion)
        parts.append((drawn, np.full(wanted, scatter), weight))
    rates, dispersions, weights = (np.concatenate(column) for column in zip(*parts, strict=True))
    return RateDraws(rates, dispersions, weights)


def _target(law: RateLaw, seen: float, months: float) -> tuple[float, float]:
    """Gamma with the mode and the curvature, in the log rate, of the law after the counts.

    Given Poisson months it is that law itself.
    """
    shape, rate = float(law.shape), float(law.rate)
    if law.dispersion is None or not np.isfinite(law.dispersion):
        return shape + seen, rate + months
    size = float(law.dispersion)
    tries = seen + size * months
    # Positive root of rate x² + (rate size + tries - a) x - a size, where the slope is zero.
    a = shape + seen
    half = rate * size + tries - a
    root = np.sqrt(half * half + 4.0 * rate * a * size)
    mode = 2.0 * a * size / (half + root) if half > 0 else (root - half) / (2.0 * rate)
    curvature = rate * mode + tries * size * mode / (size + mode) ** 2
    return float(curvature), float(curvature / mode)


def _log_evidence(
    law: RateLaw, target: tuple[float, float], seen: FloatArray, months: FloatArray
) -> float:
    """How well a law explains the counts, by Laplace's approximation: to share out the draws."""
    mode = np.array([target[0] / target[1]])
    at_mode = _log_gamma(mode, float(law.shape), float(law.rate))
    return float((at_mode + _log_likelihood(law, mode, seen, months))[0] - 0.5 * np.log(target[0]))


def _log_likelihood(
    law: RateLaw, rates: FloatArray, seen: FloatArray, months: FloatArray
) -> FloatArray:
    """Log likelihood of the counts given each rate, the same in all months."""
    return months_log_weight(
        np.broadcast_to(rates[:, None], (rates.size, seen.size)),
        observed=seen,
        exposure_months=months,
        dispersion=law.dispersion,
    )


def _shares(chances: FloatArray, evidence: Sequence[float]) -> FloatArray:
    """How many of the draws each law has: by what the counts leave of it, some by its chance."""
    logs = np.log(chances) + np.array(evidence)
    left = np.exp(logs - log_sum(logs))
    result: FloatArray = (1.0 - _HELD_BACK) * left + _HELD_BACK * chances / chances.sum()
    return result


def _stratified(
    law: RateLaw, target: tuple[float, float], wanted: int, generator: np.random.Generator
) -> FloatArray:
    """Quantiles of the law at issue and of the target, one at random in each stratum."""
    back = _held_back(wanted)
    parts = []
    for (shape, rate), number in (
        ((float(law.shape), float(law.rate)), back),
        (target, wanted - back),
    ):
        levels = (np.arange(number) + generator.random(number)) / number
        parts.append(special.gammaincinv(shape, levels) / rate)
    # A small shape has quantiles below the least float, and a rate of zero has no density.
    return np.maximum(np.concatenate(parts), np.finfo(np.float64).tiny)


def _held_back(wanted: int) -> int:
    return max(1, round(_HELD_BACK * wanted))


def _log_ratio(law: RateLaw, target: tuple[float, float], drawn: FloatArray) -> FloatArray:
    """Log density of the law at issue over that of the mixture drawn from."""
    share = _held_back(drawn.size) / drawn.size
    issue = _log_gamma(drawn, float(law.shape), float(law.rate))
    other = _log_gamma(drawn, *target)
    result: FloatArray = issue - np.logaddexp(np.log(share) + issue, np.log1p(-share) + other)
    return result


def _log_gamma(x: FloatArray, shape: float, rate: float) -> FloatArray:
    """Log density of the log rate: the change of variable is the same in every ratio."""
    result: FloatArray = (
        shape * np.log(rate) - special.gammaln(shape) + special.xlogy(shape, x) - rate * x
    )
    return result
