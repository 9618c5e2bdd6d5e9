import numpy as np
import pytest
import scoringrules
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from forecast_bench.scoring import (
    crps_negative_binomial,
    crps_poisson,
    pit_uniformity,
    randomised_pit,
)

means = st.just(0.0) | st.floats(1e-6, 300.0)
shapes = st.floats(0.05, 500.0)
counts = st.integers(0, 400)


def summed(law, count):
    """The definition: squared distance of the law's steps to the step of the count."""
    wide = int(law.mean() + 40 * law.std() + 60)
    upto = np.arange(0, max(wide, count) + 2)
    return float(((law.cdf(upto) - (upto >= count)) ** 2).sum())


def negative_binomial(shape, mean):
    return stats.nbinom(shape, shape / (shape + mean))


def test_by_hand():
    # nothing expected, two came: the distance
    assert crps_poisson(mean=0.0, count=2) == 2.0
    assert crps_negative_binomial(shape=3.0, mean=0.0, count=2) == 2.0
    # shape 1, mean 1: F(k) = 1 - 2^-(k+1). Count 0: 1/4 + 1/16 + ... = 1/3;
    # count 1: (1/2)^2 + 1/16 + 1/64 + ... = 1/4 + 1/12
    found = crps_negative_binomial(shape=1.0, mean=1.0, count=[0, 1])
    assert found == pytest.approx([1 / 3, 1 / 3], abs=1e-14)
    # Poisson of mean 1, count 0: 2/e - 1 + 1 - spread, spread = e^-2 (I0(2) + I1(2)) = .523777
    assert float(crps_poisson(mean=1.0, count=0)) == pytest.approx(
        -(2 / np.e - 1) + 2 / np.e - 0.5237776, abs=1e-6
    )


@given(mean=means, count=counts)
def test_poisson_is_the_sum_of_its_definition(mean, count):
    found = float(crps_poisson(mean=mean, count=count))
    assert found == pytest.approx(summed(stats.poisson(mean), count), abs=1e-9)


@given(shape=shapes, mean=st.floats(0.001, 100.0), count=st.integers(0, 200))
def test_negative_binomial_is_the_sum_of_its_definition(shape, mean, count):
    found = float(crps_negative_binomial(shape=shape, mean=mean, count=count))
    assert found == pytest.approx(summed(negative_binomial(shape, mean), count), abs=1e-8)


def test_it_agrees_with_scoringrules_where_that_is_finite():
    random = np.random.default_rng(1)
    mean, count = random.uniform(0.1, 60, 300), random.integers(0, 120, 300)
    shape = random.uniform(0.3, 40, 300)
    np.testing.assert_allclose(
        crps_poisson(mean=mean, count=count), scoringrules.crps_poisson(count, mean), atol=1e-6
    )
    np.testing.assert_allclose(
        crps_negative_binomial(shape=shape, mean=mean, count=count),
        scoringrules.crps_negbinom(count, shape, shape / (shape + mean)),
        atol=1e-6,
    )


@pytest.mark.parametrize("count", [170, 171, 172, 1_000, 100_000])
def test_large_counts_stay_finite_and_right(count):
    for mean in (0.5 * count, float(count), 1.3 * count):
        found = float(crps_poisson(mean=mean, count=count))
        assert found == pytest.approx(summed(stats.poisson(mean), count), rel=1e-8)
        law = negative_binomial(7.5, mean)
        found = float(crps_negative_binomial(shape=7.5, mean=mean, count=count))
        assert found == pytest.approx(summed(law, count), rel=1e-8)
    assert float(crps_poisson(mean=1.0, count=10_000)) == pytest.approx(10_000 - 1, abs=1)


@given(mean=st.floats(0.1, 50.0), count=st.integers(0, 80))
def test_a_large_shape_is_poisson(mean, count):
    found = float(crps_negative_binomial(shape=1e9, mean=mean, count=count))
    assert found == pytest.approx(float(crps_poisson(mean=mean, count=count)), abs=1e-5)


def test_the_honest_law_scores_lowest():
    # expected over the counts of Poisson(6): any other mean costs more
    counted = np.arange(60)
    weight = stats.poisson.pmf(counted, 6.0)
    expected = {
        mean: float((weight * crps_poisson(mean=mean, count=counted)).sum())
        for mean in (4.0, 5.5, 6.0, 6.5, 9.0)
    }
    assert min(expected, key=expected.__getitem__) == 6.0


def test_shapes_broadcast():
    found = crps_negative_binomial(shape=2.0, mean=[[1.0], [2.0]], count=[0, 1, 2])
    assert found.shape == (2, 3)
    assert found[1, 2] == crps_negative_binomial(shape=2.0, mean=2.0, count=2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: crps_poisson(mean=-1, count=0), r"mean must be 0 or more and finite, got -1\.0"),
        (lambda: crps_poisson(mean=1, count=0.5), r"count must be a whole number, got 0\.5"),
        (lambda: crps_poisson(mean=np.nan, count=0), "mean must be 0 or more and finite, got nan"),
        (
            lambda: crps_negative_binomial(shape=0, mean=1, count=0),
            r"shape must be positive and finite, got 0\.0",
        ),
        (
            lambda: crps_negative_binomial(shape=1, mean=1, count=-1),
            r"count must be 0 or more and finite, got -1\.0",
        ),
        (lambda: randomised_pit(below=[0.5], through=[0.4], seed=1), "must not be less than below"),
        (lambda: randomised_pit(below=[0.5], through=[0.6, 1], seed=1), "of one length"),
        (lambda: pit_uniformity([]), "at least one place"),
    ],
)
def test_misuse_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def places(*, forecast, truth, n=2000, seed=1):
    count = truth.rvs(n, random_state=np.random.default_rng(seed))
    return randomised_pit(below=forecast.cdf(count - 1), through=forecast.cdf(count), seed=seed)


def test_places_are_uniform_where_the_forecast_is_right_and_only_there():
    right = pit_uniformity(places(forecast=stats.poisson(3), truth=stats.poisson(3)))
    assert right.p_value > 0.01
    assert (right.mean, right.variance) == pytest.approx((0.5, 1 / 12), abs=0.01)
    # means that are too low leave counts high in their forecasts
    low = pit_uniformity(places(forecast=stats.poisson(2), truth=stats.poisson(3)))
    assert (low.p_value < 1e-6, low.mean > 0.6) == (True, True)
    # forecasts without the overdispersion of the truth are too narrow
    narrow = pit_uniformity(places(forecast=stats.poisson(3), truth=negative_binomial(1.0, 3.0)))
    assert (narrow.p_value < 1e-6, narrow.variance > 0.1) == (True, True)


def test_false_alarms_of_the_uniformity_check_are_as_stated():
    law = stats.poisson(1.5)
    tests = [pit_uniformity(places(forecast=law, truth=law, n=50, seed=i)) for i in range(400)]
    # 5 % of 400, give or take three standard deviations
    assert 0.05 - 0.033 <= np.mean([one.p_value < 0.05 for one in tests]) <= 0.05 + 0.033


def test_the_statistic_is_the_largest_distance():
    # places .5 and .6: the empirical steps are 0, .5, 1; the largest gap is .5 at .5
    found = pit_uniformity([0.6, 0.5])
    assert (found.n, found.statistic) == (2, 0.5)
    assert found.p_value == pytest.approx(stats.kstest([0.5, 0.6], "uniform").pvalue)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=30), st.randoms())
def test_shuffling_leaves_the_set_of_places(rows, random):
    shuffled = list(rows)
    random.shuffle(shuffled)
    both = []
    for given_rows in (rows, shuffled):
        below = [min(row) for row in given_rows]
        through = [max(row) for row in given_rows]
        both.append(randomised_pit(below=below, through=through, seed=7))
        assert ((np.array(below) <= both[-1]) & (both[-1] <= np.array(through))).all()
    assert sorted(both[0]) == sorted(both[1])
