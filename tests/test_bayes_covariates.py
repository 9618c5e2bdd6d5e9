"""Horizon and confidence in the recalibration model: counted, written down, and by both roads."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.special import expit, gammaln, logit

from forecast_bench.bayes import (
    RecalibrationSettings,
    cells,
    data_hash,
    diagnose,
    effects_table,
    fit,
    laplace_effects,
    laplace_map,
    laplace_recalibrate,
    nested_laplace,
    recalibrate,
    recalibration_map,
    recalibration_model,
)
from forecast_bench.bayes.covariates import confidence_steps, horizon_steps
from test_bayes_nested_laplace import GRID, apart
from test_bayes_recalibration import NO_GROUPS, log_density, points, simulated

BOTH = RecalibrationSettings(horizons=True, confidences=True)


def with_steps(outcomes, *, horizon=-0.3, confidence=0.2, seed=0):
    """Outcomes whose slope changes with the steps, in groups that all are sound."""
    frame = simulated(outcomes, seed=seed, group=0.0)
    generator = np.random.default_rng([seed, 5])
    steps = pd.DataFrame(
        generator.integers(-1, 2, (outcomes, 2)), columns=["horizon_step", "confidence_step"]
    )
    slope = np.exp(-0.2 + steps["horizon_step"] * horizon + steps["confidence_step"] * confidence)
    true = expit(slope * logit(frame["probability"]))
    return frame.assign(outcome=(generator.random(outcomes) < true).astype(int), **steps)


def test_horizons_fall_into_three_bins_that_are_equally_far_apart():
    months = [0, 2.999, 3, 12, 12.001, 500, np.nan]
    assert horizon_steps(months).tolist() == [-1, -1, 0, 0, 1, 1, 0]
    with pytest.raises(ValueError, match=r"must not be negative, got -0\.5 months"):
        horizon_steps([1, -0.5])
    with pytest.raises(ValueError, match="low, moderate or high, got fair"):
        confidence_steps(["low", "fair"])


def test_covariates_that_are_off_change_no_fit():
    # As it was before there were covariates: the seed, and so every draw, follows from it.
    counted = cells(simulated(20))
    plain = RecalibrationSettings()
    was = "3fae41746450403f9fd2bc236447d23aab403b32b46b4b582b2622a6dbc663d0"
    assert data_hash(counted, plain) == was
    assert data_hash(counted, plain.model_copy(update={"covariate_scale": 1.0})) == was
    frame = simulated(20).assign(horizon_step=0)
    on = RecalibrationSettings(horizons=True)
    hashes = {
        data_hash(cells(frame), on),
        data_hash(cells(frame), on.model_copy(update={"covariate_scale": 1.0})),
        data_hash(cells(frame.assign(horizon_step=1)), on),
        was,
    }
    assert len(hashes) == 4


def test_cells_tell_steps_apart_and_are_sufficient():
    frame = with_steps(120)
    counted = cells(frame)
    assert counted.outcomes == 120
    assert len(cells(frame.drop(columns=["horizon_step", "confidence_step"])).trials) < len(
        counted.trials
    )
    keys = ["probability", "analyst", "phrase", "topic", "horizon_step", "confidence_step"]
    assert len(counted.trials) == len(frame[keys].drop_duplicates())
    model = recalibration_model(counted, BOTH)
    density = log_density(model)
    n, y = counted.trials, counted.occurred
    ways = (gammaln(n + 1) - gammaln(y + 1) - gammaln(n - y + 1)).sum()
    code = {
        name: np.unique(frame[name], return_inverse=True)[1]
        for name in ("analyst", "phrase", "topic")
    }
    for point in points(model):
        scales = {
            name.removesuffix("_scale_log__"): np.exp(value)
            for name, value in point.items()
            if name.endswith("_scale_log__")
        }
        effect = {name: scale * point[f"{name}_unit"] for name, scale in scales.items()}
        log_slope = (
            point["log_slope"]
            + effect["analyst_log_slope"][code["analyst"]]
            + point["horizon_log_slope"] * frame["horizon_step"]
            + point["confidence_log_slope"] * frame["confidence_step"]
        )
        eta = point["intercept"] + np.exp(log_slope) * logit(frame["probability"])
        for name in ("analyst", "phrase", "topic"):
            eta = eta + effect[f"{name}_shift"][code[name]]
        by_hand = stats.bernoulli(expit(eta)).logpmf(frame["outcome"]).sum() + ways
        by_hand += stats.norm(0, 0.5).logpdf(point["intercept"])
        by_hand += stats.norm(0, 0.3).logpdf(point["log_slope"])
        for name in ("horizon_log_slope", "confidence_log_slope"):
            by_hand += stats.norm(0, 0.2).logpdf(point[name])
        for name, scale in scales.items():
            by_hand += stats.halfnorm(0, 0.3).logpdf(scale) + np.log(scale)
            by_hand += stats.norm(0, 1).logpdf(point[f"{name}_unit"]).sum()
        assert float(density(point)) == pytest.approx(float(by_hand), rel=1e-9)


def test_nested_laplace_agrees_with_quadrature_over_three_effects():
    settings = RecalibrationSettings(**NO_GROUPS, horizons=True)
    frame = with_steps(150, seed=3)
    found = nested_laplace(cells(frame.drop(columns="confidence_step")), settings)
    a, b, c = np.meshgrid(
        np.linspace(-1, 1, 61),
        np.linspace(-1.3, 0.9, 81),
        np.linspace(-0.9, 0.7, 81),
        indexing="ij",
    )
    height = -(a**2) / 0.5 - b**2 / 0.18 - c**2 / 0.08
    rows = frame.groupby(["probability", "horizon_step"])["outcome"].agg(["size", "sum"])
    for (probability, step), (n, y) in rows.iterrows():
        eta = a + np.exp(b + c * step) * logit(probability)
        height += y * eta - n * np.logaddexp(0, eta)
    weight = np.exp(height - height.max())
    weight /= weight.sum()
    table = laplace_effects(found).set_index(["level", "quantity"])
    for level, quantity, value in (
        ("under 3 months", "slope", b - c),
        ("3 to 12 months", "slope", b),
        ("over 12 months", "slope", b + c),
        ("each step", "slope ratio", c),
    ):
        row = table.loc[(level, quantity)]
        mean = (weight * value).sum()
        sd = np.sqrt((weight * (value - mean) ** 2).sum())
        assert np.log(row["median"]) == pytest.approx(mean, abs=0.1 * sd)
        assert np.log(row["high"] / row["low"]) == pytest.approx(3.29 * sd, rel=0.1)
        assert row["below"] == pytest.approx((weight * (value < 0)).sum(), abs=0.03)
        assert row["below"] + row["above"] == pytest.approx(1)


def test_what_depends_on_the_horizon_is_recalibrated_by_it():
    frame = with_steps(4000, seed=1)
    found = nested_laplace(cells(frame), BOTH)
    table = laplace_effects(found).set_index(["group", "level"])
    assert table.loc[("horizon", "each step"), "statement"] == (
        "the slope falls with each step (posterior probability 1.00)"
    )
    assert table.loc[("horizon", "each step"), "low"] < np.exp(-0.3)
    assert table.loc[("horizon", "each step"), "high"] > np.exp(-0.3)
    assert table.loc[("confidence", "each step"), "above"] > 0.99
    assert table.loc[("horizon", "over 12 months"), "statement"].startswith("over-confident")
    row = frame.iloc[[0, 0, 0]].assign(probability=0.9, horizon_step=[-1, 0, 1], confidence_step=0)
    mapped = laplace_recalibrate(found, row.drop(columns="outcome"))
    assert mapped["median"].is_monotonic_decreasing
    # At the centre of both covariates, apart from groups, the map is that of an average judgment.
    stranger = row.assign(analyst="x", phrase="y", topic="z").iloc[[1]]
    average = laplace_map(found, [0.9])
    assert laplace_recalibrate(found, stranger)["median"].iloc[0] == pytest.approx(
        average["median"].iloc[0], abs=1e-9
    )


def test_without_outcomes_the_identity_is_left():
    none = cells(with_steps(5).head(0))
    empty = fit(none, BOTH.model_copy(update={"draws": 300}), seed=1).idata
    np.testing.assert_allclose(recalibration_map(empty, GRID)["median"], GRID, atol=1e-12)
    assert effects_table(empty).empty
    assert laplace_effects(nested_laplace(none, BOTH)).empty
    assert diagnose(empty, BOTH.limits).r_hat_parameter


def test_a_covariate_that_is_not_there_is_refused():
    plain = cells(simulated(20))
    lacking = r"the settings ask for \['horizon_step', 'confidence_step'\], which the outcomes do"
    for road in (recalibration_model, nested_laplace):
        with pytest.raises(ValueError, match=lacking):
            road(plain, BOTH)
    fitted = nested_laplace(cells(with_steps(20)), BOTH)
    with pytest.raises(ValueError, match=lacking):
        laplace_recalibrate(fitted, simulated(3))
    with pytest.raises(ValueError, match="horizon_step must be -1, 0 or 1, got 2"):
        cells(simulated(3).assign(horizon_step=2))


def test_the_order_of_rows_does_not_matter():
    frame = with_steps(200, seed=2)
    shuffled = frame.sample(frac=1, random_state=1)
    one, other = (nested_laplace(cells(each), BOTH) for each in (frame, shuffled))
    np.testing.assert_array_equal(one.mean, other.mean)
    split = replace(cells(frame), covariates={})
    with pytest.raises(ValueError, match="the settings ask for"):
        nested_laplace(split, BOTH)


@pytest.mark.long
def test_the_two_roads_agree_with_covariates():
    frame = with_steps(600, seed=4)
    counted = cells(frame)
    # Enough draws that an end of an interval is known to 0.07 standard deviations; among so many
    # some diverge with longer steps.
    many = BOTH.model_copy(update={"draws": 4000, "target_accept": 0.99})
    sampled = fit(counted, many, seed=4).idata
    assert diagnose(sampled, BOTH.limits).passed
    quick = nested_laplace(counted, BOTH)
    one, other = effects_table(sampled), laplace_effects(quick)
    pd.testing.assert_frame_equal(
        one[["group", "level", "quantity"]], other[["group", "level", "quantity"]]
    )
    differences = {
        "map": apart(recalibration_map(sampled, GRID), laplace_map(quick, GRID)),
        "effects": apart(one, other),
        "judgments": apart(recalibrate(sampled, frame), laplace_recalibrate(quick, frame)),
    }
    print({name: found.round(3).to_dict() for name, found in differences.items()})  # noqa: T201
    for found in differences.values():
        assert (found < 0.2).all()
    assert (one["below"] - other["below"]).abs().max() < 0.05
