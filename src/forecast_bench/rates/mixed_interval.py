"""Counts to be expected, drift and dispersion integrated over."""

import numpy as np
import numpy.typing as npt

from forecast_bench.rates.count import count_log_tails, smallest_count
from forecast_bench.rates.mixed_law import MixedLaw, log_mixture, log_weights_after
from forecast_bench.rates.numeric import FloatArray, counts


def mixed_count_interval(
    mixed: MixedLaw,
    *,
    exposure_months: float,
    level: float,
    period_counts: npt.ArrayLike = (),
    elapsed_months: npt.ArrayLike = (),
) -> tuple[int, int]:
    """Return the central credible interval of the count over a coming exposure.

    Parameters
    ----------
    mixed : MixedLaw
        The law of one rate at the issue date.
    exposure_months : float
        Months at risk of the coming exposure, which starts where the elapsed periods end.
    level : float
        Probability the interval is to hold, strictly between 0 and 1.
    period_counts, elapsed_months : array_like, shape (periods,), default none
        What was counted before it, as for `count_path_log_odds`.

    Returns
    -------
    tuple of int
        The quantiles at (1 - level) / 2 and (1 + level) / 2 of the mixture, both counts included.

    Raises
    ------
    ValueError
        If the level is not inside (0, 1), or a count or an exposure is outside its domain.

    Examples
    --------
    >>> from forecast_bench.rates import RateParameters, mixed_law
    >>> believed = RateParameters(drift=np.array([0.1, 1.0]), dispersion=np.full(2, np.inf),
    ...     weight=np.array([0.5, 0.5]))
    >>> law = mixed_law(incidents=20, exposure_months=12, parameters=believed)
    >>> mixed_count_interval(law, exposure_months=12, level=0.9)
    (5, 65)
    """
    if not 0 < level < 1:
        msg = f"level must fulfil 0 < level < 1, got {level}."
        raise ValueError(msg)
    counted = counts(period_counts, name="period_counts")
    ends = np.asarray(elapsed_months, dtype=np.float64)
    weights = log_weights_after(mixed, period_counts=counted[:, None], elapsed_months=ends)[:, -1:]
    seen, elapsed = counted.sum(), ends[-1] if ends.size else 0.0

    def log_at_most(count: FloatArray) -> FloatArray:
        within = mixed.of_each(
            lambda law: count_log_tails(
                law,
                threshold=count + seen + 1.0,
                exposure_months=exposure_months + elapsed,
                incidents=seen,
                elapsed_months=elapsed,
            )[1]
        )
        return log_mixture(weights, within)

    low, high = (
        smallest_count(log_at_most, np.log(tail), shape=(1,))
        for tail in ((1.0 - level) / 2.0, (1.0 + level) / 2.0)
    )
    return int(low[0]), int(high[0])
