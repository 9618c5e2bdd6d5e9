"""Alarms about runs that are sound: each way, and the page that lists them all."""

import datetime
import json
import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from first_case import SMALL, small_case
from forecast_bench.cli import main
from forecast_bench.job import (
    ALARMS,
    HARMLESS_ALARMS,
    failing_alarms,
    latest_run,
    read_manifest,
    recalibrate,
)
from forecast_bench.job.watching import (
    Watched,
    more_voids,
    nothing_new,
    overdue,
    score_jumps,
    watch,
)
from forecast_bench.records import AlarmSettings, Duration

ROOT = Path(__file__).parents[1]
DAY = datetime.date(2018, 6, 30)


def source(*, vintage="2018-05-16", sha256="a", to="2018-12-31"):
    return {"source": "acled", "vintage": vintage, "sha256": sha256, "coverage_to": to}


@pytest.mark.parametrize(
    ("vintage", "sha256", "needed", "told"),
    [
        ("2018-05-15", "a", {"acled"}, True),  # 46 days
        ("2018-05-16", "a", {"acled"}, False),  # 45 days: not longer than 45
        ("2018-05-15", "b", {"acled"}, False),  # something came
        ("2018-05-15", "a", {None}, False),  # no open judgment waits for it
        ("2019-05-15", "a", {"acled"}, False),  # retrieved with hindsight
    ],
)
def test_a_quiet_feed_is_told_where_open_judgments_need_it(vintage, sha256, needed, told):
    before = Watched(sources=[source(vintage=vintage)])
    now = Watched(sources=[source(vintage=vintage, sha256=sha256)])
    found = nothing_new(before, now, needed, days=45, as_of=DAY)
    assert [one.id for one in found] == ["nothing-new"] * told


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        ({"open": 20}, {"open": 19, "void": 1}, False),  # exactly a twentieth
        ({"open": 20}, {"open": 18, "void": 1, "cannot resolve": 1}, True),
        ({"open": 18, "void": 2}, {"open": 18, "void": 2}, False),
        ({"open": 18, "cannot resolve": 2}, {"open": 20}, False),  # fewer than before
        ({}, {"void": 1}, False),  # nothing to compare with
        ({"void": 1}, {}, False),
    ],
)
def test_more_judgments_without_an_outcome_are_told(before, now, told):
    found = more_voids(Watched(before), Watched(now), most=0.05)
    assert [one.id for one in found] == ["more-voids"] * told


@given(st.integers(0, 50), st.integers(1, 50), st.floats(0.01, 1))
def test_an_unchanged_record_tells_nothing(void, other, most):
    run = Watched({"void": void, "open": other}, scores={"n": 40, "brier": most, "log_score": most})
    assert more_voids(run, run, most=most) == []
    assert score_jumps(run, run, AlarmSettings()) == []


@pytest.mark.parametrize(
    ("state", "covered_to", "as_of", "told"),
    [
        # the window ends on 31 March, its counts settle on 14 April, 30 days later is 14 May
        ("open", "2018-12-31", datetime.date(2018, 5, 15), True),
        ("open", "2018-12-31", datetime.date(2018, 5, 14), False),
        ("settling", "2018-12-31", datetime.date(2018, 5, 15), True),
        ("cannot resolve", "2018-02-28", datetime.date(2018, 5, 15), True),
        ("cannot resolve", "2018-12-31", datetime.date(2018, 5, 15), False),
        ("occurred", "2018-02-28", datetime.date(2018, 5, 15), False),
        ("void", "2018-02-28", datetime.date(2018, 5, 15), False),
    ],
)
def test_a_judgment_that_waits_too_long_is_told(state, covered_to, as_of, told):
    row = {"id": "a", "state": state, "source": "acled", "window_end": "2018-03-31"}
    found = overdue([row], [source(to=covered_to)], lags=lag(), days=30, as_of=as_of)
    assert [one.id for one in found] == ["settlement-overdue"] * told


def lag():
    return {"acled": Duration(14, "day")}


def test_many_overdue_judgments_are_one_alarm():
    rows = [
        {"id": f"j{number}", "state": "open", "source": None, "window_end": "2018-01-31"}
        for number in range(7)
    ]
    rows.append({"id": "no-window", "state": "open", "source": None, "window_end": None})
    (one,) = overdue(rows, [], lags={}, days=1, as_of=DAY)
    assert one.text == "no outcome more than 1 day after it was due: j0, j1, j2, j3, j4 and 2 more"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ({"n": 10, "brier": 0.2, "log_score": 0.5}, {"n": 10, "brier": 0.25, "log_score": 0.65}, 0),
        ({"n": 10, "brier": 0.2, "log_score": 0.5}, {"n": 11, "brier": 0.26, "log_score": 0.6}, 1),
        ({"n": 10, "brier": 0.3, "log_score": 0.9}, {"n": 11, "brier": 0.2, "log_score": 0.5}, 2),
        ({"n": 9, "brier": 0.3, "log_score": 0.9}, {"n": 11, "brier": 0.2, "log_score": 0.5}, 0),
        ({"n": 0}, {"n": 11, "brier": 0.2, "log_score": 0.5}, 0),
        ({"n": 12, "brier": None, "log_score": None}, {"n": 12, "brier": 0.2, "log_score": 1}, 0),
    ],
)
def test_scores_that_jump_are_told_either_way(old, new, told):
    found = score_jumps(Watched(scores=old), Watched(scores=new), AlarmSettings())
    assert [one.id for one in found] == ["score-jumped"] * told


def test_the_first_run_has_nothing_to_compare_with():
    row = {"id": "a", "state": "open", "source": "acled", "window_end": "2018-12-31"}
    judgments = pd.DataFrame([row]).convert_dtypes()
    now = Watched({"void": 5}, [source(vintage="2017-01-01")], {"n": 20, "brier": 0.9})
    told = {"lags": lag(), "settings": AlarmSettings(), "as_of": DAY}
    assert watch(None, now, judgments, **told) == []
    before = Watched({"open": 5}, now.sources, {"n": 20, "brier": 0.1})
    assert [one.id for one in watch(before, now, judgments, **told)] == [
        "nothing-new",
        "more-voids",
        "score-jumped",
    ]


def test_settings_make_a_harmless_alarm_fail_the_job():
    told = [{"id": name, "text": ""} for name in sorted(ALARMS)]
    strict = {"settings": {"alarms": {"failing": ["more-voids"]}}}
    plain = {one["id"] for one in failing_alarms(told, {})}
    assert plain == set(ALARMS) - HARMLESS_ALARMS
    assert {one["id"] for one in failing_alarms(told, strict)} == plain | {"more-voids"}


def test_every_alarm_is_in_the_table_and_on_its_page():
    source_text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    raised = set(re.findall(r'Alarm\(\s*"([a-z-]+)"', source_text))
    raised |= {"fit-missing", "lineage", "recalibration-withdrawn"}  # chosen by an expression
    assert raised == set(ALARMS)
    page = (ROOT / "docs" / "reference" / "alarms.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([a-z-]+)` \|.*?\| (yes|no) \|", page, re.MULTILINE))
    assert rows == {name: "yes" if fails else "no" for name, fails in ALARMS.items()}


@pytest.fixture(scope="module")
def overdue_case(tmp_path_factory):
    """A question by hand whose window is long over, told but not failed, then failed."""
    return small_case(
        tmp_path_factory.mktemp("overdue"),
        SMALL.replace(
            "change: {of: {actor: JNIM, type: abduction}, direction: increase, against: 12 months}",
            "by_hand: {asks: Did they?, settled_by: A report.}",
        ).replace("within: 18 months\njudgments", "within: 2 months\njudgments"),
    )


def run(capsys, folder, *arguments):
    with pytest.raises(SystemExit) as left:
        main(["recalibrate", "--workspace", str(folder), *arguments])
    out, err = capsys.readouterr()
    return left.value.code, out, err


def test_an_overdue_judgment_is_told_and_fails_the_job_only_where_settings_say_so(
    overdue_case, capsys, tmp_path
):
    day = ("--as-of", "2018-06-30")
    metrics = tmp_path / "desk.prom"
    status, out, err = run(
        capsys, overdue_case, *day, "--log", "json", "--format", "json", "--metrics", str(metrics)
    )
    lines = [json.loads(line) for line in err.splitlines()]
    text = "no outcome more than 30 days after it was due: abductions"
    assert (status, json.loads(out)["ending"]) == (0, "published")
    assert [one["event"] for one in lines][:2] == ["started", "stage"]
    told = [one for one in lines if one["event"] == "alarm"]
    assert [(one["id"], one["text"], one["failing"]) for one in told] == [
        ("settlement-overdue", text, False)
    ]
    last = lines[-1]
    assert last["event"] == "ended"
    assert (last["ending"], last["exit_status"]) == ("published", 0)
    assert last["run"] == json.loads(out)["run"]
    assert 'forecast_bench_alarms{workspace="' in metrics.read_text(encoding="utf-8")

    # A run is shown to others than those who are told of it.
    assert "notify" not in read_manifest(latest_run(overdue_case))["settings"]

    settings = overdue_case / "pyproject.toml"
    settings.write_text(
        settings.read_text(encoding="utf-8")
        + '\n[tool.forecast-bench.alarms]\nfailing = ["settlement-overdue"]\n',
        encoding="utf-8",
    )
    status, _, err = run(capsys, overdue_case, *day, "--quiet")
    assert (status, err) == (4, f"alarm: {text} [settlement-overdue]\n")
    # Nothing has changed since, and it fails as long as nobody resolves it.
    status, _, err = run(capsys, overdue_case, *day, "--quiet")
    assert (status, err) == (4, f"alarm: {text} [settlement-overdue]\n")


def test_a_name_that_matched_before_and_no_longer_does_is_told(tmp_path):
    """Covered by the alarm of names that match nothing, which no settings soften."""
    folder = small_case(tmp_path)
    data = folder / "incidents" / "sahel-monthly.csv"
    now = datetime.datetime(2018, 4, 1, 3, 0, tzinfo=datetime.UTC)
    told = {"as_of": datetime.date(2018, 3, 31), "watch": lambda _: None}
    assert recalibrate(folder, now=now, **told).alarms == ()
    data.write_text(data.read_text(encoding="utf-8").replace("ISGS", "Nobody"), encoding="utf-8")
    after = recalibrate(folder, now=now + datetime.timedelta(hours=1), **told)
    assert {one["id"] for one in after.alarms} == {"more-voids", "name-matches-nothing"}
