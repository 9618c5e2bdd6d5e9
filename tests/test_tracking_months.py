"""Questions of months: odds by paths against an exact chain, and the whole way to an outcome."""

import datetime
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from exact_months import exact_chance, exact_evidence_and_chance
from first_case import small_case
from forecast_bench.checks import judge
from forecast_bench.job.looking import count_facts, look
from forecast_bench.rates import (
    RateParameters,
    TooFewDraws,
    log_odds_at_least,
    occurs_on_paths,
    predictive_log_pmf,
    rate_law,
)
from forecast_bench.records import Duration, Question, RateSpecification, Window, add
from forecast_bench.resolving import Progress
from forecast_bench.tracking import AskedQuestion, ParameterOrigin, QuestionCounts, path_table
from forecast_bench.tracking import months_path as months_path_module
from forecast_bench.tracking.law_path import law_path
from forecast_bench.tracking.months_path import path_seed
from forecast_bench.tracking.path_event import path_event, window_periods
from forecast_bench.tracking.periods import PartCounts, periods
from forecast_bench.updating import log_odds

DAY = datetime.date


def asked_months(*, window, months, rates=None, parameters=None):
    question = Question.model_validate(
        {"months": {"of": {}, **months}, "window": {"from": window[0], "to": window[1]}}
    )
    origin = {} if parameters is None else {"origin": ParameterOrigin(state="prior")}
    return AskedQuestion(
        name="q",
        question=question,
        issued=DAY(2017, 12, 31),
        window=question.window,
        baseline=Window(start=DAY(2017, 1, 1), end=DAY(2017, 12, 31)),
        rates=RateSpecification.model_validate({"baseline": "12 months", **(rates or {})}),
        source=None,
        parameters=parameters,
        **origin,
    )


def _part(found, counts):
    column = np.array(counts, dtype=np.int64)[:, None]
    none = np.zeros_like(column)
    return PartCounts(tuple(found[: len(counts)]), column, none, none)


def counted_months(asked, seen, *, baseline=5):
    before = periods(asked.baseline, known_until=asked.baseline.end)
    return QuestionCounts(
        _part(before, [baseline, *[0] * 11]), _part(window_periods(asked), seen), _part((), [])
    )


def months_estimates(asked, counts):
    return law_path(asked, counts).estimates


SHORT = ("2018-01-01", "2018-03-31")
LONG = ("2018-01-01", "2019-06-30")


def _chances(asked, seen, **more):
    found = months_estimates(asked, counted_months(asked, seen, **more))
    return [(1 / (1 + np.exp(-one.log_odds)), one) for one in found]


def test_the_worked_case_by_hand():
    # 5 incidents in 12 months, no drift: the rate is Gamma(5.5, 12). Two of three months in a row
    # with an incident each. With q = exp(-rate) the chance is (1 - q)² (1 + q), and the mean of
    # q to the k is (12 / (12 + k)) to the 5.5.
    by_hand = 1 - (12 / 13) ** 5.5 - (12 / 14) ** 5.5 + (12 / 15) ** 5.5
    assert by_hand == pytest.approx(0.220857, abs=1e-6)
    # After a quiet January February and March must both have one; after a busy one February.
    after_quiet = 1 - 2 * (13 / 14) ** 5.5 + (13 / 15) ** 5.5
    after_busy = 1 - (13 / 14) ** 6.5
    asked = asked_months(
        window=SHORT, months={"at_least": 2, "in_a_row": "true"}, rates={"drift": 0}
    )
    for seen, expected in (
        ([0], [by_hand, after_quiet]),
        ([1], [by_hand, after_busy]),
    ):
        for (chance, one), exact in zip(_chances(asked, seen), expected, strict=True):
            error = exact * (1 - exact) * one.standard_error
            assert abs(chance - exact) < 3.5 * error < 0.02
    quiet = exact_chance(5.5, 12, None, seen=[0], months=3, at_least=2, each=1, in_a_row=True)
    assert quiet == pytest.approx(after_quiet, rel=1e-9)


@pytest.mark.parametrize("dispersion", [None, 2.0])
@pytest.mark.parametrize(
    ("months", "seen"),
    [
        ({"at_least": 3, "each": 2, "in_a_row": "true"}, [1, 3, 1, 2]),
        ({"at_least": 6, "each": 2}, [1, 3, 1, 2]),
        ({"at_least": 4, "each": 1, "in_a_row": "true"}, [0, 0, 5, 1]),
    ],
)
def test_paths_agree_with_the_exact_chain(dispersion, months, seen):
    rates = {} if dispersion is None else {"dispersion": dispersion}
    asked = asked_months(window=LONG, months=months, rates=rates)
    law = rate_law(incidents=5, exposure_months=12)
    event = {"each": 1, "in_a_row": False} | months | {"in_a_row": "in_a_row" in months}
    found = _chances(asked, seen)
    assert len(found) == len(seen) + 1
    for known in (0, 2, 4):
        chance, one = found[known]
        exact = exact_chance(law.shape, law.rate, dispersion, seen=seen[:known], months=18, **event)
        error = exact * (1 - exact) * one.standard_error
        assert abs(chance - exact) < 3.5 * error
        assert one.standard_error < 0.06
        assert one.effective_draws > 15_000


def test_a_month_cut_by_the_window_bears_on_the_rate_and_not_on_the_event():
    asked = asked_months(
        window=("2018-01-16", "2018-05-10"), months={"at_least": 2, "each": 2, "in_a_row": "true"}
    )
    counts = counted_months(asked, [4, 1])
    event = path_event(asked, counts.baseline)
    assert event.whole == (False, True, True, True, False)
    law = rate_law(incidents=5, exposure_months=12)
    (_, one), *_, (chance, last) = _chances(asked, [4, 1])
    exact = exact_chance(
        law.shape,
        law.rate,
        None,
        seen=[4, 1],
        months=5,
        at_least=2,
        each=2,
        in_a_row=True,
        exposure=[16 / 31, 1, 1, 1, 10 / 31],
        whole=event.whole,
    )
    assert abs(chance - exact) < 3.5 * exact * (1 - exact) * last.standard_error
    # Four in half a month raised the rate: without them it would be less likely.
    assert months_estimates(asked, counted_months(asked, [0, 1]))[-1].log_odds < last.log_odds
    assert one.effective_draws == 20_000


def test_one_month_that_is_the_window_agrees_with_the_closed_form_of_a_count():
    asked = asked_months(window=("2018-01-01", "2018-01-31"), months={"at_least": 1, "each": 2})
    ((_, one),) = _chances(asked, [])
    exact = log_odds_at_least(
        rate_law(incidents=5, exposure_months=12), threshold=2, exposure_months=1
    )
    assert abs(one.log_odds - exact) < 3.5 * one.standard_error < 0.1


def test_the_observed_months_decide_and_nothing_else_is_certain():
    asked = asked_months(window=SHORT, months={"at_least": 2, "each": 2, "in_a_row": "true"})
    assert [one.log_odds for _, one in _chances(asked, [2, 3])][-1] == np.inf
    assert [one.log_odds for _, one in _chances(asked, [2, 0])][-1] == -np.inf
    never_hit = asked_months(window=LONG, months={"at_least": 18, "each": 900, "in_a_row": "true"})
    ((_, rare),) = _chances(never_hit, [], baseline=0)
    assert np.isfinite(rare.log_odds)
    assert rare.standard_error > 1
    assert rare.log_odds < -9


def test_uncertain_drift_and_dispersion_are_drawn_by_weight_and_by_the_counts():
    believed = RateParameters(
        drift=np.array([0.2, 1.0, 0.5]),
        dispersion=np.array([np.inf, 3.0, 0.5]),
        weight=np.array([0.5, 0.3, 0.2]),
    )
    months = {"at_least": 3, "each": 2, "in_a_row": "true"}
    asked = asked_months(window=LONG, months=months, parameters=believed)
    seen, event = [0, 6, 1], {"at_least": 3, "each": 2, "in_a_row": True}
    found = _chances(asked, seen)
    for known in (0, 3):
        total = weight_sum = 0.0
        for drift, dispersion, weight in zip(
            believed.drift, believed.dispersion, believed.weight, strict=True
        ):
            law = rate_law(incidents=5, exposure_months=12, drift=float(drift))
            scatter = None if np.isinf(dispersion) else float(dispersion)
            evidence, exact = exact_evidence_and_chance(
                law.shape, law.rate, scatter, seen=seen[:known], months=18, **event
            )
            total += weight * evidence * exact
            weight_sum += weight * evidence
        chance, one = found[known]
        exact = total / weight_sum
        assert abs(chance - exact) < 3.5 * exact * (1 - exact) * one.standard_error


def test_more_incidents_in_the_last_month_never_speak_against_it():
    asked = asked_months(window=LONG, months={"at_least": 3, "each": 2, "in_a_row": "true"})
    # Same months reached: only the rate differs, and it rises; noise is far smaller than the steps.
    odds = [
        months_estimates(asked, counted_months(asked, [0, last]))[-1].log_odds
        for last in (2, 6, 18, 54)
    ]
    assert odds == sorted(odds)


def test_the_seed_follows_from_the_question_and_is_the_same_in_another_process():
    asked = asked_months(window=SHORT, months={"at_least": 2, "each": 2})
    other = asked_months(window=SHORT, months={"at_least": 2, "each": 3})
    assert path_seed(asked) != path_seed(other)
    code = (
        "import test_tracking_months as t; "
        "a = t.asked_months(window=t.SHORT, months={'at_least': 2, 'each': 2}); "
        "c = t.counted_months(a, [1]); "
        "print(t.path_seed(a), *[repr(e.log_odds) for e in t.months_estimates(a, c)])"
    )
    here = months_estimates(asked, counted_months(asked, [1]))
    there = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parent,
    ).stdout.split()
    assert there == [str(path_seed(asked)), *(repr(float(one.log_odds)) for one in here)]


def test_events_of_all_kinds_come_from_their_questions():
    base = asked_months(window=SHORT, months={"at_least": 2})
    window = {"window": {"from": SHORT[0], "to": SHORT[1]}}

    def event_of(kind, **keys):
        asked = replace(
            base, question=Question.model_validate({kind: {"of": {}, **keys}, **window})
        )
        areas = np.array([[3, 0], [2, 0]])
        part = PartCounts(periods(asked.baseline, known_until=asked.baseline.end), areas, 0, 0)
        return path_event(asked, part)

    count = event_of("count", between=["2", "4"])
    assert (count.kind, count.fewest, count.most) == ("count", 2, 4)
    # Five in twelve months are 1.25 in three: two or more are an increase, one or fewer not.
    up = event_of("change", direction="increase", against="12 months")
    assert (up.kind, up.fewest, up.most) == ("count", 2, None)
    down = event_of("change", direction="decrease", against="12 months")
    assert (down.fewest, down.most) == (0, 1)
    reach = event_of("reach", against="12 months", each="2")
    assert (reach.kind, reach.fewest, reach.each) == ("reach", 2, 2)
    share = event_of("share", also={}, at_least="0.3")
    assert str(share.share) == "3/10"
    assert occurs_on_paths(count, np.array([[[1, 1, 2]]])).tolist() == [True]
    by_hand = replace(
        base,
        question=Question.model_validate({"by_hand": {"asks": "a", "settled_by": "b"}, **window}),
    )
    with pytest.raises(ValueError, match="neither a count nor a change"):
        path_event(by_hand, counted_months(base, []).baseline)


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
    assert row["path_seed"] == path_seed(found.followed[0].counted.asked)
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

    monkeypatch.setattr(months_path_module, "_estimate", spent)
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


def test_the_mean_over_what_the_next_month_may_bring_is_what_was_said_before():
    asked = asked_months(window=LONG, months={"at_least": 3, "each": 2, "in_a_row": "true"})
    law = rate_law(incidents=5, exposure_months=12)
    counts = np.arange(13)
    chances = np.exp(predictive_log_pmf(law, exposure_months=1, counts=counts))
    assert chances.sum() > 0.9999
    after = [_chances(asked, [int(count)])[-1] for count in counts]
    mean = sum(weight * chance for weight, (chance, _) in zip(chances, after, strict=True))
    base, one = _chances(asked, [])[0]
    errors = [
        weight * chance * (1 - chance) * found.standard_error
        for weight, (chance, found) in zip(chances, after, strict=True)
    ]
    error = np.hypot(base * (1 - base) * one.standard_error, sum(errors))
    assert abs(mean - base) < 3 * error < 0.02


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


def test_a_law_of_months_is_shown_with_its_gamma():
    asked = asked_months(window=SHORT, months={"at_least": 2})
    path = law_path(asked, counted_months(asked, [1, 0]))
    assert path.totals.tolist() == [1, 1]
    assert float(path.single.shape) == pytest.approx(2.689237, abs=1e-6)
    assert (path.fewest, path.most, len(path.log_odds)) == (2, None, 3)


def test_attainable_totals_have_a_day_each():
    with pytest.raises(ValueError, match="attainable"):
        Progress((DAY(2018, 1, 31),), (1,), (1,), (1, 2))


@pytest.mark.slow
def test_errors_of_random_questions_are_what_they_say():
    random = np.random.default_rng(20171231)
    scores = []
    for number in range(60):
        dispersion = None if number % 3 == 0 else float(random.uniform(0.5, 5))
        drift = float(random.uniform(0.1, 0.9))
        baseline = int(random.poisson(random.gamma(2, 12)))
        months = int(random.integers(3, 25))
        end = add(DAY(2018, 1, 1), Duration(months, "month")) - datetime.timedelta(days=1)
        typical = (baseline + 0.5) / 12
        event = {
            "at_least": int(random.integers(2, max(3, months // 2))),
            "each": max(1, int(random.poisson(typical * 1.2))),
            "in_a_row": bool(random.integers(2)),
        }
        rates = {"drift": drift} | ({} if dispersion is None else {"dispersion": dispersion})
        keys = event | {"in_a_row": "true" if event["in_a_row"] else "false"}
        asked = asked_months(window=("2018-01-01", str(end)), months=keys, rates=rates)
        seen = random.poisson(typical, size=int(random.integers(0, months))).tolist()
        law = rate_law(incidents=baseline, exposure_months=12, drift=drift)
        one = months_estimates(asked, counted_months(asked, seen, baseline=baseline))[-1]
        exact = exact_chance(law.shape, law.rate, dispersion, seen=seen, months=months, **event)
        if not np.isfinite(one.log_odds):
            # A chain leaves what is impossible at 0 and what has happened at 1.
            assert exact == float(one.log_odds > 0)
        elif 1e-3 < exact < 1 - 1e-3:
            scores.append((one.log_odds - float(log_odds(exact))) / one.standard_error)
    scores = np.array(scores)
    spread = np.sqrt((scores**2).mean())
    print(  # noqa: T201
        f"{scores.size} questions, errors in standard errors: mean {scores.mean():.2f}, "
        f"root mean square {spread:.2f}, largest {abs(scores).max():.2f}"
    )
    # Strata make errors smaller than those of independent draws, which are stated.
    assert 0.5 < spread < 1.2
    assert abs(scores.mean()) < 3 / np.sqrt(scores.size)
    assert abs(scores).max() < 4
    assert scores.size > 25
