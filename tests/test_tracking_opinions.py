"""Who is heard on a question, with which statement, on which day."""

import datetime

import pandas as pd
import pytest

from conftest import SURROUNDINGS, read_files
from forecast_bench.tracking import (
    ALL_HAD_SPOKEN,
    NOW,
    OPINION_COLUMNS,
    follow,
    opinion_table,
)

HEAD = """\
report: {id: desk, title: The desk}
lexicon: uk-phia@2018
issued: 2018-01-31
questions:
  ferry:
    by_hand: {asks: Has the ferry stopped?, settled_by: The river office}
    window: {from: 2018-02-01, to: 2018-12-31}
  soon:
    by_hand: {asks: Is there a new ferry?, settled_by: The river office}
    within: 6 months
judgments:
"""
AS_OF = datetime.date(2018, 10, 31)


def one(name, analyst, probability, *, question="ferry", issued="2018-01-31", revisions=""):
    return (
        f"  - {{id: {name}, statement: So it is., analyst: {analyst}, question: {question}, "
        f"issued: {issued}, probability: {probability}{revisions}}}\n"
    )


def opinions(*judgments, as_of=AS_OF):
    workspace = read_files({"judgments/a.yaml": HEAD + "".join(judgments), **SURROUNDINGS})
    followed = [
        follow(workspace, each, {}, as_of=as_of)
        for each in workspace.judgments
        if each.issued <= as_of
    ]
    return opinion_table(followed, as_of=as_of)


def heard(table, part):
    own = table[table["part"] == part]
    return dict(zip(own["judgment"], own["stated"].round(6), strict=True))


def test_the_last_statement_of_each_stands_and_the_first_day_is_when_all_had_spoken():
    revised = ", revisions: [{on: 2018-05-31, probability: 0.9, because: It got worse.}]"
    table = opinions(
        one("a1", "a", 0.3, revisions=revised),
        one("b1", "b", 0.6, issued="2018-03-31"),
    )
    assert set(table[table["part"] == ALL_HAD_SPOKEN]["day"]) == {"2018-03-31"}
    assert heard(table, ALL_HAD_SPOKEN) == {"a1": 0.3, "b1": 0.6}
    assert heard(table, NOW) == {"a1": 0.9, "b1": 0.6}
    assert list(table["on"]) == ["2018-01-31", "2018-03-31", "2018-05-31", "2018-03-31"]
    assert list(table["live"]) == pytest.approx([0.3, 0.6, 0.9, 0.6])


def test_of_two_judgments_of_one_analyst_the_later_counts():
    said = (one("a1", "a", 0.3), one("b1", "b", 0.6), one("a2", "a", 0.8, issued="2018-04-30"))
    table = opinions(*said)
    assert heard(table, ALL_HAD_SPOKEN) == {"a1": 0.3, "b1": 0.6}
    assert heard(table, NOW) == {"a2": 0.8, "b1": 0.6}
    # Where they are written does not matter, unless both are of one day.
    assert heard(opinions(*reversed(said)), NOW) == {"a2": 0.8, "b1": 0.6}
    table = opinions(one("a1", "a", 0.3), one("b1", "b", 0.6), one("a2", "a", 0.8))
    assert heard(table, NOW) == {"a2": 0.8, "b1": 0.6}


def test_analysts_who_judge_together_are_one_voice_and_nobody_is_heard_twice():
    table = opinions(one("ab", "[a, b]", 0.3), one("c1", "c", 0.6))
    assert heard(table, NOW) == {"ab": 0.3, "c1": 0.6}
    assert list(table["analyst"]) == ["a, b", "c"] * 2
    # One of them speaks for himself later: what they said together stands no more.
    table = opinions(
        one("ab", "[a, b]", 0.3), one("c1", "c", 0.6), one("a1", "a", 0.5, issued="2018-03-31")
    )
    assert heard(table, NOW) == {"a1": 0.5, "c1": 0.6}


def test_one_analyst_is_no_several():
    assert opinions(one("a1", "a", 0.3), one("a2", "a", 0.5, issued="2018-02-28")).empty
    assert opinions(one("a1", "a", 0.3)).empty
    assert opinions().empty
    assert list(opinions().columns) == list(OPINION_COLUMNS)


def test_what_carries_no_number_is_no_opinion():
    silent = (
        "  - {id: b1, statement: So it is., analyst: b, question: ferry, "
        "cannot_assess: Nobody was there.}\n"
    )
    assert opinions(one("a1", "a", 0.3), silent).empty


def test_what_is_issued_later_is_not_known_yet():
    said = (one("a1", "a", 0.3), one("b1", "b", 0.6, issued="2018-03-31"))
    assert opinions(*said, as_of=datetime.date(2018, 3, 30)).empty
    assert len(opinions(*said, as_of=datetime.date(2018, 3, 31))) == 4


def test_other_days_are_another_event():
    said = (one("a1", "a", 0.3, question="soon"), one("b1", "b", 0.6, question="soon"))
    assert len(opinions(*said)) == 4
    later = one("b1", "b", 0.6, question="soon", issued="2018-03-31")
    assert opinions(said[0], later).empty


def test_the_live_probability_is_that_of_the_day(followed_counts):
    table, paths = followed_counts
    then = table[table["part"] == ALL_HAD_SPOKEN].set_index("judgment")
    assert set(then["day"]) == {"2018-04-10"}
    # Of a, who spoke in January, counted to the end of March; of b, nothing counted yet.
    march = paths[(paths["judgment"] == "a1") & (paths["date"] == "2018-03-31")]
    assert then.loc["a1", "live"] == pytest.approx(march["live"].iloc[0])
    assert then.loc["a1", "live"] != pytest.approx(0.3)
    assert then.loc["b1", "live"] == pytest.approx(0.6)
    now = table[table["part"] == NOW].set_index("judgment")
    last = paths.groupby("judgment").last()
    assert now["live"].tolist() == pytest.approx(last.loc[now.index, "live"].tolist())


@pytest.fixture(scope="module")
def followed_counts(tmp_path_factory):
    from first_case import small_case
    from forecast_bench.job.looking import look
    from forecast_bench.tracking import path_table

    text = """\
report: {id: small, title: Two judgments}
lexicon: uk-phia@2018
questions:
  ten:
    count:
      of: {actor: JNIM, type: abduction, countries: [Mali, Burkina Faso]}
      at_least: 20
    window: {from: 2018-02-01, to: 2018-12-31}
    source: acled
judgments:
  - {id: a1, statement: So., analyst: a, issued: 2018-01-31, probability: 0.3, question: ten}
  - {id: b1, statement: So., analyst: b, issued: 2018-04-10, probability: 0.6, question: ten}
"""
    day = datetime.date(2018, 7, 31)
    seen = look(small_case(tmp_path_factory.mktemp("counts"), text), as_of=day)
    table = opinion_table(seen.followed, as_of=day)
    return table, pd.DataFrame(path_table(seen.followed, as_of=day))
