"""A posterior of drift and dispersion as few points with weights, for base rates to integrate over.

Sorted by drift and cut into seven parts, each sorted by dispersion and cut into three, every part
stands for its mean; then both logs are stretched about their means until their variances are those
of the posterior. The cuts are such that the nine tenths between the ends come out as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast_bench.bayes.panel_laplace import PanelPosterior, centre_of
from forecast_bench.bayes.panel_model import common_given_types
from forecast_bench.rates import RateParameters
from forecast_bench.records import PanelPriors

type Array = NDArray[np.float64]

ANY_TYPE = "any type"
"""Stands for a question over several types, or one that the panel does not have."""

_DRIFT_PARTS = (0.02, 0.06, 0.22, 0.40, 0.22, 0.06, 0.02)
_DISPERSION_PARTS = (0.185, 0.63, 0.185)
_LEVELS = (0.5, 0.05, 0.95)


@dataclass(frozen=True, slots=True, eq=False)
class RateBelief:
    """What is believed of one type, or of any.

    Attributes
    ----------
    name
        The type, or `ANY_TYPE`.
    parameters
        The points.
    drift, dispersion : tuple of float
        Posterior median, and ends of the interval that holds nine tenths.
    mean, scale : tuple of float
        Posterior means and standard deviations of the logs of drift and dispersion.
    """

    name: str
    parameters: RateParameters
    drift: tuple[float, ...]
    dispersion: tuple[float, ...]
    mean: tuple[float, float]
    scale: tuple[float, float]


def rate_points(*, log_drift: Array, log_dispersion: Array, weight: Array) -> RateParameters:
    """Reduce draws, or a grid, to 21 points.

    Parameters
    ----------
    log_drift, log_dispersion, weight : ndarray, shape (atoms,)
        Where the posterior is and how much of it; weights need not sum to 1.

    Returns
    -------
    RateParameters
        Means and standard deviations of both logs are those of the atoms.

    Raises
    ------
    ValueError
        If the weights are negative or all zero.

    Examples
    --------
    >>> draws = np.linspace(-1, 1, 101)
    >>> made = rate_points(log_drift=draws, log_dispersion=draws[::-1], weight=np.ones(101))
    >>> made.points, round(abs(float(made.weight @ np.log(made.drift))), 9)
    (21, 0.0)
    """
    if not ((weight >= 0).all() and weight.sum() > 0):
        raise ValueError("weights of a posterior must not be negative, and not all zero")
    held = weight > 0
    logs = np.stack([log_drift[held], log_dispersion[held]])
    mass = weight[held] / weight[held].sum()
    means, masses = [], []
    for part, inside in _cut(logs[0], mass, _DRIFT_PARTS):
        drift = part @ logs[0] / inside
        for inner, share in _cut(logs[1], part, _DISPERSION_PARTS):
            means.append((drift, inner @ logs[1] / share))
            masses.append(share)
    points, weights = np.array(means), np.array(masses)
    weights /= weights.sum()
    centre = mass @ logs.T
    spread = np.sqrt(mass @ (logs.T - centre) ** 2)
    kept = np.sqrt(weights @ (points - centre) ** 2)
    stretch = np.divide(spread, kept, out=np.ones(2), where=kept > 0)
    drift_at, dispersion_at = np.exp(centre + (points - centre) * stretch).T
    return RateParameters(drift=drift_at, dispersion=dispersion_at, weight=weights)


def _cut(value: Array, mass: Array, parts: tuple[float, ...]) -> list[tuple[Array, float]]:
    """Cut sorted atoms into parts of the mass, an atom on an edge shared between both."""
    order = np.argsort(value, kind="stable")
    edges = np.concatenate([[0.0], np.cumsum(parts)]) / sum(parts) * mass.sum()
    after = np.cumsum(mass[order])
    before = after - mass[order]
    found = []
    for low, high in pairwise(edges):
        part = np.zeros_like(mass)
        part[order] = np.clip(np.minimum(after, high) - np.maximum(before, low), 0.0, None)
        found.append((part, float(part.sum())))
    return found


def sampled_beliefs(idata: Any, priors: PanelPriors, *, stretch: float) -> tuple[RateBelief, ...]:
    """Reduce the draws of a panel to what is believed of each type, and of any.

    Parameters
    ----------
    idata
        Posterior of `fit_panel`.
    priors
        Those of the fit.
    stretch
        Factor from the drift between windows to that from a baseline to its window.
    """
    posterior = idata["posterior"].dataset
    names = [str(one) for one in posterior["type_log_drift"].coords["type"].values]
    types = {
        name: posterior[f"type_log_{name}"].values.reshape(-1, len(names))
        for name in ("drift", "dispersion")
    }
    found = [
        _belief(name, types["drift"][:, at], types["dispersion"][:, at], stretch=stretch)
        for at, name in enumerate(names)
    ]
    # A type not seen is normal around what types have in common: three points stand for it.
    node, measure = np.polynomial.hermite_e.hermegauss(3)
    centres = dict(zip(("drift", "dispersion"), centre_of(priors), strict=True))
    atoms = {}
    for name, logs in types.items():
        mean, scatter = common_given_types(
            logs,
            posterior[f"log_{name}_spread"].values.ravel(),
            centre=centres[name],
            scale=getattr(priors, f"{name}_scale"),
        )
        atoms[name] = mean[:, None] + scatter[:, None] * node
    weight = np.broadcast_to(np.outer(measure, measure), (len(atoms["drift"]), 3, 3)).ravel()
    found.append(
        _belief(
            ANY_TYPE,
            np.repeat(atoms["drift"][:, :, None], 3, axis=2).ravel(),
            np.repeat(atoms["dispersion"][:, None, :], 3, axis=1).ravel(),
            weight=weight,
            stretch=stretch,
        )
    )
    return tuple(found)


def grid_beliefs(posterior: PanelPosterior, *, stretch: float) -> tuple[RateBelief, ...]:
    """Reduce a posterior on a grid to what is believed of each type, and of any.

    Parameters
    ----------
    posterior
        Of `panel_laplace`, or the prior alone.
    stretch
        Factor from the drift between windows to that from a baseline to its window.
    """
    pairs = np.meshgrid(posterior.log_drift, posterior.log_dispersion, indexing="ij")
    return tuple(
        _belief(name, pairs[0].ravel(), pairs[1].ravel(), weight=mass.ravel(), stretch=stretch)
        for name, mass in zip((*posterior.types, ANY_TYPE), posterior.mass, strict=True)
    )


def farthest_apart(
    ones: tuple[RateBelief, ...], others: tuple[RateBelief, ...]
) -> tuple[float, str]:
    """Give the largest distance of two roads to one posterior, in standard deviations, and where.

    Means of the log drift and the log dispersion of each type are compared, in units of the
    standard deviations of the first.
    """
    worst = (0.0, ANY_TYPE)
    for one, other in zip(ones, others, strict=True):
        for at in range(2):
            apart = abs(one.mean[at] - other.mean[at]) / one.scale[at]
            worst = max(worst, (apart, one.name))
    return worst


def _belief(
    name: str,
    log_drift: Array,
    log_dispersion: Array,
    *,
    stretch: float,
    weight: Array | None = None,
) -> RateBelief:
    mass = np.ones(len(log_drift)) if weight is None else weight
    logs = (log_drift + np.log(stretch), log_dispersion)
    mass = mass / mass.sum()
    means = [float(mass @ one) for one in logs]
    scales = [
        float(np.sqrt(mass @ (one - mean) ** 2)) for one, mean in zip(logs, means, strict=True)
    ]
    return RateBelief(
        name=name,
        parameters=rate_points(log_drift=logs[0], log_dispersion=logs[1], weight=mass),
        drift=_range(logs[0], mass),
        dispersion=_range(logs[1], mass),
        mean=(means[0], means[1]),
        scale=(scales[0], scales[1]),
    )


def _range(logs: Array, mass: Array) -> tuple[float, ...]:
    distinct, where = np.unique(logs, return_inverse=True)
    held = np.bincount(where, mass)
    middle = np.cumsum(held) - held / 2
    return tuple(np.exp(np.interp(_LEVELS, middle, distinct)).tolist())
