"""The posterior of the recalibration model without sampling: nested Laplace.

The standard deviations of the groups stand on a grid; given them, the effects are close to
normal around their mode, which Newton's method finds. The posterior is then a mixture of normals,
weighted by how well each point of the grid explains the outcomes (Laplace's approximation; Rue,
Martino & Chopin 2009). Nothing is compiled and nothing is random: it serves the many refits of a
rolling-origin comparison, and whatever must be quick. What is published as a fit is sampled.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from forecast_bench.bayes.cell_counts import Cells
from forecast_bench.bayes.covariates import enabled_covariates
from forecast_bench.bayes.effects import phrase_log_odds
from forecast_bench.bayes.groups import GROUPS, enabled_groups
from forecast_bench.bayes.laplace_mode import Design, design, modes
from forecast_bench.bayes.settings import RecalibrationSettings

Array = NDArray[np.float64]

NODES = 5
"""Points of the grid along the scale of each group; with 4 some ends of intervals are 0.23 off."""

# Where each scale is looked at first, in units of its prior scale.
_SCAN = (0.02, 0.25, 0.5, 0.8, 1.15, 1.6, 2.1, 2.7, 3.4)
_SWEEPS = 2
# A scale is followed to where its density has fallen by this many nats.
_REACH = 5.0
# Points of the grid this many nats under the best say nothing.
_FAINT = 9.0


@dataclass(frozen=True, eq=False)
class LaplacePosterior:
    """A mixture of normals over the effects, one for each point of the grid of scales.

    Attributes
    ----------
    weight : ndarray, shape (points,)
        Posterior probability of each point; they sum to 1.
    mean : ndarray, shape (points, effects)
        Mean of the effects: intercept, log slope, the members of each group, the covariates.
    covariance : ndarray, shape (points, effects, effects)
        Of the effects around it.
    scale : mapping of str to ndarray, shape (points,)
        Standard deviation of each group.
    levels : mapping of str to tuple of str
        Members of each group, in the order of the effects.
    settings : RecalibrationSettings
        The model.
    outcomes : int
        Resolved judgments it was fitted to.
    phrase_log_odds : ndarray, shape (phrases,)
        Mean of the log odds that each phrase stands for, in the order of their effects.
    """

    weight: Array
    mean: Array
    covariance: Array
    scale: Mapping[str, Array]
    levels: Mapping[str, tuple[str, ...]]
    settings: RecalibrationSettings
    outcomes: int
    phrase_log_odds: Array = field(default_factory=lambda: np.zeros(0))

    def column(self, group: str) -> int:
        """First effect of a group, as an index into `mean`."""
        names = list(self.levels)
        return 2 + sum(len(self.levels[name]) for name in names[: names.index(group)])

    def covariate_column(self, covariate: str) -> int:
        """Effect of a covariate, as an index into `mean`."""
        names = enabled_covariates(self.settings)
        return 2 + sum(len(one) for one in self.levels.values()) + names.index(covariate)


def nested_laplace(
    cells: Cells, settings: RecalibrationSettings, *, nodes: int = NODES
) -> LaplacePosterior:
    """Approximate the posterior of the recalibration model, deterministically.

    Parameters
    ----------
    cells
        Counts per cell; none is legal and gives the prior.
    settings
        Priors and groups; the sampler's settings are not used.
    nodes
        Points of the grid along the scale of each group, 1 or more.

    Returns
    -------
    LaplacePosterior
        Also where every outcome of a cell, an analyst or the whole record is the same: the priors
        keep the modes finite.

    Raises
    ------
    ValueError
        If `nodes` is less than 1, or counts are impossible.

    References
    ----------
    Rue, H., Martino, S. & Chopin, N. (2009). Approximate Bayesian inference for latent Gaussian
    models by using integrated nested Laplace approximations. JRSS B 71(2).
    https://doi.org/10.1111/j.1467-9868.2008.00700.x

    Examples
    --------
    >>> import pandas as pd
    >>> from forecast_bench.bayes.cell_counts import cells
    >>> frame = pd.DataFrame({"probability": [0.9] * 40, "outcome": [1, 0] * 20,
    ...     "analyst": "a", "phrase": "very likely", "topic": "t"})
    >>> found = nested_laplace(cells(frame), RecalibrationSettings())
    >>> bool((found.weight @ found.mean)[1] < 0)
    True
    """
    if nodes < 1:
        raise ValueError(f"nodes must be 1 or more, got {nodes}")
    names = enabled_groups(settings)
    wanted = design(cells, settings)
    scales, log_measure, start = _grid(wanted, names, settings, nodes)
    found = modes(wanted, scales, start=start)
    log_weight = found.log_evidence + log_measure + _log_prior(scales, settings)
    log_weight -= log_weight.max()
    kept = log_weight > -_FAINT
    weight = np.exp(log_weight[kept])
    levels = {
        "analyst": cells.analysts,
        "phrase": cells.phrases,
        "topic": cells.topics,
    }
    return LaplacePosterior(
        weight=weight / weight.sum(),
        mean=found.mean[kept],
        covariance=found.covariance[kept],
        scale={name: scales[kept, at] for at, name in enumerate(names)},
        levels={name: levels[GROUPS[name]] for name in names},
        settings=settings,
        outcomes=cells.outcomes,
        phrase_log_odds=phrase_log_odds(
            cells.log_odds, cells.phrase, cells.trials, phrases=len(cells.phrases)
        ),
    )


def _log_prior(scales: Array, settings: RecalibrationSettings) -> Array:
    """Half-normal, up to its constant."""
    density: Array = -0.5 * ((scales / settings.group_scale) ** 2).sum(axis=1)
    return density


def _grid(
    wanted: Design, names: tuple[str, ...], settings: RecalibrationSettings, nodes: int
) -> tuple[Array, Array, Array]:
    """Scales of the grid's points, the log of what each stands for, and where modes are near."""
    if not names:
        return np.zeros((1, 0)), np.zeros(1), np.zeros(wanted.effects)
    scan = settings.group_scale * np.array(_SCAN)
    centre = np.full(len(names), settings.group_scale * 0.8)
    start = np.zeros(wanted.effects)
    for _ in range(_SWEEPS):
        tried = np.repeat(centre[None, :], len(names) * scan.size, axis=0)
        for at in range(len(names)):
            tried[at * scan.size : (at + 1) * scan.size, at] = scan
        found = modes(wanted, tried, start=start)
        profiles = (found.log_evidence + _log_prior(tried, settings)).reshape(len(names), -1)
        start = found.unit[int(np.argmax(profiles))]
        # The mean under the profile, which a flat or one-sided profile has too.
        mass = np.exp(profiles - profiles.max(axis=1, keepdims=True)) * np.gradient(scan)
        centre = (mass * scan).sum(axis=1) / mass.sum(axis=1)
    return (*_tensor(scan, profiles, nodes), start)


def _tensor(scan: Array, profiles: Array, nodes: int) -> tuple[Array, Array]:
    """Every combination of Gauss-Legendre points along each scale that may matter."""
    point, measure = np.polynomial.legendre.leggauss(nodes)
    fine = np.linspace(0, scan[-1], 400)
    axes, logs, heights = [], [], []
    for profile in profiles:
        height = np.interp(fine, scan, profile) - profile.max()
        inside = fine[height > -_REACH]
        half = (inside[-1] - inside[0]) / 2
        axes.append(inside[0] + half * (1 + point))
        logs.append(np.log(half * measure))
        heights.append(np.interp(axes[-1], scan, profile) - profile.max())
    combined = [
        np.array(list(itertools.product(*parts)), dtype=np.float64)
        for parts in (axes, logs, heights)
    ]
    # Scales hardly depend on each other, so the sum of profiles tells what is hopeless.
    total = combined[2].sum(axis=1)
    kept = total > total.max() - _FAINT
    return combined[0][kept], combined[1][kept].sum(axis=1)
