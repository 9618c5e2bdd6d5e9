"""Rolling origins: nothing is known early, each judgment is judged once, too few are told."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from scipy.special import expit, logit

from forecast_bench.bayes import (
    WHOLE,
    Correction,
    RecalibrationSettings,
    cells,
    gain_over_identity,
    gate,
    laplace_recalibrate,
    nested_laplace,
    origins,
    out_of_sample,
    without_groups,
)
from forecast_bench.bayes.laplace_map import partly
from forecast_bench.records import GateSettings
from forecast_bench.reliability import mean_interval
from recalibrated_teams import team

MODEL = RecalibrationSettings(least_outcomes=40, gate=GateSettings(growth=1.5, least_judged=40))
NFL = Path("/work/shared/data/538-nfl-forecasts.csv")


def test_origins_come_as_questions_resolve():
    frame = pd.DataFrame(
        {
            "known_on": pd.to_datetime(["2020-01-01"] * 3 + ["2020-01-02"] * 2 + ["2020-01-05"]),
            "question": ["a", "b", "b", "c", "d", "e"],
        }
    )
    model = RecalibrationSettings(least_outcomes=3, gate=GateSettings(growth=1.2))
    # Two questions on the first day; four on the second; a fifth is 1.25 times four.
    assert origins(frame, model) == [pd.Timestamp("2020-01-02"), pd.Timestamp("2020-01-05")]
    assert origins(frame.head(3), model) == []
    assert origins(frame.head(0), model) == []


def test_each_judgment_is_judged_once_by_the_last_origin_before_it():
    frame = team(slope=0.7, seed=3)
    days = origins(frame, MODEL)
    found = out_of_sample(frame, MODEL)
    assert list(found.index) == list(frame.index[frame["known_on"] > days[0]])
    known = frame.loc[found.index, "known_on"]
    assert (found["origin"] < known).all()
    for day in days:
        assert not ((found["origin"] < day) & (known > day)).any()
    # By hand, for the judgments of the third origin.
    third = found[found["origin"] == days[2]]
    fitted = nested_laplace(cells(frame[frame["known_on"] <= days[2]]), MODEL, nodes=4)
    by_hand = laplace_recalibrate(fitted, frame.loc[third.index])["median"]
    np.testing.assert_array_equal(third["recalibrated"], by_hand)


def test_what_happens_later_changes_nothing_before():
    frame = team(slope=0.7, seed=4)
    honest = out_of_sample(frame, MODEL)
    day = frame["known_on"].sort_values().iloc[250]
    later = frame["known_on"] > day
    planted = frame.assign(
        outcome=frame["outcome"].where(~later, 1 - frame["outcome"]),
        probability=frame["probability"].where(~later, 0.5),
        known_on=frame["known_on"] + pd.to_timedelta(np.where(later, 700, 0), "D"),
    )
    more = pd.concat([planted, planted[later].assign(analyst="planted")], ignore_index=True)
    found = out_of_sample(more, MODEL)
    before = honest.index[~later[honest.index]]
    assert len(before) > 150
    pd.testing.assert_frame_equal(found.loc[before], honest.loc[before])


def test_order_does_not_matter():
    frame = team(slope=0.8, seed=5, outcomes=150)
    mixed = frame.sample(frac=1, random_state=2)
    pd.testing.assert_frame_equal(
        out_of_sample(mixed, MODEL).sort_index(), out_of_sample(frame, MODEL)
    )


def gains_of(frame, model, share):
    judged = out_of_sample(frame, model)
    stated = judged["probability"]
    moved = expit(logit(stated) + share * (logit(judged["recalibrated"]) - logit(stated)))
    return np.where(
        judged["outcome"] == 1, np.log(moved / stated), np.log((1 - moved) / (1 - stated))
    )


def test_the_gain_is_the_mean_of_the_difference_of_log_scores():
    frame = team(slope=0.5, seed=6)
    verdict = gate(frame, MODEL, seed=1)
    assert [(one.groups, one.share) for one, _ in verdict.tried] == [
        (groups, share) for groups in (False, True) for share in MODEL.gate.shares
    ]
    for correction, found in verdict.tried:
        model = MODEL if correction.groups else without_groups(MODEL)
        gains = gains_of(frame, model, correction.share)
        assert found.gain == pytest.approx(gains.mean(), abs=1e-12)
        # The interval again, by the normal law: every judgment is a cluster of its own.
        error = gains.std() / np.sqrt(gains.size)
        assert found.low == pytest.approx(gains.mean() - 1.645 * error, abs=0.2 * error)
        assert found.high == pytest.approx(gains.mean() + 1.645 * error, abs=0.2 * error)
        assert (found.judged, found.clusters) == (gains.size, gains.size)
    assert gate(frame, MODEL, seed=1) == verdict


def test_what_gains_most_of_what_passes_is_put_forward():
    verdict = gate(team(slope=0.5, seed=6), MODEL, seed=1)
    assert verdict.passed
    correction, best = verdict.best
    assert correction == Correction(groups=False, share=1.0)
    passed = [found.gain for _, found in verdict.tried if found.passed]
    assert best.gain == max(passed)
    assert verdict.reason == (
        f"On {best.judged} judgments not seen by the fit, the mean gain in log score is "
        f"{best.gain:.4f} (90% interval {best.low:.4f} to {best.high:.4f}): a gain is shown. "
        "It is that of the whole correction common to all."
    )


def test_where_the_first_share_fails_nothing_is_put_forward():
    verdict = gate(team(slope=1.0, seed=6), MODEL, seed=1)
    assert not verdict.passed
    assert verdict.best == verdict.tried[0]
    # Whatever is known of groups is not looked at, so that it cannot pass by chance.
    assert not any(correction.groups for correction, _ in verdict.tried)
    assert "neither gain nor loss is shown. It is that of 2% of the" in verdict.reason


def test_the_shares_are_those_of_the_settings():
    whole = MODEL.model_copy(update={"gate": MODEL.gate.model_copy(update={"shares": (1.0,)})})
    verdict = gate(team(slope=0.5, seed=6), without_groups(whole), seed=1)
    assert [correction for correction, _ in verdict.tried] == [Correction(groups=False, share=1.0)]
    assert str(WHOLE) == "the whole correction by analyst, phrase and topic"
    with pytest.raises(ValidationError):
        GateSettings(shares=(0.0,))
    with pytest.raises(ValidationError):
        GateSettings(shares=())


def test_a_share_moves_log_odds_by_that_share():
    whole = pd.DataFrame({"probability": [0.9, 0.2], "median": [0.8, 0.25], "low": [0.5, 0.1]})
    half = partly(whole, share=0.5)
    by_hand = (9 * 4) ** 0.5  # odds of 9 and of 4, half way in logs
    assert half["median"].iloc[0] == pytest.approx(by_hand / (1 + by_hand), abs=1e-12)
    pd.testing.assert_frame_equal(partly(whole, share=1.0), whole)
    pd.testing.assert_series_equal(
        partly(whole, share=1e-12)["low"], whole["probability"], check_names=False
    )


def test_judgments_of_one_situation_stand_and_fall_together():
    frame = team(slope=0.5, seed=6)
    alone = gate(frame, MODEL, seed=1).tried[0][1]
    pairs = frame.assign(situation=np.char.mod("s%d", np.arange(len(frame)) // 5))
    together = gate(pairs, MODEL, seed=1).tried[0][1]
    assert together.gain == alone.gain
    assert together.clusters < alone.clusters / 4
    twice = pd.concat([frame, frame.assign(analyst="echo")], ignore_index=True)
    assert gate(twice, MODEL, seed=1).tried[0][1].clusters == alone.clusters


def test_too_few_to_judge_is_said():
    verdict = gate(team(slope=0.7, seed=7, outcomes=60), MODEL, seed=1)
    _, found = verdict.best
    assert (found.gain, found.low, found.high, verdict.passed) == (None, None, None, False)
    assert verdict.reason == (
        f"Too few to judge: {found.clusters} groups of judgments with a common fate can be held "
        "against it, 40 are needed."
    )
    _, none = gate(team(slope=0.7, seed=7, outcomes=30), MODEL, seed=1).best
    assert (none.judged, none.clusters, none.origins) == (0, 0, 0)


def test_a_map_that_loses_is_told():
    frame = team(slope=1.0, seed=8, outcomes=400)
    worse = 1 / (1 + np.exp(-2 * logit(frame["probability"])))
    found = gain_over_identity(frame.assign(recalibrated=worse), MODEL, seed=1)
    assert found.lost
    assert found.reason.endswith("a loss is shown.")
    same = gain_over_identity(frame.assign(recalibrated=frame["probability"]), MODEL, seed=1)
    assert (same.gain, same.passed, same.lost) == (0, False, False)
    assert same.reason.endswith("neither gain nor loss is shown.")


def test_what_is_missing_is_told():
    frame = team(slope=1.0, seed=9, outcomes=60)
    with pytest.raises(ValueError, match=r"the frame lacks the columns \['question'\]"):
        out_of_sample(frame.drop(columns="question"), MODEL)
    with pytest.raises(ValueError, match="the day an outcome was known, or a question, is missing"):
        out_of_sample(frame.assign(known_on=pd.NaT), MODEL)


def test_the_interval_of_a_mean_is_by_clusters():
    generator = np.random.default_rng(3)
    values = generator.normal(1, 2, 200)
    mean, low, high = mean_interval(values, question=range(200), seed=1)
    assert mean == pytest.approx(values.mean())
    error = values.std() / np.sqrt(200)
    assert (high - low) / 2 == pytest.approx(1.645 * error, rel=0.08)
    repeated = mean_interval(np.repeat(values, 4), question=np.repeat(range(200), 4), seed=1)
    assert repeated == pytest.approx((mean, low, high))
    alone = mean_interval([1.0, 2.0], question=["q", "q"], seed=1)
    assert alone[0] == 1.5
    assert np.isnan(alone[1:]).all()
    with pytest.raises(ValueError, match="one or more finite numbers"):
        mean_interval([], question=[], seed=1)
    with pytest.raises(ValueError, match="level must lie"):
        mean_interval([1.0], question=["q"], level=1, seed=1)
    with pytest.raises(ValueError, match="question must have shape"):
        mean_interval([1.0], question=["q", "r"], seed=1)


def nfl():
    """One statement for each game, of the team that comes first by name; ties have no winner."""
    games = pd.read_csv(NFL)
    games = games[games["prob1_outcome"].isin([0, 1])]
    swap = games["team1"] > games["team2"]
    stated = games["prob1"].where(~swap, games["prob2"])
    return pd.DataFrame(
        {
            "probability": stated,
            "outcome": games["prob1_outcome"].where(~swap, games["prob2_outcome"]).astype(int),
            "analyst": "538",
            "phrase": stated.map("{:.1f}".format),
            "topic": games["season"].map("season {}".format),
            "known_on": pd.to_datetime(games["date"]),
            "question": games["date"] + " " + games["team1"] + " " + games["team2"],
        }
    )


@pytest.mark.skipif(not NFL.exists(), reason="the data are not on this machine")
def test_published_football_forecasts_are_left_as_they_are():
    frame = nfl()
    model = RecalibrationSettings()
    _, found = gate(frame, model, seed=1).best
    assert (len(frame), found.judged, found.passed, found.lost) == (1882, 1820, False, False)
    assert (found.gain, found.low, found.high) == pytest.approx(
        (0.000018, -0.000029, 0.000069), abs=5e-6
    )
    for _, season in frame.groupby("topic"):
        assert not gate(season, model, seed=1).passed
