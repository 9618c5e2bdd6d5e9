"""Questions, thresholds and moves in words, for people who read a card."""

import math

from forecast_bench.records import (
    Condition,
    IncidentFilter,
    Months,
    Question,
    Window,
    number_of,
)


def describe_question(question: Question, window: Window | None) -> str:
    """Say what is asked in one sentence.

    Examples
    --------
    >>> question = Question.model_validate(
    ...     {"count": {"of": {"between": ["JNIM", "ISGS"], "type": "battle"}, "any": "true"},
    ...      "window": {"from": "2018-01-01", "to": "2019-06-30"}}
    ... )
    >>> describe_question(question, question.window)
    'At least 1 battle between JNIM and ISGS, from 2018-01-01 to 2019-06-30?'
    """
    said = _asked(question)
    if question.by_hand is not None:
        return said
    dated = "" if window is None else f", from {window.start} to {window.end}"
    return f"{said[0].upper()}{said[1:]}{dated}?"


def describe_filter(of: IncidentFilter) -> str:
    """Say which incidents are counted.

    Examples
    --------
    >>> describe_filter(IncidentFilter(actor=("JNIM",), type=("abduction",), countries=("Mali",)))
    'abduction incidents of JNIM in Mali'
    """
    kinds = _listed(of.type, " or ")
    said = f"{kinds} incidents" if kinds else "incidents"
    if of.between is not None:
        said = (
            f"{_listed(of.type, ' or ') or 'incident'}s between {of.between[0]} and {of.between[1]}"
        )
    elif of.actor:
        said += f" of {_listed(of.actor, ' or ')}"
    places = _listed(of.admin1 or of.countries, " and ")
    return f"{said} in {places}" if places else said


def describe_condition(given: Condition | None) -> str:
    """Say what a question presupposes, empty where it presupposes nothing."""
    if given is None:
        return ""
    return given.text or f"{given.question} occurs"


def describe_bounds(fewest: int, most: int | None, noun: str) -> str:
    """Say which totals make the event.

    Examples
    --------
    >>> describe_bounds(8, None, "incidents"), describe_bounds(0, 0, "incidents")
    ('at least 8 incidents', 'no incidents')
    """
    if most is None:
        return f"at least {number_of(fewest, noun)}"
    if most < 0:
        return f"fewer than 0 {noun}: impossible"
    if fewest == 0:
        return f"at most {number_of(most, noun)}" if most else f"no {noun}"
    return f"{fewest} to {most} {noun}"


def describe_months(months: Months) -> str:
    """Say which months make the event of a question of months.

    Examples
    --------
    >>> describe_months(Months(of=IncidentFilter(), at_least=3, each=10, in_a_row=True))
    'at least 3 months in a row with at least 10 incidents each'
    >>> describe_months(Months(of=IncidentFilter(), at_least=1))
    'at least 1 month with at least 1 incident'
    """
    row = " in a row" if months.in_a_row else ""
    each = " each" if months.at_least > 1 else ""
    fewest = number_of(months.at_least, "months")
    return f"at least {fewest}{row} with at least {number_of(months.each, 'incidents')}{each}"


def describe_move(by_counts: float, by_analyst: float) -> str:
    """Say what moved a live probability since the issue, on the log-odds scale.

    Examples
    --------
    >>> describe_move(1.25, 0.0)
    'the counts moved it up by 1.25 (log odds)'
    """
    if math.isinf(by_counts):
        what = "the event happened" if by_counts > 0 else "it can no longer happen"
        return f"the counts settled it: {what}"
    parts = [
        f"{who} moved it {'up' if size > 0 else 'down'} by {abs(size):.2f}"
        for who, size in (("the counts", by_counts), ("the analyst", by_analyst))
        if abs(size) >= 0.005
    ]
    return f"{'; '.join(parts)} (log odds)" if parts else "nothing has moved it"


def _asked(question: Question) -> str:
    if question.count is not None:
        fewest, most = question.count.bounds
        return _count(fewest, most, question.count.of)
    if question.change is not None:
        change = question.change
        times = "" if change.factor == "1" else f"{change.factor} times "
        more = "more" if change.direction == "increase" else "fewer"
        than = f"{times}the {change.against} before"
        return f"{more} {describe_filter(change.of)} per month than in {than}"
    if question.share is not None:
        share = question.share
        return (
            f"at least {share.at_least:.0%} of {describe_filter(share.of)} are "
            f"{describe_filter(share.also)}"
        )
    if question.reach is not None:
        reach = question.reach
        areas = (
            f"at least {reach.at_least}"
            if reach.at_least
            else f"more than in the {reach.against} before"
        )
        each = "an incident" if reach.each == 1 else f"{reach.each} incidents"
        return f"areas with {each} among {describe_filter(reach.of)}: {areas}"
    if question.months is not None:
        months = question.months
        row = " in a row" if months.in_a_row else ""
        each = ", each with" if months.at_least > 1 else " with"
        least = number_of(months.at_least, "months")
        return f"at least {least}{row}{each} {_count(months.each, None, months.of)}"
    if question.by_hand is not None:
        return question.by_hand.asks
    raise ValueError("the question has no kind")


def _count(fewest: int, most: int | None, of: IncidentFilter) -> str:
    said = describe_filter(of)
    singular = said.replace(" incidents", " incident", 1).replace("s between", " between", 1)
    if most is None:
        return f"at least {fewest} {singular if fewest == 1 else said}"
    if fewest == 0:
        return f"at most {most} {said}" if most else f"no {said}"
    return f"{fewest} to {most} {said}"


def _listed(names: tuple[str, ...] | None, join: str) -> str:
    return join.join(names or ())
