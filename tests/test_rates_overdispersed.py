"""Over-dispersed months: the fixed rule against adaptive quadrature."""

import itertools

import numpy as np
import pytest
from scipy import integrate, special, stats

from forecast_bench.rates import (
    RateLaw,
    log_odds_at_least,
    log_probability_at_least,
    log_probability_at_most,
    predictive_log_pmf,
    rate_law,
)
from forecast_bench.rates.count import predictive_log_pmf_up_to
from forecast_bench.rates.overdispersed import dispersed_log_evidence

LAW = rate_law(incidents=5, exposure_months=12, dispersion=2.0)


def by_adaptive_quadrature(law, threshold, months, incidents=0, elapsed=0.0):
    """Integrate over the rate itself with scipy, in the way the model is told in words."""
    phi = float(law.dispersion)

    def weight(rate):
        density = stats.gamma.pdf(rate, float(law.shape), scale=1 / float(law.rate))
        if elapsed:
            density *= stats.nbinom.pmf(incidents, phi * elapsed, phi / (phi + rate))
        return density

    def hit(rate):
        size = phi * (months - elapsed)
        return weight(rate) * stats.nbinom.sf(threshold - incidents - 1, size, phi / (phi + rate))

    mean = float(law.shape) / float(law.rate)
    edges = [0.0, *(mean * np.geomspace(1e-6, 300, 40))]
    parts = [
        [integrate.quad(f, low, high, epsabs=0, epsrel=1e-10)[0] for f in (hit, weight)]
        for low, high in itertools.pairwise(edges)
    ]
    top, bottom = np.sum(parts, axis=0)
    return top / bottom


@pytest.mark.parametrize(("elapsed", "incidents", "expected"), [(0, 0, 0.516963), (6, 3, 0.609354)])
def test_worked_case(elapsed, incidents, expected):
    value = np.exp(
        log_probability_at_least(
            LAW, threshold=8, exposure_months=18, incidents=incidents, elapsed_months=elapsed
        )
    )
    assert float(value) == pytest.approx(expected, abs=6e-7)
    assert float(value) == pytest.approx(
        by_adaptive_quadrature(LAW, 8, 18, incidents, float(elapsed)), abs=1e-8
    )


@pytest.mark.parametrize(
    ("shape", "rate", "dispersion", "threshold", "incidents", "elapsed"),
    [
        (0.49, 11.2, 0.3, 1, 0, 0.0),
        (0.49, 11.2, 0.3, 4, 1, 2.0),
        (0.32, 0.22, 180.0, 1001, 0, 0.0),
        (2.86, 0.96, 1.6, 90, 20, 9.0),
        (40.0, 8.0, 0.05, 60, 3, 4.0),
        (300.0, 30.0, 25.0, 260, 100, 9.0),
    ],
)
def test_agrees_with_adaptive_quadrature(shape, rate, dispersion, threshold, incidents, elapsed):
    law = RateLaw(shape, rate, dispersion)
    value = log_probability_at_least(
        law, threshold=threshold, exposure_months=20, incidents=incidents, elapsed_months=elapsed
    )
    expected = by_adaptive_quadrature(law, threshold, 20, incidents, elapsed)
    assert float(np.exp(value)) == pytest.approx(expected, abs=1e-6)


def test_a_month_is_negative_binomial_with_the_variance_in_words():
    # With the rate all but known to be 3 and dispersion 2 a month has variance 3 + 9 / 2 = 7.5.
    law = RateLaw(3e9, 1e9, 2.0)
    counts = np.arange(400)
    mass = np.exp(predictive_log_pmf(law, exposure_months=1, counts=counts))
    mean = (counts * mass).sum()
    assert mean == pytest.approx(3, rel=1e-6)
    assert ((counts - mean) ** 2 * mass).sum() == pytest.approx(7.5, rel=1e-6)
    assert np.allclose(mass, stats.nbinom.pmf(counts, 2, 0.4), atol=1e-8)


def test_mild_dispersion_is_poisson():
    poisson = RateLaw(float(LAW.shape), float(LAW.rate))
    mild = RateLaw(float(LAW.shape), float(LAW.rate), 1e9)
    window = {
        "threshold": [1, 8, 40, 100],
        "exposure_months": 18,
        "incidents": 0,
        "elapsed_months": 5,
    }
    assert np.allclose(
        log_odds_at_least(mild, **window), log_odds_at_least(poisson, **window), rtol=1e-6
    )


@pytest.mark.parametrize("threshold", [60, 150, 400])
def test_rare_events_equal_the_sum_of_their_counts(threshold):
    # Two roads through the integral: the tail inside it, or the evidence of every count.
    counts = np.arange(threshold, threshold + 4000)
    terms = predictive_log_pmf(LAW, exposure_months=18, counts=counts)
    expected = np.log(np.exp(terms - terms[0]).sum()) + terms[0]
    value = log_probability_at_least(LAW, threshold=threshold, exposure_months=18)
    assert float(value) == pytest.approx(float(expected), rel=1e-8)


def test_tails_beyond_floats_are_finite():
    far = log_probability_at_least(LAW, threshold=[10**4, 10**6], exposure_months=18)
    assert np.isfinite(far).all()
    assert far[0] < -500
    busy = RateLaw(500.0, 1.0, 30.0)
    none = log_probability_at_most(busy, threshold=0, exposure_months=18)
    assert np.isfinite(none)
    assert float(none) == pytest.approx(
        float(predictive_log_pmf(busy, exposure_months=18, counts=0)), rel=1e-9
    )


def test_repeated_rows_are_what_each_row_is():
    thresholds = [8, 8, 8, 0, 8, 9, 9, 8]
    many = log_odds_at_least(LAW, threshold=thresholds, exposure_months=18)
    each = [float(log_odds_at_least(LAW, threshold=t, exposure_months=18)) for t in thresholds]
    assert many.tolist() == pytest.approx(each, rel=1e-12)
    empty = log_odds_at_least(LAW, threshold=[], exposure_months=18)
    assert empty.shape == (0,)


def test_no_elapsed_exposure_changes_nothing():
    base = log_odds_at_least(LAW, threshold=8, exposure_months=18)
    again = log_odds_at_least(LAW, threshold=8, exposure_months=18, incidents=0, elapsed_months=0)
    assert base == again


def test_the_base_rate_is_the_average_of_what_it_becomes():
    # Over the counts of the first six months, weighted by their predictive law.
    counts = np.arange(600)
    mass = np.exp(predictive_log_pmf(LAW, exposure_months=6, counts=counts))
    later = np.exp(
        log_probability_at_least(
            LAW, threshold=8, exposure_months=18, incidents=counts, elapsed_months=6
        )
    )
    base = np.exp(log_probability_at_least(LAW, threshold=8, exposure_months=18))
    assert (mass * later).sum() == pytest.approx(float(base), abs=1e-10)


@pytest.mark.parametrize("dispersion", [0.05, 1.0, 40.0, 1e5])
@pytest.mark.parametrize(("seen", "elapsed"), [(0, 0.0), (7, 2.5)])
def test_all_counts_at_once_by_recurrence_are_what_each_is_by_quadrature(dispersion, seen, elapsed):
    laws = rate_law(incidents=[0, 5, 300], exposure_months=12, dispersion=dispersion)
    column = RateLaw(laws.shape[:, None], laws.rate[:, None], np.full((3, 1), dispersion))
    window = {"exposure_months": 9.5, "incidents": seen, "elapsed_months": elapsed}
    many = predictive_log_pmf_up_to(column, largest=600, **window)
    counts = [0, 1, 2, 10, 100, 599, 600]
    each = predictive_log_pmf(column, counts=counts, **window)
    assert np.allclose(many[:, counts], each, rtol=1e-9, atol=1e-9)
    # A Poisson count of the largest dispersion, by scipy.
    if dispersion == 1e5:
        law = stats.nbinom(laws.shape + seen, (laws.rate + elapsed) / (laws.rate + elapsed + 9.5))
        assert np.allclose(many[:, 10], law.logpmf(10), atol=1e-3)


@pytest.mark.parametrize("shape", [0.02, 0.2, 0.4858, 0.9, 1.0, 1.1, 40.0])
def test_the_fixed_rule_holds_for_laws_of_small_shape(shape):
    # Without exposure the integral is that of a Gamma density: 1. With some, by scipy.
    one = np.ones(1)

    def likelihood(u):
        density = shape * u - 11.0 * np.exp(u) + shape * np.log(11.0) - special.gammaln(shape)
        return np.exp(density - 9.5 * np.log1p(np.exp(u)))

    left, right = (
        integrate.quad(likelihood, low, high, limit=500, epsabs=0, epsrel=1e-12)[0]
        for low, high in ((-45 / shape, -3), (-3, 6))
    )
    found = dispersed_log_evidence(
        shape=shape * one, rate=11 * one, dispersion=one, seen=0 * one, elapsed=9.5 * one
    )
    assert found[0] == pytest.approx(np.log(left + right), abs=1e-8)
