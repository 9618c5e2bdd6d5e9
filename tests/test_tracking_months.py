"""Odds of questions of months by paths, against an exact chain and by hand."""

import datetime
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from exact_months import exact_chance, exact_evidence_and_chance
from forecast_bench.rates import (
    RateParameters,
    log_odds_at_least,
    occurs_on_paths,
    predictive_log_pmf,
    rate_law,
)
from forecast_bench.records import Duration, Question, add
from forecast_bench.tracking import path_event, periods
from forecast_bench.tracking.law_path import law_path
from forecast_bench.tracking.months_path import path_seed
from forecast_bench.tracking.periods import PartCounts
from forecast_bench.updating import log_odds
from months_asked import LONG, SHORT, asked_months, chances_of, counted_months, months_estimates


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
        for (chance, one), exact in zip(chances_of(asked, seen), expected, strict=True):
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
    found = chances_of(asked, seen)
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
    (_, one), *_, (chance, last) = chances_of(asked, [4, 1])
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
    ((_, one),) = chances_of(asked, [])
    exact = log_odds_at_least(
        rate_law(incidents=5, exposure_months=12), threshold=2, exposure_months=1
    )
    assert abs(one.log_odds - exact) < 3.5 * one.standard_error < 0.1


def test_the_observed_months_decide_and_nothing_else_is_certain():
    asked = asked_months(window=SHORT, months={"at_least": 2, "each": 2, "in_a_row": "true"})
    assert [one.log_odds for _, one in chances_of(asked, [2, 3])][-1] == np.inf
    assert [one.log_odds for _, one in chances_of(asked, [2, 0])][-1] == -np.inf
    never_hit = asked_months(window=LONG, months={"at_least": 18, "each": 900, "in_a_row": "true"})
    ((_, rare),) = chances_of(never_hit, [], baseline=0)
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
    found = chances_of(asked, seen)
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
        "import months_asked as t; from forecast_bench.tracking.months_path import path_seed; "
        "a = t.asked_months(window=t.SHORT, months={'at_least': 2, 'each': 2}); "
        "c = t.counted_months(a, [1]); "
        "print(path_seed(a), *[repr(e.log_odds) for e in t.months_estimates(a, c)])"
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


def test_the_mean_over_what_the_next_month_may_bring_is_what_was_said_before():
    asked = asked_months(window=LONG, months={"at_least": 3, "each": 2, "in_a_row": "true"})
    law = rate_law(incidents=5, exposure_months=12)
    counts = np.arange(13)
    chances = np.exp(predictive_log_pmf(law, exposure_months=1, counts=counts))
    assert chances.sum() > 0.9999
    after = [chances_of(asked, [int(count)])[-1] for count in counts]
    mean = sum(weight * chance for weight, (chance, _) in zip(chances, after, strict=True))
    base, one = chances_of(asked, [])[0]
    errors = [
        weight * chance * (1 - chance) * found.standard_error
        for weight, (chance, found) in zip(chances, after, strict=True)
    ]
    error = np.hypot(base * (1 - base) * one.standard_error, sum(errors))
    assert abs(mean - base) < 3 * error < 0.02


def test_a_law_of_months_is_shown_with_its_gamma():
    asked = asked_months(window=SHORT, months={"at_least": 2})
    path = law_path(asked, counted_months(asked, [1, 0]))
    assert path.totals.tolist() == [1, 1]
    assert float(path.single.shape) == pytest.approx(2.689237, abs=1e-6)
    assert (path.fewest, path.most, len(path.log_odds)) == (2, None, 3)


@pytest.mark.slow
def test_errors_of_random_questions_are_what_they_say():
    random = np.random.default_rng(20171231)
    scores = []
    for number in range(60):
        dispersion = None if number % 3 == 0 else float(random.uniform(0.5, 5))
        drift = float(random.uniform(0.1, 0.9))
        baseline = int(random.poisson(random.gamma(2, 12)))
        months = int(random.integers(3, 25))
        end = add(datetime.date(2018, 1, 1), Duration(months, "month")) - datetime.timedelta(days=1)
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
