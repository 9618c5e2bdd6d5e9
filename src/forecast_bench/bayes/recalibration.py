"""What a fit says a stated probability is worth: the map, and single judgments recalibrated.

The **median** column is the model's line at the posterior medians of its two coefficients, shift
and log slope: with no outcomes it is the identity, exactly. (The median of the recalibrated
probability itself would bulge by up to 0.006 then, because a slope has more room above 1 than
below.) Intervals are equal-tailed posterior quantiles of the recalibrated probability.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit

from forecast_bench.bayes.cell_counts import stated
from forecast_bench.bayes.covariates import COVARIATES, enabled_covariates, refuse_lacking
from forecast_bench.bayes.groups import GROUPS, INTERCEPT, LOG_SLOPE
from forecast_bench.bayes.settings import RecalibrationSettings

Array = NDArray[np.float64]
_CHUNK = 512


def draws(idata: Any, name: str) -> Array:
    """Return draws of a posterior variable, chains joined, draws first: (draws, ...).

    Raises
    ------
    KeyError
        If the fit has no such variable.
    """
    values = np.asarray(idata["posterior"].dataset[name].values, dtype=np.float64)
    return values.reshape(-1, *values.shape[2:])


def settings_of(idata: Any) -> RecalibrationSettings:
    """Return the settings a posterior was fitted with.

    Raises
    ------
    ValueError
        If the tree does not come from `fit`.
    """
    if "settings" not in idata.attrs:
        raise ValueError(f"the posterior has no settings among its attributes {list(idata.attrs)}")
    return RecalibrationSettings.model_validate_json(idata.attrs["settings"])


def recalibration_map(idata: Any, stated_probability: ArrayLike) -> pd.DataFrame:
    """Return what stated probabilities are worth, for an average analyst, phrase and topic.

    All group effects stand at zero, the mean of their population; covariates at their centre.

    Parameters
    ----------
    idata
        Posterior of a fit.
    stated_probability
        Grid of probabilities, strictly inside (0, 1).

    Returns
    -------
    pandas.DataFrame
        Columns ``probability``, ``median``, ``low``, ``high``.

    Raises
    ------
    ValueError
        If a probability is not strictly inside (0, 1).

    References
    ----------
    Turner et al. (2014), https://doi.org/10.1007/s10994-013-5401-4
    """
    grid = np.atleast_1d(np.asarray(stated_probability, dtype=np.float64))
    if not ((grid > 0) & (grid < 1)).all():
        raise ValueError(f"stated probabilities must lie inside (0, 1), got {grid}")
    log_odds = logit(grid)
    shift, log_slope = draws(idata, INTERCEPT)[:, None], draws(idata, LOG_SLOPE)[:, None]
    columns = [
        _summary(shift, log_slope, shift, log_slope, log_odds[at : at + _CHUNK], idata)
        for at in range(0, grid.size, _CHUNK)
    ]
    return pd.DataFrame({"probability": grid, **_joined(columns)})


def recalibrate(idata: Any, frame: pd.DataFrame) -> pd.DataFrame:
    """Recalibrate each judgment by what is known of its analyst, phrase and topic.

    An analyst, phrase or topic the fit has not seen counts as a new member of its population: the
    median takes its effect as zero, the interval integrates over the effect it may have.

    Parameters
    ----------
    idata
        Posterior of a fit.
    frame
        Columns ``probability`` inside (0, 1), ``analyst``, ``phrase``, ``topic``, and the steps
        of the fit's covariates; one row per judgment.

    Returns
    -------
    pandas.DataFrame
        Columns ``probability``, ``median``, ``low``, ``high``, with the index of `frame`.

    Raises
    ------
    ValueError
        If a probability is outside (0, 1), or a name or a covariate is missing.
    """
    rows = stated(frame)
    settings = settings_of(idata)
    refuse_lacking(list(rows.columns), settings)
    keys = ["analyst", "phrase", "topic", "probability"]
    keys += [COVARIATES[name] for name in enabled_covariates(settings)]
    distinct = rows[keys].drop_duplicates(ignore_index=True)
    summaries = []
    for at in range(0, len(distinct), _CHUNK):
        part = distinct.iloc[at : at + _CHUNK]
        known, with_new = _lines(idata, part)
        log_odds = logit(part["probability"].to_numpy(dtype=np.float64))
        summaries.append(_summary(*known, *with_new, log_odds, idata))
    table = distinct.assign(**_joined(summaries))
    found = rows[keys].merge(table, on=keys, how="left", validate="many_to_one")
    return found[["probability", "median", "low", "high"]].set_axis(frame.index)


def _lines(idata: Any, part: pd.DataFrame) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """Return draws of shift and log slope per row: unseen levels at zero, and drawn anew."""
    posterior = idata["posterior"].dataset
    common = draws(idata, INTERCEPT)
    shape = (common.size, len(part))
    known = {False: np.zeros(shape), True: np.zeros(shape)}
    known[False] += common[:, None]
    known[True] += draws(idata, LOG_SLOPE)[:, None]
    for name in enabled_covariates(settings_of(idata)):
        known[True] += np.outer(draws(idata, name), part[COVARIATES[name]].to_numpy())
    new = {slope: array.copy() for slope, array in known.items()}
    for place, (name, dimension) in enumerate(GROUPS.items()):
        if f"{name}_scale" not in posterior:
            continue
        slope = name.endswith(LOG_SLOPE)
        levels = [str(v) for v in posterior[dimension].to_numpy()] if name in posterior else []
        code = pd.Index(levels).get_indexer(pd.Index(part[dimension]))
        seen = code >= 0
        if seen.any():
            effects = draws(idata, name)[:, code[seen]]
            known[slope][:, seen] += effects
            new[slope][:, seen] += effects
        # A fixed stream per group keeps the answer the same for the same fit.
        standard = np.random.default_rng([int(idata.attrs["seed"]), place]).normal(size=shape[0])
        new[slope][:, ~seen] += (draws(idata, f"{name}_scale") * standard)[:, None]
    return (known[False], known[True]), (new[False], new[True])


def _summary(
    shift: Array, log_slope: Array, new_shift: Array, new_slope: Array, log_odds: Array, idata: Any
) -> dict[str, Array]:
    tail = (1 - settings_of(idata).interval) / 2
    middle = np.median(shift, axis=0) + np.exp(np.median(log_slope, axis=0)) * log_odds
    low, high = np.quantile(new_shift + np.exp(new_slope) * log_odds, [tail, 1 - tail], axis=0)
    return {"median": expit(middle), "low": expit(low), "high": expit(high)}


def _joined(parts: list[dict[str, Array]]) -> dict[str, Array]:
    names = ("median", "low", "high")
    return {n: np.concatenate([p[n] for p in parts]) if parts else np.zeros(0) for n in names}
