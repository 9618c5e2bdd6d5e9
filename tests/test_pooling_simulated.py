"""What pooling does to simulated teams, by what their analysts know."""

import numpy as np
import pytest

from forecast_bench.bayes import RecalibrationSettings, learn_pool
from forecast_bench.pooling import skill_weights, skills
from pooling_teams import one_who_knows, own_information, shared_information

MODEL = RecalibrationSettings()
TEAMS = 100


def through_the_gate(team):
    """Shares of teams whose factor and weights pass, mean factor in force, mean gains."""
    found = [learn_pool(team(seed), MODEL, seed=seed) for seed in range(TEAMS)]
    return {
        "factor passes": np.mean([one.extremising.passed for one in found]),
        "weights pass": np.mean([one.weights.passed for one in found]),
        "factor in force": np.mean([one.in_force.factor for one in found]),
        "gain of the factor": np.mean([one.extremising.gain for one in found]),
        "gain of weights": np.mean([one.weights.gain for one in found]),
    }


def told(name, figures):
    shown = ", ".join(f"{key} {value:.4g}" for key, value in figures.items())
    print(f"{name}: {shown}")  # noqa: T201
    return figures


@pytest.mark.long
def test_information_of_ones_own():
    found = told("own information", through_the_gate(own_information))
    assert found["factor passes"] == 1
    assert found["factor in force"] > 3
    assert found["weights pass"] <= 0.05


@pytest.mark.long
def test_shared_information():
    found = told("shared information", through_the_gate(shared_information))
    assert found["factor passes"] <= 0.05
    assert found["factor in force"] < 1.02
    assert found["weights pass"] <= 0.05


@pytest.mark.long
def test_one_who_knows_among_five_who_do_not():
    found = told("one who knows", through_the_gate(one_who_knows))
    assert found["weights pass"] >= 0.95


@pytest.mark.long
@pytest.mark.parametrize(("questions", "lowest", "highest"), [(10, 1 / 6, 0.27), (300, 0.6, 0.7)])
def test_the_weight_of_the_one_who_knows(questions, lowest, highest):
    weights = []
    for seed in range(200):
        frame = one_who_knows(seed, questions=questions)
        found = skills(
            frame["probability"],
            outcome=frame["outcome"],
            analyst=list(frame["analyst"]),
            question=list(frame["question"]),
        )
        weights.append(skill_weights(found.analysts, found.log_weights())[0])
    shown = np.quantile(weights, [0.1, 0.5, 0.9]).round(3)
    print(f"{questions} questions: mean weight {np.mean(weights):.3f}, {shown}")  # noqa: T201
    assert lowest <= np.mean(weights) <= highest
