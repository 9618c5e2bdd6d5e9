"""Simulated teams of analysts who judge the same questions, by what each of them knows."""

import numpy as np
import pandas as pd
from scipy.special import expit


def signals(generator, happened, spread):
    """Log likelihood ratios that a calibrated observer with even odds would state."""
    centre = np.where(happened == 1, 0.5, -0.5) * spread**2
    return generator.normal(centre, spread)


def opinions(odds, happened, *, start="2020-01-01"):
    """One row for each analyst (a column) and question (a row), one question known each day."""
    questions, analysts = odds.shape
    at = np.arange(questions).repeat(analysts)
    return pd.DataFrame(
        {
            "question": np.char.mod("q%05d", at),
            "analyst": np.char.mod("a%d", np.tile(np.arange(analysts), questions)),
            "probability": expit(odds.ravel()),
            "outcome": happened[at],
            "known_on": pd.Timestamp(start) + pd.to_timedelta(at, "D"),
        }
    )


def own_information(seed, *, questions=300, analysts=5, spread=1.0):
    """Each analyst is calibrated and knows something that no other knows."""
    generator = np.random.default_rng([seed, 51])
    happened = generator.integers(0, 2, questions)
    odds = np.stack([signals(generator, happened, spread) for _ in range(analysts)], axis=1)
    return opinions(odds, happened)


def shared_information(seed, *, questions=300, analysts=5, spread=1.5):
    """All know the same, are calibrated, and write it down with a little noise of their own."""
    generator = np.random.default_rng([seed, 52])
    happened = generator.integers(0, 2, questions)
    common = signals(generator, happened, spread)
    return opinions(common[:, None] + generator.normal(0, 0.1, (questions, analysts)), happened)


def one_who_knows(seed, *, questions=300, others=5, spread=2.0):
    """The first analyst is calibrated; the others state what has nothing to do with the event."""
    generator = np.random.default_rng([seed, 53])
    happened = generator.integers(0, 2, questions)
    odds = generator.normal(0, 1, (questions, others + 1))
    odds[:, 0] = signals(generator, happened, spread)
    return opinions(odds, happened)
