"""The posterior of a panel without sampling: nested Laplace, deterministic.

For each type the evidence of drift and dispersion stands on a grid; what types have in common, the
mean and spread of both on the log scale, is integrated over by quadrature. Nothing is compiled and
nothing is random: it serves panels of earlier days, quick looks, and calibration by simulation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import RectBivariateSpline

from forecast_bench.bayes.panel_counts import PanelCounts
from forecast_bench.bayes.panel_mode import PanelModes, TypeMonths, months_of_type, panel_modes
from forecast_bench.records import PanelPriors

type Array = NDArray[np.float64]

# How many prior standard deviations the grid reaches, and its finest steps on the log scale.
_REACH = 4.5
_DRIFT_STEP, _DISPERSION_STEP = 0.025, 0.05
_COARSE, _FINE = (11, 9), (15, 11)
# Pairs so many nats under the best say nothing.
_FAINT = 10.0
_CENTRES, _SPREADS = 41, 8
_WIDEST = 3.3


@dataclass(frozen=True, eq=False, slots=True)
class PanelPosterior:
    """What is known of drift and dispersion, on a grid of their logs.

    Attributes
    ----------
    types
        Names; the last row of `mass` is that of a type not seen.
    log_drift, log_dispersion : ndarray, shapes (drifts,) and (dispersions,)
        The grid.
    mass : ndarray, shape (types + 1, drifts, dispersions)
        Posterior probability of each pair; each type's sum to 1.
    effects
        Names of the shared effects.
    effect_mean, effect_scale : ndarray, shape (effects,)
        Their posterior mean and standard deviation.
    """

    types: tuple[str, ...]
    log_drift: Array
    log_dispersion: Array
    mass: Array
    effects: tuple[str, ...]
    effect_mean: Array
    effect_scale: Array


@dataclass(frozen=True, eq=False, slots=True)
class _Message:
    """What one type's months say of the shared effects: precision, and precision times mean."""

    precision: Array
    weighted: Array


def panel_laplace(counts: PanelCounts, priors: PanelPriors) -> PanelPosterior:
    """Approximate the posterior of a panel, deterministically.

    Parameters
    ----------
    counts
        The panel.
    priors
        Its priors; `drift` is that between windows.

    Returns
    -------
    PanelPosterior
        Of each type, and of one not seen.

    Raises
    ------
    ValueError
        If the priors name no drift.

    Examples
    --------
    >>> import pandas as pd
    >>> from forecast_bench.bayes.panel_counts import panel_counts
    >>> table = pd.DataFrame({"series": "a", "type": "battle", "exposure_months": 1.0,
    ...     "month": pd.date_range("2020-01-01", periods=6, freq="MS"), "count": 0})
    >>> priors = PanelPriors(drift=0.5)
    >>> found = panel_laplace(panel_counts(table, priors, window_months=2), priors)
    >>> float(found.mass[0].sum().round(6))
    1.0
    """
    log_drift, log_dispersion = _axes(priors)
    parts = [months_of_type(counts, code) for code in range(len(counts.types))]
    prior = _Message(np.diag(counts.effect_scale**-2.0), np.zeros(len(counts.effects)))
    messages = [_message(one, priors, prior, _coarse(log_drift, log_dispersion)) for one in parts]
    heights = []
    for at, one in enumerate(parts):
        others = _joined(prior, [*messages[:at], *messages[at + 1 :]])
        surface, messages[at] = _surface(one, priors, others, (log_drift, log_dispersion))
        heights.append(surface)
    together = _joined(prior, messages)
    return PanelPosterior(
        types=counts.types,
        log_drift=log_drift,
        log_dispersion=log_dispersion,
        mass=_pooled(np.array(heights), log_drift, log_dispersion, priors),
        effects=counts.effects,
        effect_mean=np.linalg.solve(together.precision, together.weighted),
        effect_scale=np.sqrt(np.diag(np.linalg.inv(together.precision))),
    )


def panel_prior(priors: PanelPriors) -> PanelPosterior:
    """Give the prior of any type, on the grid: what speaks where a panel is too small.

    Raises
    ------
    ValueError
        If the priors name no drift.
    """
    log_drift, log_dispersion = _axes(priors)
    none = np.zeros(0)
    return PanelPosterior(
        types=(),
        log_drift=log_drift,
        log_dispersion=log_dispersion,
        mass=_pooled(none, log_drift, log_dispersion, priors),
        effects=(),
        effect_mean=none,
        effect_scale=none,
    )


def centre_of(priors: PanelPriors) -> tuple[float, float]:
    """Give the prior means of the log drift and the log dispersion common to all types.

    Raises
    ------
    ValueError
        If the priors name no drift.
    """
    if priors.drift is None:
        raise ValueError("the priors of a panel need a drift")
    return float(np.log(priors.drift)), float(np.log(priors.dispersion))


def _axes(priors: PanelPriors) -> tuple[Array, Array]:
    axes = []
    for centre, scale, spread, step in zip(
        centre_of(priors),
        (priors.drift_scale, priors.dispersion_scale),
        (priors.drift_spread, priors.dispersion_spread),
        (_DRIFT_STEP, _DISPERSION_STEP),
        strict=True,
    ):
        reach = _REACH * float(np.hypot(scale, spread))
        axes.append(centre + np.linspace(-reach, reach, 2 * int(reach / step) + 1))
    return axes[0], axes[1]


def _wide_prior(log_drift: Array, log_dispersion: Array, priors: PanelPriors) -> Array:
    """Log density of one type's pair before any months, as a normal of the same variance."""
    drift, dispersion = centre_of(priors)
    one = (log_drift - drift) ** 2 / (priors.drift_scale**2 + priors.drift_spread**2)
    other = (log_dispersion - dispersion) ** 2
    other /= priors.dispersion_scale**2 + priors.dispersion_spread**2
    result: Array = -0.5 * (one[:, None] + other[None, :])
    return result


def _coarse(log_drift: Array, log_dispersion: Array) -> tuple[Array, Array]:
    return (
        np.linspace(log_drift[0], log_drift[-1], _COARSE[0]),
        np.linspace(log_dispersion[0], log_dispersion[-1], _COARSE[1]),
    )


def _modes_on(
    months: TypeMonths, priors: PanelPriors, known: _Message, axes: tuple[Array, Array]
) -> PanelModes:
    pairs = np.array(np.meshgrid(*axes, indexing="ij")).reshape(2, -1)
    return panel_modes(
        months,
        priors,
        drift=np.exp(pairs[0]),
        dispersion=np.exp(pairs[1]),
        mean=np.linalg.solve(known.precision, known.weighted),
        precision=known.precision,
    )


def _message(
    months: TypeMonths, priors: PanelPriors, known: _Message, axes: tuple[Array, Array]
) -> _Message:
    """What months say of the effects, averaged over the pairs by how well they explain them."""
    found = _modes_on(months, priors, known, axes)
    return _said(found, _wide_prior(*axes, priors).ravel(), known)


def _said(found: PanelModes, log_prior: Array, known: _Message) -> _Message:
    log_weight = found.log_evidence + log_prior
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    mean = weight @ found.effect_mean
    apart = found.effect_mean - mean
    covariance = np.einsum("g,gbc->bc", weight, np.linalg.inv(found.effect_precision))
    covariance += np.einsum("g,gb,gc->bc", weight, apart, apart)
    told, axes = np.linalg.eigh(np.linalg.inv(covariance) - known.precision)
    # Rounding, or pairs that disagree, must not let months take knowledge away.
    precision = (axes * np.clip(told, 0.0, None)) @ axes.T
    return _Message(precision, (known.precision + precision) @ mean - known.weighted)


def _joined(prior: _Message, others: list[_Message]) -> _Message:
    return _Message(
        prior.precision + sum(one.precision for one in others),
        prior.weighted + sum(one.weighted for one in others),
    )


def _surface(
    months: TypeMonths,
    priors: PanelPriors,
    known: _Message,
    grid: tuple[Array, Array],
) -> tuple[Array, _Message]:
    """Log evidence on the whole grid: looked for coarsely, then computed where it matters."""
    log_drift, log_dispersion = grid
    axes = _coarse(log_drift, log_dispersion)
    height = _modes_on(months, priors, known, axes).log_evidence.reshape(_COARSE)
    inside = _spline(axes, height + _wide_prior(*axes, priors))(log_drift, log_dispersion)
    matters = inside > inside.max() - _FAINT
    box = [
        np.linspace(axis[where[0]], axis[where[-1]], number)
        for axis, where, number in zip(
            (log_drift, log_dispersion),
            (np.flatnonzero(matters.any(axis=1)), np.flatnonzero(matters.any(axis=0))),
            _FINE,
            strict=True,
        )
    ]
    fine = box[0], box[1]
    found = _modes_on(months, priors, known, fine)
    surface = _spline(fine, found.log_evidence.reshape(_FINE))(log_drift, log_dispersion)
    outside = (
        (log_drift < fine[0][0]) | (log_drift > fine[0][-1]),
        (log_dispersion < fine[1][0]) | (log_dispersion > fine[1][-1]),
    )
    surface[outside[0], :] = -np.inf
    surface[:, outside[1]] = -np.inf
    said = _said(found, _wide_prior(*fine, priors).ravel(), known)
    return surface - surface.max(), said


def _spline(axes: tuple[Array, Array], height: Array) -> RectBivariateSpline:
    return RectBivariateSpline(*axes, height, kx=3, ky=3)


def _pooled(heights: Array, log_drift: Array, log_dispersion: Array, priors: PanelPriors) -> Array:
    """Posterior mass of each type and of a new one, over what types have in common."""
    drift, dispersion = centre_of(priors)
    first = _levels(log_drift, drift, priors.drift_scale, priors.drift_spread)
    second = _levels(log_dispersion, dispersion, priors.dispersion_scale, priors.dispersion_spread)
    evidence = np.exp(heights)
    explained = [first[0] @ one @ second[0].T for one in evidence]
    log_weight = first[1][:, None] + second[1][None, :]
    for one in explained:
        with np.errstate(divide="ignore"):
            log_weight = log_weight + np.log(one)
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    mass = []
    for one, level in zip(evidence, explained, strict=True):
        share = np.divide(weight, level, out=np.zeros_like(weight), where=level > 0)
        mass.append(one * (first[0].T @ share @ second[0]))
    mass.append(first[0].T @ weight @ second[0])
    together = np.array(mass)
    result: Array = together / together.sum(axis=(1, 2), keepdims=True)
    return result


def _levels(axis: Array, centre: float, scale: float, spread: float) -> tuple[Array, Array]:
    """Densities on an axis for each mean and spread of a type, and the log weight of each."""
    means = centre + scale * np.linspace(-_WIDEST, _WIDEST, _CENTRES)
    point, measure = np.polynomial.legendre.leggauss(_SPREADS)
    spreads = spread * _WIDEST * (1 + point) / 2
    log_mean = -0.5 * ((means - centre) / scale) ** 2
    log_spread = np.log(measure) - 0.5 * (spreads / spread) ** 2
    log_weight = (log_mean[:, None] + log_spread[None, :]).ravel()
    unit = (axis - means[:, None, None]) / spreads[None, :, None]
    density = np.exp(-0.5 * unit**2) / spreads[None, :, None]
    return density.reshape(-1, len(axis)), log_weight
