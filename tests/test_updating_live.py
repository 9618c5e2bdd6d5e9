"""Jeffrey's rule on log odds, alone and with the laws of counts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from forecast_bench.rates import (
    log_odds_at_least,
    log_odds_at_most,
    log_odds_between,
    log_probability_at_least,
    predictive_log_pmf,
    rate_law,
    threshold_log_odds,
)
from forecast_bench.updating import (
    bayes_factor,
    live_log_odds,
    live_probability,
    log_bayes_factor,
    log_odds,
)

STATED = 0.846149
WORKED = [
    (3, 0, 0.557771),
    (3, 2, 0.919690),
    (6, 3, 0.891706),
    (6, 6, 0.997938),
    (12, 8, 1.0),
]
finite = st.floats(-700, 700)


def worked_live(incidents, elapsed, *, dispersion=None, stated=STATED):
    odds = threshold_log_odds(
        baseline_incidents=5,
        baseline_months=12,
        threshold=8,
        exposure_months=18,
        incidents=incidents,
        elapsed_months=elapsed,
        dispersion=dispersion,
    )
    return live_probability(
        stated_log_odds=log_odds(stated), base_log_odds=odds.base, after_log_odds=odds.after
    )


@pytest.mark.parametrize(("elapsed", "incidents", "expected"), WORKED)
def test_worked_case(elapsed, incidents, expected):
    assert float(worked_live(incidents, elapsed)) == pytest.approx(expected, abs=1e-6)


def test_worked_case_by_hand():
    # Odds 5.5 stated, times (0.624283 / 0.375717) / (0.526024 / 0.473976), in one line.
    odds = STATED / (1 - STATED) * (0.624283 / 0.375717) / (0.526024 / 0.473976)
    assert odds / (1 + odds) == pytest.approx(0.891706, abs=1e-6)
    assert float(worked_live(3, 6)) == pytest.approx(odds / (1 + odds), abs=1e-6)
    # Over-dispersed, the odds go from 0.516963 to 0.609354.
    odds = STATED / (1 - STATED) * (0.609354 / 0.390646) / (0.516963 / 0.483037)
    assert float(worked_live(3, 6, dispersion=2.0)) == pytest.approx(odds / (1 + odds), abs=1e-6)


def test_it_is_bayes_rule_by_simulation():
    # Keep simulated windows so that the event has the stated probability, then look at those
    # that saw three incidents in six months.
    generator = np.random.default_rng(11)
    law = rate_law(incidents=5, exposure_months=12)
    rates = generator.gamma(law.shape, 1 / law.rate, 500_000)
    early, late = generator.poisson(6 * rates), generator.poisson(12 * rates)
    event = early + late >= 8
    weight = np.where(event, STATED / event.mean(), (1 - STATED) / (1 - event.mean()))
    seen = early == 3
    simulated = (weight * event)[seen].sum() / weight[seen].sum()
    assert float(worked_live(3, 6)) == pytest.approx(simulated, abs=0.005)


@pytest.mark.parametrize("dispersion", [None, 2.0])
@pytest.mark.parametrize("stated", [0.05, 0.5, STATED])
@pytest.mark.parametrize("elapsed", [0.5, 6.0, 18.0])
def test_coherence(dispersion, stated, elapsed):
    """Averaged over what the statement predicts, the live probability is the stated one."""
    law = rate_law(incidents=5, exposure_months=12, dispersion=dispersion)
    counts = np.arange(3000)
    mass = np.exp(predictive_log_pmf(law, exposure_months=elapsed, counts=counts))
    window = {"threshold": 8, "exposure_months": 18}
    base = np.exp(log_probability_at_least(law, **window))
    later = np.exp(
        log_probability_at_least(law, **window, incidents=counts, elapsed_months=elapsed)
    )
    predicted = stated * mass * later / base + (1 - stated) * mass * (1 - later) / (1 - base)
    live = worked_live(counts, elapsed, dispersion=dispersion, stated=stated)
    assert predicted.sum() == pytest.approx(1, abs=1e-9)
    assert (predicted * live).sum() == pytest.approx(stated, abs=1e-9)


def test_coherence_of_every_kind_of_count_question():
    law = rate_law(incidents=5, exposure_months=12)
    counts = np.arange(1500)
    mass = np.exp(predictive_log_pmf(law, exposure_months=6, counts=counts))
    kinds = [
        (log_odds_at_most, {"threshold": 7}),
        (log_odds_between, {"low": 3, "high": 9}),
    ]
    for law_log_odds, bounds in kinds:
        base = law_log_odds(law, **bounds, exposure_months=18)
        later = law_log_odds(law, **bounds, exposure_months=18, incidents=counts, elapsed_months=6)
        p, q = special.expit(base), special.expit(later)
        predicted = mass * (0.3 * q / p + 0.7 * (1 - q) / (1 - p))
        live = live_probability(
            stated_log_odds=log_odds(0.3), base_log_odds=base, after_log_odds=later
        )
        assert (predicted * live).sum() == pytest.approx(0.3, abs=1e-9)


def test_no_exposure_changes_nothing():
    assert float(worked_live(0, 0)) == pytest.approx(STATED, abs=1e-15)


@given(finite, finite)
def test_stating_the_base_rate_gives_the_law_back(base, after):
    live = live_log_odds(stated_log_odds=base, base_log_odds=base, after_log_odds=after)
    assert float(live) == pytest.approx(after, abs=1e-9)


@given(finite, finite, finite, finite)
def test_two_updates_in_turn_equal_one_with_both(stated, base, middle, after):
    first = live_log_odds(stated_log_odds=stated, base_log_odds=base, after_log_odds=middle)
    turn = live_log_odds(stated_log_odds=first, base_log_odds=middle, after_log_odds=after)
    both = live_log_odds(stated_log_odds=stated, base_log_odds=base, after_log_odds=after)
    assert float(turn) == pytest.approx(float(both), abs=1e-9)


@given(st.floats(0.01, 0.99), st.integers(0, 30), st.floats(0.1, 17.9))
def test_more_incidents_never_lower_at_least(stated, incidents, elapsed):
    fewer, more = worked_live([incidents, incidents + 1], elapsed, stated=stated)
    assert more >= fewer


def test_rulings_of_the_law_are_exact():
    live = live_probability(
        stated_log_odds=[-50.0, 50.0, np.inf, -np.inf],
        base_log_odds=[0.0, 0.0, 0.0, 0.0],
        after_log_odds=[np.inf, -np.inf, -np.inf, np.inf],
    )
    assert live.tolist() == [1.0, 0.0, 0.0, 1.0]
    assert worked_live([8, 2], [3, 18]).tolist() == [1.0, 0.0]


def test_an_infinite_base_is_not_nan():
    # Ruled and stays ruled; or ruled and taken back, which leaves the statement as it is.
    live = live_log_odds(
        stated_log_odds=1.5,
        base_log_odds=[np.inf, -np.inf, np.inf, -np.inf, np.inf],
        after_log_odds=[np.inf, -np.inf, 0.2, 0.2, -np.inf],
    )
    assert live.tolist() == [np.inf, -np.inf, 1.5, 1.5, -np.inf]


def test_the_bayes_factor():
    # By hand: odds from 1 to 3 is a factor of three.
    assert float(bayes_factor(base_log_odds=0, after_log_odds=np.log(3))) == pytest.approx(3)
    factors = bayes_factor(
        base_log_odds=[0, 0, 800, np.inf], after_log_odds=[np.inf, -np.inf, 0, 0]
    )
    assert factors.tolist() == [np.inf, 0.0, 0.0, 1.0]
    assert float(log_bayes_factor(base_log_odds=800.0, after_log_odds=-3.0)) == -803.0
    # It is P(counts | event) / P(counts | no event): by Poisson likelihoods on a grid of rates.
    law = rate_law(incidents=5, exposure_months=12)
    rates = np.linspace(1e-5, 8, 400_001)
    weight = stats.gamma.pdf(rates, law.shape, scale=1 / law.rate)
    seen = stats.poisson.pmf(3, 6 * rates)
    event_too = (weight * seen * stats.poisson.sf(4, 12 * rates)).sum()
    event = (weight * stats.poisson.sf(7, 18 * rates)).sum()
    no_event_too = (weight * seen * stats.poisson.cdf(4, 12 * rates)).sum()
    no_event = (weight * stats.poisson.cdf(7, 18 * rates)).sum()
    window = {"threshold": 8, "exposure_months": 18}
    factor = bayes_factor(
        base_log_odds=log_odds_at_least(law, **window),
        after_log_odds=log_odds_at_least(law, **window, incidents=3, elapsed_months=6),
    )
    expected = (event_too / event) / (no_event_too / no_event)
    assert float(factor) == pytest.approx(expected, rel=1e-6)


def test_tails_beyond_floats_stay_numbers():
    odds = threshold_log_odds(
        baseline_incidents=[0, 10**6, 3],
        baseline_months=1200,
        threshold=[4000, 1, 10**7],
        exposure_months=[1, 1200, 1200],
        incidents=[0, 0, 9_999_000],
        elapsed_months=[0.5, 1, 600],
        drift=0.1,
    )
    live = live_log_odds(
        stated_log_odds=log_odds(0.3), base_log_odds=odds.base, after_log_odds=odds.after
    )
    assert np.isfinite(live).all()
    assert odds.base[0] < -690
    assert live[2] > 690


def test_what_is_no_probability_or_missing_is_refused():
    with pytest.raises(ValueError, match="0 <= probability <= 1"):
        log_odds(1.2)
    with pytest.raises(ValueError, match="0 <= probability <= 1"):
        log_odds([0.5, np.nan])
    with pytest.raises(ValueError, match="stated_log_odds must not be NaN"):
        live_log_odds(stated_log_odds=np.nan, base_log_odds=0, after_log_odds=0)
    with pytest.raises(ValueError, match="after_log_odds must not be NaN"):
        log_bayes_factor(base_log_odds=0, after_log_odds=[0, np.nan])


def test_a_million_judgments_at_once_are_probabilities():
    generator = np.random.default_rng(0)
    size = 1_000_000
    months = generator.choice([3.0, 6.0, 18.0], size)
    odds = threshold_log_odds(
        baseline_incidents=generator.poisson(20, size),
        baseline_months=12,
        threshold=generator.integers(1, 60, size),
        exposure_months=months,
        incidents=generator.poisson(5, size),
        elapsed_months=months / 2,
    )
    live = live_probability(
        stated_log_odds=log_odds(0.8), base_log_odds=odds.base, after_log_odds=odds.after
    )
    assert ((live >= 0) & (live <= 1)).all()
