"""The modes of the effects for many sets of group scales at once, by Newton's method.

Effects are worked with in units of their prior standard deviation, so that a scale near zero is
as harmless as any other. A cell's log odds depend on at most six effects, so the curvature of all
cells is three products with a sparse matrix of which effects meet in which cell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from forecast_bench.bayes.cell_counts import Cells
from forecast_bench.bayes.covariates import COVARIATES, enabled_covariates, refuse_lacking
from forecast_bench.bayes.groups import GROUPS, LOG_SLOPE, enabled_groups
from forecast_bench.bayes.settings import RecalibrationSettings

Array = NDArray[np.float64]
# Which effect each cell has, and how much of it.
type _Part = tuple[NDArray[np.int64], Array]

_STEPS = 100
_CLOSE = 1e-7
_HALVINGS = 40
# In units of the prior standard deviations: no step is longer in any effect.
_LONGEST = 4.0
# Log slopes beyond are taken for this one.
_STEEPEST = 30.0


@dataclass(frozen=True, eq=False)
class Design:
    """Which effects make the log odds of which cell.

    Attributes
    ----------
    shift, slope : sparse matrix, shape (cells, effects)
        Effects that add to the log odds of a cell, and to the log of the factor on what was said.
    shift_shift, shift_slope, slope_slope : sparse matrix, shape (effects squared, cells)
        Pairs of effects that meet in a cell.
    log_odds, trials, occurred : ndarray, shape (cells,)
        What was said, how often, and how often it came true.
    common : ndarray, shape (2,)
        Prior standard deviations of the intercept and the log slope.
    members : tuple of int
        Number of effects of each group.
    covariates : ndarray, shape (covariates,)
        Prior standard deviations of the effects of covariates, which come last.
    """

    shift: Any
    slope: Any
    shift_shift: Any
    shift_slope: Any
    slope_slope: Any
    log_odds: Array
    trials: Array
    occurred: Array
    common: Array
    members: tuple[int, ...]
    covariates: Array

    @property
    def effects(self) -> int:
        """Number of effects."""
        return 2 + sum(self.members) + self.covariates.size

    def spread(self, scales: Array) -> Array:
        """Prior standard deviation of every effect, for each row of group scales."""
        common = np.repeat(self.common[None, :], len(scales), axis=0)
        covariates = np.repeat(self.covariates[None, :], len(scales), axis=0)
        return np.hstack([common, np.repeat(scales, self.members, axis=1), covariates])


@dataclass(frozen=True, eq=False)
class Modes:
    """Modes for each set of scales.

    Attributes
    ----------
    unit : ndarray, shape (points, effects)
        Modes in units of the prior standard deviations.
    mean : ndarray, shape (points, effects)
        Means of the effects as they are: the modes, put right for skewness.
    covariance : ndarray, shape (points, effects, effects)
        Inverse curvature at the mode.
    log_evidence : ndarray, shape (points,)
        Laplace's approximation of the log probability of the outcomes, up to a constant.
    """

    unit: Array
    mean: Array
    covariance: Array
    log_evidence: Array


def design(cells: Cells, settings: RecalibrationSettings) -> Design:
    """Lay out the model for cells.

    Raises
    ------
    ValueError
        If counts are no counts, a stated probability of 0 or 1 has no log odds, or a covariate
        that the settings switch on is not there.
    """
    from scipy.sparse import csr_array

    refuse_lacking(list(cells.covariates), settings)

    trials, occurred = (np.asarray(one, dtype=float) for one in (cells.trials, cells.occurred))
    if not ((occurred >= 0) & (occurred <= trials)).all():
        raise ValueError("each cell's count of events must lie between 0 and its trials")
    if not np.isfinite(cells.log_odds).all():
        raise ValueError("stated log odds must be finite: a probability of 0 or 1 has none")
    number = len(trials)
    whole = np.ones(number)
    shift: list[_Part] = [(np.zeros(number, dtype=np.int64), whole)]
    slope: list[_Part] = [(np.ones(number, dtype=np.int64), whole)]
    members: list[int] = []
    for name in enabled_groups(settings):
        code = 2 + sum(members) + getattr(cells, GROUPS[name])
        (slope if name.endswith(LOG_SLOPE) else shift).append((code, whole))
        members.append(len(getattr(cells, f"{GROUPS[name]}s")))
    covariates = enabled_covariates(settings)
    for place, name in enumerate(covariates, start=2 + sum(members)):
        steps = cells.covariates[COVARIATES[name]].astype(np.float64)
        slope.append((np.full(number, place), steps))
    effects = 2 + sum(members) + len(covariates)

    def incidence(parts: list[_Part], width: int) -> Any:
        rows = np.tile(np.arange(number), len(parts))
        codes, shares = (np.concatenate(one) for one in zip(*parts, strict=True))
        return csr_array((shares, (rows, codes)), shape=(number, width))

    def pairs(*met: tuple[list[_Part], list[_Part]]) -> Any:
        both = [
            (a * effects + b, of_a * of_b)
            for left, right in met
            for a, of_a in left
            for b, of_b in right
        ]
        return incidence(both, effects**2).T.tocsr()

    return Design(
        shift=incidence(shift, effects),
        slope=incidence(slope, effects),
        shift_shift=pairs((shift, shift)),
        shift_slope=pairs((shift, slope), (slope, shift)),
        slope_slope=pairs((slope, slope)),
        log_odds=np.asarray(cells.log_odds, dtype=float),
        trials=trials,
        occurred=occurred,
        common=np.array([settings.intercept_scale, settings.log_slope_scale]),
        members=tuple(members),
        covariates=np.full(len(covariates), settings.covariate_scale),
    )


def modes(wanted: Design, scales: Array, *, start: Array) -> Modes:
    """Find the mode of the effects for each set of scales, with the curvature there.

    Steps are Newton's, halved where they would lose. Where the density is not concave, Fisher's
    expected curvature, which is never negative, takes the place of the observed one.

    Parameters
    ----------
    wanted
        The model laid out.
    scales : ndarray, shape (points, groups)
        Standard deviations of the groups, above 0.
    start : ndarray, shape (effects,)
        Where to begin, in units of the prior standard deviations.

    Raises
    ------
    ArithmeticError
        If the steps do not settle, which the priors exclude.
    """
    spread = wanted.spread(scales)
    unit = np.repeat(start[None, :], len(scales), axis=0)
    value = _log_density(wanted, spread, unit)
    for _ in range(_STEPS):
        gradient, curvature = _rising(wanted, spread, unit)
        step = np.linalg.solve(curvature, gradient[:, :, None])[:, :, 0]
        farthest = np.abs(step).max(axis=1, keepdims=True, initial=0.0)
        step *= np.minimum(1, _LONGEST / np.maximum(farthest, _LONGEST))
        unit, value, moved = _moved(wanted, spread, unit, value, step)
        if moved < _CLOSE:
            break
    else:
        raise ArithmeticError(f"the modes have not settled in {_STEPS} steps")
    _, curvature = _rising(wanted, spread, unit)
    _, log_determinant = np.linalg.slogdet(curvature)
    covariance = np.linalg.inv(curvature) * spread[:, :, None] * spread[:, None, :]
    mean = unit * spread + _lean(wanted, spread, unit, covariance)
    return Modes(unit, mean, covariance, value - 0.5 * log_determinant)


def _lean(wanted: Design, spread: Array, unit: Array, covariance: Array) -> Array:
    """How far the mean lies from the mode, since the density is skewed.

    To third order it is the covariance times half the curvature of the gradient, met with the
    covariance (Tierney & Kadane 1986, https://doi.org/10.1080/01621459.1986.10478240). It matters
    where a slope is traded for shifts.
    """
    log_odds, scaled = _parts(wanted, spread, unit)
    chance = expit(log_odds)
    left = wanted.occurred - wanted.trials * chance
    weight = wanted.trials * chance * (1 - chance)
    third = -weight * (1 - 2 * chance)
    flat = covariance.reshape(len(covariance), -1).T
    a, both, b = (
        (pairs.T @ flat).T for pairs in (wanted.shift_shift, wanted.shift_slope, wanted.slope_slope)
    )
    to_shift = third * (a + both * scaled + b * scaled**2) - weight * scaled * b
    to_slope = (
        third * scaled * (a + both * scaled + b * scaled**2)
        - weight * scaled * (both + 3 * b * scaled)
        + left * scaled * b
    )
    pull = (wanted.shift.T @ to_shift.T + wanted.slope.T @ to_slope.T).T / 2
    moved: Array = np.einsum("gij,gj->gi", covariance, pull)
    return moved


def _rising(wanted: Design, spread: Array, unit: Array) -> tuple[Array, Array]:
    """Gradient, and a curvature under which a step along it rises."""
    gradient, curvature = _slopes(wanted, spread, unit, observed=True)
    try:
        np.linalg.cholesky(curvature)
    except np.linalg.LinAlgError:
        _, expected = _slopes(wanted, spread, unit, observed=False)
        bent = np.linalg.eigvalsh(curvature)[:, 0] <= 0
        curvature = np.where(bent[:, None, None], expected, curvature)
    return gradient, curvature


def _moved(
    wanted: Design, spread: Array, unit: Array, value: Array, step: Array
) -> tuple[Array, Array, float]:
    """Take the steps, halving those that lose, and say how far the farthest went."""
    share = np.ones(len(unit))
    for _ in range(_HALVINGS):
        tried = unit + share[:, None] * step
        reached = _log_density(wanted, spread, tried)
        lost = reached < value - 1e-9 * (1 + np.abs(value))
        if not lost.any():
            break
        share[lost] /= 2
    else:
        tried = np.where(lost[:, None], unit, tried)
        reached = np.where(lost, value, reached)
    return tried, reached, float(np.abs(tried - unit).max(initial=0.0))


def _parts(wanted: Design, spread: Array, unit: Array) -> tuple[Array, Array]:
    """Log odds of each cell, and the part of them that the slope makes."""
    effect = unit * spread
    # A step that goes astray is taken back, if only its density is a number.
    log_slope = np.clip((wanted.slope @ effect.T).T, -_STEEPEST, _STEEPEST)
    scaled = np.exp(log_slope) * wanted.log_odds
    return (wanted.shift @ effect.T).T + scaled, scaled


def _log_density(wanted: Design, spread: Array, unit: Array) -> Array:
    log_odds, _ = _parts(wanted, spread, unit)
    told = wanted.occurred * log_odds - wanted.trials * np.logaddexp(0, log_odds)
    density: Array = told.sum(axis=1) - 0.5 * (unit**2).sum(axis=1)
    return density


def _slopes(wanted: Design, spread: Array, unit: Array, *, observed: bool) -> tuple[Array, Array]:
    """Gradient and negative curvature of the log density, in units of the prior."""
    log_odds, scaled = _parts(wanted, spread, unit)
    chance = expit(log_odds)
    left = wanted.occurred - wanted.trials * chance
    weight = wanted.trials * chance * (1 - chance)
    gradient = (wanted.shift.T @ left.T + wanted.slope.T @ (left * scaled).T).T * spread - unit
    bent = weight * scaled**2 - (left * scaled if observed else 0)
    flat = (
        wanted.shift_shift @ weight.T
        + wanted.shift_slope @ (weight * scaled).T
        + wanted.slope_slope @ bent.T
    ).T
    size = wanted.effects
    curvature = flat.reshape(-1, size, size) * spread[:, :, None] * spread[:, None, :]
    return gradient, curvature + np.eye(size)
