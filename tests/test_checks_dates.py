import pytest

from conftest import found_in, problems

TEXT = """\
report: {id: r, title: T}
analyst: r.lee
issued: 2017-12-31
questions:
  q:
    by_hand: {asks: a, settled_by: b}
    WINDOW
judgments:
  - id: one
    statement: s
    probability: 0.3
    question: q
"""


def _with(window: str, more: str = "") -> list[tuple[int, int, str]]:
    return problems(TEXT.replace("WINDOW", window) + more)


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        ("window: {from: 2018-01-01, to: 2018-06-30}", []),
        ("window: {from: 2017-01-01, to: 2017-12-31}", []),  # its last day is the day of issue
        ("window: {from: 2017-01-01, to: 2017-12-30}", [(12, 15, "window-before-issue")]),
        ("window: {from: 2018-01-02, to: 2018-01-01}", [(7, 13, "window-order")]),
        ("window: {from: 2018-01-01, to: 2018-01-01}", []),
        ("within: 9999 years", [(7, 13, "bad-value")]),
        ("within: 101 years", [(7, 13, "bad-value")]),
        ("window: {from: 2018-01-01, to: 20199-06-30}", [(7, 36, "bad-value")]),
        ("window: {from: 2018-01-01, to: 9999-12-31}", [(7, 13, "bad-value")]),
        ("within: 100 years", []),
        ("about: past", []),
    ],
)
def test_a_window_is_not_over_when_the_judgment_is_issued(window, expected):
    assert _with(window) == expected


def test_one_question_judged_twice_too_far_ahead_is_told_once_for_each_day_of_issue():
    more = "  - {id: two, statement: s, probability: 0.3, question: q}\n"
    assert _with("within: 9999 years", more) == [(7, 13, "bad-value")]


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (["2018-01-01"], []),
        (["2017-12-31"], [(14, 14, "revision-before-issue")]),
        (["2018-01-31", "2018-02-28"], []),
        (["2018-01-31", "2018-01-31"], [(15, 14, "revision-order")]),
        (["2018-02-28", "2018-01-31"], [(15, 14, "revision-order")]),
        (["2018-02-28", "2017-01-31"], [(15, 14, "revision-before-issue")]),
        (
            ["2018-03-31", "2018-02-28", "2018-01-31"],
            [(15, 14, "revision-order"), (16, 14, "revision-order")],
        ),
    ],
)
def test_revisions_follow_the_issue_and_one_another(days, expected):
    rows = "".join(
        f"      - {{on: {day}, probability: 0.{4 + i}, because: b}}\n" for i, day in enumerate(days)
    )
    assert _with("within: 6 months", "    revisions:\n" + rows) == expected


RESOLVED = "resolution: {outcome: occurred, on: DAY, evidence: e}"


@pytest.mark.parametrize(("day", "early"), [("2017-12-31", True), ("2018-01-01", False)])
def test_the_future_is_settled_after_it_is_judged(day, early):
    own = "    " + RESOLVED.replace("DAY", day) + "\n"
    assert _with("within: 6 months", own) == (
        [(13, 41, "resolution-before-issue")] if early else []
    )
    assert _with("about: past", own) == []
    shared = "within: 6 months\n    " + RESOLVED.replace("DAY", day)
    assert _with(shared) == ([(8, 41, "resolution-before-issue")] if early else [])


def test_a_condition_settled_before_the_judgment_is_none():
    condition = (
        "within: 6 months\n    given: c\n"
        "  c:\n    by_hand: {asks: a, settled_by: b}\n    within: 6 months\n    "
    )
    resolved = condition + RESOLVED.replace("DAY", "2017-06-30")
    assert _with(resolved) == [(12, 41, "resolution-before-issue")]
    assert _with(condition + RESOLVED.replace("DAY", "2018-06-30")) == []


def test_messages_name_both_days():
    text = TEXT.replace("WINDOW", "window: {from: 2016-01-01, to: 2016-12-31}")
    (fault,) = found_in({"judgments/a.yaml": text})
    assert fault.message == "the window ended on 2016-12-31, before the issue on 2017-12-31"
