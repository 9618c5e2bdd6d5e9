"""A law of rates whose drift and dispersion are uncertain: laws mixed with common weights."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecast_bench.rates.evidence import log_evidence
from forecast_bench.rates.law import RateLaw, rate_law
from forecast_bench.rates.numeric import FloatArray, counts, log_sum, positive
from forecast_bench.rates.parameters import RateParameters
from forecast_bench.rates.reach import area_laws


@dataclass(frozen=True, slots=True, eq=False)
class MixedLaw:
    """Laws of one rate, or of several rows of them, for each point of drift and dispersion.

    Parameters
    ----------
    laws : tuple of RateLaw
        At most two: of the points with Poisson months, then of the others. Fields have the shape
        (points, rows); a dispersion has (points, 1).
    log_weights : ndarray, shape (points,)
        Log probability of each point, in the order of the laws; all rows share them.

    Raises
    ------
    ValueError
        If laws and weights do not have the same number of points.
    """

    laws: tuple[RateLaw, ...]
    log_weights: FloatArray

    def __post_init__(self) -> None:
        points = [len(np.atleast_1d(law.shape)) for law in self.laws]
        if self.log_weights.shape != (sum(points),):
            msg = f"laws of {points} points do not fit weights of {self.log_weights.shape}."
            raise ValueError(msg)

    @property
    def mean(self) -> FloatArray:
        """Mean rate of each row, in incidents a month, shape (rows,)."""
        means = np.concatenate([np.asarray(law.shape / law.rate) for law in self.laws])
        result: FloatArray = np.exp(self.log_weights) @ means
        return result

    def of_each(self, values: Callable[[RateLaw], FloatArray]) -> FloatArray:
        """Ask the law of each point; points come first in what is asked and what is returned."""
        return np.concatenate([values(law) for law in self.laws])


def mixed_law(
    *,
    incidents: npt.ArrayLike,
    exposure_months: npt.ArrayLike,
    parameters: RateParameters,
) -> MixedLaw:
    """Return the law of the monthly rate in a coming window, drift and dispersion integrated over.

    At each point the law is that of `rate_law`; weights are those of the parameters, which have
    seen the history. They must not have been learned from counts of the window itself.

    Parameters
    ----------
    incidents, exposure_months : array_like, shape (rows,)
        The baselines, as for `rate_law`.
    parameters : RateParameters
        What is believed of drift and dispersion on the day of issue.

    Raises
    ------
    ValueError
        If a count or an exposure is outside its domain.

    References
    ----------
    Bernardo, J. M. & Smith, A. F. M. (1994), Bayesian Theory, section 5.1,
    doi:10.1002/9780470316870.

    Examples
    --------
    >>> believed = RateParameters(drift=np.array([0.3, 0.7]), dispersion=np.array([np.inf, 2.0]),
    ...     weight=np.array([0.5, 0.5]))
    >>> mixed_law(incidents=5, exposure_months=12, parameters=believed).mean.round(4)
    array([0.5161])
    """
    counted, months = np.broadcast_arrays(
        np.atleast_1d(counts(incidents, name="incidents")),
        positive(exposure_months, name="exposure_months"),
    )
    # The widening is solved once for each distinct count.
    distinct, rows = np.unique(counted, return_inverse=True)

    def at(drift: FloatArray, dispersion: FloatArray | None) -> RateLaw:
        unit = rate_law(incidents=distinct, exposure_months=1.0, drift=drift)
        shape, rate = np.asarray(unit.shape), np.asarray(unit.rate)
        return RateLaw(shape[:, rows], months * rate[:, rows], dispersion)

    return _mixed(parameters, at)


def mixed_area_laws(
    *,
    incidents: npt.ArrayLike,
    exposure_months: npt.ArrayLike,
    parameters: RateParameters,
) -> MixedLaw:
    """Return one law for each area, drift and dispersion integrated over; see `area_laws`.

    Drift and dispersion are those of all areas together, so that the areas are mixed jointly.
    How rates differ between areas (`rate_spread`) is read from the baseline alone.

    Parameters
    ----------
    incidents, exposure_months : array_like, shape (areas,)
        As for `area_laws`.
    parameters : RateParameters
        As for `mixed_law`.

    Raises
    ------
    ValueError
        If a number is outside its domain or no area was at risk.

    Examples
    --------
    >>> believed = RateParameters(drift=np.array([0.0, 0.6]), dispersion=np.full(2, np.inf),
    ...     weight=np.array([0.5, 0.5]))
    >>> laws = mixed_area_laws(incidents=[9, 2, 0], exposure_months=12, parameters=believed)
    >>> laws.mean.round(3)
    array([0.857, 0.223, 0.05 ])
    """
    return _mixed(
        parameters,
        lambda drift, dispersion: area_laws(
            incidents=incidents,
            exposure_months=exposure_months,
            drift=drift,
            dispersion=dispersion,
        ),
    )


def log_weights_after(
    mixed: MixedLaw, *, period_counts: npt.ArrayLike, elapsed_months: npt.ArrayLike
) -> FloatArray:
    """Return the log weights of the points after the first 0, 1, 2, ... periods of a window.

    Each point's weight is multiplied with the probability that it gave to the counts of the
    periods, of all rows together.

    Parameters
    ----------
    mixed : MixedLaw
        The law at the issue date.
    period_counts : array_like, shape (periods, rows)
        Incidents of each period.
    elapsed_months : array_like, shape (periods,)
        Months at risk from the start of the window to the end of each period.

    Returns
    -------
    ndarray, shape (points, periods + 1)
        Normalised; in the first column the weights of the law.

    Raises
    ------
    ValueError
        As for `log_evidence`.

    Examples
    --------
    Nine incidents where five a year were usual speak for a large drift.

    >>> believed = RateParameters(drift=np.array([0.1, 1.0]), dispersion=np.full(2, np.inf),
    ...     weight=np.array([0.5, 0.5]))
    >>> law = mixed_law(incidents=5, exposure_months=12, parameters=believed)
    >>> np.exp(log_weights_after(law, period_counts=[[9]], elapsed_months=[3])).round(3)
    array([[0.5  , 0.028],
           [0.5  , 0.972]])
    """
    elapsed = np.asarray(elapsed_months, dtype=np.float64)[:, None]
    evidence = mixed.of_each(
        lambda law: log_evidence(law, period_counts=period_counts, elapsed_months=elapsed)
    )
    return normalised(mixed.log_weights[:, None] + evidence.sum(axis=-1))


def normalised(log_weights: FloatArray) -> FloatArray:
    """Scale weights along the first axis so that they sum to 1, in logs."""
    result: FloatArray = log_weights - log_sum(log_weights, axis=0)
    return result


def log_mixture(log_weights: FloatArray, log_values: FloatArray) -> FloatArray:
    """Mix probabilities over the first axis, all in logs."""
    return log_sum(log_weights + log_values, axis=0)


def _mixed(
    parameters: RateParameters, at: Callable[[FloatArray, FloatArray | None], RateLaw]
) -> MixedLaw:
    """Make the laws of Poisson and of other points; points without weight are left out."""
    possible = parameters.weight > 0
    poisson = possible & np.isinf(parameters.dispersion)
    others = possible & ~poisson
    laws, weights = [], []
    for chosen in (poisson, others):
        if not chosen.any():
            continue
        dispersion = None if chosen is poisson else parameters.dispersion[chosen, None]
        laws.append(at(parameters.drift[chosen, None], dispersion))
        weights.append(parameters.weight[chosen])
    return MixedLaw(tuple(laws), normalised(np.log(np.concatenate(weights))))
