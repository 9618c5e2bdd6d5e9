"""Durations, windows and exposure: time as analysts write it and as rates need it."""

import calendar
import datetime
import re
from fractions import Fraction
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import BeforeValidator, Field, PlainSerializer, model_validator
from pydantic_core import PydanticCustomError

from forecast_bench.records.base import Record
from forecast_bench.records.scalars import Day

_DURATION = re.compile(r"(\d{1,4}) (day|week|month|year)s?", re.ASCII)


class Duration(NamedTuple):
    """A length of time in the unit it was written in, such as 18 months."""

    number: int
    unit: Literal["day", "week", "month", "year"]

    def __str__(self) -> str:
        return f"{self.number} {self.unit}{'' if self.number == 1 else 's'}"


def parse_duration(value: Any) -> Any:
    """Read "18 months"; other types pass through for the validator to refuse.

    Raises
    ------
    ValueError
        If the text is no duration, or one of no length.

    Examples
    --------
    >>> parse_duration("18 months")
    Duration(number=18, unit='month')
    """
    if isinstance(value, list | dict):
        raise ValueError("write a duration as one text, such as 18 months")
    if not isinstance(value, str):
        return value
    found = _DURATION.fullmatch(value.strip())
    if not found or int(found[1]) == 0:
        raise ValueError(
            f'"{value}" is not a duration; write a number and a unit, such as 18 months'
        )
    return Duration(int(found[1]), found[2])  # type: ignore[arg-type]


_AsWritten = Annotated[
    str,
    Field(
        pattern=r"^\s*(?!0+ )\d{1,4} (day|week|month|year)s?\s*$", examples=["18 months", "1 year"]
    ),
]
DurationText = Annotated[
    Duration,
    BeforeValidator(parse_duration, json_schema_input_type=_AsWritten),
    PlainSerializer(str),
]


class Window(Record):
    """The days in which a question's event may happen, both ends included."""

    start: Day = Field(alias="from", description="First day of the window.")
    end: Day = Field(alias="to", description="Last day of the window.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.end < self.start:
            raise PydanticCustomError(
                "window-order",
                "the window ends on {end}, before it starts on {start}",
                {"start": self.start.isoformat(), "end": self.end.isoformat()},
            )
        return self


def add(day: datetime.date, duration: Duration) -> datetime.date:
    """Give the day a duration later; the last day of a shorter month stands for a missing one.

    Raises
    ------
    OverflowError
        If the calendar ends before.

    Examples
    --------
    >>> add(datetime.date(2017, 12, 31), Duration(18, "month"))
    datetime.date(2019, 6, 30)
    """
    return _shift(day, duration, sign=1)


def window_after(day: datetime.date, duration: Duration) -> Window:
    """Window that opens the day after `day` and lasts `duration`.

    Raises
    ------
    OverflowError
        If the calendar ends before.

    Examples
    --------
    >>> window = window_after(datetime.date(2017, 12, 31), Duration(18, "month"))
    >>> window.start.isoformat(), window.end.isoformat()
    ('2018-01-01', '2019-06-30')
    """
    # Counted from its first day, a month that opens with a month lasts to the end of it.
    start = add(day, Duration(1, "day"))
    return_day = add(start, duration)
    # A day that a shorter month lacks does not return in it: the window lasts to the month's end.
    lacking = duration.unit in ("month", "year") and return_day.day < start.day
    end = return_day if lacking else return_day - datetime.timedelta(days=1)
    return Window(start=start, end=end)


def window_before(day: datetime.date, duration: Duration) -> Window:
    """Window of `duration` that closes the day before `day`.

    Raises
    ------
    OverflowError
        If the calendar begins after.

    Examples
    --------
    >>> window = window_before(datetime.date(2018, 1, 1), Duration(12, "month"))
    >>> window.start.isoformat(), window.end.isoformat()
    ('2017-01-01', '2017-12-31')
    """
    start = _shift(day, duration, sign=-1)
    return Window(start=start, end=day - datetime.timedelta(days=1))


def exposure_months(start: datetime.date, end: datetime.date) -> Fraction:
    """Time at risk in calendar months, both days included, exactly.

    A part of a month counts by its share of that month's days; an end before the start is no time.

    Examples
    --------
    >>> exposure_months(datetime.date(2018, 1, 1), datetime.date(2019, 6, 30))
    Fraction(18, 1)
    >>> exposure_months(datetime.date(2018, 2, 1), datetime.date(2018, 2, 7))
    Fraction(1, 4)
    """
    if end < start:
        return Fraction(0)
    whole = Fraction((end.year - start.year) * 12 + end.month - start.month)
    return whole + Fraction(end.day, _days_in(end)) - Fraction(start.day - 1, _days_in(start))


def month_ends(start: datetime.date, end: datetime.date) -> tuple[datetime.date, ...]:
    """Last days of the calendar months that end between two days, both included.

    Examples
    --------
    >>> days = month_ends(datetime.date(2018, 1, 1), datetime.date(2018, 3, 30))
    >>> [day.isoformat() for day in days]
    ['2018-01-31', '2018-02-28']
    """
    days = []
    day = start.replace(day=_days_in(start))
    while day <= end:
        days.append(day)
        if day == datetime.date.max:
            break
        following = day + datetime.timedelta(days=1)
        day = following.replace(day=_days_in(following))
    return tuple(days)


def _shift(day: datetime.date, duration: Duration, *, sign: Literal[1, -1]) -> datetime.date:
    try:
        if duration.unit in ("day", "week"):
            days = duration.number * (7 if duration.unit == "week" else 1)
            return day + datetime.timedelta(days=sign * days)
        months = duration.number * (12 if duration.unit == "year" else 1)
        return _shift_months(day, sign * months)
    except (OverflowError, ValueError):
        which = "after" if sign > 0 else "before"
        raise OverflowError(f"{duration} {which} {day} lies outside the calendar") from None


def whole_months_until(day: datetime.date) -> datetime.date:
    """Give the last day of the last calendar month that is over by the end of a day.

    Examples
    --------
    >>> whole_months_until(datetime.date(2018, 3, 20)).isoformat()
    '2018-02-28'
    >>> whole_months_until(datetime.date(2018, 3, 31)).isoformat()
    '2018-03-31'
    """
    following = day + datetime.timedelta(days=1)
    return following.replace(day=1) - datetime.timedelta(days=1)


def _shift_months(day: datetime.date, months: int) -> datetime.date:
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return datetime.date(year, month + 1, min(day.day, last))


def _days_in(day: datetime.date) -> int:
    return calendar.monthrange(day.year, day.month)[1]
