"""Panels of rates: sums, likelihood and walk by hand, evidence by a filter on a grid, points."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from scipy.stats import nbinom, norm

from forecast_bench.bayes import (
    ANY_TYPE,
    PANEL_COLUMNS,
    farthest_apart,
    grid_beliefs,
    panel_counts,
    panel_hash,
    panel_laplace,
    panel_prior,
    rate_points,
)
from forecast_bench.bayes.panel_mode import months_log_likelihood, months_of_type, panel_modes
from forecast_bench.rates import RateParameters, mixed_law
from forecast_bench.rates.parameter_ranges import parameter_ranges
from forecast_bench.records import DiagnosticLimits, PanelPriors, PanelSampler
from simulated_panels import simulated_panel

PRIORS = PanelPriors(drift=0.5)


def table(**columns):
    made = {
        "series": "a",
        "type": "battle",
        "month": pd.date_range("2020-01-01", periods=6, freq="MS"),
        "count": [1, 0, 2, 3, 0, 5],
        "exposure_months": 1.0,
    }
    return pd.DataFrame(made | columns)


def negative_binomial(count, exposure, rate, dispersion):
    """Log probability of a month, by scipy; variance exposure * (rate + rate^2 / dispersion)."""
    return nbinom.logpmf(count, dispersion * exposure, dispersion / (dispersion + rate))


def test_the_months_of_a_window_are_summed_and_counted_back_from_the_last():
    made = panel_counts(table(), PRIORS, window_months=4)
    assert made.count.tolist() == [[[10.0]]]  # 2 + 3 + 0 + 5; the first two months are left out
    assert (made.windows, made.months, made.incidents, made.active_series) == (1, 4, 10, 1)
    pairs = dict(zip(made.alike_count.tolist(), made.alike_months.tolist(), strict=True))
    assert pairs == {0.0: 1.0, 2.0: 1.0, 3.0: 1.0, 5.0: 1.0}


def test_seasons_and_steps_stand_in_the_covariates():
    days = [pd.Timestamp("2020-04-01").date()]
    made = panel_counts(table(), PRIORS, window_months=3, seasonality=True, coverage_steps=days)
    assert made.effects == (
        "trend",
        *(f"month {one:02}" for one in range(1, 13)),
        "coverage 2020-04-01",
    )
    assert made.covariate[:, :, 0].tolist() == [[0, 0, 0], [1, 1, 1]]
    assert made.covariate[:, :, -1].tolist() == [[0, 0, 0], [1, 1, 1]]
    assert made.covariate[0, :, 1:4].tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    assert made.count.tolist() == [[[1, 0, 2], [3, 0, 5]]]
    assert made.effect_scale.tolist() == [0.2, *[0.3] * 12, 0.5]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"count": [1, 0, -2, 3, 0, 5]}, "counts must be whole and not negative"),
        ({"count": [1, 0, 0.5, 3, 0, 5]}, "counts must be whole and not negative"),
        ({"exposure_months": 0.0}, "exposure_months must be above 0 and at most 1"),
        ({"exposure_months": 1.5}, "exposure_months must be above 0 and at most 1"),
        ({"month": pd.Timestamp("2020-01-01")}, "a series has a month twice"),
        ({"type": ["battle"] * 5 + ["riot"]}, "the series a has several types"),
        ({"count": [1, 0, None, 3, 0, 5]}, "a value is missing in the table of a panel"),
    ],
)
def test_tables_that_are_no_panel_are_refused(columns, message):
    with pytest.raises(ValueError, match=message):
        panel_counts(table(**columns), PRIORS, window_months=2)


def test_other_faults_of_a_panel_are_refused():
    with pytest.raises(ValueError, match=r"lacks the columns \['count'\]"):
        panel_counts(table().drop(columns="count"), PRIORS, window_months=2)
    with pytest.raises(ValueError, match="one whole window of 7 months"):
        panel_counts(table(), PRIORS, window_months=7)
    with pytest.raises(ValueError, match="must be 1 or more, got 0"):
        panel_counts(table(), PRIORS, window_months=0)
    with pytest.raises(ValueError, match="at least one month"):
        panel_counts(table().head(0), PRIORS, window_months=2)
    with pytest.raises(ValueError, match="need a drift"):
        panel_prior(PanelPriors())


def test_sums_are_sufficient_for_months_of_one_rate():
    rows = table(exposure_months=[1, 0.5, 1, 1, 0.25, 1])
    made = panel_counts(rows, PRIORS, window_months=3)
    months = months_of_type(made, 0)
    at = [(np.array([0.3, -0.4]), 2.0), (np.array([1.1, 0.2]), 0.7)]
    by_sums = [
        float(months_log_likelihood(months, rate[None, None, :, None], np.array([scatter]))[0])
        for rate, scatter in at
    ]
    by_months = [
        sum(
            negative_binomial(row.count, row.exposure_months, np.exp(rate[place // 3]), scatter)
            for place, row in enumerate(rows[["count", "exposure_months"]].itertuples(index=False))
        )
        for rate, scatter in at
    ]
    # They differ by what depends on the counts alone.
    assert by_sums[0] - by_sums[1] == pytest.approx(by_months[0] - by_months[1], abs=1e-9)


def by_filter(counts, priors, drift, dispersion):
    """Exact evidence: one series after the other, its log rate carried along on a fine grid."""
    grid = np.linspace(-16, 9, 1201)
    width = grid[1] - grid[0]
    walk = norm.pdf(grid[:, None], grid[None, :], drift) * width
    total = 0.0
    for count, exposed in zip(counts.count[..., 0], counts.exposure_months[..., 0], strict=True):
        density = norm.pdf(grid, priors.log_rate, priors.log_rate_scale)
        for window, (number, months) in enumerate(zip(count, exposed, strict=True)):
            if window:
                density = walk @ density
            told = number * grid + dispersion * months * np.log(dispersion)
            told -= (dispersion * months + number) * np.logaddexp(np.log(dispersion), grid)
            density = density * np.exp(told - told.max())
            mass = density.sum() * width
            total += told.max() + np.log(mass)
            density = density / mass
    none = np.full((1, 1, 1, 1), -np.inf)
    empty = replace(
        months_of_type(counts, 0), count=np.zeros((1, 1, 1)), exposure_months=np.zeros((1, 1, 1))
    )
    alike = months_log_likelihood(empty, np.maximum(none, -50.0), np.array([dispersion]))
    return total + float(alike[0])


@pytest.mark.parametrize(
    ("log_rate", "series"),
    [((-3.5, 1.0), 6), ((0.0, 1.0), 4)],
)
def test_the_evidence_of_drift_and_dispersion_is_that_of_a_filter(log_rate, series):
    rows = simulated_panel(4, series=series, windows=4, window_months=6, log_rate=log_rate)
    made = panel_counts(rows, PRIORS, window_months=6)
    drift = np.array([0.15, 0.5, 1.0, 0.5])
    dispersion = np.array([2.0, 2.0, 2.0, 0.6])
    found = panel_modes(
        months_of_type(made, 0),
        PRIORS,
        drift=drift,
        dispersion=dispersion,
        mean=np.zeros(1),
        precision=np.array([[1e9]]),
    ).log_evidence
    exact = np.array([by_filter(made, PRIORS, *pair) for pair in zip(drift, dispersion)])  # noqa: B905
    # A constant says nothing; over series of hardly any incidents the rest stays below that.
    assert np.ptp(found - exact) < 0.03
    assert np.abs(found - exact).max() < 0.1


def test_a_walk_by_hand():
    """Two windows without exposure leave the prior: its integral is one, whatever the drift."""
    rows = table().assign(count=0)
    made = panel_counts(rows, PRIORS, window_months=3)
    silent = replace(
        months_of_type(made, 0), exposure_months=np.zeros((1, 2, 1)), alike_months=np.zeros(1)
    )
    found = panel_modes(
        silent,
        PRIORS,
        drift=np.array([0.1, 2.0]),
        dispersion=np.array([1.0, 5.0]),
        mean=np.zeros(1),
        precision=np.eye(1),
    )
    np.testing.assert_allclose(found.log_evidence, 0.0, atol=1e-9)
    np.testing.assert_allclose(found.effect_precision, np.ones((2, 1, 1)))


def test_seasons_and_trends_are_found():
    def effects(month):
        return np.where(month.month == 7, 0.9, 0.0)

    rows = simulated_panel(
        5, series=25, windows=5, trend=0.15, log_rate=(1.0, 0.5), drift=(0.2,), effects=effects
    )
    made = panel_counts(rows, PRIORS, window_months=12, seasonality=True)
    found = panel_laplace(made, PRIORS)
    named = dict(zip(found.effects, found.effect_mean, strict=True))
    others = np.mean([named[f"month {one:02}"] for one in range(1, 13) if one != 7])
    assert named["month 07"] - others == pytest.approx(0.9, abs=0.3)
    at = found.effects.index("trend")
    assert abs(found.effect_mean[at] - 0.15) < 3 * found.effect_scale[at]


def test_a_step_of_coverage_is_not_taken_for_drift():
    def effects(month):
        return np.where(month >= "2017-01-01", 1.0, 0.0)

    rows = simulated_panel(6, series=25, windows=4, drift=(0.15,), effects=effects)
    day = pd.Timestamp("2017-01-01").date()
    told = panel_laplace(panel_counts(rows, PRIORS, window_months=12, coverage_steps=[day]), PRIORS)
    untold = panel_laplace(panel_counts(rows, PRIORS, window_months=12), PRIORS)
    with_step, without = (grid_beliefs(one, stretch=1)[0] for one in (told, untold))
    assert told.effect_mean[-1] == pytest.approx(1.0, abs=0.35)
    assert with_step.drift[0] < without.drift[0]


def test_the_order_of_rows_and_the_names_of_series_say_nothing():
    rows = simulated_panel(7, drift=(0.4, 0.7), dispersion=(1.0, 3.0), series=6, windows=3)
    made = panel_counts(rows, PRIORS, window_months=12)
    turned = panel_counts(rows.sample(frac=1, random_state=2), PRIORS, window_months=12)
    np.testing.assert_array_equal(
        panel_laplace(made, PRIORS).mass, panel_laplace(turned, PRIORS).mass
    )
    settings = (PRIORS, PanelSampler(), DiagnosticLimits())
    assert panel_hash(made, *settings) == panel_hash(turned, *settings)
    assert panel_hash(made, *settings) != panel_hash(
        made, PRIORS, PanelSampler(draws=900), DiagnosticLimits()
    )
    assert set(PANEL_COLUMNS) == set(rows.columns)


def test_more_series_say_more_and_types_learn_from_each_other():
    few = simulated_panel(8, drift=(0.5,), series=4, windows=4)
    many = simulated_panel(8, drift=(0.5, 0.5, 0.5), series=30, windows=4, dispersion=(2, 2, 2))
    spread = [
        grid_beliefs(panel_laplace(panel_counts(one, PRIORS, window_months=12), PRIORS), stretch=1)[
            -1
        ].scale[0]
        for one in (few, many)
    ]
    (prior,) = grid_beliefs(panel_prior(PRIORS), stretch=1)
    assert spread[1] < spread[0] < prior.scale[0]


def test_the_prior_is_that_of_its_records():
    (prior,) = grid_beliefs(panel_prior(PRIORS), stretch=1)
    assert prior.name == ANY_TYPE
    # A half-normal spread of scale s has mean square s^2, beside that of what types share.
    assert prior.mean == pytest.approx((np.log(0.5), np.log(2.0)), abs=1e-9)
    assert prior.scale == pytest.approx((np.hypot(0.5, 0.3), np.hypot(1.0, 0.5)), rel=0.01)
    stretched = grid_beliefs(panel_prior(PRIORS), stretch=np.sqrt(2))[0]
    assert stretched.mean[0] == pytest.approx(np.log(0.5 * np.sqrt(2)))
    assert stretched.mean[1] == prior.mean[1]
    assert farthest_apart((prior,), (stretched,))[0] == pytest.approx(
        np.log(np.sqrt(2)) / prior.scale[0]
    )


@settings(max_examples=40, deadline=None)
@given(
    some.integers(0, 2**31),
    some.floats(0.05, 1.0),
    some.floats(0.05, 2.0),
    some.floats(-0.9, 0.9),
    some.sampled_from([1, 2, 30, 2000]),
)
def test_points_keep_means_and_spreads(seed, drift_scale, dispersion_scale, correlation, draws):
    generator = np.random.default_rng(seed)
    first, second = generator.normal(size=(2, draws))
    logs = (
        np.log(0.5) + drift_scale * first,
        dispersion_scale * (correlation * first + np.sqrt(1 - correlation**2) * second),
    )
    made = rate_points(log_drift=logs[0], log_dispersion=logs[1], weight=np.ones(draws))
    assert 9 <= made.points <= 25
    for kept, drawn in zip((np.log(made.drift), np.log(made.dispersion)), logs, strict=True):
        assert made.weight @ kept == pytest.approx(drawn.mean(), abs=1e-9)
        spread = np.sqrt(made.weight @ (kept - made.weight @ kept) ** 2)
        assert spread == pytest.approx(drawn.std(), abs=1e-9)


def test_points_keep_quantiles_and_base_rates():
    generator = np.random.default_rng(3)
    first, second = generator.normal(size=(2, 4000))
    drift = np.log(0.6) + 0.3 * first
    dispersion = np.log(2.0) + 0.5 * (0.3 * first + 0.95 * second)
    made = rate_points(log_drift=drift, log_dispersion=dispersion, weight=np.ones(4000))
    found = parameter_ranges(made)
    for kept, logs, scale in ((found.drift, drift, 0.3), (found.dispersion, dispersion, 0.5)):
        wanted = np.quantile(logs, [0.5, 0.05, 0.95])
        np.testing.assert_allclose(np.log(kept), wanted, atol=0.2 * scale)
    everything = RateParameters(
        drift=np.exp(drift), dispersion=np.exp(dispersion), weight=np.full(4000, 1 / 4000)
    )
    for incidents, threshold in ((5, 8), (30, 60), (0, 1), (40, 20)):
        rates = [
            probability(one, incidents=incidents, threshold=threshold) for one in (made, everything)
        ]
        assert rates[0] == pytest.approx(rates[1], abs=0.002)


def probability(parameters, *, incidents, threshold):
    from forecast_bench.rates import count_path_log_odds

    law = mixed_law(incidents=incidents, exposure_months=12.0, parameters=parameters)
    odds = count_path_log_odds(
        law,
        fewest=threshold,
        most=None,
        exposure_months=12.0,
        period_counts=np.zeros(0, dtype=np.int64),
        elapsed_months=np.zeros(0),
    )
    return 1 / (1 + np.exp(-odds[0]))


def test_weights_that_are_none_are_refused():
    with pytest.raises(ValueError, match="must not be negative, and not all zero"):
        rate_points(log_drift=np.zeros(2), log_dispersion=np.zeros(2), weight=np.zeros(2))
