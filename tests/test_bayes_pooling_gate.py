"""Weights and factor under the gate: what passes, what was in force when, and by another road."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from scipy import optimize
from scipy.special import expit, log_expit, logit

from forecast_bench.bayes import RecalibrationSettings, learn_pool, origins
from forecast_bench.pooling import skill_weights
from pooling_teams import one_who_knows, own_information, shared_information

MODEL = RecalibrationSettings()


@pytest.fixture(scope="module")
def independent():
    frame = own_information(2)
    return frame, learn_pool(frame, MODEL, seed=1)


@pytest.fixture(scope="module")
def one_knows():
    frame = one_who_knows(2)
    return frame, learn_pool(frame, MODEL, seed=1)


def test_information_of_ones_own_is_extremised(independent):
    _, found = independent
    assert found.questions == 300
    assert found.extremising.passed
    assert found.extremising.origins == 8
    assert "questions of several analysts not seen by the fit" in found.extremising.reason
    assert not found.weights.passed
    assert found.in_force.log_weights == {}
    # Five analysts who each know something of their own: their log odds add up. The prior holds
    # the factor a little back from 5.
    assert found.in_force.factor == found.estimates[0]
    assert 3 < found.in_force.factor < 5.5


def test_information_that_is_shared_is_not():
    found = learn_pool(shared_information(2), MODEL, seed=1)
    assert not found.extremising.passed
    assert found.in_force.factor == 1.0
    assert found.in_force.log_weights == {}


def test_weights_move_to_the_one_who_knows(one_knows):
    _, found = one_knows
    assert found.weights.passed
    names = found.skills.analysts
    weights = skill_weights(names, found.in_force.log_weights)
    assert names[np.argmax(weights)] == "a0"
    assert weights[0] > 0.5


def test_with_ten_outcomes_nothing_is_in_force():
    found = learn_pool(one_who_knows(2, questions=10), MODEL, seed=1)
    assert found.in_force.log_weights == {}
    assert found.in_force.factor == 1.0
    said = "Cannot be told yet: 10 questions of several analysts have resolved, 50 are needed."
    assert found.weights.reason == found.extremising.reason == said
    assert not found.weights.passed


@pytest.mark.parametrize("team", ["independent", "one_knows"])
def test_what_was_in_force_was_learned_from_nothing_later(team, request):
    frame, found = request.getfixturevalue(team)
    days = origins(frame.drop_duplicates("question"), MODEL)
    assert [one.since for one in found.former] == [None, *days]
    assert found.on(days[0] - pd.Timedelta(days=1)) == found.former[0]
    assert (found.former[0].factor, found.former[0].log_weights) == (1.0, {})
    for day, at in zip(days[2::3], found.former[3::3], strict=True):
        earlier = learn_pool(frame[frame["known_on"] <= day], MODEL, seed=1).in_force
        assert found.on(day) == at
        assert at == dataclasses.replace(earlier, since=day)


def test_the_gain_by_another_road(independent):
    # Question by question, with an optimiser of its own and without any of the package's pooling.
    frame, found = independent
    table = frame.assign(odds=logit(frame["probability"]))
    each = table.groupby("question").agg(
        mean=("odds", "mean"), outcome=("outcome", "first"), known_on=("known_on", "first")
    )
    side = np.where(each["outcome"] == 1, 1, -1)
    days = origins(frame.drop_duplicates("question"), MODEL)
    gains = []
    for place, (_, row) in enumerate(each.iterrows()):
        before = [day for day in days if day < row["known_on"]]
        if not before:
            continue
        seen = (each["known_on"] <= before[-1]).to_numpy()

        def cost(at, seen=seen):
            return -log_expit(side[seen] * at * each["mean"][seen]).sum() + (at - 1) ** 2 / 2

        factor = optimize.minimize_scalar(cost, bounds=(1, 30), method="bounded").x
        plain, moved = (
            np.clip(expit(scale * row["mean"]), 1e-4, 1 - 1e-4) for scale in (1, factor)
        )
        held = [np.log(p if side[place] == 1 else 1 - p) for p in (moved, plain)]
        gains.append(held[0] - held[1])
    assert found.extremising.judged == len(gains)
    assert found.extremising.gain == pytest.approx(np.mean(gains), abs=1e-6)


def test_the_order_of_rows_does_not_matter(one_knows):
    frame, found = one_knows
    other = learn_pool(frame.sample(frac=1, random_state=3), MODEL, seed=1)
    assert other.weights.low == pytest.approx(found.weights.low)
    assert other.in_force.factor == pytest.approx(found.in_force.factor)
    assert other.in_force.log_weights == pytest.approx(dict(found.in_force.log_weights))


def test_questions_of_one_situation_are_one_group():
    frame = own_information(2, questions=120)
    shared = frame.assign(situation="the same")
    assert learn_pool(frame, MODEL, seed=1).extremising.clusters > 50
    found = learn_pool(shared, MODEL, seed=1).extremising
    assert found.clusters == 1
    assert "Too few to judge: 1 groups of questions of several analysts" in found.reason


def test_nothing_resolved():
    columns = ["question", "analyst", "probability", "outcome", "known_on"]
    found = learn_pool(pd.DataFrame({name: [] for name in columns}), MODEL, seed=1)
    assert (found.questions, found.in_force.factor) == (0, 1.0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"probability": [0.5, 1.0]}, "a probability strictly inside 0..1"),
        ({"outcome": [0, 1]}, "a question has one outcome, known on one day"),
        ({"known_on": ["2020-01-01", None]}, "the day an outcome was known is missing"),
        ({"known_on": ["2020-01-01", "2020-01-02"]}, "a question has one outcome"),
        ({"analyst": ["a", "a"]}, "an analyst may have one opinion on a question"),
    ],
)
def test_what_is_refused(change, message):
    good = {
        "question": ["q", "q"],
        "analyst": ["a", "b"],
        "probability": [0.5, 0.6],
        "outcome": [1, 1],
        "known_on": ["2020-01-01", "2020-01-01"],
    }
    with pytest.raises(ValueError, match=message):
        learn_pool(pd.DataFrame({**good, **change}), MODEL, seed=1)
    with pytest.raises(ValueError, match="the frame lacks the columns"):
        learn_pool(pd.DataFrame(good).drop(columns="analyst"), MODEL, seed=1)
