"""Which judgments share a fate, and how many independent ones a record is worth."""

import math

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecast_bench.scoring import checked_forecasts

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]


def label_codes(labels: npt.ArrayLike) -> IntArray:
    """Whole numbers 0, 1, ... for labels; every missing label is a group of its own.

    Parameters
    ----------
    labels : array_like, shape (n,)
        Names of any kind; None and NaN are missing.

    Returns
    -------
    ndarray of int, shape (n,)
        Equal numbers for equal labels, in the order of the labels where they can be ordered.

    Examples
    --------
    >>> label_codes(["b", "a", "b", None, None])
    array([1, 0, 1, 2, 3])
    """
    series = labels if isinstance(labels, pd.Series) else pd.Series(labels)
    codes, names = pd.factorize(series, sort=True)
    numbers = np.asarray(codes, dtype=np.int64).copy()
    missing = numbers < 0
    numbers[missing] = len(names) + np.arange(int(missing.sum()))
    return numbers


def cluster_codes(*, question: npt.ArrayLike, situation: npt.ArrayLike | None = None) -> IntArray:
    """Clusters of judgments that share a question or, where one is named, a situation.

    Parameters
    ----------
    question : array_like, shape (n,)
        Question of each judgment; a missing one makes the judgment a question of its own.
    situation : array_like, shape (n,), optional
        Situation of each judgment; a missing one means the question stands alone. A question
        that stands in two situations ties the two together.

    Returns
    -------
    ndarray of int, shape (n,)
        Cluster of each judgment, 0, 1, ...

    Raises
    ------
    ValueError
        If the lengths differ.

    Examples
    --------
    >>> cluster_codes(question=["q1", "q1", "q2", "q3"], situation=[None, "s", "s", None])
    array([0, 0, 0, 1])
    """
    questions = label_codes(question)
    if situation is None:
        return questions
    situations = label_codes(situation)
    if situations.shape != questions.shape:
        raise ValueError(
            f"situation must have shape {questions.shape} as question, got {situations.shape}"
        )
    if questions.size == 0:
        return questions
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    first = int(questions.max()) + 1
    size = first + int(situations.max()) + 1
    links = coo_array(
        (np.ones(questions.size), (questions, first + situations)), shape=(size, size)
    )
    _, component = connected_components(links, directed=False)
    # components of situations alone do not exist, so the numbers of questions have no gaps
    return np.asarray(component, dtype=np.int64)[questions]


def design_effect(
    *,
    probability: npt.ArrayLike,
    outcome: npt.ArrayLike,
    question: npt.ArrayLike,
    situation: npt.ArrayLike | None = None,
) -> float:
    """How much clustering widens the variance of the mean of probability less outcome.

    Both variances are of deviations from their mean: the clustered one sums them within each
    cluster before squaring, the independent one squares them one by one. So a record in which
    every judgment is repeated k times within its cluster has k times the design effect.

    Parameters
    ----------
    probability : array_like of float, shape (n,)
        Probabilities of the event, in 0..1.
    outcome : array_like of int, shape (n,)
        1 where the event occurred, 0 where it did not.
    question, situation : array_like, shape (n,)
        As in `cluster_codes`.

    Returns
    -------
    float
        Clustered over independent variance: 1 where every judgment is a cluster of its own,
        below 1 where deviations cancel within clusters, NaN where it cannot be estimated (one
        cluster, or no variance).

    Raises
    ------
    ValueError
        If the inputs are empty, of different lengths or outside their domains.

    References
    ----------
    Kish (1965), Survey Sampling, chapter 8. Liang & Zeger (1986), Longitudinal data analysis
    using generalized linear models, Biometrika 73(1), doi:10.1093/biomet/73.1.13.

    Examples
    --------
    >>> design_effect(
    ...     probability=[0.5, 0.5, 0.5, 0.5], outcome=[1, 1, 0, 0], question=["a", "a", "b", "b"]
    ... )
    2.0
    """
    deviation, cluster = _clustered(
        probability=probability, outcome=outcome, question=question, situation=situation
    )
    return _design_effect(deviation, cluster)


def _clustered(
    *,
    probability: npt.ArrayLike,
    outcome: npt.ArrayLike,
    question: npt.ArrayLike,
    situation: npt.ArrayLike | None,
) -> tuple[FloatArray, IntArray]:
    probabilities, outcomes = checked_forecasts(probability=probability, outcome=outcome)
    cluster = cluster_codes(question=question, situation=situation)
    if cluster.shape != probabilities.shape:
        raise ValueError(f"question must have shape {probabilities.shape}, got {cluster.shape}")
    return probabilities - outcomes, cluster


def _design_effect(deviation: FloatArray, cluster: IntArray) -> float:
    n, clusters = deviation.size, int(cluster.max()) + 1
    # correctly rounded sums are the same to the bit for every order of the rows
    centred = deviation - math.fsum(deviation) / n
    squares = math.fsum(centred**2)
    # equal deviations differ by rounding alone
    if clusters == 1 or squares <= n * 1e-24:
        return float("nan")
    order = np.lexsort((centred, cluster))
    sums = np.bincount(cluster[order], weights=centred[order])
    return math.fsum(sums**2) / squares


def effective_number(
    *,
    probability: npt.ArrayLike,
    outcome: npt.ArrayLike,
    question: npt.ArrayLike,
    situation: npt.ArrayLike | None = None,
) -> float:
    """Count the independent judgments a record is worth: n over the design effect.

    Never more than the number of distinct questions, and so never more than n: a question has
    one outcome however often it is judged or revised, also where a design effect estimated from
    few clusters comes out small. Where the design effect cannot be estimated (one cluster, or
    every deviation the same) each cluster is taken as one trial that its judgments repeat:
    ``n**2 / sum(size**2)``, which is 1 for one cluster.

    Parameters
    ----------
    probability : array_like of float, shape (n,)
        Probabilities of the event, in 0..1.
    outcome : array_like of int, shape (n,)
        1 where the event occurred, 0 where it did not.
    question, situation : array_like, shape (n,)
        As in `cluster_codes`.

    Returns
    -------
    float
        From 1 to the number of questions.

    Raises
    ------
    ValueError
        If the inputs are empty, of different lengths or outside their domains.

    References
    ----------
    Kish (1965), Survey Sampling, chapter 8.

    Examples
    --------
    Two questions judged twice each, alike, are worth two judgments:

    >>> effective_number(
    ...     probability=[0.5, 0.5, 0.5, 0.5], outcome=[1, 1, 0, 0], question=["a", "a", "b", "b"]
    ... )
    2.0
    """
    deviation, cluster = _clustered(
        probability=probability, outcome=outcome, question=question, situation=situation
    )
    effect = _design_effect(deviation, cluster)
    if np.isnan(effect):
        sizes = np.bincount(cluster).astype(np.float64)
        return float(cluster.size**2 / (sizes**2).sum())
    questions = int(label_codes(question).max()) + 1
    # rounding must not make thirty independent judgments a little fewer than thirty
    if effect <= cluster.size / questions * (1.0 + 1e-9):
        return float(questions)
    return max(cluster.size / effect, 1.0)
