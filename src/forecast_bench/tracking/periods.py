"""The months in which a question is counted, and what was counted in each."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from forecast_bench.records import Window, exposure_months, month_ends, whole_months_until
from forecast_bench.tracking.asked import AskedQuestion

type Counts = npt.NDArray[np.int64]
type Part = Literal["baseline", "window", "after window"]

PARTS: tuple[Part, ...] = ("baseline", "window", "after window")


class Period(NamedTuple):
    """Days counted together: a month, or the part of one inside a window."""

    start: datetime.date
    end: datetime.date


@dataclass(frozen=True, slots=True, eq=False)
class PartCounts:
    """What was counted in one part of a question's time.

    Parameters
    ----------
    periods : tuple of Period
        Ascending; only those over by the day that the counts were known to.
    count, ambiguous, matching : ndarray of int, shape (periods, areas)
        Incidents, further incidents if every doubtful one counted, and for a share the incidents
        that also match the second filter.
    """

    periods: tuple[Period, ...]
    count: Counts
    ambiguous: Counts
    matching: Counts

    @property
    def elapsed_months(self) -> npt.NDArray[np.float64]:
        """Time at risk from the start to the end of each period."""
        if not self.periods:
            return np.zeros(0)
        first = self.periods[0].start
        return np.array([float(exposure_months(first, one.end)) for one in self.periods])

    @property
    def ends(self) -> tuple[datetime.date, ...]:
        """Last day of each period."""
        return tuple(one.end for one in self.periods)


@dataclass(frozen=True, slots=True, eq=False)
class QuestionCounts:
    """Everything counted for one asked question, by part."""

    baseline: PartCounts
    window: PartCounts
    after_window: PartCounts


def part_window(asked: AskedQuestion, part: Part, *, known_until: datetime.date) -> Window | None:
    """Days of a part; None where the part has no day yet."""
    if part == "baseline":
        return asked.baseline
    if part == "window":
        return asked.window
    start = asked.window.end + datetime.timedelta(days=1)
    if asked.source.counts_months:
        known_until = whole_months_until(known_until)
    return Window(start=start, end=known_until) if start <= known_until else None


def periods(window: Window | None, *, known_until: datetime.date) -> tuple[Period, ...]:
    """Months of a window that are over by a day, the first and the last cut at its edges.

    Examples
    --------
    >>> day = datetime.date
    >>> window = Window(start=day(2018, 1, 16), end=day(2018, 3, 15))
    >>> [one.end.isoformat() for one in periods(window, known_until=day(2018, 3, 20))]
    ['2018-01-31', '2018-02-28', '2018-03-15']
    """
    if window is None:
        return ()
    ends = [day for day in month_ends(window.start, window.end) if day < window.end]
    found, start = [], window.start
    for end in (*ends, window.end):
        found.append(Period(start, end))
        start = end + datetime.timedelta(days=1)
    return tuple(one for one in found if one.end <= known_until)


def question_counts(
    asked: AskedQuestion, counted: Sequence[Mapping[Any, Any]], *, known_until: datetime.date
) -> QuestionCounts:
    """Arrange what the store counted into periods and areas; what has no row counts zero.

    Parameters
    ----------
    counted : sequence of mapping
        Rows of this question: part, filter, month, country, admin1, count, ambiguous.
    known_until : date
        Day to which the counts were known.
    """
    by_part = {
        part: _part_counts(
            [row for row in counted if row["part"] == part],
            periods(part_window(asked, part, known_until=known_until), known_until=known_until),
            asked.areas,
        )
        for part in PARTS
    }
    return QuestionCounts(by_part["baseline"], by_part["window"], by_part["after window"])


def _part_counts(
    rows: Sequence[Mapping[Any, Any]],
    found: tuple[Period, ...],
    areas: Iterable[tuple[str, str]],
) -> PartCounts:
    places = {area: index for index, area in enumerate(areas)}
    months = {one.start.replace(day=1): index for index, one in enumerate(found)}
    shape = (len(found), len(places))
    count, ambiguous, matching = (np.zeros(shape, dtype=np.int64) for _ in range(3))
    one_place = ("", "") in places
    for row in rows:
        month = months.get(row["month"])
        place = 0 if one_place else places.get((row["country"], row["admin1"]))
        if month is not None and place is None and _nowhere(row["admin1"]):
            continue  # an incident of no known area reaches none
        if month is None or place is None:
            raise ValueError(f"counted outside what was asked: {row}")
        if row["filter"] == "matching":
            matching[month, place] += row["count"]
        else:
            count[month, place] += row["count"]
            ambiguous[month, place] += row["ambiguous"]
    return PartCounts(found, count, ambiguous, matching)


def _nowhere(area: object) -> bool:
    return area is None or area != area  # missing values of pandas are not themselves
