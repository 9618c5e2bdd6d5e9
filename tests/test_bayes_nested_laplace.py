"""The posterior without sampling: against quadrature, against NUTS, and at the edges."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from scipy.special import expit, log_expit, logit

from forecast_bench.bayes import (
    Cells,
    RecalibrationSettings,
    cells,
    diagnose,
    effects_table,
    fit,
    laplace_effects,
    laplace_map,
    laplace_recalibrate,
    nested_laplace,
    recalibrate,
    recalibration_map,
)
from test_bayes_recalibration import NO_GROUPS, STATED, one_per_row, simulated

MODEL = RecalibrationSettings()
GRID = [0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98]
# From the width of a 90 % interval to a standard deviation.
WIDTH = 3.2897


def apart(one, other):
    """Largest difference of two tables of quantiles, in posterior standard deviations."""
    names = ["median", "low", "high"]
    spread = (one["high"] - one["low"]) / WIDTH
    return (one[names] - other[names]).abs().div(spread, axis=0).max()


def test_no_outcomes_leave_the_identity():
    found = nested_laplace(cells(simulated(5).head(0)), MODEL)
    table = laplace_map(found, GRID)
    np.testing.assert_allclose(table["median"], GRID, atol=1e-9)
    assert laplace_effects(found).empty
    assert found.weight.sum() == pytest.approx(1)
    # At 0.5 only the shift counts: 90 % of Normal(0, 0.5).
    assert table["high"][3] == pytest.approx(expit(1.644854 * 0.5), abs=1e-5)
    rows = simulated(6, seed=3)
    strangers = laplace_recalibrate(found, rows)
    np.testing.assert_allclose(strangers["median"], rows["probability"], atol=1e-9)
    average = laplace_map(found, rows["probability"])
    wider = (strangers["high"] - strangers["low"]).to_numpy()
    assert (wider > (average["high"] - average["low"]).to_numpy()).all()


def test_the_prior_on_scales_is_half_normal():
    found = nested_laplace(cells(simulated(5).head(0)), MODEL, nodes=6)
    for scale in found.scale.values():
        # Mean and standard deviation of a half-normal of scale 0.3, cut where it is faint.
        mean = found.weight @ scale
        assert mean == pytest.approx(0.3 * np.sqrt(2 / np.pi), rel=0.02)
        spread = np.sqrt(found.weight @ (scale - mean) ** 2)
        assert spread == pytest.approx(0.3 * np.sqrt(1 - 2 / np.pi), rel=0.05)


def by_quadrature(frame, model, grid):
    """Exact posterior of the two common effects, each on a fine grid."""
    z, y = logit(frame["probability"].to_numpy()), frame["outcome"].to_numpy()
    shift, slope = np.linspace(-2.4, 2.4, 97), np.linspace(-1.6, 1.4, 91)
    a, b = np.meshgrid(shift, slope, indexing="ij")
    log_odds = a[..., None] + np.exp(b)[..., None] * z
    told = (y * log_expit(log_odds) + (1 - y) * log_expit(-log_odds)).sum(axis=-1)
    density = np.exp(
        told - 0.5 * (a / model.intercept_scale) ** 2 - 0.5 * (b / model.log_slope_scale) ** 2
    )
    density /= density.sum()
    rows = []
    for stated in grid:
        line = (a + np.exp(b) * logit(stated)).ravel()
        order = np.argsort(line)
        mass = np.cumsum(density.ravel()[order])
        low, high = (line[order][np.searchsorted(mass, level)] for level in (0.05, 0.95))
        middle = _median(shift, density.sum(axis=1)) + np.exp(
            _median(slope, density.sum(axis=0))
        ) * logit(stated)
        rows.append((expit(middle), expit(low), expit(high)))
    return pd.DataFrame(rows, columns=["median", "low", "high"])


def _median(grid, mass):
    return np.interp(0.5, np.cumsum(mass) - mass / 2, grid)


def test_two_effects_agree_with_quadrature():
    model = RecalibrationSettings(**NO_GROUPS)
    frame = simulated(40, seed=2)
    exact = by_quadrature(frame, model, GRID)
    found = laplace_map(nested_laplace(cells(frame), model), GRID)
    assert (apart(exact, found) < 0.1).all()


def test_a_group_agrees_with_quadrature_over_its_scale():
    # Shifts of two analysts who state 0.5: a + a_j, with one scale. Given the scale the pair is
    # two-dimensional, so everything is summed on a grid.
    model = RecalibrationSettings(**{**NO_GROUPS, "analysts": True})
    hits, trials = np.array([14, 3]), np.array([20, 20])
    frame = pd.DataFrame(
        {
            "probability": 0.5,
            "outcome": np.concatenate([np.arange(20) < hit for hit in hits]).astype(int),
            "analyst": np.repeat(["first", "second"], 20),
            "phrase": "even chance",
            "topic": "t",
        }
    )
    value = np.linspace(-3, 3, 241)
    first, second = np.meshgrid(value, value, indexing="ij")
    density = 0.0
    for scale in np.linspace(0.0075, 1.2, 80):
        own, shared = 0.25 + scale**2, 0.25
        determinant = own**2 - shared**2
        square = (own * (first**2 + second**2) - 2 * shared * first * second) / determinant
        density = density + np.exp(-0.5 * square - 0.5 * (scale / 0.3) ** 2) / np.sqrt(determinant)
    for place, (hit, of) in zip((first, second), zip(hits, trials, strict=True), strict=True):
        density = density * np.exp(hit * log_expit(place) + (of - hit) * log_expit(-place))
    mass = density.sum(axis=1) / density.sum()
    exact = [np.interp(level, np.cumsum(mass) - mass / 2, value) for level in (0.5, 0.05, 0.95)]
    found = laplace_recalibrate(nested_laplace(cells(frame), model), frame).iloc[0]
    spread = (exact[2] - exact[1]) / WIDTH
    for name, wanted in zip(("median", "low", "high"), exact, strict=True):
        assert logit(found[name]) == pytest.approx(wanted, abs=0.1 * spread)


def test_neither_order_nor_splitting_of_cells_matters():
    frame = simulated(150, seed=4)
    whole = nested_laplace(cells(frame), MODEL)
    shuffled = nested_laplace(cells(frame.sample(frac=1, random_state=1)), MODEL)
    np.testing.assert_array_equal(whole.mean, shuffled.mean)
    split = nested_laplace(one_per_row(frame), MODEL)
    np.testing.assert_allclose(whole.weight, split.weight, rtol=1e-6)
    np.testing.assert_allclose(whole.mean, split.mean, atol=1e-7)
    pd.testing.assert_frame_equal(laplace_effects(whole), laplace_effects(split), atol=1e-6)


@pytest.mark.parametrize("outcome", [0, 1])
@pytest.mark.parametrize("number", [1, 30, 3000])
def test_all_hits_or_none_stay_finite(outcome, number):
    rows = simulated(number, seed=5).assign(outcome=outcome)
    found = nested_laplace(cells(rows), MODEL)
    table = laplace_recalibrate(found, rows)
    assert np.isfinite(table.to_numpy()).all()
    assert (table["low"] < table["median"]).all()
    assert (table["median"] < table["high"]).all()
    moved = table["median"] - rows["probability"]
    assert (moved > 0).all() if outcome else (moved < 0).all()


@settings(deadline=None, max_examples=15)
@given(
    some.lists(
        some.tuples(some.floats(1e-6, 1 - 1e-6), some.integers(0, 1), some.sampled_from("abc")),
        max_size=40,
    )
)
def test_whatever_is_said_has_an_ordered_interval_and_a_rising_map(said):
    rows = pd.DataFrame(said, columns=["probability", "outcome", "analyst"])
    rows = rows.assign(phrase=rows["probability"].map("{:.1f}".format), topic="t")
    found = nested_laplace(cells(rows), MODEL, nodes=2)
    table = laplace_map(found, GRID)
    assert table["median"].is_monotonic_increasing
    assert ((table["low"] < table["median"]) & (table["median"] < table["high"])).all()


def test_what_cannot_be_is_refused():
    counted = cells(simulated(20))
    with pytest.raises(ValueError, match="nodes must be 1 or more, got 0"):
        nested_laplace(counted, MODEL, nodes=0)
    with pytest.raises(ValueError, match="between 0 and its trials"):
        nested_laplace(replace(counted, occurred=counted.trials + 1), MODEL)
    with pytest.raises(ValueError, match="must be finite"):
        nested_laplace(replace(counted, log_odds=counted.log_odds + np.inf), MODEL)
    with pytest.raises(ValueError, match="inside"):
        laplace_map(nested_laplace(counted, MODEL), [1.0])


@pytest.mark.slow
@pytest.mark.parametrize(("outcomes", "seed"), [(60, 1), (400, 2), (2000, 3)])
def test_nested_laplace_agrees_with_sampling(outcomes, seed):
    frame = simulated(outcomes, seed=seed)
    counted = cells(frame)
    sampled = fit(counted, MODEL, seed=4).idata
    quick = nested_laplace(counted, MODEL)
    differences = {
        "map": apart(recalibration_map(sampled, GRID), laplace_map(quick, GRID)),
        "effects": apart(effects_table(sampled), laplace_effects(quick)),
        "judgments": apart(recalibrate(sampled, frame), laplace_recalibrate(quick, frame)),
    }
    print(outcomes, {name: one.round(3).to_dict() for name, one in differences.items()})  # noqa: T201
    for one in differences.values():
        assert (one < 0.2).all()


@pytest.mark.long
def test_medians_of_both_roads_agree_on_a_million_outcomes():
    # Counts drawn for each cell, since a million rows say no more.
    generator = np.random.default_rng(1)
    analyst, phrase, topic = (
        one.ravel() for one in np.meshgrid(np.arange(20), np.arange(8), np.arange(5), indexing="ij")
    )
    shift = sum(
        generator.normal(0, scale, size)[code]
        for scale, size, code in ((0.3, 20, analyst), (0.2, 8, phrase), (0.2, 5, topic))
    )
    slope = np.exp(-0.3 + generator.normal(0, 0.2, 20)[analyst])
    stated = logit(STATED[phrase])
    trials = np.full(stated.size, 1250)
    counted = Cells(
        log_odds=stated,
        analyst=analyst,
        phrase=phrase,
        topic=topic,
        trials=trials,
        occurred=generator.binomial(trials, expit(0.1 + shift + slope * stated)),
        **{
            f"{name}s": tuple(f"{name} {at:02d}" for at in range(size))
            for name, size in (("analyst", 20), ("phrase", 8), ("topic", 5))
        },
    )
    sampled, quick = fit(counted, MODEL, seed=4).idata, nested_laplace(counted, MODEL)
    verdict = diagnose(sampled, MODEL.limits)
    assert verdict.passed, verdict.reasons
    differences = {
        "map": apart(recalibration_map(sampled, GRID), laplace_map(quick, GRID)),
        "effects": apart(effects_table(sampled), laplace_effects(quick)),
    }
    print({name: one.round(3).to_dict() for name, one in differences.items()})  # noqa: T201
    for one in differences.values():
        assert one["median"] < 0.2
        # Ends of intervals were up to 0.36 off. More points along the scales do not change them.
        assert (one < 0.45).all()
