"""Skill of analysts against each other: by hand, as a mixed model, and what weights it gives."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast_bench.pooling import skill_weights, skills


def as_mixed_model(score, who, what, *, between, within):
    """Best linear unbiased prediction by its definition, with a covariance of all scores."""
    questions = (what[:, None] == np.unique(what)).astype(float)
    analysts = -(who[:, None] == np.unique(who)).astype(float)
    covariance = between * analysts @ analysts.T + within * np.eye(score.size)
    inverse = np.linalg.inv(covariance)
    level = np.linalg.solve(questions.T @ inverse @ questions, questions.T @ inverse @ score)
    return between * analysts.T @ inverse @ (score - questions @ level)


def teams(seed, *, questions, analysts, skill, chance=0.5, share=1.0):
    """Scores of analysts on questions that each of them judges with a probability of `share`."""
    generator = np.random.default_rng(seed)
    what, who = np.nonzero(generator.random((questions, analysts)) < share)
    score = generator.normal(1, 1, questions)[what] - np.asarray(skill)[who]
    return score + generator.normal(0, chance, score.size), np.char.mod("a%d", who), what


def test_by_hand():
    # Differences of 0.8, 1.0 and 0.6: half of their mean each. Residuals of 0.1 on 2 degrees of
    # freedom: within 0.04 / 2. Explained 3 * (0.16 + 0.16) = 0.96: between (0.96 - 0.02) / 3.
    found = skills(
        score=[0.1, 0.9, 0.2, 1.2, 0.3, 0.9], analyst=["a", "b"] * 3, question=[1, 1, 2, 2, 3, 3]
    )
    assert found.analysts == ("a", "b")
    assert found.questions.tolist() == [3, 3]
    assert found.measured == pytest.approx([0.4, -0.4])
    assert found.within == pytest.approx(0.02)
    assert found.between == pytest.approx(0.94 / 3)
    assert found.credibility == pytest.approx(0.02 / (0.94 / 3))
    assert found.skill == pytest.approx(0.4 * 3 / (3 + found.credibility) * np.array([1, -1]))


def test_where_all_judge_all_it_is_the_mean_times_a_credibility():
    score, who, what = teams(3, questions=40, analysts=5, skill=[0.5, 0.2, 0, -0.2, -0.5])
    found = skills(score=score, analyst=who, question=what)
    table = score.reshape(40, 5)
    mean = (table.mean(axis=1, keepdims=True) - table).mean(axis=0)
    assert found.measured == pytest.approx(mean)
    # Balanced analysis of variance, in its textbook form.
    left = table - table.mean(axis=1, keepdims=True) + mean
    within = (left**2).sum() / (4 * 39)
    between = mean.var(ddof=1) - within / 40
    assert found.within == pytest.approx(within)
    assert found.between == pytest.approx(between)
    assert found.skill == pytest.approx(mean * 40 / (40 + within / between))


@pytest.mark.parametrize("seed", range(5))
def test_as_a_mixed_model_where_each_judges_some(seed):
    score, who, what = teams(
        seed, questions=60, analysts=6, skill=np.linspace(-0.5, 0.5, 6), share=0.4
    )
    found = skills(score=score, analyst=who, question=what)
    assert found.between > 0
    other = as_mixed_model(score, who, what, between=found.between, within=found.within)
    assert found.skill == pytest.approx(other, abs=1e-9)


def test_strong_company_is_no_fault():
    # c meets only the strong a, and d only the weak b; c is better than d all the same.
    score = [0.1, 0.3, 0.1, 0.3, 0.9, 1.0, 0.9, 1.0, 0.1, 0.9, 0.1, 0.9, 0.12, 0.9]
    who = ["a", "c", "a", "c", "b", "d", "b", "d", "a", "b", "a", "b", "a", "b"]
    what = [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7]
    found = skills(score=score, analyst=who, question=what).by_analyst()
    assert found["a"] > found["c"] > found["b"] > found["d"]


def test_variances_are_found_again():
    between, within = [], []
    for seed in range(200):
        skill = np.random.default_rng([seed, 1]).normal(0, 0.3, 8)
        score, who, what = teams(seed, questions=50, analysts=8, skill=skill, share=0.6)
        found = skills(score=score, analyst=who, question=what)
        between.append(found.between)
        within.append(found.within)
    assert np.mean(within) == pytest.approx(0.25, rel=0.02)
    assert np.mean(between) == pytest.approx(0.09, rel=0.1)


@pytest.mark.parametrize(
    ("score", "analyst", "question"),
    [
        ([], [], []),
        ([0.5], ["a"], [1]),
        ([0.5, 0.9], ["a", "b"], [1, 2]),
        ([0.1, 2.0], ["a", "b"], [1, 1]),
        ([0.7] * 6, ["a", "b"] * 3, [1, 1, 2, 2, 3, 3]),
    ],
    ids=["nothing", "one", "nothing shared", "one question", "no difference"],
)
def test_without_a_record_there_is_no_skill(score, analyst, question):
    found = skills(score=score, analyst=analyst, question=question)
    assert found.skill.tolist() == [0.0] * len(set(analyst))
    assert found.credibility == math.inf


def test_a_question_of_one_analyst_tells_nothing():
    score, who, what = teams(1, questions=20, analysts=3, skill=[0.4, 0, -0.4])
    found = skills(score=score, analyst=who, question=what)
    more = skills(score=[*score, 5.0], analyst=[*who, "a2"], question=[*what, 99])
    assert more.skill == pytest.approx(found.skill)
    assert more.questions.tolist() == found.questions.tolist()


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"score": [0.1, math.inf]}, "a score must be a finite number"),
        ({"score": [0.1]}, "one entry for each opinion"),
        ({"analyst": ["a", "a"]}, "an analyst may have one opinion on a question"),
    ],
)
def test_what_is_refused(more, message):
    good = {"score": [0.1, 0.2], "analyst": ["a", "b"], "question": [1, 1]}
    with pytest.raises(ValueError, match=message):
        skills(**{**good, **more})


def test_weights_by_hand():
    # Geometric mean probabilities in the ratio 2 to 1.
    assert skill_weights(["a", "b"], {"a": math.log(2), "b": 0.0}) == pytest.approx([2 / 3, 1 / 3])


names = st.lists(st.sampled_from("abcdefgh"), unique=True, min_size=1)
records = st.dictionaries(st.sampled_from("abcdefgh"), st.floats(-9, 9))


@given(names, records)
def test_weights_add_up_to_one(analysts, record):
    found = skill_weights(analysts, record)
    assert found.sum() == pytest.approx(1)
    assert (found > 0).all()


@given(names)
def test_without_records_weights_are_exactly_equal(analysts):
    found = skill_weights(analysts, {})
    assert set(found.tolist()) == {1 / len(analysts)}


@given(st.lists(st.sampled_from("abcdefgh"), unique=True, min_size=2), records)
def test_a_missing_analyst_changes_only_the_renormalisation(analysts, record):
    found, fewer = skill_weights(analysts, record), skill_weights(analysts[1:], record)
    assert found[1:] / found[1:].sum() == pytest.approx(fewer)


@given(st.integers(0, 2**32 - 1), st.integers(2, 5), st.integers(2, 12))
def test_shrunk_skill_lies_between_none_and_the_measured(seed, analysts, questions):
    score, who, what = teams(seed, questions=questions, analysts=analysts, skill=[0.0] * analysts)
    found = skills(score=score, analyst=who, question=what)
    assert (np.abs(found.skill) <= np.abs(found.measured) + 1e-12).all()
    assert found.skill.sum() == pytest.approx(0, abs=1e-9)
