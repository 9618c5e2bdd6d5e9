import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast_bench.reliability import isotonic_curve

PHRASES = (0.03, 0.15, 0.3, 0.45, 0.65, 0.85, 0.97)


def phrase_record(*, seed, n=200):
    random = np.random.default_rng(seed)
    probability = random.choice(PHRASES, n)
    return probability, (random.random(n) < probability).astype(int)


def test_by_hand():
    # .1: 1 of 2; .4: 1 of 4, falls, so both are 2 of 6; .8: 1 of 1
    curve = isotonic_curve(
        probability=[0.1, 0.1, 0.4, 0.4, 0.4, 0.4, 0.8], outcome=[1, 0, 0, 0, 1, 0, 1]
    )
    assert curve["probability"].tolist() == [0.1, 0.4, 0.8]
    assert curve["n"].tolist() == [2, 4, 1]
    assert curve["occurred"].tolist() == [1, 1, 1]
    assert curve["frequency"].tolist() == [0.5, 0.25, 1.0]
    assert curve["recalibrated"].tolist() == [2 / 6, 2 / 6, 1.0]


@given(
    st.lists(
        st.tuples(st.sampled_from(PHRASES), st.integers(0, 1), st.floats(0.1, 5)),
        min_size=1,
        max_size=60,
    ),
    st.randoms(use_true_random=False),
    st.booleans(),
)
def test_shuffling_the_rows_changes_no_bit(rows, random, weighted):
    def curve(shuffled):
        probability, outcome, weight = zip(*shuffled, strict=True)
        return isotonic_curve(
            probability=probability, outcome=outcome, weight=weight if weighted else None
        )

    shuffled = list(rows)
    random.shuffle(shuffled)
    pd.testing.assert_frame_equal(curve(rows), curve(shuffled), check_exact=True)


@pytest.mark.parametrize("seed", range(5))
def test_seven_phrases_have_seven_points_in_every_order(seed):
    probability, outcome = phrase_record(seed=seed)
    curves = [
        isotonic_curve(probability=probability[order], outcome=outcome[order])
        for order in (
            np.arange(200),
            np.argsort(outcome, kind="stable"),
            np.argsort(-outcome, kind="stable"),
        )
    ]
    assert len(curves[0]) == len(PHRASES)
    for curve in curves[1:]:
        pd.testing.assert_frame_equal(curve, curves[0], check_exact=True)


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 1)), min_size=1, max_size=60))
def test_the_curve_rises_and_keeps_the_total(rows):
    probability, outcome = zip(*rows, strict=True)
    curve = isotonic_curve(probability=probability, outcome=outcome)
    assert curve["probability"].is_unique
    assert curve["probability"].is_monotonic_increasing
    assert curve["recalibrated"].is_monotonic_increasing
    assert curve["recalibrated"].between(0, 1).all()
    assert (curve["n"] * curve["recalibrated"]).sum() == pytest.approx(sum(outcome))


def test_whole_weights_are_repeated_rows():
    probability, outcome = phrase_record(seed=8)
    weight = np.random.default_rng(9).integers(1, 5, 200)
    weighted = isotonic_curve(probability=probability, outcome=outcome, weight=weight)
    repeated = isotonic_curve(
        probability=np.repeat(probability, weight), outcome=np.repeat(outcome, weight)
    )
    assert weighted["recalibrated"].to_numpy() == pytest.approx(repeated["recalibrated"])
    assert weighted["weight"].tolist() == repeated["n"].tolist()


def test_it_equals_scikit_learn():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from sklearn.isotonic import IsotonicRegression
    probability, outcome = phrase_record(seed=4, n=500)
    weight = np.random.default_rng(5).uniform(0.5, 2, 500)
    fit = IsotonicRegression().fit(probability, outcome, sample_weight=weight)
    curve = isotonic_curve(probability=probability, outcome=outcome, weight=weight)
    assert curve["recalibrated"].to_numpy() == pytest.approx(fit.predict(curve["probability"]))
