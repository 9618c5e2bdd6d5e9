"""Who leans which way: effects per analyst, phrase and topic, and over- or under-confidence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecast_bench.bayes.covariates import COVARIATES, LEVELS, STEPS, enabled_covariates
from forecast_bench.bayes.groups import GROUPS, INTERCEPT, LOG_SLOPE
from forecast_bench.bayes.recalibration import draws, settings_of

Array = NDArray[np.float64]

SURE_ENOUGH = 0.9
EFFECT_COLUMNS: Final = (
    *("group", "level", "quantity", "median", "low", "high", "below", "above", "statement"),
)
PER_STEP: Final = "each step"
# Log odds of a phrase nearer to even than this have no slope to speak of: 45 to 55 per cent.
_EVEN = 0.2


def effects_table(idata: Any) -> pd.DataFrame:
    """Return each effect with its interval, and how sure over-confidence is.

    A **shift** of an analyst, phrase or topic is in log odds, beside that of the whole team:
    positive where events come true more often. A **slope** is a factor on the stated log odds:
    below 1 over-confident, above 1 under-confident. That of an analyst is exp(b + b_j). That of a
    phrase is what it was worth over what it says, (a + d_w + exp(b) z) / z, for an average analyst
    and topic; a phrase near an even chance has none. That of a horizon or confidence is
    exp(b + c step), and its **slope ratio** is exp(c), what each step changes.

    Parameters
    ----------
    idata
        Posterior of a fit.

    Returns
    -------
    pandas.DataFrame
        Columns ``group``, ``level``, ``quantity``, ``median``, ``low``, ``high``, ``below`` and
        ``above`` (posterior probability of a shift below and above 0, of others below and above 1),
        ``statement``; no rows where the fit saw no outcome.
    """
    posterior = idata["posterior"].dataset
    tail = (1 - settings_of(idata).interval) / 2

    def rows_of(
        group: str, levels: Sequence[str], quantity: str, values: Array
    ) -> list[dict[str, Any]]:
        low, median, high = np.quantile(values, [tail, 0.5, 1 - tail], axis=0)
        below = (values < (0 if quantity == "shift" else 1)).mean(axis=0)
        return effect_rows(group, levels, quantity, median=median, low=low, high=high, below=below)

    rows: list[dict[str, Any]] = []
    for name, dimension in GROUPS.items():
        if name not in posterior:
            continue
        slope = name.endswith(LOG_SLOPE)
        values = draws(idata, name)
        if slope:
            values = np.exp(values + draws(idata, LOG_SLOPE)[:, None])
        levels = [str(level) for level in posterior[dimension].to_numpy()]
        rows += rows_of(dimension, levels, "slope" if slope else "shift", values)
    rows += [one for found in _phrases(idata) for one in rows_of("phrase", *found)]
    for name in enabled_covariates(settings_of(idata)) if idata.attrs.get("outcomes") else ():
        group = COVARIATES[name].removesuffix("_step")
        change = draws(idata, name)[:, None]
        slopes = np.exp(draws(idata, LOG_SLOPE)[:, None] + change * np.array(STEPS))
        rows += rows_of(group, LEVELS[name], "slope", slopes)
        rows += rows_of(group, (PER_STEP,), "slope ratio", np.exp(change))
    return pd.DataFrame(rows, columns=list(EFFECT_COLUMNS))


def _phrases(idata: Any) -> list[tuple[tuple[str, ...], str, Array]]:
    """Slope of each phrase, draws first; none where phrases or counts are not in the fit."""
    if "phrase_shift" not in idata["posterior"] or "constant_data" not in idata.children:
        return []
    posterior, kept = idata["posterior"].dataset, idata["constant_data"].dataset
    phrases = tuple(str(level) for level in posterior["phrase"].to_numpy())
    said = phrase_log_odds(
        kept["stated_log_odds"].to_numpy(),
        kept["phrase_code"].to_numpy(),
        kept["trials"].to_numpy(),
        phrases=len(phrases),
    )
    names, log_odds = far_from_even(phrases, said)
    if not names:
        return []
    places = [phrases.index(name) for name in names]
    shift = draws(idata, INTERCEPT)[:, None] + draws(idata, "phrase_shift")[:, places]
    worth = shift + np.exp(draws(idata, LOG_SLOPE))[:, None] * log_odds
    return [(names, "slope", worth / log_odds)]


def phrase_log_odds(
    log_odds: Array, phrase: NDArray[np.int64], trials: NDArray[np.int64], *, phrases: int
) -> Array:
    """Mean of the log odds that each phrase stands for, over its outcomes.

    Parameters
    ----------
    log_odds, phrase, trials : ndarray, shape (cells,)
        What was said, the code of the phrase, how often.
    phrases
        How many there are.

    Returns
    -------
    ndarray, shape (phrases,)

    Examples
    --------
    >>> phrase_log_odds(np.array([1.0, 2.0, -1.0]), np.array([0, 0, 1]), np.array([1, 3, 2]),
    ...     phrases=2).tolist()
    [1.75, -1.0]
    """
    weight = np.bincount(phrase, weights=trials, minlength=phrases)
    total = np.bincount(phrase, weights=trials * log_odds, minlength=phrases)
    mean: Array = total / np.where(weight > 0, weight, 1)
    return mean


def far_from_even(phrases: Sequence[str], log_odds: Array) -> tuple[tuple[str, ...], Array]:
    """Phrases that say more or less than an even chance, with their log odds.

    Examples
    --------
    >>> far_from_even(("even chance", "likely"), np.array([0.0, 0.6]))
    (('likely',), array([0.6]))
    """
    far = np.flatnonzero(np.abs(log_odds) > _EVEN)
    return tuple(phrases[at] for at in far.tolist()), log_odds[far]


def effect_rows(
    group: str,
    levels: Sequence[str],
    quantity: str,
    *,
    median: Array,
    low: Array,
    high: Array,
    below: Array,
) -> list[dict[str, Any]]:
    """Rows of a table of effects, with what is said of each.

    Parameters
    ----------
    group, levels, quantity
        Of what: "shift", "slope" or "slope ratio".
    median, low, high, below : ndarray, shape (levels,)
        Quantiles, and the posterior probability below 0 (a shift) or 1.
    """
    say = {"shift": shift_statement, "slope": confidence_statement}.get(quantity, step_statement)
    return [
        {
            "group": group,
            "level": level,
            "quantity": quantity,
            "median": median[at],
            "low": low[at],
            "high": high[at],
            "below": below[at],
            "above": 1 - below[at],
            "statement": say(below[at]),
        }
        for at, level in enumerate(levels)
    ]


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
    return _statement(probability_below_one, "over-confident", "under-confident", "over-confidence")


def shift_statement(probability_below_zero: float) -> str:
    """Say which way a shift goes beside the team's, or that it cannot be told yet.

    Parameters
    ----------
    probability_below_zero
        Posterior probability that the shift is below 0.

    Examples
    --------
    >>> shift_statement(0.05)
    'true more often than for the team (posterior probability 0.95)'
    """
    less, more = "true less often than for the team", "true more often than for the team"
    return _statement(probability_below_zero, less, more, "less often")


def step_statement(probability_below_one: float) -> str:
    """Say whether the slope falls or rises with a covariate, or that it cannot be told yet.

    Parameters
    ----------
    probability_below_one
        Posterior probability that the slope falls.

    Examples
    --------
    >>> step_statement(0.93)
    'the slope falls with each step (posterior probability 0.93)'
    """
    falls, rises = "the slope falls with each step", "the slope rises with each step"
    return _statement(probability_below_one, falls, rises, "a fall")


def _statement(below: float, if_below: str, if_above: str, noun: str) -> str:
    if below >= SURE_ENOUGH:
        return f"{if_below} (posterior probability {below:.2f})"
    if 1 - below >= SURE_ENOUGH:
        return f"{if_above} (posterior probability {1 - below:.2f})"
    return f"cannot be told yet (posterior probability of {noun} {below:.2f})"
