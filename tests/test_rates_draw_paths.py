"""Draws followed through a window, held against closed forms: counts, and reach over areas."""

from importlib import util

import numpy as np
import pytest
from scipy import special, stats

from first_case import ROOT
from forecast_bench.rates import (
    RateLaw,
    draw_paths,
    log_odds_at_least,
    log_odds_reach,
    paths_log_odds,
    rates_told,
)

MONTHS, DRAWS = 6, 20_000


def example(name):
    found = util.spec_from_file_location(name, ROOT / "models" / f"{name}.py")
    module = util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def close(estimate, exact, *, within=4):
    assert estimate.log_odds == pytest.approx(exact, abs=within * estimate.standard_error)
    assert estimate.standard_error < 0.1


@pytest.mark.parametrize("dispersion", [None, 1.5])
def test_months_that_do_not_excite_are_the_closed_form_of_counts(dispersion):
    generator = np.random.default_rng(7)
    shape, rate = 3.0, 2.0
    draws = {
        "background": generator.gamma(shape, 1 / rate, DRAWS),
        "excitation": np.zeros(DRAWS),
        "decay": generator.uniform(size=DRAWS),
    }
    next_rate = example("self_exciting").next_rate
    seen = np.array([[2, 0, 3]])
    exposure = np.array([0.5, 1, 1, 1, 1, 0.25])
    paths = list(
        draw_paths(
            lambda path: next_rate(draws, path),
            draws=DRAWS,
            dispersion=None if dispersion is None else np.full(DRAWS, dispersion),
            fitted=np.array([[9, 4, 7]]),
            seen=seen,
            exposure_months=exposure,
            seed=3,
        )
    )
    law = RateLaw(shape=shape, rate=rate, dispersion=dispersion)
    for known in range(4):
        so_far = int(seen[0, :known].sum())
        exact = log_odds_at_least(
            law,
            threshold=9,
            exposure_months=exposure.sum(),
            incidents=float(so_far),
            elapsed_months=exposure[:known].sum(),
        )
        found = paths_log_odds(
            paths[known].to_come.sum(axis=(1, 2)) + so_far >= 9, log_weight=paths[known].log_weight
        )
        close(found, float(exact))


def test_areas_that_share_nothing_are_the_closed_form_of_reach():
    generator = np.random.default_rng(8)
    shapes, rates = np.array([0.6, 2.0, 0.4, 5.0]), np.array([4.0, 9.0, 6.0, 11.0])
    rate = generator.gamma(shapes, 1 / rates, (DRAWS, 4))
    seen = np.array([[0, 1], [1, 1], [0, 0], [2, 0]])
    paths = list(
        draw_paths(
            rates_told(np.repeat(rate[:, :, None], MONTHS, axis=2), fitted_months=2),
            draws=DRAWS,
            dispersion=None,
            fitted=np.zeros((4, 2), dtype=np.int64),
            seen=seen,
            exposure_months=np.ones(MONTHS),
            seed=4,
        )
    )
    laws = RateLaw(shape=shapes, rate=rates, dispersion=None)
    for known in range(3):
        so_far = seen[:, :known].sum(axis=1)
        exact = log_odds_reach(
            laws,
            areas=3,
            incidents_each=2,
            exposure_months=float(MONTHS),
            incidents=so_far,
            elapsed_months=float(known),
        )
        reached = (so_far + paths[known].to_come.sum(axis=2) >= 2).sum(axis=1) >= 3
        close(paths_log_odds(reached, log_weight=paths[known].log_weight), float(exact))


def test_excited_months_by_hand():
    draws = {"background": [1.0, 2.0], "excitation": [0.5, 0.0], "decay": [0.25, 0.5]}
    draws = {name: np.array(values) for name, values in draws.items()}
    history = np.array([[[4, 0, 2]], [[4, 0, 2]]])
    # The month before counts 0.75 of its 2, the one before that 0.1875 of 0, then 0.046875 of 4.
    expected = [[1 + 0.5 * (0.75 * 2 + 0.046875 * 4)], [2]]
    assert example("self_exciting").next_rate(draws, history) == pytest.approx(np.array(expected))


def test_excited_paths_weigh_and_simulate_by_their_own_past():
    draws = {name: np.full(DRAWS, value) for name, value in [("background", 0.5), ("decay", 0.3)]}
    draws["excitation"] = np.linspace(0, 0.9, DRAWS)
    next_rate = example("self_exciting").next_rate
    paths = list(
        draw_paths(
            lambda path: next_rate(draws, path),
            draws=DRAWS,
            dispersion=None,
            fitted=np.array([[1]]),
            seen=np.array([[3]]),
            exposure_months=np.ones(2),
            seed=5,
        )
    )
    first = 0.5 + draws["excitation"] * 0.7
    assert paths[1].log_weight == pytest.approx(stats.poisson.logpmf(3, first), abs=1e-9)
    # Of two months ahead the mean: the first, and the second excited by both.
    second = 0.5 + draws["excitation"] * (0.7 * first + 0.21)
    total = paths[0].to_come[:, 0].sum(axis=1)
    error = total.std() / np.sqrt(DRAWS)
    assert total.mean() == pytest.approx((first + second).mean(), abs=4 * error)
    after = 0.5 + draws["excitation"] * (0.7 * 3 + 0.21)
    assert paths[1].to_come.mean() == pytest.approx(after.mean(), abs=4 * error)
    assert special.logsumexp(paths[0].log_weight) == pytest.approx(np.log(DRAWS))
