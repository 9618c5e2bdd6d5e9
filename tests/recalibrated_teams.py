"""Simulated teams: what they state, on how many questions, and what comes true."""

import numpy as np
import pandas as pd
from scipy.special import expit, logit

STATED = np.array([0.03, 0.125, 0.325, 0.5, 0.675, 0.875, 0.97])


def team(*, slope, seed, outcomes=400):
    """Eight analysts, seven phrases, three topics; log odds of what comes true are slope times
    those stated, for everybody. Each question is judged once."""
    generator = np.random.default_rng([seed, 41])
    phrase = generator.integers(0, STATED.size, outcomes)
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
