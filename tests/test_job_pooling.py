"""Pooled questions from the files to the run, the review and the terminal."""

import datetime
import json
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

from first_case import small_case
from forecast_bench import bayes
from forecast_bench.job import recalibrate
from forecast_bench.job.applying import map_columns, stored_cells
from forecast_bench.job.looking import look
from forecast_bench.job.maps import activate, keep_map, map_record
from forecast_bench.job.pooled_table import (
    POOLED_COLUMNS,
    events_of,
    far_apart,
    pooled_table,
)
from forecast_bench.job.pooling import pooling
from forecast_bench.tracking import opinion_table
from pooled_workspace import few, many

OPEN = datetime.date(2018, 10, 31)
LATER = datetime.date(2019, 3, 1)


def pooled(folder, as_of):
    seen = look(folder, as_of=as_of)
    assert not seen.broken, seen.problems
    settings = seen.workspace.settings.model_copy(update={"seed": 1})
    seen = replace(seen, workspace=replace(seen.workspace, settings=settings))
    return seen, pooling(seen, opinion_table(seen.followed, as_of=as_of), as_of=as_of)


def row(found, question):
    return found.table.set_index("question").loc[question]


def mean(*probabilities):
    """Pooled by hand: odds are multiplied, and the root taken."""
    odds = math.prod(p / (1 - p) for p in probabilities) ** (1 / len(probabilities))
    return odds / (1 + odds)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return few(tmp_path_factory.mktemp("few"))


@pytest.fixture(scope="module")
def undecided(workspace):
    return pooled(workspace, OPEN)


@pytest.fixture(scope="module")
def decided(workspace):
    return pooled(workspace, LATER)


def test_open_questions_are_pooled_by_hand(undecided):
    seen, found = undecided
    live = seen.judgments.set_index("id")["live"]
    ten = row(found, "ten")
    assert ten["analysts"] == 3
    assert ten["pooled_live"] == pytest.approx(mean(*live[["ten-a", "ten-b", "ten-c"]]))
    assert ten["plain_live"] == ten["pooled_live"]
    assert ten["factor"] == 1
    assert ten["lowest"] == pytest.approx(live["ten-a"])
    assert ten["highest"] == pytest.approx(live["ten-b"])
    spread = np.std(logit(live[["ten-a", "ten-b", "ten-c"]].astype(float)), ddof=1)
    assert ten["spread"] == pytest.approx(spread)
    said = "a.name states unlikely (25-35 %), and b.name states highly likely (80-90 %)"
    assert ten["far_apart"] == said
    assert (ten["state"], ten["scored"], ten["not_scored"]) == ("open", False, "")
    # Of two judgments of one analyst the later counts; when all had spoken it was the first.
    ferry = row(found, "ferry")
    assert ferry["pooled_live"] == ferry["pooled_stated"] == pytest.approx(mean(0.6, 0.7))
    assert ferry["first_pooled"] == pytest.approx(mean(0.3, 0.7))
    assert ferry["all_spoken_on"] == "2018-06-30"
    assert ferry["far_apart"] == ""


def test_analysts_on_a_void_question_are_shown_and_not_scored(undecided, decided):
    for _, found in (undecided, decided):
        bridge = row(found, "bridge")
        assert bridge["state"] == "void"
        assert bridge["pooled_stated"] == pytest.approx(mean(0.2, 0.4))
        assert not bridge["scored"]
        assert pd.isna(bridge["brier"])


def test_a_resolved_question_is_scored_as_of_the_day_when_all_had_spoken(undecided, decided):
    _, before = undecided
    _, found = decided
    ten = row(found, "ten")
    assert (ten["state"], ten["outcome_on"]) == ("occurred", "2018-12-31")
    assert ten["all_spoken_on"] == "2018-09-15"
    held = [one["first"] for one in json.loads(ten["opinions"])]
    assert [round(one, 3) for one in held] == [0.145, 0.684, 0.4]
    assert ten["first_pooled"] == pytest.approx(mean(*held))
    # What was said then does not change as time goes on.
    assert ten["first_pooled"] == pytest.approx(row(before, "ten")["first_pooled"])
    assert ten["brier"] == pytest.approx((1 - mean(*held)) ** 2)
    assert ten["log_score"] == pytest.approx(-math.log(mean(*held)))
    assert ten["individual_brier"] == pytest.approx(np.mean([(1 - p) ** 2 for p in held]))
    assert ten["individual_log_score"] == pytest.approx(-np.mean(np.log(held)))
    assert ten["log_score"] <= ten["individual_log_score"]
    # Of what is settled nobody has an opinion.
    assert ten["pooled_live"] == 1
    assert pd.isna(ten["spread"])
    assert ten["first_spread"] == pytest.approx(np.std(logit(held), ddof=1))
    assert found.scores["n"] == 1
    assert found.scores["pooled"]["brier"] == pytest.approx(ten["brier"])
    assert found.scores["gain_brier"]["low"] is None
    assert found.record["resolved"] == 1
    assert found.record["factor_gate"]["reason"].startswith("Cannot be told yet: 1 question of")


TEXT = """\
report: {id: small, title: Small}
lexicon: uk-phia@2018
questions:
  some:
    count:
      of: {actor: JNIM, type: abduction, countries: [Mali, Burkina Faso]}
      at_least: 1
    window: {from: 2018-02-01, to: 2018-12-31}
    source: acled
  hand:
    by_hand: {asks: Is it so?, settled_by: The desk}
    window: {from: 2018-02-01, to: 2018-12-31}
    resolution: {outcome: occurred, on: 2018-12-31, evidence: The desk saw.}
judgments:
  - {id: a1, statement: So., analyst: a, issued: 2018-01-31, probability: 0.3, question: some}
  - {id: b1, statement: So., analyst: b, issued: 2018-06-10, probability: 0.6, question: some}
  - {id: a2, statement: So., analyst: a, issued: 2018-01-31, probability: 0.3, question: hand}
  - {id: b2, statement: So., analyst: b, issued: 2018-01-31, probability: 0.6, question: hand}
"""


def test_what_was_settled_before_all_had_spoken_is_not_scored(tmp_path):
    seen, found = pooled(small_case(tmp_path, TEXT), LATER)
    # A statement made after the counts had settled it stood open for no day.
    late = seen.judgments.set_index("id").loc["b1"]
    assert late["outcome_on"] < late["issued"]
    assert pd.isna(late["time_weighted_brier"])
    some = row(found, "some")
    assert some["state"] == "occurred"
    assert some["not_scored"] == "it was settled before all had spoken"
    assert not some["scored"]
    assert row(found, "hand")["scored"]
    assert found.scores["n"] == 1


def test_where_judgments_came_to_different_outcomes_nothing_is_scored(decided):
    # As where a condition failed for the earlier of two judgments and held for the later.
    seen, _ = decided
    opinions = opinion_table(seen.followed, as_of=LATER)
    opinions = opinions.assign(used=opinions["live"], used_stated=opinions["stated"])
    states = seen.judgments["state"].mask(seen.judgments["id"] == "ten-a", "did not occur")
    events = events_of(opinions, seen.judgments.assign(state=states))
    assert list(events["state"]) == ["outcomes differ", "open", "void"]
    assert events["not_scored"].iloc[0] == "its judgments came to different outcomes"
    assert not events["in_calibration"].any()
    # Certainties that contradict each other are not pooled.
    apart = opinions["used"].mask(opinions["judgment"] == "ten-a", 0.0)
    nothing = bayes.learn_pool(
        pd.DataFrame({name: [] for name in bayes.OPINIONS}), seen.workspace.recalibration, seed=1
    )
    table = pooled_table(opinions.assign(used=apart), events, nothing)
    assert pd.isna(table["pooled_live"].iloc[0])
    assert table["pooled_stated"].notna().all()


def test_where_nobody_shares_a_question_there_is_nothing(tmp_path):
    _, found = pooled(small_case(tmp_path), datetime.date(2018, 3, 31))
    assert found.table.empty
    assert list(found.table.columns) == list(POOLED_COLUMNS)
    assert found.record == {"questions": 0}
    assert found.scores is None


@pytest.fixture(scope="module")
def team(tmp_path_factory):
    return many(tmp_path_factory.mktemp("many"))


def test_a_factor_in_force_moves_later_questions_and_no_earlier_score(team):
    _, found = pooled(team, LATER)
    factor = found.record["factor"]
    assert found.record["factor_gate"]["passed"]
    assert 1.5 < factor < 3.5
    assert found.record["weights"] == "equal"
    ferry = row(found, "ferry")
    assert ferry["pooled_live"] == pytest.approx(expit(factor * logit(mean(0.6, 0.7))))
    assert ferry["plain_live"] == pytest.approx(mean(0.6, 0.7))
    scored = found.table[found.table["in_calibration"].astype(bool)]
    moved = scored[scored["first_factor"] > 1]
    assert 0 < len(moved) < len(scored)
    assert moved["all_spoken_on"].min() > scored["all_spoken_on"].min()
    plain = scored[scored["first_factor"] == 1]
    assert plain["brier"].tolist() == pytest.approx(plain["plain_brier"].tolist())
    # Seen from the day on which the first of them was judged, it was pooled alike.
    first = moved.sort_values("all_spoken_on").iloc[0]
    _, then = pooled(team, datetime.date.fromisoformat(first["all_spoken_on"]))
    assert row(then, first["question"])["pooled_live"] == pytest.approx(first["first_pooled"])
    assert found.scores["n"] == len(scored)
    for name, prefix in (("pooled", ""), ("individuals", "individual_")):
        assert found.scores[name]["brier"] == pytest.approx(scored[f"{prefix}brier"].mean())


def in_force(folder, *, made_for, on):
    """Put a map in force that takes half of the log odds away, more or less."""
    workspace = look(folder, as_of=OPEN).workspace
    generator = np.random.default_rng(1)
    stated = pd.Series(generator.uniform(0.05, 0.95, 2000))
    none = pd.Series([None] * 2000, dtype=object)
    frame = map_columns(stated, pd.Series(["z"] * 2000), none, none)
    happened = (generator.random(2000) < expit(0.5 * logit(stated))).astype(int)
    counted = bayes.cells(frame.assign(outcome=happened))
    record = map_record(
        {
            "data_hash": "d",
            "gate_hash": "g",
            "as_of": made_for,
            "outcomes": 2000,
            "state": "candidate",
            "reason": "It gains.",
            "gate": {"passed": True},
            "correction": {"groups": True, "share": 1.0},
            "model": workspace.recalibration.model_dump(mode="json"),
            "cells": stored_cells(counted),
        }
    )
    keep_map(folder, record)
    activate(folder, record, on=on, because=None)
    return bayes.nested_laplace(counted, workspace.recalibration)


def test_where_a_map_is_in_force_what_it_says_is_pooled(tmp_path):
    folder = few(tmp_path)
    posterior = in_force(folder, made_for="2018-07-31", on=datetime.date(2018, 8, 31))
    _, found = pooled(folder, OPEN)
    ten, ferry = row(found, "ten"), row(found, "ferry")
    columns = map_columns(
        pd.Series([0.6, 0.7]),
        pd.Series(["a.name", "b.name"]),
        pd.Series([None, None], dtype=object),
        pd.Series([None, None], dtype=object),
    )
    mapped = bayes.laplace_recalibrate(posterior, columns, with_interval=False)["median"]
    assert ferry["pooled_live"] == pytest.approx(mean(*mapped))
    assert 0.5 < ferry["pooled_live"] < mean(0.6, 0.7)
    # The counts move what was recalibrated as far as what was stated.
    for one in json.loads(ten["opinions"]):
        by_counts = logit(one["live"]) - logit(one["stated"])
        recalibrated = expit(logit(one["used"]) - by_counts)
        assert abs(recalibrated - 0.5) < abs(one["stated"] - 0.5)
    # On the day when all had spoken of the ferry no map was in force; of ten, one was.
    assert ferry["first_pooled"] == pytest.approx(mean(0.3, 0.7))
    held = [one["first"] for one in json.loads(ten["opinions"])]
    assert held[2] != pytest.approx(0.4)
    assert found.record["map"] is not None


def test_a_map_made_later_is_not_used_for_what_was_said_before(tmp_path):
    folder = few(tmp_path)
    in_force(folder, made_for="2018-10-01", on=datetime.date(2018, 6, 30))
    _, found = pooled(folder, OPEN)
    assert row(found, "ferry")["first_pooled"] == pytest.approx(mean(0.3, 0.7))
    assert row(found, "ferry")["pooled_live"] < mean(0.6, 0.7)


def test_numbers_far_apart_are_named_as_numbers():
    part = [
        {"analyst": name, "text": "", "stated": stated, "band_low": None, "band_high": None}
        for name, stated in (("a", 0.2), ("b", 0.7))
    ]
    assert far_apart(part) == "a states 0.2, and b states 0.7"
    assert far_apart([{**part[0], "stated": 0.4}, part[1]]) == ""


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    folder = few(tmp_path_factory.mktemp("published"))
    now = datetime.datetime(2019, 3, 2, tzinfo=datetime.UTC)
    return folder, recalibrate(folder, as_of=LATER, now=now, watch=lambda _: None)


def test_the_run_holds_them(published):
    _, result = published
    assert result.ending == "published"
    frame = pd.read_parquet(result.run / "pooled.parquet")
    assert list(frame.columns) == list(POOLED_COLUMNS)
    assert list(frame["question"]) == ["ten", "ferry", "bridge"]
    assert result.manifest["pooling"]["questions"] == 3
    assert result.manifest["pooling"]["factor"] == 1
    calibration = json.loads((result.run / "calibration.json").read_text())
    assert calibration["pooled"]["n"] == 1


def test_the_review_shows_them(published):
    _, result = published
    page = (result.run / "review" / "analysts.html").read_text()
    text = (result.run / "review" / "review.md").read_text().replace("\u00a0", " ")
    for shown in (page, text):
        assert "Several analysts on one question" in shown
    assert 'alt="Probabilities of ten on 2018-09-15, when all had spoken: a.name 15' in page
    assert "a.name 15 %, b.name 68 %, c.name 40 %; pooled 39 %." in text
    assert "| Pooled | 0.378 | 0.954 |" in text
    assert (result.run / "review" / "numbers" / "pooled.csv").is_file()


@pytest.fixture
def run(command):
    return lambda *arguments: command(*arguments)[:2]


def test_status_tells_them(workspace, run):
    code, said = run("status", "--workspace", workspace, "--as-of", OPEN)
    assert code == 0
    assert said.split("\n\n")[1] == (
        "question of several analysts  analysts  lowest  highest  pooled  state\n"
        "ten                                  3    4.0%    34.5%   13.2%  open\n"
        "ferry                                2   60.0%    70.0%   65.2%  open\n"
    )
    code, said = run("status", "--workspace", workspace, "--as-of", OPEN, "--format", "json")
    told = json.loads(said)["pooled"]
    assert [one["question"] for one in told] == ["ten", "ferry", "bridge"]
    assert [one["analyst"] for one in told[0]["opinions"]] == ["a.name", "b.name", "c.name"]


def test_status_says_nothing_where_there_is_nothing(tmp_path, run):
    folder = small_case(tmp_path)
    _, said = run("status", "--workspace", folder, "--as-of", "2018-03-31")
    assert "several" not in said
    _, said = run("status", "--workspace", folder, "--as-of", "2018-03-31", "--format", "json")
    assert json.loads(said)["pooled"] == []
