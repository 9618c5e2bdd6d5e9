"""A recalibration from candidate to active to withdrawn, by the job and by the commands."""

import datetime
import errno
import json
import os
import shutil
from dataclasses import asdict

import pandas as pd
import pytest

from forecast_bench.bayes import laplace_map
from forecast_bench.job import maps, read_manifest, recalibrate
from forecast_bench.job.applying import active_map
from forecast_bench.job.ledger import append_lines
from forecast_bench.job.maps import (
    LineageError,
    StateChange,
    activate,
    enter,
    find_map,
    in_force,
    keep_map,
    map_record,
    read_maps,
    roll_back,
    state_changes,
    state_of,
    withdrawal,
)
from recalibrated_workspace import FIRST, LATER, desk

NOW = datetime.datetime(2020, 2, 1, 3, 0, tzinfo=datetime.UTC)
DAY = datetime.date(2019, 1, 1)


def run_job(folder, *, as_of, hours=0):
    now = NOW + datetime.timedelta(hours=hours)
    return recalibrate(folder, as_of=as_of, now=now, watch=lambda _: None)


@pytest.fixture
def run(command):
    return command


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """Each step on its own: the run, and the workspace as it was after it."""
    folder = desk(tmp_path_factory.mktemp("desk"))
    first = run_job(folder, as_of=FIRST)
    identifier = first.manifest["recalibration"]["id"]
    candidate = tmp_path_factory.mktemp("candidate") / "desk"
    shutil.copytree(folder, candidate, symlinks=True)
    activate(folder, find_map(folder, identifier), on=FIRST, because=None)
    second = run_job(folder, as_of=FIRST, hours=1)
    again = run_job(folder, as_of=FIRST, hours=2)
    in_use = tmp_path_factory.mktemp("active") / "desk"
    shutil.copytree(folder, in_use, symlinks=True)
    third = run_job(folder, as_of=LATER, hours=3)
    return {
        "id": identifier,
        "candidate": candidate,
        "active": in_use,
        "folder": folder,
        "first": first,
        "second": second,
        "again": again,
        "third": third,
    }


def test_a_fit_that_gains_is_a_candidate_until_somebody_activates_it(story):
    found = story["first"].manifest["recalibration"]
    assert (found["state"], found["gate_passed"], found["in_force"]) == ("candidate", True, None)
    assert 0 < found["low"] < found["gain"] < found["high"]
    assert found["reason"].endswith(
        "a gain is shown. It is that of the whole correction by analyst, phrase and topic. "
        f"forecast-bench recalibration activate {story['id']} puts it in force."
    )
    assert found["agreement"] < 0.2
    assert found["parents"] == ["identity"]


def test_an_active_map_stands_beside_what_was_stated(story):
    before = pd.read_parquet(story["first"].run / "judgments.parquet")
    after = pd.read_parquet(story["second"].run / "judgments.parquet")
    found = story["second"].manifest["recalibration"]
    assert (found["state"], found["in_force"]["id"]) == ("active", story["id"])
    assert found["fitted"] is False
    assert found["in_force"]["gain_since"]["gain"] is None
    # Nothing that was stated, counted or scored is another.
    same = [name for name in before if not name.startswith("recalibrated")]
    pd.testing.assert_frame_equal(before[same], after[same])
    sure = after["prior_mean"] > 0.9
    assert (after.loc[sure, "recalibrated"] < after.loc[sure, "prior_mean"]).all()
    # The two roads agree, so the numbers hardly move when the map is put in force.
    assert (before["recalibrated"] - after["recalibrated"]).abs().max() < 0.02
    review = (story["second"].run / "review" / "review.md").read_text(encoding="utf-8")
    assert "The map is in force." in review
    assert story["id"] in review
    assert story["again"].ending == "unchanged"


def test_what_is_applied_is_what_was_kept(story):
    active = active_map(story["active"], as_of=FIRST)
    kept = pd.DataFrame(active.record["map"])
    made = laplace_map(active.posterior, kept["probability"])
    pd.testing.assert_frame_equal(made, kept, atol=1e-5)
    assert active_map(story["active"], as_of=FIRST - datetime.timedelta(days=1)) is None


def test_a_map_that_loses_is_withdrawn_with_an_alarm(story):
    third = story["third"]
    assert third.ending == "published"
    alarm, *others = third.alarms
    # What makes the map lose is in the record as well.
    assert {one["id"] for one in others} == {"score-jumped"}
    assert alarm["id"] == "recalibration-withdrawn"
    assert alarm["text"].startswith(
        f"the recalibration {story['id']} was withdrawn: "
        "it loses on outcomes known since 2019-01-31."
    )
    last = state_changes(story["folder"])[-1]
    assert (last.map, last.state, last.on, last.by) == (
        story["id"],
        "withdrawn",
        "2020-01-31",
        "job",
    )
    found = third.manifest["recalibration"]
    assert found["state"] != "active"
    assert found["in_force"] is None
    assert found["parents"] == [story["id"]]
    # The run before says what it said.
    assert read_manifest(story["second"].run)["recalibration"]["state"] == "active"


def stopped(*_, **__):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_the_job_that_withdraws_does_not_fail(story, run, tmp_path, monkeypatch):
    folder = tmp_path / "desk"
    shutil.copytree(story["active"], folder, symlinks=True)
    shutil.copytree(
        story["folder"] / ".forecast-bench" / "fits",
        folder / ".forecast-bench" / "fits",
        dirs_exist_ok=True,
    )
    # A decision of a later day stands: what is looked at earlier changes nothing.
    states = folder / "models" / "recalibrations" / "states.jsonl"
    as_it_was = states.read_bytes()
    append_lines(states, [asdict(StateChange(story["id"], "active", "2020-06-01", "x", "person"))])
    kept = run_job(folder, as_of=LATER, hours=6)
    assert "recalibration-withdrawn" not in {one["id"] for one in kept.alarms}
    assert kept.manifest["recalibration"]["state"] == "active"
    states.write_bytes(as_it_was)
    # A job that is stopped before it publishes has decided nothing, nor has one of a backfill.
    with monkeypatch.context() as patch:
        patch.setattr("forecast_bench.review.render", stopped)
        with pytest.raises(OSError, match="No space"):
            run_job(folder, as_of=LATER, hours=7)
    assert states.read_bytes() == as_it_was
    undecided = recalibrate(folder, as_of=LATER, now=NOW, watch=lambda _: None, decides=False)
    assert undecided.manifest["recalibration"]["state"] == "active"
    assert states.read_bytes() == as_it_was
    shutil.rmtree(undecided.run)
    (undecided.run.parent / "latest").unlink()
    status, out, err = run("recalibrate", "--workspace", folder, "--as-of", LATER)
    assert status == 0
    assert out.splitlines()[2].startswith("recalibration: ")
    assert "alarm: the recalibration" in err
    # A replay of the days before sees the map in force, and takes nothing out of force.
    before = state_changes(folder)
    replay = run_job(folder, as_of=LATER - datetime.timedelta(days=400), hours=9)
    assert state_changes(folder) == before
    assert replay.manifest["recalibration"]["in_force"] is None


def test_the_commands_tell_the_story(story, run):
    folder, identifier = story["active"], story["id"]
    status, out, _ = run("recalibration", "list", "--workspace", folder)
    assert status == 0
    assert out.splitlines()[0].split() == (
        ["map", "state", "made", "for", "outcomes", "slope", "gain", "interval", "gate"]
    )
    assert out.splitlines()[1].split()[:3] == [identifier, "active", "2019-01-31"]
    assert out.splitlines()[-1] == f"in force: map {identifier}, since 2019-01-31"
    listed = json.loads(run("recalibration", "list", "--workspace", folder, "--format", "json")[1])
    assert listed["in_force"] == identifier
    assert listed["maps"][0]["gate_passed"] is True
    shown = run("recalibration", "show", identifier, "--workspace", folder)[1]
    assert shown.splitlines()[0] == f"{identifier}: active"
    assert "  2019-01-31 active, by person: On " in shown
    told = json.loads(
        run("recalibration", "show", identifier, "--workspace", folder, "--format", "json")[1]
    )
    assert told["changes"][0]["state"] == "active"
    assert told["cells"]["analysts"] == ["one", "two"]


def test_status_and_show_have_stated_and_recalibrated(story, run):
    folder, day = story["active"], ("--as-of", FIRST)
    out = run("status", "--workspace", folder, *day)[1]
    assert out.splitlines()[0].split()[:3] == ["judgment", "stated", "recalibrated"]
    assert out.splitlines()[-1].startswith(f"recalibrated: by map {story['id']}, in force")
    told = json.loads(run("status", "--workspace", folder, *day, "--format", "json")[1])
    assert told["recalibration"] == story["id"]
    published = pd.read_parquet(story["second"].run / "judgments.parquet").set_index("id")
    for row in told["judgments"][:5]:
        assert row["recalibrated"] == pytest.approx(published["recalibrated"][row["id"]])
        assert row["recalibrated_low"] < row["recalibrated"] < row["recalibrated_high"]
    shown = run("show", "a000", "--workspace", folder, *day)[1]
    assert "  recalibrated, from what was first stated: " in shown
    plain = json.loads(
        run("status", "--workspace", story["candidate"], *day, "--format", "json")[1]
    )
    assert plain["recalibration"] is None
    assert plain["judgments"][0]["recalibrated"] is None


def test_activate_and_roll_back_by_the_commands(story, run, tmp_path):
    folder = tmp_path / "desk"
    shutil.copytree(story["candidate"], folder, symlinks=True)
    at = ("--workspace", folder, "--as-of", "2019-02-01")
    status, out, _ = run("recalibration", "activate", story["id"], *at)
    assert status == 0
    assert out.startswith(f"map {story['id']} is active from 2019-02-01: On ")
    status, _, err = run("recalibration", "activate", story["id"], *at)
    assert (status, err) == (1, f"map {story['id']} is in force already, since 2019-02-01\n")
    status, out, _ = run("recalibration", "roll-back", "--because", "a new desk", *at)
    assert out == (
        f"map {story['id']} is withdrawn from 2019-02-01: a new desk\n"
        "no map is in force: statements stay as they are\n"
    )
    status, _, err = run("recalibration", "roll-back", "--because", "a new desk", *at)
    assert (status, err) == (1, "no map is in force: there is nothing to roll back\n")
    status, _, err = run("recalibration", "roll-back", "--because", " ", *at)
    assert status == 2
    status, _, err = run("recalibration", "show", "nothing", *at)
    assert (status, err) == (1, f'there is no map "nothing"; maps: {story["id"]}\n')
    from filelock import FileLock

    with FileLock(folder / ".forecast-bench" / "job.lock"):
        status, _, err = run("recalibration", "activate", story["id"], *at)
    assert (status, err) == (3, "another job is running in this workspace; nothing was changed\n")


def made(folder, name, *, passed=True, day="2019-01-01"):
    record = map_record(
        {
            "data_hash": name,
            "gate_hash": "g",
            "as_of": day,
            "outcomes": 100,
            "state": "candidate",
            "reason": "It gains.",
            "gate": {"passed": passed},
        }
    )
    keep_map(folder, record)
    return record


def test_one_takes_the_place_of_another_and_gives_it_back(tmp_path):
    first, second = made(tmp_path, "first"), made(tmp_path, "second", day="2019-03-01")
    activate(tmp_path, first, on=DAY, because=None)
    activate(tmp_path, second, on=datetime.date(2019, 3, 1), because="fresher")
    changes = state_changes(tmp_path)
    assert [(one.map, one.state) for one in changes] == [
        (first["id"], "active"),
        (first["id"], "inactive"),
        (second["id"], "active"),
    ]
    assert in_force(changes).because == "fresher"
    early = state_changes(tmp_path, as_of=datetime.date(2019, 2, 1))
    assert in_force(early).map == first["id"]
    assert state_of(second, early) == "candidate"
    roll_back(tmp_path, on=datetime.date(2019, 4, 1), because="worse")
    changes = state_changes(tmp_path)
    assert in_force(changes).map == first["id"]
    assert state_of(second, changes) == "withdrawn"
    enter(tmp_path, withdrawal(first["id"], on=datetime.date(2019, 5, 1), because="it loses"))
    assert in_force(state_changes(tmp_path)) is None
    with pytest.raises(LineageError, match="a change of 2019-05-01 stands"):
        activate(tmp_path, second, on=DAY, because="again")
    assert list(read_maps(tmp_path)) == [first["id"], second["id"]]


def test_what_has_not_passed_needs_a_reason_which_is_kept(tmp_path):
    record = made(tmp_path, "weak", passed=False)
    with pytest.raises(LineageError) as refused:
        activate(tmp_path, record, on=DAY, because=None)
    assert str(refused.value) == (
        f"map {record['id']} has not passed the gate: It gains. "
        "To activate it all the same, say why with --because"
    )
    assert state_changes(tmp_path) == ()
    activate(tmp_path, record, on=DAY, because="a trial")
    assert state_changes(tmp_path) == (
        StateChange(record["id"], "active", "2019-01-01", "a trial", "person"),
    )


def test_a_map_is_never_changed(tmp_path):
    record = made(tmp_path, "first")
    path = tmp_path / ".forecast-bench" / "recalibrations" / f"{record['id']}.json"
    whole = path.read_bytes()
    keep_map(tmp_path, {**record, "reason": "Another."})
    assert path.read_bytes() == whole
    path.write_bytes(whole.replace(b"It gains.", b"It wins."))
    with pytest.raises(LineageError) as altered:
        read_maps(tmp_path)
    name = f".forecast-bench/recalibrations/{record['id']}.json"
    assert str(altered.value) == f"{name}: this map was altered after it was made"
    path.write_text("{")
    with pytest.raises(LineageError, match=f"{name}: this file is no map"):
        find_map(tmp_path, record["id"])
    assert find_map(tmp_path, "../states") is None


def test_a_map_of_another_version_is_told_with_what_to_do(tmp_path):
    record = made(tmp_path, "first")
    activate(tmp_path, record, on=DAY, because=None)
    shutil.rmtree(tmp_path / ".forecast-bench")  # where the job keeps those it makes now
    path = tmp_path / "models" / "recalibrations" / f"{record['id']}.json"
    older = {name: value for name, value in record.items() if name != "sha256"} | {"format": 1}
    path.write_text(json.dumps({**older, "sha256": maps._sha256(older)}))
    with pytest.raises(LineageError) as told:
        active_map(tmp_path, as_of=LATER)
    assert str(told.value) == (
        f"models/recalibrations/{record['id']}.json: this map was made by another version (its "
        "format is 1, and 2 is read). Take it out of force with recalibration roll-back, and "
        "activate one that the job makes now"
    )
    roll_back(tmp_path, on=LATER, because="another version")
    assert active_map(tmp_path, as_of=LATER) is None
    assert read_maps(tmp_path) == {}


def test_a_broken_line_and_a_missing_map_are_told_with_their_place(tmp_path):
    record = made(tmp_path, "first")
    activate(tmp_path, record, on=DAY, because=None)
    folder = tmp_path / "models" / "recalibrations"
    (folder / f"{record['id']}.json").unlink()
    shutil.rmtree(tmp_path / ".forecast-bench")
    with pytest.raises(LineageError) as missing:
        active_map(tmp_path, as_of=DAY)
    assert str(missing.value) == (
        f"models/recalibrations/{record['id']}.json: the map in force since 2019-01-01 is missing"
    )
    with (folder / "states.jsonl").open("a") as file:
        file.write("<<<<<<< ours\n")
    with pytest.raises(LineageError) as broken:
        state_changes(tmp_path)
    assert (
        str(broken.value) == "models/recalibrations/states.jsonl:2: this line is no change of state"
    )
