import os
import subprocess
import sys
from dataclasses import replace

import arviz
import numpy as np
import pandas as pd
import pytensor
import pytest
import xarray
from scipy import stats
from scipy.special import expit, gammaln, logit

from forecast_bench.bayes import (
    Cells,
    RecalibrationSettings,
    cells,
    diagnose,
    effects_table,
    fit,
    load,
    recalibrate,
    recalibration_map,
    recalibration_model,
    recalibration_state,
    save,
    stored_variables,
)
from forecast_bench.bayes import model as model_of_cells

STATED = np.array([0.03, 0.15, 0.3, 0.45, 0.55, 0.65, 0.85, 0.97])
NO_GROUPS = {"analysts": False, "analyst_slopes": False, "phrases": False, "topics": False}
QUICK = RecalibrationSettings(draws=300, tune=300)


def simulated(outcomes, *, seed=0, intercept=0.1, log_slope=-0.3, group=1.0):
    generator = np.random.default_rng(seed)
    analyst, phrase, topic = (generator.integers(0, size, outcomes) for size in (6, 8, 3))
    shift = (
        generator.normal(0, 0.3, 6)[analyst]
        + generator.normal(0, 0.2, 8)[phrase]
        + generator.normal(0, 0.2, 3)[topic]
    )
    slope = np.exp(log_slope + group * generator.normal(0, 0.2, 6)[analyst])
    true = expit(intercept + group * shift + slope * logit(STATED[phrase]))
    return pd.DataFrame(
        {
            "probability": STATED[phrase],
            "outcome": (generator.random(outcomes) < true).astype(int),
            "analyst": np.char.mod("analyst %d", analyst),
            "phrase": np.char.mod("phrase %d", phrase),
            "topic": np.char.mod("topic %d", topic),
        }
    )


def one_per_row(frame):
    coded = {n: np.unique(frame[n], return_inverse=True) for n in ("analyst", "phrase", "topic")}
    return Cells(
        log_odds=logit(frame["probability"].to_numpy()),
        trials=np.ones(len(frame), dtype=np.int64),
        occurred=frame["outcome"].to_numpy(dtype=np.int64),
        **{name: codes.astype(np.int64) for name, (_, codes) in coded.items()},
        **{f"{name}s": tuple(map(str, found)) for name, (found, _) in coded.items()},
    )


def test_no_outcomes_leave_the_identity():
    empty = fit(cells(simulated(5).head(0)), QUICK, seed=1)
    grid = np.linspace(0.01, 0.99, 25)
    found = recalibration_map(empty.idata, grid)
    np.testing.assert_allclose(found["median"], grid, atol=1e-12)
    assert (found["low"] < grid).all()
    assert (found["high"] > grid).all()
    verdict = diagnose(empty.idata, QUICK.limits)
    assert verdict.e_bfmi is None
    state = recalibration_state(empty.idata, verdict, questions=0)
    assert state.state == "inactive"
    assert state.reason == "Cannot be told yet: 0 distinct questions have resolved, 50 are needed."
    assert state.slope == pytest.approx(1, abs=1e-12)
    assert state.gain is None
    assert effects_table(empty.idata).empty
    # At 0.5 only the shift counts: 90 % of Normal(0, 0.5) lies within 1.645 * 0.5.
    half = found.loc[(found["probability"] - 0.5).abs().idxmin()]
    assert half["high"] == pytest.approx(expit(1.645 * 0.5), abs=0.03)


def test_strangers_and_domain():
    empty = fit(cells(simulated(5).head(0)), QUICK, seed=1)
    rows = simulated(5, seed=3)
    found = recalibrate(empty.idata, rows.drop(columns="outcome"))
    np.testing.assert_allclose(found["median"], rows["probability"], atol=1e-12)
    average = recalibration_map(empty.idata, rows["probability"])
    width = (found["high"] - found["low"]).to_numpy()
    assert (width > (average["high"] - average["low"]).to_numpy()).all()
    with pytest.raises(ValueError, match="inside"):
        recalibration_map(empty.idata, [0.5, 1.0])
    with pytest.raises(ValueError, match="seed"):
        fit(cells(rows), QUICK, seed=-1)


def test_impossible_counts_are_refused():
    counted = cells(simulated(20))
    broken = counted.occurred.astype(float)
    broken[0] = np.nan
    with pytest.raises(ValueError, match="between 0 and its trials"):
        recalibration_model(replace(counted, occurred=broken), QUICK)
    with pytest.raises(ValueError, match="at least one cell"):
        recalibration_model(cells(simulated(20).head(0)), QUICK)


def log_density(model):
    # Python's own linker: nothing is compiled for a handful of evaluations.
    return model.compile_logp(mode=pytensor.compile.mode.Mode(linker="py", optimizer=None))


def points(model, number=3):
    generator = np.random.default_rng(2)
    start = model.initial_point()
    for _ in range(number):
        yield {k: np.asarray(v) + generator.normal(0, 0.5, np.shape(v)) for k, v in start.items()}


def test_cells_are_sufficient():
    frame = simulated(120)
    counted = cells(frame)
    first = recalibration_model(counted, QUICK)
    by_cell, by_row = (
        log_density(first),
        log_density(recalibration_model(one_per_row(frame), QUICK)),
    )
    n, y = counted.trials, counted.occurred
    # The constant is the number of orders in which each cell's events could have come.
    ways = (gammaln(n + 1) - gammaln(y + 1) - gammaln(n - y + 1)).sum()
    for point in points(first):
        assert float(by_cell(point)) - float(by_row(point)) == pytest.approx(ways, abs=1e-6)


def test_density_is_the_one_written_down():
    counted = cells(simulated(60))
    model = recalibration_model(counted, RecalibrationSettings())
    density = log_density(model)
    for point in points(model):
        scales = {
            name: np.exp(point[f"{name}_scale_log__"])
            for name in ("analyst_shift", "topic_shift", "phrase_shift", "analyst_log_slope")
        }
        effect = {name: scale * point[f"{name}_unit"] for name, scale in scales.items()}
        slope = np.exp(point["log_slope"] + effect["analyst_log_slope"][counted.analyst])
        eta = (
            point["intercept"]
            + effect["analyst_shift"][counted.analyst]
            + effect["topic_shift"][counted.topic]
            + effect["phrase_shift"][counted.phrase]
            + slope * counted.log_odds
        )
        by_hand = (
            stats.binom(counted.trials, expit(eta)).logpmf(counted.occurred).sum()
            + stats.norm(0, 0.5).logpdf(point["intercept"])
            + stats.norm(0, 0.3).logpdf(point["log_slope"])
        )
        for name, scale in scales.items():
            # A scale moves on its logarithm: the Jacobian is the scale itself.
            by_hand += stats.halfnorm(0, 0.3).logpdf(scale) + np.log(scale)
            by_hand += stats.norm(0, 1).logpdf(point[f"{name}_unit"]).sum()
        assert float(density(point)) == pytest.approx(by_hand, rel=1e-9)


def test_a_group_with_plenty_of_outcomes_is_centred(monkeypatch):
    counted = cells(simulated(60))
    settings = RecalibrationSettings()
    assert model_of_cells.centred_groups(counted, settings) == ()
    million = replace(counted, trials=counted.trials * 20_000)
    # Three topics are too few to be told from the common shift.
    centred = ("analyst_shift", "phrase_shift", "analyst_log_slope")
    assert model_of_cells.centred_groups(million, settings) == centred
    assert (
        model_of_cells.centred_groups(million, RecalibrationSettings(analysts=False)) == centred[1:]
    )
    # The density is the same, with effects in place of units.
    plain = log_density(recalibration_model(counted, settings))
    monkeypatch.setattr(model_of_cells, "PLENTY", 1)
    model = recalibration_model(counted, settings)
    assert {v.name for v in model.free_RVs} >= {*centred, "topic_shift_unit"}
    density = log_density(model)
    for point in points(model):
        units = {k: v for k, v in point.items() if k not in centred}
        jacobian = 0.0
        for name in centred:
            scale = np.exp(point[f"{name}_scale_log__"])
            units[f"{name}_unit"] = point[name] / scale
            jacobian += np.size(point[name]) * np.log(scale)
        assert float(density(point)) == pytest.approx(float(plain(units)) - jacobian, rel=1e-9)


@pytest.mark.parametrize("off", ["analysts", "analyst_slopes", "phrases", "topics"])
def test_a_group_switched_off_is_not_in_the_model(off):
    chosen = RecalibrationSettings(**{off: False})
    model = recalibration_model(cells(simulated(60)), chosen)
    named = {v.name for v in model.unobserved_RVs}
    assert set(stored_variables(chosen)) <= named
    left = set(stored_variables(RecalibrationSettings())) - set(stored_variables(chosen))
    assert len(left) == 2
    assert not left & named


def test_known_members_are_recalibrated_by_their_effects():
    # One draw repeated: a = 0.1, exp(b) = 0.8; ada shifts by 0.2 and halves the slope.
    shape = (2, 4)
    made = arviz.from_dict(
        {
            "posterior": {
                "intercept": np.full(shape, 0.1),
                "log_slope": np.full(shape, np.log(0.8)),
                "analyst_shift_scale": np.full(shape, 1e-12),
                "analyst_shift": np.full((*shape, 1), 0.2),
                "analyst_log_slope_scale": np.full(shape, 1e-12),
                "analyst_log_slope": np.full((*shape, 1), np.log(0.5)),
            }
        },
        dims={"analyst_shift": ["analyst"], "analyst_log_slope": ["analyst"]},
        coords={"analyst": ["ada"]},
    )
    made.attrs.update(settings=RecalibrationSettings().model_dump_json(), seed=1)
    rows = pd.DataFrame({"probability": [0.9, 0.9], "analyst": ["ada", "lee"]}, index=[7, 3])
    found = recalibrate(made, rows.assign(phrase="p", topic="t"))
    # ada: 0.1 + 0.2 + 0.4 log 9 = 1.178890; lee, unknown: 0.1 + 0.8 log 9 = 1.857780
    assert found.index.tolist() == [7, 3]
    assert logit(found["median"]).tolist() == pytest.approx([1.178890, 1.857780], abs=1e-6)
    assert found["low"].tolist() == pytest.approx(found["median"].tolist())
    table = effects_table(made).set_index(["group", "quantity"])
    assert table.loc[("analyst", "shift"), "median"] == pytest.approx(0.2)
    assert table.loc[("analyst", "slope"), "median"] == pytest.approx(0.4)
    assert table.loc[("analyst", "slope"), "statement"].startswith("over-confident")


def test_a_phrase_has_a_slope_and_each_direction_its_probability():
    # Two draws in four say one thing, two another: a = 0.1, exp(b) = 0.8, and d = 0.2 or 0.6.
    shape = (2, 4)
    shift = np.array([[0.2, 0.6, 0.2, 0.6], [0.6, 0.2, 0.6, 0.2]])[..., None]
    made = arviz.from_dict(
        {
            "posterior": {
                "intercept": np.full(shape, 0.1),
                "log_slope": np.full(shape, np.log(0.8)),
                "phrase_shift_scale": np.full(shape, 0.1),
                "phrase_shift": np.concatenate([shift, -shift, shift], axis=-1),
            },
            "constant_data": {
                "stated_log_odds": logit([0.9, 0.2, 0.52, 0.5]),
                "phrase_code": np.array([0, 1, 2, 2]),
                "trials": np.array([3, 4, 1, 1]),
            },
        },
        dims={"phrase_shift": ["phrase"]},
        coords={"phrase": ["likely", "unlikely", "even"]},
    )
    settings = RecalibrationSettings(analysts=False, analyst_slopes=False, topics=False)
    made.attrs.update(settings=settings.model_dump_json(), seed=1, outcomes=9)
    table = effects_table(made).set_index(["level", "quantity"])
    # likely: (0.1 + d) / log 9 + 0.8 = 0.936536 or 1.118584; unlikely: (0.1 - d) / -log 4 + 0.8.
    assert table.loc[("likely", "slope"), "median"] == pytest.approx((0.936536 + 1.118584) / 2)
    assert table.loc[("likely", "slope"), ["below", "above"]].tolist() == [0.5, 0.5]
    assert table.loc[("likely", "slope"), "statement"] == (
        "cannot be told yet (posterior probability of over-confidence 0.50)"
    )
    assert table.loc[("unlikely", "slope"), "low"] == pytest.approx(0.872135, abs=1e-6)
    assert table.loc[("unlikely", "slope"), "below"] == 0.5
    assert table.loc[("unlikely", "shift"), "statement"] == (
        "true less often than for the team (posterior probability 1.00)"
    )
    # Near an even chance there is no slope to speak of.
    assert ("even", "slope") not in table.index
    assert ("even", "shift") in table.index


@pytest.fixture(scope="module")
def fitted():
    return fit(cells(simulated(200)), RecalibrationSettings(), seed=7)


@pytest.mark.slow
def test_same_draws_whatever_the_process(tmp_path, fitted):
    # Sets of Python are ordered by the hash seed and by addresses: neither may reach the draws.
    simulated(200).to_parquet(tmp_path / "rows.parquet")
    code = """
import sys
from pathlib import Path
import pandas as pd
from forecast_bench.bayes import RecalibrationSettings, cells, fit, save
folder = Path(sys.argv[1])
rows = pd.read_parquet(folder.parent / "rows.parquet")
save(fit(cells(rows), RecalibrationSettings(), seed=7, cache=folder).idata, folder / "fit.nc")
"""
    for hash_seed in ("0", "1"):
        folder = tmp_path / hash_seed
        done = subprocess.run(
            [sys.executable, "-c", code, str(folder)],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTENSOR_FLAGS": ""},
        )
        assert done.stdout == ""
        elsewhere = load(folder / "fit.nc")
        for group in ("posterior", "sample_stats"):
            for name, values in fitted.idata[group].dataset.data_vars.items():
                same = elsewhere[group][name].to_numpy().tobytes() == values.to_numpy().tobytes()
                assert same, (hash_seed, group, name)


@pytest.mark.slow
def test_seed_decides(fitted):
    counted = cells(simulated(200))
    again, other = (fit(counted, RecalibrationSettings(), seed=seed) for seed in (7, 8))
    first = fitted.idata["posterior"]["log_slope"].to_numpy()
    assert again.idata["posterior"]["log_slope"].to_numpy().tobytes() == first.tobytes()
    assert other.idata["posterior"]["log_slope"].to_numpy().tobytes() != first.tobytes()


@pytest.mark.slow
def test_a_fit_survives_the_disk(tmp_path, fitted):
    again = load(save(fitted.idata, tmp_path / "fit.nc"))
    xarray.testing.assert_identical(again, fitted.idata)
    posterior = again["posterior"].dataset
    documented = stored_variables(RecalibrationSettings())
    assert list(posterior.data_vars) == list(documented)
    assert {name: posterior[name].attrs["description"] for name in posterior} == documented
    rows = simulated(20, seed=9)
    pd.testing.assert_frame_equal(recalibrate(again, rows), recalibrate(fitted.idata, rows))


@pytest.mark.slow
@pytest.mark.parametrize(("outcomes", "analysts"), [(10, 1), (200, 6), (2000, 20)])
def test_default_settings_pass_the_diagnostics(outcomes, analysts):
    frame = simulated(outcomes, seed=5)
    frame["analyst"] = [f"analyst {row % analysts:02d}" for row in range(outcomes)]
    made = fit(cells(frame), RecalibrationSettings(), seed=11)
    verdict = diagnose(made.idata, RecalibrationSettings().limits)
    assert verdict.passed, verdict.reasons


@pytest.mark.slow
def test_agrees_with_quadrature():
    frame = simulated(150, group=0.0)
    settings = RecalibrationSettings(**NO_GROUPS)
    made = fit(cells(frame), settings, seed=3)
    assert diagnose(made.idata, settings.limits).passed
    # Posterior of (a, b) on a dense grid, from the rows and the priors alone.
    a, b = np.meshgrid(np.linspace(-1.5, 1.5, 301), np.linspace(-1.5, 1.2, 301), indexing="ij")
    height = -(a**2) / (2 * 0.5**2) - b**2 / (2 * 0.3**2)
    for z, y in zip(logit(frame["probability"]), frame["outcome"], strict=True):
        eta = a + np.exp(b) * z
        height += y * eta - np.logaddexp(0, eta)
    weight = np.exp(height - height.max())
    weight /= weight.sum()
    for name, values in (("intercept", a), ("log_slope", b)):
        mean = (weight * values).sum()
        sd = np.sqrt((weight * (values - mean) ** 2).sum())
        drawn = made.idata["posterior"][name].to_numpy()
        # 8,000 draws, at least 1,000 effective: an error of 4 standard errors is 0.13 sd.
        assert drawn.mean() == pytest.approx(mean, abs=0.13 * sd)
        assert drawn.std() == pytest.approx(sd, rel=0.1)


@pytest.mark.slow
def test_recovers_known_parameters():
    made = fit(cells(simulated(5000, seed=4)), RecalibrationSettings(), seed=3)
    verdict = diagnose(made.idata, RecalibrationSettings().limits)
    assert verdict.passed, verdict.reasons
    posterior = made.idata["posterior"]
    for name, true in (
        ("intercept", 0.1),
        ("log_slope", -0.3),
        ("analyst_shift_scale", 0.3),
        ("phrase_shift_scale", 0.2),
        ("analyst_log_slope_scale", 0.2),
    ):
        low, high = np.quantile(posterior[name].to_numpy(), [0.005, 0.995])
        assert low < true < high, name
    state = recalibration_state(made.idata, verdict, questions=5000)
    assert state.state == "candidate"
    table = effects_table(made.idata)
    assert set(table["group"]) == {"analyst", "phrase", "topic"}
    # Shifts of all groups, slopes of analysts and of phrases.
    assert len(table) == 6 + 8 + 3 + 6 + 8
    found = recalibrate(made.idata, simulated(20, seed=9))
    assert ((found["low"] < found["median"]) & (found["median"] < found["high"])).all()


@pytest.mark.slow
def test_ranks_of_simulated_parameters_are_uniform():
    # Draw parameters from the prior, data from them, and rank them in their posterior (Talts et
    # al. 2018). One compilation serves all: the design is the same, only the counts change.
    import nutpie

    generator = np.random.default_rng(8)
    base = cells(simulated(600, seed=1))
    compiled = nutpie.compile_pymc_model(recalibration_model(base, RecalibrationSettings()))
    sizes = {"analyst_shift": 6, "topic_shift": 3, "phrase_shift": 8, "analyst_log_slope": 6}
    ranks = []
    for simulation in range(120):
        true = {"intercept": generator.normal(0, 0.5), "log_slope": generator.normal(0, 0.3)}
        for name, size in sizes.items():
            true[f"{name}_scale"] = abs(generator.normal(0, 0.3))
            true[name] = generator.normal(0, true[f"{name}_scale"], size)
        shift = (
            true["intercept"]
            + true["analyst_shift"][base.analyst]
            + true["topic_shift"][base.topic]
            + true["phrase_shift"][base.phrase]
        )
        slope = np.exp(true["log_slope"] + true["analyst_log_slope"][base.analyst])
        made = nutpie.sample(
            compiled.with_data(
                counts=generator.binomial(base.trials, expit(shift + slope * base.log_odds))
            ),
            draws=300,
            tune=300,
            chains=2,
            cores=2,
            seed=simulation,
            progress_bar=False,
        )
        # Every fourth draw, 127 of them: 128 ranks, 16 in each of 8 bins.
        ranks.append(
            [
                (_first(made["posterior"][name].to_numpy())[::4][:127] < _first(value)).sum()
                for name, value in true.items()
            ]
        )
    for column in np.array(ranks).T:
        counted, _ = np.histogram(column, bins=8, range=(0, 128))
        chi_square = ((counted - 15) ** 2 / 15).sum()
        # 7 degrees of freedom: 26.0 is the upper 0.0005 point, for ten parameters at once.
        assert chi_square < 26.0


def _first(values):
    """Draws of a variable, of its first member where it has several; one number for a truth."""
    values = np.asarray(values)
    if values.ndim == 0:
        return values
    if values.ndim == 1:
        return values[0]
    return values.reshape(values.shape[0] * values.shape[1], -1)[:, 0]
