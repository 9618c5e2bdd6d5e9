"""What is believed of drift and dispersion, as points with weights to integrate over."""

from dataclasses import dataclass

import numpy as np

from forecast_bench.rates.numeric import FloatArray

_SUM = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class RateParameters:
    """Drift and dispersion with their uncertainty: a discrete law that stands for a posterior.

    Parameters
    ----------
    drift : ndarray, shape (points,)
        Standard deviation of the log rate between windows, not negative.
    dispersion : ndarray, shape (points,)
        Given the rate, a month varies by ``rate + rate**2 / dispersion``; infinite: Poisson months.
    weight : ndarray, shape (points,)
        Probability of each point; they sum to 1.

    Raises
    ------
    ValueError
        If the shapes differ, a number is outside its domain, or the weights do not sum to 1.

    Examples
    --------
    >>> RateParameters(drift=np.array([0.3, 0.6]), dispersion=np.array([2.0, np.inf]),
    ...     weight=np.array([0.5, 0.5])).points
    2
    """

    drift: FloatArray
    dispersion: FloatArray
    weight: FloatArray

    def __post_init__(self) -> None:
        parts = (self.drift, self.dispersion, self.weight)
        if len({part.shape for part in parts}) != 1 or self.drift.ndim != 1 or not self.points:
            shapes = ", ".join(str(part.shape) for part in parts)
            raise ValueError(f"drift, dispersion and weight must be equally long, got {shapes}")
        if not (np.isfinite(self.drift) & (self.drift >= 0)).all():
            raise ValueError(f"drift must be finite and not negative, got {self.drift}")
        if not (self.dispersion > 0).all():
            raise ValueError(f"dispersion must be positive, got {self.dispersion}")
        if not ((self.weight >= 0).all() and abs(self.weight.sum() - 1) < _SUM):
            raise ValueError(f"weights must be probabilities that sum to 1, got {self.weight}")

    @classmethod
    def known(cls, *, drift: float, dispersion: float | None) -> "RateParameters":
        """Return the one point of a drift and a dispersion that are taken as known."""
        scatter = np.inf if dispersion is None else dispersion
        return cls(np.array([drift]), np.array([scatter]), np.ones(1))

    @property
    def points(self) -> int:
        """How many points stand for the posterior."""
        return len(self.drift)
