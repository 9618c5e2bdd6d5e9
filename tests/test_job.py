"""The job: published whole or not at all, and nothing done where nothing changed."""

import datetime
import json
import signal
import subprocess
import sys

import pandas as pd
import pytest
from filelock import FileLock

from first_case import SMALL, small_case
from forecast_bench.job import STAGES, latest_run, read_manifest, recalibrate
from forecast_bench.job.changes import changes
from forecast_bench.job.ledger import append, ledger_file
from forecast_bench.job.runs import find_run, publish, runs_folder, written_aside

EARLY = datetime.date(2018, 3, 31)
NOW = datetime.datetime(2018, 4, 1, 3, 0, tzinfo=datetime.UTC)


def run(folder, *, as_of=EARLY, now=NOW, **more):
    return recalibrate(folder, as_of=as_of, now=now, watch=lambda _: None, **more)


def ledger(folder):
    return [json.loads(line) for line in ledger_file(folder).read_text().splitlines()]


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    folder = small_case(tmp_path_factory.mktemp("small"))
    return folder, run(folder)


def test_a_run_holds_everything_its_readers_need(published):
    folder, result = published
    assert result.ending == "published"
    names = {path.name for path in result.run.iterdir()}
    assert names >= {
        "manifest.json",
        "judgments.parquet",
        "tracking.parquet",
        "moves.parquet",
        "stories.json",
        "counts.parquet",
        "cells.parquet",
        "over_time.parquet",
        "phrases.parquet",
        "reliability.parquet",
        "calibration.json",
        "problems.json",
        "recalibration",
        "review",
    }
    manifest = read_manifest(result.run)
    assert manifest["as_of"] == "2018-03-31"
    assert manifest["judgments"] == 2
    assert {one["file"] for one in manifest["inputs"]} >= {"judgments/small.yaml", "pyproject.toml"}
    assert manifest["sources"][0]["hindsight"] is True
    assert manifest["recalibration"]["state"] == "inactive"
    assert latest_run(folder) == result.run.resolve()
    assert not list(runs_folder(folder).glob(".aside-*"))


def test_nothing_changed_is_nothing_done(published):
    folder, result = published
    again = run(folder, now=NOW + datetime.timedelta(hours=1))
    assert (again.ending, again.run) == ("unchanged", result.run.resolve())
    assert [entry["ending"] for entry in ledger(folder)][-1] == "unchanged"
    assert len([path for path in runs_folder(folder).iterdir() if path.name != "latest"]) == 1


def test_nothing_changed_loads_no_heavy_library(published):
    folder, _ = published
    code = (
        "import sys, datetime; from pathlib import Path;"
        "from forecast_bench.job import recalibrate;"
        "r = recalibrate(Path(sys.argv[1]), as_of=datetime.date(2018, 3, 31),"
        " now=datetime.datetime.now(datetime.UTC), watch=print);"
        "heavy = {'pandas', 'numpy', 'pymc', 'arviz', 'ibis', 'altair'} & set(sys.modules);"
        "print(r.ending, sorted(heavy))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "unchanged []"


def test_a_second_job_leaves_at_once(published):
    folder, _ = published
    with FileLock(folder / ".forecast-bench" / "job.lock"):
        assert run(folder).ending == "locked"


def test_an_edit_taken_back_puts_the_run_before_in_force_again(tmp_path):
    folder = small_case(tmp_path)
    path = folder / "judgments" / "small.yaml"
    first = run(folder)
    path.write_text(SMALL.replace("They clash.", "They will clash."), encoding="utf-8")
    second = run(folder, now=NOW + datetime.timedelta(hours=1))
    assert latest_run(folder) == second.run.resolve()
    path.write_text(SMALL, encoding="utf-8")
    back = run(folder, now=NOW + datetime.timedelta(hours=2))
    assert (back.ending, back.run) == ("unchanged", first.run)
    assert latest_run(folder) == first.run.resolve()


def test_a_replay_of_the_past_leaves_the_present_in_force(tmp_path):
    folder = small_case(tmp_path)
    present = run(folder, as_of=datetime.date(2018, 5, 31))
    replay = run(folder, now=NOW + datetime.timedelta(hours=1))
    assert (present.in_force, replay.in_force) == (True, False)
    assert replay.ending == "published"
    assert replay.manifest["previous"] is None
    assert latest_run(folder) == present.run.resolve()
    assert run(folder).ending == "unchanged"
    assert latest_run(folder) == present.run.resolve()


def test_hidden_files_are_drafts_that_nobody_reads(tmp_path):
    folder = small_case(tmp_path)
    draft = folder / "judgments" / ".draft.yaml"
    draft.write_text(SMALL.replace("id: clash", "id: draft"), encoding="utf-8")
    first = run(folder)
    assert first.manifest["judgments"] == 2
    draft.write_text("not: [judgments", encoding="utf-8")
    assert run(folder).ending == "unchanged"


def test_a_new_vintage_that_turns_an_outcome_says_that_it_did(tmp_path):
    judgments = SMALL.replace("within: 18 months", "window: {from: 2018-01-01, to: 2018-02-28}")
    folder = small_case(tmp_path, judgments)
    before = run(folder, as_of=datetime.date(2022, 4, 1))
    data = folder / "incidents" / "sahel-monthly.csv"
    description = folder / "incidents" / "acled-sahel.yaml"
    data.write_text(data.read_text() + "2018-02,Mali,Gao,JNIM,ISGS,battle,1\n", encoding="utf-8")
    newer = description.read_text().replace("2022-03-31", "2022-05-31")
    description.write_text(newer, encoding="utf-8")
    after = run(folder, as_of=datetime.date(2022, 6, 1), now=NOW + datetime.timedelta(days=60))
    turned = {one["judgment"]: one for one in after.manifest["changed"] if one["what"] == "state"}
    assert turned["clash"]["before"] == "did not occur"
    assert turned["clash"]["after"] == "occurred"
    assert turned["clash"]["because"] == "a new vintage of acled"
    rows = [
        pd.read_parquet(one.run / "judgments.parquet").set_index("id") for one in (before, after)
    ]
    # Rescored: 0.646184 against no, then against yes; the run before keeps its own.
    scores = [float(one.loc["clash", "brier"]) for one in rows]
    assert scores == pytest.approx([0.646184**2, 0.353816**2], abs=1e-5)


def test_labels_that_no_actor_has_are_told(tmp_path):
    folder = small_case(tmp_path)
    data = folder / "incidents" / "sahel-monthly.csv"
    data.write_text(data.read_text() + "2018-02,Mali,Gao,Sea Wolfs,,battle,1\n", encoding="utf-8")
    result = run(folder)
    assert result.manifest["sources"][0]["unnamed_labels"] == ["Sea Wolfs"]
    assert "Sea Wolfs" in (result.run / "review" / "review.md").read_text(encoding="utf-8")


def test_a_changed_day_tells_what_moved(tmp_path):
    folder = small_case(tmp_path)
    first = run(folder)
    second = run(folder, as_of=datetime.date(2018, 5, 31), now=NOW + datetime.timedelta(days=60))
    assert second.manifest["previous"] == first.run.name
    moved = {(one["judgment"], one["what"]) for one in second.manifest["changed"]}
    assert moved == {("clash", "live"), ("abductions", "live")}
    # Eleven abductions by the end of May pass the threshold of eight: certain, and said so.
    after = next(one for one in second.manifest["changed"] if one["judgment"] == "abductions")
    assert after["after"] == "100.0%"


def test_a_mistake_publishes_nothing_and_leaves_the_last_run(published):
    folder, result = published
    path = folder / "judgments" / "small.yaml"
    path.write_text(SMALL.replace("highly likely", "highly likley"), encoding="utf-8")
    try:
        broken = run(folder, now=NOW + datetime.timedelta(hours=2))
    finally:
        path.write_text(SMALL, encoding="utf-8")
    assert broken.ending == "problems"
    assert [one.identifier for one in broken.problems] == ["unknown-phrase"]
    assert latest_run(folder) == result.run.resolve()


@pytest.mark.parametrize(
    ("content", "alarm"),
    [
        (b"", "feed-unreadable"),
        (b"not,the,header\n1,2,3\n", "feed-unreadable"),
    ],
)
def test_a_feed_that_cannot_be_read_is_an_alarm(tmp_path, content, alarm):
    folder = small_case(tmp_path)
    (folder / "incidents" / "sahel-monthly.csv").write_bytes(content)
    result = run(folder)
    assert result.ending == "failed"
    assert [one["id"] for one in result.alarms] == [alarm]
    assert result.problems[0].location.file == "incidents/sahel-monthly.csv"
    assert latest_run(folder) is None


def test_a_shrunken_feed_is_an_alarm_and_publishes_nothing(published):
    folder, result = published
    data = folder / "incidents" / "sahel-monthly.csv"
    description = folder / "incidents" / "acled-sahel.yaml"
    whole, described = data.read_text(), description.read_text()
    header = [line for line in whole.splitlines(keepends=True) if line.startswith(("#", "month"))]
    rows = [line for line in whole.splitlines(keepends=True) if line[0].isdigit()]
    try:
        data.write_text("".join(header + rows[:100]), encoding="utf-8")
        description.write_text(described.replace("2022-03-31", "2022-04-30"), encoding="utf-8")
        shrunk = run(folder, as_of=datetime.date(2022, 5, 1))
        again = run(folder, as_of=datetime.date(2022, 5, 2))
    finally:
        data.write_text(whole, encoding="utf-8")
        description.write_text(described, encoding="utf-8")
    for one in (shrunk, again):
        assert one.ending == "failed"
        assert [alarm["id"] for alarm in one.alarms] == ["feed-shrunken"]
    assert latest_run(folder) == result.run.resolve()


def test_a_name_that_matches_nothing_is_an_alarm_and_no_zero(tmp_path):
    judgments = SMALL.replace("actor: JNIM", "actor: MNLA").replace("within: 18", "within: 2")
    folder = small_case(tmp_path, judgments)
    result = run(folder)
    assert result.ending == "published"
    assert [alarm["id"] for alarm in result.alarms] == ["name-matches-nothing"]
    rows = pd.read_parquet(result.run / "judgments.parquet").set_index("id")
    assert rows.loc["abductions", "state"] == "cannot resolve"
    assert "MNLA" in rows.loc["abductions", "state_reason"]
    # The alarm stays until the name is mended, also where nothing else changed.
    assert run(folder).alarms == result.alarms


def test_no_count_after_the_day_looked_at_changes_anything(tmp_path):
    """Plant incidents in the future of the day: nothing may move."""
    plain = small_case(tmp_path / "plain")
    planted = small_case(tmp_path / "planted")
    data = planted / "incidents" / "sahel-monthly.csv"
    data.write_text(data.read_text() + "2018-04,Mali,Gao,JNIM,ISGS,battle,40\n", encoding="utf-8")
    from forecast_bench.job.looking import look

    tables = [look(folder, as_of=EARLY).judgments for folder in (plain, planted)]
    pd.testing.assert_frame_equal(*tables)
    later = look(planted, as_of=datetime.date(2018, 4, 30)).judgments.set_index("id")
    assert later.loc["clash", "live"] == 1.0


@pytest.mark.parametrize("stage", ["read and check", "count", "draw the review"])
def test_killed_at_any_point_the_last_run_stays_and_a_rerun_finishes(tmp_path, stage):
    folder = small_case(tmp_path)
    first = run(folder)
    command = [sys.executable, "-c", "from forecast_bench.cli import main; main()", "recalibrate"]
    job = subprocess.Popen(
        [*command, "--workspace", str(folder), "--as-of", "2018-04-30", "--log", "json"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    with job:
        for line in job.stderr:
            if json.loads(line).get("stage") == stage:
                job.kill()
                break
    assert job.returncode == -signal.SIGKILL
    standing = latest_run(folder)
    assert standing is not None
    assert (standing / "review" / "review.html").is_file()
    assert read_manifest(standing)["run"] == standing.name
    again = run(folder, as_of=datetime.date(2018, 4, 30), now=NOW + datetime.timedelta(days=30))
    assert again.ending in ("published", "unchanged")
    assert read_manifest(latest_run(folder))["as_of"] == "2018-04-30"
    assert standing == first.run.resolve() or again.ending == "unchanged"
    assert not list(runs_folder(folder).glob(".aside-*"))


def test_the_stages_are_told_in_their_order(tmp_path):
    told = []
    result = recalibrate(small_case(tmp_path), as_of=EARLY, now=NOW, watch=told.append)
    assert told == list(STAGES)
    assert [one["stage"] for one in result.manifest["stages"]] == told


def test_a_pointer_left_over_by_a_kill_is_no_hindrance(tmp_path):
    (runs_folder(tmp_path)).mkdir(parents=True)
    (runs_folder(tmp_path) / ".latest").symlink_to("nowhere")
    with written_aside(tmp_path) as aside:
        (aside / "manifest.json").write_text("{}")
        publish(tmp_path, aside, "one")
    assert latest_run(tmp_path).name == "one"


def test_the_ledger_closes_a_line_that_was_cut_short(tmp_path):
    append(tmp_path, {"run": 1})
    with ledger_file(tmp_path).open("a") as file:
        file.write('{"run": 2, "cut')
    append(tmp_path, {"run": 3})
    lines = ledger_file(tmp_path).read_text().splitlines()
    assert json.loads(lines[0])["run"] == 1
    assert json.loads(lines[-1])["run"] == 3


def test_a_run_is_found_by_its_id_and_by_nothing_else(tmp_path):
    with written_aside(tmp_path) as aside:
        (aside / "manifest.json").write_text("{}")
        publish(tmp_path, aside, "one")
    (tmp_path / ".forecast-bench" / "elsewhere").mkdir()
    (tmp_path / ".forecast-bench" / "elsewhere" / "manifest.json").write_text("{}")
    assert find_run(tmp_path, "one") == runs_folder(tmp_path) / "one"
    assert find_run(tmp_path, None) == (runs_folder(tmp_path) / "one").resolve()
    assert find_run(tmp_path, "../elsewhere") is None
    assert find_run(tmp_path, "two") is None


def write_half_a_run(folder):
    with written_aside(folder) as aside:
        (aside / "half").write_text("x")
        raise OSError("the disk is full")


def test_a_run_that_fails_half_way_leaves_nothing_behind(tmp_path):
    with pytest.raises(OSError, match="disk"):
        write_half_a_run(tmp_path)
    assert list(runs_folder(tmp_path).iterdir()) == []
    assert latest_run(tmp_path) is None


def test_changes_name_what_is_new_gone_revised_settled_and_moved():
    before = pd.DataFrame(
        {
            "id": ["a", "b", "c", "d"],
            "state": ["open", "open", "open", "open"],
            "now_text": ["likely", "likely", "likely", "likely"],
            "live": [0.5, 0.5, 0.999, 0.501],
            "prior_mean": [0.65] * 4,
        }
    )
    now = pd.DataFrame(
        {
            "id": ["a", "c", "d", "e"],
            "state": ["occurred", "open", "open", "open"],
            "now_text": ["likely", "unlikely", "likely", "likely"],
            "live": [1.0, 1.0, 0.502, None],
            "prior_mean": [0.65] * 4,
        }
    )
    found = [(one["judgment"], one["what"], one["after"]) for one in changes(before, now)]
    assert found == [
        ("a", "state", "occurred"),
        ("a", "live", "100.0%"),
        ("c", "revised", "unlikely"),
        ("c", "live", "100.0%"),
        ("e", "new", "65.0%"),
        ("b", "gone", ""),
    ]
    assert changes(None, now) == []
