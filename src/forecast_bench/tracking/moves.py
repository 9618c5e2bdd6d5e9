"""Every move of a live probability, split into the analyst's part and the counts'."""

import datetime
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecast_bench.records import number_of
from forecast_bench.tracking.follow import FollowedJudgment, noun_of
from forecast_bench.tracking.path import JudgmentPath
from forecast_bench.tracking.schema import MOVE_COLUMNS, finite, table_of
from forecast_bench.tracking.story import events_of

type FloatArray = npt.NDArray[np.float64]
type Row = dict[str, Any]

NOTICEABLE: Final = 0.005
"""A move of the live probability by less is told with others, in one line."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Moves:
    """The steps of a judgment from each of its dates to the next; arrays have one entry a step.

    Parameters
    ----------
    since, on : tuple of date
        The two dates of a step: what happened after the first, up to and including the second.
    before, after : ndarray
        Live log odds on them.
    analyst, counts : ndarray
        What the revisions and what the counts of the step moved; they add up to the move. The part
        of the counts is infinite where they decided the event. Both are 0 once it is decided.
    """

    since: tuple[datetime.date, ...]
    on: tuple[datetime.date, ...]
    before: FloatArray
    after: FloatArray
    analyst: FloatArray
    counts: FloatArray

    @property
    def decided(self) -> npt.NDArray[np.bool_]:
        """Whether the step is the one in which the counts decided the event."""
        return np.isinf(self.counts)


def moves_of(path: JudgmentPath) -> Moves:
    """Split every step of a judgment's path.

    On a day on which both happened, the counts moved first: the revision is what the analyst
    stated less what was live with all that was counted by that day.

    Parameters
    ----------
    path : JudgmentPath
        With its totals since the issue; the parts of the steps add up to them.

    Returns
    -------
    Moves
        None of them for a path of one date.

    Examples
    --------
    >>> days = (datetime.date(2017, 12, 31), datetime.date(2018, 1, 31), datetime.date(2018, 2, 28))
    >>> path = JudgmentPath(
    ...     dates=days, in_force=(), periods_known=np.arange(3), live=np.array([0.5, 0.6, 1.0]),
    ...     live_log_odds=np.array([0.0, 0.4, np.inf]), from_analyst=np.array([0.0, -0.2, -0.2]),
    ...     from_counts=np.array([0.0, 0.6, np.inf]), law=None,
    ... )
    >>> steps = moves_of(path)
    >>> steps.analyst.tolist(), steps.counts.tolist(), steps.decided.tolist()
    ([-0.2, 0.0], [0.6, inf], [False, True])
    """
    live, by_analyst, by_counts = path.live_log_odds, path.from_analyst, path.from_counts
    with np.errstate(invalid="ignore"):
        counts = np.where(np.isinf(by_counts[:-1]), 0.0, np.diff(by_counts))
    return Moves(
        since=path.dates[:-1],
        on=path.dates[1:],
        before=live[:-1],
        after=live[1:],
        analyst=np.diff(by_analyst),
        counts=counts,
    )


def move_table(followed: Iterable[FollowedJudgment], *, as_of: datetime.date) -> pd.DataFrame:
    """One row for each judgment and step, with the columns of `MOVE_COLUMNS`.

    Parameters
    ----------
    followed : iterable of FollowedJudgment
        Judgments without a probability have no rows.
    as_of : date
        The day they were followed to.

    Returns
    -------
    DataFrame
        Infinite log odds, and parts, are missing; `decided` says in which step the counts decided.
    """
    kept = [(one, one.path) for one in followed if one.path is not None and len(one.path.dates) > 1]
    split = [moves_of(path) for _, path in kept]
    before, after = _joined([one.before for one in split]), _joined([one.after for one in split])
    counts = _joined([one.counts for one in split])
    added = [_added(one, path) for one, path in kept]
    values: Row = {
        "judgment": [
            one.recorded.id for (one, _), steps in zip(kept, split, strict=True) for _ in steps.on
        ],
        "since": [day.isoformat() for steps in split for day in steps.since],
        "date": [day.isoformat() for steps in split for day in steps.on],
        "live_before": _joined([path.live[:-1] for _, path in kept]),
        "live_after": _joined([path.live[1:] for _, path in kept]),
        "log_odds_before": finite(before),
        "log_odds_after": finite(after),
        "analyst": _joined([one.analyst for one in split]),
        "counts": finite(counts),
        "decided": np.isinf(counts),
        "added": [number for numbers in added for number in numbers],
        "what": [
            text
            for (one, path), numbers in zip(kept, added, strict=True)
            for text in _words(one, path, numbers, as_of)
        ],
    }
    return table_of(values, MOVE_COLUMNS)


def biggest_moves(one: FollowedJudgment, *, as_of: datetime.date, most: int = 3) -> list[Row]:
    """Give the steps that moved the live probability most, the largest first.

    Parameters
    ----------
    one : FollowedJudgment
        Followed to `as_of`.
    as_of : date
        The day.
    most : int
        How many at most.

    Returns
    -------
    list of dict
        With the columns of `MOVE_COLUMNS` that say when, how far, by whom and why; only steps of
        half a percentage point or more, or in which the counts decided the event.
    """
    path = one.path
    if path is None or len(path.dates) < 2:
        return []
    steps, size = moves_of(path), np.abs(np.diff(path.live))
    order = np.argsort(-size, kind="stable")[:most]
    words = _words(one, path, _added(one, path), as_of)
    return [
        {
            "since": steps.since[at].isoformat(),
            "date": steps.on[at].isoformat(),
            "live_before": float(path.live[at]),
            "live_after": float(path.live[at + 1]),
            "analyst": float(steps.analyst[at]),
            "counts": None if steps.decided[at] else float(steps.counts[at]),
            "decided": bool(steps.decided[at]),
            "what": words[at],
        }
        for at in order.tolist()
        if size[at] >= NOTICEABLE or steps.decided[at]
    ]


def _joined(parts: list[FloatArray]) -> FloatArray:
    return np.concatenate(parts) if parts else np.zeros(0)


def _added(one: FollowedJudgment, path: JudgmentPath) -> list[int | None]:
    """What each step added to the total; None where no period ended, or no law follows them."""
    if one.law is None:
        return [None] * (len(path.dates) - 1)
    totals = np.concatenate([[0], one.law.totals])[path.periods_known]
    known = np.diff(path.periods_known)
    return [
        number if over else None
        for number, over in zip(np.diff(totals).tolist(), known.tolist(), strict=True)
    ]


def _words(
    one: FollowedJudgment, path: JudgmentPath, added: list[int | None], as_of: datetime.date
) -> list[str]:
    """Say what happened in each step: what was counted, then the events of its days."""
    said: list[list[str]] = [[] for _ in added]
    if one.counted is not None:
        noun, total = noun_of(one.counted.asked), 0
        for words, number in zip(said, added, strict=True):
            if number is not None:
                total += number
                words.append(_counted_words(number, total, noun))
    for event in events_of(one, as_of=as_of):
        step = bisect_left(path.dates, event.on) - 1
        if 0 <= step < len(said):
            said[step].append(event.text)
    return ["; ".join(words) for words in said]


def _counted_words(number: int, total: int, noun: str) -> str:
    """Say what a step counted, with the total where that is another number.

    Areas and months are reached once: after the first, those of a step are further ones.
    """
    if noun != "incidents" and total > number:
        noun = f"further {noun}"
    if not number:
        return f"no {noun}"
    return number_of(number, noun) + (f" ({total} in all)" if total > number else "")
