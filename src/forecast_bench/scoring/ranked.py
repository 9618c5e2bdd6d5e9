"""The score of a forecast over several options that have an order."""

import numpy as np
import numpy.typing as npt

from forecast_bench.scoring.inputs import FloatArray, checked_probability

# What the probabilities of one forecast may miss of one, by rounding.
_SUM_MISSES = 1e-9


def ranked_probability_score(*, probability: npt.ArrayLike, option: npt.ArrayLike) -> FloatArray:
    """Ranked probability score of forecasts over ordered options.

    The sum of the Brier scores of the events "this option or an earlier one", one for each
    boundary between options. Lower is better: 0 is best and ``options - 1`` worst. With two
    options it is the Brier score. Other tools divide by the number of boundaries.

    Parameters
    ----------
    probability : array_like of float, shape (n, options)
        Probability of each option, in their order; each row adds up to 1.
    option : array_like of int, shape (n,)
        Which option came true, counted from 0.

    Returns
    -------
    ndarray of float64, shape (n,)
        One score per forecast.

    Raises
    ------
    ValueError
        If a probability lies outside 0..1, a row does not add up to 1, there are fewer than two
        options, or an option is not a whole number from 0 to ``options - 1``.

    References
    ----------
    Epstein (1969), A scoring system for probability forecasts of ranked categories, Journal of
    Applied Meteorology 8(6); Murphy (1971), Journal of Applied Meteorology 10(1).

    Examples
    --------
    Certain of the first of three, and it was the last; then the middle one, half sure:

    >>> ranked_probability_score(probability=[[1, 0, 0], [0.25, 0.5, 0.25]], option=[2, 1])
    array([2.   , 0.125])
    """
    probabilities = checked_probability(probability)
    if probabilities.ndim != 2 or probabilities.shape[1] < 2:
        raise ValueError(
            f"probability must have a row per forecast and a column per option, two or more; "
            f"got shape {probabilities.shape}"
        )
    options = np.asarray(option, dtype=np.float64)
    if options.shape != probabilities.shape[:1]:
        raise ValueError(f"option must have shape {probabilities.shape[:1]}, got {options.shape}")
    last = probabilities.shape[1] - 1
    bad = ~((options >= 0) & (options <= last) & (options == np.floor(options)))
    if bad.any():
        raise ValueError(
            f"option must be a whole number from 0 to {last}, got {float(options[bad][0])!r}"
        )
    sums = probabilities.sum(axis=1)
    off = np.abs(sums - 1.0) > _SUM_MISSES
    if off.any():
        raise ValueError(
            f"the probabilities of a forecast must add up to 1, got {float(sums[off][0])!r}"
        )
    at_most = np.cumsum(probabilities, axis=1)[:, :-1]
    happened = options[:, None] <= np.arange(last)
    return np.asarray(((at_most - happened) ** 2).sum(axis=1))
