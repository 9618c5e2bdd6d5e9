import numpy as np
import pytest
import scoringrules
from hypothesis import given
from hypothesis import strategies as st

from forecast_bench.scoring import brier_score, ranked_probability_score


@st.composite
def forecasts(draw):
    options = draw(st.integers(2, 6))
    weights = draw(st.lists(st.integers(0, 20), min_size=options, max_size=options))
    weights[draw(st.integers(0, options - 1))] += 1
    return np.array(weights) / sum(weights), draw(st.integers(0, options - 1))


def test_by_hand():
    # cumulative .2, .7 against 0, 1: .04 + .09
    found = ranked_probability_score(probability=[[0.2, 0.5, 0.3]], option=[1])
    assert found == pytest.approx([0.13])
    # being near is worth something: all on the neighbour costs 1, all two away costs 2
    found = ranked_probability_score(probability=[[0, 1, 0], [1, 0, 0]], option=[2, 2])
    assert found.tolist() == [1.0, 2.0]


@given(forecasts())
def test_it_agrees_with_scoringrules_whose_options_count_from_one(case):
    probability, option = case
    found = ranked_probability_score(probability=[probability], option=[option])
    other = scoringrules.rps_score(np.array([option + 1]), probability[None, :])
    assert found == pytest.approx(other, abs=1e-9)
    assert 0.0 <= found[0] <= probability.size - 1 + 1e-12


@given(forecasts())
def test_the_order_of_the_options_can_be_turned_round(case):
    probability, option = case
    turned = ranked_probability_score(
        probability=[probability[::-1]], option=[probability.size - 1 - option]
    )
    assert turned == pytest.approx(
        ranked_probability_score(probability=[probability], option=[option]), abs=1e-12
    )


@given(st.floats(0, 1), st.integers(0, 1))
def test_with_two_options_it_is_the_brier_score(probability, outcome):
    found = ranked_probability_score(probability=[[1 - probability, probability]], option=[outcome])
    brier = brier_score(probability=probability, outcome=outcome)
    assert float(found[0]) == pytest.approx(float(brier), abs=1e-12)


@given(forecasts(), forecasts())
def test_the_expected_score_is_lowest_at_the_believed_probabilities(stated, believed):
    belief = believed[0]
    other = np.resize(stated[0], belief.size)
    other = other / other.sum() if other.sum() else belief
    options = np.arange(belief.size)
    honest, else_ = (
        float(belief @ ranked_probability_score(probability=[p] * belief.size, option=options))
        for p in (belief, other)
    )
    assert honest <= else_ + 1e-12


@pytest.mark.parametrize(
    ("probability", "option", "message"),
    [
        ([[0.5, 0.4]], [0], r"must add up to 1, got 0\.9"),
        ([[0.5, 0.5]], [2], r"whole number from 0 to 1, got 2\.0"),
        ([[0.5, 0.5]], [-1], r"whole number from 0 to 1, got -1\.0"),
        ([[1.0]], [0], "two or more"),
        ([0.5, 0.5], [0], "two or more"),
        ([[0.5, 0.5]], [0, 1], r"option must have shape \(1,\), got \(2,\)"),
        ([[1.5, -0.5]], [0], "probability must lie in 0..1"),
    ],
)
def test_misuse_is_refused(probability, option, message):
    with pytest.raises(ValueError, match=message):
        ranked_probability_score(probability=probability, option=option)
