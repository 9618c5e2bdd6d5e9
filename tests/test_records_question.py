import datetime

import pytest
from hypothesis import given

from forecast_bench.records import Question, Window, window_after
from strategies import days, durations, windows

DAY = datetime.date
HAND = {"asks": "Does it?", "settled_by": "reports"}


def _question(**more) -> Question:
    return Question.model_validate({"within": "6 months", **more})


def _count(**threshold) -> Question:
    return _question(count={"of": {}, **threshold})


def _refused(**more) -> str:
    with pytest.raises(ValueError) as failure:  # noqa: PT011
        _question(**more)
    return str(failure.value)


@pytest.mark.parametrize(
    ("threshold", "bounds"),
    [
        ({"at_least": "3"}, (3, None)),
        ({"at_most": "3"}, (0, 3)),
        ({"at_most": "0"}, (0, 0)),
        ({"between": ["2", "5"]}, (2, 5)),
        ({"between": ["0", "0"]}, (0, 0)),
        ({"any": "true"}, (1, None)),
        ({"none": "true"}, (0, 0)),
    ],
)
def test_every_threshold_is_a_pair_of_bounds(threshold, bounds):
    assert _count(**threshold).count.bounds == bounds


@pytest.mark.parametrize(
    ("threshold", "said"),
    [
        ({}, "here: none of them"),
        ({"at_least": "1", "any": "true"}, "here: at_least and any"),
        ({"any": "false"}, "take only true"),
        ({"none": "false"}, "take only true"),
        ({"between": ["5", "2"]}, "the lower one first"),
        ({"between": ["-1", "2"]}, "from 0 on"),
    ],
)
def test_a_count_has_one_threshold_that_can_be_met(threshold, said):
    assert said in _refused(count={"of": {}, **threshold})


@pytest.mark.parametrize(
    ("given_keys", "said"),
    [
        ({"at_least": "1", "in_a_row": "true"}, "one month is always in a row; leave in_a_row out"),
        ({"at_least": "0"}, "greater than or equal to 1"),
        ({"at_least": "2", "each": "0"}, "greater than or equal to 1"),
        ({"each": "2"}, "Field required"),
        ({"at_least": "2", "in_a_row": "perhaps"}, "in_a_row"),
        ({"at_least": "2", "against": "1 year"}, "against"),
    ],
)
def test_months_that_cannot_be_meant_are_refused(given_keys, said):
    assert said in _refused(months={"of": {}, **given_keys})


def test_months_need_one_incident_each_and_no_row_where_nothing_is_said():
    months = _question(months={"of": {}, "at_least": "2"}).months
    assert (months.at_least, months.each, months.in_a_row) == (2, 1, False)


KINDS = {
    "count": {"of": {}, "any": "true"},
    "change": {"of": {}, "direction": "increase", "against": "1 year"},
    "share": {"of": {}, "also": {}, "at_least": "0.5"},
    "reach": {"of": {}, "at_least": "2"},
    "months": {"of": {}, "at_least": "3", "each": "10", "in_a_row": "true"},
    "by_hand": HAND,
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_question_is_of_the_kind_it_gives(kind):
    question = _question(**{kind: KINDS[kind]})
    assert question.kind == kind
    assert (question.counted is None) == (kind == "by_hand")
    if question.counted is not None:
        assert question.counted == getattr(question, kind)


@pytest.mark.parametrize("kind", KINDS)
def test_two_kinds_or_none_are_refused(kind):
    other = "by_hand" if kind != "by_hand" else "count"
    assert "question-kind" in _refused(**{kind: KINDS[kind], other: KINDS[other]})
    assert "here: none" in _refused()


def test_the_future_needs_one_window():
    assert "has no window" in _refused(by_hand=HAND, within=None)
    window = {"from": "2018-01-01", "to": "2018-06-30"}
    assert "keep one" in _refused(by_hand=HAND, window=window)
    assert _question(by_hand=HAND, within=None, about="past").window_from(DAY(2018, 1, 1)) is None


def test_counts_are_about_the_future_and_resolve_themselves():
    counted = {"of": {}, "any": "true"}
    assert "settle it by hand" in _refused(count=counted, about="past")
    resolution = {"outcome": "occurred", "on": "2018-01-01", "evidence": "e"}
    assert "resolves itself" in _refused(count=counted, resolution=resolution)


@given(days, durations)
def test_a_length_becomes_the_window_after_the_issue(issued, duration):
    asked = _question(by_hand=HAND, within=str(duration))
    assert asked.window_from(issued) == window_after(issued, duration)


@given(windows(), days)
def test_a_window_with_dates_stays_whatever_the_issue(window, issued):
    dates = {"from": window.start.isoformat(), "to": window.end.isoformat()}
    asked = _question(by_hand=HAND, within=None, window=dates)
    assert asked.window_from(issued) == window == Window.model_validate(dates)


def test_a_name_alone_is_the_condition_of_that_name():
    assert _question(by_hand=HAND, given="truce").given.question == "truce"
    assert _question(by_hand=HAND, given={"text": "no truce"}).given.text == "no truce"


def test_one_text_stands_for_a_list_of_one():
    asked = _question(count={"of": {"actor": "JNIM", "countries": ["Mali"]}, "any": "true"})
    assert asked.count.of.actor == ("JNIM",)
    assert asked.count.of.countries == ("Mali",)


@pytest.mark.parametrize("factor", ["1", "1.5", "3/2", "0", "0.0001"])
def test_a_factor_stays_the_text_it_was(factor):
    change = {**KINDS["change"], "factor": factor}
    assert _question(change=change).change.factor == factor


@pytest.mark.parametrize(
    "factor", ["3/0", "-1", "1e3", "x", "", "1" * 5000, "\u0663", "1/" + "9" * 50]
)
def test_what_is_no_factor_is_refused(factor):
    assert "is not a factor" in _refused(change={**KINDS["change"], "factor": factor})


def test_reach_needs_one_threshold():
    assert "here: none" in _refused(reach={"of": {}})
    assert "here: both" in _refused(reach={"of": {}, "at_least": "1", "against": "1 year"})
