"""Would this model give data like ours? Outcomes drawn anew for the statements that were made.

For every draw of the parameters, outcomes are drawn for each cell; their shares, by phrase and by
what was stated, are held against those observed, and so are a few measures of the whole record.
The model takes outcomes as independent given their cell, and so do the replicates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from forecast_bench.bayes.cell_counts import Cells
from forecast_bench.bayes.cell_lines import cell_log_odds, posterior_values, prior_values
from forecast_bench.bayes.recalibration import settings_of
from forecast_bench.reliability.bias import in_the_large_of, over_under_of
from forecast_bench.reliability.decomposition import corp_of
from forecast_bench.reliability.distinct import DistinctForecasts

Array = NDArray[np.float64]

REPLICATES: Final = 500
MEASURES: Final = ("in_the_large", "over_under", "mcb")
"""Stated less observed; confidence less share right; miscalibration (Brier, CORP)."""

EDGES: Final = tuple(round(tenth / 10, 1) for tenth in range(11))
"""Ends of the bins of what was stated."""

_STREAM: Final = 173


@dataclass(frozen=True, eq=False)
class PredictiveChecks:
    """Replicated data beside those observed.

    Attributes
    ----------
    shares : pandas.DataFrame
        A row for each phrase and each tenth of what was stated: ``by`` ("phrase" or "stated"),
        ``level``, ``stated`` (mean), ``n``, ``observed`` (share that occurred); ``low``,
        ``median``, ``high`` of the replicated share, ``inside``; ``prior_low`` and ``prior_high``
        of shares replicated from the prior.
    measures : pandas.DataFrame
        A row for each of `MEASURES`: ``measure``, ``observed``, ``low``, ``median``, ``high``,
        ``p_value`` (share of replicates above what was observed, equal ones by half),
        ``prior_low``, ``prior_high``, ``prior_p_value``.
    """

    shares: pd.DataFrame
    measures: pd.DataFrame


def predictive_checks(
    idata: Any, cells: Cells, *, replicates: int = REPLICATES
) -> PredictiveChecks:
    """Draw data anew from posterior and prior, and hold them against those observed.

    Parameters
    ----------
    idata
        Posterior of the fit of these cells.
    cells
        Counts per cell, at least one.
    replicates
        Data sets drawn from each.

    Returns
    -------
    PredictiveChecks
        The same for the same fit: the stream of random numbers follows from its seed. Intervals are
        central, with the probability of the settings.

    Raises
    ------
    ValueError
        If there are no outcomes.

    References
    ----------
    Gelman, A., Meng, X.-L. & Stern, H. (1996). Posterior predictive assessment of model fitness via
    realized discrepancies. Statistica Sinica 6(4).
    Bröcker, J. & Smith, L. A. (2007). Increasing the reliability of reliability diagrams. Weather
    and Forecasting 22(3). https://doi.org/10.1175/WAF993.1
    """
    if not cells.outcomes:
        raise ValueError("nothing was observed, so nothing can be held against it")
    settings, seed = settings_of(idata), int(idata.attrs["seed"])
    tail = (1 - settings.interval) / 2
    posterior = _replicated(
        posterior_values(idata, replicates), cells, np.random.default_rng([seed, _STREAM])
    )
    prior = _replicated(
        prior_values(cells, settings, number=replicates, seed=seed),
        cells,
        np.random.default_rng([seed, _STREAM + 1]),
    )
    return PredictiveChecks(
        _shares(cells, posterior[0], prior[0], tail), _measures(cells, posterior[1], prior[1], tail)
    )


def predictive_statement(checks: PredictiveChecks) -> str:
    """Say what the checks found, and no more.

    Parameters
    ----------
    checks
        What `predictive_checks` gives.

    Returns
    -------
    str
        One or two sentences.
    """
    found = checks.measures.set_index("measure")
    odd = [name for name in found.index if not _ODD <= found.loc[name, "p_value"] <= 1 - _ODD]
    outside, rows = int((~checks.shares["inside"]).sum()), len(checks.shares)
    shares = (
        f"{outside} of {rows} observed shares lie outside their replicated interval; if the model "
        "were true, about one in ten or fewer would."
    )
    if odd:
        told = ", ".join(f"{_WORDS[name]} (p {found.loc[name, 'p_value']:.2f})" for name in odd)
        return f"The model does not reproduce {told}. {shares}"
    return (
        f"Nothing in these measures speaks against the model, which does not show it true. {shares}"
    )


# Of three measures of a true model one is odd by chance in one record of ten.
_ODD: Final = 0.1 / 3 / 2
_WORDS: Final = {
    "in_the_large": "calibration in the large",
    "over_under": "over- or under-confidence",
    "mcb": "miscalibration",
}


def _replicated(
    values: Mapping[str, Array], cells: Cells, generator: np.random.Generator
) -> tuple[Array, Array]:
    """Share of each row of the table, and each measure, in every replicate: replicates first."""
    from scipy.sparse import csr_array

    owned = [own for _, _, own in _groups(cells)]
    row = np.repeat(np.arange(len(owned)), [own.size for own in owned])
    within = csr_array(
        (np.ones(row.size), (row, np.concatenate(owned))), shape=(len(owned), cells.trials.size)
    )
    distinct = _distinct(cells)
    shares, measures = [], []
    for log_odds in cell_log_odds(values, cells):
        counts = generator.binomial(cells.trials, expit(log_odds))
        shares.append((within @ counts.T).T / (within @ cells.trials))
        measures += [_measured(cells, one, distinct) for one in counts]
    return np.concatenate(shares), np.array(measures)


def _groups(cells: Cells) -> list[tuple[str, str, NDArray[np.int64]]]:
    """Rows of the table: by what, which, and the cells in it."""
    found = [
        ("phrase", name, np.flatnonzero(cells.phrase == code))
        for code, name in enumerate(cells.phrases)
    ]
    # A probability that went to log odds and back may be off by its last digit, at an edge too.
    stated = np.digitize(expit(cells.log_odds).round(9), EDGES[1:-1])
    for code in np.unique(stated).tolist():
        name = f"{EDGES[code]:.0%} to {EDGES[code + 1]:.0%}"
        found.append(("stated", name, np.flatnonzero(stated == code)))
    return found


def _distinct(cells: Cells) -> tuple[Array, NDArray[np.int64]]:
    log_odds, code = np.unique(cells.log_odds, return_inverse=True)
    return expit(log_odds), code.astype(np.int64)


def _measured(
    cells: Cells, counts: NDArray[np.int64], distinct: tuple[Array, NDArray[np.int64]]
) -> tuple[float, float, float]:
    probability, code = distinct
    n, occurred = (
        np.bincount(code, weights=one, minlength=probability.size) for one in (cells.trials, counts)
    )
    pooled = DistinctForecasts(
        probability=probability,
        n=n.astype(np.int64),
        occurred=occurred.astype(np.int64),
        weight=n,
        weight_occurred=occurred,
    )
    return in_the_large_of(pooled), over_under_of(pooled), corp_of(pooled, rule="brier").mcb


def _shares(cells: Cells, posterior: Array, prior: Array, tail: float) -> pd.DataFrame:
    stated = expit(cells.log_odds)
    rows = []
    for at, (by, level, own) in enumerate(_groups(cells)):
        n = cells.trials[own]
        observed = cells.occurred[own].sum() / n.sum()
        low, median, high = np.quantile(posterior[:, at], [tail, 0.5, 1 - tail])
        prior_low, prior_high = np.quantile(prior[:, at], [tail, 1 - tail])
        rows.append(
            {
                "by": by,
                "level": level,
                "stated": (stated[own] * n).sum() / n.sum(),
                "n": int(n.sum()),
                "observed": observed,
                "low": low,
                "median": median,
                "high": high,
                "inside": bool(low <= observed <= high),
                "prior_low": prior_low,
                "prior_high": prior_high,
            }
        )
    return pd.DataFrame(rows)


def _share_above(replicated: Array, observed: float) -> float:
    """Share of replicates above what was observed, those equal to it by half.

    A measure of few outcomes takes few values: counted in full, one that is as small as can be
    would look extreme though half of the replicates are as small.
    """
    equal = np.isclose(replicated, observed, rtol=0, atol=1e-12)
    return float((replicated > observed)[~equal].sum() + equal.sum() / 2) / replicated.size


def _measures(cells: Cells, posterior: Array, prior: Array, tail: float) -> pd.DataFrame:
    observed = _measured(cells, cells.occurred, _distinct(cells))
    rows = []
    for at, name in enumerate(MEASURES):
        low, median, high = np.quantile(posterior[:, at], [tail, 0.5, 1 - tail])
        prior_low, prior_high = np.quantile(prior[:, at], [tail, 1 - tail])
        rows.append(
            {
                "measure": name,
                "observed": observed[at],
                "low": low,
                "median": median,
                "high": high,
                "p_value": _share_above(posterior[:, at], observed[at]),
                "prior_low": prior_low,
                "prior_high": prior_high,
                "prior_p_value": _share_above(prior[:, at], observed[at]),
            }
        )
    return pd.DataFrame(rows)
