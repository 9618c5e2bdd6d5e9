"""Log odds of every cell under draws of the parameters: of the posterior, or of the prior."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from forecast_bench.bayes.cell_counts import Cells
from forecast_bench.bayes.covariates import COVARIATES, enabled_covariates
from forecast_bench.bayes.groups import GROUPS, INTERCEPT, LOG_SLOPE, enabled_groups
from forecast_bench.bayes.recalibration import draws
from forecast_bench.bayes.settings import RecalibrationSettings

Array = NDArray[np.float64]
AT_ONCE: Final = 4_000_000
"""Numbers held in memory at once: draws by cells."""


def posterior_values(idata: Any, number: int) -> dict[str, Array]:
    """Give evenly spaced draws of every parameter of a fit.

    Parameters
    ----------
    idata
        Posterior of a fit that saw outcomes.
    number
        How many draws; all where there are fewer.

    Returns
    -------
    dict
        By name, draws first.
    """
    names = [str(name) for name in idata["posterior"].dataset.data_vars]
    whole = draws(idata, INTERCEPT).size
    chosen = np.linspace(0, whole - 1, min(number, whole)).round().astype(np.int64)
    return {name: draws(idata, name)[chosen] for name in names}


def prior_values(
    cells: Cells, settings: RecalibrationSettings, *, number: int, seed: int
) -> dict[str, Array]:
    """Draw every parameter from its prior, for the members that the cells have.

    Parameters
    ----------
    cells
        Counts per cell.
    settings
        Priors and groups.
    number
        How many draws.
    seed
        Non-negative.

    Returns
    -------
    dict
        By name, draws first.

    Examples
    --------
    >>> import pandas as pd
    >>> from forecast_bench.bayes.cell_counts import cells
    >>> frame = pd.DataFrame({"probability": [0.2], "outcome": [0], "analyst": ["a"],
    ...     "phrase": ["unlikely"], "topic": ["t"]})
    >>> drawn = prior_values(cells(frame), RecalibrationSettings(), number=50, seed=1)
    >>> drawn["intercept"].shape, drawn["phrase_shift"].shape
    ((50,), (50, 1))
    """
    generator = np.random.default_rng(seed)
    found = {
        INTERCEPT: generator.normal(0, settings.intercept_scale, number),
        LOG_SLOPE: generator.normal(0, settings.log_slope_scale, number),
    }
    for name in enabled_groups(settings):
        scale = np.abs(generator.normal(0, settings.group_scale, (number, 1)))
        members = len(getattr(cells, f"{GROUPS[name]}s"))
        found[name] = scale * generator.normal(0, 1, (number, members))
    for name in enabled_covariates(settings):
        found[name] = generator.normal(0, settings.covariate_scale, number)
    return found


def cell_log_odds(values: Mapping[str, Array], cells: Cells) -> Iterator[Array]:
    """Give the log odds of every cell, for a few draws at a time.

    Parameters
    ----------
    values
        Draws of the parameters; a group or covariate that is not there has no effect.
    cells
        Counts per cell.

    Yields
    ------
    ndarray, shape (some draws, cells)
        In the order of the draws.

    Examples
    --------
    >>> import pandas as pd
    >>> from forecast_bench.bayes.cell_counts import cells
    >>> frame = pd.DataFrame({"probability": [0.5], "outcome": [0], "analyst": ["a"],
    ...     "phrase": ["even chance"], "topic": ["t"]})
    >>> values = {"intercept": np.array([0.1, 0.2]), "log_slope": np.zeros(2)}
    >>> [one.tolist() for one in cell_log_odds(values, cells(frame))]
    [[[0.1], [0.2]]]
    """
    number = values[INTERCEPT].size
    size = max(1, AT_ONCE // max(1, cells.log_odds.size))
    for at in range(0, number, size):
        part = {name: drawn[at : at + size] for name, drawn in values.items()}
        shift, log_slope = part[INTERCEPT][:, None], part[LOG_SLOPE][:, None]
        for name, dimension in GROUPS.items():
            if name not in part:
                continue
            effect = part[name][:, getattr(cells, dimension)]
            if name.endswith(LOG_SLOPE):
                log_slope = log_slope + effect
            else:
                shift = shift + effect
        for name, column in COVARIATES.items():
            if name in part:
                log_slope = log_slope + np.outer(part[name], cells.covariates[column])
        yield shift + np.exp(log_slope) * cells.log_odds
