import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast_bench.scoring import (
    LOG_SCORE_CLAMP,
    SCORING_RULES,
    brier_score,
    log_score,
    scoring_rule,
    unclamped_log_score,
)

probabilities = st.floats(0.0, 1.0)
outcomes = st.sampled_from([0, 1])
rules = pytest.mark.parametrize("rule", SCORING_RULES.values(), ids=SCORING_RULES)


def expected_score(rule, *, stated, believed):
    """Mean score of a statement where the event has the believed probability."""
    yes, no = rule.score(probability=[stated, stated], outcome=[1, 0])
    return (believed * yes if believed > 0 else 0.0) + (
        (1 - believed) * no if believed < 1 else 0.0
    )


# laws, for every rule


@rules
@given(stated=probabilities, believed=probabilities)
def test_the_expected_score_is_lowest_at_the_believed_probability(rule, stated, believed):
    honest = expected_score(rule, stated=believed, believed=believed)
    assert honest <= expected_score(rule, stated=stated, believed=believed) + 1e-12


@rules
def test_within_the_clamp_any_other_statement_costs_more(rule):
    believed = 0.3
    honest = expected_score(rule, stated=believed, believed=believed)
    others = np.setdiff1d(np.linspace(0.01, 0.99, 99).round(2), [0.3])
    assert all(expected_score(rule, stated=x, believed=believed) > honest + 1e-6 for x in others)


@rules
@given(probability=probabilities, outcome=outcomes)
def test_scores_stay_in_the_declared_range(rule, probability, outcome):
    score = float(rule.score(probability=probability, outcome=outcome))
    assert rule.lowest - 1e-15 <= score <= rule.highest + 1e-12


@rules
@given(outcome=outcomes)
def test_certainty_about_what_happened_reaches_the_lower_bound(rule, outcome):
    score = float(rule.score(probability=float(outcome), outcome=outcome))
    assert score == pytest.approx(rule.lowest, abs=1e-12)


@rules
@given(outcome=outcomes)
def test_certainty_of_the_opposite_reaches_the_upper_bound(rule, outcome):
    score = float(rule.score(probability=1.0 - outcome, outcome=outcome))
    assert score == pytest.approx(rule.highest)


@rules
@given(probability=st.floats(1e-9, 1.0 - 1e-9), outcome=outcomes)
def test_naming_the_event_by_its_complement_changes_nothing(rule, probability, outcome):
    score = float(rule.score(probability=probability, outcome=outcome))
    mirrored = float(rule.score(probability=1.0 - probability, outcome=1 - outcome))
    assert mirrored == pytest.approx(score, rel=1e-6, abs=1e-7)


@rules
def test_every_rule_declares_itself(rule):
    assert SCORING_RULES[rule.name] is rule
    assert rule.orientation == "lower is better"
    assert rule.lowest < rule.highest
    assert "proper" in rule.consistency
    assert rule.title
    assert rule.reference


def test_the_registry_is_read_only():
    with pytest.raises(TypeError, match="does not support item assignment"):
        SCORING_RULES["brier"] = None


def test_an_unknown_rule_is_refused_with_those_there_are():
    with pytest.raises(ValueError, match="no scoring rule 'brir'; there are: brier, log"):
        scoring_rule("brir")


# values


def test_brier_by_hand():
    # (.7 - 1)^2 = .09, (.7 - 0)^2 = .49
    scores = brier_score(probability=[0.7, 0.7], outcome=[1, 0])
    assert scores == pytest.approx([0.09, 0.49])


def test_log_score_by_hand():
    # ln 2 = .693147, -ln .25 = 2 ln 2
    scores = log_score(probability=[0.5, 0.75], outcome=[1, 0])
    assert scores == pytest.approx([0.6931471805599453, 1.3862943611198906])


def test_the_log_score_is_not_symmetric_in_its_arguments():
    # -ln .9 = .105361 where it occurred, -ln .1 = 2.302585 where it did not
    assert log_score(probability=[0.9, 0.9], outcome=[1, 0]) == pytest.approx(
        [0.1053605156578263, 2.302585092994046]
    )


def test_the_clamp_is_declared_and_used():
    assert LOG_SCORE_CLAMP == (1e-4, 1.0 - 1e-4)
    # -ln 1e-4 = 4 ln 10 = 9.210340
    assert float(log_score(probability=0.0, outcome=1)) == pytest.approx(9.210340371976184)


def test_without_a_clamp_a_wrong_certainty_is_infinite():
    scores = unclamped_log_score(probability=[0.0, 1.0, 1.0, 0.0], outcome=[1, 0, 1, 0])
    assert scores.tolist() == [np.inf, np.inf, 0.0, 0.0]


def test_without_a_clamp_small_probabilities_keep_their_digits():
    # -ln(1 - 1e-18) = 1e-18, although 1 - 1e-18 is 1 in floating point
    assert float(log_score(probability=1e-18, outcome=0, clamp=None)) == pytest.approx(
        1e-18, rel=1e-12
    )


@pytest.mark.parametrize("clamp", [(0.5, 0.5), (-0.1, 0.9), (0.1, 1.1)])
def test_a_clamp_that_is_no_range_is_refused(clamp):
    with pytest.raises(ValueError, match="clamp must be a rising pair"):
        log_score(probability=0.5, outcome=1, clamp=clamp)


def test_positions_cannot_be_swapped():
    with pytest.raises(TypeError):
        brier_score([0.5], [1])


def test_scores_equal_those_of_scoringrules_and_scikit_learn():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import scoringrules
        from sklearn.metrics import brier_score_loss, log_loss
    random = np.random.default_rng(11)
    probability = random.uniform(0.001, 0.999, 500)
    outcome = (random.random(500) < probability).astype(int)
    brier = brier_score(probability=probability, outcome=outcome)
    log = log_score(probability=probability, outcome=outcome)
    assert brier == pytest.approx(scoringrules.brier_score(outcome, probability), abs=1e-15)
    assert log == pytest.approx(scoringrules.log_score(outcome, probability), abs=1e-12)
    assert brier.mean() == pytest.approx(brier_score_loss(outcome, probability), abs=1e-12)
    assert log.mean() == pytest.approx(log_loss(outcome, probability), abs=1e-12)
