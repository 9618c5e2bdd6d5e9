"""Several probabilities of one event as one: the mean of their log odds, moved from one half."""

import numpy as np
import numpy.typing as npt
from scipy import special

type FloatArray = npt.NDArray[np.float64]


def pooled_probability(
    probability: npt.ArrayLike,
    *,
    weight: npt.ArrayLike | None = None,
    factor: float = 1.0,
) -> float:
    """Pool what several analysts hold of one event.

    The inverse logit of `factor` times the weighted mean of the log odds: a logarithmic pool,
    extremised.

    Parameters
    ----------
    probability : array_like of float, shape (n,)
        One for each analyst, in 0..1. A certainty, 0 or 1, rules: it is what the counts or a
        person settled.
    weight : array_like of float, shape (n,), optional
        Greater than zero; only their ratios count. Equal where none are given.
    factor : float
        1 or more; above 1 the pooled probability is moved away from one half.

    Returns
    -------
    float
        Strictly inside 0..1, unless an analyst's number is a certainty.

    Raises
    ------
    ValueError
        If there is no probability, one or a weight is outside its domain, or one analyst is
        certain of the event and another of its opposite.

    References
    ----------
    Genest & Zidek (1986), Combining probability distributions, Statistical Science 1(1): 114-135,
    doi:10.1214/ss/1177013825. Satopää, Baron, Foster, Mellers, Tetlock & Ungar (2014), Combining
    multiple probability predictions using a simple logit model, International Journal of
    Forecasting 30(2): 344-356, doi:10.1016/j.ijforecast.2013.09.009.

    Examples
    --------
    >>> round(pooled_probability([0.6, 0.9]), 4)
    0.7861
    >>> round(pooled_probability([0.6, 0.9], factor=2), 4)
    0.931
    >>> round(pooled_probability([0.6, 0.9], weight=[3, 1]), 4)
    0.7013
    """
    stated = np.asarray(probability, dtype=np.float64)
    if stated.ndim != 1 or not stated.size:
        raise ValueError(f"probability must hold one or more numbers in a row, got {stated!r}")
    pooled = pooled_log_odds(
        stated, question=np.zeros(stated.size, dtype=np.int64), weight=weight, factor=factor
    )
    return float(probability_of(pooled)[0])


def pooled_log_odds(
    probability: npt.ArrayLike,
    *,
    question: npt.NDArray[np.int64],
    weight: npt.ArrayLike | None = None,
    factor: float = 1.0,
) -> FloatArray:
    """Pool many questions at once; see `pooled_probability`.

    Parameters
    ----------
    probability : array_like of float, shape (n,)
        One for each opinion, in 0..1.
    question : ndarray of int, shape (n,)
        Code of the question of each opinion, 0 to m - 1, each of them there.
    weight, factor
        As for `pooled_probability`; weights are taken within each question.

    Returns
    -------
    ndarray of float64, shape (m,)
        Log odds of the pooled probability of each question.

    Raises
    ------
    ValueError
        As for `pooled_probability`.

    Examples
    --------
    >>> pooled_log_odds([0.5, 0.9, 0.2], question=np.array([0, 0, 1])).round(4)
    array([ 1.0986, -1.3863])
    """
    odds = _log_odds(probability)
    weights = np.ones(odds.shape) if weight is None else np.asarray(weight, dtype=np.float64)
    if weights.shape != odds.shape or not np.all((weights > 0) & np.isfinite(weights)):
        raise ValueError(f"weight must hold {odds.size} finite numbers above 0, got {weight!r}")
    if not 1 <= factor < np.inf:
        raise ValueError(f"factor must be a finite number of 1 or more, got {factor!r}")
    # The law or a person has settled what an analyst's number then is certain of.
    settled = np.isinf(odds)
    yes, no = (np.bincount(question, weights=settled & side) > 0 for side in (odds > 0, odds < 0))
    if np.any(yes & no):
        raise ValueError("one analyst is certain of the event and another of its opposite")
    finite = np.where(settled, 0.0, odds)
    total = np.bincount(question, weights=weights)
    mean = np.bincount(question, weights=weights * finite) / total
    result: FloatArray = np.where(yes, np.inf, np.where(no, -np.inf, factor * mean))
    return result


def probability_of(log_odds: npt.ArrayLike) -> FloatArray:
    """Give the probability of log odds: 0 or 1 only where they are infinite.

    Examples
    --------
    >>> probability_of([0.0, 50.0, np.inf]).tolist()
    [0.5, 0.9999999999999999, 1.0]
    """
    odds = np.asarray(log_odds, dtype=np.float64)
    inside = np.clip(special.expit(odds), np.nextafter(0, 1), np.nextafter(1, 0))
    result: FloatArray = np.where(np.isinf(odds), odds > 0, inside).astype(np.float64)
    return result


def _log_odds(probability: npt.ArrayLike) -> FloatArray:
    stated = np.asarray(probability, dtype=np.float64)
    inside = (stated >= 0) & (stated <= 1)
    if not inside.all():
        raise ValueError(f"probability must lie in 0..1, got {stated[~inside][0]}")
    result: FloatArray = special.logit(stated)
    return result
