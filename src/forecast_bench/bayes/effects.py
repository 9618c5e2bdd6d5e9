"""Who leans which way: effects per analyst, phrase and topic, and over- or under-confidence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from forecast_bench.bayes.groups import GROUPS, LOG_SLOPE
from forecast_bench.bayes.recalibration import draws, settings_of

SURE_ENOUGH = 0.9


def effects_table(idata: Any) -> pd.DataFrame:
    """Return each group effect with its interval, and how sure over-confidence is.

    Shifts (``quantity`` "shift") are in log odds: positive where events come true more often than
    stated. Slopes (``quantity`` "slope", analysts only) are the factor exp(b + b_j) on the stated
    log odds: below 1 over-confident, above 1 under-confident. ``below`` is the posterior
    probability of a shift below 0, or of a slope below 1.

    Parameters
    ----------
    idata
        Posterior of a fit.

    Returns
    -------
    pandas.DataFrame
        Columns ``group``, ``level``, ``quantity``, ``median``, ``low``, ``high``, ``below``,
        ``statement``; no rows where the fit saw no outcome.
    """
    posterior = idata["posterior"].dataset
    tail = (1 - settings_of(idata).interval) / 2
    rows = []
    for name, dimension in GROUPS.items():
        if name not in posterior:
            continue
        slope = name.endswith(LOG_SLOPE)
        values = draws(idata, name)
        if slope:
            values = np.exp(values + draws(idata, LOG_SLOPE)[:, None])
        low, median, high = np.quantile(values, [tail, 0.5, 1 - tail], axis=0)
        below = (values < (1 if slope else 0)).mean(axis=0)
        for at, level in enumerate(posterior[dimension].values):
            rows.append(
                {
                    "group": dimension,
                    "level": str(level),
                    "quantity": "slope" if slope else "shift",
                    "median": median[at],
                    "low": low[at],
                    "high": high[at],
                    "below": below[at],
                    "statement": confidence_statement(below[at]) if slope else "",
                }
            )
    columns = ["group", "level", "quantity", "median", "low", "high", "below", "statement"]
    return pd.DataFrame(rows, columns=columns)


def confidence_statement(probability_below_one: float) -> str:
    """Say what a slope's posterior means, or that it cannot be told yet.

    Parameters
    ----------
    probability_below_one
        Posterior probability that the slope is below 1.

    Returns
    -------
    str
        A verdict only from posterior probability 0.9 on.

    Examples
    --------
    >>> confidence_statement(0.97)
    'over-confident (posterior probability 0.97)'
    >>> confidence_statement(0.4)
    'cannot be told yet (posterior probability of over-confidence 0.40)'
    """
    if probability_below_one >= SURE_ENOUGH:
        return f"over-confident (posterior probability {probability_below_one:.2f})"
    if 1 - probability_below_one >= SURE_ENOUGH:
        return f"under-confident (posterior probability {1 - probability_below_one:.2f})"
    return (
        f"cannot be told yet (posterior probability of over-confidence {probability_below_one:.2f})"
    )
