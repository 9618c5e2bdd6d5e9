import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from model_diagnostics.scoring import ElementaryScore
from scipy.stats import t as student
from sklearn.metrics import roc_auc_score, roc_curve

from forecast_bench.reliability import (
    discrimination,
    forecasts_by_outcome,
    murphy_diagram,
    murphy_gain,
)
from forecast_bench.scoring import brier_score

records = st.lists(
    st.tuples(st.integers(0, 10).map(lambda x: x / 10), st.integers(0, 1)), min_size=2, max_size=40
)


def columns(rows):
    probability, outcome = zip(*rows, strict=True)
    return {"probability": np.array(probability), "outcome": np.array(outcome)}


def test_the_area_by_hand():
    # pairs (yes, no): .6 beats .2, ties .6; .9 beats both: 3.5 of 4
    found = discrimination(probability=[0.2, 0.6, 0.6, 0.9], outcome=[0, 0, 1, 1])
    assert found.roc_area == 0.875
    assert (found.mean_occurred, found.mean_not) == pytest.approx((0.75, 0.4))
    assert found.slope == pytest.approx(0.35)


@given(records)
def test_the_area_is_that_of_scikit_learn_and_of_all_pairs(rows):
    record = columns(rows)
    found = discrimination(**record)
    yes = record["probability"][record["outcome"] == 1]
    no = record["probability"][record["outcome"] == 0]
    if not yes.size or not no.size:
        assert np.isnan(found.roc_area)
        assert np.isnan(found.slope)
        return
    pairs = (yes[:, None] > no) + 0.5 * (yes[:, None] == no)
    assert found.roc_area == pytest.approx(pairs.mean(), abs=1e-12)
    other = roc_auc_score(record["outcome"], record["probability"])
    assert found.roc_area == pytest.approx(other, abs=1e-12)


@given(records)
def test_a_rising_change_leaves_the_area_and_the_other_question_turns_it(rows):
    record = columns(rows)
    found = discrimination(**record).roc_area
    squared = discrimination(probability=record["probability"] ** 2, outcome=record["outcome"])
    turned = discrimination(probability=record["probability"], outcome=1 - record["outcome"])
    assert squared.roc_area == pytest.approx(found, nan_ok=True)
    assert turned.roc_area == pytest.approx(1 - found, nan_ok=True)


@given(records)
def test_distributions_by_outcome_are_the_roc_curve_of_scikit_learn(rows):
    record = columns(rows)
    table = forecasts_by_outcome(**record)
    assert int(table["occurred"].sum()) == int(record["outcome"].sum())
    assert int(table[["occurred", "did_not"]].to_numpy().sum()) == len(rows)
    if len(set(record["outcome"])) < 2:
        return
    assert table["share_occurred"].sum() == pytest.approx(1)
    false_alarm, hit, threshold = roc_curve(
        record["outcome"], record["probability"], drop_intermediate=False
    )
    assert table["probability"].tolist()[::-1] == threshold[1:].tolist()
    np.testing.assert_allclose(table["hit_rate"][::-1], hit[1:], atol=1e-12)
    np.testing.assert_allclose(table["false_alarm_rate"][::-1], false_alarm[1:], atol=1e-12)


def test_the_murphy_diagram_by_hand():
    # threshold .3, stated .2 and occurred: unforeseen, costs .7; stated .4, did not: costs .3
    table = murphy_diagram(probability=[0.2, 0.4], outcome=[1, 0], threshold=[0.5, 0.3])
    assert table["threshold"].tolist() == [0.3, 0.5]
    assert table["score"].tolist() == pytest.approx([(0.7 + 0.3) / 2, 0.5 / 2])
    # always .5: above .3, one false alarm; at .5 not above, one unforeseen
    assert table["climatology"].tolist() == pytest.approx([0.3 / 2, 0.5 / 2])


@given(records, st.lists(st.floats(0.01, 0.99), min_size=1, max_size=5))
def test_elementary_scores_are_those_of_model_diagnostics(rows, thresholds):
    record = columns(rows)
    # at a stated value the two put the step on different sides
    apart = [one for one in thresholds if np.abs(one - record["probability"]).min() > 1e-9]
    if not apart:
        return
    table = murphy_diagram(**record, threshold=apart)
    for threshold, score in zip(table["threshold"], table["score"], strict=True):
        other = ElementaryScore(eta=threshold, functional="mean")
        expected = other(record["outcome"].astype(float), record["probability"])
        assert score == pytest.approx(expected, abs=1e-12)


@given(records)
def test_the_area_under_the_murphy_diagram_is_half_the_brier_score(rows):
    record = columns(rows)
    # the curve is straight between the values stated: the trapezia over open pieces are exact
    ends = np.unique(np.concatenate([[0, 1], record["probability"]]))
    inner = np.sort(np.concatenate([ends[:-1] + 1e-12, ends[1:] - 1e-12]))
    table = murphy_diagram(**record, threshold=inner)
    area = np.trapezoid(table["score"], table["threshold"])
    assert 2 * area == pytest.approx(brier_score(**record).mean(), abs=1e-9)


@given(records, st.randoms())
def test_shuffling_the_rows_changes_no_bit(rows, random):
    shuffled = list(rows)
    random.shuffle(shuffled)
    one, other = columns(rows), columns(shuffled)
    assert discrimination(**one).model_dump_json() == discrimination(**other).model_dump_json()
    assert murphy_diagram(**one).equals(murphy_diagram(**other))
    assert forecasts_by_outcome(**one).equals(forecasts_by_outcome(**other))


@pytest.mark.parametrize("function", [discrimination, forecasts_by_outcome, murphy_diagram])
def test_misuse_is_refused(function):
    with pytest.raises(ValueError, match="at least one resolved forecast"):
        function(probability=[], outcome=[])
    with pytest.raises(ValueError, match="probability must lie in"):
        function(probability=[1.2], outcome=[1])


def test_the_gain_over_a_reference_is_the_difference_of_two_diagrams():
    random = np.random.default_rng(2)
    stated, base = random.choice([0.1, 0.3, 0.65, 0.9], 80), random.choice([0.2, 0.5], 80)
    outcome = (random.random(80) < stated).astype(int)
    found = murphy_gain(probability=stated, reference=base, outcome=outcome)
    one, other = (
        murphy_diagram(probability=p, outcome=outcome, threshold=found["threshold"])["score"]
        for p in (stated, base)
    )
    np.testing.assert_allclose(found["score"], one, atol=1e-12)
    np.testing.assert_allclose(found["reference_score"], other, atol=1e-12)
    np.testing.assert_allclose(found["gain"], other - one, atol=1e-12)


def test_the_interval_of_a_gain_by_hand():
    # at .5: the first is right where the reference, below, misses an event: 1 - .5 each time
    stated, base, outcome = [0.9] * 4 + [0.3] * 4, [0.3] * 8, [1, 1, 1, 0, 0, 0, 0, 0]
    found = murphy_gain(probability=stated, reference=base, outcome=outcome, threshold=[0.5]).iloc[
        0
    ]
    gain = np.array([0.5, 0.5, 0.5, -0.5, 0, 0, 0, 0])
    assert found["gain"] == pytest.approx(gain.mean())
    seen = ((gain - gain.mean()) ** 2).sum() / 64 * 8 / 7
    luck = 4 * 0.9 * 0.1 / 64
    half = student.ppf(0.95, 7) * np.sqrt(max(seen, luck))
    assert (found["low"], found["high"]) == pytest.approx((gain.mean() - half, gain.mean() + half))


def test_a_gain_seen_once_of_a_question_is_no_surer_for_being_repeated():
    stated, base, outcome = [0.8, 0.2, 0.7, 0.4], [0.5] * 4, [1, 0, 0, 1]
    once = murphy_gain(probability=stated, reference=base, outcome=outcome, question=range(4))
    twice = murphy_gain(
        probability=stated * 2, reference=base * 2, outcome=outcome * 2, question=[*range(4)] * 2
    )
    pd.testing.assert_frame_equal(once, twice)
