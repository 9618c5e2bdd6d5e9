"""What several analysts hold of one event: on the day when all had spoken, and now."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import pandas as pd

from forecast_bench.tracking.follow import FollowedJudgment
from forecast_bench.tracking.judgment_table import live_now
from forecast_bench.tracking.schema import Kind, table
from forecast_bench.tracking.statements import DatedStatement

type Row = dict[str, Any]

OPINION_COLUMNS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "event": "text",
        "part": "text",
        "day": "text",
        "judgment": "text",
        "analyst": "text",
        "on": "text",
        "text": "text",
        "stated": "number",
        "band_low": "number",
        "band_high": "number",
        "live": "number",
    }
)

ALL_HAD_SPOKEN: Final = "all had spoken"
NOW: Final = "now"


def opinion_table(followed: Iterable[FollowedJudgment], *, as_of: datetime.date) -> pd.DataFrame:
    """Give the opinions on every event that two analysts or more judge.

    One event is one question by its name, asked of the same days and, where history sets its
    threshold, with the same threshold. Of one analyst the statement made last counts, whichever
    judgment it is of; of two made on one day that which is written later. Analysts who judge
    together are one voice; of two voices with an analyst in common the one that spoke last is
    heard.

    Parameters
    ----------
    followed : iterable of FollowedJudgment
        In the order in which they are written.
    as_of : date
        The day they were followed to.

    Returns
    -------
    DataFrame
        The columns of `OPINION_COLUMNS`, two parts for each event: `ALL_HAD_SPOKEN`, what stood on
        the first day on which every analyst had stated something, and `NOW`. Stated probability,
        its band, and the live one on that day. Parts with fewer than two voices are left out.
    """
    events: dict[str, list[FollowedJudgment]] = defaultdict(list)
    for one in followed:
        if one.made and one.path is not None:
            events[event_of(one)].append(one)
    rows = (
        row
        for event, judged in events.items()
        if len(judged) > 1
        for row in _event_rows(event, judged, as_of)
    )
    return table(rows, OPINION_COLUMNS)


def event_of(one: FollowedJudgment) -> str:
    """Name what a judgment is about: equal names are one event."""
    question, issued = one.asked.question, one.recorded.issued
    window = None if issued is None else question.window_from(issued)
    days = "" if window is None else f" {window.start} {window.end}"
    by_history = question.change is not None or (
        question.reach is not None and question.reach.at_least is None
    )
    ends = f" {one.law.fewest} {one.law.most}" if by_history and one.law is not None else ""
    return f"{one.asked.name}{days}{ends}"


def _event_rows(
    event: str, judged: Sequence[FollowedJudgment], as_of: datetime.date
) -> Iterator[Row]:
    first: dict[tuple[str, ...], datetime.date] = {}
    for one in judged:
        voice, begins = tuple(sorted(one.recorded.analysts)), one.made[0].on
        first[voice] = min(begins, first.get(voice, begins))
    for part, day in ((ALL_HAD_SPOKEN, max(first.values())), (NOW, as_of)):
        heard = _heard(judged, day)
        if len(heard) > 1:
            for one, statement in heard:
                yield _row(event, part, day, one, statement)


def _heard(
    judged: Sequence[FollowedJudgment], day: datetime.date
) -> list[tuple[FollowedJudgment, DatedStatement]]:
    """Voices on a day, by name, each with the statement that stands."""
    standing = []
    for place, one in enumerate(judged):
        made = [statement for statement in one.made if statement.on <= day]
        if made:
            standing.append((made[-1].on, place, one, made[-1]))
    heard, names = [], set[str]()
    for _, _, one, statement in sorted(standing, key=lambda each: each[:2], reverse=True):
        if names.isdisjoint(one.recorded.analysts):
            names.update(one.recorded.analysts)
            heard.append((one, statement))
    return sorted(heard, key=lambda each: each[0].recorded.analysts)


def _row(
    event: str, part: str, day: datetime.date, one: FollowedJudgment, statement: DatedStatement
) -> Row:
    return {
        "event": event,
        "part": part,
        "day": str(day),
        "judgment": one.recorded.id,
        "analyst": ", ".join(one.recorded.analysts),
        "on": str(statement.on),
        "text": statement.text,
        "stated": statement.prior.mean,
        "band_low": statement.prior.low,
        "band_high": statement.prior.high,
        "live": live_now(one) if part == NOW else _live_on(one, day),
    }


def _live_on(one: FollowedJudgment, day: datetime.date) -> float:
    """Live probability on a day: that of the last date looked at, since counts come by months."""
    path = one.path
    if path is None:
        raise ValueError(f"judgment {one.recorded.id} states no probability")
    known = sum(1 for date in path.dates if date <= day)
    return float(path.live[known - 1])
