import numpy as np
import pandas as pd
import pytest
from scipy.optimize import isotonic_regression

from forecast_bench.reliability import consistency_band, isotonic_curve, last_stated_probability

STEPS = np.array([0.1, 0.3, 0.5, 0.7, 0.9])


def calibrated_analyst(random, *, questions=30, revisions=5):
    """Stated probabilities that step up or down a rung by a fair coin, and stop at the ends."""
    rung = random.integers(1, 4, questions)
    stated = []
    for _ in range(revisions):
        stated.append(STEPS[rung])
        moves = random.choice([-1, 1], questions)
        rung = np.where((rung > 0) & (rung < 4), rung + moves, rung)
    outcome = random.random(questions) < stated[-1]
    return {
        "probability": np.concatenate(stated),
        "question": np.tile(np.arange(questions), revisions),
        "outcome": np.tile(outcome, revisions).astype(int),
    }


def share_inside(band, curve):
    return (
        (band["low"] - 1e-12 <= curve["recalibrated"])
        & (curve["recalibrated"] <= band["high"] + 1e-12)
    ).mean()


def test_one_value_is_a_binomial():
    # 20 questions at .5 in one pool: the curve is hits / 20, and of Binomial(20, .5) the lowest
    # count with at least 5 % up to it is 6, with at least 95 %, 14
    band = consistency_band(probability=[0.5] * 20, question=range(20), draws=20_000, seed=3)
    assert band[["low", "high"]].to_numpy().tolist() == [[6 / 20, 14 / 20]]
    assert band["n"].tolist() == [20]


def test_revisions_share_the_outcome():
    # the same 20 questions stated five times each: the same band, not one of 100 trials
    once = consistency_band(probability=[0.5] * 20, question=range(20), draws=20_000, seed=3)
    often = consistency_band(
        probability=[0.5] * 100, question=list(range(20)) * 5, draws=20_000, seed=3
    )
    assert often[["low", "high"]].equals(once[["low", "high"]])


def test_outcomes_follow_the_last_stated_probability():
    # stated .5 first and 1 last: a calibrated analyst's question then occurs, so .5 always does
    band = consistency_band(
        probability=[0.5, 0.5, 1.0, 1.0], question=["a", "b", "a", "b"], draws=50, seed=1
    )
    assert band[["low", "high"]].to_numpy().tolist() == [[1.0, 1.0], [1.0, 1.0]]
    given = consistency_band(
        probability=[0.5, 0.5],
        question=["a", "b"],
        last_probability=[0.0, 0.0],
        draws=50,
        seed=1,
    )
    assert given[["low", "high"]].to_numpy().tolist() == [[0.0, 0.0]]


def test_it_equals_a_plain_loop_over_draws():
    random = np.random.default_rng(4)
    record = calibrated_analyst(random, questions=40, revisions=3)
    frame = pd.DataFrame(record)
    last = frame.groupby("question")["probability"].last()
    values = np.unique(frame["probability"])
    fits = []
    for _ in range(1500):
        drawn = (random.random(40) < last).astype(float)
        cells = frame.assign(y=drawn.to_numpy()[frame["question"]]).groupby("probability")["y"]
        fits.append(isotonic_regression(cells.mean(), weights=cells.size()).x)
    band = consistency_band(
        probability=record["probability"], question=record["question"], draws=4000, seed=9
    )
    assert band["probability"].tolist() == values.tolist()
    # the curve takes few values, so compare the plain draws' mass on either side of each limit
    for name, share in (("low", 0.05), ("high", 0.95)):
        limit = band[name].to_numpy()
        assert ((fits < limit - 1e-9).mean(axis=0) <= share + 0.02).all()
        assert ((fits <= limit + 1e-9).mean(axis=0) >= share - 0.02).all()


def test_a_shared_situation_widens_the_band():
    arguments = {"probability": [0.3] * 50, "question": range(50), "draws": 500, "seed": 2}
    alone = consistency_band(**arguments)
    shared = consistency_band(**arguments, situation=["s"] * 50)
    assert shared[["low", "high"]].to_numpy().tolist() == [[0.0, 1.0]]
    assert alone["high"].item() - alone["low"].item() < 0.3


def test_the_seed_decides():
    arguments = {"probability": [0.2, 0.4, 0.6] * 9, "question": range(27), "draws": 50}
    first, again, other = (consistency_band(**arguments, seed=seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first, again, check_exact=True)
    assert not first.equals(other)


def test_a_wider_level_holds_the_narrower():
    arguments = {"probability": [0.2, 0.4, 0.6] * 30, "question": range(90), "seed": 5}
    narrow, wide = (consistency_band(**arguments, level=level) for level in (0.5, 0.95))
    assert (wide["low"] <= narrow["low"]).all()
    assert (wide["high"] >= narrow["high"]).all()


def test_the_last_statement_is_by_date_and_averaged_over_forecasters():
    last = last_stated_probability(
        probability=[0.9, 0.2, 0.6, 0.4],
        question=["q"] * 4,
        date=["2020-03-01", "2020-01-01", "2020-01-01", "2020-02-01"],
        forecaster=["a", "a", "b", "b"],
    )
    # a said .9 last, b .4
    assert last.tolist() == pytest.approx([0.65] * 4)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"probability": [0.5, 1.5]}, "probability must lie"),
        ({"probability": [], "question": []}, "not empty"),
        ({"question": ["a"]}, "question must have shape"),
        ({"last_probability": [0.5]}, "last_probability must have shape"),
        ({"question": ["a", "a"], "last_probability": [0.5, 0.6]}, "one number for each question"),
        ({"level": 1.0}, "level must lie"),
        ({"draws": 0}, "draws be 1 or more"),
    ],
)
def test_misuse_is_refused(changed, message):
    arguments = {"probability": [0.5, 0.6], "question": ["a", "b"], "draws": 5, "seed": 1}
    with pytest.raises(ValueError, match=message):
        consistency_band(**(arguments | changed))


@pytest.mark.slow
def test_a_calibrated_analyst_stays_inside_and_would_not_if_revisions_were_trials():
    random = np.random.default_rng(2021)
    clustered, as_trials = [], []
    for seed in range(400):
        record = calibrated_analyst(random)
        curve = isotonic_curve(probability=record["probability"], outcome=record["outcome"])
        band = consistency_band(
            probability=record["probability"], question=record["question"], draws=400, seed=seed
        )
        trials = consistency_band(
            probability=record["probability"],
            question=np.arange(record["probability"].size),
            draws=400,
            seed=seed,
        )
        clustered.append(share_inside(band, curve))
        as_trials.append(share_inside(trials, curve))
    # few outcomes make steps, so the band holds a little more than it says
    assert 0.88 <= np.mean(clustered) <= 0.96
    # outside at least twice as often as the level allows
    assert np.mean(as_trials) <= 0.8
