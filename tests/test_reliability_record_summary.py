import copy
import json

import numpy as np
import pandas as pd
import pytest

from forecast_bench.reliability import (
    Measures,
    calibration_in_the_large,
    corp_decomposition,
    murphy_decomposition,
    over_under_confidence,
    summary,
)


def toy(**columns):
    return pd.DataFrame(
        {
            "probability": np.repeat([0.1, 0.5, 0.9], [40, 20, 40]),
            "outcome": np.repeat([1, 0, 1, 0, 1, 0], [2, 38, 11, 9, 38, 2]),
            **columns,
        }
    )


def test_the_toy_worked_by_hand():
    whole = summary(toy())
    assert (whole.n, whole.effective_n) == (100, pytest.approx(100))
    assert whole.brier == pytest.approx(0.09)
    assert (whole.vi, whole.ci, whole.di) == pytest.approx((0.2499, 0.0025, 0.1624))
    assert (whole.ndi, whole.andi) == pytest.approx((0.64986, 0.64271), abs=5e-6)
    assert (whole.in_the_large, whole.over_under) == pytest.approx((-0.01, -0.05))
    # against always .51, which scores VI: 1 - .0900 / .2499
    assert whole.skill == pytest.approx(1 - 0.09 / 0.2499)
    assert (whole.skill_against, whole.skill_n) == ("climatology of the record", 100)
    assert whole.by == {}


def test_it_says_what_the_parts_say():
    random = np.random.default_rng(1)
    frame = pd.DataFrame({"probability": random.choice([0.1, 0.4, 0.8], 60)})
    frame["outcome"] = (random.random(60) < 0.5).astype(int)
    whole = summary(frame)
    brier, log = (corp_decomposition(**frame, rule=rule) for rule in ("brier", "log"))
    assert (whole.brier, whole.mcb, whole.dsc, whole.unc) == (
        brier.score,
        brier.mcb,
        brier.dsc,
        brier.unc,
    )
    assert (whole.log_score, whole.log_mcb) == (log.score, log.mcb)
    assert (whole.log_dsc, whole.log_unc) == (log.dsc, log.unc)
    assert whole.ci == murphy_decomposition(**frame).ci
    assert whole.in_the_large == calibration_in_the_large(**frame)
    assert whole.over_under == over_under_confidence(**frame)


def test_groups_have_the_same_measures():
    frame = toy(
        phrase=np.repeat(["unlikely", "even", "likely"], [40, 20, 40]),
        forecaster=["ann", "bo"] * 50,
        topic=["war"] * 97 + [None] * 3,
        desk="africa",
    )
    whole = summary(frame)
    assert list(whole.by) == ["phrase", "forecaster", "topic"]
    assert list(whole.by["phrase"]) == ["even", "likely", "unlikely"]
    # those without a topic are in no group
    assert {name: group.n for name, group in whole.by["topic"].items()} == {"war": 97}
    unlikely = whole.by["phrase"]["unlikely"]
    assert type(unlikely) is Measures
    # 2 of 40 at .1: (.9^2 * 2 + .1^2 * 38) / 40
    assert unlikely.brier == pytest.approx((0.81 * 2 + 0.01 * 38) / 40)
    # always .51, the whole record's frequency, scores (.49^2 * 2 + .51^2 * 38) / 40 there
    reference = (0.49**2 * 2 + 0.51**2 * 38) / 40
    assert unlikely.skill == pytest.approx(1 - unlikely.brier / reference)
    alone = summary(frame[frame["forecaster"] == "ann"].drop(columns=["phrase", "topic"]))
    same = {"brier", "log_score", "mcb", "ci", "di", "over_under", "effective_n"}
    assert whole.by["forecaster"]["ann"].model_dump(include=same) == alone.model_dump(include=same)


def test_a_reference_column_is_what_skill_is_against():
    frame = toy(reference=0.4)
    frame.loc[:9, "reference"] = np.nan
    whole = summary(frame)
    known = frame.loc[10:]
    own = ((known["probability"] - known["outcome"]) ** 2).mean()
    base = ((0.4 - known["outcome"]) ** 2).mean()
    assert whole.skill == pytest.approx(1 - own / base)
    assert (whole.skill_against, whole.skill_n) == ("base rate of each judgment", 90)


def test_without_any_reference_skill_is_undefined():
    whole = summary(toy(reference=np.nan))
    assert np.isnan(whole.skill)
    assert whole.skill_n == 0


def test_revisions_are_not_trials():
    frame = toy(question=np.arange(100) // 20, situation=["s"] * 40 + [None] * 60)
    whole = summary(frame)
    assert whole.n == 100
    assert whole.effective_n <= 5
    assert not whole.judgeable


@pytest.mark.parametrize(("least", "judgeable"), [(10, True), (100.5, False)])
def test_too_few_outcomes_are_not_judged(least, judgeable):
    whole = summary(toy(), least_outcomes=least)
    assert (whole.judgeable, whole.least_outcomes) == (judgeable, least)


def test_it_is_one_json_document_with_null_for_what_is_undefined():
    frame = pd.DataFrame({"probability": [0.2, 0.7], "outcome": [1, 1], "phrase": ["a", "b"]})
    document = json.loads(summary(frame).model_dump_json())
    assert document["ndi"] is None
    assert document["by"]["phrase"]["a"]["andi"] is None
    assert document["n"] == 2


def test_it_is_frozen_and_changes_nothing_it_was_given():
    frame = toy(phrase="likely")
    before = frame.copy()
    whole = summary(frame)
    pd.testing.assert_frame_equal(frame, before)
    with pytest.raises(ValueError, match="frozen"):
        whole.n = 3
    assert copy.deepcopy(whole) == whole


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (pd.DataFrame({"probability": [0.5]}), "lacks the columns outcome"),
        (pd.DataFrame({"probability": [], "outcome": []}), "at least one"),
        (pd.DataFrame({"probability": [0.5], "outcome": [0.5]}), "outcome must be 0 or 1"),
    ],
)
def test_misuse_is_refused(frame, message):
    with pytest.raises(ValueError, match=message):
        summary(frame)


def test_a_least_number_must_be_positive():
    with pytest.raises(ValueError, match="least_outcomes must be positive, got 0"):
        summary(toy(), least_outcomes=0)
