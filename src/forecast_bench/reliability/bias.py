"""Two signed measures: too high or too low on the whole, too sure or not sure enough."""

import numpy as np
import numpy.typing as npt

from forecast_bench.reliability.distinct import DistinctForecasts, distinct_forecasts


def calibration_in_the_large(*, probability: npt.ArrayLike, outcome: npt.ArrayLike) -> float:
    """Mean probability less the observed frequency.

    Parameters
    ----------
    probability : array_like of float, shape (n,)
        Probabilities of the event, in 0..1.
    outcome : array_like of int, shape (n,)
        1 where the event occurred, 0 where it did not.

    Returns
    -------
    float
        In -1..1; 0 is best, positive means events were expected too often.

    Raises
    ------
    ValueError
        If the inputs are empty, of different lengths or outside their domains.

    References
    ----------
    Yates (1982), External correspondence: decompositions of the mean probability score,
    Organizational Behavior and Human Performance 30(1), doi:10.1016/0030-5073(82)90237-9.

    Examples
    --------
    >>> calibration_in_the_large(probability=[0.75, 0.75], outcome=[1, 0])
    0.25
    """
    return in_the_large_of(distinct_forecasts(probability=probability, outcome=outcome))


def over_under_confidence(*, probability: npt.ArrayLike, outcome: npt.ArrayLike) -> float:
    """Mean confidence in the favoured answer less the share of favoured answers that were right.

    Parameters
    ----------
    probability : array_like of float, shape (n,)
        Probabilities of the event, in 0..1. The favoured answer is "occurs" from .5 on.
    outcome : array_like of int, shape (n,)
        1 where the event occurred, 0 where it did not.

    Returns
    -------
    float
        In -0.5..1; 0 is best, positive means over-confident, negative under-confident.

    Raises
    ------
    ValueError
        If the inputs are empty, of different lengths or outside their domains.

    References
    ----------
    Lichtenstein, Fischhoff & Phillips (1982), Calibration of probabilities: the state of the
    art to 1980, doi:10.1017/CBO9780511809477.023.

    Examples
    --------
    >>> over_under_confidence(probability=[0.75, 0.25], outcome=[1, 0])
    -0.25
    """
    return over_under_of(distinct_forecasts(probability=probability, outcome=outcome))


def in_the_large_of(pooled: DistinctForecasts) -> float:
    """Mean probability less frequency of a pooled record; see `calibration_in_the_large`.

    Parameters
    ----------
    pooled : DistinctForecasts
        A record pooled by value.

    Returns
    -------
    float
        In -1..1.

    Examples
    --------
    >>> in_the_large_of(distinct_forecasts(probability=[0.5], outcome=[1]))
    -0.5
    """
    stated = float((pooled.weight * pooled.probability).sum() / pooled.weight.sum())
    return stated - pooled.base_frequency


def over_under_of(pooled: DistinctForecasts) -> float:
    """Confidence less share right of a pooled record; see `over_under_confidence`.

    Parameters
    ----------
    pooled : DistinctForecasts
        A record pooled by value.

    Returns
    -------
    float
        In -0.5..1.

    Examples
    --------
    >>> over_under_of(distinct_forecasts(probability=[0.5], outcome=[1]))
    -0.5
    """
    confidence = np.maximum(pooled.probability, 1.0 - pooled.probability)
    right = np.where(
        pooled.probability >= 0.5, pooled.weight_occurred, pooled.weight - pooled.weight_occurred
    )
    total = float(pooled.weight.sum())
    return float((pooled.weight * confidence).sum()) / total - float(right.sum()) / total
