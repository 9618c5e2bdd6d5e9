"""How far from the diagonal a calibrated analyst's curve strays by luck."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecast_bench.reliability.clusters import cluster_codes, label_codes
from forecast_bench.scoring import checked_probability

if TYPE_CHECKING:
    from scipy.sparse import csr_array

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

_CELLS_AT_ONCE = 20_000_000


def consistency_band(
    *,
    probability: npt.ArrayLike,
    question: npt.ArrayLike,
    situation: npt.ArrayLike | None = None,
    last_probability: npt.ArrayLike | None = None,
    level: float = 0.9,
    draws: int = 1000,
    seed: int,
) -> pd.DataFrame:
    """Pointwise band in which the recalibrated curve lies if the forecasts are calibrated.

    Under calibration each question's outcome is drawn once, from its last stated probability
    (the revisions of a calibrated analyst are a martingale), goes to all judgments of the
    question, and the curve is fitted again. Questions of one situation are drawn with one
    uniform number: they come true together as far as their probabilities allow, the widest
    band that a shared fate can give.

    Parameters
    ----------
    probability : array_like of float, shape (n,)
        Stated probabilities, in 0..1.
    question, situation : array_like, shape (n,)
        As in `forecast_bench.reliability.cluster_codes`.
    last_probability : array_like of float, shape (n,), optional
        For each judgment the last stated probability of its question; the last row of the
        question by default (rows in the order of time). See `last_stated_probability`.
    level : float
        Probability that the curve at one forecast value lies in the band, in 0..1.
    draws : int
        Records to draw; memory grows as draws times distinct values.
    seed : int
        Seed of the draws.

    Returns
    -------
    DataFrame
        In rising order of `probability` (distinct values): `n`, `low`, `high`.

    Raises
    ------
    ValueError
        If the inputs are empty, of different lengths or outside their domains, or a question
        has two last probabilities.

    References
    ----------
    Dimitriadis, Gneiting & Jordan (2021), PNAS 118(8), doi:10.1073/pnas.2016191118; the
    clustering is this project's. Consistency resampling: Bröcker & Smith (2007), Weather and
    Forecasting 22(3), doi:10.1175/WAF993.1.

    Examples
    --------
    >>> band = consistency_band(
    ...     probability=[0.2] * 20 + [0.8] * 20, question=range(40), draws=200, seed=1
    ... )
    >>> bool(((band.low < band.probability) & (band.probability < band.high)).all())
    True
    """
    probabilities = _one_or_more(checked_probability(probability))
    if not 0.0 < level < 1.0 or draws < 1:
        raise ValueError(f"level must lie in 0..1 and draws be 1 or more, got {level!r}, {draws!r}")
    questions, last, cluster = _by_question(
        probabilities, question=question, situation=situation, last_probability=last_probability
    )
    values, code, n = np.unique(probabilities, return_inverse=True, return_counts=True)
    fits = _calibrated_fits(
        counts=_count_by_value(code, questions, shape=(values.size, last.size)),
        n=n.astype(np.float64),
        last=last,
        cluster=cluster,
        draws=draws,
        seed=seed,
    )
    tail = (1.0 - level) / 2.0
    return pd.DataFrame(
        {
            "probability": values,
            "n": n,
            # few outcomes give few possible curves: take values that can occur
            "low": np.quantile(fits, tail, axis=0, method="inverted_cdf"),
            "high": np.quantile(fits, 1.0 - tail, axis=0, method="inverted_cdf"),
        }
    )


def last_stated_probability(
    *,
    probability: npt.ArrayLike,
    question: npt.ArrayLike,
    date: npt.ArrayLike | None = None,
    forecaster: npt.ArrayLike | None = None,
) -> FloatArray:
    """For each judgment the last stated probability of its question.

    Where several forecasters judge a question it is the mean of what each said last, since the
    outcome is one and each of them may be calibrated.

    Parameters
    ----------
    probability : array_like of float, shape (n,)
        Stated probabilities, in 0..1.
    question : array_like, shape (n,)
        Question of each judgment.
    date : array_like, shape (n,), optional
        When it was stated; rows of one date, and all rows by default, are in the order of time.
    forecaster : array_like, shape (n,), optional
        Who stated it; one forecaster by default.

    Returns
    -------
    ndarray of float, shape (n,)
        Equal within a question.

    Raises
    ------
    ValueError
        If a probability lies outside 0..1.

    Examples
    --------
    >>> last_stated_probability(probability=[0.6, 0.2, 0.8], question=["a", "b", "a"])
    array([0.8, 0.2, 0.8])
    """
    values = checked_probability(probability)
    codes = label_codes(question)
    rows = pd.DataFrame({"probability": values, "question": codes})
    rows["forecaster"] = 0 if forecaster is None else label_codes(forecaster)
    if date is not None:
        rows["date"] = pd.Series(date).to_numpy()
        rows = rows.sort_values("date", kind="stable", na_position="first")
    last = rows.groupby(["question", "forecaster"], sort=True)["probability"].last()
    by_question = last.groupby(level="question").mean().to_numpy(dtype=np.float64)
    return np.asarray(by_question[codes])


def _one_or_more(values: FloatArray) -> FloatArray:
    if values.ndim != 1 or values.size == 0:
        raise ValueError(f"probability must be one-dimensional, not empty; got {values.shape}")
    return values


def _by_question(
    probabilities: FloatArray,
    *,
    question: npt.ArrayLike,
    situation: npt.ArrayLike | None,
    last_probability: npt.ArrayLike | None,
) -> tuple[IntArray, FloatArray, IntArray]:
    """Question of each judgment; last stated probability and cluster of each question."""
    questions = label_codes(question)
    if questions.shape != probabilities.shape:
        raise ValueError(f"question must have shape {probabilities.shape}, got {questions.shape}")
    if last_probability is None:
        last_probability = last_stated_probability(probability=probabilities, question=questions)
    last = checked_probability(last_probability)
    if last.shape != probabilities.shape:
        raise ValueError(f"last_probability must have shape {questions.shape}, got {last.shape}")
    of_question = np.empty(int(questions.max()) + 1)
    of_question[questions] = last
    if (of_question[questions] != last).any():
        raise ValueError("last_probability must be one number for each question, got several")
    cluster = np.empty(of_question.size, dtype=np.int64)
    cluster[questions] = cluster_codes(question=questions, situation=situation)
    return questions, of_question, cluster


def _count_by_value(
    code: IntArray, questions: IntArray, *, shape: tuple[int, int]
) -> "csr_array[np.float64]":
    from scipy.sparse import coo_array

    return coo_array((np.ones(code.size), (code, questions)), shape=shape).tocsr()


def _calibrated_fits(
    *,
    counts: "csr_array[np.float64]",
    n: FloatArray,
    last: FloatArray,
    cluster: IntArray,
    draws: int,
    seed: int,
) -> FloatArray:
    """Recalibrated curves, one row per draw, of records whose outcomes follow `last`."""
    from scipy.optimize import isotonic_regression

    random = np.random.default_rng(seed)
    clusters = int(cluster.max()) + 1
    fits = np.empty((draws, n.size))
    step = max(1, _CELLS_AT_ONCE // max(clusters, last.size, n.size))
    for start in range(0, draws, step):
        stop = min(start + step, draws)
        shared = random.random((stop - start, clusters))
        occurred = counts @ (shared[:, cluster] < last).T.astype(np.float64)
        for row, frequency in enumerate((occurred / n[:, None]).T, start=start):
            fits[row] = isotonic_regression(frequency, weights=n).x
    return fits
