"""Checks of a condition against the question that it is a condition of."""

import datetime
from collections.abc import Iterator

from forecast_bench.checks.events import CountedEvent, counted_event, in_one_order, window_of
from forecast_bench.problems import Problem
from forecast_bench.workspace import RecordedQuestion, Workspace


def conditions_leave_it_open(workspace: Workspace) -> Iterator[Problem]:
    """A condition neither excludes the event nor implies it."""
    told: set[str] = set()
    for one in workspace.judgments:
        asked = workspace.question_of(one)
        if asked is None or one.issued is None or asked.name in told:
            continue
        given = asked.question.given
        condition = workspace.questions.get(given.question or "") if given is not None else None
        if condition is None or condition.name == asked.name:
            continue  # reported by the checks of questions
        found = _decided(workspace, asked, condition, one.issued)
        if found is not None:
            told.add(asked.name)
            identifier, said = found
            message = f'if "{condition.name}" holds, the event {said}'
            yield asked.problem(identifier, message, "given")


def _decided(
    workspace: Workspace,
    asked: RecordedQuestion,
    condition: RecordedQuestion,
    issued: datetime.date,
) -> tuple[str, str] | None:
    first, second = asked.question.change, condition.question.change
    if first is not None and second is not None:
        same = (in_one_order(first.of), first.against) == (in_one_order(second.of), second.against)
        window = window_of(asked, issued)
        alike = window is not None and window == window_of(condition, issued)
        counted_alike = workspace.source_of(asked) == workspace.source_of(condition)
        # Up by half excludes down, and with a factor under 1 it may not.
        if same and alike and counted_alike and first.factor == second.factor == "1":
            opposite = first.direction != second.direction
            return _excluded() if opposite else _implied()
        return None
    event = counted_event(workspace, asked, issued)
    held = counted_event(workspace, condition, issued)
    if event is None or held is None or not event.same_counting(held):
        return None
    return _of_counts(event, held)


def _of_counts(event: CountedEvent, held: CountedEvent) -> tuple[str, str] | None:
    """Work out what counts are left: in a longer window there are as many incidents, or more."""
    low, high = 0, None
    if _covers(event, held):
        low = held.low
    if _covers(held, event):
        high = held.high
    left = event._replace(low=low, high=high)
    if left.excludes(event):
        return _excluded()
    return _implied() if left.inside(event) and (low, high) != (0, None) else None


def _covers(outer: CountedEvent, inner: CountedEvent) -> bool:
    return outer.window.start <= inner.window.start and inner.window.end <= outer.window.end


def _excluded() -> tuple[str, str]:
    return "contradictory-condition", "cannot happen"


def _implied() -> tuple[str, str]:
    return "idle-condition", "is certain"
