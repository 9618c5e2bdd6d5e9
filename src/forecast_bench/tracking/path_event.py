"""The event of an asked question, told of paths: what a simulated window has to show."""

from collections.abc import Sequence
from fractions import Fraction

from forecast_bench.rates import PathEvent, change_threshold
from forecast_bench.records import Months, month_ends
from forecast_bench.tracking.asked import AskedQuestion
from forecast_bench.tracking.periods import PartCounts, Period, periods


def path_event(asked: AskedQuestion, baseline: PartCounts) -> PathEvent:
    """Give the event of a counted question as `path_odds` and `occurs_on_paths` take it.

    With it any source of draws can say how likely the event is: paths of the window's months
    (`window_periods`), observed ones filled in, and a weight for each.

    Parameters
    ----------
    asked : AskedQuestion
        A counted question of any kind.
    baseline : PartCounts
        What was counted before the window: a change, and a reach against the time before, are
        held against it.

    Raises
    ------
    ValueError
        If the question is settled by hand.
    """
    question, found = asked.question, window_periods(asked)
    whole = tuple(is_whole(one) for one in found)
    if question.months is not None:
        return months_event(question.months, found)
    if question.share is not None:
        return PathEvent(kind="share", whole=whole, share=Fraction(str(question.share.at_least)))
    fewest, most = event_bounds(asked, baseline)
    if question.reach is not None:
        return PathEvent(kind="reach", whole=whole, fewest=fewest, each=question.reach.each)
    return PathEvent(kind="count", whole=whole, fewest=fewest, most=most)


def window_periods(asked: AskedQuestion) -> tuple[Period, ...]:
    """Months of a question's window, over or not, the first and the last cut at its edges."""
    return periods(asked.window, known_until=asked.window.end)


def months_event(months: Months, found: Sequence[Period]) -> PathEvent:
    """Event of a question of months, in periods that follow each other."""
    return PathEvent(
        kind="months",
        whole=tuple(is_whole(one) for one in found),
        fewest=months.at_least,
        each=months.each,
        in_a_row=months.in_a_row,
    )


def is_whole(period: Period) -> bool:
    """Whether a period is a whole calendar month.

    Examples
    --------
    >>> import datetime
    >>> day = datetime.date
    >>> is_whole(Period(day(2018, 2, 1), day(2018, 2, 28)))
    True
    >>> is_whole(Period(day(2018, 2, 1), day(2018, 2, 27)))
    False
    """
    return period.start.day == 1 and month_ends(*period) == (period.end,)


def event_bounds(asked: AskedQuestion, baseline: PartCounts) -> tuple[int, int | None]:
    """Fewest and most that make the event: incidents, areas or months; None: without upper bound.

    Parameters
    ----------
    asked : AskedQuestion
        A counted question of any kind; of a share the bounds are those of no total.
    baseline : PartCounts
        What was counted before the window.

    Raises
    ------
    ValueError
        If the question is settled by hand.
    """
    question = asked.question
    if question.months is not None:
        return question.months.at_least, None
    if question.share is not None:
        return 0, None
    if question.reach is not None:
        before = int((baseline.count.sum(axis=0) >= question.reach.each).sum())
        return question.reach.at_least or before + 1, None
    if question.count is not None:
        return question.count.bounds
    change = question.change
    if change is None:
        raise ValueError(f"question {asked.name} is neither a count nor a change")
    threshold = change_threshold(
        baseline_incidents=int(baseline.count.sum()),
        baseline_months=asked.baseline_months,
        window_months=asked.window_months,
        factor=change.factor,
        direction=change.direction,
    )
    return (threshold, None) if change.direction == "increase" else (0, threshold)
