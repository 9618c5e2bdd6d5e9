"""Thresholds of change questions, in exact arithmetic."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast_bench.rates import change_threshold


@pytest.mark.parametrize(
    ("incidents", "baseline", "window", "factor", "up", "down"),
    [
        (5, 12, 18, 1, 8, 7),  # 7.5: eight is more, seven is less
        (4, 12, 18, 1, 7, 5),  # 6 exactly: six is neither
        (0, 12, 18, 1, 1, -1),  # nothing is below nothing
        (10, 12, 12, "1.5", 16, 14),  # 15 exactly
        (10, 12, 12, 1.1, 12, 10),  # 11 exactly, though 1.1 * 10 is 11.000000000000002 in floats
        (3, "0.1", "0.3", 1, 10, 8),  # 9 exactly
        (7, Fraction(1, 3), Fraction(1, 7), 2, 7, 5),  # 6 exactly
    ],
)
def test_worked_thresholds(incidents, baseline, window, factor, up, down):
    arguments = {
        "baseline_incidents": incidents,
        "baseline_months": baseline,
        "window_months": window,
        "factor": factor,
    }
    assert change_threshold(**arguments, direction="increase") == up
    assert change_threshold(**arguments, direction="decrease") == down


@given(
    st.integers(0, 10**7),
    st.fractions(Fraction(1, 1000), 1000),
    st.fractions(0, 1000),
    st.fractions(0, 10),
)
def test_thresholds_are_the_first_counts_beyond(incidents, baseline, window, factor):
    arguments = {
        "baseline_incidents": incidents,
        "baseline_months": baseline,
        "window_months": window,
        "factor": factor,
    }
    up = change_threshold(**arguments, direction="increase")
    down = change_threshold(**arguments, direction="decrease")
    level = factor * incidents * window / baseline
    assert up > level >= up - 1
    assert down < level <= down + 1 or (level == 0 and down == -1)


def test_numbers_of_numpy_are_read_exactly():
    value = change_threshold(
        baseline_incidents=np.int64(10),
        baseline_months=np.float64(12.0),
        window_months=np.int32(12),
        factor=np.float64(1.1),
        direction="increase",
    )
    assert value == 12


@pytest.mark.parametrize(
    "change",
    [
        {"baseline_incidents": -1},
        {"baseline_incidents": 1.5},
        {"baseline_incidents": True},
        {"baseline_months": 0},
        {"baseline_months": "1/0"},
        {"window_months": math.nan},
        {"window_months": math.inf},
        {"factor": "twice"},
        {"factor": -1},
        {"direction": "sideways"},
    ],
)
def test_nonsense_is_refused(change):
    arguments = {
        "baseline_incidents": 5,
        "baseline_months": 12,
        "window_months": 18,
        "direction": "increase",
        **change,
    }
    with pytest.raises(ValueError, match="must"):
        change_threshold(**arguments)
