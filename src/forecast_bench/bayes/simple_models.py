"""The posterior of the simplest recalibrations, by quadrature: no sampler, and no approximation.

A shift, a slope, or both, the same for everybody, with the priors of the full model. A grid is
laid over the posterior and laid anew, closer each time; independent draws are points of it, spread
evenly over their share of the grid.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from forecast_bench.bayes.cell_counts import Cells
from forecast_bench.bayes.groups import INTERCEPT, LOG_SLOPE
from forecast_bench.bayes.settings import RecalibrationSettings

Array = NDArray[np.float64]
SimpleModel = Literal["shift", "slope", "shift and slope"]

_NODES: Final = 121
_REACH: Final = 6.0
_ROUNDS: Final = 8


class SimplePosterior(NamedTuple):
    """A posterior on a grid.

    Attributes
    ----------
    points : ndarray, shape (points, 2)
        Shift and log slope; 0 where the model has none.
    weight : ndarray, shape (points,)
        Posterior probability of each.
    step : ndarray, shape (2, 2)
        Edges of the part of the grid for which a point stands, as columns.
    """

    points: Array
    weight: Array
    step: Array


def simple_posterior(
    cells: Cells, settings: RecalibrationSettings, model: SimpleModel
) -> SimplePosterior:
    """Find the posterior of a simple model.

    Parameters
    ----------
    cells
        Counts per cell; none is legal and gives the prior.
    settings
        Priors of shift and log slope.
    model
        What it has: "shift", "slope" or "shift and slope".

    Returns
    -------
    SimplePosterior
        Points to six standard deviations from the mean.

    Examples
    --------
    >>> import pandas as pd
    >>> from forecast_bench.bayes.cell_counts import cells
    >>> none = pd.DataFrame(columns=["probability", "outcome", "analyst", "phrase", "topic"])
    >>> found = simple_posterior(cells(none), RecalibrationSettings(), "shift")
    >>> round(float(np.sqrt(found.weight @ found.points[:, 0] ** 2)), 3)
    0.5
    """
    free = [model != "slope", model != "shift"]
    prior = np.array([settings.intercept_scale, settings.log_slope_scale])
    log_odds, code = np.unique(cells.log_odds, return_inverse=True)
    trials, occurred = (
        np.bincount(code, weights=one, minlength=log_odds.size)
        for one in (cells.trials, cells.occurred)
    )
    axis = np.linspace(-_REACH, _REACH, _NODES)
    grid = np.stack(np.meshgrid(*(axis if one else np.zeros(1) for one in free), indexing="ij"))
    unit = grid.reshape(2, -1).T
    mean, edges = np.zeros(2), np.diag(np.where(free, prior, 0.0))
    for _ in range(_ROUNDS):
        points = mean + unit @ edges.T
        height = -0.5 * ((points / prior) ** 2).sum(axis=1)
        for z, n, y in zip(log_odds, trials, occurred, strict=True):
            eta = points[:, 0] + np.exp(points[:, 1]) * z
            height += y * eta - n * np.logaddexp(0, eta)
        weight = np.exp(height - height.max())
        weight /= weight.sum()
        found = SimplePosterior(points, weight, edges * (axis[1] - axis[0]))
        mean = weight @ points
        spread = (points - mean).T @ ((points - mean) * weight[:, None])
        # One point may hold everything: then the true spread is below the step between points.
        floor = found.step @ found.step.T / 12
        edges = _root(spread + floor, free)
    return found


def simple_draws(posterior: SimplePosterior, *, number: int, seed: int) -> dict[str, Array]:
    """Draw from the posterior of a simple model.

    Parameters
    ----------
    posterior
        As `simple_posterior` gives it.
    number
        How many independent draws.
    seed
        Non-negative.

    Returns
    -------
    dict
        ``intercept`` and ``log_slope``.
    """
    generator = np.random.default_rng(seed)
    chosen = generator.choice(posterior.weight.size, size=number, p=posterior.weight)
    jitter = generator.uniform(-0.5, 0.5, (number, 2)) @ posterior.step.T
    drawn = posterior.points[chosen] + jitter
    return {INTERCEPT: drawn[:, 0], LOG_SLOPE: drawn[:, 1]}


def _root(spread: Array, free: list[bool]) -> Array:
    """Triangular root of a covariance, zero where the model has no parameter."""
    places = np.flatnonzero(free)
    root = np.zeros((2, 2))
    root[np.ix_(places, places)] = np.linalg.cholesky(spread[np.ix_(places, places)])
    return root
