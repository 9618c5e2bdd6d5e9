"""The mean score over the days a judgment stood open."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import BaseModel, ConfigDict

from forecast_bench.scoring.inputs import FloatArray


class TimeWeightedScore(BaseModel):
    """A score averaged over days, with how many of the days it speaks for.

    Attributes
    ----------
    score : float
        Mean score over the scored days; NaN where no day was scored. Lower is better.
    days_scored, days_open : float
        Days with a stated probability; days the judgment stood open.
    coverage : float
        ``days_scored / days_open``, 0..1; NaN where the judgment was never open.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    score: float
    days_scored: float
    days_open: float
    coverage: float


def time_weighted_score(
    *, score: npt.ArrayLike, days: npt.ArrayLike, days_open: float
) -> TimeWeightedScore:
    """Mean score of one judgment over the days it stood open.

    Between two revisions the stated probability, and so its score, is constant: a segment. A
    late stroke of luck weighs only the days it stood.

    Parameters
    ----------
    score : array_like of float, shape (segments,)
        Score of each segment by any scoring rule; NaN where nothing was stated.
    days : array_like of float, shape (segments,)
        Length of each segment in days, 0 or more.
    days_open : float
        Days from issue to the end of the window.

    Returns
    -------
    TimeWeightedScore
        Mean over the scored days, and the coverage.

    Raises
    ------
    ValueError
        If the shapes differ, a length is negative or not finite, or the segments are together
        longer than `days_open`.

    References
    ----------
    Mellers et al. (2014), Psychological strategies for winning a geopolitical forecasting
    tournament, Psychological Science 25(5), doi:10.1177/0956797614524255.

    Examples
    --------
    Ten days at .25, then thirty at .01, of fifty:

    >>> result = time_weighted_score(score=[0.25, 0.01], days=[10, 30], days_open=50)
    >>> round(result.score, 4), result.coverage
    (0.07, 0.8)
    """
    count = np.size(np.asarray(score, dtype=np.float64))
    opens = np.full(count, float(days_open))
    segments = _segments(score=score, days=days, days_open=opens)
    if not count:
        return TimeWeightedScore(
            score=float("nan"),
            days_scored=0.0,
            days_open=float(days_open),
            coverage=0.0 if days_open > 0 else float("nan"),
        )
    columns = _weighted(np.zeros(count, dtype=np.intp), *segments, judgments=1)
    return TimeWeightedScore(**{name: float(column[0]) for name, column in columns.items()})


def time_weighted_table(
    *,
    judgment: npt.ArrayLike,
    score: npt.ArrayLike,
    days: npt.ArrayLike,
    days_open: npt.ArrayLike,
) -> pd.DataFrame:
    """Time-weighted scores of many judgments at once.

    Parameters
    ----------
    judgment : array_like, shape (segments,)
        To which judgment each segment belongs.
    score, days : array_like of float, shape (segments,)
        As in `time_weighted_score`.
    days_open : array_like of float, shape (segments,)
        Days the segment's judgment stood open: one number per judgment, repeated.

    Returns
    -------
    DataFrame
        Indexed by judgment in order of first appearance: `score`, `days_scored`, `days_open`,
        `coverage`.

    Raises
    ------
    ValueError
        As `time_weighted_score`; also if a judgment has two values of `days_open`.

    References
    ----------
    Mellers et al. (2014), doi:10.1177/0956797614524255.

    Examples
    --------
    >>> time_weighted_table(
    ...     judgment=["a", "a", "b"], score=[0.2, 0.4, 0.1], days=[3, 1, 5], days_open=[4, 4, 10]
    ... )[["score", "coverage"]]
              score  coverage
    judgment
    a          0.25       1.0
    b          0.10       0.5
    """
    scores, lengths, opens = _segments(score=score, days=days, days_open=days_open)
    code, names = pd.factorize(pd.Series(judgment, dtype=object), use_na_sentinel=False)
    if code.shape != scores.shape:
        raise ValueError(f"judgment must have shape {scores.shape}, got {code.shape}")
    columns = _weighted(code, scores, lengths, opens, judgments=len(names))
    return pd.DataFrame(columns, index=pd.Index(names, name="judgment"))


def _weighted(
    code: npt.NDArray[np.intp],
    scores: FloatArray,
    lengths: FloatArray,
    opens: FloatArray,
    *,
    judgments: int,
) -> dict[str, FloatArray]:
    """Columns of the table, one number for each judgment; `code` says whose a segment is."""
    scored = ~np.isnan(scores)
    weights = np.where(scored, lengths, 0.0)
    days_scored = np.bincount(code, weights=weights, minlength=judgments)
    # a segment of no length has no weight even where its score is infinite
    products = np.where(weights > 0.0, weights * np.where(weights > 0.0, scores, 0.0), 0.0)
    totals = np.bincount(code, weights=products, minlength=judgments)
    first = np.zeros(judgments)
    first[code[::-1]] = opens[::-1]
    if (first[code] != opens).any():
        raise ValueError("days_open must be one number per judgment, got several")
    if (np.bincount(code, weights=lengths, minlength=judgments) > first * (1 + 1e-9)).any():
        raise ValueError("the segments of a judgment are longer than its days_open")
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            "score": totals / days_scored,
            "days_scored": days_scored,
            "days_open": first,
            "coverage": days_scored / first,
        }


def _segments(
    *, score: npt.ArrayLike, days: npt.ArrayLike, days_open: npt.ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray]:
    scores = np.asarray(score, dtype=np.float64)
    lengths = np.asarray(days, dtype=np.float64)
    opens = np.asarray(days_open, dtype=np.float64)
    if scores.ndim != 1 or scores.shape != lengths.shape or scores.shape != opens.shape:
        raise ValueError(
            "score, days and days_open must be of one length, "
            f"got shapes {scores.shape}, {lengths.shape} and {opens.shape}"
        )
    for name, values in (("days", lengths), ("days_open", opens)):
        bad = ~((values >= 0.0) & (values < np.inf))
        if bad.any():
            raise ValueError(f"{name} must be 0 or more and finite, got {float(values[bad][0])!r}")
    return scores, lengths, opens
