"""The recalibration model: linear in log odds, partially pooled over analysts, phrases and topics.

For cell i with stated log odds z, analyst j, phrase w and topic t::

    logit P(y = 1) = a + a_j + a_t + d_w + exp(b + b_j + c_h * h + c_k * k) * z

    a ~ Normal(0, intercept_scale)          intercept
    b ~ Normal(0, log_slope_scale)          log_slope
    a_j, a_t, d_w, b_j ~ Normal(0, sigma)   analyst_shift, topic_shift, phrase_shift,
                                            analyst_log_slope: each group with a sigma of its own
    sigma ~ HalfNormal(group_scale)
    c_h, c_k ~ Normal(0, covariate_scale)   horizon_log_slope, confidence_log_slope: off by default;
                                            h and k are steps of -1, 0 and 1
"""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import numpy as np

from forecast_bench.bayes.cell_counts import Cells
from forecast_bench.bayes.covariates import COVARIATES, enabled_covariates, refuse_lacking
from forecast_bench.bayes.groups import GROUPS, enabled_groups
from forecast_bench.bayes.settings import RecalibrationSettings

PLENTY: Final = 2000
"""Outcomes for each member of a group from which its effects are centred."""

MANY: Final = 5
"""Members that a group must have for it."""


def recalibration_model(cells: Cells, settings: RecalibrationSettings) -> Any:
    """Build the PyMC model of resolved judgments, as a binomial count per cell.

    Group effects are non-centred, sampled in units of their scale, which suits few outcomes; those
    of a group that has `PLENTY` outcomes for each member are centred (see `centred_groups`).

    Parameters
    ----------
    cells
        Counts per cell, at least one cell.
    settings
        Priors and groups.

    Returns
    -------
    pymc.Model
        With dimensions ``cell``, ``analyst``, ``phrase`` and ``topic``. Data are ``pm.Data``, so
        that other counts of the same cells need no compilation.

    Raises
    ------
    ValueError
        If there are no cells, counts that are no counts (PyMC would impute missing ones), or a
        covariate that the settings switch on is not there.

    References
    ----------
    Turner, B. M., Steyvers, M., Merkle, E. C., Budescu, D. V. & Wallsten, T. S. (2014). Forecast
    aggregation via recalibration. Machine Learning 95. https://doi.org/10.1007/s10994-013-5401-4
    """
    import pymc

    _refuse_impossible(cells)
    refuse_lacking(list(cells.covariates), settings)
    with pymc.Model(coords=_coordinates(cells)) as model:
        stated = pymc.Data("stated_log_odds", cells.log_odds, dims="cell")
        trials = pymc.Data("trials", cells.trials, dims="cell")
        counts = pymc.Data("counts", cells.occurred, dims="cell")
        analyst = pymc.Data("analyst_code", cells.analyst, dims="cell")
        phrase = pymc.Data("phrase_code", cells.phrase, dims="cell")
        topic = pymc.Data("topic_code", cells.topic, dims="cell")

        shift = pymc.Normal("intercept", 0, settings.intercept_scale)
        log_slope = pymc.Normal("log_slope", 0, settings.log_slope_scale)
        group = partial(_group, scale=settings.group_scale, centred=centred_groups(cells, settings))
        if settings.analysts:
            shift += group("analyst_shift", "analyst")[analyst]
        if settings.topics:
            shift += group("topic_shift", "topic")[topic]
        if settings.phrases:
            shift += group("phrase_shift", "phrase")[phrase]
        if settings.analyst_slopes:
            log_slope += group("analyst_log_slope", "analyst")[analyst]
        for name in enabled_covariates(settings):
            steps = pymc.Data(COVARIATES[name], cells.covariates[COVARIATES[name]], dims="cell")
            log_slope += pymc.Normal(name, 0, settings.covariate_scale) * steps

        log_odds = shift + pymc.math.exp(log_slope) * stated
        pymc.Binomial("occurred", n=trials, logit_p=log_odds, observed=counts, dims="cell")
    return model


def centred_groups(cells: Cells, settings: RecalibrationSettings) -> tuple[str, ...]:
    """Name the groups whose effects are sampled as they are, and not in units of their scale.

    It is the same posterior either way. Where every member is known well, its effect hardly depends
    on the scale, and in units of it the two would have to move together.

    Parameters
    ----------
    cells
        Counts per cell.
    settings
        Which groups there are.

    Returns
    -------
    tuple of str
        Groups with `PLENTY` outcomes or more for each member, on average, and at least `MANY`
        members: those of a smaller group cannot be told from the common shift.

    References
    ----------
    Betancourt, M. & Girolami, M. (2015). Hamiltonian Monte Carlo for hierarchical models. In:
    Current Trends in Bayesian Methodology with Applications. https://doi.org/10.1201/b18502-5
    """
    members = {name: len(getattr(cells, f"{GROUPS[name]}s")) for name in enabled_groups(settings)}
    return tuple(
        name
        for name, number in members.items()
        if number >= MANY and cells.outcomes >= PLENTY * number
    )


def _group(name: str, dimension: str, *, scale: float, centred: tuple[str, ...]) -> Any:
    """Declare one effect per member of a group, with its scale, inside the open model."""
    import pymc

    spread = pymc.HalfNormal(f"{name}_scale", scale)
    if name in centred:
        return pymc.Normal(name, 0, spread, dims=dimension)
    unit = pymc.Normal(f"{name}_unit", 0, 1, dims=dimension)
    return pymc.Deterministic(name, spread * unit, dims=dimension)


def _coordinates(cells: Cells) -> dict[str, Any]:
    return {
        "cell": np.arange(len(cells.trials)),
        "analyst": list(cells.analysts),
        "phrase": list(cells.phrases),
        "topic": list(cells.topics),
    }


def _refuse_impossible(cells: Cells) -> None:
    if len(cells.trials) == 0:
        raise ValueError("a model needs at least one cell, got none")
    if not np.isfinite(cells.log_odds).all():
        raise ValueError("stated log odds must be finite: a probability of 0 or 1 has none")
    occurred = np.asarray(cells.occurred, dtype=np.float64)
    # NaN fails both comparisons, so a missing count cannot slip through to be imputed.
    if not ((occurred >= 0) & (occurred <= cells.trials)).all():
        raise ValueError("each cell's count of events must lie between 0 and its trials")
