"""Drift and dispersion in three numbers each, for people to read."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from forecast_bench.rates.numeric import FloatArray
from forecast_bench.rates.parameters import RateParameters

_LEVELS = (0.5, 0.05, 0.95)


class Range(NamedTuple):
    """A median, and the interval that holds nine tenths."""

    median: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ParameterRanges:
    """What is believed of drift and dispersion, in short.

    Parameters
    ----------
    drift : Range
        Standard deviation of the log rate between windows.
    dispersion : Range or None
        None where months are Poisson at every point; infinite ends where they are at some.
    points : int
        How many points were integrated over; 1: nothing was.
    """

    drift: Range
    dispersion: Range | None
    points: int


def parameter_ranges(parameters: RateParameters) -> ParameterRanges:
    """Return median and 90 % interval of drift and dispersion.

    A few points stand for a smooth law, so quantiles are read between them: each distinct value
    stands at the middle of its weight. Dispersion is read on the scale of its reciprocal, where
    Poisson months are zero.

    Examples
    --------
    >>> believed = RateParameters(drift=np.linspace(0.2, 0.6, 5),
    ...     dispersion=np.array([1.0, 2.0, 4.0, 4.0, np.inf]), weight=np.full(5, 0.2))
    >>> found = parameter_ranges(believed)
    >>> [round(one, 3) for one in (*found.drift, *found.dispersion)]
    [0.4, 0.2, 0.6, 3.0, 1.0, inf]
    """
    drift = _quantiles(parameters.drift, parameters.weight)
    dispersion = None
    possible = parameters.weight > 0
    scatter = np.unique(parameters.dispersion[possible])
    if len(scatter) == 1 and np.isfinite(scatter[0]):
        dispersion = Range(*[float(scatter[0])] * 3)
    elif len(scatter) > 1:
        median, high, low = _quantiles(1.0 / parameters.dispersion, parameters.weight)
        dispersion = Range(_reciprocal(median), _reciprocal(low), _reciprocal(high))
    return ParameterRanges(Range(*drift), dispersion, int(possible.sum()))


def _quantiles(values: FloatArray, weights: FloatArray) -> tuple[float, float, float]:
    """Return the quantiles at 0.5, 0.05 and 0.95."""
    distinct, where = np.unique(values[weights > 0], return_inverse=True)
    mass = np.bincount(where, weights[weights > 0])
    middles = np.cumsum(mass) - mass / 2.0
    median, low, high = np.interp(_LEVELS, middles, distinct)
    return float(median), float(low), float(high)


def _reciprocal(value: float) -> float:
    return np.inf if value == 0 else 1.0 / value
