"""Runs of the past are what the job would have said then, alone or one after the other."""

import datetime
import itertools
import json
import re
import shutil
import sys
from pathlib import Path

import pandas as pd
import pytest

import backfilled
import pooled_workspace
from backfilled import said
from first_case import small_case
from forecast_bench.cli import main
from forecast_bench.job import recalibrate
from forecast_bench.job.backfilling import backfill, backfill_days
from forecast_bench.job.runs import run_folders

PROGRAM = str(Path(sys.executable).parent / "forecast-bench")
DAY = datetime.date(2018, 8, 31)
NOW = datetime.datetime(2022, 7, 1, 3, 0, tzinfo=datetime.UTC)


def job(folder, as_of, now=NOW):
    result = recalibrate(folder, as_of=as_of, now=now, watch=lambda _: None)
    assert result.ending == "published", (result.problems, result.alarms)
    return result.run


def desk(folder):
    folder.mkdir()
    small_case(folder, pooled_workspace.ABDUCTIONS)
    text = pooled_workspace.MODEL
    (folder / "models" / "recalibration.yaml").write_text(text, encoding="utf-8")
    return folder


def plant(folder):
    """Everything of the future that a file can hold, on days after the one looked at."""
    path = folder / "judgments" / "small.yaml"
    text = path.read_text(encoding="utf-8")
    revision = "      - {on: 2018-09-30, probability: likely, because: It is quieter.}\n"
    question = "highly likely\n    question: ten\n"
    text = text.replace(question, f"{question}    revisions:\n{revision}")
    text = text.replace(
        "ferry:\n    by_hand: {asks: Has the ferry stopped?, settled_by: The river office}\n",
        "ferry:\n    by_hand: {asks: Has the ferry stopped?, settled_by: The river office}\n"
        "    resolution: {outcome: occurred, on: 2018-10-31, evidence: It lies still.}\n",
    )
    assert text.count("2018-09-30") == text.count("It lies still") == 1
    path.write_text(text, encoding="utf-8")
    later = pooled_workspace.ABDUCTIONS.replace("issued: 2018-06-30", "issued: 2018-09-30")
    later = re.sub(r"(ten|ferry|bridge)(?=[-:},\n])", r"\1-later", later)
    later = later.replace("id: abductions", "id: later").replace("2018-08-31", "2018-11-30")
    later = later.replace("from: 2018-07-01", "from: 2018-10-01").replace(
        "2018-07-31", "2018-10-31"
    )
    later = later.replace("issued: 2018-09-15", "issued: 2018-10-15")
    (folder / "judgments" / "later.yaml").write_text(later, encoding="utf-8")
    with (folder / "incidents" / "sahel-monthly.csv").open("a", encoding="utf-8") as file:
        file.write("2018-07,Mali,Gao,JNIM,,abduction,40\n2018-10,Mali,Gao,JNIM,,abduction,40\n")
    description = folder / "incidents" / "acled-sahel.yaml"
    newer = description.read_text().replace("retrieved: 2022-03-31", "retrieved: 2022-05-31")
    description.write_text(newer, encoding="utf-8")


def test_nothing_that_is_planted_in_the_future_changes_a_run(tmp_path):
    plain, planted = desk(tmp_path / "plain"), desk(tmp_path / "planted")
    # The vintage of the time is in the store before the later one comes.
    alone = job(plain, DAY)
    job(planted, DAY + datetime.timedelta(days=1))
    plant(planted)
    found = job(planted, DAY, now=NOW + datetime.timedelta(days=1))
    before, after = said(alone, but=["reused"]), said(found, but=["reused"])
    assert before.keys() == after.keys()
    differ = {name for name in before if before[name] != after[name]}
    # Lines move where a file is added to, warnings are of the files as they are, and the page
    # names their hashes.
    places = {"judgments.parquet", "review/numbers/judgments.csv"}
    places |= {"review/numbers/judgments.parquet", "made-of.json", "problems.json"}
    assert differ <= {*places, "review/review.md", "manifest.json"}, differ
    rows = [pd.read_parquet(run / "judgments.parquet") for run in (alone, found)]
    pd.testing.assert_frame_equal(*(one.drop(columns="line") for one in rows))
    told = [json.loads(one["manifest.json"]) for one in (before, after)]
    for one in told:
        # The second finds the fit that the day after it made of the same outcomes.
        del one["recalibration"]["fitted"]
    assert told[0] == told[1]
    # On a day after all of it, it counts.
    later = job(planted, datetime.date(2022, 6, 30), now=NOW + datetime.timedelta(days=2))
    judgments = pd.read_parquet(later / "judgments.parquet").set_index("id")
    assert {"ten-later-a", "ferry-later-b"} <= set(judgments.index)
    assert judgments.loc["ferry-a", "state"] == "occurred"
    assert judgments.loc["ten-b", "now_text"] == "likely"
    assert judgments.loc["ten-a", "count"] > 40


@pytest.mark.slow
def test_a_backfill_is_so_many_single_runs(tmp_path):
    together = desk(tmp_path / "together")
    alone = shutil.copytree(together, tmp_path / "alone")
    backfilled.alone(alone, "2018-07-31", "2018-10-31")
    backfilled.together(together, "2018-07-31", "2018-10-31")
    assert len(run_folders(alone)) == 4
    assert backfilled.differences(alone, together) == []


def test_a_backfill_that_was_stopped_goes_on_where_it_was(tmp_path, monkeypatch):
    folder = desk(tmp_path / "desk")
    days = backfill_days(datetime.date(2018, 7, 31), datetime.date(2018, 9, 30), every="month")
    moments = (NOW + datetime.timedelta(seconds=at) for at in itertools.count())
    more = {"clock": lambda: next(moments), "watch": lambda *_: None}
    first = next(backfill(folder, days, **more))
    found = list(backfill(folder, days, **more))
    assert [result.ending for _, result in found] == ["unchanged", "published", "published"]
    assert found[0][1].run == first[1].run.resolve()
    previous = [result.manifest["previous"] for _, result in found]
    assert previous == [None, *(result.run.name for _, result in found[:-1])]
    assert [result.in_force for _, result in found] == [True, True, True]


def test_the_first_day_that_publishes_nothing_ends_it(tmp_path, capsys):
    folder = desk(tmp_path / "desk")
    path = folder / "judgments" / "small.yaml"
    text = path.read_text(encoding="utf-8").replace("highly likely", "highly likley")
    path.write_text(text, encoding="utf-8")
    words = ["backfill", "--workspace", str(folder), "--from", "2018-06-30", "--to", "2018-09-30"]
    with pytest.raises(SystemExit) as left:
        main([*words, "--format", "json"])
    shown = capsys.readouterr()
    assert left.value.code == 1
    assert "unknown-phrase" in shown.err
    assert json.loads(shown.out) == {
        "runs": [
            {
                "as_of": "2018-06-30",
                "ending": "problems",
                "run": None,
                "alarms": [],
                "in_force": False,
            }
        ],
        "missing": ["2018-06-30", "2018-07-31", "2018-08-31", "2018-09-30"],
    }


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--from", "2018-06-01", "--to", "2018-06-29"], "no month ends from 2018-06-01"),
        (["--from", "2018-06-30", "--to", "2999-01-01"], "lies in the future"),
        (["--from", "2018-06"], "is not a day"),
        (["--from", "2018-06-30", "--to", "2018-01-31"], "no month ends from"),
    ],
)
def test_days_that_cannot_be_are_refused(tmp_path, capsys, words, message):
    with pytest.raises(SystemExit) as left:
        main(["backfill", "--workspace", str(tmp_path), *words])
    assert left.value.code == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("every", "found"),
    [
        ("day", 31 + 28 + 31),
        ("week", 12),
        ("month", 3),
        ("quarter", 1),
    ],
)
def test_days_lie_as_far_apart_as_asked(every, found):
    days = backfill_days(datetime.date(2018, 1, 1), datetime.date(2018, 3, 31), every=every)
    assert len(days) == found
    assert list(days) == sorted(days)
    assert every != "week" or {day.isoweekday() for day in days} == {7}
