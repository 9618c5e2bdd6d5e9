"""The reliability curve: what happened at each probability that was stated."""

import numpy.typing as npt
import pandas as pd

from forecast_bench.reliability.distinct import distinct_forecasts, recalibrated


def isotonic_curve(
    *,
    probability: npt.ArrayLike,
    outcome: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
) -> pd.DataFrame:
    """CORP reliability curve: one row per distinct forecast value.

    Tied forecasts are pooled first, then the frequencies are fitted by the closest rising
    sequence, so there are no bins to choose and the order of the rows does not matter.

    Parameters
    ----------
    probability : array_like of float, shape (n,)
        Probabilities of the event, in 0..1.
    outcome : array_like of int, shape (n,)
        1 where the event occurred, 0 where it did not.
    weight : array_like of float, shape (n,), optional
        Positive weights; all 1 by default.

    Returns
    -------
    DataFrame
        In rising order of `probability`: `n` and `occurred` (counts), `weight` (equal to `n`
        without weights), `frequency` (observed, by weight) and `recalibrated` (the conditional
        event probability, never falling).

    Raises
    ------
    ValueError
        If the inputs are empty, of different lengths or outside their domains.

    References
    ----------
    Dimitriadis, Gneiting & Jordan (2021), Stable reliability diagrams for probabilistic
    classifiers, PNAS 118(8), doi:10.1073/pnas.2016191118.

    Examples
    --------
    >>> isotonic_curve(probability=[0.2, 0.4, 0.4, 0.9], outcome=[1, 0, 0, 1])[
    ...     ["probability", "n", "frequency", "recalibrated"]
    ... ].round(3)
       probability  n  frequency  recalibrated
    0          0.2  1        1.0         0.333
    1          0.4  2        0.0         0.333
    2          0.9  1        1.0         1.000
    """
    pooled = distinct_forecasts(probability=probability, outcome=outcome, weight=weight)
    return pd.DataFrame(
        {
            "probability": pooled.probability,
            "n": pooled.n,
            "occurred": pooled.occurred,
            "weight": pooled.weight,
            "frequency": pooled.frequency,
            "recalibrated": recalibrated(pooled),
        }
    )
