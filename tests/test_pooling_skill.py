"""Skill of analysts against each other: by hand, as a mixed model, and what weights it gives."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from forecast_bench.pooling import pooled_log_odds, skill_weights, skills
from forecast_bench.scoring import log_score


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
    score = generator.normal(4, 0.3, questions)[what] - np.asarray(skill)[who]
    return score + generator.normal(0, chance, score.size), np.char.mod("a%d", who), what


def of_scores(score, who, what):
    """Opinions on events that occurred, with these log scores."""
    score = np.asarray(score)
    return skills(np.exp(-score), outcome=np.ones(score.size), analyst=who, question=what)


def test_by_hand():
    # Log scores differ by log 2 on two questions and by log 3 on one: half of the mean each.
    found = skills(
        [0.8, 0.4, 0.8, 0.4, 0.9, 0.3],
        outcome=[1] * 6,
        analyst=["a", "b"] * 3,
        question=[1, 1, 2, 2, 3, 3],
    )
    apart = np.log([2, 2, 3])
    half = apart.mean() / 2
    assert found.analysts == ("a", "b")
    assert found.questions.tolist() == [3, 3]
    assert found.measured == pytest.approx([half, -half])
    # Six scores, three questions and one difference leave 2 degrees of freedom.
    within = 2 * ((apart / 2 - half) ** 2).sum() / 2
    assert found.within == pytest.approx(within)
    # The lower limit holds the ratio of mean squares against the F distribution.
    between = (3 * 2 * half**2 / stats.f.ppf(0.95, 1, 2) - within) / 3
    assert found.between == pytest.approx(between)
    assert found.credibility == pytest.approx(within / between)
    assert found.skill == pytest.approx(half * 3 / (3 + within / between) * np.array([1, -1]))
    # On each question the mean score less that of the mean log odds, times 2 / (2 - 1).
    pairs = [(0.8, 0.4), (0.8, 0.4), (0.9, 0.3)]
    excess = []
    for p, q in pairs:
        odds = math.sqrt(p / (1 - p) * q / (1 - q))
        excess.append(-(math.log(p) + math.log(q)) / 2 + math.log(odds / (1 + odds)))
    assert found.diversity == pytest.approx(2 * np.mean(excess))
    assert found.log_weights()["a"] == pytest.approx(found.skill[0] / found.diversity)


def test_where_all_judge_all_it_is_the_mean_times_a_credibility():
    score, who, what = teams(3, questions=40, analysts=5, skill=[0.5, 0.2, 0, -0.2, -0.5])
    found = of_scores(score, who, what)
    table = score.reshape(40, 5)
    mean = (table.mean(axis=1, keepdims=True) - table).mean(axis=0)
    assert found.measured == pytest.approx(mean)
    # Balanced analysis of variance, in its textbook form.
    left = table - table.mean(axis=1, keepdims=True) + mean
    within = (left**2).sum() / (4 * 39)
    limit = stats.f.ppf(0.95, 4, 4 * 39)
    between = (40 * mean.var(ddof=1) / limit - within) / 40
    assert found.within == pytest.approx(within)
    assert found.between == pytest.approx(between)
    assert found.skill == pytest.approx(mean * 40 / (40 + within / between))


@pytest.mark.parametrize("seed", range(5))
def test_as_a_mixed_model_where_each_judges_some(seed):
    score, who, what = teams(
        seed, questions=60, analysts=6, skill=np.linspace(-0.5, 0.5, 6), share=0.4
    )
    found = of_scores(score, who, what)
    assert found.between > 0
    other = as_mixed_model(score, who, what, between=found.between, within=found.within)
    assert found.skill == pytest.approx(other, abs=1e-9)


def test_strong_company_is_no_fault():
    # c meets only the strong a, and d only the weak b; c is better than d all the same.
    score = [0.1, 0.3, 0.1, 0.3, 0.9, 1.0, 0.9, 1.0, 0.1, 0.9, 0.1, 0.9, 0.12, 0.9]
    who = ["a", "c", "a", "c", "b", "d", "b", "d", "a", "b", "a", "b", "a", "b"]
    what = [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7]
    found = of_scores(score, who, what)
    skill = dict(zip(found.analysts, found.skill, strict=True))
    assert skill["a"] > skill["c"] > skill["b"] > skill["d"]


def test_analysts_differ_at_least_as_much_as_is_believed_nineteen_times_in_twenty():
    within, below = [], []
    for seed in range(400):
        skill = np.random.default_rng([seed, 1]).normal(0, 0.2, 6)
        score, who, what = teams(seed, questions=30, analysts=6, skill=skill)
        found = of_scores(score, who, what)
        within.append(found.within)
        below.append(found.between / found.within <= 0.04 / 0.25)
    assert np.mean(within) == pytest.approx(0.25, rel=0.02)
    assert np.mean(below) == pytest.approx(0.95, abs=0.03)


@given(
    st.lists(st.tuples(st.floats(0.001, 0.999), st.integers(0, 4)), max_size=30), st.integers(0, 1)
)
def test_diversity_is_what_a_single_analyst_lacks(told, happened):
    what = np.array([number for _, number in told], dtype=np.int64)
    who = [f"a{place}" for place in range(len(told))]
    held = np.array([one for one, _ in told])
    found = skills(held, outcome=np.full(len(told), happened), analyst=who, question=what)
    excess = []
    for number in set(what.tolist()):
        own = held[what == number]
        if own.size > 1:
            odds = pooled_log_odds(own, question=np.zeros(own.size, np.int64))[0]
            mean = log_score(probability=own, outcome=happened).mean()
            pooled = np.logaddexp(0, -odds if happened else odds)
            excess.append((mean - pooled) * own.size / (own.size - 1))
    assert found.diversity == pytest.approx(max(0, np.mean(excess)) if excess else 0, abs=1e-9)


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
    found = of_scores(score, analyst, question)
    assert found.skill.tolist() == [0.0] * len(set(analyst))
    assert set(found.log_weights().values()) <= {0.0}
    assert found.credibility == math.inf


def test_a_question_of_one_analyst_tells_nothing():
    score, who, what = teams(1, questions=20, analysts=3, skill=[0.4, 0, -0.4])
    found = of_scores(score, who, what)
    more = of_scores([*score, 5.0], [*who, "a2"], [*what, 99])
    assert more.skill == pytest.approx(found.skill)
    assert more.diversity == pytest.approx(found.diversity)
    assert more.questions.tolist() == found.questions.tolist()


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"probability": [0.1, 1.0]}, "opinions are probabilities strictly inside 0..1"),
        ({"probability": [0.1, math.nan]}, "opinions are probabilities strictly inside 0..1"),
        ({"probability": [0.1]}, "one entry of each for each opinion"),
        ({"outcome": [1, 2]}, "an outcome must be 0 or 1"),
        ({"analyst": ["a"]}, "one entry of each for each opinion"),
        ({"analyst": ["a", "a"]}, "an analyst may have one opinion on a question"),
    ],
)
def test_what_is_refused(more, message):
    good = {
        "probability": [0.1, 0.2],
        "outcome": [1, 1],
        "analyst": ["a", "b"],
        "question": [1, 1],
    }
    given_ = {**good, **more}
    with pytest.raises(ValueError, match=message):
        skills(given_.pop("probability"), **given_)


def test_weights_by_hand():
    assert skill_weights(["a", "b"], {"a": math.log(2), "b": 0.0}) == pytest.approx([2 / 3, 1 / 3])


def test_weights_are_nearly_those_of_inverse_variances():
    # Errors of variance v about a truth of even odds cost p (1 - p) v / 2 = v / 8 nats.
    variance = np.array([0.18, 0.2, 0.22])
    lack = variance / 8
    log_weights = dict(zip("abc", (lack.mean() - lack) / lack.mean(), strict=True))
    best = (1 / variance) / (1 / variance).sum()
    assert skill_weights("abc", log_weights) == pytest.approx(best, abs=2e-3)


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
    found = of_scores(score, who, what)
    assert (np.abs(found.skill) <= np.abs(found.measured) + 1e-12).all()
    assert found.skill.sum() == pytest.approx(0, abs=1e-9)
