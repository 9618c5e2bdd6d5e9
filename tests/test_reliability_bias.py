import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast_bench.reliability import calibration_in_the_large, over_under_confidence

TOY = {
    "probability": np.repeat([0.1, 0.5, 0.9], [40, 20, 40]),
    "outcome": np.repeat([1, 0, 1, 0, 1, 0], [2, 38, 11, 9, 38, 2]),
}
records = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 1)), min_size=1, max_size=50)


def test_the_toy_by_hand():
    # mean p = (4 + 10 + 36) / 100 = .50, obar = .51
    assert calibration_in_the_large(**TOY) == pytest.approx(-0.01, abs=1e-12)
    # confidence (36 + 10 + 36) / 100 = .82; right: 38 of .1, 11 of .5, 38 of .9 = .87
    assert over_under_confidence(**TOY) == pytest.approx(-0.05, abs=1e-12)


def test_even_odds_count_as_the_side_of_occurring():
    assert over_under_confidence(probability=[0.5], outcome=[1]) == -0.5
    assert over_under_confidence(probability=[0.5], outcome=[0]) == 0.5


@given(records)
def test_they_are_means_over_the_rows(rows):
    probability, outcome = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    large = calibration_in_the_large(probability=probability, outcome=outcome)
    sure = over_under_confidence(probability=probability, outcome=outcome)
    right = (probability >= 0.5) == (outcome == 1)
    assert large == pytest.approx((probability - outcome).mean(), abs=1e-12)
    assert sure == pytest.approx((np.abs(probability - 0.5) + 0.5).mean() - right.mean(), abs=1e-12)


@given(records)
def test_shuffling_the_rows_changes_no_bit(rows):
    results = {
        (
            calibration_in_the_large(probability=[p for p, _ in x], outcome=[y for _, y in x]),
            over_under_confidence(probability=[p for p, _ in x], outcome=[y for _, y in x]),
        )
        for x in (rows, rows[::-1], sorted(rows))
    }
    assert len(results) == 1
