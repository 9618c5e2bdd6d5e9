"""Judgments followed through time: revisions, conditions, every kind of question, coverage."""

import datetime
import math

import numpy as np
import pytest

from first_case import small_case
from forecast_bench.job.looking import look
from forecast_bench.rates import (
    ShareCounts,
    log_odds_at_least,
    log_odds_at_most,
    log_odds_share,
    rate_law,
)
from forecast_bench.tracking import path_table
from forecast_bench.tracking.path import probability_of
from forecast_bench.updating import log_odds

HEAD = """\
report: {id: small, title: A test}
analyst: a.name
issued: 2017-12-31
lexicon: uk-phia@2018
"""


def seen(folder, text, as_of, settings=""):
    small_case(folder, HEAD + text)
    if settings:
        path = folder / "pyproject.toml"
        path.write_text(f"[tool.forecast-bench]\n{settings}\n", encoding="utf-8")
    found = look(folder, as_of=datetime.date.fromisoformat(as_of))
    assert not found.broken, found.problems or found.alarms
    return found


def one_row(found, identifier="it"):
    return found.judgments.set_index("id").loc[identifier]


def path_of(found, as_of):
    table = path_table(found.followed, as_of=datetime.date.fromisoformat(as_of))
    return table.set_index("date")


def counted(question, more=""):
    return f"""\
judgments:
  - id: it
    statement: It happens.
    probability: highly likely
    question:
      {question}
      within: 18 months
{more}"""


ABDUCTIONS = "of: {actor: JNIM, type: abduction}"


def test_a_revision_starts_the_counts_anew_and_the_parts_add_up(tmp_path):
    revisions = """\
    revisions:
      - {on: 2018-02-28, probability: unlikely, because: a truce}
"""
    found = seen(
        tmp_path, counted(f"count: {{{ABDUCTIONS}, at_least: 20}}", revisions), "2018-04-30"
    )
    path = path_of(found, "2018-04-30")
    # Abductions by JNIM: January 1, February 3, March 1, April 2; 5 in 2017.
    assert path["count"].tolist() == [0, 1, 4, 5, 7]
    law = rate_law(incidents=5, exposure_months=12)
    odds = [
        float(
            log_odds_at_least(
                law, threshold=20, exposure_months=18, incidents=total, elapsed_months=months
            )
        )
        for months, total in enumerate([0, 1, 4, 5, 7])
    ]
    stated = [0.846149, 0.301329]
    before = float(log_odds(stated[0]))
    assert path["live"].iloc[0] == pytest.approx(stated[0], abs=1e-6)
    assert log_odds(path["live"].iloc[1]) == pytest.approx(before + odds[1] - odds[0], abs=1e-5)
    # On its day the revision is the live probability; later counts move it from there.
    assert path["live"].iloc[2] == pytest.approx(stated[1], abs=1e-6)
    assert log_odds(path["live"].iloc[4]) == pytest.approx(
        float(log_odds(stated[1])) + odds[4] - odds[2], abs=1e-5
    )
    moved = path["from_analyst"] + path["from_counts"]
    assert (moved + before).to_list() == pytest.approx(
        [float(log_odds(live)) for live in path["live"]], abs=1e-5
    )
    assert path["from_counts"].iloc[4] == pytest.approx(odds[4] - odds[0])
    assert path["stated"].tolist() == pytest.approx([*[stated[0]] * 2, *[stated[1]] * 3], abs=1e-6)


def test_a_revision_after_the_day_looked_at_is_not_known(tmp_path):
    revisions = "    revisions: [{on: 2018-02-28, probability: unlikely, because: a truce}]\n"
    question = f"count: {{{ABDUCTIONS}, at_least: 20}}"
    row = one_row(seen(tmp_path, counted(question, revisions), "2018-02-27"))
    assert row["now_text"] == "highly likely"


def test_time_weighted_score_over_the_days_each_statement_stood(tmp_path):
    revisions = "    revisions: [{on: 2018-12-31, probability: unlikely, because: a truce}]\n"
    row = one_row(
        seen(
            tmp_path,
            counted("count: {of: {between: [JNIM, ISGS], type: battle}, any: true}", revisions),
            "2019-07-31",
        )
    )
    # It did not occur. 365 days at .846149, then 181 at .301329, of 546.
    expected = (365 * 0.846149**2 + 181 * 0.301329**2) / 546
    assert row["time_weighted_brier"] == pytest.approx(expected, abs=1e-5)
    assert row["time_weighted_coverage"] == 1
    assert row["brier"] == pytest.approx(0.846149**2, abs=1e-6)


def test_at_most_is_settled_early_by_passing_it_and_counted_at_the_end(tmp_path):
    question = f"count: {{{ABDUCTIONS}, at_most: 3}}"
    early = one_row(seen(tmp_path / "a", counted(question), "2018-03-31"))
    # Four by the end of February, settled on 14 March.
    assert (early["state"], early["outcome_on"]) == ("did not occur", "2018-02-28")
    assert early["early"]
    assert not early["in_calibration"]
    assert early["live"] == 0.0
    late = one_row(seen(tmp_path / "b", counted(question), "2019-07-14"))
    assert late["in_calibration"]
    law = rate_law(incidents=5, exposure_months=12)
    base = float(log_odds_at_most(law, threshold=3, exposure_months=18))
    assert log_odds(early["base_rate"]) == pytest.approx(base)


@pytest.mark.parametrize(
    ("day", "state"),
    [("2019-06-30", "open"), ("2019-07-01", "settling"), ("2019-07-13", "settling"),
     ("2019-07-14", "did not occur")],
)  # fmt: skip
def test_a_window_settles_before_its_outcome_is_told(tmp_path, day, state):
    question = f"count: {{{ABDUCTIONS}, at_least: 60}}"
    assert one_row(seen(tmp_path, counted(question), day))["state"] == state


def test_between_needs_both_bounds(tmp_path):
    row = one_row(
        seen(tmp_path, counted(f"count: {{{ABDUCTIONS}, between: [40, 50]}}"), "2019-07-31")
    )
    assert (row["count"], row["state"], row["live"]) == (45, "occurred", 1.0)


def test_a_decrease_below_nothing_cannot_happen(tmp_path):
    question = (
        "change: {of: {between: [JNIM, ISGS], type: battle}, direction: decrease, "
        "against: 12 months}"
    )
    row = one_row(seen(tmp_path, counted(question), "2018-06-30"))
    assert row["base_rate"] == 0.0
    assert row["live"] == 0.0
    assert row["tests_little"]


def test_a_share_follows_its_law_and_ends_by_its_counts(tmp_path):
    question = (
        "share: {of: {actor: JNIM, countries: [Mali]}, also: {type: abduction}, at_least: 0.1}"
    )
    found = seen(tmp_path, counted(question), "2018-03-31")
    (followed,) = found.followed
    counts = followed.counted.counts
    base = log_odds_share(
        rate_law(incidents=int(counts.baseline.count.sum()), exposure_months=12),
        share="0.1",
        baseline=ShareCounts(
            incidents=int(counts.baseline.count.sum()),
            matches=int(counts.baseline.matching.sum()),
        ),
        exposure_months=18,
    )
    assert log_odds(one_row(found)["base_rate"]) == pytest.approx(base)
    # 5 abductions by JNIM in Mali in 2017; matches are never more than incidents.
    assert counts.baseline.matching.sum() == 5
    assert (counts.window.matching <= counts.window.count).all()


def test_a_question_outside_coverage_cannot_be_resolved(tmp_path):
    text = f"""\
questions:
  far:
    count: {{{ABDUCTIONS}, at_least: 99}}
    window: {{from: 2019-07-01, to: 2020-06-30}}
judgments:
  - {{id: it, statement: It happens., probability: likely, question: far}}
"""
    row = one_row(seen(tmp_path, text, "2020-12-31"))
    assert row["state"] == "cannot resolve"
    assert row["state_reason"] == (
        "the source covers days to 2019-12-31, and the window runs to 2020-06-30"
    )
    assert not row["scored"]


@pytest.mark.parametrize("day", ["2019-12-31", "2020-06-30", "2020-07-01", "2020-07-30"])
def test_what_was_decided_inside_coverage_stands(tmp_path, day):
    text = f"""\
questions:
  far:
    count: {{{ABDUCTIONS}, any: true}}
    window: {{from: 2019-07-01, to: 2020-06-30}}
judgments:
  - {{id: it, statement: It happens., probability: likely, question: far}}
"""
    found = seen(tmp_path, text, day)
    assert one_row(found)["state"] == "occurred"
    # Days that nobody counted are no days on which nothing happened: the path ends before them.
    assert path_of(found, day).index.max() == "2019-12-31"


def test_the_base_rate_is_the_laws_on_the_day_of_issue(tmp_path):
    text = f"""\
questions:
  running:
    count: {{{ABDUCTIONS}, at_least: 8}}
    window: {{from: 2018-01-01, to: 2019-06-30}}
judgments:
  - {{id: it, statement: It happens., probability: likely, question: running, issued: 2018-03-15}}
"""
    found = seen(tmp_path, text, "2018-04-30")
    law = rate_law(incidents=5, exposure_months=12)
    # January had one abduction and February three; both were known on the day.
    known = log_odds_at_least(law, threshold=8, exposure_months=18, incidents=4, elapsed_months=2)
    path = path_of(found, "2018-04-30")
    assert log_odds(one_row(found)["base_rate"]) == pytest.approx(float(known))
    assert path["from_counts"].iloc[0] == 0
    assert path["live"].iloc[0] == pytest.approx(0.646184, abs=1e-6)


def test_one_event_has_one_outcome_whoever_judges_it_and_when(tmp_path):
    text = """\
questions:
  change:
    change: {of: {actor: JNIM, countries: [Mali]}, direction: increase, against: 1 month}
    window: {from: 2018-07-01, to: 2018-12-31}
judgments:
  - {id: first, statement: More., probability: likely, question: change, issued: 2018-06-30}
  - {id: later, statement: More., probability: likely, question: change, issued: 2018-08-31}
"""
    rows = seen(tmp_path, text, "2019-01-31").judgments
    assert rows["threshold_text"].nunique() == 1
    assert rows["state"].nunique() == 1


def test_a_group_of_types_and_one_of_them_meet_in_a_share(tmp_path):
    question = (
        "share: {of: {actor: islamist-armed-groups, type: violent, countries: [Mali]}, "
        "also: {type: battle}, at_least: 0.3}"
    )
    row = one_row(seen(tmp_path, counted(question), "2019-07-31"))
    assert row["state"] == "occurred"
    assert "of 461 incidents match" in row["state_reason"]


def test_a_finding_by_hand_settles_every_judgment_of_the_question(tmp_path):
    text = """\
questions:
  truce:
    by_hand: {asks: Does the truce hold?, settled_by: The monitors.}
    within: 6 months
judgments:
  - id: one
    statement: It holds.
    probability: likely
    question: truce
    resolution: {outcome: occurred, on: 2018-07-31, evidence: The report.}
  - {id: two, statement: It holds., probability: unlikely, question: truce}
"""
    rows = seen(tmp_path, text, "2018-08-31").judgments.set_index("id")
    assert rows["state"].tolist() == ["occurred", "occurred"]
    assert rows["live"].tolist() == [1.0, 1.0]
    assert rows["brier"].tolist() == pytest.approx([0.353816**2, 0.698671**2], abs=1e-5)


def test_a_threshold_that_the_question_names_needs_no_baseline(tmp_path):
    text = """\
judgments:
  - id: it
    statement: It reaches two areas.
    probability: likely
    issued: 2016-12-31
    question:
      reach: {of: {actor: JNIM, countries: [Mali]}, at_least: 2, each: 2}
      within: 12 months
"""
    row = one_row(seen(tmp_path, text, "2018-01-31"))
    assert row["state"] == "occurred"
    assert row["baseline_text"].startswith("The window 2016")


def test_the_month_that_has_begun_is_not_called_empty(tmp_path):
    question = "count: {of: {between: [JNIM, ISGS], type: battle}, any: true}"
    row = one_row(seen(tmp_path, counted(question), "2019-07-20"))
    assert (row["state"], row["nearness"]) == ("did not occur", "1 short of 1")
    assert not row["near_miss"]
    later = one_row(seen(tmp_path / "later", counted(question), "2019-07-31"))
    assert later["near_miss"]


def test_the_baseline_ends_with_the_issue_lest_it_know_the_future(tmp_path):
    text = f"""\
questions:
  later:
    count: {{{ABDUCTIONS}, at_least: 8}}
    window: {{from: 2018-07-01, to: 2019-06-30}}
judgments:
  - {{id: it, statement: It happens., probability: likely, question: later}}
"""
    row = one_row(seen(tmp_path, text, "2018-06-30"))
    assert "2017-01-01 to 2017-12-31" in row["baseline_text"]
    assert (row["count"], row["elapsed_months"]) == (0, 0.0)
    assert row["live"] == pytest.approx(0.646184, abs=1e-6)


CONDITIONAL = """\
questions:
  held:
    by_hand: {asks: Does the truce hold?, settled_by: The monitors' report.}
    within: 12 months
    resolution: {outcome: OUTCOME, on: 2019-01-15, evidence: The report., reason: Unclear.}
  fight:
    count: {of: {actor: JNIM, type: battle}, at_least: 5}
    within: 18 months
    given: held
judgments:
  - {id: it, statement: They fight although the truce holds., probability: likely, question: fight}
"""


@pytest.mark.parametrize(
    ("condition", "day", "state"),
    [
        ("did not occur", "2019-07-31", "void"),
        ("occurred", "2019-07-31", "occurred"),
        ("cannot resolve", "2019-07-31", "cannot resolve"),
        ("occurred", "2019-01-14", "settling"),
    ],
)
def test_a_condition_decides_whether_a_judgment_counts(tmp_path, condition, day, state):
    row = one_row(seen(tmp_path, CONDITIONAL.replace("OUTCOME", condition), day))
    assert row["state"] == state
    assert row["scored"] == (state == "occurred")


def test_daily_tracking_has_a_row_a_day_and_steps_when_a_month_is_known(tmp_path):
    question = f"count: {{{ABDUCTIONS}, at_least: 8}}"
    found = seen(tmp_path, counted(question), "2018-02-15", settings='tracking = "daily"')
    path = path_of(found, "2018-02-15")
    assert len(path) == 1 + 31 + 15
    assert path.loc["2018-01-30", "live"] == path.loc["2017-12-31", "live"]
    assert path.loc["2018-01-31", "count"] == 1
    assert path.loc["2018-02-15", "live"] == path.loc["2018-01-31", "live"]


def test_cannot_assess_is_kept_and_given_no_number(tmp_path):
    text = """\
judgments:
  - id: it
    statement: Whether it happens.
    cannot_assess: no reporting from the area
    question: {by_hand: {asks: Does it?, settled_by: A report.}, within: 12 months}
"""
    row = one_row(seen(tmp_path, text, "2018-06-30"))
    assert (row["stated_kind"], row["state"]) == ("cannot assess", "not assessed")
    assert row["stated_reason"] == "no reporting from the area"


def test_a_number_and_a_range_stand_in_place_of_a_phrase(tmp_path):
    text = """\
judgments:
  - id: number
    statement: It happens.
    probability: 0.25
    confidence: low
    question: &Q {by_hand: {asks: Does it?, settled_by: A report.}, within: 12 months}
  - id: range
    statement: It happens.
    probability: [0.8, 0.9]
    confidence: high
    question: &Q {by_hand: {asks: Does it?, settled_by: A report.}, within: 12 months}
""".replace("&Q ", "")
    found = seen(tmp_path, text, "2018-06-30")
    number, stated_range = one_row(found, "number"), one_row(found, "range")
    # Low confidence caps the weight at 12: Beta(3, 9).
    assert (number["prior_a"], number["prior_b"]) == pytest.approx((3.0, 9.0))
    # High confidence caps at 100, and the band is worth 82.29 by itself.
    assert stated_range["prior_weight"] == pytest.approx(82.2899, abs=1e-3)
    assert stated_range["band_low"] == 0.8


def test_a_judgment_not_yet_issued_is_not_there(tmp_path):
    question = f"count: {{{ABDUCTIONS}, at_least: 8}}"
    assert seen(tmp_path, counted(question), "2017-12-30").judgments.empty


def test_only_the_law_makes_certain():
    found = probability_of(np.array([-math.inf, -800.0, 0.0, 60.0, math.inf]))
    assert found[0] == 0.0
    assert 0 < found[1] < 1e-300
    assert found[2] == 0.5
    assert 0.999999 < found[3] < 1.0
    assert found[4] == 1.0


def test_what_people_see_never_depends_on_the_order_of_files(tmp_path):
    question = f"count: {{{ABDUCTIONS}, at_least: 8}}"
    one = counted(question)
    folder = small_case(tmp_path, HEAD + one)
    other = HEAD.replace("id: small", "id: other") + one.replace("id: it", "id: that")
    (folder / "judgments" / "a-first.yaml").write_text(other, encoding="utf-8")
    found = look(folder, as_of=datetime.date(2018, 6, 30)).judgments.set_index("id")
    assert found.loc["it", "live"] == found.loc["that", "live"]
