"""How sure the scores of a record are, with judgments that share a question drawn together."""

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecast_bench.reliability.bias import in_the_large_of, over_under_of
from forecast_bench.reliability.clusters import cluster_codes
from forecast_bench.reliability.decomposition import corp_of, murphy_of
from forecast_bench.reliability.distinct import DistinctForecasts, distinct_forecasts
from forecast_bench.scoring import checked_forecasts

FloatArray = npt.NDArray[np.float64]

MEASURES: Final = ("score", "mcb", "dsc", "unc", "ci", "di", "in_the_large", "over_under")
"""The measures that `reliability_interval` reports, in its order."""

_CELLS_AT_ONCE = 20_000_000


def reliability_interval(
    *,
    probability: npt.ArrayLike,
    outcome: npt.ArrayLike,
    question: npt.ArrayLike,
    situation: npt.ArrayLike | None = None,
    rule: str = "brier",
    level: float = 0.9,
    draws: int = 1000,
    seed: int,
) -> pd.DataFrame:
    """Percentile intervals of a record's measures by a bootstrap of whole clusters.

    Clusters (questions, or situations where given) are drawn with replacement, with all their
    judgments. Miscalibration and discrimination of a small record lean upward in every draw as
    they do in the record itself: read them with `consistency_band`.

    Parameters
    ----------
    probability : array_like of float, shape (n,)
        Probabilities of the event, in 0..1.
    outcome : array_like of int, shape (n,)
        1 where the event occurred, 0 where it did not.
    question, situation : array_like, shape (n,)
        As in `forecast_bench.reliability.cluster_codes`.
    rule : str
        Key of `forecast_bench.scoring.SCORING_RULES`, for score, mcb, dsc and unc.
    level : float
        Mass of the central interval, in 0..1.
    draws : int
        Bootstrap draws.
    seed : int
        Seed of the draws.

    Returns
    -------
    DataFrame
        Indexed by `MEASURES`: `estimate`, `low`, `high`. With one cluster nothing can be said
        of the spread and `low` and `high` are NaN.

    Raises
    ------
    ValueError
        If the inputs are empty, of different lengths or outside their domains, or the rule is
        not known.

    References
    ----------
    Davison & Hinkley (1997), Bootstrap Methods and their Application, section 3.8,
    doi:10.1017/CBO9780511802843.

    Examples
    --------
    >>> table = reliability_interval(
    ...     probability=[0.2, 0.8] * 20, outcome=[0, 1] * 20, question=range(40), draws=100, seed=1
    ... )
    >>> table.loc["score"].round(2).to_dict()
    {'estimate': 0.04, 'low': 0.04, 'high': 0.04}
    """
    probabilities, outcomes = checked_forecasts(probability=probability, outcome=outcome)
    if not 0.0 < level < 1.0 or draws < 1:
        raise ValueError(f"level must lie in 0..1 and draws be 1 or more, got {level!r}, {draws!r}")
    cluster = cluster_codes(question=question, situation=situation)
    if cluster.shape != probabilities.shape:
        raise ValueError(f"question must have shape {probabilities.shape}, got {cluster.shape}")
    pooled = distinct_forecasts(probability=probabilities, outcome=outcomes)
    table = pd.DataFrame({"estimate": _measures(pooled, rule=rule)}, index=list(MEASURES))
    table.index.name = "measure"
    if int(cluster.max()) == 0:
        return table.assign(low=np.nan, high=np.nan)
    drawn = _bootstrap(
        values=pooled.probability,
        code=np.searchsorted(pooled.probability, probabilities),
        outcome=outcomes,
        cluster=cluster,
        rule=rule,
        draws=draws,
        seed=seed,
    )
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(drawn, [tail, 1.0 - tail], axis=0)
    return table.assign(low=low, high=high)


def mean_interval(
    values: npt.ArrayLike,
    *,
    question: npt.ArrayLike,
    situation: npt.ArrayLike | None = None,
    level: float = 0.9,
    draws: int = 2000,
    seed: int,
) -> tuple[float, float, float]:
    """Mean of values, with a percentile interval by a bootstrap of whole clusters.

    Parameters
    ----------
    values : array_like of float, shape (n,)
        One finite value for each judgment, such as its gain in score.
    question, situation : array_like, shape (n,)
        As in `forecast_bench.reliability.cluster_codes`.
    level : float
        Mass of the central interval, in 0..1.
    draws : int
        Bootstrap draws.
    seed : int
        Seed of the draws.

    Returns
    -------
    mean, low, high : float
        With one cluster nothing can be said of the spread, and `low` and `high` are NaN.

    Raises
    ------
    ValueError
        If there are no values, one is not finite, or lengths differ or domains are left.

    References
    ----------
    Davison & Hinkley (1997), Bootstrap Methods and their Application, section 3.8,
    doi:10.1017/CBO9780511802843.

    Examples
    --------
    >>> mean_interval([0.5] * 8, question=range(8), seed=1)
    (0.5, 0.5, 0.5)
    """
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.ndim != 1 or not numbers.size or not np.isfinite(numbers).all():
        raise ValueError("values must be one or more finite numbers in a row")
    if not 0.0 < level < 1.0 or draws < 1:
        raise ValueError(f"level must lie in 0..1 and draws be 1 or more, got {level!r}, {draws!r}")
    cluster = cluster_codes(question=question, situation=situation)
    if cluster.shape != numbers.shape:
        raise ValueError(f"question must have shape {numbers.shape}, got {cluster.shape}")
    mean = float(numbers.mean())
    sizes = np.bincount(cluster).astype(np.float64)
    if sizes.size == 1:
        return mean, float("nan"), float("nan")
    sums = np.bincount(cluster, weights=numbers)
    random = np.random.default_rng(seed)
    drawn = np.empty(draws)
    step = max(1, _CELLS_AT_ONCE // sizes.size)
    for start in range(0, draws, step):
        stop = min(start + step, draws)
        picked = random.integers(0, sizes.size, (stop - start, sizes.size))
        drawn[start:stop] = sums[picked].sum(axis=1) / sizes[picked].sum(axis=1)
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(drawn, [tail, 1.0 - tail])
    return mean, float(low), float(high)


def _measures(pooled: DistinctForecasts, *, rule: str) -> list[float]:
    corp, murphy = corp_of(pooled, rule=rule), murphy_of(pooled)
    return [
        corp.score,
        corp.mcb,
        corp.dsc,
        corp.unc,
        murphy.ci,
        murphy.di,
        in_the_large_of(pooled),
        over_under_of(pooled),
    ]


def _bootstrap(
    *,
    values: FloatArray,
    code: npt.NDArray[np.int64],
    outcome: FloatArray,
    cluster: npt.NDArray[np.int64],
    rule: str,
    draws: int,
    seed: int,
) -> FloatArray:
    """Measures of each drawn record, shape (draws, measures)."""
    from scipy.sparse import coo_array

    random = np.random.default_rng(seed)
    clusters = int(cluster.max()) + 1
    shape = (values.size, clusters)
    counts = coo_array((np.ones(code.size), (code, cluster)), shape=shape).tocsr()
    hits = coo_array((outcome, (code, cluster)), shape=shape).tocsr()
    drawn = np.empty((draws, len(MEASURES)))
    step = max(1, _CELLS_AT_ONCE // max(clusters, values.size))
    for start in range(0, draws, step):
        stop = min(start + step, draws)
        times = np.stack(
            [
                np.bincount(random.integers(0, clusters, clusters), minlength=clusters)
                for _ in range(start, stop)
            ],
            axis=1,
        )
        records = zip((counts @ times).T, (hits @ times).T, strict=True)
        for row, (n, occurred) in enumerate(records, start=start):
            drawn[row] = _measures(_recount(values, n=n, occurred=occurred), rule=rule)
    return drawn


def _recount(values: FloatArray, *, n: FloatArray, occurred: FloatArray) -> DistinctForecasts:
    seen = n > 0.0
    return DistinctForecasts(
        probability=values[seen],
        n=n[seen].astype(np.int64),
        occurred=occurred[seen].astype(np.int64),
        weight=n[seen],
        weight_occurred=occurred[seen],
    )
