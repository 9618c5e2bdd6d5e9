import pytest

from conftest import found_in, problems, read
from forecast_bench.checks import CHECKS, check

# The source covers 2016-01-01 to 2019-12-31.
TEXT = """\
report: {id: r, title: T}
analyst: r.lee
issued: ISSUED
questions:
  q:
    KIND
    within: LENGTH
judgments:
  - {id: one, statement: s, probability: 0.3, question: q}
"""
COUNT = "count: {of: {type: battle}, any: true}"
CHANGE = "change: {of: {type: battle}, direction: increase, against: 12 months}"


WHOLE = "window: {from: 2016-07-01, to: 2016-07-31}"


def _text(kind: str, length: str, issued: str = "2017-12-31") -> str:
    return TEXT.replace("KIND", kind).replace("LENGTH", length).replace("ISSUED", issued)


@pytest.mark.parametrize(
    ("kind", "length", "issued", "warned"),
    [
        (COUNT, "24 months", "2017-12-31", False),  # to the last day covered
        (COUNT, "25 months", "2017-12-31", False),  # a newer export may cover the rest
        (COUNT, "1 month", "2015-11-30", True),
        (COUNT, "1 month", "2015-12-31", False),
        (CHANGE, "1 month", "2016-12-31", False),  # the baseline is the whole of 2016
        (CHANGE, "1 month", "2016-11-30", True),
        # What a count is held against is not part of the event.
        (COUNT, "1 month", "2016-11-30", False),
        ("by_hand: {asks: a, settled_by: b}", "90 years", "2017-12-31", False),
    ],
)
def test_a_window_or_a_baseline_outside_coverage_is_a_warning(kind, length, issued, warned):
    assert problems(_text(kind, length, issued)) == ([(5, 3, "outside-coverage")] if warned else [])


def test_the_message_says_which_days():
    text = _text(CHANGE, "1 month", "2016-06-30").replace("within: 1 month", WHOLE)
    found = check(read(text))
    assert [one.level for one in found] == ["warning"]
    assert found[0].message == (
        "the baseline 2015-07-01 to 2016-06-30 begins before what sahel covers, "
        "2016-01-01 to 2019-12-31"
    )


@pytest.mark.parametrize(
    ("window", "whole"),
    [
        ("{from: 2018-01-01, to: 2018-06-30}", None),
        ("{from: 2018-01-02, to: 2018-06-30}", "{from: 2018-02-01, to: 2018-06-30}"),
        ("{from: 2018-01-01, to: 2018-06-29}", "{from: 2018-01-01, to: 2018-05-31}"),
        ("{from: 2018-01-15, to: 2018-02-14}", ""),  # no whole month lies inside
    ],
)
def test_a_window_that_cuts_a_month_of_monthly_counts_is_an_error(window, whole):
    text = _text(COUNT, "LENGTH").replace("within: LENGTH", f"window: {window}")
    found = check(read(text))
    assert [one.identifier for one in found] == ([] if whole is None else ["cut-month"])
    for one in found:
        assert one.level == "error"
        assert one.notes == ((f"whole months: {whole}",) if whole else ())


@pytest.mark.parametrize("length", ["6 weeks", "52 weeks", "40 days"])
def test_a_baseline_that_cuts_a_month_of_monthly_counts_is_an_error(length):
    text = _text(CHANGE.replace("12 months", length), "1 month")
    found = [one for one in check(read(text)) if one.level == "error"]
    assert [one.identifier for one in found] == ["cut-month"]
    assert "the baseline" in found[0].message


MONTHS = "months: {of: {type: battle}, at_least: 3, each: 2}"


@pytest.mark.parametrize(
    ("window", "whole"),
    [
        ("{from: 2018-01-01, to: 2018-03-31}", None),
        ("{from: 2018-01-01, to: 2018-02-28}", "2 whole months"),
        ("{from: 2018-01-02, to: 2018-03-31}", "2 whole months"),
        ("{from: 2018-01-01, to: 2018-03-30}", "2 whole months"),
        ("{from: 2018-01-02, to: 2018-02-28}", "1 whole month"),
        ("{from: 2018-01-02, to: 2018-01-31}", "0 whole months"),
        ("{from: 2018-01-02, to: 2018-01-03}", "0 whole months"),
        ("{from: 2018-01-31, to: 2018-04-30}", None),
    ],
)
def test_a_window_has_the_whole_months_that_are_asked_for(window, whole):
    text = _text(MONTHS, "LENGTH").replace("within: LENGTH", f"window: {window}")
    found = [one for one in check(read(text)) if one.identifier == "threshold"]
    assert len(found) == (whole is not None)
    for one in found:
        days = window.strip("{}").replace("from: ", "").replace(", to:", " to")
        assert one.message == (
            f"3 months cannot happen: the window {days}, judged on 2017-12-31, has {whole}"
        )
        assert (one.location.line, one.location.column) == (6, 44)


def test_whole_months_are_those_of_the_day_of_issue_and_told_once():
    text = _text(MONTHS, "3 months", "2018-01-14")
    again = "  - {id: two, statement: s, probability: 0.4, question: q, issued: 2018-02-14}\n"
    found = [one for one in check(read(text + again)) if one.identifier == "threshold"]
    assert [one.message for one in found] == [
        "3 months cannot happen: the window 2018-01-15 to 2018-04-14, judged on 2018-01-14, has "
        "2 whole months"
    ]


def test_what_an_event_is_held_against_is_over_when_it_is_judged():
    text = _text(CHANGE, "LENGTH").replace(
        "within: LENGTH", "window: {from: 2018-07-01, to: 2018-12-31}"
    )
    assert problems(text) == [(9, 57, "baseline-after-issue")]
    # A count is held against nothing: its base rate is learned from what was known.
    assert problems(text.replace(CHANGE, COUNT)) == []


def test_a_question_judged_often_is_warned_of_once():
    again = "  - {id: two, statement: s, probability: 0.3, question: q}\n"
    assert len(problems(_text(COUNT, "1 month", "2015-11-30") + again)) == 1


def test_without_its_source_nothing_is_said_of_coverage():
    found = found_in({"judgments/a.yaml": _text(COUNT, "9 years")})
    assert {one.identifier for one in found} == {"unknown-source"}


def test_every_rule_says_in_words_what_it_asks():
    assert len(CHECKS) == len(set(CHECKS))
    for rule in CHECKS:
        assert rule.__doc__.strip().endswith(".")
        assert list(rule(read(_text(COUNT, "1 month")))) == []
