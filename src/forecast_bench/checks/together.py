"""Checks on judgments held beside each other: of two analysts, and of events one in the other."""

import datetime
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

from forecast_bench.checks.events import CountedEvent, counted_event
from forecast_bench.lexicons import look_up
from forecast_bench.problems import Problem
from forecast_bench.workspace import RecordedJudgment, Workspace

# Nearest ends so far apart are two questions, not two opinions: a convention of this project.
FURTHEST_APART = 0.4
_MOST_NAMED = 40
_ROUNDING = 1e-9


class _Said(NamedTuple):
    """What stands of a judgment today, as a band."""

    one: RecordedJudgment
    low: float
    high: float
    shown: str


def minds_apart(workspace: Workspace) -> Iterator[Problem]:
    """Two analysts who judge one question mean one question."""
    by_question: dict[tuple[str, datetime.date | None], list[_Said]] = defaultdict(list)
    for said in _said(workspace):
        asked = workspace.question_of(said.one)
        if asked is not None:
            # A window that begins with the issue is another one for another day of issue.
            begins = said.one.issued if asked.question.within is not None else None
            by_question[asked.name, begins].append(said)
    for found in by_question.values():
        lowest = min(found, key=lambda said: said.high)
        for said in found:
            apart = said.low - lowest.high
            shared = {*said.one.analysts} & {*lowest.one.analysts}
            if apart >= FURTHEST_APART - _ROUNDING and not shared:
                yield _apart(said, lowest)


def _apart(said: _Said, lowest: _Said) -> Problem:
    later, earlier = (said, lowest) if _after(said, lowest) else (lowest, said)
    place = earlier.one.document.place((*earlier.one.path, "probability"))
    message = (
        f"{_who(later)} states {later.shown} here and {_who(earlier)} {earlier.shown} at "
        f"{place.file}:{place.line}, on one question"
    )
    return later.one.problem("minds-apart", message, "probability")


def coherent_thresholds(workspace: Workspace) -> Iterator[Problem]:
    """One analyst's probabilities of events that imply or exclude each other can all be meant."""
    groups: dict[tuple[str, CountedEvent], list[tuple[_Said, CountedEvent]]] = defaultdict(list)
    for said in _said(workspace):
        asked, issued = workspace.question_of(said.one), said.one.issued
        event = counted_event(workspace, asked, issued) if asked is not None and issued else None
        if event is None:
            continue
        for analyst in said.one.analysts:
            groups[analyst, event._replace(low=0, high=None)].append((said, event))
    told: set[tuple[str, str]] = set()
    for (analyst, _), found in groups.items():
        for (first, one), (second, other) in combinations(found[:_MOST_NAMED], 2):
            message = _incoherent(first, one, second, other) or _incoherent(
                second, other, first, one
            )
            later, earlier = (first, second) if _after(first, second) else (second, first)
            pair = (later.one.id, earlier.one.id)
            if message is not None and pair not in told:
                told.add(pair)
                yield later.one.problem(
                    "incoherent-thresholds", f"{analyst} states {message}", "probability"
                )


def _incoherent(one: _Said, inner: CountedEvent, other: _Said, outer: CountedEvent) -> str | None:
    """What cannot be: an event likelier than one that holds it, or two that exclude each other."""
    # Two probabilities for one question are reported as such; one event may have two names.
    named_apart = one.one.question_name != other.one.question_name
    if named_apart and inner.inside(outer) and one.low > other.high + _ROUNDING:
        return (
            f'{one.shown} for {inner.counts} ("{one.one.id}") and {other.shown} for '
            f'{outer.counts} ("{other.one.id}"), which it implies'
        )
    if inner.excludes(outer) and one.low + other.low > 1 + _ROUNDING:
        return (
            f'{one.shown} for {inner.counts} ("{one.one.id}") and {other.shown} for '
            f'{outer.counts} ("{other.one.id}"), which excludes it'
        )
    return None


def _said(workspace: Workspace) -> Iterator[_Said]:
    for one in workspace.judgments:
        stated = (
            one.judgment.revisions[-1].probability
            if one.judgment.revisions
            else one.judgment.probability
        )
        if stated is None:
            continue
        if stated.number is not None:
            yield _Said(one, stated.number, stated.number, str(stated))
        elif stated.phrase is None and stated.low is not None and stated.high is not None:
            yield _Said(one, stated.low, stated.high, str(stated))
        elif stated.phrase is not None:
            lexicon = workspace.lexicons.get(one.lexicon(workspace.settings.lexicon) or "")
            phrase = look_up(lexicon, stated.phrase) if lexicon is not None else None
            if phrase is not None:
                band = f"{phrase.low * 100:g}-{phrase.high * 100:g} %"
                yield _Said(one, phrase.low, phrase.high, f"{stated} ({band})")


def _after(first: _Said, second: _Said) -> bool:
    return _place(first) > _place(second)


def _place(said: _Said) -> tuple[str, int]:
    place = said.one.document.place(said.one.path)
    return place.file, place.line


def _who(said: _Said) -> str:
    return " and ".join(said.one.analysts)
