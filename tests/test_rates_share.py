"""Shares: against brute force over every count, and simulation."""

import numpy as np
import pytest
from scipy import stats

from forecast_bench.rates import (
    RateLaw,
    ShareCounts,
    log_odds_share,
    log_probability_share,
    predictive_log_pmf,
    rate_law,
)
from forecast_bench.rates.share import _match_tails, _match_tails_by_urn

LAW = rate_law(incidents=5, exposure_months=12)
BASELINE = ShareCounts(incidents=10, matches=4)


def brute_force(law, share, baseline, months, window, elapsed):
    """Add scipy's Beta-Binomial over every count of incidents to come, up to 600."""
    a = 0.5 + baseline.matches + window.matches
    b = 0.5 + baseline.incidents - baseline.matches + window.incidents - window.matches
    mass = np.exp(
        predictive_log_pmf(
            law,
            exposure_months=months - elapsed,
            counts=np.arange(601),
            incidents=window.incidents,
            elapsed_months=elapsed,
        )
    )
    hit = miss = 0.0
    for n in range(601):
        if window.incidents + n == 0:
            continue
        matches = np.arange(n + 1)
        enough = (window.matches + matches) * share[1] >= share[0] * (window.incidents + n)
        each = mass[n] * stats.betabinom.pmf(matches, n, a, b)
        hit, miss = hit + each[enough].sum(), miss + each[~enough].sum()
    return hit, miss


def test_at_most_one_incident_by_hand():
    # Geometric counts, P(N = n) = 2^-(n+1), no baseline: a match has probability 1/2, and the urn
    # gives P(all n match) = prod (i + 1/2) / (i + 1) = C(2n, n) / 4^n. All of at least one match:
    # sum_{n>=1} C(2n, n) 8^-n / 2 = (1 / sqrt(1 - 4/8) - 1) / 2, over P(N >= 1) = 1/2.
    value = log_probability_share(
        RateLaw(1.0, 1.0), share=1, baseline=ShareCounts(), exposure_months=1
    )
    assert np.exp(value) == pytest.approx(np.sqrt(2) - 1, rel=1e-12)


@pytest.mark.parametrize("dispersion", [None, 2.0])
@pytest.mark.parametrize(
    ("share", "window", "elapsed"),
    [
        ((1, 3), ShareCounts(), 0.0),
        ((1, 2), ShareCounts(), 3.0),
        ((9, 10), ShareCounts(incidents=4, matches=1), 6.0),
        ((1, 10), ShareCounts(incidents=4, matches=4), 6.0),
        ((1, 1), ShareCounts(incidents=2, matches=2), 17.0),
    ],
)
def test_agrees_with_brute_force(dispersion, share, window, elapsed):
    law = rate_law(incidents=5, exposure_months=12, dispersion=dispersion)
    value = log_probability_share(
        law,
        share=f"{share[0]}/{share[1]}",
        baseline=BASELINE,
        exposure_months=18,
        window=window,
        elapsed_months=elapsed,
    )
    hit, miss = brute_force(law, share, BASELINE, 18, window, elapsed)
    assert np.exp(value) == pytest.approx(hit / (hit + miss), rel=1e-9)
    odds = log_odds_share(
        law,
        share=f"{share[0]}/{share[1]}",
        baseline=BASELINE,
        exposure_months=18,
        window=window,
        elapsed_months=elapsed,
    )
    assert odds == pytest.approx(np.log(hit / miss), rel=1e-9, abs=1e-9)


def test_agrees_with_simulation():
    generator = np.random.default_rng(5)
    rates = generator.gamma(LAW.shape, 1 / LAW.rate, 200_000)
    counts = generator.poisson(rates * 18)
    matches = generator.binomial(counts, generator.beta(4.5, 6.5, counts.size))
    some = counts > 0
    simulated = (3 * matches[some] >= counts[some]).mean()
    value = log_probability_share(LAW, share="1/3", baseline=BASELINE, exposure_months=18)
    assert np.exp(value) == pytest.approx(simulated, abs=0.005)


def test_settled_shares_are_exact():
    one_of_three = ShareCounts(incidents=3, matches=1)
    over = {"exposure_months": 12, "elapsed_months": 12, "window": one_of_three}
    assert log_probability_share(LAW, share="1/3", baseline=BASELINE, **over) == 0.0
    assert log_odds_share(LAW, share="0.34", baseline=BASELINE, **over) == -np.inf
    assert log_odds_share(LAW, share=0, baseline=BASELINE, exposure_months=6) == np.inf


def test_tails_are_finite_logs():
    # Never a match among a million, and half of some hundred to come must match.
    rare = log_odds_share(
        RateLaw(2000.0, 12.0),
        share="1/2",
        baseline=ShareCounts(incidents=10**6),
        exposure_months=6,
    )
    assert np.isfinite(rare)
    assert rare < -690


def test_long_sums_agree_with_short_ones():
    for share_up, share_down in [(1, 3), (9, 10), (1, 1)]:
        needed = np.array([-(-share_up * (3 + n) // share_down) - 2 for n in range(1500)])
        direct = _match_tails(needed, 4.5, 7.5)
        urn = _match_tails_by_urn(needed, 4.5, 7.5)
        for one, other in zip(direct, urn, strict=True):
            assert np.allclose(np.exp(one), np.exp(other), atol=1e-10)


def test_many_incidents_approach_the_unknown_probability_itself():
    busy = rate_law(incidents=100_000, exposure_months=12)
    value = log_probability_share(busy, share="1/3", baseline=BASELINE, exposure_months=18)
    assert np.exp(value) == pytest.approx(stats.beta.sf(1 / 3, 4.5, 6.5), abs=1e-4)


def test_void_and_nonsense_are_refused():
    with pytest.raises(ValueError, match="void"):
        log_probability_share(
            LAW, share="1/3", baseline=BASELINE, exposure_months=12, elapsed_months=12
        )
    with pytest.raises(ValueError, match="0 <= share <= 1"):
        log_probability_share(LAW, share=2, baseline=BASELINE, exposure_months=12)
    with pytest.raises(ValueError, match="0 <= matches <= incidents"):
        ShareCounts(incidents=1, matches=2)
