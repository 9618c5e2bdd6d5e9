"""How many areas an actor reaches: at least m areas with at least j incidents each."""

import numpy as np
import numpy.typing as npt
from scipy import special

from forecast_bench.rates.count import count_log_tails
from forecast_bench.rates.law import RateLaw, rate_law, widened
from forecast_bench.rates.numeric import FloatArray, amounts, counts, log_sum, whole

# Areas that differ less than this Gamma says do not differ, as far as their counts can tell.
_LOG_SHAPES = (np.log(1e-3), np.log(1e4))


def area_laws(
    *,
    incidents: npt.ArrayLike,
    exposure_months: npt.ArrayLike,
    drift: npt.ArrayLike = 0.5,
    dispersion: npt.ArrayLike | None = None,
) -> RateLaw:
    """Return one law per area; areas never hit borrow from the spread of all areas at risk.

    An area with incidents has its own law. For the others, rates are taken to differ from area to
    area as a Gamma fitted to the counts of all areas (see `rate_spread`), which is then updated on
    the area's own silence. Giving them the plain average rate of all areas instead would call an
    area that was silent for a year busier than one that was hit once.

    Parameters
    ----------
    incidents : array_like
        Incidents of the baseline, one number per area.
    exposure_months : array_like
        Months each area was at risk; zero only for an area without incidents.
    drift, dispersion
        As for `rate_law`; of shape (points, 1) for one row of laws at each point.

    Returns
    -------
    RateLaw
        Fields are arrays with one entry per area, the last axis.

    Raises
    ------
    ValueError
        If a number is outside its domain or no area was at risk.

    References
    ----------
    Robbins, H. (1956), An empirical Bayes approach to statistics, Proceedings of the Third Berkeley
    Symposium 1, 157-163.

    Examples
    --------
    >>> laws = area_laws(incidents=[9, 2, 0], exposure_months=12, drift=0)
    >>> (laws.shape / laws.rate).round(3)
    array([0.792, 0.208, 0.048])
    """
    counted, months = np.broadcast_arrays(
        np.atleast_1d(counts(incidents, name="incidents")),
        amounts(exposure_months, name="exposure_months"),
    )
    seen = counted > 0
    if seen.all():
        return rate_law(
            incidents=counted, exposure_months=months, drift=drift, dispersion=dispersion
        )
    spread = rate_spread(incidents=counted, exposure_months=months)
    return widened(
        RateLaw(
            shape=np.where(seen, counted + 0.5, spread.shape),
            rate=np.where(seen, months, np.asarray(spread.rate) + months),
            dispersion=None if dispersion is None else np.asarray(dispersion, dtype=np.float64)[()],
        ),
        drift=drift,
    )


def rate_spread(*, incidents: npt.ArrayLike, exposure_months: npt.ArrayLike) -> RateLaw:
    """Return how rates differ from area to area: a Gamma, by greatest marginal likelihood.

    Given a Gamma law of rates, an area's count is negative binomial. Without any incident there is
    nothing to tell areas apart by, and the law is the Jeffreys posterior of all of them together.

    Parameters
    ----------
    incidents, exposure_months : array_like
        Counts and months at risk, one number per area.

    Raises
    ------
    ValueError
        If a number is outside its domain, incidents stand beside no exposure, or no area was at
        risk.

    Examples
    --------
    >>> spread = rate_spread(incidents=[9, 2, 0], exposure_months=12)
    >>> round(float(spread.shape / spread.rate), 4)
    0.3056
    """
    counted, months = np.broadcast_arrays(
        np.atleast_1d(counts(incidents, name="incidents")),
        amounts(exposure_months, name="exposure_months"),
    )
    if not months.any() or ((counted > 0) & (months == 0)).any():
        msg = f"incidents need areas at risk, got exposure_months {exposure_months!r}."
        raise ValueError(msg)
    if not counted.any():
        return RateLaw(shape=0.5, rate=float(months.sum()))
    from scipy import optimize

    start = np.log([1.0, months.sum() / counted.sum()])
    fitted = optimize.minimize(
        _minus_log_likelihood,
        start,
        args=(counted, months),
        jac=True,
        method="L-BFGS-B",
        bounds=[_LOG_SHAPES, (None, None)],
        options={"ftol": 1e-15, "gtol": 1e-9},
    )
    shape, rate = np.exp(fitted.x)
    return RateLaw(shape=float(shape), rate=float(rate))


def _minus_log_likelihood(
    logs: FloatArray, counted: FloatArray, months: FloatArray
) -> tuple[float, FloatArray]:
    """Return minus the log likelihood of shape and rate, up to a constant, and its gradient."""
    shape, rate = np.exp(logs)
    log_silent = np.log(rate) - np.log(rate + months)
    value = (
        special.gammaln(counted + shape)
        - special.gammaln(shape)
        + shape * log_silent
        - counted * np.log(rate + months)
    )
    by_shape = special.psi(counted + shape) - special.psi(shape) + log_silent
    by_rate = shape / rate - (shape + counted) / (rate + months)
    gradient = -np.array([shape * by_shape.sum(), rate * by_rate.sum()])
    return -float(value.sum()), gradient


def log_probability_reach(
    laws: RateLaw,
    *,
    areas: int,
    incidents_each: int,
    exposure_months: npt.ArrayLike,
    incidents: npt.ArrayLike = 0,
    elapsed_months: npt.ArrayLike = 0,
) -> float:
    """Return the log probability that enough areas reach a count each.

    Parameters
    ----------
    laws : RateLaw
        One law per area (fields are arrays), independent given the laws.
    areas : int
        How many areas must reach the count; zero or less is certain, more than there are
        impossible.
    incidents_each : int
        The count each of them must reach in the whole window.
    exposure_months, incidents, elapsed_months : array_like
        As for `log_probability_at_least`, one entry per area or one for all.

    Returns
    -------
    float
        Exactly 0 or -inf once settled.

    Raises
    ------
    ValueError
        If a count or an exposure is outside its domain.

    References
    ----------
    Hong, Y. (2013), On computing the distribution function for the Poisson binomial distribution,
    Computational Statistics & Data Analysis 59, doi:10.1016/j.csda.2012.10.006.

    Examples
    --------
    >>> laws = RateLaw(np.array([1.0, 1.0]), np.array([1.0, 1.0]))
    >>> float(np.exp(log_probability_reach(
    ...     laws, areas=2, incidents_each=1, exposure_months=1)).round(6))
    0.25
    """
    yes, _ = reach_log_tails(
        laws,
        areas=areas,
        incidents_each=incidents_each,
        exposure_months=exposure_months,
        incidents=incidents,
        elapsed_months=elapsed_months,
    )
    return float(yes)


def log_odds_reach(
    laws: RateLaw,
    *,
    areas: int,
    incidents_each: int,
    exposure_months: npt.ArrayLike,
    incidents: npt.ArrayLike = 0,
    elapsed_months: npt.ArrayLike = 0,
) -> float:
    """Return the log odds that enough areas reach a count each.

    Parameters and errors as for `log_probability_reach`; as precise near one as near zero.

    Examples
    --------
    >>> laws = RateLaw(np.array([1.0, 1.0]), np.array([1.0, 1.0]))
    >>> round(log_odds_reach(laws, areas=1, incidents_each=1, exposure_months=1), 6)
    1.098612
    """
    yes, no = reach_log_tails(
        laws,
        areas=areas,
        incidents_each=incidents_each,
        exposure_months=exposure_months,
        incidents=incidents,
        elapsed_months=elapsed_months,
    )
    return float(yes - no)


def reach_log_tails(
    laws: RateLaw,
    *,
    areas: int,
    incidents_each: int,
    exposure_months: npt.ArrayLike,
    incidents: npt.ArrayLike = 0,
    elapsed_months: npt.ArrayLike = 0,
) -> tuple[FloatArray, FloatArray]:
    """Return log P(enough areas reach the count) and its complement.

    Parameters and errors as for `log_probability_reach`; areas are the last axis, and the results
    have the shape of the axes before it.

    Examples
    --------
    >>> laws = RateLaw(np.ones((3, 2)), np.ones((3, 2)))
    >>> yes, no = reach_log_tails(laws, areas=1, incidents_each=1, exposure_months=1)
    >>> np.exp(yes).round(6)
    array([0.75, 0.75, 0.75])
    """
    each = whole(incidents_each, name="incidents_each")
    yes, no = count_log_tails(
        laws,
        threshold=each,
        exposure_months=exposure_months,
        incidents=incidents,
        elapsed_months=elapsed_months,
    )
    shape = np.broadcast_shapes(np.shape(yes), np.shape(laws.shape), (1,))
    return _poisson_binomial(np.broadcast_to(yes, shape), np.broadcast_to(no, shape), areas)


def _poisson_binomial(
    yes: FloatArray, no: FloatArray, needed: int
) -> tuple[FloatArray, FloatArray]:
    """Return log P(at least `needed` successes) and its complement, over the last axis.

    The exact programme over areas adds positive terms only, so no tail loses digits; "enough" is
    one absorbing state.
    """
    sure, never = np.zeros(yes.shape[:-1]), np.full(yes.shape[:-1], -np.inf)
    if needed <= 0:
        return sure, never
    if needed > yes.shape[-1]:
        return never, sure
    state = np.full((*yes.shape[:-1], needed + 1), -np.inf)
    state[..., 0] = 0.0
    for area in range(yes.shape[-1]):
        moved = state[..., :-1] + yes[..., area, None]
        enough = np.logaddexp(state[..., -1], moved[..., -1])
        state[..., :-1] += no[..., area, None]
        state[..., 1:-1] = np.logaddexp(state[..., 1:-1], moved[..., :-1])
        state[..., -1] = enough
    return np.minimum(state[..., -1], 0.0), np.minimum(log_sum(state[..., :-1]), 0.0)
