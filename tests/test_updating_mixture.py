"""The posterior of the statement's probability: a mixture of two Betas."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from forecast_bench.updating import (
    Mixture,
    mixture_distribution,
    mixture_interval,
    mixture_mean,
)

shapes = st.floats(0.3, 300)
weights = st.floats(0, 1)


def test_uniform_prior_by_hand():
    # Beta(1, 1) and w = 1/2: half Beta(2, 1) (density 2x), half Beta(1, 2) (2 - 2x): uniform.
    mixture = Mixture(a=1.0, b=1.0, weight=0.5)
    assert float(mixture_mean(mixture)) == 0.5
    low, high = mixture_interval(mixture, level=0.9)
    assert (float(low), float(high)) == pytest.approx((0.05, 0.95), abs=1e-12)
    # w = 1: density 2x, quantile sqrt(q).
    low, high = mixture_interval(Mixture(a=1.0, b=1.0, weight=1.0), level=0.8)
    assert (float(low), float(high)) == pytest.approx((0.1**0.5, 0.9**0.5), abs=1e-12)


@given(shapes, shapes, weights, st.floats(0.05, 0.99))
def test_quantiles_invert_the_distribution(a, b, weight, level):
    mixture = Mixture(a=a, b=b, weight=weight)
    low, high = mixture_interval(mixture, level=level)
    assert 0 <= low < high <= 1
    assert mixture_distribution(mixture, low) == pytest.approx((1 - level) / 2, abs=1e-8)
    assert mixture_distribution(mixture, high) == pytest.approx((1 + level) / 2, abs=1e-8)


@given(shapes, shapes, st.sampled_from([0.0, 1.0]))
def test_an_outcome_gives_the_conjugate_update(a, b, outcome):
    low, high = mixture_interval(Mixture(a=a, b=b, weight=outcome), level=0.9)
    posterior = stats.beta(a + outcome, b + 1 - outcome)
    assert float(low) == pytest.approx(posterior.ppf(0.05), abs=1e-9)
    assert float(high) == pytest.approx(posterior.ppf(0.95), abs=1e-9)


@pytest.mark.parametrize(("a", "b", "weight"), [(33.8459, 6.1541, 0.557771), (0.7, 4.0, 0.02)])
def test_mean_and_distribution_agree_with_quadrature(a, b, weight):
    def density(x):
        return weight * stats.beta.pdf(x, a + 1, b) + (1 - weight) * stats.beta.pdf(x, a, b + 1)

    mixture = Mixture(a=a, b=b, weight=weight)
    mean = integrate.quad(lambda x: x * density(x), 0, 1, epsabs=1e-12)[0]
    assert float(mixture_mean(mixture)) == pytest.approx(mean, abs=1e-8)
    below = integrate.quad(density, 0, 0.3, epsabs=1e-12)[0]
    assert float(mixture_distribution(mixture, 0.3)) == pytest.approx(below, abs=1e-8)


@given(shapes, shapes)
def test_a_live_probability_at_the_prior_mean_changes_nothing(a, b):
    # w = a / (a + b) mixes the two updates back into the prior.
    mixture = Mixture(a=a, b=b, weight=a / (a + b))
    assert float(mixture_mean(mixture)) == pytest.approx(a / (a + b), rel=1e-12)
    low, high = mixture_interval(mixture, level=0.8)
    assert float(low) == pytest.approx(stats.beta.ppf(0.1, a, b), abs=1e-8)
    assert float(high) == pytest.approx(stats.beta.ppf(0.9, a, b), abs=1e-8)


def test_arrays_give_what_single_ones_give():
    a, weight = np.array([1.17, 33.8, 250.0]), np.array([[0.0], [0.5], [1.0]])
    low, high = mixture_interval(Mixture(a=a, b=6.0, weight=weight), level=0.9)
    assert low.shape == high.shape == (3, 3)
    single = mixture_interval(Mixture(a=33.8, b=6.0, weight=0.5), level=0.9)
    assert (low[1, 1], high[1, 1]) == pytest.approx(tuple(map(float, single)), abs=1e-12)
    assert (np.diff(low, axis=0) > 0).all()


def test_nonsense_is_refused():
    with pytest.raises(ValueError, match="a must be positive"):
        Mixture(a=0.0, b=1.0, weight=0.5)
    with pytest.raises(ValueError, match="b must be positive"):
        Mixture(a=1.0, b=np.inf, weight=0.5)
    with pytest.raises(ValueError, match="0 <= weight <= 1"):
        Mixture(a=1.0, b=1.0, weight=1.1)
    with pytest.raises(ValueError, match="0 < level < 1"):
        mixture_interval(Mixture(a=1.0, b=1.0, weight=0.5), level=0)
    with pytest.raises(ValueError, match="0 <= x <= 1"):
        mixture_distribution(Mixture(a=1.0, b=1.0, weight=0.5), 1.5)
