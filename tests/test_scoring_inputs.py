import numpy as np
import pytest

from forecast_bench.scoring import checked_forecasts, checked_outcome, checked_probability


@pytest.mark.parametrize("bad", [-0.01, 1.01, float("nan"), float("inf")])
def test_probability_outside_its_domain_is_refused_with_the_value(bad):
    with pytest.raises(ValueError, match=r"probability must lie in 0\.\.1, got"):
        checked_probability([0.5, bad])


@pytest.mark.parametrize("bad", [0.5, 2, -1, float("nan")])
def test_outcome_that_is_no_outcome_is_refused_with_the_value(bad):
    with pytest.raises(ValueError, match="outcome must be 0 or 1, got"):
        checked_outcome([1, bad])


def test_negative_zero_is_zero_to_the_bit():
    assert not np.signbit(checked_probability([-0.0])).any()


def test_truth_values_are_outcomes():
    assert checked_outcome([True, False]).tolist() == [1.0, 0.0]


@pytest.mark.parametrize(
    ("probability", "outcome"), [([], []), ([0.5], [1, 0]), ([[0.5]], [[1]]), (0.5, 1)]
)
def test_a_record_has_two_columns_of_one_length(probability, outcome):
    with pytest.raises(ValueError, match=r"one-dimensional|at least one"):
        checked_forecasts(probability=probability, outcome=outcome)
