"""The dated events of a judgment: what happened to it, in the order in which it happened."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from forecast_bench.records import Window
from forecast_bench.tracking.follow import FollowedJudgment, settlement_of
from forecast_bench.tracking.judgment_table import band_state

type EventKind = Literal[
    "revised",
    "left its band",
    "condition failed",
    "decided early",
    "window ended",
    "settled",
    "new vintage",
]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a judgment.

    Parameters
    ----------
    on : date
        The day; of counts the end of the period in which they were counted.
    kind : str
        What happened.
    text : str
        The same in words, with its numbers.

    Examples
    --------
    >>> Event(datetime.date(2019, 6, 30), "window ended", "the window ended").kind
    'window ended'
    """

    on: datetime.date
    kind: EventKind
    text: str


def events_of(one: FollowedJudgment, *, as_of: datetime.date) -> tuple[Event, ...]:
    """Give the events of a judgment by a day, in order.

    Revisions; the first day on which the live probability lay outside the band then stated; the
    counts that decided the question before the end of its window; a condition that failed; the
    window's end; and the day on which the outcome could be told.

    Parameters
    ----------
    one : FollowedJudgment
        Followed to `as_of`.
    as_of : date
        Nothing later is told.
    """
    window = _window(one)
    found = [*_revisions(one), *_crossing(one), *_decided(one, window), *_condition(one)]
    if window is not None and window.end <= as_of:
        found.append(Event(window.end, "window ended", "the window ended"))
    found += _settled(one, window)
    return tuple(sorted((event for event in found if event.on <= as_of), key=lambda one: one.on))


def _window(one: FollowedJudgment) -> Window | None:
    issued = one.recorded.issued
    return None if issued is None else one.asked.question.window_from(issued)


def _revisions(one: FollowedJudgment) -> Iterator[Event]:
    for made in one.made[1:]:
        because = f": {made.because}" if made.because else ""
        number = "" if made.text.endswith("%") else f" ({made.prior.mean:.0%})"
        yield Event(made.on, "revised", f"restated as {made.text}{number}{because}")


def _crossing(one: FollowedJudgment) -> Iterator[Event]:
    if one.path is None:
        return
    for day, live, statement in zip(one.path.dates, one.path.live, one.path.in_force, strict=True):
        side = band_state(float(live), statement.band)
        if side in ("above", "below"):
            yield Event(day, "left its band", f"live went {side} the band of {statement.text}")
            return


def _decided(one: FollowedJudgment, window: Window | None) -> Iterator[Event]:
    """Tell of the counts that decided it before the window was over."""
    path = one.path
    if path is None:
        return
    decided = np.flatnonzero(np.isinf(path.live_log_odds))
    if not decided.size:
        return
    at = int(decided[0])
    if window is not None and path.dates[at] >= window.end:
        return
    what = "it has happened" if path.live[at] == 1 else "it can no longer happen"
    yield Event(path.dates[at], "decided early", f"the counts decided it: {what}")


def _condition(one: FollowedJudgment) -> Iterator[Event]:
    failed = one.condition
    if failed is not None and failed.outcome in ("did not occur", "void") and failed.on is not None:
        yield Event(failed.on, "condition failed", "its condition failed: it is void")


def _settled(one: FollowedJudgment, window: Window | None) -> Iterator[Event]:
    """Tell when the outcome could be told: of counts once they were final enough."""
    found = one.resolution
    if found.on is None or not (found.is_final or found.by == "hand"):
        return
    if found.by == "hand":
        yield Event(found.on, "settled", f"a person settled it: {found.outcome}")
    elif one.counted is not None and window is not None:
        on = (found.on if found.early else window.end) + settlement_of(one.counted.asked)
        yield Event(on, "settled", f"its counts were final enough: {found.outcome}")
