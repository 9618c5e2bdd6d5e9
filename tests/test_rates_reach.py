"""Reach over areas: against every subset, the binomial, and its edges."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from forecast_bench.rates import (
    RateLaw,
    area_laws,
    log_odds_reach,
    log_probability_at_least,
    log_probability_reach,
)
from forecast_bench.rates.reach import _poisson_binomial

LAWS = RateLaw(np.array([0.5, 2.0, 4.0, 1.0]), np.array([12.0, 10.0, 3.0, 30.0]))


def every_subset(probabilities, needed):
    total = 0.0
    for hits in itertools.product([0, 1], repeat=len(probabilities)):
        if sum(hits) >= needed:
            total += np.prod(np.where(hits, probabilities, 1 - np.asarray(probabilities)))
    return total


@pytest.mark.parametrize("areas", [1, 2, 3, 4])
def test_agrees_with_every_subset(areas):
    each = np.exp(
        log_probability_at_least(
            LAWS, threshold=2, exposure_months=9, incidents=[0, 1, 0, 0], elapsed_months=3
        )
    )
    value = log_probability_reach(
        LAWS,
        areas=areas,
        incidents_each=2,
        exposure_months=9,
        incidents=[0, 1, 0, 0],
        elapsed_months=3,
    )
    assert np.exp(value) == pytest.approx(every_subset(each, areas), rel=1e-12)


def test_two_areas_by_hand():
    # Gamma(1, 1) over a month hits with 1/2: both 1/4, any 3/4.
    laws = RateLaw(np.ones(2), np.ones(2))
    window = {"incidents_each": 1, "exposure_months": 1}
    assert log_odds_reach(laws, areas=2, **window) == pytest.approx(-np.log(3))
    assert log_odds_reach(laws, areas=1, **window) == pytest.approx(np.log(3))


@given(st.integers(1, 40), st.floats(0.001, 0.999), st.data())
def test_equal_areas_are_binomial(size, probability, data):
    needed = data.draw(st.integers(1, size))
    yes = np.full(size, np.log(probability))
    no = np.full(size, np.log1p(-probability))
    upper, lower = _poisson_binomial(yes, no, needed)
    assert upper == pytest.approx(stats.binom.logsf(needed - 1, size, probability), rel=1e-8)
    assert np.exp(lower) == pytest.approx(stats.binom.cdf(needed - 1, size, probability))


def test_small_tails_are_sums_of_logs():
    laws = RateLaw(np.full(60, 1.0), np.full(60, 1e6))
    # All sixty areas, each with odds of one in a million and one: 60 log(1e6 + 1) down.
    value = log_odds_reach(laws, areas=60, incidents_each=1, exposure_months=1)
    assert value == pytest.approx(-60 * np.log(1e6 + 1), rel=1e-12)


def test_edges_are_exact():
    window = {"incidents_each": 1, "exposure_months": 9}
    assert log_probability_reach(LAWS, areas=0, **window) == 0.0
    assert log_probability_reach(LAWS, areas=5, **window) == -np.inf
    passed = {**window, "incidents": [1, 2, 0, 0], "elapsed_months": 2}
    assert log_odds_reach(LAWS, areas=2, **passed) == np.inf
    over = {**passed, "elapsed_months": 9}
    assert log_odds_reach(LAWS, areas=3, **over) == -np.inf


def test_areas_never_hit_share_the_pooled_law():
    # 4 + 2 incidents over 3 x 12 + 6 months at risk: Gamma(6.5, 42) without drift.
    laws = area_laws(incidents=[4, 0, 2, 0], exposure_months=[12, 12, 12, 6], drift=0)
    assert laws.shape.tolist() == [4.5, 6.5, 2.5, 6.5]
    assert laws.rate.tolist() == [12.0, 42.0, 12.0, 42.0]
    scattered = area_laws(incidents=[4, 0], exposure_months=12, dispersion=2.0)
    value = log_probability_reach(scattered, areas=2, incidents_each=1, exposure_months=12)
    assert -np.inf < value < 0
    with pytest.raises(ValueError, match="must be positive"):
        area_laws(incidents=[1, 2], exposure_months=[12, 0])
