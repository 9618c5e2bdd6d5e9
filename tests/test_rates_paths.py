"""Paths: weights, shares and errors held against hand, scipy and the closed form of counts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from forecast_bench.rates import (
    RateLaw,
    TooFewDraws,
    effective_draws,
    log_odds_at_least,
    months_log_weight,
    paths_log_odds,
    simulated_months,
)


def test_share_and_error_by_hand() -> None:
    occurs = np.arange(400) < 100
    found = paths_log_odds(occurs, log_weight=np.zeros(400))
    probability = 100.5 / 401
    assert found.log_odds == pytest.approx(np.log(probability / (1 - probability)), abs=1e-12)
    # Independent draws: the error of a share, on the log-odds scale one over n p (1 - p).
    assert found.standard_error == pytest.approx(
        np.sqrt(1 / (400 * probability * (1 - probability))), rel=3e-3
    )
    assert (found.effective_draws, found.draws) == (400.0, 400)


def test_a_share_of_none_is_no_silent_zero() -> None:
    found = paths_log_odds(np.zeros(1000, dtype=bool), log_weight=np.zeros(1000))
    assert found.log_odds == pytest.approx(np.log(0.5 / 1000.5), abs=1e-12)
    assert found.standard_error > 1.0
    mirrored = paths_log_odds(np.ones(1000, dtype=bool), log_weight=np.zeros(1000))
    assert mirrored.log_odds == pytest.approx(-found.log_odds, abs=1e-12)


def test_what_the_counts_decide_is_certain_however_few_the_draws() -> None:
    logs = np.array([0.0, -np.inf])
    occurs = np.array([True, False])
    yes = paths_log_odds(occurs, log_weight=logs, decided=True)
    no = paths_log_odds(occurs, log_weight=logs, decided=False)
    assert (yes.log_odds, yes.standard_error, yes.effective_draws) == (np.inf, 0.0, 1.0)
    assert no.log_odds == -np.inf


def test_too_few_draws_are_refused_with_figures() -> None:
    logs = np.full(5000, -1e3)
    logs[:3] = 0.0
    with pytest.raises(TooFewDraws) as refused:
        paths_log_odds(np.ones(5000, dtype=bool), log_weight=logs)
    assert (refused.value.draws, refused.value.effective_draws) == (5000, 3.0)
    assert str(refused.value) == (
        "5000 draws are worth 3.0 after weighting on the observed months, and 200 are needed"
    )
    with pytest.raises(TooFewDraws, match=r"worth 0\.0"):
        paths_log_odds(np.ones(5000, dtype=bool), log_weight=np.full(5000, -np.inf))


def test_probabilities_given_the_draw_are_averaged_as_they_stand() -> None:
    chances = np.full(300, 1e-40)
    found = paths_log_odds(chances, log_weight=np.zeros(300))
    assert found.log_odds == pytest.approx(np.log(1e-40), rel=1e-12)
    assert found.standard_error == pytest.approx(0.0, abs=1e-9)
    with pytest.raises(ValueError, match="draws rule on an event that is not decided"):
        paths_log_odds(np.zeros(300), log_weight=np.zeros(300))


def test_several_paths_of_one_draw_share_its_weight() -> None:
    occurs = np.zeros((300, 4), dtype=bool)
    occurs[:, 0] = True
    found = paths_log_odds(occurs, log_weight=np.zeros(300))
    assert found.log_odds == pytest.approx(special.logit((300 * 0.25 + 0.5) / 301), abs=1e-12)


@pytest.mark.parametrize(
    ("occurs", "logs", "message"),
    [
        (np.ones(3, dtype=bool), np.zeros(4), "occurs must be"),
        (np.ones((4, 1, 1), dtype=bool), np.zeros(4), "occurs must be"),
        (np.full(4, 1.5), np.zeros(4), "0 <= occurs <= 1"),
        (np.full(4, np.nan), np.zeros(4), "0 <= occurs <= 1"),
        (np.ones(4, dtype=bool), np.array([0.0, np.nan, 0.0, 0.0]), "finite or -inf"),
        (np.ones(4, dtype=bool), np.array([0.0, np.inf, 0.0, 0.0]), "finite or -inf"),
        (np.ones(0, dtype=bool), np.zeros(0), "one number for each draw"),
    ],
)
def test_what_is_no_set_of_draws_is_refused(
    occurs: np.ndarray, logs: np.ndarray, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        paths_log_odds(occurs, log_weight=logs)


@given(st.lists(st.floats(-50, 0), min_size=1, max_size=40), st.floats(-500, 500))
def test_effective_draws_lie_between_one_and_all_and_know_no_constant(
    logs: list[float], constant: float
) -> None:
    worth = effective_draws(logs)
    assert 1 - 1e-9 <= worth <= len(logs) + 1e-9
    assert effective_draws(np.array(logs) + constant) == pytest.approx(worth, rel=1e-9)


def test_weights_are_the_likelihood_by_scipy() -> None:
    random = np.random.default_rng(3)
    rates = random.gamma(2.0, 3.0, size=(50, 2, 5))
    observed = random.poisson(5.0, size=(2, 5))
    exposure = np.array([0.5, 1.0, 1.0, 1.0, 0.25])
    poisson = stats.poisson.logpmf(observed, rates * exposure).sum(axis=(1, 2))
    assert months_log_weight(rates, observed=observed, exposure_months=exposure) == pytest.approx(
        poisson, rel=1e-12
    )
    dispersion = random.gamma(2.0, 1.0, size=50)
    size = dispersion[:, None, None] * exposure
    scattered = stats.nbinom.logpmf(observed, size, size / (size + rates * exposure))
    assert months_log_weight(
        rates, observed=observed, exposure_months=exposure, dispersion=dispersion
    ) == pytest.approx(scattered.sum(axis=(1, 2)), rel=1e-10)


def test_infinite_and_huge_dispersion_are_poisson_months() -> None:
    rates = np.array([[1.0, 4.0, 0.0]])
    plain = months_log_weight(rates, observed=[3, 2, 0])
    assert months_log_weight(rates, observed=[3, 2, 0], dispersion=np.inf) == plain
    assert months_log_weight(rates, observed=[3, 2, 0], dispersion=1e12) == pytest.approx(plain)
    assert months_log_weight([[0.0]], observed=[1])[0] == -np.inf
    assert months_log_weight([[0.0]], observed=[1], dispersion=2.0)[0] == -np.inf


def test_no_exposure_weighs_nothing() -> None:
    rates = np.array([[1.0], [9.0]])
    for dispersion in (None, 2.0):
        weight = months_log_weight(rates, observed=[0], exposure_months=0, dispersion=dispersion)
        assert weight.tolist() == [0.0, 0.0]
    assert months_log_weight(np.ones((2, 0)), observed=[]).tolist() == [0.0, 0.0]


def test_simulated_months_have_the_mean_and_variance_of_the_law() -> None:
    rates, dispersion, exposure = np.full((200_000, 2), 6.0), 2.0, np.array([1.0, 0.5])
    drawn = simulated_months(
        rates, exposure_months=exposure, dispersion=dispersion, generator=np.random.default_rng(5)
    )
    mean = 6.0 * exposure
    assert drawn.mean(axis=0) == pytest.approx(mean, rel=0.01)
    assert drawn.var(axis=0) == pytest.approx(exposure * (6.0 + 36.0 / dispersion), rel=0.02)
    again = simulated_months(
        rates, exposure_months=exposure, dispersion=dispersion, generator=np.random.default_rng(5)
    )
    assert (drawn == again).all()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"rates": [[-1.0]]}, "rates must not be negative"),
        ({"rates": [1.0]}, r"rates must be \(draws, \*observed\)"),
        ({"observed": [1.5]}, "observed must be whole"),
        ({"exposure_months": -1.0}, "exposure_months must not be negative"),
        ({"dispersion": 0.0}, "dispersion must be positive"),
        ({"dispersion": [1.0, 2.0, 3.0]}, "one for each draw"),
    ],
)
def test_months_outside_their_domain_are_refused(changed: dict, message: str) -> None:
    given_ = {"rates": [[1.0], [2.0]], "observed": [1]} | changed
    rates = given_.pop("rates")
    with pytest.raises(ValueError, match=message):
        months_log_weight(rates, **given_)


@pytest.mark.parametrize("dispersion", [None, 2.0])
def test_plain_counts_by_paths_agree_with_the_closed_form(dispersion: float | None) -> None:
    law = RateLaw(shape=2.689237, rate=5.289755, dispersion=dispersion)
    random = np.random.default_rng(11)
    draws, observed = 40_000, np.array([1, 0, 2])
    rate = random.gamma(law.shape, 1 / law.rate, size=draws)
    months = np.broadcast_to(rate[:, None], (draws, 18))
    weight = months_log_weight(months[:, :3], observed=observed, dispersion=dispersion)
    to_come = simulated_months(months[:, 3:], dispersion=dispersion, generator=random)
    found = paths_log_odds(observed.sum() + to_come.sum(axis=1) >= 8, log_weight=weight)
    exact = log_odds_at_least(law, threshold=8, exposure_months=18, incidents=3, elapsed_months=3)
    assert 0 < found.standard_error < 0.05
    assert abs(found.log_odds - exact) < 3.5 * found.standard_error


def test_the_stated_error_is_the_scatter_over_repetitions() -> None:
    random = np.random.default_rng(17)
    logs, spread = [], []
    for _ in range(400):
        rate = random.gamma(3.0, 1.0, size=1000)
        weight = months_log_weight(rate[:, None], observed=[5])
        occurs = random.poisson(rate) >= 6
        found = paths_log_odds(occurs, log_weight=weight)
        logs.append(found.log_odds)
        spread.append(found.standard_error)
    assert np.std(logs) == pytest.approx(np.mean(spread), rel=0.1)
