"""What is believed of a statement's probability once counts bear on it: two Betas, mixed."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from forecast_bench.updating.live import FloatArray, Numbers

_STEPS = 100
_PRECISION = 1e-13


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Mixture:
    """The posterior of the statement's probability: w Beta(a + 1, b) + (1 - w) Beta(a, b + 1).

    Attributes
    ----------
    a, b : float or ndarray
        The Beta prior the phrase was encoded as, both positive.
    weight : float or ndarray
        The live probability w that the event occurs, in [0, 1]. At 1 or 0 this is the plain
        conjugate update on an outcome.

    Raises
    ------
    ValueError
        If a parameter is outside its domain.

    Examples
    --------
    >>> Mixture(a=33.8459, b=6.1541, weight=0.557771)
    Mixture(a=33.8459, b=6.1541, weight=0.557771)
    """

    a: Numbers
    b: Numbers
    weight: Numbers

    def __post_init__(self) -> None:
        for name in ("a", "b"):
            value = np.asarray(getattr(self, name))
            legal = (value > 0) & np.isfinite(value)
            if not legal.all():
                msg = f"{name} must be positive and finite, got {value[~legal][0]}."
                raise ValueError(msg)
        weight = np.asarray(self.weight)
        legal = (weight >= 0) & (weight <= 1)
        if not legal.all():
            msg = f"weight must fulfil 0 <= weight <= 1, got {weight[~legal][0]}."
            raise ValueError(msg)


def mixture_mean(mixture: Mixture) -> FloatArray:
    """Return the mean of the mixture, (a + w) / (a + b + 1).

    Examples
    --------
    >>> float(mixture_mean(Mixture(a=3.0, b=1.0, weight=0.5)))
    0.7
    """
    total = np.asarray(mixture.a) + mixture.b + 1.0
    result: FloatArray = np.asarray((mixture.a + np.asarray(mixture.weight)) / total)[()]
    return result


def mixture_distribution(mixture: Mixture, x: npt.ArrayLike) -> FloatArray:
    """Return the probability that the statement's probability is at most x.

    Parameters
    ----------
    mixture : Mixture
    x : array_like
        In [0, 1].

    Raises
    ------
    ValueError
        If x is outside [0, 1].

    Examples
    --------
    >>> mixture_distribution(Mixture(a=1.0, b=1.0, weight=0.5), 0.25)
    np.float64(0.25)
    """
    at = np.asarray(x, dtype=np.float64)
    inside = (at >= 0) & (at <= 1)
    if not inside.all():
        msg = f"x must fulfil 0 <= x <= 1, got {at[~inside][0]}."
        raise ValueError(msg)
    a, b, w = mixture.a, mixture.b, np.asarray(mixture.weight)
    value = w * special.betainc(a + 1.0, b, at) + (1.0 - w) * special.betainc(a, b + 1.0, at)
    result: FloatArray = np.asarray(value)[()]
    return result


def mixture_interval(mixture: Mixture, *, level: float) -> tuple[FloatArray, FloatArray]:
    """Return the central credible interval of the statement's probability.

    Parameters
    ----------
    mixture : Mixture
        Numbers or arrays, broadcast against each other.
    level : float
        Probability the interval holds, strictly between 0 and 1.

    Returns
    -------
    tuple of ndarray or float
        The quantiles at (1 - level) / 2 and (1 + level) / 2, each to 1e-12.

    Raises
    ------
    ValueError
        If the level is not inside (0, 1).

    Examples
    --------
    >>> low, high = mixture_interval(Mixture(a=1.0, b=1.0, weight=0.5), level=0.8)
    >>> round(float(low), 9), round(float(high), 9)
    (0.1, 0.9)
    """
    if not 0 < level < 1:
        msg = f"level must fulfil 0 < level < 1, got {level}."
        raise ValueError(msg)
    columns = np.broadcast_arrays(
        *(np.asarray(v, dtype=np.float64) for v in (mixture.a, mixture.b, mixture.weight))
    )
    # Both ends are sought at once: for few numbers a call costs more than what it computes.
    a, b, w = (np.tile(np.ravel(column), 2) for column in columns)
    levels = np.repeat([(1.0 - level) / 2.0, (1.0 + level) / 2.0], columns[0].size)
    low, high = _quantile(a, b, w, levels).reshape(2, *columns[0].shape)
    return low[()], high[()]


def _quantile(a: FloatArray, b: FloatArray, w: FloatArray, level: FloatArray) -> FloatArray:
    """Bisect, taking Newton's step wherever it stays inside the bracket."""
    low, high = np.zeros_like(a), np.ones_like(a)
    x = (a + w) / (a + b + 1.0)
    log_scale = special.betaln(a, b)
    active = np.arange(a.size)
    for _ in range(_STEPS):
        i = active
        error, slope = _distribution_and_density(a[i], b[i], w[i], x[i], log_scale[i])
        error -= level[i]
        low[i] = np.where(error < 0, x[i], low[i])
        high[i] = np.where(error < 0, high[i], x[i])
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            step = x[i] - error / slope
        inside = (step > low[i]) & (step < high[i])
        new = np.where(inside, step, (low[i] + high[i]) / 2.0)
        moving = np.abs(new - x[i]) > _PRECISION
        x[i] = new
        active = i[moving]
        if not active.size:
            break
    return x


def _distribution_and_density(
    a: FloatArray, b: FloatArray, w: FloatArray, x: FloatArray, log_scale: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Use the recurrences of the incomplete beta: one evaluation serves both components."""
    kernel = np.exp(special.xlogy(a, x) + special.xlog1py(b, -x) - log_scale)
    value = special.betainc(a, b, x) + kernel * ((1.0 - w) / b - w / a)
    density = kernel * (a + b) * (w / (a * (1.0 - x)) + (1.0 - w) / (b * x))
    return value, density
