import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast_bench.reliability import cluster_codes, design_effect, effective_number
from forecast_bench.reliability.clusters import label_codes

# questions with one outcome each, judged one or more times
questions = st.lists(
    st.tuples(st.integers(0, 1), st.lists(st.sampled_from([0.1, 0.3, 0.6, 0.9]), min_size=1)),
    min_size=1,
    max_size=15,
)


def rows_of(judged):
    return {
        "probability": np.array([p for _, stated in judged for p in stated]),
        "outcome": np.array([y for y, stated in judged for _ in stated]),
        "question": np.array([q for q, (_, stated) in enumerate(judged) for _ in stated]),
    }


def test_by_hand():
    # p - y = -.5 -.5 .5 -.5, mean -.25, centred -.25 -.25 .75 -.25: squares sum to .75
    # sums by question: -.5, .75, -.25: squares sum to .875; 7/6, and 4 / (7/6) = 3.43 is
    # more than the three questions
    record = {"probability": [0.5] * 4, "outcome": [1, 1, 0, 1], "question": ["a", "a", "b", "c"]}
    assert design_effect(**record) == pytest.approx(7 / 6)
    assert effective_number(**record) == 3.0


def test_below_the_number_of_questions_where_a_situation_ties_them():
    # the three questions of situation s deviate alike: sums -1.5, .5, .5 +- the mean
    record = {
        "probability": [0.5] * 5,
        "outcome": [1, 1, 1, 0, 0],
        "question": list("abcde"),
        "situation": ["s", "s", "s", None, None],
    }
    # centred -.4 -.4 -.4 .6 .6: squares 1.2; sums -1.2 .6 .6: squares 2.16; 5 / 1.8
    assert design_effect(**record) == pytest.approx(1.8)
    assert effective_number(**record) == pytest.approx(5 / 1.8)


@given(questions)
def test_it_is_the_sum_over_pairs_within_clusters(judged):
    record = rows_of(judged)
    effect = design_effect(**record)
    if np.isnan(effect):
        return
    deviation = record["probability"] - record["outcome"]
    centred = deviation - deviation.mean()
    together = record["question"][:, None] == record["question"][None, :]
    pairs = (np.outer(centred, centred) * together).sum()
    assert effect == pytest.approx(pairs / (centred**2).sum(), abs=1e-9)


@given(questions)
def test_revisions_never_count_as_trials(judged):
    number = effective_number(**rows_of(judged))
    assert 1.0 <= number <= len(judged) + 1e-9


@given(questions, st.integers(2, 5))
def test_repeating_every_judgment_adds_nothing(judged, times):
    record = rows_of(judged)
    repeated = {name: np.repeat(column, times) for name, column in record.items()}
    assert effective_number(**repeated) == pytest.approx(effective_number(**record))


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 1)), min_size=1, max_size=40))
def test_independent_judgments_count_in_full(rows):
    probability, outcome = zip(*rows, strict=True)
    number = effective_number(probability=probability, outcome=outcome, question=range(len(rows)))
    assert number == pytest.approx(len(rows))


def test_one_cluster_is_one_trial():
    record = {"probability": [0.2, 0.4, 0.9], "outcome": [1, 1, 1]}
    assert np.isnan(design_effect(**record, question=["q"] * 3))
    assert effective_number(**record, question=["q"] * 3) == 1.0
    assert effective_number(**record, question=list("abc"), situation=["s"] * 3) == 1.0


def test_without_variance_each_cluster_is_one_trial_repeated():
    # all deviations -.3: n^2 / sum of squared sizes = 16 / (9 + 1)
    record = {"probability": [0.7] * 4, "outcome": [1] * 4, "question": list("aaab")}
    assert np.isnan(design_effect(**record))
    assert effective_number(**record) == pytest.approx(1.6)


def test_deviations_that_cancel_do_not_make_trials():
    # one question judged both ways: the sums cancel and the design effect is near 0
    record = {
        "probability": [0.1, 0.9, 0.1, 0.9, 0.5],
        "outcome": [1, 1, 1, 1, 1],
        "question": list("aaaab"),
    }
    assert design_effect(**record) == pytest.approx(0.0, abs=1e-12)
    assert effective_number(**record) == 2.0


def test_the_variance_of_the_mean_is_what_the_number_says():
    # 40 questions, 6 judgments each, stated .7 with noise: simulate the mean of p - y
    random = np.random.default_rng(2)
    question = np.repeat(np.arange(40), 6)
    means, numbers, variances = [], [], []
    for _ in range(400):
        probability = np.clip(0.7 + random.normal(0, 0.1, 240), 0, 1)
        outcome = (random.random(40) < 0.7)[question].astype(int)
        means.append((probability - outcome).mean())
        variances.append((probability - outcome).var())
        numbers.append(
            effective_number(probability=probability, outcome=outcome, question=question)
        )
    actual = np.mean(variances) / np.var(means)
    assert np.mean(numbers) == pytest.approx(actual, rel=0.15)


def test_a_question_in_two_situations_ties_them():
    codes = cluster_codes(question=["a", "b", "b", "c", "d"], situation=["s", "s", "t", "t", None])
    assert codes.tolist() == [0, 0, 0, 0, 1]


def test_missing_labels_stand_alone():
    assert label_codes(["x", None, float("nan"), "x"]).tolist() == [0, 1, 2, 0]
    assert label_codes(pd.Series(["x", None, None], dtype="str")).tolist() == [0, 1, 2]
    assert label_codes([3, 3, 1]).tolist() == [1, 1, 0]
    assert cluster_codes(question=[None, None], situation=["s", "s"]).tolist() == [0, 0]
    assert cluster_codes(question=[], situation=[]).size == 0


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"question": ["a"]}, "question must have shape"),
        ({"situation": ["a"]}, "situation must have shape"),
    ],
)
def test_columns_of_other_lengths_are_refused(changed, message):
    record = {"probability": [0.1, 0.2], "outcome": [0, 1], "question": ["a", "b"]}
    with pytest.raises(ValueError, match=message):
        effective_number(**(record | changed))
