import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast_bench.scoring import brier_score, expected_brier, expected_skill, skill

chances = st.floats(0, 1)


def test_by_hand():
    # 0.8 * 0.35^2 + 0.2 * 0.65^2 = 0.098 + 0.0845
    assert float(expected_brier(probability=0.65, chance=0.8)) == pytest.approx(0.1825)
    assert float(expected_brier(probability=0.8, chance=0.8)) == pytest.approx(0.16)
    # The base rate 0.5 would score 0.25 whatever happens: 1 - 0.1825 / 0.25
    found = expected_skill(probability=0.65, base_rate=0.5, chance=0.8)
    assert found == pytest.approx(0.27)


def test_it_is_the_mean_of_scores_of_outcomes_drawn_with_the_chance():
    happened = np.random.default_rng(1).random(200_000) < 0.3
    scores = brier_score(probability=np.full(happened.shape, 0.45), outcome=happened.astype(int))
    expected = float(expected_brier(probability=0.45, chance=0.3))
    assert scores.mean() == pytest.approx(expected, abs=4 * scores.std() / len(scores) ** 0.5)


@given(chances, chances)
def test_nothing_is_expected_to_beat_the_chance_itself(probability, chance):
    own = float(expected_brier(probability=chance, chance=chance))
    other = float(expected_brier(probability=probability, chance=chance))
    assert other == pytest.approx(own + (probability - chance) ** 2, abs=1e-12)
    assert 0 <= own <= 0.25
    assert other >= own - 1e-12


@given(chances, st.sampled_from([0.0, 1.0]))
def test_with_a_known_outcome_it_is_the_score(probability, outcome):
    expected = float(expected_brier(probability=probability, chance=outcome))
    scored = float(brier_score(probability=probability, outcome=outcome))
    assert expected == pytest.approx(scored, abs=1e-15)


@given(chances, st.floats(0.02, 0.98), chances)
def test_skill_is_that_of_the_two_expectations(probability, base_rate, chance):
    both = [float(expected_brier(probability=p, chance=chance)) for p in (probability, base_rate)]
    found = expected_skill(probability=probability, base_rate=base_rate, chance=chance)
    assert found == pytest.approx(float(skill(score=both[0], reference=both[1])))


def test_against_a_base_rate_that_is_all_but_right_there_is_none():
    assert expected_skill(probability=0.9, base_rate=1.0, chance=1.0) is None
    assert expected_skill(probability=0.9, base_rate=0.005, chance=0.0) is None


def test_what_is_no_probability_is_refused():
    with pytest.raises(ValueError, match="probability"):
        expected_brier(probability=1.2, chance=0.5)
