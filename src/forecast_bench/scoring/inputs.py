"""Probabilities and outcomes as arrays, checked once at the door."""

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def checked_probability(probability: npt.ArrayLike) -> FloatArray:
    """Probabilities as floats.

    Parameters
    ----------
    probability : array_like of float
        Probabilities, each in 0..1, of any shape.

    Returns
    -------
    ndarray of float64
        The same numbers; a negative zero becomes zero, so that equal forecasts are the same bits.

    Raises
    ------
    ValueError
        If a value is missing, not finite or outside 0..1.

    Examples
    --------
    >>> checked_probability([0.2, 1])
    array([0.2, 1. ])
    """
    values = np.asarray(probability, dtype=np.float64) + 0.0
    bad = ~((values >= 0.0) & (values <= 1.0))
    if bad.any():
        raise ValueError(f"probability must lie in 0..1, got {float(values[bad].flat[0])!r}")
    return values


def checked_outcome(outcome: npt.ArrayLike) -> FloatArray:
    """Outcomes as floats: 1 for occurred, 0 for did not occur.

    Parameters
    ----------
    outcome : array_like of int, bool or float
        Outcomes, each exactly 0 or 1 (or a truth value), of any shape.

    Returns
    -------
    ndarray of float64
        Zeros and ones.

    Raises
    ------
    ValueError
        If a value is missing or neither 0 nor 1: open, void and tied questions have no score.

    Examples
    --------
    >>> checked_outcome([True, False])
    array([1., 0.])
    """
    values = np.asarray(outcome, dtype=np.float64)
    bad = ~((values == 0.0) | (values == 1.0))
    if bad.any():
        raise ValueError(f"outcome must be 0 or 1, got {float(values[bad].flat[0])!r}")
    return values


def checked_forecasts(
    *, probability: npt.ArrayLike, outcome: npt.ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Check a record of resolved forecasts: two columns of one length, at least one row.

    Parameters
    ----------
    probability : array_like of float, shape (n,)
        Probabilities of the event, in 0..1.
    outcome : array_like of int, shape (n,)
        1 where the event occurred, 0 where it did not.

    Returns
    -------
    tuple of ndarray
        Probability and outcome as float64.

    Raises
    ------
    ValueError
        If a value is out of its domain, the lengths differ, or there is no row.

    Examples
    --------
    >>> checked_forecasts(probability=[0.2], outcome=[1])
    (array([0.2]), array([1.]))
    """
    probabilities = checked_probability(probability)
    outcomes = checked_outcome(outcome)
    if probabilities.ndim != 1 or probabilities.shape != outcomes.shape:
        raise ValueError(
            "probability and outcome must be one-dimensional and of one length, "
            f"got shapes {probabilities.shape} and {outcomes.shape}"
        )
    if probabilities.size == 0:
        raise ValueError("at least one resolved forecast is needed, got 0")
    return probabilities, outcomes
