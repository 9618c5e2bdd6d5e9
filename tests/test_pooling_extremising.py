"""The extremising factor: by hand, by two other optimisers and on a grid."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, optimize
from scipy.special import expit, log_expit
from sklearn.linear_model import LogisticRegression

from forecast_bench.pooling import extremising_factor


def outcomes(seed, *, factor, n):
    generator = np.random.default_rng(seed)
    odds = generator.normal(0, 1, n)
    return odds, (generator.random(n) < expit(factor * odds)).astype(int)


def log_posterior(factor, odds, happened, scale):
    side = np.where(happened == 1, 1, -1)
    return log_expit(side * factor * odds).sum() - (factor - 1) ** 2 / (2 * scale**2)


def test_by_hand():
    # Ninety of a hundred came true at even log odds of 1. Where the slope of the posterior is 0:
    factor = extremising_factor([1.0] * 100, outcome=[1] * 90 + [0] * 10)
    assert 100 * (0.9 - 1 / (1 + math.exp(-factor))) == pytest.approx(factor - 1)
    # Without the prior it would be the log odds of 0.9.
    loose = extremising_factor([1.0] * 100, outcome=[1] * 90 + [0] * 10, scale=1e4)
    assert loose == pytest.approx(math.log(9), abs=1e-6)


@pytest.mark.parametrize("scale", [0.3, 1.0, 4.0])
@pytest.mark.parametrize("seed", range(4))
def test_by_another_optimiser_and_on_a_grid(seed, scale):
    odds, happened = outcomes(seed, factor=1.8, n=150)
    found = extremising_factor(odds, outcome=happened, scale=scale)
    other = optimize.minimize(
        lambda at: -log_posterior(at[0], odds, happened, scale),
        x0=[2.0],
        bounds=[(1, 20)],
        method="L-BFGS-B",
        tol=1e-14,
    )
    assert found == pytest.approx(other.x[0], abs=1e-4)
    grid = np.linspace(1, 6, 5001)
    heights = [log_posterior(at, odds, happened, scale) for at in grid]
    assert found == pytest.approx(grid[np.argmax(heights)], abs=1e-3)


def test_without_a_prior_it_is_a_logistic_regression():
    odds, happened = outcomes(7, factor=2.2, n=400)
    fitted = LogisticRegression(C=1e9, fit_intercept=False, tol=1e-10, max_iter=1000)
    slope = fitted.fit(odds[:, None], happened).coef_[0, 0]
    assert extremising_factor(odds, outcome=happened, scale=1e5) == pytest.approx(slope, abs=1e-4)


def test_the_mode_is_near_the_mean_of_the_posterior():
    odds, happened = outcomes(5, factor=2.0, n=400)
    found = extremising_factor(odds, outcome=happened)
    top = log_posterior(found, odds, happened, 1.0)

    def height(at):
        return math.exp(log_posterior(at, odds, happened, 1.0) - top)

    whole = integrate.quad(height, 1, 6)[0]
    mean = integrate.quad(lambda at: at * height(at), 1, 6)[0] / whole
    square = integrate.quad(lambda at: at**2 * height(at), 1, 6)[0] / whole
    assert abs(found - mean) < 0.2 * math.sqrt(square - mean**2)


def test_it_is_found_again():
    found = [extremising_factor(o, outcome=y) for o, y in many(factor=2.0)]
    assert np.mean(found) == pytest.approx(2.0, abs=0.05)
    # Nothing to gain: half of the estimates are 1, and the others are near.
    found = [extremising_factor(o, outcome=y) for o, y in many(factor=1.0)]
    assert 0.3 < np.mean(np.array(found) == 1) < 0.7
    assert np.mean(found) < 1.1


def many(*, factor):
    return [outcomes([seed, 3], factor=factor, n=300) for seed in range(60)]


@settings(max_examples=50)
@given(st.lists(st.tuples(st.floats(-20, 20), st.booleans()), max_size=30), st.floats(0.1, 10))
def test_it_is_never_below_one_and_mirrors(told, scale):
    odds = np.array([one for one, _ in told])
    happened = np.array([int(so) for _, so in told])
    found = extremising_factor(odds, outcome=happened, scale=scale)
    assert found >= 1
    mirrored = extremising_factor(-odds, outcome=1 - happened, scale=scale)
    assert found == pytest.approx(mirrored, rel=1e-9)


def test_without_outcomes_nothing_is_extremised():
    assert extremising_factor([], outcome=[]) == 1.0


@pytest.mark.parametrize(
    ("odds", "outcome", "scale", "message"),
    [
        ([math.inf], [1], 1.0, "log_odds must be finite"),
        ([1.0, 2.0], [1], 1.0, "one entry for each of them"),
        ([1.0], [0.5], 1.0, "an outcome must be 0 or 1"),
        ([1.0], [1], 0.0, "scale must be a finite number above 0, got 0.0"),
    ],
)
def test_what_is_refused(odds, outcome, scale, message):
    with pytest.raises(ValueError, match=message):
        extremising_factor(odds, outcome=outcome, scale=scale)
