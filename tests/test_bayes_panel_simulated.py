"""Panels at length: NUTS against nested Laplace, calibration by simulation, known values found."""

import numpy as np
import pytest
from scipy.stats import chi2, nbinom, norm

from forecast_bench.bayes import (
    farthest_apart,
    fit_panel,
    grid_beliefs,
    panel_counts,
    panel_laplace,
    panel_model,
    sampled_beliefs,
)
from forecast_bench.records import DiagnosticLimits, PanelPriors, PanelSampler
from simulated_panels import below, calibration_ranks, simulated_panel

PRIORS = PanelPriors(drift=0.5)
BINS = 10


def mixed_panel():
    """Three types: one with hardly any incidents, one with many."""
    parts = [
        simulated_panel(
            seed, drift=(0.6,), dispersion=(2.0,), series=14, windows=4, window_months=6,
            log_rate=(level, 1.0), trend=0.1,
        ).replace({"type 0": name})
        for seed, level, name in ((1, -2.5, "rare"), (2, -0.5, "usual"), (3, 1.5, "often"))
    ]  # fmt: skip
    for part in parts:
        part["series"] = part["type"] + part["series"]
    import pandas as pd

    return panel_counts(pd.concat(parts), PRIORS, window_months=6)


@pytest.mark.slow
def test_the_model_is_the_one_written_down():
    """Differences of its log density against scipy, month by month, at two places."""
    rows = simulated_panel(9, drift=(0.5, 0.5), dispersion=(1.0, 3.0), series=2, windows=3)
    counts = panel_counts(rows, PRIORS, window_months=12)
    model = panel_model(counts, PRIORS)
    density = model.compile_logp(mode="FAST_COMPILE")
    named = ("type_log_drift", "type_log_dispersion", "effect", "log_rate")
    stored = model.compile_fn(
        model.replace_rvs_by_values([model[name] for name in named]),
        inputs=model.value_vars,
        mode="FAST_COMPILE",
        on_unused_input="ignore",
    )
    start = model.initial_point()
    generator = np.random.default_rng(1)
    other = {
        name: value + 0.2 * generator.normal(size=value.shape) for name, value in start.items()
    }
    found = density(other) - density(start)
    wanted = by_hand(rows, counts, other, stored(other)) - by_hand(
        rows, counts, start, stored(start)
    )
    assert found == pytest.approx(wanted, abs=1e-6)


def by_hand(rows, counts, point, stored):
    """Log density: units of types normal, spreads half-normal, walks, and each month by scipy."""
    log_drift, log_dispersion, effect, log_rate = stored
    drift, dispersion = np.exp(log_drift), np.exp(log_dispersion)
    code = counts.type_code
    total = norm.logpdf(log_rate[:, 0], PRIORS.log_rate, PRIORS.log_rate_scale).sum()
    for series, kind in enumerate(code):
        total += norm.logpdf(np.diff(log_rate[series]), 0, drift[kind]).sum()
        own = rows[rows["series"] == counts.series[series]].sort_values("month")
        window = np.arange(len(own)) // 12
        rate = np.exp(log_rate[series][window] + effect[0] * window)
        scatter = dispersion[kind]
        total += nbinom.logpmf(own["count"], scatter, scatter / (scatter + rate)).sum()
    # From steps in part units to steps on their own scale, and spreads to their logs.
    for name, scale in (("drift", PRIORS.drift_spread), ("dispersion", PRIORS.dispersion_spread)):
        apart = point[f"log_{name}_spread_log__"]
        total += norm.logpdf(np.exp(apart), 0, scale) + apart
        total += norm.logpdf(point[f"{name}_unit"]).sum() + norm.logpdf(point[f"{name}_mean_unit"])
    total += norm.logpdf(effect, 0, PRIORS.trend_scale).sum()
    centred = centring(counts)
    return total + ((1 - centred) * log_drift[code][:, None]).sum()


def centring(counts):
    from forecast_bench.bayes.panel_model import centring_of

    return centring_of(counts, PRIORS)


@pytest.mark.slow
def test_sampling_and_nested_laplace_agree():
    counts = mixed_panel()
    found = fit_panel(counts, PRIORS, PanelSampler(draws=1500), DiagnosticLimits(), seed=3)
    assert found.diagnostics.passed, found.diagnostics.reasons
    sampled = sampled_beliefs(found.idata, PRIORS, stretch=1)
    quick = panel_laplace(counts, PRIORS)
    approximated = grid_beliefs(quick, stretch=1)
    print(  # noqa: T201
        "farthest apart",
        farthest_apart(sampled, approximated),
        "widths",
        [np.round(np.divide(two.scale, one.scale), 3).tolist()
         for one, two in zip(sampled, approximated, strict=True)],
    )  # fmt: skip
    assert farthest_apart(sampled, approximated)[0] < 0.2
    for one, two in zip(sampled[:-1], approximated[:-1], strict=True):
        for first, second, scale in zip(
            (one.drift, one.dispersion), (two.drift, two.dispersion), one.scale, strict=True
        ):
            assert np.abs(np.log(np.divide(first, second))).max() < 0.2 * scale + 0.05
    effect = np.asarray(found.idata["posterior"].dataset["effect"])
    assert abs(effect.mean() - quick.effect_mean[0]) < 0.2 * effect.std()
    assert quick.effect_scale[0] == pytest.approx(effect.std(), rel=0.15)


@pytest.mark.slow
def test_posteriors_are_calibrated_over_panels_drawn_from_the_prior():
    ranks = calibration_ranks(200, seed=20_261_126)
    covered, worst = {}, {}
    for name in ranks:
        values = ranks[name].to_numpy()
        bins = np.histogram(values, bins=BINS, range=(0, 1))[0]
        worst[name] = float(((bins - 20) ** 2 / 20).sum())
        covered[name] = float(((values > 0.05) & (values < 0.95)).mean())
    print("chi-square", worst, "90 % intervals hold", covered)  # noqa: T201
    # The upper 0.001 point of the largest of five.
    assert max(worst.values()) < chi2.ppf(1 - 0.001 / 5, BINS - 1)
    # Three standard deviations of a share of 200.
    assert all(abs(share - 0.9) < 0.064 for share in covered.values())


@pytest.mark.long
def test_known_drift_and_dispersion_lie_in_their_intervals():
    """One truth, far from the centre of the priors, drawn again and again."""
    held = []
    for seed in range(60):
        rows = simulated_panel(
            seed, drift=(0.3, 0.9), dispersion=(1.0, 4.0), series=25, windows=5, window_months=6
        )
        found = panel_laplace(panel_counts(rows, PRIORS, window_months=6), PRIORS)
        for at, (drift, dispersion) in enumerate(((0.3, 1.0), (0.9, 4.0))):
            levels = (
                below(found.log_drift, found.mass[at].sum(axis=1), np.log(drift)),
                below(found.log_dispersion, found.mass[at].sum(axis=0), np.log(dispersion)),
            )
            held.append([0.05 < one < 0.95 for one in levels])
    share = np.mean(held, axis=0)
    print("90 % intervals hold drift and dispersion", share)  # noqa: T201
    # Three standard deviations of a share of 120, priors off the truth included.
    assert (np.abs(share - 0.9) < 0.09).all()
