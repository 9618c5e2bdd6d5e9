"""What a nested Laplace fit says of each analyst, phrase, topic and covariate.

As `effects_table` says it of a sampled fit; quantiles are those of the mixture of normals.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr

from forecast_bench.bayes.covariates import COVARIATES, LEVELS, STEPS, enabled_covariates
from forecast_bench.bayes.effects import EFFECT_COLUMNS, PER_STEP, effect_rows, far_from_even
from forecast_bench.bayes.groups import GROUPS, LOG_SLOPE
from forecast_bench.bayes.laplace_map import line_of, mixture_of, quantile_of
from forecast_bench.bayes.nested_laplace import LaplacePosterior

Array = NDArray[np.float64]


def laplace_effects(posterior: LaplacePosterior) -> pd.DataFrame:
    """Return each effect with its interval, and how sure over-confidence is.

    Parameters
    ----------
    posterior
        A fit.

    Returns
    -------
    pandas.DataFrame
        With the columns and rows of `effects_table`.
    """
    rows: list[dict[str, Any]] = []
    for name, levels in posterior.levels.items():
        if not levels:
            continue
        slope = name.endswith(LOG_SLOPE)
        first = posterior.column(name)
        own = [[1, first + at] if slope else [first + at] for at in range(len(levels))]
        found = _normal(posterior, own, slope=slope)
        rows += effect_rows(GROUPS[name], levels, "slope" if slope else "shift", **found)
    rows += _phrases(posterior)
    for name in enabled_covariates(posterior.settings) if posterior.outcomes else ():
        rows += _covariate(posterior, name)
    return pd.DataFrame(rows, columns=list(EFFECT_COLUMNS))


def _levels(posterior: LaplacePosterior) -> tuple[float, float, float]:
    tail = (1 - posterior.settings.interval) / 2
    return 0.5, tail, 1 - tail


def _normal(
    posterior: LaplacePosterior,
    effects: list[list[int]],
    *,
    slope: bool,
    steps: dict[str, Array] | None = None,
) -> dict[str, Array]:
    """Quantiles of sums of effects, and how much of each lies below none; slopes as factors."""
    line = line_of(posterior, effects, effects, {} if steps is None else steps)
    mean, variance = line.slope, line.slope_variance
    ends = [quantile_of(posterior.weight, mean, variance, at) for at in _levels(posterior)]
    median, low, high = np.exp(ends) if slope else ends
    below = posterior.weight @ ndtr(-mean / np.sqrt(variance))
    return {"median": median, "low": low, "high": high, "below": below}


def _phrases(posterior: LaplacePosterior) -> list[dict[str, Any]]:
    """Rows of what each phrase turned out to be worth, over what it says, on log odds."""
    phrases = posterior.levels.get("phrase_shift", ())
    if not phrases:
        return []
    names, log_odds = far_from_even(phrases, posterior.phrase_log_odds)
    if not names:
        return []
    first = posterior.column("phrase_shift")
    shift = [[0, first + phrases.index(name)] for name in names]
    weight, mean, variance = mixture_of(
        posterior, line_of(posterior, shift, [[1] for _ in names]), log_odds
    )
    # Divided by what was said, a phrase that says "rather not" changes ends.
    mean, variance = mean / log_odds, variance / log_odds**2
    median, low, high = (quantile_of(weight, mean, variance, at) for at in _levels(posterior))
    below = weight @ ndtr((1 - mean) / np.sqrt(variance))
    return effect_rows("phrase", names, "slope", median=median, low=low, high=high, below=below)


def _covariate(posterior: LaplacePosterior, name: str) -> list[dict[str, Any]]:
    group = COVARIATES[name].removesuffix("_step")
    steps = {name: np.array(STEPS, dtype=np.float64)}
    slopes = _normal(posterior, [[1] for _ in STEPS], slope=True, steps=steps)
    own = _normal(posterior, [[posterior.covariate_column(name)]], slope=True)
    return [
        *effect_rows(group, LEVELS[name], "slope", **slopes),
        *effect_rows(group, (PER_STEP,), "slope ratio", **own),
    ]
