"""Draws of a rate: the law after the counts by another road each, and how much they are worth."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from forecast_bench.rates import RateLaw, effective_draws, rate_draws


def _weighted(law, observed, exposure, *, draws=20_000, seed=3, chance=1.0):
    laws = law if isinstance(law, list) else [(law, chance)]
    found = rate_draws(
        laws,
        draws=draws,
        observed=observed,
        exposure_months=exposure,
        generator=np.random.default_rng(seed),
    )
    weight = np.exp(found.log_weight - found.log_weight.max())
    return found, weight / weight.sum()


def _moments(values, weight):
    mean = weight @ values
    return mean, np.sqrt(weight @ (values - mean) ** 2)


def test_before_any_count_they_are_the_law_and_weigh_the_same():
    found, weight = _weighted(RateLaw(2.7, 5.3), [], [])
    assert np.ptp(found.log_weight) == 0.0
    mean, spread = _moments(found.rate, weight)
    assert mean == pytest.approx(2.7 / 5.3, rel=1e-3)
    assert spread == pytest.approx(np.sqrt(2.7) / 5.3, rel=5e-3)
    # One in each of 18,000 strata and one in each of 2,000: closer to the law than chance has it.
    distance = stats.kstest(found.rate, stats.gamma(2.7, scale=1 / 5.3).cdf).statistic
    assert distance < 2e-3


def test_poisson_months_give_the_conjugate_law_by_weighting():
    observed, exposure = [4, 0, 7, 3], [0.5, 1, 1, 1]
    found, weight = _weighted(RateLaw(2.7, 5.3), observed, exposure)
    after = stats.gamma(2.7 + 14, scale=1 / (5.3 + 3.5))
    mean, spread = _moments(found.rate, weight)
    assert mean == pytest.approx(after.mean(), rel=2e-3)
    assert spread == pytest.approx(after.std(), rel=1e-2)
    for level in (0.05, 0.5, 0.95):
        share = weight @ (found.rate <= after.ppf(level))
        assert share == pytest.approx(level, abs=2e-3)


@pytest.mark.parametrize("dispersion", [0.3, 2.0, 50.0])
def test_scattered_months_give_the_law_that_quadrature_gives(dispersion):
    shape, rate, observed = 2.7, 5.3, np.array([4, 0, 7, 3])
    exposure = np.array([0.5, 1, 1, 1])

    def joint(x):
        size = dispersion * exposure
        likely = stats.nbinom.pmf(observed, size, size / (size + x * exposure)).prod()
        return likely * stats.gamma.pdf(x, shape, scale=1 / rate)

    total = integrate.quad(joint, 0, 40, limit=200)[0]
    mean = integrate.quad(lambda x: x * joint(x), 0, 40, limit=200)[0] / total
    square = integrate.quad(lambda x: x * x * joint(x), 0, 40, limit=200)[0] / total
    found, weight = _weighted(RateLaw(shape, rate, dispersion), observed, exposure)
    own_mean, own_spread = _moments(found.rate, weight)
    assert own_mean == pytest.approx(mean, rel=3e-3)
    assert own_spread == pytest.approx(np.sqrt(square - mean**2), rel=1.5e-2)
    # The mean weight is the evidence: nothing is lost on the way.
    evidence = np.exp(found.log_weight).sum()
    assert evidence == pytest.approx(total, rel=5e-3)


def test_uncertain_parameters_are_weighted_by_how_well_they_foresaw_the_counts():
    laws = [
        (RateLaw(5.5, 12.0), 0.5),
        (RateLaw(1.2, 2.0), 0.3),
        (RateLaw(1.2, 2.0, 1.0), 0.2),
    ]
    observed, exposure = np.array([6, 1, 9]), np.ones(3)
    found, weight = _weighted(laws, observed, exposure)

    def evidence(law, chance):
        def joint(x):
            if law.dispersion is None:
                likely = stats.poisson.pmf(observed, x).prod()
            else:
                likely = stats.nbinom.pmf(
                    observed, law.dispersion, law.dispersion / (law.dispersion + x)
                ).prod()
            return likely * stats.gamma.pdf(x, law.shape, scale=1 / law.rate)

        return chance * integrate.quad(joint, 0, 60, limit=200)[0]

    expected = np.array([evidence(*one) for one in laws])
    expected /= expected.sum()
    scattered = weight @ np.isfinite(found.dispersion)
    assert scattered == pytest.approx(expected[2], abs=3e-3)
    assert effective_draws(found.log_weight) > 15_000


def test_draws_of_the_law_at_issue_alone_say_the_same_with_fewer():
    law, observed = RateLaw(2.7, 5.3, 2.0), np.array([1, 0, 2, 0, 1, 3])
    found, weight = _weighted(law, observed, np.ones(6))
    random = np.random.default_rng(9)
    plain = random.gamma(law.shape, 1 / law.rate, size=400_000)
    size = law.dispersion
    log_weight = stats.nbinom.logpmf(observed[:, None], size, size / (size + plain)).sum(axis=0)
    other = np.exp(log_weight - log_weight.max())
    other /= other.sum()
    assert weight @ found.rate == pytest.approx(other @ plain, rel=5e-3)
    share = effective_draws(log_weight) / plain.size
    assert effective_draws(found.log_weight) / found.rate.size > 2 * share


@settings(max_examples=40, deadline=None)
@given(
    shape=st.floats(0.05, 300),
    rate=st.floats(0.01, 300),
    dispersion=st.none() | st.floats(0.05, 1e4),
    observed=st.lists(st.integers(0, 3000), max_size=24),
)
def test_whatever_the_counts_most_draws_still_explain_them(shape, rate, dispersion, observed):
    found, _ = _weighted(RateLaw(shape, rate, dispersion), observed, np.ones(len(observed)))
    assert np.isfinite(found.rate).all()
    assert effective_draws(found.log_weight) > 0.3 * found.rate.size


def test_the_same_seed_gives_the_same_draws():
    first, _ = _weighted(RateLaw(2.0, 4.0, 2.0), [3], [1])
    second, _ = _weighted(RateLaw(2.0, 4.0, 2.0), [3], [1])
    assert (first.rate == second.rate).all()
    assert (first.log_weight == second.log_weight).all()


@pytest.mark.parametrize(
    ("laws", "observed", "exposure", "message"),
    [
        ([], [], [], "there must be a law"),
        ([(RateLaw(1.0, 1.0), 0.0)], [], [], "probability of a law must be positive"),
        ([(RateLaw(1.0, 1.0), 1.0)], [1.5], [1], "observed must be whole"),
        ([(RateLaw(1.0, 1.0), 1.0)], [1], [0], "exposure_months must be positive"),
    ],
)
def test_what_cannot_be_drawn_is_refused(laws, observed, exposure, message):
    with pytest.raises(ValueError, match=message):
        _weighted(laws, observed, exposure)
