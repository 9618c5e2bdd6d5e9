"""The first case, end to end, against numbers worked out apart from the program."""

import datetime
from importlib import util

import pytest

import first_case_expected as expected
from first_case import ROOT, first_case
from forecast_bench.job.looking import Look, look


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return first_case(tmp_path_factory.mktemp("first-case"))


@pytest.fixture(scope="module")
def early(workspace) -> Look:
    return look(workspace, as_of=expected.EARLY)


@pytest.fixture(scope="module")
def late(workspace) -> Look:
    return look(workspace, as_of=expected.LATE)


def row(seen: Look, identifier: str):
    rows = seen.judgments.set_index("id")
    return rows.loc[identifier]


def test_the_workspace_has_no_problem_and_no_alarm(early):
    assert (early.problems, early.alarms, early.broken) == ((), (), "")
    assert len(early.judgments) == 22


@pytest.mark.parametrize("identifier", expected.COUNTED)
def test_base_rates_counts_and_live_probabilities_half_way(early, identifier):
    known, found = expected.COUNTED[identifier], row(early, identifier)
    assert found["question"] == known.question
    assert found["stated_text"] == known.phrase
    assert found["prior_mean"] == pytest.approx(expected.STATED[known.phrase], abs=1e-6)
    assert found["baseline_count"] == known.before
    assert found["threshold_text"].startswith(f"at least {known.threshold} incident")
    assert found["law_shape"] == pytest.approx(known.shape, abs=1e-6)
    assert found["law_rate"] == pytest.approx(known.rate, abs=1e-6)
    assert found["base_rate"] == pytest.approx(known.base_rate, abs=1e-6)
    assert found["count"] == known.early
    assert found["elapsed_months"] == expected.EARLY_MONTHS
    assert found["after"] == pytest.approx(known.after, abs=1e-6)
    assert found["live"] == pytest.approx(known.live, abs=1e-6)
    assert found["state"] == known.state_early
    assert not found["in_calibration"]


@pytest.mark.parametrize("identifier", expected.COUNTED)
def test_outcomes_after_the_window(late, identifier):
    known, found = expected.COUNTED[identifier], row(late, identifier)
    assert found["count"] == known.window
    assert found["state"] == known.state_late
    assert found["live"] == (1.0 if known.state_late == "occurred" else 0.0)
    assert found["in_calibration"]
    outcome = float(known.state_late == "occurred")
    assert found["brier"] == pytest.approx((expected.STATED[known.phrase] - outcome) ** 2, abs=1e-6)
    assert found["base_brier"] == pytest.approx((known.base_rate - outcome) ** 2, abs=1e-6)
    if known.passed_in is not None:
        assert found["outcome_on"].startswith(known.passed_in)


@pytest.mark.parametrize("identifier", expected.COUNTED)
def test_an_early_outcome_waits_for_its_counts_to_settle(workspace, identifier):
    known = expected.COUNTED[identifier]
    day_before = known.settled_on - datetime.timedelta(days=1)
    assert row(look(workspace, as_of=day_before), identifier)["state"] in ("open", "settling")
    assert row(look(workspace, as_of=known.settled_on), identifier)["state"] == known.state_late


def test_reach_counts_areas_and_borrows_from_their_spread(early, late):
    known = expected.REACH["spread of areas"]
    found = row(early, expected.REACH_ID)
    assert found["threshold_text"] == f"at least {expected.REACH_THRESHOLD} areas"
    assert found["baseline_count"] == sum(expected.REACH_INCIDENTS_BEFORE.values())
    assert found["count"] == expected.REACH_EARLY
    # The derivation's own search stops at four digits.
    assert found["base_rate"] == pytest.approx(known.base_rate, abs=1e-4)
    assert found["after"] == pytest.approx(known.after, abs=1e-4)
    assert found["live"] == pytest.approx(known.live, abs=1e-4)
    assert found["state"] == expected.REACH_STATE_EARLY
    settled = row(late, expected.REACH_ID)
    assert settled["count"] == expected.REACH_WINDOW
    assert settled["state"] == expected.REACH_STATE_LATE
    assert settled["outcome_on"].startswith(expected.REACH_PASSED_IN)
    assert settled["given_state"] == "occurred"


def test_the_clash_did_not_occur_and_its_card_says_how_near_it_was(late):
    found = row(late, "jnim-isgs-fight")
    assert found["state"] == "did not occur"
    assert found["nearness"].startswith(f"1 short of 1; reached in {expected.FIRST_CLASH_MONTH}")
    assert "would have flipped" in found["nearness"]


def test_compound_labels_are_claimed_by_neither_group_and_shown(late):
    found = row(late, "jnim-kidnap-more")
    assert (found["count"], found["ambiguous"]) == (45, 20)


def test_by_hand_judgments_end_as_their_evidence_says(late):
    states = late.judgments.set_index("id")["state"]
    assert {name: states[name] for name in expected.BY_HAND} == expected.BY_HAND


def test_words_off_the_yardstick_get_no_number_and_no_score(late):
    rows = late.judgments.set_index("id").loc[sorted(expected.OFF_YARDSTICK)]
    for column in ("prior_mean", "live", "brier", "base_rate"):
        assert rows[column].isna().all()
    assert not rows["scored"].any()


def test_what_is_scored_is_what_was_stated_and_settled(late):
    scored = late.judgments[late.judgments["scored"].astype(bool)]
    assert set(scored["id"]) == expected.SCORED


def test_the_counts_come_from_a_later_vintage_and_say_so(early):
    (choice,) = early.choices.values()
    assert choice.hindsight
    assert "ACLED" in choice.vintage.manifest.attribution


@pytest.fixture(scope="module")
def derivation():
    path = ROOT / "tests" / "derivations" / "first_case.py"
    spec = util.spec_from_file_location("first_case_derivation", path)
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_expected_numbers_are_those_of_the_derivation(derivation):
    found = derivation.derive(ROOT / "incidents" / "sahel-monthly.csv")
    for identifier, known in expected.COUNTED.items():
        numbers = found[identifier]
        half_way = numbers["dated"][expected.EARLY]
        assert (numbers["before"], numbers["k"], numbers["window"]) == (
            known.before,
            known.threshold,
            known.window,
        )
        assert numbers["base"] == pytest.approx(numbers["base_again"], abs=1e-9)
        assert numbers["base"] == pytest.approx(known.base_rate, abs=1e-9)
        assert half_way["after"] == pytest.approx(known.after, abs=1e-9)
        assert half_way["live"] == pytest.approx(known.live, abs=1e-9)
    assert derivation.first_clash_month() == expected.FIRST_CLASH_MONTH


@pytest.mark.slow
def test_the_readings_of_reach_are_those_of_the_derivation(derivation):
    for name, found in derivation.reach_readings().items():
        known = expected.REACH[name]
        assert found["base"] == pytest.approx(known.base_rate, abs=1e-4)
        assert found["live"] == pytest.approx(known.live, abs=1e-4)
        # 400,000 simulated windows: three standard errors are 0.0024.
        assert found["base"] == pytest.approx(found["base_again"], abs=0.0024)
