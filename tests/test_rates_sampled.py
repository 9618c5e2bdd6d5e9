"""Fifty random questions by NUTS on the same law, against the exact answer."""

from dataclasses import dataclass, field

import arviz
import numpy as np
import pytest
from scipy import integrate, optimize, special, stats

from forecast_bench.rates import (
    RateParameters,
    change_threshold,
    count_path_log_odds,
    log_probability_at_least,
    mixed_law,
    rate_law,
)
from forecast_bench.updating import live_probability, log_odds

QUESTIONS = 50
CHAINS, DRAWS, TUNE = 4, 2500, 800
# Of 100 probabilities one would be further off by chance once in some 700 runs.
LARGEST = 4.5


@dataclass(frozen=True)
class Asked:
    kind: str
    baseline: int
    baseline_months: float
    drifts: tuple[float, ...]
    weights: tuple[float, ...]
    dispersion: float | None
    window: float
    fewest: int
    most: int | None
    stated: float
    months: tuple[int, ...] = field(default=())

    @property
    def parameters(self):
        scatter = np.inf if self.dispersion is None else self.dispersion
        return RateParameters(
            np.array(self.drifts), np.full(len(self.drifts), scatter), np.array(self.weights)
        )


def gamma_of(baseline, months, drift):
    """Gamma with the mean of the log rate, and its variance plus drift squared: by root finding.

    Drift is a lognormal factor in words. The closed form replaces its law by a Gamma, so what is
    sampled is this Gamma as well; how far it lies from the lognormal is the last test's business.
    """
    known = baseline + 0.5
    shape = optimize.brentq(
        lambda x: special.polygamma(1, x) - special.polygamma(1, known) - drift**2, 1e-3, 1e6,
        xtol=1e-13,
    )  # fmt: skip
    return shape, months * np.exp(special.psi(shape) - special.psi(known))


def random_questions(seed):
    """Counts at least, at most and between, increases and decreases; from the law itself."""
    generator = np.random.default_rng(seed)
    return [
        random_question(generator, kind, number)
        for number, kind in enumerate(
            ("at least", "at most", "between", "increase", "decrease") * (QUESTIONS // 5)
        )
    ]


def random_question(generator, kind, number):
    baseline_months = float(generator.choice([6, 12, 24]))
    baseline = int(generator.poisson(generator.gamma(0.8, 1.5) * baseline_months))
    drifts, weights = (float(generator.uniform(0, 1)),), (1.0,)
    if number % 4 == 3:
        drifts, weights = (0.2, 0.5, 0.9), (0.3, 0.5, 0.2)
    dispersion = float(np.exp(generator.normal(0.5, 0.7))) if number % 3 == 2 else None
    window = float(generator.integers(4, 19))
    shape, rate = gamma_of(baseline, baseline_months, drifts[0])
    monthly = generator.gamma(shape, 1 / rate)
    typical = int(generator.poisson(window * (baseline + 0.5) / baseline_months))
    if kind in ("increase", "decrease"):
        bound = change_threshold(
            baseline_incidents=baseline, baseline_months=baseline_months, window_months=window,
            direction=kind,
        )  # fmt: skip
        fewest, most = (bound, None) if kind == "increase" else (0, max(bound, 0))
    else:
        fewest = 0 if kind == "at most" else max(typical, 1)
        most = {"at least": None, "at most": typical, "between": fewest + typical // 2 + 1}[kind]
    elapsed = 0 if number % 5 == number // 10 else int(generator.integers(1, window))
    if dispersion is None:
        counts = generator.poisson(monthly, elapsed)
    else:
        counts = generator.negative_binomial(
            dispersion, dispersion / (dispersion + monthly), elapsed
        )
    return Asked(
        kind, baseline, baseline_months, drifts, weights, dispersion, window, fewest, most,
        float(generator.beta(4, 2)), tuple(int(one) for one in counts),
    )  # fmt: skip


def exact_log_odds(asked):
    law = mixed_law(
        incidents=asked.baseline, exposure_months=asked.baseline_months, parameters=asked.parameters
    )
    return count_path_log_odds(
        law, fewest=asked.fewest, most=asked.most, exposure_months=asked.window,
        period_counts=asked.months, elapsed_months=np.arange(1, len(asked.months) + 1),
    )[[0, -1]]  # fmt: skip


def sampled_rates(cases, *, seed):
    """Rates of all cases, (chains, draws, cases): independent of each other, in one model."""
    import nutpie
    import pymc as pm

    points = max(len(asked.drifts) for asked, _ in cases)
    shape, rate, weight = (np.empty((len(cases), points)) for _ in range(3))
    for row, (asked, _) in enumerate(cases):
        # A law of fewer points has its last one in parts.
        repeats = [1] * (len(asked.drifts) - 1) + [points - len(asked.drifts) + 1]
        each = [gamma_of(asked.baseline, asked.baseline_months, one) for one in asked.drifts]
        shape[row], rate[row] = np.repeat(each, repeats, axis=0).T
        weight[row] = np.repeat(np.divide(asked.weights, repeats), repeats)
    poisson = [(row, one) for row, (a, c) in enumerate(cases) if a.dispersion is None for one in c]
    bursts = [(row, one) for row, (a, c) in enumerate(cases) if a.dispersion for one in c]
    scatter = np.array([cases[row][0].dispersion for row, _ in bursts])
    with pm.Model() as model:
        rates = pm.Mixture(
            "rate", w=pm.Data("weight", weight),
            comp_dists=pm.Gamma.dist(alpha=pm.Data("shape", shape), beta=pm.Data("beta", rate)),
            shape=len(cases),
        )  # fmt: skip
        for name, months in (("months", poisson), ("bursts", bursts)):
            rows, counted = np.array(months).T
            of = rates[pm.Data(f"{name}_row", rows)]
            seen = pm.Data(f"{name}_count", counted)
            if name == "months":
                pm.Poisson(name, mu=of, observed=seen)
            else:
                alpha = pm.Data("dispersion", scatter)
                pm.NegativeBinomial(name, mu=of, alpha=alpha, observed=seen)
    trace = nutpie.sample(
        nutpie.compile_pymc_model(model), draws=DRAWS, tune=TUNE, chains=CHAINS, cores=1,
        seed=seed, progress_bar=False,
    )  # fmt: skip
    assert int(trace.sample_stats["diverging"].sum()) == 0
    return trace.posterior["rate"].to_numpy()


def given_the_rate(asked, counts, rates):
    """Probability of the event, given the rate and the months that were counted."""
    seen, left = sum(counts), asked.window - len(counts)
    if asked.dispersion is None:
        to_come = stats.poisson(rates * left)
    else:
        phi = asked.dispersion
        to_come = stats.nbinom(phi * left, phi / (phi + rates))
    most = np.inf if asked.most is None else asked.most
    return to_come.cdf(most - seen) - to_come.cdf(asked.fewest - seen - 1)


@pytest.mark.long
def test_fifty_questions_by_sampling():
    asked = random_questions(1)
    updated = [one for one in asked if one.months]
    cases = [(one, ()) for one in asked] + [(one, one.months) for one in updated]
    rates = sampled_rates(cases, seed=20)
    odds = np.array([exact_log_odds(one) for one in asked])
    exact = special.expit(np.concatenate([odds[:, 0], [odds[asked.index(o), 1] for o in updated]]))
    mean, error = np.empty(len(cases)), np.empty(len(cases))
    for row, (one, counts) in enumerate(cases):
        chances = given_the_rate(one, counts, rates[:, :, row])
        mean[row] = chances.mean()
        error[row] = arviz.mcse(chances, method="mean")
    settled = (exact == 0) | (exact == 1)
    assert np.array_equal(mean[settled], exact[settled])
    z = (mean - exact)[~settled] / np.maximum(error[~settled], 1e-9)
    # Live: the sampled Bayes factor, its error by the delta method on the log odds.
    base = {id(one): row for row, (one, _) in enumerate(cases[:QUESTIONS])}
    live_z, live_error = [], []
    for row, one in enumerate(updated, QUESTIONS):
        first = base[id(one)]
        if settled[row] or settled[first]:
            continue
        stated = log_odds(one.stated)
        live, sampled = (
            live_probability(
                stated_log_odds=stated, base_log_odds=log_odds(p[first]),
                after_log_odds=log_odds(p[row]),
            )
            for p in (exact, mean)
        )  # fmt: skip
        spread = np.hypot(*(error[r] / (exact[r] * (1 - exact[r])) for r in (first, row)))
        live_error.append(live * (1 - live) * spread)
        live_z.append((sampled - live) / max(live_error[-1], 1e-9))
    print(  # noqa: T201
        f"\n{QUESTIONS} questions, {len(updated)} with counts, {settled.sum()} settled; "
        f"base rate and base rate after: largest difference {np.abs(mean - exact).max():.5f}, "
        f"largest z {np.abs(z).max():.2f}, root mean square of z {np.sqrt(np.mean(z**2)):.2f}, "
        f"largest standard error {error.max():.5f}; live: largest z {np.abs(live_z).max():.2f}, "
        f"largest standard error {max(live_error):.5f}"
    )
    assert np.abs(z).max() < LARGEST
    assert 0.7 < np.sqrt(np.mean(z**2)) < 1.4
    assert np.abs(live_z).max() < LARGEST
    # Else the comparison would show nothing.
    assert error.max() < 0.005
    assert len(updated) >= 35
    assert np.isin(["at least", "at most", "between", "increase", "decrease"],
                   [one.kind for one in updated if one.dispersion]).all()  # fmt: skip


# How far the Gamma lies from the lognormal drift that it stands for


def lognormal(asked, *, counted, threshold, elapsed):
    """Return P(total >= threshold | counted) and P(counted), the log rate moved by a normal.

    Given the move the rate is a Gamma and the count negative binomial; over the move, quadrature.
    """
    baseline, months, drift, window = asked
    factor, weight = np.exp(drift * NODES), WEIGHTS[:, None]
    spread = (elapsed * factor)[:, None]
    seen = stats.nbinom.pmf(counted, baseline + 0.5, months / (months + spread))
    odds = (months + spread) / (months + window * factor[:, None])
    tail = stats.nbinom.sf(threshold - counted - 1, baseline + 0.5 + counted, odds)
    mass = (weight * seen).sum(axis=0)
    return (weight * seen * tail).sum(axis=0) / mass, mass


# Equal steps are as good as exact for a smooth integrand that vanishes at both ends.
NODES = np.linspace(-8, 8, 161)
WEIGHTS = stats.norm.pdf(NODES) * (NODES[1] - NODES[0])


def test_the_quadrature_over_the_move_is_that_of_scipy():
    found, _ = lognormal((5, 12.0, 0.7, 18.0), counted=np.array([0]), threshold=8, elapsed=0.0)

    def at(z):
        tail = stats.nbinom.sf(7, 5.5, 12 / (12 + 18 * np.exp(0.7 * z)))
        return tail * stats.norm.pdf(z)

    assert found[0] == pytest.approx(integrate.quad(at, -12, 12, limit=200)[0], abs=1e-9)


@pytest.mark.parametrize(
    ("drift", "at_issue", "foreseen", "average"),
    [(0.25, 0.016, 0.037, 0.011), (0.5, 0.032, 0.083, 0.021), (1.0, 0.059, 0.18, 0.037)],
)
def test_how_far_the_gamma_is_from_the_lognormal(drift, at_issue, foreseen, average):
    window, elapsed, largest = 18.0, 3.0, [0.0, 0.0, 0.0]
    for baseline in (0, 1, 5, 20, 100):
        law = rate_law(incidents=baseline, exposure_months=12, drift=drift)
        asked, top = (baseline, 12.0, drift, window), 6 * baseline + 40
        for threshold in range(1, top, max(1, top // 40)):
            exact, _ = lognormal(asked, counted=np.array([0]), threshold=threshold, elapsed=0.0)
            closed = np.exp(log_probability_at_least(law, threshold=threshold,
                                                     exposure_months=window))  # fmt: skip
            largest[0] = max(largest[0], abs(exact[0] - closed))
            counts = np.arange(top)
            exact, mass = lognormal(asked, counted=counts, threshold=threshold, elapsed=elapsed)
            closed = np.exp(
                log_probability_at_least(
                    law, threshold=threshold, exposure_months=window, incidents=counts,
                    elapsed_months=elapsed,
                )
            )  # fmt: skip
            below = np.cumsum(mass)
            inside = (below > 0.05) & (below - mass < 0.95)
            largest[1] = max(largest[1], np.abs(exact - closed)[inside].max())
            largest[2] = max(largest[2], (mass * np.abs(exact - closed)).sum())
    print(  # noqa: T201
        f"\ndrift {drift}: base rate off by at most {largest[0]:.4f}; after 3 of 18 months by "
        f"{largest[1]:.4f} for counts inside the 90 % interval, on average by {largest[2]:.4f}"
    )
    assert largest[0] < at_issue
    assert largest[1] < foreseen
    assert largest[2] < average
