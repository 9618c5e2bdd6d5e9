"""Is the full model worth its parameters? Each outcome predicted by a fit of all the others.

Leave-one-out by Pareto-smoothed importance sampling (ArviZ). Outcomes of one cell with the same
result are exchangeable, so each kind of outcome, a cell with its result, is judged once and counts
as often as it occurred: a million outcomes cost what their cells cost, and each still weighs one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import log_expit

from forecast_bench.bayes.cell_counts import Cells, cell_of, resolved
from forecast_bench.bayes.cell_lines import cell_log_odds, posterior_values
from forecast_bench.bayes.recalibration import settings_of
from forecast_bench.bayes.simple_models import SimpleModel, simple_draws, simple_posterior
from forecast_bench.reliability import cluster_codes

Array = NDArray[np.float64]

FULL: Final = "full"
FITTED: Final[tuple[SimpleModel, ...]] = get_args(SimpleModel)
MODELS: Final = ("identity", *FITTED, FULL)
"""As stated; one shift; one slope; both without groups; with everything the settings ask for."""

LARGEST_K: Final = 0.7
"""Pareto k above which the importance weights of an outcome cannot be trusted."""

SMALL: Final = 4.0
"""Differences in nats that are too small for their standard error to be trusted."""

_DRAWS: Final = 1000
_CHAINS: Final = 4
_STREAM: Final = 211


def left_out_points(idata: Any, cells: Cells, *, draws: int = _DRAWS) -> pd.DataFrame:
    """Predict each kind of outcome from all other outcomes, by every model.

    Parameters
    ----------
    idata
        Posterior of the fit of these cells.
    cells
        Counts per cell, at least one.
    draws
        Draws of each posterior that are used.

    Returns
    -------
    pandas.DataFrame
        A row for each cell and result that occurred: ``cell``, ``outcome``, ``times``; for each of
        `MODELS` the log of the probability given to it, in nats, and ``k <model>``, the Pareto k of
        its importance weights (missing for the identity, which has no parameters).

    Raises
    ------
    ValueError
        If there are no outcomes.

    References
    ----------
    Vehtari, A., Gelman, A. & Gabry, J. (2017). Practical Bayesian model evaluation using
    leave-one-out cross-validation and WAIC. Statistics and Computing 27.
    https://doi.org/10.1007/s11222-016-9696-4
    """
    if not cells.outcomes:
        raise ValueError("nothing was observed, so nothing can be left out")
    settings, seed = settings_of(idata), int(idata.attrs["seed"])
    points = pd.DataFrame(
        {
            "cell": np.tile(np.arange(cells.trials.size), 2),
            "outcome": np.repeat([0, 1], cells.trials.size),
            "times": np.concatenate([cells.trials - cells.occurred, cells.occurred]),
        }
    )
    points = points[points["times"] > 0].reset_index(drop=True)
    sign = np.where(points["outcome"] == 1, 1.0, -1.0)
    at = points["cell"].to_numpy()
    points["identity"] = log_expit(sign * cells.log_odds[at])
    points["k identity"] = np.nan
    for place, model in enumerate(FITTED):
        values = simple_draws(
            simple_posterior(cells, settings, model),
            number=draws,
            seed=_stream(seed, place),
        )
        # Whatever is stated alike is predicted alike: few distinct values need be judged.
        kinds, code = np.unique(np.stack([cells.log_odds[at], sign]), axis=1, return_inverse=True)
        eta = values["intercept"][:, None] + np.exp(values["log_slope"])[:, None] * kinds[0]
        elpd, k = _smoothed(log_expit(eta * kinds[1]), independent=True)
        points[model], points[f"k {model}"] = elpd[code], k[code]
    values = posterior_values(idata, draws)
    eta = np.concatenate(list(cell_log_odds(values, cells)))
    points[FULL], points[f"k {FULL}"] = _smoothed(log_expit(eta[:, at] * sign), independent=False)
    return points


def left_out_comparison(
    points: pd.DataFrame,
    frame: pd.DataFrame,
) -> pd.DataFrame:
    """Compare the models on outcomes left out, with the full model as the measure.

    Parameters
    ----------
    points
        As `left_out_points` gives it.
    frame
        The outcomes the cells were counted from, with ``question`` and, where there is one,
        ``situation``: what is left out is one outcome, and outcomes that share a fate do not
        count as independent in the standard error.

    Returns
    -------
    pandas.DataFrame
        In the order of `MODELS`: ``model``, ``elpd`` (sum over outcomes of the log of the
        probability given to each when it is left out, nats), ``less`` (by how much the full model's
        is higher), ``standard_error`` of `less` (missing with one cluster), ``largest_k``,
        ``bad_k`` (share of outcomes with a k above `LARGEST_K`), ``outcomes``, ``clusters``,
        ``statement``.

    Raises
    ------
    ValueError
        If the frame does not hold the outcomes of the points.

    References
    ----------
    Sivula, T., Magnusson, M., Matamoros, A. A. & Vehtari, A. (2020). Uncertainty in Bayesian
    leave-one-out cross-validation based model comparison.
    https://doi.org/10.48550/arXiv.2008.10296
    """
    place = _places(points, frame)
    fate: dict[str, Any] = {"question": frame["question"], "situation": frame.get("situation")}
    cluster = cluster_codes(**fate)
    clusters = int(cluster.max()) + 1
    times = points["times"].to_numpy(dtype=np.float64)
    rows = []
    for model in MODELS:
        less = (points[FULL] - points[model]).to_numpy()
        sums = np.bincount(cluster, weights=less[place], minlength=clusters)
        k = points[f"k {model}"].to_numpy()
        known = np.isfinite(k)
        found = {
            "model": model,
            "elpd": float(times @ points[model].to_numpy()),
            "less": float(times @ less),
            "standard_error": (
                float(np.sqrt(clusters / (clusters - 1) * ((sums - sums.mean()) ** 2).sum()))
                if clusters > 1
                else np.nan
            ),
            "largest_k": float(k[known].max()) if known.any() else np.nan,
            "bad_k": float(times[known & (k > LARGEST_K)].sum() / times.sum()),
            "outcomes": int(times.sum()),
            "clusters": clusters,
        }
        rows.append({**found, "statement": left_out_statement(found)})
    return pd.DataFrame(rows)


def left_out_statement(found: Mapping[str, Any]) -> str:
    """Say how a simpler model does beside the full one, and no more than can be told.

    Parameters
    ----------
    found
        A row of `left_out_comparison`.

    Returns
    -------
    str
        A difference is called one only beyond two standard errors and `SMALL` nats.

    Examples
    --------
    >>> left_out_statement({"model": "slope", "less": 12.0, "standard_error": 4.0, "bad_k": 0.0})
    'the full model predicts outcomes left out better'
    >>> left_out_statement({"model": "slope", "less": 3.0, "standard_error": 1.0, "bad_k": 0.0})
    'cannot be told from the full model'
    """
    if found["model"] == FULL:
        return "what the others are held against" + _doubt(found)
    less, error = float(found["less"]), float(found["standard_error"])
    if not abs(less) > max(2 * error, SMALL):
        # Also where the standard error is not known.
        return "cannot be told from the full model" + _doubt(found)
    if less > 0:
        return "the full model predicts outcomes left out better" + _doubt(found)
    return "predicts outcomes left out better than the full model" + _doubt(found)


def _doubt(found: Mapping[str, Any]) -> str:
    share = float(found["bad_k"])
    return f"; not to be relied on, since k is above {LARGEST_K} for {share:.1%}" if share else ""


def _places(points: pd.DataFrame, frame: pd.DataFrame) -> NDArray[np.int64]:
    """Row of `points` of every outcome of the frame."""
    rows = resolved(frame)
    own = pd.MultiIndex.from_arrays([cell_of(frame), rows["outcome"].to_numpy()])
    known = pd.MultiIndex.from_frame(points[["cell", "outcome"]])
    place = known.get_indexer(own).astype(np.int64)
    counted = np.bincount(place[place >= 0], minlength=len(points))
    if (place < 0).any() or (counted != points["times"].to_numpy()).any():
        raise ValueError("the outcomes are not those that were left out")
    return place


def _stream(seed: int, place: int) -> int:
    return int(np.random.default_rng([seed, _STREAM, place]).integers(2**31))


def _smoothed(log_likelihood: Array, *, independent: bool) -> tuple[Array, Array]:
    """Log predictive probability and Pareto k of each kind of outcome; draws come first."""
    import warnings

    import arviz

    whole = log_likelihood.shape[0] // _CHAINS * _CHAINS
    by_chain = log_likelihood[:whole].reshape(_CHAINS, -1, log_likelihood.shape[1])
    # ArviZ asks for a posterior to tell how many draws it is worth.
    tree = arviz.from_dict(
        {
            "posterior": {"log_likelihood": by_chain.mean(axis=2)},
            "log_likelihood": {"occurred": by_chain},
        }
    )
    with warnings.catch_warnings():
        # Told by k itself, for each outcome.
        warnings.simplefilter("ignore")
        found = arviz.loo(tree, pointwise=True, reff=1.0 if independent else None)
    return np.asarray(found.elpd_i.to_numpy()), np.asarray(found.pareto_k.to_numpy())
