"""Analysts whose faults are known, and what the program says of them."""

import numpy as np
import pandas as pd

from forecast_bench.lexicons.shipped import load_shipped
from forecast_bench.priors import encode_band
from forecast_bench.reliability import (
    consistency_band,
    isotonic_curve,
    phrase_table,
    summary,
)

BASE_RATES = np.array([0.05, 0.1, 0.2, 0.35, 0.5, 0.8])
MISREAD, MEANT = "likely", 0.35
FAULTS = ("sound", "over-confident", "under-confident", "base-rate blind", "one phrase misread")
RUNGS = np.arange(1, 20, 2) / 20


def yardstick():
    """The phrases of the yardstick with their bands and stated probabilities."""
    lexicon = load_shipped()["uk-phia@2018"]
    rows = []
    for one in lexicon.phrases:
        a, b = encode_band(one.low, one.high, mass=0.8)
        rows.append({"phrase": one.phrase, "low": one.low, "high": one.high, "mean": a / (a + b)})
    return pd.DataFrame(rows)


def logit(p):
    return np.log(p / (1 - p))


def logistic(z):
    return 1 / (1 + np.exp(-z))


def analyst(random, fault, phrases, *, questions, each=1):
    """Judgments of an analyst with one fault, each on a question of its own or several on one.

    The sound analyst's events come true as often as the stated probability of the phrase. With
    `each`, the same is said of a question several times over.
    """
    stated = phrases["mean"].to_numpy()
    base = random.choice(BASE_RATES, questions)
    # what the evidence says of it, on the log-odds scale
    evidence = random.normal(0.0, 1.5, questions)
    truth = _nearest(stated, logistic(logit(base) + evidence))
    chance = stated[truth]
    if fault == "over-confident":
        said = _nearest(stated, logistic(2.0 * logit(chance)))
    elif fault == "under-confident":
        said = _nearest(stated, logistic(0.5 * logit(chance)))
    elif fault == "base-rate blind":
        said = _nearest(stated, logistic(evidence))
    else:
        said = truth
    if fault == "one phrase misread":
        chance = np.where(phrases["phrase"].to_numpy()[said] == MISREAD, MEANT, chance)
    occurred = (random.random(questions) < chance).astype(int)
    record = pd.DataFrame(
        {
            "probability": stated[said],
            "outcome": occurred,
            "phrase": phrases["phrase"].to_numpy()[said],
            "reference": base,
            "question": np.arange(questions),
        }
    )
    return pd.concat([record] * each, ignore_index=True)


def _nearest(stated, probability):
    return np.abs(logit(stated)[:, None] - logit(probability)).argmin(axis=0)


def what_is_said(record, phrases):
    """Faults named of a record, and the phrases found wanting."""
    found = summary(record.drop(columns="phrase"))
    table = phrase_table(lexicon=phrases, record=record)
    off = table["verdict"].isin(["below", "above"])
    return {
        "faults": set(found.verdict.split(", ")),
        "phrases": set(table.loc[off, "phrase"]),
    }


def rates(fault, *, questions, analysts, seed, each=1):
    """Share of analysts with a fault of whom each thing is said."""
    phrases, random = yardstick(), np.random.default_rng(seed)
    said = [
        what_is_said(analyst(random, fault, phrases, questions=questions, each=each), phrases)
        for _ in range(analysts)
    ]
    faults = (
        "no fault found",
        "over-confident",
        "under-confident",
        "too far from base rates",
        "too near to base rates",
        "stated too high",
        "stated too low",
    )
    share = {name: np.mean([name in one["faults"] for one in said]) for name in faults}
    return {
        "analyst": fault,
        "judgments": questions * each,
        "questions": questions,
        **share,
        "the misread phrase": np.mean([MISREAD in one["phrases"] for one in said]),
        "another phrase": np.mean([bool(one["phrases"] - {MISREAD}) for one in said]),
        "phrases wrong": np.mean([len(one["phrases"] - {MISREAD}) for one in said]),
    }


def walker(random, *, questions=30, revisions):
    """A calibrated analyst: each revision a fair step on a ladder of probabilities."""
    rung = random.integers(2, RUNGS.size - 2, questions)
    stated = []
    for _ in range(revisions):
        stated.append(RUNGS[rung])
        moves = random.choice([-1, 1], questions)
        rung = np.where((rung > 0) & (rung < RUNGS.size - 1), rung + moves, rung)
    outcome = random.random(questions) < stated[-1]
    return {
        "probability": np.concatenate(stated),
        "question": np.tile(np.arange(questions), revisions),
        "outcome": np.tile(outcome, revisions).astype(int),
    }


def inside_the_band(*, revisions, analysts, seed, draws=300):
    """Share of the curve's points inside the 90 % band, for each analyst and both ways."""
    random = np.random.default_rng(seed)
    shares = []
    for number in range(analysts):
        record = walker(random, revisions=revisions)
        probability = record["probability"]
        curve = isotonic_curve(probability=probability, outcome=record["outcome"])
        row = []
        for question in (record["question"], np.arange(probability.size)):
            band = consistency_band(
                probability=probability, question=question, draws=draws, seed=seed + number
            )
            held = (band["low"] - 1e-12 <= curve["recalibrated"]) & (
                curve["recalibrated"] <= band["high"] + 1e-12
            )
            row.append(held.mean())
        shares.append(row)
    return pd.DataFrame(shares, columns=["clustered", "as trials"])
