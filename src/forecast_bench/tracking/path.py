"""One judgment through time: what was stated, what the counts said, what was believed."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import special

from forecast_bench.records import Window, month_ends
from forecast_bench.tracking.law_path import LawPath
from forecast_bench.tracking.periods import PartCounts
from forecast_bench.tracking.statements import DatedStatement
from forecast_bench.updating import Statement, log_odds, split_move

type FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class JudgmentPath:
    """A judgment at each of its dates; arrays have one entry a date.

    Parameters
    ----------
    dates : tuple of date
        The day of issue first, ascending.
    in_force : tuple of DatedStatement
        The statement standing on each date.
    periods_known : ndarray of int
        How many periods of the window were over.
    live : ndarray
        Live probability; the stated one where counts cannot settle the question.
    live_log_odds : ndarray
        Its log odds, which lose nothing near 0 and 1; infinite where the law rules.
    from_analyst, from_counts : ndarray
        What each has moved the log odds since the issue; they add up with the first statement.
    law : LawPath or None
        The base-rate law; None for a question settled by hand.
    """

    dates: tuple[datetime.date, ...]
    in_force: tuple[DatedStatement, ...]
    periods_known: npt.NDArray[np.int64]
    live: FloatArray
    live_log_odds: FloatArray
    from_analyst: FloatArray
    from_counts: FloatArray
    law: LawPath | None

    @property
    def base_rate(self) -> float | None:
        """Probability of the event at issue, from history alone."""
        if self.law is None:
            return None
        at_issue = self.periods_known[:1]
        return float(probability_of(self.law.log_odds[at_issue])[0])

    @property
    def after(self) -> FloatArray | None:
        """The base rate after the counts known on each date."""
        if self.law is None:
            return None
        return probability_of(self.law.log_odds[self.periods_known])


def path_dates(
    made: Sequence[DatedStatement],
    window: Window | None,
    *,
    as_of: datetime.date,
    every: Literal["monthly", "daily"],
    covered_until: datetime.date | None = None,
) -> tuple[datetime.date, ...]:
    """Days on which a judgment is looked at, from its issue on.

    They end with the window, with `as_of` or with what the source covers, whichever is first:
    days without counts would look like days on which nothing happened.
    """
    issued = made[0].on
    days = {statement.on for statement in made}
    end = as_of if window is None else min(as_of, window.end)
    end = end if covered_until is None else min(end, covered_until)
    if window is not None and end > issued:
        days.add(end)
        if every == "monthly":
            days.update(day for day in month_ends(issued, end) if day > issued)
        else:
            span = (end - issued).days
            days.update(issued + datetime.timedelta(days=step) for step in range(1, span + 1))
    return tuple(sorted(days))


def judgment_path(
    made: Sequence[DatedStatement],
    dates: Sequence[datetime.date],
    *,
    law: LawPath | None,
    window_counts: PartCounts | None,
) -> JudgmentPath:
    """Follow a judgment over dates.

    Parameters
    ----------
    made : sequence of DatedStatement
        All statements, the first one on the day of issue.
    dates : sequence of date
        Ascending, none before the issue.
    law, window_counts : LawPath, PartCounts
        The law and the counts it follows; both None for a question settled by hand.

    Raises
    ------
    ValueError
        If a date lies before the issue.
    """
    if dates[0] < made[0].on:
        raise ValueError(f"{dates[0]} lies before the issue on {made[0].on}")
    made_by = np.searchsorted(_ordinals([one.on for one in made]), _ordinals(dates), side="right")
    known = _known(law, window_counts, dates)
    odds = np.zeros(1) if law is None else law.log_odds
    law_said = odds[_known(law, window_counts, [one.on for one in made])]
    said = [
        Statement(stated_log_odds=float(log_odds(one.prior.mean)), law_log_odds=float(law_on))
        for one, law_on in zip(made, law_said, strict=True)
    ]
    live, from_analyst, from_counts = (np.empty(len(dates)) for _ in range(3))
    # Dates on which the same statements stand are split at once: there can be a thousand of them.
    for number in np.unique(made_by):
        on = made_by == number
        move = split_move(
            said[:number],
            in_force_before=1,
            law_before=said[0].law_log_odds,
            law_after=odds[known[on]],
        )
        live[on], from_analyst[on], from_counts[on] = move.after, move.analyst, move.counts
    return JudgmentPath(
        dates=tuple(dates),
        in_force=tuple(made[number - 1] for number in made_by),
        periods_known=known,
        live=probability_of(live),
        live_log_odds=live,
        from_analyst=from_analyst,
        from_counts=from_counts,
        law=law,
    )


def probability_of(log_odds: FloatArray) -> FloatArray:
    """Probability of log odds: 0 and 1 exactly where the law rules, and nowhere else.

    Odds of 1e20 are not certainty, though the nearest float to their probability is 1.
    """
    inside = np.clip(special.expit(log_odds), np.nextafter(0, 1), np.nextafter(1, 0))
    return np.where(np.isinf(log_odds), log_odds > 0, inside).astype(np.float64)


def _known(
    law: LawPath | None, counts: PartCounts | None, days: Sequence[datetime.date]
) -> npt.NDArray[np.int64]:
    """How many periods were over on each day and have odds."""
    if law is None or counts is None:
        return np.zeros(len(days), dtype=np.int64)
    over = np.searchsorted(_ordinals(counts.ends), _ordinals(days), side="right")
    return np.minimum(over, len(law.log_odds) - 1)


def _ordinals(days: Sequence[datetime.date]) -> npt.NDArray[np.int64]:
    return np.array([day.toordinal() for day in days], dtype=np.int64)
