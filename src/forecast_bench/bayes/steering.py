"""What the data determine, told to the sampler beforehand so that it moves in round steps.

Effects sampled in units of their scale (non-centred) suit few outcomes; with many, the data pin
sums of effects that the units do not follow and chains crawl. Here a quadratic approximation of the
log likelihood, found by Fisher scoring, chooses coordinates in which the posterior is nearly
a standard normal whatever the number of outcomes. Only the coordinates depend on it: the posterior
is exact, and without data the coordinates are the non-centred ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from forecast_bench.bayes.cell_counts import Cells
from forecast_bench.bayes.layout import INTERCEPT, LOG_SLOPE, Block
from forecast_bench.bayes.settings import RecalibrationSettings

Array = NDArray[np.float64]
_MOST_STEPS = 100


@dataclass(frozen=True, eq=False)
class Steering:
    """The quadratic approximation ``linear @ x - x @ information @ x / 2`` of the log likelihood.

    Attributes
    ----------
    information, linear
        Fisher information at the centre, and the linear term.
    centre
        The effects with the largest penalised likelihood.
    lever
        Per phrase and analyst, the sum of weight times stated log odds over their cells.
    weight
        Per phrase, the sum of weights: how much the data say about its shift.
    """

    information: Array
    linear: Array
    centre: Array
    lever: Array
    weight: Array


def steer(cells: Cells, blocks: tuple[Block, ...], settings: RecalibrationSettings) -> Steering:
    """Approximate the log likelihood of the effects by a quadratic at its penalised maximum.

    Parameters
    ----------
    cells
        Counts per cell.
    blocks
        The effects.
    settings
        Prior scales; a group's own scale stands at its prior's.

    Returns
    -------
    Steering
        Square matrices over the stacked effects.
    """
    precision = np.full(blocks[-1].stop, settings.group_scale**-2.0)
    for block in blocks:
        if block.name == INTERCEPT:
            precision[block.start] = settings.intercept_scale**-2.0
        if block.name == LOG_SLOPE:
            precision[block.start] = settings.log_slope_scale**-2.0
    centre = np.zeros(blocks[-1].stop)
    for _ in range(_MOST_STEPS):
        gradient, information, _ = _expansion(cells, blocks, centre)
        step = np.linalg.solve(information + np.diag(precision), gradient - precision * centre)
        step *= _damping(cells, blocks, centre, step, precision)
        centre = centre + step
        if np.abs(step).max() < 1e-9:
            break
    gradient, information, weight = _expansion(cells, blocks, centre)
    return Steering(
        information=information,
        linear=information @ centre + gradient,
        centre=centre,
        lever=_lever(cells, blocks, weight),
        weight=np.bincount(cells.phrase, weights=weight, minlength=len(cells.phrases)),
    )


def predictor(cells: Cells, blocks: tuple[Block, ...], effects: Array) -> tuple[Array, Array]:
    """Return each cell's log odds under the effects, and the part that is slope times stated."""
    shift = np.zeros(len(cells.trials))
    log_slope = np.zeros(len(cells.trials))
    for block in blocks:
        part = log_slope if block.slope else shift
        part += effects[block.start + block.codes]
    sloped = np.exp(log_slope) * cells.log_odds
    return shift + sloped, sloped


def _expansion(
    cells: Cells, blocks: tuple[Block, ...], effects: Array
) -> tuple[Array, Array, Array]:
    """Return gradient and Fisher information of the log likelihood, and each cell's weight."""
    log_odds, sloped = predictor(cells, blocks, effects)
    probability = expit(log_odds)
    weight = cells.trials * probability * (1 - probability)
    design = np.zeros((len(cells.trials), blocks[-1].stop))
    rows = np.arange(len(cells.trials))
    for block in blocks:
        design[rows, block.start + block.codes] = sloped if block.slope else 1.0
    gradient = design.T @ (cells.occurred - cells.trials * probability)
    return gradient, (design * weight[:, None]).T @ design, weight


def _damping(
    cells: Cells, blocks: tuple[Block, ...], centre: Array, step: Array, precision: Array
) -> float:
    """Halve a step until the penalised log likelihood does not fall."""

    def height(effects: Array) -> float:
        log_odds, _ = predictor(cells, blocks, effects)
        fit = cells.occurred * log_odds - cells.trials * np.logaddexp(0, log_odds)
        return float(fit.sum() - (precision * effects**2).sum() / 2)

    here = height(centre)
    factor = 1.0
    while height(centre + factor * step) < here - 1e-9 * abs(here) and factor > 1e-6:
        factor /= 2
    return factor


def _lever(cells: Cells, blocks: tuple[Block, ...], weight: Array) -> Array:
    """Return what a change in each analyst's slope does to each phrase's log odds, weighted."""
    slopes = any(block.name == "analyst_log_slope" for block in blocks)
    codes = cells.analyst if slopes else np.zeros_like(cells.analyst)
    lever = np.zeros((len(cells.phrases), len(cells.analysts) if slopes else 1))
    np.add.at(lever, (cells.phrase, codes), weight * cells.log_odds)
    return lever
