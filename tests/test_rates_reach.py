"""Reach over areas: against every subset, the binomial, and its edges."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, special, stats

from forecast_bench.rates import (
    RateLaw,
    area_laws,
    log_odds_reach,
    log_probability_at_least,
    log_probability_reach,
    rate_spread,
    widened,
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


def test_an_area_never_hit_borrows_from_the_spread_and_from_its_own_silence():
    laws = area_laws(incidents=[4, 0, 2, 0], exposure_months=[12, 12, 12, 6], drift=0)
    spread = rate_spread(incidents=[4, 0, 2, 0], exposure_months=[12, 12, 12, 6])
    assert laws.shape.tolist() == [4.5, spread.shape, 2.5, spread.shape]
    assert laws.rate == pytest.approx([12.0, spread.rate + 12, 12.0, spread.rate + 6])
    # Watched for longer in vain is quieter; both are quieter than an area that was hit.
    rates = laws.shape / laws.rate
    assert rates[1] < rates[3] < rates[2] < rates[0]
    scattered = area_laws(incidents=[4, 0], exposure_months=12, dispersion=2.0)
    value = log_probability_reach(scattered, areas=2, incidents_each=1, exposure_months=12)
    assert -np.inf < value < 0
    with pytest.raises(ValueError, match="areas at risk"):
        area_laws(incidents=[1, 0], exposure_months=[0, 12])
    with pytest.raises(ValueError, match="areas at risk"):
        area_laws(incidents=[0, 0], exposure_months=0)


def test_spread_agrees_with_a_search_over_the_negative_binomial():
    counted = np.array([20, 24, 7, 4, 61, 17, 1, 17, 2, 2, 1, 25, *[0] * 11])

    def minus_log_likelihood(logs):
        shape, rate = np.exp(logs)
        return -stats.nbinom.logpmf(counted, shape, rate / (rate + 12)).sum()

    searched = optimize.minimize(
        minus_log_likelihood, [-1, -1], method="Nelder-Mead", options={"xatol": 1e-10}
    )
    spread = rate_spread(incidents=counted, exposure_months=12)
    assert [spread.shape, spread.rate] == pytest.approx(np.exp(searched.x), rel=1e-6)
    # Equal exposures: the fitted mean is the plain mean, 181 incidents in 23 x 12 months.
    assert spread.shape / spread.rate == pytest.approx(181 / 276, rel=1e-7)


def test_spread_without_incidents_is_the_jeffreys_law_of_all_areas():
    spread = rate_spread(incidents=[0, 0, 0], exposure_months=[12, 12, 6])
    assert (spread.shape, spread.rate) == (0.5, 30.0)


def test_areas_alike_share_nearly_one_rate():
    # Counts less spread than Poisson ones: nothing tells the areas apart, the Gamma is a point.
    spread = rate_spread(incidents=[5, 5, 6, 5, 5], exposure_months=12)
    assert spread.shape == pytest.approx(1e4, rel=1e-6)
    assert spread.shape / spread.rate == pytest.approx(26 / 60, rel=1e-6)


def test_drift_widens_without_moving_the_mean_of_the_log_rate():
    law = RateLaw(shape=np.array([0.2, 3.0]), rate=np.array([10.0, 2.0]))
    wide = widened(law, drift=0.7)
    assert special.psi(wide.shape) - np.log(wide.rate) == pytest.approx(
        special.psi(law.shape) - np.log(law.rate)
    )
    assert special.polygamma(1, wide.shape) == pytest.approx(special.polygamma(1, law.shape) + 0.49)
