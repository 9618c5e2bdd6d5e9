import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast_bench.scoring import skill


def test_by_hand():
    # .09 of the reference's .25 is left: 1 - .36
    assert float(skill(score=0.09, reference=0.25)) == pytest.approx(0.64)


@given(score=st.floats(1e-6, 1e6))
def test_the_reference_itself_has_no_skill(score):
    assert float(skill(score=score, reference=score)) == 0.0


@given(score=st.floats(0, 10), better=st.floats(0, 10), reference=st.floats(0.01, 10))
def test_a_lower_score_has_more_skill(score, better, reference):
    low, high = sorted([score, better])
    gains = skill(score=[low, high], reference=reference)
    assert gains[0] >= gains[1]


def test_undefined_and_infinite_cases():
    gains = skill(score=[0.0, 0.1, np.inf, np.inf, np.nan], reference=[0, 0, 1, np.inf, 1])
    assert np.isnan(gains[[0, 3, 4]]).all()
    assert gains[[1, 2]].tolist() == [-np.inf, -np.inf]


def test_a_negative_score_is_refused():
    with pytest.raises(ValueError, match=r"must not be negative, got -0\.1"):
        skill(score=-0.1, reference=0.2)
