"""Scores of forecasts of a count: the ranked score of a law, and where the count fell in it."""

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from forecast_bench.scoring.inputs import FloatArray, checked_probability

# Beyond these quantiles a law adds less than one rounding error to a score.
_TAIL = 1e-18
_TERMS_AT_ONCE = 1_000_000


def crps_poisson(*, mean: npt.ArrayLike, count: npt.ArrayLike) -> FloatArray:
    """Continuous ranked probability score of Poisson forecasts, in closed form.

    Lower is better, in incidents: for a forecast of a single number it is the distance to the
    count. Large counts stay finite: Bessel functions are scaled.

    Parameters
    ----------
    mean : array_like of float
        Mean of each forecast, in incidents, 0 or more and finite.
    count : array_like of int
        What was counted, 0 or more; broadcast against `mean`.

    Returns
    -------
    ndarray of float64
        One score per forecast, 0 or more.

    Raises
    ------
    ValueError
        If a mean is negative or not finite, or a count is negative or not whole.

    References
    ----------
    Gneiting & Raftery (2007), JASA 102(477), doi:10.1198/016214506000001437; the closed form:
    Wei & Held (2014), TEST 23, doi:10.1007/s11749-014-0380-8.

    Examples
    --------
    >>> crps_poisson(mean=[0.0, 3.0], count=[2, 3]).round(6)
    array([2.      , 0.388124])
    """
    from scipy.special import ive
    from scipy.stats import poisson

    means, counts = np.broadcast_arrays(_not_negative("mean", mean), _checked_count(count))
    spread = means * (ive(0, 2.0 * means) + ive(1, 2.0 * means))
    distance = (counts - means) * (2.0 * poisson.cdf(counts, means) - 1.0)
    scores = distance + 2.0 * means * poisson.pmf(counts, means) - spread
    return np.asarray(np.maximum(scores, 0.0))


def crps_negative_binomial(
    *, shape: npt.ArrayLike, mean: npt.ArrayLike, count: npt.ArrayLike
) -> FloatArray:
    """Continuous ranked probability score of negative binomial forecasts, by an exact sum.

    The law of a Poisson count whose rate is Gamma with this shape: its variance is
    ``mean + mean**2 / shape``. Lower is better, in incidents. The expected distance to the count
    is in closed form; half the mean difference of two draws is summed over the law, once for
    each distinct law, so a law that is a million wide takes a fraction of a second.

    Parameters
    ----------
    shape : array_like of float
        Shape of the Gamma rate, positive and finite.
    mean : array_like of float
        Mean of each forecast, in incidents, 0 or more and finite.
    count : array_like of int
        What was counted, 0 or more; the three are broadcast against each other.

    Returns
    -------
    ndarray of float64
        One score per forecast, 0 or more.

    Raises
    ------
    ValueError
        If a shape is not positive and finite, a mean is negative or not finite, or a count is
        negative or not whole.

    References
    ----------
    Gneiting & Raftery (2007), JASA 102(477), doi:10.1198/016214506000001437; Wei & Held (2014),
    TEST 23, doi:10.1007/s11749-014-0380-8.

    Examples
    --------
    >>> crps_negative_binomial(shape=[1.0, 2.5], mean=[1.0, 6.0], count=[0, 9]).round(6)
    array([0.333333, 2.23215 ])
    """
    from scipy.stats import nbinom

    shapes, means, counts = np.broadcast_arrays(
        _not_negative("shape", shape), _not_negative("mean", mean), _checked_count(count)
    )
    if (shapes == 0.0).any():
        raise ValueError("shape must be positive and finite, got 0.0")
    chance = shapes / (shapes + means)
    distance = counts * (2.0 * nbinom.cdf(counts, shapes, chance) - 1.0)
    distance = distance - means * (2.0 * nbinom.cdf(counts - 1, shapes + 1.0, chance) - 1.0)
    laws, code = np.unique(np.stack([shapes.ravel(), chance.ravel()]), axis=1, return_inverse=True)
    spread = np.array([_half_mean_difference(*law) for law in laws.T])[code.ravel()]
    return np.asarray(np.maximum(distance - spread.reshape(counts.shape), 0.0))


def _half_mean_difference(shape: float, chance: float) -> float:
    """Half the mean distance of two independent draws: the sum of F (1 - F)."""
    from scipy.stats import nbinom

    if chance == 1.0:
        return 0.0
    first, last = int(nbinom.ppf(_TAIL, shape, chance)), int(nbinom.isf(_TAIL, shape, chance))
    total = 0.0
    for start in range(first, last + 1, _TERMS_AT_ONCE):
        counts = np.arange(start, min(start + _TERMS_AT_ONCE, last + 1))
        below = nbinom.cdf(counts, shape, chance)
        total += float((below * nbinom.sf(counts, shape, chance)).sum())
    return total


def _not_negative(name: str, values: npt.ArrayLike) -> FloatArray:
    numbers = np.asarray(values, dtype=np.float64)
    bad = ~((numbers >= 0.0) & (numbers < np.inf))
    if bad.any():
        raise ValueError(
            f"{name} must be 0 or more and finite, got {float(numbers[bad].flat[0])!r}"
        )
    return numbers


def _checked_count(count: npt.ArrayLike) -> FloatArray:
    counts = _not_negative("count", count)
    bad = counts != np.floor(counts)
    if bad.any():
        raise ValueError(f"count must be a whole number, got {float(counts[bad].flat[0])!r}")
    return counts


class Uniformity(BaseModel):
    """Whether the places of counts within their forecasts are spread evenly over 0..1.

    Attributes
    ----------
    n : int
        Counts.
    mean : float
        Mean place; one half where forecasts are neither too low (above) nor too high (below).
    variance : float
        Variance of the places; one twelfth where forecasts are neither too narrow (above) nor
        too wide (below).
    statistic, p_value : float
        Kolmogorov's distance from the uniform distribution, and the probability of one as large
        from `n` independent counts. Counts that share a fate have fewer independent places.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    n: int
    mean: float
    variance: float
    statistic: float
    p_value: float


def randomised_pit(*, below: npt.ArrayLike, through: npt.ArrayLike, seed: int) -> FloatArray:
    """Place of each count within its forecast, drawn evenly within the step the count makes.

    Uniform over 0..1 where the forecasts are right. The draws go to the rows in rising order of
    (`below`, `through`), so shuffling the rows leaves the set of places as it is.

    Parameters
    ----------
    below, through : array_like of float, shape (n,)
        Forecast probability of fewer than what was counted, and of at most that, in 0..1.
    seed : int
        Seed of the draws.

    Returns
    -------
    ndarray of float64, shape (n,)
        Places, each from `below` to `through`.

    Raises
    ------
    ValueError
        If a probability lies outside 0..1, `through` is less than `below`, or the shapes are
        not one and the same length.

    References
    ----------
    Smith (1985), Journal of Forecasting 4(3), doi:10.1002/for.3980040305; Czado, Gneiting & Held
    (2009), Biometrics 65(4), doi:10.1111/j.1541-0420.2009.01191.x.

    Examples
    --------
    >>> places = randomised_pit(below=[0.0, 0.5], through=[0.5, 0.5], seed=1)
    >>> bool(0.0 <= places[0] <= 0.5), float(places[1])
    (True, 0.5)
    """
    lowest, highest = checked_probability(below), checked_probability(through)
    if lowest.ndim != 1 or lowest.shape != highest.shape:
        raise ValueError(
            "below and through must be one-dimensional and of one length, "
            f"got shapes {lowest.shape} and {highest.shape}"
        )
    if (highest < lowest).any():
        raise ValueError("through must not be less than below")
    order = np.lexsort((highest, lowest))
    drawn = np.empty(lowest.size)
    drawn[order] = np.random.default_rng(seed).random(lowest.size)
    return np.asarray(lowest + drawn * (highest - lowest))


def pit_uniformity(place: npt.ArrayLike) -> Uniformity:
    """Hold the places of counts within their forecasts against the uniform distribution.

    Parameters
    ----------
    place : array_like of float, shape (n,)
        Results of `randomised_pit`, in 0..1.

    Returns
    -------
    Uniformity
        Mean, variance, Kolmogorov's distance and its p-value.

    Raises
    ------
    ValueError
        If there is no place, or one lies outside 0..1.

    References
    ----------
    Kolmogorov's exact distribution, as in `scipy.stats.kstest`.

    Examples
    --------
    >>> found = pit_uniformity([0.125, 0.375, 0.625, 0.875])
    >>> found.mean, found.statistic
    (0.5, 0.125)
    """
    from scipy.stats import kstest

    places = np.sort(checked_probability(place).ravel())
    if places.size == 0:
        raise ValueError("at least one place is needed, got 0")
    test = kstest(places, "uniform", method="exact" if places.size <= 10_000 else "asymp")
    return Uniformity(
        n=int(places.size),
        mean=float(places.mean()),
        variance=float(places.var()),
        statistic=float(test.statistic),
        p_value=float(test.pvalue),
    )
