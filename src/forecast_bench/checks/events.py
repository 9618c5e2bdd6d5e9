"""Counted events as sets of counts, to be held against each other."""

import datetime
from typing import NamedTuple

from forecast_bench.records import IncidentFilter, Window
from forecast_bench.workspace import RecordedQuestion, Workspace


class CountedEvent(NamedTuple):
    """So many incidents of a filter in a window, by a source; `high` is None without a limit."""

    of: IncidentFilter
    source: str | None
    window: Window
    condition: str
    low: int
    high: int | None

    @property
    def counts(self) -> str:
        """The counts in words."""
        if self.high is None:
            return f"at least {self.low}"
        return f"{self.low} to {self.high}" if self.low else f"at most {self.high}"

    def same_counting(self, other: "CountedEvent") -> bool:
        """Whether two events count the same incidents, whatever the days."""
        return (self.of, self.source) == (other.of, other.source)

    def inside(self, other: "CountedEvent") -> bool:
        """Whether this event, with the same window, is a part of another.

        Examples
        --------
        >>> import datetime
        >>> day = datetime.date(2018, 1, 1)
        >>> of, window = IncidentFilter(), Window.model_validate({"from": day, "to": day})
        >>> ten = CountedEvent(of, None, window, "", 10, None)
        >>> ten.inside(ten._replace(low=5)), ten.excludes(ten._replace(low=0, high=9))
        (True, True)
        """
        upper = other.high is None or (self.high is not None and self.high <= other.high)
        return self.low >= other.low and upper

    def excludes(self, other: "CountedEvent") -> bool:
        """Whether this event and another, with the same window, cannot both be."""
        return (self.high is not None and self.high < other.low) or (
            other.high is not None and other.high < self.low
        )


def counted_event(
    workspace: Workspace, asked: RecordedQuestion, issued: datetime.date
) -> CountedEvent | None:
    """Give the event of a question of count for a day of issue; None for other questions."""
    count = asked.question.count
    if count is None:
        return None
    window = window_of(asked, issued)
    if window is None:
        return None
    low, high = count.bounds
    given = asked.question.given
    condition = given.model_dump_json() if given is not None else ""
    of = in_one_order(count.of)
    return CountedEvent(of, workspace.source_of(asked), window, condition, low, high)


def window_of(asked: RecordedQuestion, issued: datetime.date) -> Window | None:
    """Window of a question for a day of issue; None where it lies outside the calendar."""
    try:
        return asked.question.window_from(issued)
    except OverflowError:
        return None  # reported by the check of windows


def in_one_order(of: IncidentFilter) -> IncidentFilter:
    """A filter with its names sorted: in which order they are written changes nothing.

    Examples
    --------
    >>> names = ["Mali", "Niger"]
    >>> one, other = IncidentFilter(countries=names), IncidentFilter(countries=names[::-1])
    >>> one == other, in_one_order(one) == in_one_order(other)
    (False, True)
    """
    listed = {name: getattr(of, name) for name in type(of).model_fields}
    named = {name: tuple(sorted(set(names))) for name, names in listed.items() if names is not None}
    return of.model_copy(update=named)
