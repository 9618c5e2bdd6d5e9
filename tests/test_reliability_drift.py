"""Whether a phrase moved over the years: by hand, beside scipy, and how often it is wrong."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import linregress
from scipy.stats import t as student

from forecast_bench.reliability import (
    CANNOT_TELL,
    LESS_OFTEN,
    MORE_OFTEN,
    NO_CHANGE,
    phrase_drift,
    phrase_meaning,
    phrase_years,
    trend,
)
from simulated_analysts import yardstick

LIKELY = pd.DataFrame({"phrase": ["likely"], "low": [0.55], "high": [0.75], "mean": [0.65]})
DAYS = pd.date_range("2018-01-01", periods=200, freq="6D")


def record(random, *, first, last, n=200, phrase="likely", stated=0.65):
    share = np.linspace(first, last, n)
    return pd.DataFrame(
        {
            "phrase": phrase,
            "probability": stated,
            "date": DAYS[:n],
            "outcome": (random.random(n) < share).astype(int),
        }
    )


def drift(*records, **more):
    return phrase_drift(lexicon=LIKELY, record=pd.concat(records), **more).iloc[0]


def test_the_slope_is_that_of_scipy():
    rows = record(np.random.default_rng(1), first=0.8, last=0.4)
    years = (rows["date"] - rows["date"].iloc[0]).dt.days / 365.2425
    found = drift(rows)
    assert found["drift"] == pytest.approx(linregress(years, rows["outcome"]).slope, abs=1e-12)
    assert found["drift_verdict"] == LESS_OFTEN


def test_the_interval_by_hand():
    rows = record(np.random.default_rng(2), first=0.8, last=0.4)
    years = ((rows["date"] - rows["date"].iloc[0]).dt.days / 365.2425).to_numpy()
    hit = rows["outcome"].to_numpy(float)
    # each question once: the sandwich of least squares with its factor for 200 clusters
    away = years - years.mean()
    slope = away @ hit / (away @ away)
    left = hit - hit.mean() - slope * away
    seen = ((away * left) ** 2).sum() / (away @ away) ** 2 * 200 / 199
    luck = 0.65 * 0.35 / (away @ away)
    half = student.ppf(0.95, 199) * np.sqrt(max(seen, luck))
    found = drift(rows)
    assert (found["drift_low"], found["drift_high"]) == pytest.approx((slope - half, slope + half))


def test_what_is_said_again_of_a_question_is_no_trial():
    rows = record(np.random.default_rng(3), first=0.7, last=0.5, n=100)
    once = rows.assign(question=range(100))
    five = pd.concat([once] * 5)
    for name in ("drift", "drift_low", "drift_high", "drift_verdict"):
        assert drift(once)[name] == pytest.approx(drift(five)[name], abs=1e-9)


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [(0.9, 0.3, LESS_OFTEN), (0.3, 0.9, MORE_OFTEN), (0.65, 0.65, NO_CHANGE)],
)
def test_what_is_said(first, last, said):
    rows = record(np.random.default_rng(4), first=first, last=last)
    assert drift(rows)["drift_verdict"] == said


@pytest.mark.parametrize(
    "rows",
    [
        record(np.random.default_rng(5), first=0.9, last=0.2, n=29),
        record(np.random.default_rng(5), first=0.9, last=0.2, n=60),
        record(np.random.default_rng(5), first=0.9, last=0.2).assign(question="one"),
        record(np.random.default_rng(5), first=1.1, last=1.1),
        record(np.random.default_rng(5), first=0.9, last=0.2).assign(date=pd.NaT),
    ],
    ids=["29 outcomes", "within a year", "one question", "all came true", "no dates"],
)
def test_cannot_tell_yet_is_an_answer(rows):
    found = drift(rows)
    assert found["drift_verdict"] == CANNOT_TELL
    assert np.isnan([found["drift"], found["drift_low"], found["drift_high"]]).all()


def test_all_on_one_day_has_no_trend():
    found = trend(probability=[0.5, 0.5], outcome=[0, 1], date=["2020-01-01"] * 2)
    assert np.isnan(found.value)


def test_years_are_phrases_by_themselves():
    rows = record(np.random.default_rng(6), first=0.9, last=0.3)
    found = phrase_years(lexicon=LIKELY, record=rows)
    assert found["year"].tolist() == [2018, 2019, 2020, 2021]
    assert found["n"].sum() == 200
    in_2019 = rows[rows["date"].dt.year == 2019]
    alone = phrase_meaning(
        band_low=0.55,
        band_high=0.75,
        prior_mean=0.65,
        occurred=int(in_2019["outcome"].sum()),
        n=len(in_2019),
    )
    row = found.set_index("year").loc[2019]
    assert (row["mean"], row["low"], row["high"]) == pytest.approx(
        (alone.mean, alone.low, alone.high)
    )


def test_the_order_of_rows_changes_nothing():
    rows = record(np.random.default_rng(7), first=0.9, last=0.3)
    shuffled = rows.sample(frac=1, random_state=1)
    for function in (phrase_drift, phrase_years):
        one = function(lexicon=LIKELY, record=rows)
        other = function(lexicon=LIKELY, record=shuffled)
        pd.testing.assert_frame_equal(one, other)


def lexicon_of(random, move):
    """Seven phrases, each said sixty times over three years; one of them may move."""
    rows = []
    for phrase, mean in yardstick()[["phrase", "mean"]].itertuples(index=False):
        first, last = (mean, mean) if phrase != "likely" else (mean + move, mean - move)
        rows.append(
            record(random, first=first, last=last, n=200, phrase=phrase, stated=mean).sample(
                60, random_state=int(random.integers(1 << 31))
            )
        )
    return pd.concat(rows)


def moved(move, *, records, seed):
    random = np.random.default_rng(seed)
    found = [
        phrase_drift(lexicon=yardstick(), record=lexicon_of(random, move)).set_index("phrase")
        for _ in range(records)
    ]
    verdicts = pd.DataFrame([one["drift_verdict"] for one in found])
    return verdicts.isin([MORE_OFTEN, LESS_OFTEN]).to_numpy().any(axis=1).mean(), (
        verdicts["likely"] == LESS_OFTEN
    ).mean()


@pytest.mark.slow
def test_of_lexicons_that_stay_one_in_ten_is_said_to_move():
    falsely, _ = moved(0.0, records=300, seed=8)
    _, rightly = moved(0.3, records=100, seed=9)
    print(f"moved though it stayed {falsely:.3f}; fell by 0.6 and found {rightly:.3f}")  # noqa: T201
    assert falsely <= 0.1 + 3 * np.sqrt(0.1 * 0.9 / 300)
    assert rightly >= 0.5
