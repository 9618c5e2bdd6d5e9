"""The probability that a count lies between two bounds, both included."""

import numpy as np
import numpy.typing as npt

from forecast_bench.rates.count import count_log_tails, predictive_log_pmf
from forecast_bench.rates.law import RateLaw, observed
from forecast_bench.rates.numeric import (
    FloatArray,
    amounts,
    log_complement,
    log_difference,
    plain,
    whole,
)

_FEW = 32


def log_probability_between(
    law: RateLaw,
    *,
    low: npt.ArrayLike,
    high: npt.ArrayLike,
    exposure_months: npt.ArrayLike,
    incidents: npt.ArrayLike = 0,
    elapsed_months: npt.ArrayLike = 0,
) -> FloatArray:
    """Return the log probability that the count of the whole window lies in low..high.

    Parameters
    ----------
    law : RateLaw
        The law of the monthly rate at the issue date.
    low, high : array_like
        Whole numbers, both included; ``high < low`` is impossible.
    exposure_months, incidents, elapsed_months : array_like
        As for `log_probability_at_least`.

    Returns
    -------
    ndarray or float
        -inf once the count is over the upper bound, 0 or -inf when the window is over.

    Raises
    ------
    ValueError
        If a count or an exposure is outside its domain.

    Examples
    --------
    >>> law = RateLaw(1.0, 1.0)
    >>> np.exp(log_probability_between(law, low=1, high=2, exposure_months=1)).round(6)
    np.float64(0.375)
    """
    inside, _ = between_log_tails(
        law,
        low=low,
        high=high,
        exposure_months=exposure_months,
        incidents=incidents,
        elapsed_months=elapsed_months,
    )
    return inside


def log_odds_between(
    law: RateLaw,
    *,
    low: npt.ArrayLike,
    high: npt.ArrayLike,
    exposure_months: npt.ArrayLike,
    incidents: npt.ArrayLike = 0,
    elapsed_months: npt.ArrayLike = 0,
) -> FloatArray:
    """Return the log odds that the count of the whole window lies in low..high.

    Parameters and errors as for `log_probability_between`; the probability outside is a sum of two
    tails, so the odds are as precise near one as near zero.

    Examples
    --------
    >>> log_odds_between(RateLaw(1.0, 1.0), low=0, high=0, exposure_months=1).round(6)
    np.float64(0.0)
    """
    inside, outside = between_log_tails(
        law,
        low=low,
        high=high,
        exposure_months=exposure_months,
        incidents=incidents,
        elapsed_months=elapsed_months,
    )
    return plain(np.asarray(inside - outside))


def between_log_tails(
    law: RateLaw,
    *,
    low: npt.ArrayLike,
    high: npt.ArrayLike,
    exposure_months: npt.ArrayLike,
    incidents: npt.ArrayLike = 0,
    elapsed_months: npt.ArrayLike = 0,
) -> tuple[FloatArray, FloatArray]:
    """Return the log probability that the count lies in low..high, and that of its lying outside.

    Parameters and errors as for `log_probability_between`.

    Examples
    --------
    >>> yes, no = between_log_tails(RateLaw(1.0, 1.0), low=0, high=0, exposure_months=1)
    >>> np.exp(yes).round(6), np.exp(no).round(6)
    (np.float64(0.5), np.float64(0.5))
    """
    first, last = whole(low, name="low"), whole(high, name="high")
    window = {
        "exposure_months": exposure_months,
        "incidents": incidents,
        "elapsed_months": elapsed_months,
    }
    reaches, under = count_log_tails(law, threshold=first, **window)
    over, keeps = count_log_tails(law, threshold=last + 1.0, **window)
    outside = np.minimum(np.logaddexp(under, over), 0.0)
    # Subtract in the tail the interval lies in; astride of the middle, subtract both from one.
    high_side = np.asarray(reaches < under)
    inside = np.where(high_side, log_difference(reaches, over), log_difference(keeps, under))
    astride = ~high_side & (over < keeps)
    inside = np.where(astride, log_complement(outside), inside)
    few = np.broadcast_to((last >= first) & (last - first < _FEW), inside.shape)
    if few.any():
        inside = np.where(few, _summed(law, first, last, window), inside)
    empty = last < first
    return plain(np.where(empty, -np.inf, inside)), plain(np.where(empty, 0.0, outside))


def _summed(
    law: RateLaw, first: FloatArray, last: FloatArray, window: dict[str, npt.ArrayLike]
) -> FloatArray:
    """Add up the few counts of a narrow interval, where a difference of tails would lose digits."""
    seen, elapsed = observed(incidents=window["incidents"], elapsed_months=window["elapsed_months"])
    remaining = amounts(window["exposure_months"], name="exposure_months") - elapsed
    widths = last - first + 1.0
    total = np.asarray(-np.inf)
    for step in range(int(widths[widths <= _FEW].max())):
        count = first + step
        term = predictive_log_pmf(
            law,
            exposure_months=np.maximum(remaining, 0.0),
            counts=count - seen,
            incidents=seen,
            elapsed_months=elapsed,
        )
        total = np.logaddexp(total, np.where(count <= last, term, -np.inf))
    result: FloatArray = np.minimum(total, 0.0)
    return result
