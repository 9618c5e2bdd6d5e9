"""How far analysts lie apart, in numbers and in bands."""

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import logit

from forecast_bench.checks.together import FURTHEST_APART
from forecast_bench.pooling import WIDE_GAP, disagreement, widest_gap


def test_by_hand():
    # Log odds of -log 4, 0 and log 4: standard deviation log 4.
    found = disagreement([0.2, 0.5, 0.8])
    assert found.spread == pytest.approx(1.3862943611)
    assert (found.analysts, found.lowest, found.highest) == (3, 0.2, 0.8)


@given(st.lists(st.floats(1e-6, 1 - 1e-6), min_size=2, max_size=8))
def test_the_spread_is_that_of_the_library(held):
    found = disagreement(held)
    assert found.spread == pytest.approx(
        statistics.stdev(float(logit(one)) for one in held), abs=1e-9
    )


def test_one_analyst_does_not_disagree():
    assert disagreement([0.3]).spread == 0


@pytest.mark.parametrize("held", [[], [0.0, 0.5], [1.0, 0.5], [float("nan")]])
def test_what_is_refused(held):
    with pytest.raises(ValueError, match="strictly inside"):
        disagreement(held)


def test_gaps():
    assert widest_gap([(0.0, 0.05), (0.8, 0.9), (0.1, 0.2), (0.95, 1.0)]) == (0, 3)
    assert widest_gap([(0.25, 0.35), (0.75, 0.75)]) == (0, 1)
    assert widest_gap([(0.25, 0.35), (0.74, 0.74)]) is None
    assert widest_gap([(0.25, 0.35)]) is None


def test_a_wide_gap_is_what_the_check_calls_one():
    assert WIDE_GAP == FURTHEST_APART
