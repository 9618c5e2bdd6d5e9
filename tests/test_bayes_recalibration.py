import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, gammaln, logit

from forecast_bench.bayes import (
    Cells,
    RecalibrationSettings,
    cells,
    diagnose,
    effects_table,
    fit,
    recalibrate,
    recalibration_map,
    recalibration_model,
    recalibration_state,
)

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


@pytest.mark.slow
def test_cells_are_sufficient(monkeypatch):
    monkeypatch.setattr("forecast_bench.bayes.model.STEER_FROM", 0)
    frame = simulated(120)
    first = recalibration_model(cells(frame), QUICK)
    second = recalibration_model(one_per_row(frame), QUICK)
    both = [model.compile_logp() for model in (first, second)]
    generator = np.random.default_rng(2)
    start = first.initial_point()
    differences = []
    for _ in range(5):
        point = {k: np.asarray(v) + generator.normal(0, 0.5, np.shape(v)) for k, v in start.items()}
        differences.append(float(both[0](point)) - float(both[1](point)))
    np.testing.assert_allclose(differences, differences[0], atol=1e-6)
    counted = cells(frame)
    n, y = counted.trials, counted.occurred
    # The constant is the number of orders in which each cell's events could have come.
    ways = (gammaln(n + 1) - gammaln(y + 1) - gammaln(n - y + 1)).sum()
    assert differences[0] == pytest.approx(ways, abs=1e-6)


@pytest.mark.slow
def test_same_seed_same_draws_here_and_elsewhere(tmp_path):
    counted = cells(simulated(200))
    first, second = (fit(counted, QUICK, seed=7) for _ in range(2))
    for name, values in first.idata["posterior"].dataset.data_vars.items():
        assert values.to_numpy().tobytes() == second.idata["posterior"][name].to_numpy().tobytes()
    simulated(200).to_csv(tmp_path / "rows.csv", index=False)
    code = """
import json, sys
import pandas as pd
from forecast_bench.bayes import RecalibrationSettings, cells, fit
rows = pd.read_csv(sys.argv[1])
made = fit(cells(rows), RecalibrationSettings(draws=300, tune=300), seed=7)
print(json.dumps(made.idata["posterior"]["log_slope"].to_numpy().ravel().tolist()))
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "rows.csv")],
        capture_output=True,
        text=True,
        check=True,
    )
    elsewhere = json.loads(done.stdout)  # nothing else may be on standard output
    assert elsewhere == first.idata["posterior"]["log_slope"].to_numpy().ravel().tolist()


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
        # 4,000 draws, at least 1,000 effective: an error of 4 standard errors is 0.13 sd.
        assert drawn.mean() == pytest.approx(mean, abs=0.13 * sd)
        assert drawn.std() == pytest.approx(sd, rel=0.1)


@pytest.mark.slow
def test_steering_leaves_the_posterior_alone(monkeypatch):
    monkeypatch.setattr("forecast_bench.bayes.model.STEER_FROM", 0)
    counted = cells(simulated(300))
    posteriors = [
        fit(counted, RecalibrationSettings(dense_limit=limit), seed=5).idata["posterior"]
        for limit in (200, 0)
    ]
    for name in ("intercept", "log_slope", "phrase_shift", "phrase_shift_scale"):
        steered, plain = (p[name].to_numpy().reshape(4000, -1) for p in posteriors)
        sd = plain.std(axis=0)
        np.testing.assert_array_less(np.abs(steered.mean(0) - plain.mean(0)), 0.2 * sd)
        np.testing.assert_allclose(steered.std(axis=0), sd, rtol=0.15)


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
    assert len(table) == 6 + 8 + 3 + 6
    found = recalibrate(made.idata, simulated(20, seed=9))
    assert ((found["low"] < found["median"]) & (found["median"] < found["high"])).all()


@pytest.mark.slow
def test_ranks_of_simulated_parameters_are_uniform():
    # Draw parameters from the prior, data from them, and rank them in their posterior (Talts et
    # al. 2018). One compilation serves all: the design is the same, only the counts change.
    import nutpie

    generator = np.random.default_rng(8)
    base = cells(simulated(600, seed=1))
    settings = RecalibrationSettings(topics=False, analyst_slopes=False)
    model = recalibration_model(base, settings)
    compiled = nutpie.compile_pymc_model(model)
    ranks = []
    for simulation in range(80):
        a, b = generator.normal(0, 0.5), generator.normal(0, 0.3)
        scales = np.abs(generator.normal(0, 0.3, 2))
        analysts = generator.normal(0, scales[0], 6)
        phrases = generator.normal(0, scales[1], 8)
        eta = a + analysts[base.analyst] + phrases[base.phrase] + np.exp(b) * base.log_odds
        drawn = generator.binomial(base.trials, expit(eta))
        made = nutpie.sample(
            compiled.with_data(counts=drawn),
            draws=300,
            tune=300,
            chains=2,
            cores=2,
            seed=simulation,
            progress_bar=False,
        )
        posterior = made["posterior"]
        ranks.append(
            [
                (posterior[name].to_numpy()[:, ::5] < true).mean()
                for name, true in (
                    ("intercept", a),
                    ("log_slope", b),
                    ("analyst_shift_scale", scales[0]),
                    ("phrase_shift_scale", scales[1]),
                )
            ]
        )
    for column in np.array(ranks).T:
        counted, _ = np.histogram(column, bins=8, range=(0, 1 + 1e-9))
        chi_square = ((counted - 10) ** 2 / 10).sum()
        # 7 degrees of freedom: 26.0 is the upper 0.0005 point, for four parameters at once.
        assert chi_square < 26.0
