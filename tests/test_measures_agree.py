"""The measures of known records beside independent software, to a millionth, in any order."""

import csv
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scoringrules
from hypothesis import given, settings
from hypothesis import strategies as st
from model_diagnostics.scoring import ElementaryScore, LogLoss, SquaredError, decompose
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from forecast_bench.reliability import isotonic_curve, murphy_gain, summary
from forecast_bench.scoring import LOG_SCORE_CLAMP

NFL = Path("/work/shared/data/538-nfl-forecasts.csv")
FIXTURE = {
    "probability": [
        *(0.7, 0.7, 0.7, 0.9, 0.9, 0.9, 0.2, 0.2, 0.2, 0.55, 0.05, 0.95, 0.85, 0.85, 0.4),
    ],
    "outcome": [1, 1, 0, 1, 1, 1, 0, 0, 1, 0, 0, 1, 1, 0, 0],
}
TOY = {
    "probability": np.repeat([0.1, 0.5, 0.9], [40, 20, 40]),
    "outcome": np.repeat([1, 0, 1, 0, 1, 0], [2, 38, 11, 9, 38, 2]),
}
TIED = st.lists(
    st.tuples(st.sampled_from([0.02, 0.15, 0.3, 0.45, 0.65, 0.85, 0.97]), st.integers(0, 1)),
    min_size=4,
    max_size=80,
).filter(lambda rows: len({outcome for _, outcome in rows}) == 2)


def tied(seed, n):
    random = np.random.default_rng(seed)
    probability = random.choice([0.03, 0.15, 0.3, 0.45, 0.65, 0.85, 0.97], n)
    return {"probability": probability, "outcome": (random.random(n) < probability).astype(int)}


def agrees(record):
    frame = pd.DataFrame(record)
    found = summary(frame)
    stated, outcome = (frame[name].to_numpy(float) for name in ("probability", "outcome"))
    near = {"abs": 1e-6}
    assert found.brier == pytest.approx(brier_score_loss(outcome, stated), **near)
    assert found.brier == pytest.approx(scoringrules.brier_score(outcome, stated).mean(), **near)
    clamped = np.clip(stated, *LOG_SCORE_CLAMP)
    assert found.log_score == pytest.approx(log_loss(outcome, clamped), **near)
    assert found.log_score == pytest.approx(scoringrules.log_score(outcome, clamped).mean(), **near)
    assert found.roc_area == pytest.approx(roc_auc_score(outcome, stated), **near)
    parts = decompose(outcome, stated, scoring_function=SquaredError(), functional="mean")
    assert found.mcb == pytest.approx(parts["miscalibration"].item(), **near)
    assert found.dsc == pytest.approx(parts["discrimination"].item(), **near)
    assert found.unc == pytest.approx(parts["uncertainty"].item(), **near)
    logs = decompose(outcome, clamped, scoring_function=LogLoss(), functional="mean")
    curve = isotonic_curve(probability=stated, outcome=outcome)
    # only here the fit is clamped too, which costs at most the clamp's own score
    inside = curve["recalibrated"].between(*LOG_SCORE_CLAMP).all()
    tolerance = 1e-6 if inside else -np.log1p(-LOG_SCORE_CLAMP[0]) + 1e-6
    assert found.log_mcb == pytest.approx(logs["miscalibration"].item(), abs=tolerance)
    assert found.log_dsc == pytest.approx(logs["discrimination"].item(), abs=tolerance)
    assert found.log_unc == pytest.approx(logs["uncertainty"].item(), **near)
    fit = IsotonicRegression(y_min=0, y_max=1).fit(
        curve["probability"], curve["frequency"], sample_weight=curve["n"]
    )
    np.testing.assert_allclose(fit.predict(curve["probability"]), curve["recalibrated"], atol=1e-6)


def in_every_order(record, orders=5):
    frame = pd.DataFrame(record)
    said = {
        json.dumps(summary(frame.sample(frac=1, random_state=order)).model_dump())
        for order in range(orders)
    }
    said.add(json.dumps(summary(frame).model_dump()))
    assert len(said) == 1


KNOWN = {"toy": TOY, "fixture": FIXTURE} | {f"tied {n}": tied(n, n) for n in (50, 500, 5000)}


@pytest.mark.parametrize("record", KNOWN.values(), ids=KNOWN)
def test_known_records_agree_in_every_order(record):
    agrees(record)
    in_every_order(record)


@settings(max_examples=60, deadline=None)
@given(TIED)
def test_records_with_heavy_ties_agree(rows):
    probability, outcome = zip(*rows, strict=True)
    agrees({"probability": probability, "outcome": outcome})
    in_every_order({"probability": probability, "outcome": outcome}, orders=2)


def test_the_fixture_by_hand():
    found = summary(pd.DataFrame(FIXTURE))
    assert (found.brier, found.log_score) == pytest.approx((0.1755, 0.517379), abs=1e-6)
    assert (found.mcb, found.dsc, found.unc) == pytest.approx(
        (0.042167, 0.115556, 0.248889), abs=1e-6
    )
    assert found.roc_area == pytest.approx(_pairs(FIXTURE), abs=1e-12)


def test_the_toy_by_hand():
    found = summary(pd.DataFrame(TOY))
    # 51 occurred, 49 did not: .9 beats 47, ties 2; .5 beats 38, ties 9; .1 ties 38
    area = (38 * (47 + 1) + 11 * (38 + 4.5) + 2 * 19) / (51 * 49)
    assert found.roc_area == pytest.approx(area, abs=1e-12)
    assert found.mean_occurred == pytest.approx((2 * 0.1 + 11 * 0.5 + 38 * 0.9) / 51)
    assert found.mean_not == pytest.approx((38 * 0.1 + 9 * 0.5 + 2 * 0.9) / 49)
    assert (found.brier, found.vi, found.ci, found.di) == pytest.approx(
        (0.09, 0.2499, 0.0025, 0.1624), abs=1e-12
    )
    assert (found.ndi, found.andi) == pytest.approx((0.64986, 0.64271), abs=5e-6)
    assert (found.in_the_large, found.over_under) == pytest.approx((-0.01, -0.05), abs=1e-12)


def test_gains_over_base_rates_are_those_of_model_diagnostics():
    random = np.random.default_rng(3)
    base = random.choice([0.1, 0.4, 0.6], 500)
    record = tied(3, 500)
    stated, outcome = record["probability"], record["outcome"].astype(float)
    thresholds = [0.07, 0.2, 0.35, 0.5, 0.71, 0.9]
    found = murphy_gain(
        probability=stated, reference=base, outcome=record["outcome"], threshold=thresholds
    )
    for threshold, gain in zip(found["threshold"], found["gain"], strict=True):
        score = ElementaryScore(eta=threshold, functional="mean")
        expected = score(outcome, base) - score(outcome, stated)
        assert gain == pytest.approx(expected, abs=1e-6)


def _pairs(record):
    stated, outcome = np.array(record["probability"]), np.array(record["outcome"])
    yes, no = stated[outcome == 1], stated[outcome == 0]
    return ((yes[:, None] > no) + (yes[:, None] == no) / 2).mean()


@pytest.mark.skipif(not NFL.exists(), reason="the file of forecasts is not here")
def test_forecasts_of_games_agree_in_every_order():
    with NFL.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    games = [row for row in rows if row["prob1_outcome"] in ("0", "1")]
    record = {
        "probability": [float(row["prob1"]) for row in games],
        "outcome": [int(row["prob1_outcome"]) for row in games],
    }
    assert len(games) > 1800
    agrees(record)
    in_every_order(record, orders=2)
    rounded = {**record, "probability": np.round(record["probability"], 1)}
    agrees(rounded)
    in_every_order(rounded, orders=2)
