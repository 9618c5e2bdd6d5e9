"""What a probability would score on average if the chance of the event were known."""

import numpy as np
import numpy.typing as npt

from forecast_bench.scoring.inputs import FloatArray, checked_probability

# As for resolved judgments: against a reference that was all but right no share says anything.
LEAST_REFERENCE = 1e-4


def expected_brier(*, probability: npt.ArrayLike, chance: npt.ArrayLike) -> FloatArray:
    """Brier score to be expected of a probability where the event has a given chance.

    With p the probability and q the chance it is q (1 - p)^2 + (1 - q) p^2, which is
    q (1 - q) + (p - q)^2: what nobody can avoid, and what p adds. Lower is better.

    Parameters
    ----------
    probability : array_like of float
        Probability stated, in 0..1.
    chance : array_like of float
        Probability of the event, in 0..1; broadcast against `probability`.

    Returns
    -------
    ndarray of float64
        One expectation each, in 0..1. It is least, q (1 - q), for p = q.

    Raises
    ------
    ValueError
        If a number lies outside 0..1.

    References
    ----------
    Gneiting and Raftery (2007), Strictly Proper Scoring Rules, Prediction, and Estimation, Journal
    of the American Statistical Association 102(477), doi:10.1198/016214506000001437.

    Examples
    --------
    >>> expected_brier(probability=[0.65, 0.65], chance=[0.65, 1.0]).round(4)
    array([0.2275, 0.1225])
    """
    stated, truth = checked_probability(probability), checked_probability(chance)
    return np.asarray(truth * (1.0 - stated) ** 2 + (1.0 - truth) * stated**2)


def expected_skill(*, probability: float, base_rate: float, chance: float) -> float | None:
    """Skill against the base rate where both score as expected: ``1 - E[Brier] / E[Brier of it]``.

    Higher is better: 1 is perfect, 0 as good as the base rate, negative worse. It is a ratio of
    expectations, not the expectation of a ratio.

    Parameters
    ----------
    probability, base_rate : float
        Probability stated and that of history, in 0..1.
    chance : float
        Probability of the event, in 0..1.

    Returns
    -------
    float or None
        None where the base rate would score 0.0001 or less: it is all but right.

    Raises
    ------
    ValueError
        If a number lies outside 0..1.

    Examples
    --------
    >>> round(expected_skill(probability=0.8, base_rate=0.5, chance=0.8), 4)
    0.36
    """
    reference = float(expected_brier(probability=base_rate, chance=chance))
    if reference <= LEAST_REFERENCE:
        return None
    return 1.0 - float(expected_brier(probability=probability, chance=chance)) / reference
