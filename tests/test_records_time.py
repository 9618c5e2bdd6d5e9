import calendar
import datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast_bench.records import (
    Duration,
    Window,
    add,
    exposure_months,
    month_ends,
    window_after,
    window_before,
)
from forecast_bench.records.time import parse_duration
from strategies import days, durations, windows

DAY = datetime.date
ONE_DAY = datetime.timedelta(days=1)


def _months_day_by_day(start: DAY, end: DAY) -> Fraction:
    """Each day is a share of its month: the definition, added up."""
    count = (end - start).days + 1
    each = (start + datetime.timedelta(days=one) for one in range(count))
    return sum(
        (Fraction(1, calendar.monthrange(one.year, one.month)[1]) for one in each), Fraction(0)
    )


@given(windows())
def test_exposure_is_the_sum_over_days_of_their_share_of_a_month(window):
    assert exposure_months(window.start, window.end) == _months_day_by_day(window.start, window.end)


@given(windows(), st.floats(0, 1))
def test_exposure_adds_up_exactly_wherever_a_window_is_cut(window, at):
    cut = window.start + datetime.timedelta(days=int(at * (window.end - window.start).days))
    parts = exposure_months(window.start, cut) + exposure_months(cut + ONE_DAY, window.end)
    assert parts == exposure_months(window.start, window.end)


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        (DAY(2018, 1, 1), DAY(2018, 12, 31), Fraction(12)),
        (DAY(2020, 2, 1), DAY(2020, 2, 29), Fraction(1)),
        (DAY(2020, 2, 29), DAY(2020, 2, 29), Fraction(1, 29)),  # a leap day is a 29th of its month
        (DAY(2018, 1, 16), DAY(2018, 2, 14), Fraction(16, 31) + Fraction(1, 2)),
        (DAY(2018, 1, 2), DAY(2018, 1, 1), Fraction(0)),
    ],
)
def test_exposure_by_hand(start, end, months):
    assert exposure_months(start, end) == months


@pytest.mark.parametrize(
    ("day", "duration", "later"),
    [
        (DAY(2017, 12, 31), Duration(18, "month"), DAY(2019, 6, 30)),
        (DAY(2018, 1, 31), Duration(1, "month"), DAY(2018, 2, 28)),
        (DAY(2020, 1, 31), Duration(1, "month"), DAY(2020, 2, 29)),
        (DAY(2020, 2, 29), Duration(1, "year"), DAY(2021, 2, 28)),
        (DAY(2020, 2, 29), Duration(4, "year"), DAY(2024, 2, 29)),
        (DAY(2018, 1, 1), Duration(2, "week"), DAY(2018, 1, 15)),
        (DAY(2018, 12, 31), Duration(1, "day"), DAY(2019, 1, 1)),
        (DAY(1900, 2, 28), Duration(1, "day"), DAY(1900, 3, 1)),  # 1900 was no leap year
    ],
)
def test_adding_a_duration_by_hand(day, duration, later):
    assert add(day, duration) == later


@given(days, durations)
def test_a_window_after_a_day_opens_on_the_next_and_lasts_the_duration(day, duration):
    window = window_after(day, duration)
    assert window.start == day + ONE_DAY
    # Never shorter than the duration from the issue on; longer only where months differ in length.
    assert add(day, duration) <= window.end <= add(day, duration) + 3 * ONE_DAY
    if window.start.day == 1 and duration.unit in ("month", "year"):
        months = duration.number * (12 if duration.unit == "year" else 1)
        assert exposure_months(window.start, window.end) == months


@given(days.map(lambda day: day.replace(day=1)), durations)
def test_before_undoes_after_where_months_begin(first, duration):
    window = window_after(first - ONE_DAY, duration)
    assert window.start == first
    before = window_before(window.end + ONE_DAY, duration)
    assert before.end == window.end
    if duration.unit in ("day", "week") or (window.end + ONE_DAY).day == 1:
        assert before == window


@given(days, durations)
def test_a_window_before_ends_the_day_before_and_has_the_length(day, duration):
    window = window_before(day, duration)
    assert window.end == day - ONE_DAY
    if duration.unit in ("month", "year") and day.day == 1:
        months = duration.number * (12 if duration.unit == "year" else 1)
        assert exposure_months(window.start, window.end) == months
    if duration.unit in ("day", "week"):
        length = duration.number * (7 if duration.unit == "week" else 1)
        assert (window.end - window.start).days + 1 == length


@given(windows())
def test_month_ends_are_the_last_days_of_months_inside(window):
    count = (window.end - window.start).days + 1
    each = (window.start + datetime.timedelta(days=one) for one in range(count))
    expected = [one for one in each if one.day == calendar.monthrange(one.year, one.month)[1]]
    assert list(month_ends(window.start, window.end)) == expected


@pytest.mark.parametrize(
    ("function", "day", "duration"),
    [
        (add, DAY(2017, 12, 31), Duration(9999, "year")),
        (add, DAY(9999, 1, 1), Duration(9999, "week")),
        (window_after, DAY(9999, 12, 31), Duration(1, "day")),
        (window_before, DAY(2018, 1, 1), Duration(9999, "year")),
        (window_before, DAY(1, 2, 1), Duration(100, "day")),
    ],
)
def test_outside_the_calendar_is_said_in_words(function, day, duration):
    with pytest.raises(OverflowError, match="lies outside the calendar"):
        function(day, duration)


@given(durations)
def test_a_duration_is_read_as_it_is_written(duration):
    assert parse_duration(str(duration)) == duration


@pytest.mark.parametrize(
    "text",
    [
        "",
        "18",
        "months",
        "0 months",
        "-1 day",
        "1.5 years",
        "18months",
        "\uff11 day",
        "12345 days",
        "one month",
        "3 fortnights",
        "1  day",
        "P18M",
        ["18", "months"],
        {"number": "18"},
    ],
)
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(ValueError, match="such as 18 months"):
        parse_duration(text)


def test_the_last_month_of_the_calendar_ends():
    assert month_ends(DAY(9999, 11, 5), DAY.max) == (DAY(9999, 11, 30), DAY(9999, 12, 31))


def test_a_window_of_one_day_is_a_window_and_a_reversed_one_is_not():
    assert Window(start=DAY(2018, 1, 1), end=DAY(2018, 1, 1)).end == DAY(2018, 1, 1)
    with pytest.raises(ValueError, match="before it starts on 2018-01-02"):
        Window(start=DAY(2018, 1, 2), end=DAY(2018, 1, 1))


@pytest.mark.parametrize(
    ("day", "length", "end"),
    [
        (DAY(2017, 12, 31), Duration(18, "month"), DAY(2019, 6, 30)),
        # The day after is the first of December, and a month lasts to its end.
        (DAY(2017, 11, 30), Duration(1, "month"), DAY(2017, 12, 31)),
        (DAY(2018, 2, 28), Duration(1, "year"), DAY(2019, 2, 28)),
        # The 29th does not return in February 2023: the window lasts to the month's end.
        (DAY(2023, 1, 28), Duration(1, "month"), DAY(2023, 2, 28)),
        (DAY(2024, 1, 30), Duration(1, "month"), DAY(2024, 2, 29)),
        (DAY(2023, 2, 28), Duration(1, "month"), DAY(2023, 3, 31)),
        (DAY(2018, 2, 14), Duration(6, "month"), DAY(2018, 8, 14)),
        (DAY(2018, 1, 1), Duration(2, "week"), DAY(2018, 1, 15)),
    ],
)
def test_a_window_lasts_as_long_as_it_says(day, length, end):
    assert window_after(day, length).end == end
