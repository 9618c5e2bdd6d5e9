"""What a nested Laplace fit says: the map, and single judgments recalibrated.

The same columns as `recalibration_map` and `recalibrate` give for a sampled fit, with the same
meaning; quantiles are those of the mixture of normals, found by bisection.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit, ndtr

from forecast_bench.bayes.cell_counts import stated
from forecast_bench.bayes.covariates import COVARIATES, enabled_covariates, refuse_lacking
from forecast_bench.bayes.groups import GROUPS, LOG_SLOPE
from forecast_bench.bayes.nested_laplace import LaplacePosterior

Array = NDArray[np.float64]

# An effect of each row, and how much of it.
type _Part = tuple[NDArray[np.int64], Array]

_KEYS = ["analyst", "phrase", "topic", "probability"]
_HALVINGS = 32
_SLOPES = 9
_CHUNK = 256


def laplace_map(
    posterior: LaplacePosterior, stated_probability: ArrayLike, *, share: float = 1.0
) -> pd.DataFrame:
    """Return what stated probabilities are worth, for an average analyst, phrase and topic.

    Parameters
    ----------
    posterior
        A fit.
    stated_probability
        Probabilities, strictly inside (0, 1).
    share
        How much of the correction is made, see `partly`.

    Returns
    -------
    pandas.DataFrame
        Columns ``probability``, ``median``, ``low``, ``high``, as `recalibration_map` gives them.

    Raises
    ------
    ValueError
        If a probability is not strictly inside (0, 1).

    Examples
    --------
    With no outcomes the median is the identity:

    >>> from forecast_bench.bayes.cell_counts import cells
    >>> from forecast_bench.bayes.nested_laplace import nested_laplace
    >>> from forecast_bench.bayes.settings import RecalibrationSettings
    >>> none = pd.DataFrame(columns=["probability", "outcome", "analyst", "phrase", "topic"])
    >>> laplace_map(nested_laplace(cells(none), RecalibrationSettings()), [0.2]).round(2)
       probability  median   low  high
    0          0.2     0.2  0.07   0.4
    """
    grid = np.atleast_1d(np.asarray(stated_probability, dtype=np.float64))
    if not ((grid > 0) & (grid < 1)).all():
        raise ValueError(f"stated probabilities must lie inside (0, 1), got {grid}")
    log_odds = logit(grid)
    line = line_of(posterior, [[0] for _ in grid], [[1] for _ in grid])
    median = _median_line(posterior, line, log_odds)
    low, high = _interval(posterior, line, log_odds)
    found = pd.DataFrame({"probability": grid, "median": median, "low": low, "high": high})
    return partly(found, share=share)


def partly(recalibrated: pd.DataFrame, *, share: float) -> pd.DataFrame:
    """Make a share of a correction, on the scale of log odds.

    Parameters
    ----------
    recalibrated
        Columns ``probability``, as stated, and any of ``median``, ``low``, ``high``.
    share
        0 leaves what was stated, 1 makes the whole correction.

    Examples
    --------
    >>> whole = pd.DataFrame({"probability": [0.9], "median": [0.8]})
    >>> partly(whole, share=0.5).round(3)["median"].tolist()
    [0.857]
    """
    if share == 1:
        return recalibrated
    stated_odds = logit(recalibrated["probability"].to_numpy())
    ends = [name for name in ("median", "low", "high") if name in recalibrated]
    moved = {
        name: expit(stated_odds + share * (logit(recalibrated[name].to_numpy()) - stated_odds))
        for name in ends
    }
    return recalibrated.assign(**moved)


def laplace_recalibrate(
    posterior: LaplacePosterior,
    frame: pd.DataFrame,
    *,
    with_interval: bool = True,
    share: float = 1.0,
) -> pd.DataFrame:
    """Recalibrate each judgment by what is known of its analyst, phrase and topic.

    Parameters
    ----------
    posterior
        A fit.
    frame
        Columns ``probability`` inside (0, 1), ``analyst``, ``phrase``, ``topic``, and the steps
        of the fit's covariates.
    with_interval
        Whether the interval is wanted too, which takes most of the time.
    share
        How much of the correction is made, see `partly`.

    Returns
    -------
    pandas.DataFrame
        Columns ``probability``, ``median`` and, where wanted, ``low`` and ``high``, with the
        index of `frame`, as `recalibrate` gives them: a member of a group that the fit has not
        seen has a median effect of zero, and the interval covers what it may be.

    Raises
    ------
    ValueError
        If a probability is outside (0, 1), or a name or a covariate is missing.
    """
    names = ["probability", "median", *(("low", "high") if with_interval else ())]
    rows = stated(frame)
    refuse_lacking(list(rows.columns), posterior.settings)
    if rows.empty:
        return pd.DataFrame({name: np.zeros(0) for name in names}, index=frame.index)
    keys = [*_KEYS, *(COVARIATES[name] for name in enabled_covariates(posterior.settings))]
    distinct = rows[keys].drop_duplicates(ignore_index=True)
    parts = [
        _recalibrated(posterior, distinct.iloc[at : at + _CHUNK], with_interval=with_interval)
        for at in range(0, len(distinct), _CHUNK)
    ]
    found = rows[keys].merge(pd.concat(parts), on=keys, how="left", validate="many_to_one")
    return partly(found[names].set_axis(frame.index), share=share)


@dataclass(frozen=True, eq=False)
class Line:
    """Normal shift and log slope of each row at each point of the grid: (points, rows)."""

    shift: Array
    shift_variance: Array
    slope: Array
    slope_variance: Array
    covariance: Array


def line_of(
    posterior: LaplacePosterior,
    shift: list[list[int]],
    slope: list[list[int]],
    steps: Mapping[str, Array] = MappingProxyType({}),
) -> Line:
    """Sum the effects of each row: -1 stands for none; covariates by their steps, to the slope."""
    # A last effect that is zero and certain takes the place of those that are not there.
    mean = np.pad(posterior.mean, ((0, 0), (0, 1)))
    covariance = np.pad(posterior.covariance, ((0, 0), (0, 1), (0, 1)))
    whole = np.ones(len(shift))
    a, b = (
        [(row, whole) for row in np.array(one, dtype=np.int64).T.reshape(-1, len(one))]
        for one in (shift, slope)
    )
    for name, step in steps.items():
        b.append((np.full(len(slope), posterior.covariate_column(name)), step))

    def summed(parts: list[_Part]) -> Array:
        total: Array = sum((mean[:, i] * of_i for i, of_i in parts), start=np.zeros(1))
        return total

    def together(left: list[_Part], right: list[_Part]) -> Array:
        total: Array = sum(
            (covariance[:, i, j] * (of_i * of_j) for i, of_i in left for j, of_j in right),
            start=np.zeros((len(mean), len(shift))),
        )
        return total

    return Line(
        shift=summed(a),
        shift_variance=together(a, a),
        slope=summed(b),
        slope_variance=together(b, b),
        covariance=together(a, b),
    )


def _recalibrated(
    posterior: LaplacePosterior, part: pd.DataFrame, *, with_interval: bool
) -> pd.DataFrame:
    size = len(part)
    effects = {False: [[0] for _ in range(size)], True: [[1] for _ in range(size)]}
    unseen = {False: np.zeros((len(posterior.weight), size)), True: np.zeros((1, size))}
    for name, levels in posterior.levels.items():
        slope = name.endswith(LOG_SLOPE)
        code = pd.Index(list(levels)).get_indexer(pd.Index(part[GROUPS[name]]))
        first = posterior.column(name)
        for row, at in enumerate(code):
            effects[slope][row].append(-1 if at < 0 else first + int(at))
        unseen[slope] = unseen[slope] + np.outer(posterior.scale[name] ** 2, code < 0)
    steps = {
        name: part[COVARIATES[name]].to_numpy(dtype=np.float64)
        for name in enabled_covariates(posterior.settings)
    }
    line = line_of(posterior, effects[False], effects[True], steps)
    log_odds = logit(part["probability"].to_numpy(dtype=np.float64))
    found = part.assign(median=_median_line(posterior, line, log_odds))
    if not with_interval:
        return found
    anew = Line(
        line.shift,
        line.shift_variance + unseen[False],
        line.slope,
        line.slope_variance + unseen[True],
        line.covariance,
    )
    low, high = _interval(posterior, anew, log_odds)
    return found.assign(low=low, high=high)


def _median_line(posterior: LaplacePosterior, line: Line, log_odds: Array) -> Array:
    shift = quantile_of(posterior.weight, line.shift, line.shift_variance, 0.5)
    slope = quantile_of(posterior.weight, line.slope, line.slope_variance, 0.5)
    middle: Array = expit(shift + np.exp(slope) * log_odds)
    return middle


def quantile_of(weight: Array, mean: Array, variance: Array, level: float) -> Array:
    """Quantile of a mixture of normals for each row, the points of the mixture first."""
    spread = np.sqrt(variance)
    low, high = (mean - 8 * spread).min(axis=0), (mean + 8 * spread).max(axis=0)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        under = weight @ ndtr((middle - mean) / spread) < level
        low, high = np.where(under, middle, low), np.where(under, high, middle)
    found: Array = (low + high) / 2
    return found


def mixture_of(
    posterior: LaplacePosterior, line: Line, log_odds: Array
) -> tuple[Array, Array, Array]:
    """Weight, mean and variance of the recalibrated log odds: a mixture over slopes too.

    Parameters
    ----------
    posterior
        A fit.
    line
        Shift and log slope of each row.
    log_odds : ndarray, shape (rows,)
        As stated.
    """
    node, mass = np.polynomial.hermite_e.hermegauss(_SLOPES)
    slope_spread = np.sqrt(line.slope_variance)
    slope = line.slope[:, None] + slope_spread[:, None] * node[:, None]
    tilt = line.covariance / slope_spread
    mean = line.shift[:, None] + tilt[:, None] * node[:, None] + np.exp(slope) * log_odds
    left = np.maximum(line.shift_variance - tilt**2, 1e-12)
    variance = np.repeat(left[:, None], _SLOPES, axis=1)
    weight = np.outer(posterior.weight, mass / mass.sum()).ravel()
    return weight, mean.reshape(weight.size, -1), variance.reshape(weight.size, -1)


def _interval(posterior: LaplacePosterior, line: Line, log_odds: Array) -> tuple[Array, Array]:
    """Equal-tailed interval of the recalibrated probability."""
    tail = (1 - posterior.settings.interval) / 2
    parts = mixture_of(posterior, line, log_odds)
    low, high = (expit(quantile_of(*parts, level)) for level in (tail, 1 - tail))
    return low, high
