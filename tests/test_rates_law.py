"""The law of a rate: Jeffreys, widened by drift, updated by counts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from forecast_bench.rates import RateLaw, after, rate_law
from forecast_bench.rates.law import _trigamma

# Worked for drift 0 by hand (5 + 1/2, 12); the others by solving the two moment equations with a
# root finder in the test below.
GOLDEN = [
    (5, 12, 0, 5.5, 12),
    (5, 12, 0.5, 2.689237, 5.289755),
    (0, 12, 0.5, 0.485755, 11.165773),
    (30, 18, 0.5, 4.006166, 2.110647),
    (151, 12, 0.3, 10.841519, 0.822161),
]


@pytest.mark.parametrize(("incidents", "months", "drift", "shape", "rate"), GOLDEN)
def test_golden_laws(incidents, months, drift, shape, rate):
    law = rate_law(incidents=incidents, exposure_months=months, drift=drift)
    assert float(law.shape) == pytest.approx(shape, abs=5.1e-7)
    assert float(law.rate) == pytest.approx(rate, abs=5.1e-7)


@pytest.mark.parametrize(("incidents", "months", "drift", "shape", "rate"), GOLDEN[1:])
def test_an_independent_root_finder_agrees(incidents, months, drift, shape, rate):
    from scipy.optimize import brentq

    target = special.polygamma(1, incidents + 0.5) + drift**2
    root = brentq(lambda x: special.polygamma(1, x) - target, 1e-3, 1e3, xtol=1e-14)
    law = rate_law(incidents=incidents, exposure_months=months, drift=drift)
    assert float(law.shape) == pytest.approx(root, rel=1e-11)


@given(
    st.integers(0, 10**6),
    st.floats(0.01, 1e4),
    st.floats(0, 4).filter(lambda d: d == 0 or d > 1e-3),
)
def test_drift_adds_variance_and_keeps_the_mean_of_the_log_rate(incidents, months, drift):
    law = rate_law(incidents=incidents, exposure_months=months, drift=drift)
    start = incidents + 0.5
    assert special.polygamma(1, law.shape) == pytest.approx(
        special.polygamma(1, start) + drift**2, rel=1e-10
    )
    assert special.psi(law.shape) - np.log(law.rate) == pytest.approx(
        special.psi(start) - np.log(months), abs=1e-10
    )


def test_no_drift_is_exact():
    law = rate_law(incidents=np.arange(50), exposure_months=7.3, drift=0)
    assert np.array_equal(law.shape, np.arange(50) + 0.5)
    assert np.array_equal(law.rate, np.full(50, 7.3))


def test_a_table_of_counts_gives_what_each_count_gives():
    counts = np.array([3, 0, 2, 3, 1, 4, 0])
    together = rate_law(incidents=counts, exposure_months=12, drift=0.4)
    apart = [rate_law(incidents=n, exposure_months=12, drift=0.4) for n in counts]
    assert np.allclose(together.shape, [float(law.shape) for law in apart], rtol=1e-14, atol=0)
    per_row = rate_law(incidents=counts, exposure_months=12, drift=np.full(7, 0.4))
    assert np.allclose(together.rate, per_row.rate, rtol=1e-14, atol=0)


def test_trigamma_and_its_derivative_agree_with_scipy():
    x = np.geomspace(1e-3, 1e7, 500)
    value, slope = _trigamma(x)
    assert np.allclose(value, special.polygamma(1, x), rtol=1e-13, atol=0)
    assert np.allclose(slope, special.polygamma(2, x), rtol=1e-10, atol=0)


def test_the_conjugate_update_is_the_posterior():
    # By hand: Gamma(5.5, 12), then 3 incidents in 6 months, is Gamma(8.5, 18).
    law = after(RateLaw(5.5, 12.0), incidents=3, elapsed_months=6)
    assert (float(law.shape), float(law.rate)) == (8.5, 18.0)
    # By Bayes' theorem on a grid of rates.
    rates = np.linspace(1e-4, 4, 40_001)
    weight = stats.gamma.pdf(rates, 5.5, scale=1 / 12) * stats.poisson.pmf(3, 6 * rates)
    mean = (rates * weight).sum() / weight.sum()
    assert mean == pytest.approx(8.5 / 18, rel=1e-6)


@given(st.integers(0, 50), st.integers(0, 50), st.floats(0.1, 20), st.floats(0.1, 20))
def test_two_updates_in_turn_equal_one_with_both(first, second, early, late):
    law = RateLaw(2.7, 5.3)
    turn = after(
        after(law, incidents=first, elapsed_months=early), incidents=second, elapsed_months=late
    )
    both = after(law, incidents=first + second, elapsed_months=early + late)
    assert float(turn.shape) == pytest.approx(float(both.shape))
    assert float(turn.rate) == pytest.approx(float(both.rate))


@pytest.mark.parametrize(
    "arguments",
    [
        {"incidents": -1, "exposure_months": 12},
        {"incidents": 1.5, "exposure_months": 12},
        {"incidents": 1, "exposure_months": 0},
        {"incidents": 1, "exposure_months": np.nan},
        {"incidents": 1, "exposure_months": 12, "drift": -0.1},
        {"incidents": 1, "exposure_months": 12, "dispersion": 0},
        {"incidents": [1, -2], "exposure_months": 12},
    ],
)
def test_what_is_outside_the_domain_is_refused(arguments):
    with pytest.raises(ValueError, match="must"):
        rate_law(**arguments)


def test_laws_and_updates_refuse_nonsense():
    with pytest.raises(ValueError, match="shape must be positive"):
        RateLaw(0.0, 1.0)
    with pytest.raises(ValueError, match="no conjugate update"):
        after(RateLaw(1.0, 1.0, 2.0), incidents=1, elapsed_months=1)
    with pytest.raises(ValueError, match="need elapsed_months"):
        after(RateLaw(1.0, 1.0), incidents=1, elapsed_months=0)
