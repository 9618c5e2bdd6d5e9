"""Log odds of a question as the counts come in, drift and dispersion integrated over.

At each point of drift and dispersion the event and its complement have their probabilities; both
are mixed with the weights that the points have after the counts, in logs: no tail is lost.
"""

from functools import partial

import numpy as np
import numpy.typing as npt

from forecast_bench.rates.between import between_log_tails
from forecast_bench.rates.change import Exact, exact
from forecast_bench.rates.count import count_log_tails
from forecast_bench.rates.law import RateLaw
from forecast_bench.rates.mixed_law import MixedLaw, log_mixture, log_weights_after
from forecast_bench.rates.numeric import FloatArray, counts
from forecast_bench.rates.reach import reach_log_tails
from forecast_bench.rates.share import MatchTails, ShareCounts, match_tails, share_log_sums


def count_path_log_odds(
    mixed: MixedLaw,
    *,
    fewest: int,
    most: int | None,
    exposure_months: float,
    period_counts: npt.ArrayLike,
    elapsed_months: npt.ArrayLike,
) -> FloatArray:
    """Return the log odds that a count lies in fewest..most, at issue and after each period.

    Parameters
    ----------
    mixed : MixedLaw
        The law of one rate at the issue date.
    fewest, most : int, int or None
        Both included; None: without upper bound.
    exposure_months : float
        Months at risk of the whole window.
    period_counts : array_like, shape (periods,)
        Incidents of each period; every one of them is observed, see `log_evidence`.
    elapsed_months : array_like, shape (periods,)
        Months at risk from the start of the window to the end of each period.

    Returns
    -------
    ndarray, shape (periods + 1,)
        Infinite exactly where the counts rule.

    Raises
    ------
    ValueError
        If a count or an exposure is outside its domain.

    Examples
    --------
    >>> from forecast_bench.rates import RateParameters, mixed_law
    >>> believed = RateParameters(drift=np.array([0.3, 0.8]), dispersion=np.full(2, np.inf),
    ...     weight=np.array([0.5, 0.5]))
    >>> law = mixed_law(incidents=5, exposure_months=12, parameters=believed)
    >>> odds = count_path_log_odds(law, fewest=8, most=None, exposure_months=18,
    ...     period_counts=[3, 0], elapsed_months=[6, 9])
    >>> odds.round(3)
    array([ 0.117,  0.504, -0.832])
    """
    counted = counts(period_counts, name="period_counts")
    seen, elapsed = _from_issue(counted), _from_issue_on(elapsed_months)
    window: dict[str, npt.ArrayLike] = {
        "exposure_months": exposure_months,
        "incidents": seen,
        "elapsed_months": elapsed,
    }

    def sides(law: RateLaw) -> tuple[FloatArray, FloatArray]:
        if most is None:
            return count_log_tails(law, threshold=fewest, **window)
        if fewest == 0:
            above, within = count_log_tails(law, threshold=most + 1, **window)
            return within, above
        return between_log_tails(law, low=fewest, high=most, **window)

    both = mixed.of_each(lambda law: np.stack(sides(law), axis=1))
    weights = log_weights_after(
        mixed, period_counts=counted[:, None], elapsed_months=elapsed_months
    )
    return _log_odds(weights, both[:, 0], both[:, 1])


def reach_path_log_odds(
    mixed: MixedLaw,
    *,
    areas: int,
    incidents_each: int,
    exposure_months: float,
    period_counts: npt.ArrayLike,
    elapsed_months: npt.ArrayLike,
) -> FloatArray:
    """Return the log odds that enough areas reach a count, at issue and after each period.

    Areas share drift and dispersion: at each point they are independent, and what all of them show
    weighs the points.

    Parameters
    ----------
    mixed : MixedLaw
        The laws of the areas at the issue date, see `mixed_area_laws`.
    areas, incidents_each : int
        How many areas must reach which count in the window.
    period_counts : array_like, shape (periods, areas)
        Incidents of each period and area.
    exposure_months, elapsed_months
        As for `count_path_log_odds`.

    Raises
    ------
    ValueError
        If a count or an exposure is outside its domain.

    Examples
    --------
    >>> from forecast_bench.rates import RateParameters, mixed_area_laws
    >>> believed = RateParameters(drift=np.array([0.0, 0.6]), dispersion=np.full(2, np.inf),
    ...     weight=np.array([0.5, 0.5]))
    >>> laws = mixed_area_laws(incidents=[9, 2, 0], exposure_months=12, parameters=believed)
    >>> odds = reach_path_log_odds(laws, areas=2, incidents_each=1, exposure_months=6,
    ...     period_counts=[[2, 0, 1]], elapsed_months=[3])
    >>> odds.round(3)
    array([0.826,   inf])
    """
    counted = counts(period_counts, name="period_counts")
    seen, elapsed = _from_issue(counted), _from_issue_on(elapsed_months)

    def sides(law: RateLaw) -> FloatArray:
        across = RateLaw(
            np.asarray(law.shape)[:, None],
            np.asarray(law.rate)[:, None],
            None if law.dispersion is None else np.asarray(law.dispersion)[:, None],
        )
        tails = reach_log_tails(
            across,
            areas=areas,
            incidents_each=incidents_each,
            exposure_months=exposure_months,
            incidents=seen,
            elapsed_months=elapsed[:, None],
        )
        return np.stack(tails, axis=1)

    both = mixed.of_each(sides)
    weights = log_weights_after(mixed, period_counts=counted, elapsed_months=elapsed_months)
    return _log_odds(weights, both[:, 0], both[:, 1])


def share_path_log_odds(
    mixed: MixedLaw,
    *,
    share: Exact,
    baseline: ShareCounts,
    exposure_months: float,
    period_counts: npt.ArrayLike,
    period_matches: npt.ArrayLike,
    elapsed_months: npt.ArrayLike,
) -> FloatArray:
    """Return the log odds that the share of matching incidents is enough, as the counts come in.

    Given that there is any incident: how probable that is differs from point to point, so the
    probabilities of enough and of not enough are mixed, and only then set against each other.

    Parameters
    ----------
    mixed : MixedLaw
        The law of all incidents at the issue date.
    share, baseline
        As for `log_probability_share`.
    period_counts, period_matches : array_like, shape (periods,)
        Incidents of each period, and how many of them match.
    exposure_months, elapsed_months
        As for `count_path_log_odds`.

    Returns
    -------
    ndarray, shape (at most periods + 1,)
        Ends before a window that is over without incidents: it is void and has no odds.

    Raises
    ------
    ValueError
        If a number is outside its domain.

    Examples
    --------
    >>> from forecast_bench.rates import RateParameters, mixed_law
    >>> believed = RateParameters(drift=np.array([0.2, 0.8]), dispersion=np.full(2, np.inf),
    ...     weight=np.array([0.5, 0.5]))
    >>> law = mixed_law(incidents=10, exposure_months=12, parameters=believed)
    >>> odds = share_path_log_odds(law, share="1/2", exposure_months=6,
    ...     baseline=ShareCounts(incidents=10, matches=5), period_counts=[4], period_matches=[1],
    ...     elapsed_months=[3])
    >>> odds.round(3)
    array([ 0.277, -1.751])
    """
    counted = counts(period_counts, name="period_counts")
    seen, elapsed = _from_issue(counted), _from_issue_on(elapsed_months)
    matched = _from_issue(counts(period_matches, name="period_matches"))
    weights = log_weights_after(
        mixed, period_counts=counted[:, None], elapsed_months=elapsed_months
    )

    def sides(law: RateLaw, *, window: ShareCounts, months: float, tails: MatchTails) -> FloatArray:
        sums = share_log_sums(
            _one_row(law),
            share=share,
            baseline=baseline,
            exposure_months=exposure_months,
            window=window,
            elapsed_months=months,
            tails=tails,
        )
        return np.stack(sums, axis=1)

    odds = []
    for period, months in enumerate(elapsed):
        if seen[period] == 0 and months >= exposure_months:
            break
        window = ShareCounts(incidents=int(seen[period]), matches=int(matched[period]))
        tails = match_tails(exact(share, name="share"), baseline, window)
        both = mixed.of_each(partial(sides, window=window, months=float(months), tails=tails))
        odds.append(_log_odds(weights[:, period], both[:, 0], both[:, 1]))
    return np.array(odds)


def _one_row(law: RateLaw) -> RateLaw:
    """Take the only row of a law, fields of shape (points,)."""
    scatter = None if law.dispersion is None else np.asarray(law.dispersion)[:, 0]
    return RateLaw(np.asarray(law.shape)[:, 0], np.asarray(law.rate)[:, 0], scatter)


def _from_issue(counted: FloatArray) -> FloatArray:
    """Totals at issue and by the end of each period."""
    return np.concatenate([np.zeros((1, *counted.shape[1:])), counted.cumsum(axis=0)])


def _from_issue_on(elapsed_months: npt.ArrayLike) -> FloatArray:
    return np.concatenate([[0.0], np.asarray(elapsed_months, dtype=np.float64)])


def _log_odds(log_weights: FloatArray, yes: FloatArray, no: FloatArray) -> FloatArray:
    result: FloatArray = log_mixture(log_weights, yes) - log_mixture(log_weights, no)
    return result
