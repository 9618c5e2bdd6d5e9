"""Judgments on questions of months the whole way: from counts to odds, outcomes and alarms."""

import datetime

import pytest

from exact_months import exact_chance
from first_case import small_case
from forecast_bench.checks import judge
from forecast_bench.job.looking import count_facts, look
from forecast_bench.rates import TooFewDraws, rate_law
from forecast_bench.resolving import Progress
from forecast_bench.tracking import months_path, path_table
from forecast_bench.updating import log_odds

DAY = datetime.date

# The whole way, on abductions by JNIM: 5 in 2017; from January 2018 on month by month.
ABDUCTIONS = [1, 3, 1, 2, 4, 0]
HEAD = """\
report: {id: small, title: A test}
analyst: a.name
issued: 2017-12-31
lexicon: uk-phia@2018
judgments:
  - id: it
    statement: It happens.
    probability: highly likely
    question:
      months: {of: {actor: JNIM, type: abduction}, MONTHS}
      WINDOW
"""


def _look(folder, months, as_of, window="within: 18 months"):
    text = HEAD.replace("MONTHS", months).replace("WINDOW", window)
    small_case(folder, text)
    found = look(folder, as_of=DAY.fromisoformat(as_of))
    assert found.broken != "problems", found.problems
    return found


def _row(found):
    return found.judgments.set_index("id").loc["it"]


def test_a_judgment_is_moved_by_the_bayes_factor_of_its_months(tmp_path):
    found = _look(tmp_path, "at_least: 3, each: 2, in_a_row: true", "2018-06-30")
    path = path_table(found.followed, as_of=DAY(2018, 6, 30)).set_index("date")
    # February, then April and May: the longest run is 1, then 2.
    assert path["count"].tolist() == [0, 0, 1, 1, 1, 2, 2]
    stated = float(log_odds(0.846149))
    law = rate_law(incidents=5, exposure_months=12)
    for known in (0, 3, 5, 6):
        exact = exact_chance(
            law.shape, law.rate, None, seen=ABDUCTIONS[:known], months=18, at_least=3, each=2,
            in_a_row=True,
        )  # fmt: skip
        row = path.iloc[known]
        assert abs(log_odds(row["after"]) - log_odds(exact)) < 3.5 * row["path_error"]
        moved = float(log_odds(row["live"])) - stated
        expected = float(log_odds(row["after"]) - log_odds(row["base_rate"]))
        assert moved == pytest.approx(expected, abs=1e-5)
    row = _row(found)
    assert row["threshold_text"] == "at least 3 months in a row with at least 2 incidents each"
    assert row["question_text"] == (
        "At least 3 months in a row, each with at least 2 abduction incidents of JNIM, from "
        "2018-01-01 to 2019-06-30?"
    )
    assert (row["path_draws"], row["question_kind"]) == (20_000, "months")
    assert row["path_seed"] == months_path.path_seed(found.followed[0].counted.asked)
    assert row["path_error"] == path["path_error"].iloc[-1]
    assert row["path_error_at_issue"] == path["path_error"].iloc[0]
    assert row["path_effective_draws"] == path["effective_draws"].iloc[-1]
    assert 0.02 < row["path_error_at_issue"] < 0.04


def test_yes_comes_early_with_the_month_that_completes_it_and_counts_at_the_end(tmp_path):
    months = "at_least: 2, each: 2, in_a_row: true"
    # April and May; May settles a fortnight after its end.
    before = _row(_look(tmp_path / "a", months, "2018-06-13"))
    assert (before["state"], before["live"]) == ("open", 1.0)
    early = _row(_look(tmp_path / "b", months, "2018-06-14"))
    assert (early["state"], early["outcome_on"]) == ("occurred", "2018-05-31")
    assert early["state_reason"] == "2 successive months by 2018-05-31"
    assert early["early"]
    assert not early["in_calibration"]
    late = _row(_look(tmp_path / "c", months, "2019-07-14"))
    assert late["in_calibration"]


def test_no_comes_early_once_too_few_months_are_left(tmp_path):
    months, window = "at_least: 4, each: 2", "within: 6 months"
    # Two or more in February and others: 3 by June, so that four were open to the last month.
    early = _row(_look(tmp_path / "a", months, "2018-06-29", window))
    assert early["state"] == "open"
    row = _row(_look(tmp_path / "b", "at_least: 5, each: 2", "2018-04-14", window))
    assert (row["state"], row["outcome_on"]) == ("did not occur", "2018-03-31")
    assert row["state_reason"] == (
        "1 qualifying month by 2018-03-31, and 5 cannot be reached any more"
    )
    assert row["early"]
    assert row["live"] == 0.0
    late = _row(_look(tmp_path / "c", months, "2018-07-14", window))
    assert (late["state"], late["outcome_on"], late["count"]) == (
        "did not occur", "2018-06-30", 3,
    )  # fmt: skip
    assert late["nearness"].startswith("1 short of 4")


def test_months_outside_coverage_cannot_be_resolved_unless_they_do_not_matter(tmp_path):
    window = "window: {from: 2019-10-01, to: 2020-03-31}"
    open_ = _row(_look(tmp_path / "a", "at_least: 5, each: 1", "2020-12-31", window))
    assert open_["state"] == "cannot resolve"
    assert open_["state_reason"] == (
        "the source covers days to 2019-12-31, and the window runs to 2020-03-31"
    )
    assert open_["base_rate"] > 0
    settled = _row(_look(tmp_path / "b", "at_least: 3, each: 1", "2020-12-31", window))
    assert settled["state"] == "occurred"
    never = _row(_look(tmp_path / "c", "at_least: 6, each: 500", "2020-12-31", window))
    assert (never["state"], never["outcome_on"]) == ("did not occur", "2019-10-31")


def test_too_few_draws_are_an_alarm_and_no_number(tmp_path, monkeypatch):
    def spent(*_):
        raise TooFewDraws(draws=20_000, effective_draws=31.4)

    monkeypatch.setattr(months_path, "_estimate", spent)
    found = _look(tmp_path, "at_least: 2, each: 2", "2018-06-30")
    assert found.broken == "failed"
    assert found.judgments.empty
    assert [(one.id, one.text) for one in found.alarms] == [
        (
            "too-few-draws",
            "judgment it: 20000 draws are worth 31.4 after weighting on the observed months, and "
            "200 are needed",
        )
    ]


def test_without_a_baseline_that_is_covered_it_still_has_an_outcome(tmp_path):
    # The source begins with 2017, and so nothing is known of the twelve months before.
    window = "window: {from: 2017-04-01, to: 2017-12-31}"
    text = HEAD.replace("MONTHS", "at_least: 2, each: 1").replace("WINDOW", window)
    small_case(tmp_path, text.replace("issued: 2017-12-31", "issued: 2017-03-31"))
    found = look(tmp_path, as_of=DAY(2018, 6, 30))
    row = _row(found)
    assert row[["base_rate", "path_draws", "path_error"]].isna().all()
    assert row["state"] == "occurred"
    assert row["count"] >= 2


def test_months_that_cannot_come_about_any_more_make_a_condition_fail(tmp_path):
    small_case(
        tmp_path,
        """\
report: {id: small, title: A test}
analyst: a.name
issued: 2017-12-31
lexicon: uk-phia@2018
questions:
  busy:
    months: {of: {actor: JNIM, type: abduction}, at_least: 5, each: 2}
    within: 6 months
  clash:
    count: {of: {between: [JNIM, ISGS], type: battle}, any: true}
    within: 6 months
    given: busy
judgments:
  - {id: it, statement: They clash then., probability: likely, question: clash}
""",
    )
    row = _row(look(tmp_path, as_of=DAY(2018, 4, 30)))
    assert (row["state"], row["state_reason"]) == ("void", "its condition failed")
    assert row["given_state"] == "did not occur"


def test_months_that_test_nothing_are_warned_of_where_they_stand(tmp_path):
    found = _look(tmp_path, "at_least: 6, each: 3", "2018-01-31")
    verdict = judge(found.workspace, count_facts(found))
    (trivial,) = [one for one in verdict.problems if one.identifier == "trivial-threshold"]
    assert (trivial.location.line, trivial.location.column) == (10, 7)
    assert "it tests nothing" in trivial.message


def test_questions_of_other_kinds_have_no_paths(tmp_path):
    small_case(tmp_path)
    found = look(tmp_path, as_of=DAY(2018, 6, 30))
    assert found.judgments["path_draws"].isna().all()
    assert path_table(found.followed, as_of=DAY(2018, 6, 30))["path_error"].isna().all()
    assert found.followed[0].law.estimates == ()


def test_attainable_totals_have_a_day_each():
    with pytest.raises(ValueError, match="attainable"):
        Progress((DAY(2018, 1, 31),), (1,), (1,), (1, 2))
