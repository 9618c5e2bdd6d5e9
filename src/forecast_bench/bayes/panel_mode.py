"""Modes of the log rates of a panel, for many pairs of drift and dispersion at once.

Given drift and dispersion, the log rates of a series are a Gaussian walk seen through negative
binomial months: a tridiagonal problem for each series, joined by the few effects that all share.
Newton's method finds the mode; what is left is the evidence of the pair (Laplace's approximation).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from forecast_bench.bayes.panel_counts import PanelCounts
from forecast_bench.records import PanelPriors

type Array = NDArray[np.float64]

_STEPS = 60
_LONGEST = 1.5
_CLOSE = 1e-6
_BLOCK = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class TypeMonths:
    """The part of a panel that belongs to one type of incident; see `PanelCounts`."""

    count: Array
    exposure_months: Array
    covariate: Array
    alike_count: Array
    alike_exposure: Array
    alike_months: Array


@dataclass(frozen=True, slots=True, eq=False)
class PanelModes:
    """What is known at each pair of drift and dispersion.

    Attributes
    ----------
    log_evidence : ndarray, shape (pairs,)
        Log probability of the months given the pair, effects and rates integrated out.
    effect_mean : ndarray, shape (pairs, effects)
        Mode of the shared effects.
    effect_precision : ndarray, shape (pairs, effects, effects)
        Inverse covariance around it.
    """

    log_evidence: Array
    effect_mean: Array
    effect_precision: Array


class _Solved(NamedTuple):
    log_rate: Array
    pivots: Array
    off: Array
    effects: Array
    schur: Array


def months_of_type(counts: PanelCounts, code: int) -> TypeMonths:
    """Give the part of a panel that belongs to a type."""
    own, alike = counts.type_code == code, counts.alike_type == code
    return TypeMonths(
        count=counts.count[own],
        exposure_months=counts.exposure_months[own],
        covariate=counts.covariate,
        alike_count=counts.alike_count[alike],
        alike_exposure=counts.alike_exposure[alike],
        alike_months=counts.alike_months[alike],
    )


def panel_modes(
    months: TypeMonths,
    priors: PanelPriors,
    *,
    drift: Array,
    dispersion: Array,
    mean: Array,
    precision: Array,
) -> PanelModes:
    """Integrate the log rates out at each pair of drift and dispersion.

    Parameters
    ----------
    months
        Months of one type.
    priors
        Of the log rate of the first window.
    drift, dispersion : ndarray, shape (pairs,)
        Both positive.
    mean, precision : ndarray, shapes (effects,) and (effects, effects)
        What is known of the shared effects without these months.

    Returns
    -------
    PanelModes
        One for each pair.

    Raises
    ------
    RuntimeError
        If Newton's method does not settle; the target is concave, so it should.

    References
    ----------
    Rue, H., Martino, S. & Chopin, N. (2009). Approximate Bayesian inference for latent Gaussian
    models by using integrated nested Laplace approximations. JRSS B 71(2).
    https://doi.org/10.1111/j.1467-9868.2008.00700.x
    """
    cells = months.count.size * (1 + len(mean)) + months.count[..., 0].size * months.count.shape[1]
    block = max(1, _BLOCK // max(1, cells))
    parts = [
        _block_modes(
            months, priors, drift[at : at + block], dispersion[at : at + block], mean, precision
        )
        for at in range(0, len(drift), block)
    ]
    return PanelModes(
        np.concatenate([one.log_evidence for one in parts]),
        np.concatenate([one.effect_mean for one in parts]),
        np.concatenate([one.effect_precision for one in parts]),
    )


def months_log_likelihood(months: TypeMonths, log_rate: Array, dispersion: Array) -> Array:
    """Log probability of all months of a type, up to a constant of the counts.

    A month with exposure e and rate r is negative binomial with mean r e and variance
    e (r + r^2 / dispersion); months of one rate need only their sum, and how often each count
    occurs (Lawless 1987, doi:10.2307/3314912).

    Parameters
    ----------
    months
        Months of one type.
    log_rate : ndarray, shape (..., series, windows, slots)
        Log of the monthly rate, effects included.
    dispersion : ndarray, shape (...,)
        One for each leading index.
    """
    size = dispersion[..., None, None, None]
    failures = size * months.exposure_months
    terms = months.count * log_rate + failures * np.log(size)
    terms -= (failures + months.count) * np.logaddexp(np.log(size), log_rate)
    result: Array = terms.sum(axis=(-3, -2, -1)) + _alike(months, dispersion)
    return result


def _alike(months: TypeMonths, dispersion: Array) -> Array:
    size = dispersion[..., None] * months.alike_exposure
    result: Array = (gammaln(months.alike_count + size) - gammaln(size)) @ months.alike_months
    return result


def _block_modes(
    months: TypeMonths,
    priors: PanelPriors,
    drift: Array,
    dispersion: Array,
    mean: Array,
    precision: Array,
) -> PanelModes:
    found = _newton(months, priors, drift, dispersion, mean, precision)
    walk, shift = found.log_rate, found.effects - mean
    log_rate = walk[..., None] + _shared(months, found.effects)
    windows = walk.shape[-1]
    first = (walk[..., 0] - priors.log_rate) / priors.log_rate_scale
    moved = np.diff(walk, axis=-1) / drift[:, None, None]
    series = walk.shape[1]
    log_prior = -0.5 * ((first**2).sum(axis=-1) + (moved**2).sum(axis=(-2, -1)))
    log_prior -= series * (np.log(priors.log_rate_scale) + (windows - 1) * np.log(drift))
    log_prior -= 0.5 * np.einsum("gb,bc,gc->g", shift, precision, shift)
    log_prior += 0.5 * np.linalg.slogdet(precision)[1]
    log_volume = -0.5 * np.log(found.pivots).sum(axis=(-2, -1))
    log_volume -= 0.5 * np.linalg.slogdet(found.schur)[1]
    told = months_log_likelihood(months, log_rate, dispersion)
    told += _beyond_normal(months, log_rate, dispersion, found)
    return PanelModes(told + log_prior + log_volume, found.effects, found.schur)


def _beyond_normal(months: TypeMonths, log_rate: Array, dispersion: Array, found: _Solved) -> Array:
    """Next term of Laplace's expansion: what third and fourth derivatives add to the evidence.

    Months with few incidents are far from normal in the log rate, and there are many of them.
    """
    size = dispersion[:, None, None, None]
    share = 1 / (1 + size * np.exp(-log_rate))
    trials = (size * months.exposure_months + months.count) * share * (1 - share)
    third = -(trials * (1 - 2 * share)).sum(axis=-1)
    fourth = -(trials * (1 - 6 * share * (1 - share))).sum(axis=-1)
    windows = found.pivots.shape[-1]
    unit = np.broadcast_to(np.eye(windows), (*found.pivots.shape[:-1], windows, windows))
    covariance = _solve(found.pivots, found.off, unit.copy())
    variance = np.einsum("gsww->gsw", covariance)
    single = (fourth * variance**2).sum(axis=(-2, -1)) / 8
    own = third * variance
    paired = np.einsum("gsv,gsvw,gsw->g", own, covariance, own) / 8
    crossed = np.einsum("gsv,gsvw,gsw->g", third, covariance**3, third) / 12
    result: Array = single + paired + crossed
    return result


def _shared(months: TypeMonths, effects: Array) -> Array:
    """Sum of the shared effects, broadcast over series: shape (pairs, 1, windows, slots)."""
    result: Array = np.einsum("wjb,gb->gwj", months.covariate, effects)[:, None]
    return result


def _newton(
    months: TypeMonths,
    priors: PanelPriors,
    drift: Array,
    dispersion: Array,
    mean: Array,
    precision: Array,
) -> _Solved:
    total, exposed = months.count.sum(axis=-1), months.exposure_months.sum(axis=-1)
    start = np.log((total + 0.5) / (exposed + np.exp(-priors.log_rate)))
    walk = np.repeat(start[None], len(drift), axis=0)
    effects = np.repeat(mean[None], len(drift), axis=0)
    tie = 1 / drift**2
    size = dispersion[:, None, None, None]
    trials = size * months.exposure_months + months.count
    for _ in range(_STEPS):
        log_rate = walk[..., None] + _shared(months, effects)
        share = 1 / (1 + size * np.exp(-log_rate))
        slope = months.count - trials * share
        weight = trials * share * (1 - share)
        pull, pulled = _walk_gradient(walk, priors, tie), _centred(effects, mean, precision)
        gradient = slope.sum(axis=-1) - pull
        shared_gradient = np.einsum("gswj,wjb->gb", slope, months.covariate) - pulled
        cross = np.einsum("gswj,wjb->gswb", weight, months.covariate)
        curved = np.einsum("gwj,wjb,wjc->gbc", weight.sum(axis=1), *[months.covariate] * 2)
        pivots, off = _factor(weight.sum(axis=-1), priors, tie)
        solved = _solve(pivots, off, np.concatenate([gradient[..., None], cross], axis=-1))
        schur = precision + curved - np.einsum("gswb,gswc->gbc", cross, solved[..., 1:])
        rest = shared_gradient - np.einsum("gswb,gsw->gb", cross, solved[..., 0])
        step = np.linalg.solve(schur, rest[..., None])[..., 0]
        move = solved[..., 0] - np.einsum("gswb,gb->gsw", solved[..., 1:], step)
        walk = walk + np.clip(move, -_LONGEST, _LONGEST)
        effects = effects + np.clip(step, -_LONGEST, _LONGEST)
        if max(np.abs(move).max(initial=0.0), np.abs(step).max(initial=0.0)) < _CLOSE:
            return _Solved(walk, pivots, off, effects, schur)
    raise RuntimeError("the mode of a panel was not found: are rates and priors far apart?")


def _centred(effects: Array, mean: Array, precision: Array) -> Array:
    result: Array = (effects - mean) @ precision
    return result


def _walk_gradient(walk: Array, priors: PanelPriors, tie: Array) -> Array:
    """Give the gradient of minus the log density of the walks."""
    steps = np.diff(walk, axis=-1) * tie[:, None, None]
    pull = np.zeros_like(walk)
    pull[..., 0] = (walk[..., 0] - priors.log_rate) / priors.log_rate_scale**2
    pull[..., :-1] -= steps
    pull[..., 1:] += steps
    return pull


def _factor(weight: Array, priors: PanelPriors, tie: Array) -> tuple[Array, Array]:
    """Pivots and the off-diagonal of the tridiagonal precision of each series."""
    windows = weight.shape[-1]
    diagonal = weight + tie[:, None, None] * np.where(
        np.isin(np.arange(windows), (0, windows - 1)), 1.0, 2.0
    ) * (windows > 1)
    diagonal[..., 0] += 1 / priors.log_rate_scale**2
    off = -tie[:, None]
    for at in range(1, windows):
        diagonal[..., at] -= off**2 / diagonal[..., at - 1]
    return diagonal, off


def _solve(pivots: Array, off: Array, right: Array) -> Array:
    """Solve the tridiagonal systems for several right sides, in place."""
    for at in range(1, pivots.shape[-1]):
        right[..., at, :] -= (off / pivots[..., at - 1])[..., None] * right[..., at - 1, :]
    right[..., -1, :] /= pivots[..., -1, None]
    for at in range(pivots.shape[-1] - 2, -1, -1):
        right[..., at, :] -= off[..., None] * right[..., at + 1, :]
        right[..., at, :] /= pivots[..., at, None]
    return right
