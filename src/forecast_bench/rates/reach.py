"""How many areas an actor reaches: at least m areas with at least j incidents each."""

import numpy as np
import numpy.typing as npt

from forecast_bench.rates.count import log_probability_at_least, log_probability_at_most
from forecast_bench.rates.law import RateLaw, rate_law
from forecast_bench.rates.numeric import FloatArray, amounts, counts, log_sum, whole


def area_laws(
    *,
    incidents: npt.ArrayLike,
    exposure_months: npt.ArrayLike,
    drift: float = 0.5,
    dispersion: float | None = None,
) -> RateLaw:
    """Return one law per area; areas never hit before share the pooled law of all at risk.

    Parameters
    ----------
    incidents : array_like
        Incidents of the baseline, one number per area.
    exposure_months : array_like
        Months each area was at risk; zero only for an area without incidents.
    drift, dispersion
        As for `rate_law`.

    Returns
    -------
    RateLaw
        Fields are arrays with one entry per area.

    Raises
    ------
    ValueError
        If a number is outside its domain or no area was at risk.

    Examples
    --------
    >>> area_laws(incidents=[4, 0], exposure_months=[12, 12], drift=0)
    RateLaw(shape=array([4.5, 4.5]), rate=array([12., 24.]), dispersion=None)
    """
    counted, months = np.broadcast_arrays(
        np.atleast_1d(counts(incidents, name="incidents")),
        amounts(exposure_months, name="exposure_months"),
    )
    seen = counted > 0
    return rate_law(
        incidents=np.where(seen, counted, counted.sum()),
        exposure_months=np.where(seen, months, months.sum()),
        drift=drift,
        dispersion=dispersion,
    )


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
    return _reach_tails(laws, areas, incidents_each, exposure_months, incidents, elapsed_months)[0]


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
    upper, lower = _reach_tails(
        laws, areas, incidents_each, exposure_months, incidents, elapsed_months
    )
    return upper - lower


def _reach_tails(
    laws: RateLaw,
    areas: int,
    incidents_each: int,
    exposure_months: npt.ArrayLike,
    incidents: npt.ArrayLike,
    elapsed_months: npt.ArrayLike,
) -> tuple[float, float]:
    window = {
        "exposure_months": exposure_months,
        "incidents": incidents,
        "elapsed_months": elapsed_months,
    }
    each = whole(incidents_each, name="incidents_each")
    yes = np.atleast_1d(log_probability_at_least(laws, threshold=each, **window))
    no = np.atleast_1d(log_probability_at_most(laws, threshold=each - 1.0, **window))
    size = max(yes.size, np.size(laws.shape))
    return _poisson_binomial(np.broadcast_to(yes, size), np.broadcast_to(no, size), areas)


def _poisson_binomial(yes: FloatArray, no: FloatArray, needed: int) -> tuple[float, float]:
    """Return log P(at least `needed` successes) and its complement.

    The exact programme over areas adds positive terms only, so no tail loses digits; "enough" is
    one absorbing state.
    """
    if needed <= 0:
        return 0.0, -np.inf
    if needed > yes.size:
        return -np.inf, 0.0
    state = np.full(needed + 1, -np.inf)
    state[0] = 0.0
    for success, failure in zip(yes, no, strict=True):
        moved = state[:-1] + success
        enough = np.logaddexp(state[-1], moved[-1])
        state[:-1] += failure
        state[1:-1] = np.logaddexp(state[1:-1], moved[:-1])
        state[-1] = enough
    return min(float(state[-1]), 0.0), min(float(log_sum(state[:-1])), 0.0)
