"""Simulated teams: what they state, on how many questions, and what comes true."""

import numpy as np
import pandas as pd
from scipy.special import expit, logit

STATED = np.array([0.03, 0.125, 0.325, 0.5, 0.675, 0.875, 0.97])
EVEN = np.full(7, 1 / 7)
"""How often a team uses each phrase: all alike."""
BOLD = np.array([5, 3, 1, 1, 1, 3, 5]) / 19
"""More than half of what is said is that something is nearly certain, or nearly impossible."""


def team(*, slope, seed, outcomes=400, words=EVEN):
    """Eight analysts, seven phrases, three topics; log odds of what comes true are slope times
    those stated, for everybody. Each question is judged once."""
    generator = np.random.default_rng([seed, 41])
    if words is EVEN:
        phrase = generator.integers(0, STATED.size, outcomes)
    else:
        phrase = generator.choice(STATED.size, outcomes, p=words)
    true = expit(slope * logit(STATED[phrase]))
    days = np.sort(generator.integers(0, 1500, outcomes))
    return pd.DataFrame(
        {
            "probability": STATED[phrase],
            "outcome": (generator.random(outcomes) < true).astype(int),
            "analyst": np.char.mod("analyst %d", generator.integers(0, 8, outcomes)),
            "phrase": np.char.mod("phrase %d", phrase),
            "topic": np.char.mod("topic %d", generator.integers(0, 3, outcomes)),
            "known_on": pd.Timestamp("2020-01-01") + pd.to_timedelta(days, "D"),
            "question": np.char.mod("question %d", np.arange(outcomes)),
        }
    )
