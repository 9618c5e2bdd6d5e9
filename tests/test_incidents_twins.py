"""Two exports of ACLED's shape, and the monadic twin of a dyadic one."""

import datetime
import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

import sample_events as made
from forecast_bench.cli import main
from forecast_bench.incidents import LocalStorage, compare_vintages, vintages
from incident_replay import state_of

FORMER, LATER = datetime.date(2020, 3, 1), datetime.date(2020, 4, 1)
NEW = made.events(1500)
OLD = [replace(one, number=one.number + 5000) for one in made.events(500, old=True)]
EVENTS = [*OLD, *NEW]
WITHDRAWN, REVISED = EVENTS[700:715], EVENTS[100:105]
ADDED = [replace(one, number=one.number + 9000) for one in EVENTS[900:920]]
SECOND = [
    *(replace(one, deaths=one.deaths + 1) if one in REVISED else one for one in EVENTS),
    *ADDED,
]
SECOND = [one for one in SECOND if one not in WITHDRAWN]
DESCRIPTION = """\
source: acled
title: Made-up events
kind: acled
settlement: 14 days
licence: none
attribution: nobody
coverage:
  window: {from: 2016-06-01, to: 2020-02-15}
  countries: {Mali: [Gao, Mopti, Tombouctou, Ségou]}
  types: [any]
"""
JUDGMENT = """\
report: {id: border, title: Along the border}
analyst: r.lee
issued: 2019-06-30
lexicon: uk-phia@2018
judgments:
  - id: battles
    statement: There will be 200 battles or more in Gao by the end of 2019.
    probability: likely
    question:
      count: {of: {type: battle, countries: [Mali], admin1: [Gao]}, at_least: 200}
      window: {from: 2019-07-01, to: 2019-12-31}
      source: acled
"""


@pytest.fixture
def workspace(tmp_path):
    (tmp_path / "judgments").mkdir()
    (tmp_path / "incidents").mkdir()
    (tmp_path / "judgments/border.yaml").write_text(JUDGMENT)
    types = json.dumps(sorted({one.type for one in EVENTS}))
    text = DESCRIPTION.replace("[any]", types)
    (tmp_path / "incidents/acled.yaml").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def run(workspace, capsys):
    def run(*words):
        with pytest.raises(SystemExit) as left:
            main(["incidents", *map(str, words), "--workspace", str(workspace)])
        said = capsys.readouterr()
        return SimpleNamespace(status=left.value.code or 0, out=said.out, err=said.err)

    return run


@pytest.fixture
def bring(workspace, run):
    def bring(events, retrieved, **how):
        path = workspace / "export.csv"
        path.write_text(made.csv_text(*made.acled_rows(events, **how)), encoding="utf-8")
        done = run("import", path, "--retrieved", retrieved, "--format", "json")
        assert (done.status, done.err) == (0, "")
        return json.loads(done.out)

    return bring


def known(workspace):
    return vintages(LocalStorage(workspace / ".forecast-bench/incidents"), "acled")


def test_a_monadic_export_holds_the_same_incidents(workspace, bring):
    first = bring(EVENTS, FORMER)
    assert first["rows"] == first["events"] == len(EVENTS) == 2000
    rows = made.acled_rows(EVENTS, monadic=True)[1]
    second = bring(EVENTS, LATER, monadic=True)
    assert second["read"] == {"rows": len(rows), "taken": len(rows), "rejected": 0, "outside": 0}
    assert len(rows) > 2000
    assert [second[one] for one in ("rows", "added", "changed", "withdrawn")] == [2000, 0, 0, 0]
    dyadic, monadic = known(workspace)
    assert state_of(monadic) == state_of(dyadic)
    assert state_of(monadic) == {
        one.id: (*one.days, "Mali", one.type, one.admin1, one.side_a, one.side_b, one.deaths)
        for one in EVENTS
    }
    assert monadic.labels == dyadic.labels
    assert made.COMPOUND in monadic.labels


def test_a_second_export_gives_exactly_its_differences(workspace, bring, run):
    bring(EVENTS, FORMER)
    second = bring(SECOND, LATER)
    assert [second[one] for one in ("added", "changed", "withdrawn")] == [20, 5, 15]
    former, later = known(workspace)
    manifest = later.manifest
    assert (manifest.added, manifest.changed, manifest.withdrawn) == (20, 5, 15)
    changes = compare_vintages(former, later)
    assert (changes.added, changes.changed, changes.withdrawn) == (20, 5, 15)
    listed = {(one.change, one.event_id) for one in changes.listed}
    assert listed == (
        {("added", one.id) for one in ADDED}
        | {("changed", one.id) for one in REVISED}
        | {("withdrawn", one.id) for one in WITHDRAWN}
    )
    assert {one.columns for one in changes.listed if one.change == "changed"} == {
        ("fatalities_best",)
    }
    shown = run("diff", FORMER, LATER, "--format", "json")
    assert (shown.status, shown.err) == (0, "")
    document = json.loads(shown.out)
    assert [document[one] for one in ("added", "changed", "withdrawn")] == [20, 5, 15]
    assert {(one["change"], one["event_id"]) for one in document["incidents"]} == listed
    assert document["flips"] == []
    assert "20 added, 5 changed, 15 withdrawn" in run("diff", FORMER, LATER).out


def test_answers_as_of_a_day_are_those_of_then(bring, run):
    bring(SECOND, LATER)
    bring(EVENTS, FORMER)  # the earlier export comes later

    def count(day, *more):
        asked = ("count", "--from", "2016-06-01", "--to", "2020-02-15", "--as-of", day)
        return json.loads(run(*asked, *more, "--format", "json").out)

    before, after = count("2020-03-31"), count("2020-04-01")
    assert (before["count"], before["vintage"], before["hindsight"]) == (2000, "2020-03-01", False)
    assert (after["count"], after["vintage"], after["hindsight"]) == (2005, "2020-04-01", False)
    assert count("2019-01-01")["hindsight"]
    battles = count("2020-04-01", "--type", "battle")["count"]
    assert battles == sum(one.type == "battle" for one in SECOND)
    assert run("compact").status == 0
    assert count("2020-03-31") == before
    assert count("2020-04-01") == after
