"""The recalibration model: linear in log odds, partially pooled over analysts, phrases and topics.

For cell i with stated log odds z, analyst j, phrase w and topic t::

    logit P(y = 1) = a + a_j + a_t + d_w + exp(b + b_j) * z

``a`` is ``intercept``, ``b`` is ``log_slope``, and a_j, a_t, d_w, b_j are ``analyst_shift``,
``topic_shift``, ``phrase_shift`` and ``analyst_log_slope``. Each group has its own scale.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from forecast_bench.bayes.cell_counts import Cells
from forecast_bench.bayes.layout import INTERCEPT, LOG_SLOPE, Block, blocks
from forecast_bench.bayes.settings import RecalibrationSettings
from forecast_bench.bayes.steering import Steering, steer


def recalibration_model(cells: Cells, settings: RecalibrationSettings) -> Any:
    """Build the PyMC model of resolved judgments.

    Prior: ``intercept ~ Normal(0, intercept_scale)``, ``log_slope ~ Normal(0, log_slope_scale)``,
    each group effect ``~ Normal(0, its scale)``, ``scale ~ HalfNormal(group_scale)``. The free
    variable ``unit`` holds standardised coordinates of all effects (see `steering`); the effects
    are deterministic in it, and a potential ``coordinates`` carries the change of variables, so
    that the joint law of scales and effects is the one just given. Draw from the posterior with
    it, not from the prior: PyMC's forward sampling does not see potentials.

    Cell data are ``pm.Data``, so that a model of the same shape is not compiled anew.

    Parameters
    ----------
    cells
        Counts per cell, at least one cell.
    settings
        Priors and groups.

    Returns
    -------
    pymc.Model
        With dimensions ``cell``, ``analyst``, ``phrase``, ``topic``, ``effect``.

    Raises
    ------
    ValueError
        If there are no cells, or counts that are no counts (PyMC would impute missing ones).

    References
    ----------
    Turner, B. M., Steyvers, M., Merkle, E. C., Budescu, D. V. & Wallsten, T. S. (2014). Forecast
    aggregation via recalibration. Machine Learning 95. https://doi.org/10.1007/s10994-013-5401-4
    """
    import pymc

    _refuse_impossible(cells)
    laid = blocks(cells, settings)
    with pymc.Model(coords=_coordinates(cells, laid)) as model:
        log_odds = pymc.Data("stated_log_odds", cells.log_odds, dims="cell")
        trials = pymc.Data("trials", cells.trials, dims="cell")
        effects = _effects(cells, laid, settings)
        parts: dict[bool, Any] = {False: 0.0, True: 0.0}
        codes = {
            name: pymc.Data(f"{name}_code", getattr(cells, name), dims="cell")
            for name in ("analyst", "phrase", "topic")
        }
        for block in laid:
            effect = effects[block.name]
            parts[block.slope] += effect[codes[block.dimension]] if block.dimension else effect
        pymc.Binomial(
            "occurred",
            n=trials,
            logit_p=parts[False] + pymc.math.exp(parts[True]) * log_odds,
            observed=pymc.Data("counts", cells.occurred, dims="cell"),
            dims="cell",
        )
    return model


def _refuse_impossible(cells: Cells) -> None:
    if len(cells.trials) == 0:
        raise ValueError("a model needs at least one cell, got none")
    if not np.isfinite(cells.log_odds).all():
        raise ValueError("stated log odds must be finite: a probability of 0 or 1 has none")
    occurred = np.asarray(cells.occurred, dtype=np.float64)
    # NaN fails both comparisons, so a missing count cannot slip through to be imputed.
    if not ((occurred >= 0) & (occurred <= cells.trials)).all():
        raise ValueError("each cell's count of events must lie between 0 and its trials")


def _coordinates(cells: Cells, laid: tuple[Block, ...]) -> dict[str, Any]:
    names = {"analyst": cells.analysts, "phrase": cells.phrases, "topic": cells.topics}
    effects = [
        f"{block.name}[{level}]" if block.dimension else block.name
        for block in laid
        for level in (names[block.dimension] if block.dimension else ("",))
    ]
    return {
        "cell": np.arange(len(cells.trials)),
        **{name: list(levels) for name, levels in names.items()},
        "effect": effects,
    }


def _effects(cells: Cells, laid: tuple[Block, ...], settings: RecalibrationSettings) -> Any:
    """Declare scales and effects inside the open model; return effects by name."""
    import pymc
    import pytensor.tensor

    pt: Any = pytensor.tensor
    scales = [pt.ones(block.stop - block.start) * _scale(block, settings, pymc) for block in laid]
    scale = pt.concatenate(scales)
    unit = pymc.Normal("unit", 0, 1, dims="effect")
    if laid[-1].stop <= settings.dense_limit:
        steering = steer(cells, laid, settings)
        vector = _steered(unit, scale, laid, steering)
    else:
        vector = scale * unit
    effects = {}
    for block in laid:
        part = vector[block.start : block.stop] if block.dimension else vector[block.start]
        effects[block.name] = pymc.Deterministic(block.name, part, dims=block.dimension)
    return effects


def _scale(block: Block, settings: RecalibrationSettings, pymc: Any) -> Any:
    if block.name == INTERCEPT:
        return settings.intercept_scale
    if block.name == LOG_SLOPE:
        return settings.log_slope_scale
    return pymc.HalfNormal(block.scale, settings.group_scale)


def _steered(unit: Any, scale: Any, laid: tuple[Block, ...], steering: Steering) -> Any:
    """Return the effects of standardised coordinates, and add the change of variables.

    With Q = 1 + S H S (S the scales, H the information, L its Cholesky factor) the effects in units
    of their scales are ``v = Q^-1 S h + L^-T u``, exactly the posterior of a quadratic likelihood;
    then the phrases' shifts are bent by a function of the slopes, which has unit Jacobian.
    """
    import pymc
    import pytensor.tensor

    pt: Any = pytensor.tensor
    information = pymc.Data("steering_information", steering.information)
    linear = pymc.Data("steering_linear", steering.linear)
    size = laid[-1].stop
    factor = pt.linalg.cholesky(
        pt.eye(size) + scale[:, None] * information * scale[None, :], lower=True
    )
    half = pt.linalg.solve_triangular(factor, scale * linear, lower=True)
    straight = pt.linalg.solve_triangular(factor.T, half + unit, lower=False)
    vector = _bent(scale * straight, scale, laid, steering)
    log_determinant = pt.sum(pt.log(pt.diag(factor)))
    prior = pt.sum((vector / scale) ** 2)
    pymc.Potential("coordinates", (pt.sum(unit**2) - prior) / 2 - log_determinant)
    return vector


def _bent(vector: Any, scale: Any, laid: tuple[Block, ...], steering: Steering) -> Any:
    """Move phrase shifts against the curvature of the slopes, so that their sum stays straight.

    A phrase moves only as far as the data, rather than its prior, decide its shift: otherwise a
    small scale would make a funnel.
    """
    import pymc
    import pytensor.tensor

    pt: Any = pytensor.tensor
    by_name = {block.name: block for block in laid}
    phrase, slopes = by_name.get("phrase_shift"), by_name.get("analyst_log_slope")
    if phrase is None:
        return vector
    common = by_name[LOG_SLOPE].start
    log_slope = vector[common : common + 1]
    centre = steering.centre[common : common + 1]
    if slopes is not None:
        log_slope = log_slope + vector[slopes.start : slopes.stop]
        centre = centre + steering.centre[slopes.start : slopes.stop]
    lever = pymc.Data("steering_lever", steering.lever)
    weight = pymc.Data("steering_weight", steering.weight)
    middle = pymc.Data("steering_log_slope", centre)
    excess = pt.exp(log_slope) - pt.exp(middle) * (1 + log_slope - middle)
    own = slice(phrase.start, phrase.stop)
    pull = pt.sum(lever * excess[None, :], axis=1) / (weight + scale[own] ** -2)
    return pt.concatenate([vector[: phrase.start], vector[own] - pull, vector[phrase.stop :]])
