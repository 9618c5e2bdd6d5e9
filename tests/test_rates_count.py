"""Counts in a window: against scipy, against exact fractions, and far into the tails."""

from fractions import Fraction
from math import comb, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from forecast_bench.rates import (
    RateLaw,
    after,
    count_interval,
    log_odds_at_least,
    log_odds_at_most,
    log_odds_between,
    log_probability_at_least,
    log_probability_at_most,
    log_probability_between,
    predictive_log_pmf,
    rate_law,
)

LAW = rate_law(incidents=5, exposure_months=12)
WORKED = [
    (0, 0, 0.526024),
    (3, 0, 0.202879),
    (3, 2, 0.697966),
    (6, 3, 0.624283),
    (6, 6, 0.989862),
    (12, 8, 1.0),
]


def exact_upper(shape: int, p: Fraction, needed: int, terms: int) -> Fraction:
    """Add up P(N = n) = C(n + shape - 1, n) p^shape (1 - p)^n in fractions."""
    return sum(
        (comb(n + shape - 1, n) * p**shape * (1 - p) ** n for n in range(needed, needed + terms)),
        Fraction(0),
    )


def log_fraction(value: Fraction) -> float:
    return log(value.numerator) - log(value.denominator)


@pytest.mark.parametrize(("elapsed", "incidents", "expected"), WORKED)
def test_worked_case(elapsed, incidents, expected):
    value = log_probability_at_least(
        LAW, threshold=8, exposure_months=18, incidents=incidents, elapsed_months=elapsed
    )
    assert float(np.exp(value)) == pytest.approx(expected, abs=6e-7)


def test_a_geometric_count_by_hand():
    # Gamma(1, 1) over one month: P(N >= k) = (1/2)^k, so the odds of 3 or more are 1 to 7.
    law = RateLaw(1.0, 1.0)
    assert float(log_odds_at_least(law, threshold=3, exposure_months=1)) == pytest.approx(-log(7))
    assert float(log_odds_at_most(law, threshold=2, exposure_months=1)) == pytest.approx(log(7))
    far = log_probability_at_least(law, threshold=5000, exposure_months=1)
    assert float(far) == pytest.approx(-5000 * log(2), rel=1e-13)


@given(
    st.floats(0.2, 500),
    st.floats(0.05, 500),
    st.floats(0.01, 200),
    st.integers(1, 2000),
)
def test_tails_agree_with_scipy(shape, rate, months, threshold):
    law = RateLaw(shape, rate)
    p = rate / (rate + months)
    upper = float(log_probability_at_least(law, threshold=threshold, exposure_months=months))
    lower = float(log_probability_at_most(law, threshold=threshold - 1, exposure_months=months))
    assert np.isfinite(upper)
    assert np.isfinite(lower)
    survival = float(stats.nbinom.sf(threshold - 1, shape, p))
    distribution = float(stats.nbinom.cdf(threshold - 1, shape, p))
    if survival > 1e-280:
        assert upper == pytest.approx(np.log(survival), rel=1e-8, abs=1e-9)
    if distribution > 1e-280:
        assert lower == pytest.approx(np.log(distribution), rel=1e-8, abs=1e-9)


@pytest.mark.parametrize("needed", [30, 300, 1200, 3000])
def test_upper_tails_agree_with_exact_fractions(needed):
    law = RateLaw(3.0, 9.0)
    exact = exact_upper(3, Fraction(9, 10), needed, 60)
    value = log_probability_at_least(law, threshold=needed, exposure_months=1)
    assert float(value) == pytest.approx(log_fraction(exact), rel=1e-12)


@pytest.mark.parametrize("shape", [20, 200, 900])
def test_lower_tails_agree_with_exact_fractions(shape):
    exact = exact_upper(shape, Fraction(1, 10), 0, 4)
    value = log_probability_at_most(RateLaw(float(shape), 1.0), threshold=3, exposure_months=9)
    assert float(value) == pytest.approx(log_fraction(exact), rel=1e-12)


def test_odds_near_certainty_keep_their_digits():
    # P(N = 0) for Gamma(200, 1) over 1e4 months is (1 / 10001)^200, about 1e-800.
    value = log_odds_at_least(RateLaw(200.0, 1.0), threshold=1, exposure_months=1e4)
    assert float(value) == pytest.approx(200 * log(10001), rel=1e-13)


@pytest.mark.parametrize("dispersion", [None, 2.0])
def test_huge_counts_stay_finite(dispersion):
    law = rate_law(incidents=10**6, exposure_months=12, drift=0, dispersion=dispersion)
    thresholds = [1, 100, 995_000, 1_000_000, 1_005_000, 2_000_000, 10_000_000]
    odds = log_odds_at_least(law, threshold=thresholds, exposure_months=12)
    assert np.isfinite(odds).all()
    assert (np.diff(odds) < 0).all()


def test_the_middle_of_a_huge_count_agrees_with_scipy():
    law = RateLaw(1e6 + 0.5, 12.0)
    value = np.exp(log_probability_at_least(law, threshold=1_001_000, exposure_months=12))
    assert float(value) == pytest.approx(stats.nbinom.sf(1_000_999, 1e6 + 0.5, 0.5), rel=1e-7)


@pytest.mark.parametrize("dispersion", [None, 2.0])
def test_settled_questions_are_exact(dispersion):
    law = RateLaw(2.7, 5.3, dispersion)
    passed = {"threshold": 3, "exposure_months": 12, "incidents": 3, "elapsed_months": 2}
    assert log_probability_at_least(law, **passed) == 0.0
    assert log_odds_at_least(law, **passed) == np.inf
    over = {"threshold": 3, "exposure_months": 12, "incidents": 2, "elapsed_months": 12}
    assert log_probability_at_least(law, **over) == -np.inf
    assert log_odds_at_most(law, **{**over, "threshold": 2}) == np.inf
    assert log_odds_at_least(law, **{**over, "elapsed_months": 13}) == -np.inf
    assert log_probability_at_least(law, threshold=0, exposure_months=0) == 0.0
    assert log_probability_at_least(law, threshold=1, exposure_months=0) == -np.inf
    assert log_probability_at_most(law, threshold=-1, exposure_months=12) == -np.inf


@given(st.integers(0, 20), st.floats(0.5, 17))
def test_counts_so_far_equal_the_updated_law(incidents, elapsed):
    direct = log_probability_at_least(
        LAW, threshold=25, exposure_months=18, incidents=incidents, elapsed_months=elapsed
    )
    updated = log_probability_at_least(
        after(LAW, incidents=incidents, elapsed_months=elapsed),
        threshold=25 - incidents,
        exposure_months=18 - elapsed,
    )
    assert float(direct) == pytest.approx(float(updated), rel=1e-9)


@pytest.mark.parametrize("dispersion", [None, 0.7])
def test_more_incidents_never_lower_at_least(dispersion):
    law = RateLaw(2.7, 5.3, dispersion)
    odds = log_odds_at_least(
        law, threshold=20, exposure_months=18, incidents=np.arange(21), elapsed_months=6
    )
    assert (np.diff(odds[:-1]) > 0).all()
    assert odds[-1] == np.inf


@pytest.mark.parametrize("dispersion", [None, 2.0])
def test_the_predictive_law_sums_to_one_and_to_the_tails(dispersion):
    law = RateLaw(2.7, 5.3, dispersion)
    counts = np.arange(4000)
    mass = np.exp(
        predictive_log_pmf(law, exposure_months=12, counts=counts, incidents=3, elapsed_months=6)
    )
    assert mass.sum() == pytest.approx(1, abs=1e-11)
    upper = log_probability_at_least(
        law, threshold=11, exposure_months=18, incidents=3, elapsed_months=6
    )
    assert mass[8:].sum() == pytest.approx(float(np.exp(upper)), abs=1e-10)


def test_the_predictive_law_is_scipys_and_has_its_edges():
    counts = np.arange(40)
    ours = predictive_log_pmf(RateLaw(2.7, 5.3), exposure_months=9, counts=counts)
    assert np.allclose(ours, stats.nbinom.logpmf(counts, 2.7, 5.3 / 14.3), rtol=1e-11, atol=1e-11)
    for law in (RateLaw(2.7, 5.3), RateLaw(2.7, 5.3, 2.0)):
        edge = predictive_log_pmf(law, exposure_months=0, counts=[-1, 0, 1])
        assert edge.tolist() == [-np.inf, 0.0, -np.inf]


@given(st.integers(0, 40), st.integers(0, 60), st.integers(0, 5))
def test_between_is_the_sum_of_its_counts(low, width, incidents):
    elapsed = 2.0 if incidents else 0.0
    given_ = {"exposure_months": 18, "incidents": incidents, "elapsed_months": elapsed}
    inside = log_probability_between(LAW, low=low, high=low + width, **given_)
    counts = np.arange(low, low + width + 1) - incidents
    mass = np.exp(
        predictive_log_pmf(
            LAW,
            exposure_months=18 - elapsed,
            counts=counts,
            incidents=incidents,
            elapsed_months=elapsed,
        )
    ).sum()
    assert float(np.exp(inside)) == pytest.approx(mass, rel=1e-9, abs=1e-300)
    if 0 < mass < 1 - 1e-6:
        odds = log_odds_between(LAW, low=low, high=low + width, **given_)
        assert float(odds) == pytest.approx(np.log(mass) - np.log1p(-mass), rel=1e-7, abs=1e-7)


def test_between_at_its_edges():
    law = RateLaw(1.0, 1.0)
    assert log_probability_between(law, low=3, high=2, exposure_months=1) == -np.inf
    passed = {"exposure_months": 4, "incidents": 5, "elapsed_months": 2}
    assert log_probability_between(law, low=1, high=4, **passed) == -np.inf
    over = {"exposure_months": 4, "incidents": 3, "elapsed_months": 4}
    assert log_odds_between(law, low=1, high=4, **over) == np.inf
    # P(400 <= N <= 900) = 2^-400 - 2^-901, far under what a difference of floats would keep.
    far = log_probability_between(law, low=400, high=900, exposure_months=1)
    assert float(far) == pytest.approx(-400 * log(2), rel=1e-13)
    # From zero up it is "at most".
    assert float(log_odds_between(law, low=0, high=50, exposure_months=1)) == pytest.approx(
        float(log_odds_at_most(law, threshold=50, exposure_months=1)), rel=1e-12
    )


def test_count_interval_is_scipys_quantiles():
    law = RateLaw(np.array([0.5, 2.7, 40.0, 1e6]), np.array([3.0, 5.3, 2.0, 12.0]))
    low, high = count_interval(law, exposure_months=12, level=0.9)
    p = law.rate / (law.rate + 12)
    assert low.tolist() == stats.nbinom.ppf(0.05, law.shape, p).tolist()
    assert high.tolist() == stats.nbinom.ppf(0.95, law.shape, p).tolist()
    # Gamma(1, 1) over a month: P(N <= n) = 1 - 2^-(n+1), so 0.1 is met by 0 and 0.9 by 3.
    low, high = count_interval(RateLaw(1.0, 1.0), exposure_months=1, level=0.8)
    assert (int(low), int(high)) == (0, 3)
    low, high = count_interval(RateLaw(1.0, 1.0), exposure_months=0, level=0.8)
    assert (int(low), int(high)) == (0, 0)
    with pytest.raises(ValueError, match="0 < level < 1"):
        count_interval(law, exposure_months=12, level=1)


@pytest.mark.parametrize("dispersion", [None, 1.0])
def test_everything_broadcasts(dispersion):
    law = RateLaw(np.full((3, 1), 2.7), 5.3, dispersion)
    values = log_probability_at_least(law, threshold=[1, 2, 3, 40], exposure_months=12)
    assert values.shape == (3, 4)
    alone = log_probability_at_least(
        RateLaw(2.7, 5.3, dispersion), threshold=40, exposure_months=12
    )
    assert values[2, 3] == pytest.approx(float(alone), rel=1e-13)


def test_refusals_name_the_value():
    with pytest.raises(ValueError, match=r"threshold must be whole, got 1\.5"):
        log_probability_at_least(LAW, threshold=1.5, exposure_months=12)
    with pytest.raises(ValueError, match="exposure_months must not be negative"):
        log_probability_at_least(LAW, threshold=1, exposure_months=-1)
    with pytest.raises(ValueError, match="need elapsed_months"):
        log_probability_at_least(LAW, threshold=3, exposure_months=12, incidents=1)
