import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import roc_auc_score

from forecast_bench.reliability import (
    CONVENTIONS,
    NO_FAULT,
    TOO_FEW,
    cell_table,
    horizon_of,
    scores_over_time,
    summary,
)

VALUES = [0.03, 0.15, 0.3, 0.5, 0.65, 0.85, 0.97]


def record_of(*, seed, n=120, stated=lambda p: p, **columns):
    random = np.random.default_rng(seed)
    truth = random.choice(VALUES, n)
    outcome = (random.random(n) < truth).astype(int)
    return pd.DataFrame({"probability": stated(truth), "outcome": outcome, **columns})


# intervals


def test_an_interval_by_hand():
    # p - y: -.5, -.5, .5, .5 (independent): variance of the mean 4/3 * 4 * (.5/4)^2 = 1/12,
    # Student's t with 3 degrees at .95: 2.3534
    whole = summary(pd.DataFrame({"probability": [0.5] * 4, "outcome": [1, 1, 0, 0]}))
    half = 2.353363 * np.sqrt(1 / 12)
    assert (whole.in_the_large_low, whole.in_the_large_high) == pytest.approx((-half, half))
    # every score is .25, whichever way it comes out: no luck in it
    assert (whole.brier_low, whole.brier_high) == (0.25, 0.25)


def test_a_record_where_all_went_as_expected_is_not_certain():
    # 40 of .9, all came true: nothing varies, so the interval is that of luck: .3 / sqrt(40)
    frame = pd.DataFrame({"probability": [0.9] * 40, "outcome": [1] * 40})
    whole = summary(frame)
    half = stats.t.ppf(0.95, 39) * 0.3 / np.sqrt(40)
    assert whole.in_the_large == pytest.approx(-0.1)
    assert whole.in_the_large_high - whole.in_the_large == pytest.approx(half)
    # p (1 - p) (1 - 2p)^2 = .09 * .64
    half = stats.t.ppf(0.95, 39) * np.sqrt(0.09 * 0.64 / 40)
    assert whole.brier_high - whole.brier == pytest.approx(half)
    # twice over on the same questions: the same luck
    twice = pd.concat([frame, frame]).assign(question=[*range(40)] * 2)
    assert summary(twice).in_the_large_high == pytest.approx(whole.in_the_large_high)


def test_the_interval_of_a_mean_is_the_cluster_robust_one():
    record = record_of(seed=1, question=np.arange(120) // 3)
    deviation = record["probability"] - record["outcome"]
    sums = (deviation - deviation.mean()).groupby(record["question"]).sum()
    error = np.sqrt(40 / 39 * (sums**2).sum()) / 120
    by_question = record["probability"].groupby(record["question"]).mean()
    luck = np.sqrt((9 * by_question * (1 - by_question)).sum()) / 120
    half = stats.t.ppf(0.95, 39) * max(error, luck)
    whole = summary(record)
    assert whole.in_the_large_high - whole.in_the_large == pytest.approx(half)


def test_the_interval_of_skill_is_near_that_of_a_bootstrap_of_questions():
    record = record_of(seed=3, n=400).assign(reference=0.4)
    whole = summary(record)
    random = np.random.default_rng(5)
    own = ((record["probability"] - record["outcome"]) ** 2).to_numpy()
    base = ((0.4 - record["outcome"]) ** 2).to_numpy()
    drawn = random.integers(0, 400, (4000, 400))
    skills = 1 - own[drawn].mean(axis=1) / base[drawn].mean(axis=1)
    low, high = np.quantile(skills, [0.05, 0.95])
    assert (whole.skill_low, whole.skill_high) == pytest.approx((low, high), abs=0.02)


def test_the_interval_of_the_roc_area_is_near_that_of_a_bootstrap():
    record = record_of(seed=4, n=300)
    whole = summary(record)
    assert whole.roc_area == pytest.approx(roc_auc_score(record["outcome"], record["probability"]))
    random = np.random.default_rng(6)
    areas = []
    for _ in range(600):
        drawn = record.iloc[random.integers(0, 300, 300)]
        areas.append(roc_auc_score(drawn["outcome"], drawn["probability"]))
    low, high = np.quantile(areas, [0.05, 0.95])
    assert (whole.roc_area_low, whole.roc_area_high) == pytest.approx((low, high), abs=0.015)


def test_what_cannot_be_seen_has_no_interval():
    one = summary(pd.DataFrame({"probability": [0.2, 0.3], "outcome": [0, 0], "question": [1, 1]}))
    assert np.isnan([one.brier_low, one.in_the_large_high, one.skill_low]).all()
    apart = summary(pd.DataFrame({"probability": [0.2, 0.9], "outcome": [0, 1]}))
    assert apart.roc_area == 1.0
    assert np.isnan(apart.roc_area_low)


@pytest.mark.slow
def test_intervals_hold_the_truth_as_often_as_they_say():
    """600 records of 40 questions, 3 judgments each, truth known: 90 % within 3 %."""
    inside = {"brier": 0, "in_the_large": 0, "over_under": 0}
    random = np.random.default_rng(8)
    truth = np.array(VALUES)
    chance = np.clip(truth * 0.6 + 0.25, 0, 1)
    side = np.where(truth >= 0.5, 1, -1)
    expected = {
        "brier": (chance * (1 - truth) ** 2 + (1 - chance) * truth**2).mean(),
        "in_the_large": (truth - chance).mean(),
        "over_under": (side * (truth - chance)).mean(),
    }
    for _ in range(600):
        drawn = random.integers(0, len(VALUES), 40)
        outcome = random.random(40) < chance[drawn]
        frame = pd.DataFrame({"probability": truth[drawn], "outcome": outcome.astype(int)})
        frame = pd.concat([frame.assign(question=range(40))] * 3)
        found = summary(frame)
        for name, value in expected.items():
            low, high = getattr(found, f"{name}_low"), getattr(found, f"{name}_high")
            inside[name] += low <= value <= high
    for name, number in inside.items():
        assert 0.87 <= number / 600 <= 0.95, name


# skill, base rates


def test_skill_against_climatology_stands_beside_that_against_the_base_rate():
    frame = record_of(seed=2).assign(reference=0.3)
    whole = summary(frame)
    frequency = frame["outcome"].mean()
    own = ((frame["probability"] - frame["outcome"]) ** 2).mean()
    climatology = ((frequency - frame["outcome"]) ** 2).mean()
    assert whole.climatology == frequency
    assert whole.skill_climatology == pytest.approx(1 - own / climatology)
    assert whole.skill == pytest.approx(1 - own / ((0.3 - frame["outcome"]) ** 2).mean())
    assert whole.skill_against == "base rate of each judgment"
    without = summary(frame.drop(columns="reference"))
    assert without.skill == without.skill_climatology == whole.skill_climatology
    assert np.isnan(without.from_base_rate)


def test_too_far_from_base_rates_by_hand():
    # above its base rate: .9 - 1; below: 1 - ... y - p = 0 - .1; at it: nothing; none known: out
    frame = pd.DataFrame(
        {
            "probability": [0.9, 0.1, 0.5, 0.7],
            "outcome": [1, 0, 1, 0],
            "reference": [0.5, 0.4, 0.5, np.nan],
        }
    )
    assert summary(frame).from_base_rate == pytest.approx((-0.1 - 0.1 + 0) / 3)


# verdicts


def test_verdicts_name_the_fault_or_none():
    def sharper(p):
        return p**3 / (p**3 + (1 - p) ** 3)

    assert summary(record_of(seed=1, n=400)).verdict == NO_FAULT
    assert summary(record_of(seed=1, n=400, stated=sharper)).verdict == "over-confident"
    timid = summary(record_of(seed=1, n=400, stated=lambda p: 0.3 + 0.4 * p))
    assert timid.verdict == "under-confident"
    high = summary(record_of(seed=1, n=400, stated=lambda p: np.minimum(p + 0.15, 1)))
    assert "stated too high" in high.verdict
    assert summary(record_of(seed=1, n=29)).verdict == TOO_FEW


def test_thirty_independent_judgments_are_thirty():
    # rounding used to make them a little fewer, depending on the order of the rows
    for seed in range(40):
        record = record_of(seed=seed, n=30)
        whole = summary(record)
        assert (whole.effective_n, whole.judgeable) == (30.0, True)


# groups


def test_groups_by_all_that_a_record_knows():
    frame = record_of(seed=5).assign(
        team=["north", "south"] * 60,
        confidence=["high", "low", "moderate", None] * 30,
        source_grade=["B2", "A1", None] * 40,
        horizon_days=[10, 100, 200, 1000, np.nan] * 24,
    )
    found = summary(frame)
    assert {name: list(groups) for name, groups in found.by.items()} == {
        "team": ["north", "south"],
        "horizon": ["up to a month", "up to 6 months", "up to a year", "over a year"],
        "confidence": ["low", "moderate", "high"],
        "source_grade": ["A1", "B2"],
    }
    assert found.by["horizon"]["up to a month"].n == 24
    assert found.by["team"]["north"].verdict == NO_FAULT
    assert found.by["horizon"]["over a year"].verdict == TOO_FEW
    cells = cell_table(found)
    assert cells[["grouping", "value"]].iloc[0].tolist() == ["all", ""]
    assert len(cells) == 1 + 2 + 4 + 3 + 2
    assert cells["n"].iloc[0] == 120
    assert cells.loc[cells["value"] == "north", "brier"].item() == found.by["team"]["north"].brier


def test_horizons_have_their_last_day():
    names = horizon_of([0, 31, 32, 92, 93, 183, 184, 366, 367, np.nan])
    assert names.value_counts().to_dict() == {
        "up to a month": 2,
        "up to 3 months": 2,
        "up to 6 months": 2,
        "up to a year": 2,
        "over a year": 1,
    }
    with pytest.raises(ValueError, match=r"days must be 0 or more, got -1\.0"):
        horizon_of([3, -1])


def test_the_conventions_are_named():
    said = " ".join(CONVENTIONS)
    for word in ("lower is better", "nats", "90 %", "question", "situation", "rolling"):
        assert word in said


# over time


def test_rolling_and_cumulative_by_hand():
    frame = pd.DataFrame(
        {
            "probability": [0.5, 0.6, 0.9, 0.8],
            "outcome": [1, 1, 1, 0],
            "date": ["2020-01-15", "2020-12-31", "2021-01-01", None],
        }
    )
    table = scores_over_time(frame)
    assert table["month"].tolist() == ["2020-01"] * 2 + ["2020-12"] * 2 + ["2021-01"] * 2
    assert table["span"].tolist() == ["cumulative", "rolling"] * 3
    assert table["n"].tolist() == [1, 1, 2, 2, 3, 2]
    # in January 2021 the first has left the twelve months: (.16 + .01) / 2
    expected = [0.25, 0.25, 0.205, 0.205, 0.14, 0.085]
    assert table["brier"].tolist() == pytest.approx(expected)
    assert set(table["verdict"]) == {TOO_FEW}
    assert scores_over_time(frame, months=1)["n"].tolist() == [1, 1, 2, 1, 3, 1]


def test_the_last_cumulative_row_is_the_whole_record():
    frame = record_of(seed=6).assign(date=pd.date_range("2019-01-01", periods=120, freq="9D"))
    last, whole = scores_over_time(frame).iloc[-2], summary(frame)
    for name in ("n", "effective_n", "brier", "brier_low", "in_the_large_high", "verdict"):
        assert last[name] == getattr(whole, name)
    assert last["skill_climatology"] == whole.skill_climatology


def test_misuse_over_time_is_refused():
    frame = pd.DataFrame({"probability": [0.5], "outcome": [1]})
    with pytest.raises(ValueError, match="lacks the columns date"):
        scores_over_time(frame)
    with pytest.raises(ValueError, match="months must be 1 or more, got 0"):
        scores_over_time(frame.assign(date="2020-01-01"), months=0)


# order of the rows


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from([0.1, 0.15, 0.3, 0.35, 0.7, 0.85]),
            st.integers(0, 1),
            st.sampled_from(["a", "b", "c", None]),
            st.sampled_from(["s", None]),
            st.sampled_from([0.1, 0.33, 0.6, None]),
            st.sampled_from(["2020-01-01", "2020-02-02", "2021-03-01"]),
        ),
        min_size=1,
        max_size=40,
    ),
    random=st.randoms(use_true_random=False),
)
def test_shuffling_the_rows_changes_no_bit(rows, random):
    names = ["probability", "outcome", "question", "situation", "reference", "date"]
    shuffled = list(rows)
    random.shuffle(shuffled)
    said = []
    for listed in (rows, shuffled):
        frame = pd.DataFrame(listed, columns=names).astype({"reference": float})
        frame["topic"] = frame["probability"].gt(0.3).map({True: "x", False: "y"})
        said.append((json.dumps(summary(frame).model_dump()), scores_over_time(frame).to_json()))
    assert said[0] == said[1]
