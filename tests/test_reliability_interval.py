import numpy as np
import pandas as pd
import pytest

from forecast_bench.reliability import (
    MEASURES,
    corp_decomposition,
    murphy_decomposition,
    reliability_interval,
)
from forecast_bench.scoring import brier_score

PHRASES = np.array([0.03, 0.15, 0.3, 0.45, 0.65, 0.85, 0.97])


def record_of(*, seed, questions=80, each=2):
    random = np.random.default_rng(seed)
    probability = random.choice(PHRASES, questions)
    outcome = (random.random(questions) < probability).astype(int)
    return {
        "probability": np.repeat(probability, each),
        "outcome": np.repeat(outcome, each),
        "question": np.repeat(np.arange(questions), each),
    }


@pytest.mark.parametrize("rule", ["brier", "log"])
def test_estimates_are_those_of_the_record(rule):
    record = record_of(seed=1)
    table = reliability_interval(**record, rule=rule, draws=20, seed=1)
    plain = {"probability": record["probability"], "outcome": record["outcome"]}
    corp, murphy = corp_decomposition(**plain, rule=rule), murphy_decomposition(**plain)
    assert table.index.tolist() == list(MEASURES)
    expected = [corp.score, corp.mcb, corp.dsc, corp.unc, murphy.ci, murphy.di]
    assert table["estimate"].tolist()[:6] == expected
    assert (table["low"] <= table["high"]).all()


def test_it_equals_a_plain_bootstrap_of_questions():
    record = pd.DataFrame(record_of(seed=2))
    random = np.random.default_rng(8)
    groups = [group for _, group in record.groupby("question")]
    scores, miscalibrations = [], []
    for _ in range(600):
        drawn = pd.concat([groups[i] for i in random.integers(0, len(groups), len(groups))])
        parts = corp_decomposition(probability=drawn["probability"], outcome=drawn["outcome"])
        scores.append(parts.score)
        miscalibrations.append(parts.mcb)
    table = reliability_interval(**record, draws=1500, seed=3)
    for name, plain in (("score", scores), ("mcb", miscalibrations)):
        low, high = np.quantile(plain, [0.05, 0.95])
        assert table.loc[name, "low"] == pytest.approx(low, abs=0.008)
        assert table.loc[name, "high"] == pytest.approx(high, abs=0.008)


def test_repeating_each_judgment_leaves_the_interval():
    once, often = record_of(seed=3, each=1), record_of(seed=3, each=5)
    tables = [reliability_interval(**record, draws=200, seed=4) for record in (once, often)]
    pd.testing.assert_frame_equal(*tables)


def test_the_normal_interval_of_independent_scores_is_near():
    record = record_of(seed=5, questions=2000, each=1)
    scores = brier_score(probability=record["probability"], outcome=record["outcome"])
    half = 1.6449 * scores.std() / np.sqrt(2000)
    row = reliability_interval(**record, draws=2000, seed=6).loc["score"]
    assert row["high"] - row["low"] == pytest.approx(2 * half, rel=0.08)


def test_a_shared_situation_widens_the_interval():
    record = record_of(seed=7, questions=200, each=1)
    situation = np.where(record["outcome"] == 1, "boom", "calm")
    alone = reliability_interval(**record, draws=300, seed=1)
    shared = reliability_interval(**record, situation=situation, draws=300, seed=1)
    width = [
        table.loc["in_the_large", "high"] - table.loc["in_the_large", "low"]
        for table in (alone, shared)
    ]
    assert width[1] > 3 * width[0]


def test_one_cluster_has_no_spread():
    table = reliability_interval(
        probability=[0.2, 0.3], outcome=[0, 0], question=["q", "q"], draws=10, seed=1
    )
    assert table[["low", "high"]].isna().all(axis=None)
    assert table["estimate"].notna().all()


@pytest.mark.parametrize("changed", [{"level": 0.0}, {"draws": 0}, {"question": ["a"]}])
def test_misuse_is_refused(changed):
    arguments = {"probability": [0.5, 0.6], "outcome": [1, 0], "question": ["a", "b"]}
    with pytest.raises(ValueError, match=r"level|draws|question"):
        reliability_interval(**({"draws": 5, "seed": 1} | arguments | changed))


@pytest.mark.slow
def test_it_holds_the_expected_score_as_often_as_it_says():
    held = []
    for seed in range(300):
        record = record_of(seed=seed, questions=150, each=3)
        row = reliability_interval(**record, draws=200, seed=seed).loc["score"]
        held.append(row["low"] <= (PHRASES * (1 - PHRASES)).mean() <= row["high"])
    assert 0.84 <= np.mean(held) <= 0.95
