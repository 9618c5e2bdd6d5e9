"""Cores, memory and time of the job: kept to, ended cleanly, and no number rests on them."""

import datetime
import json
import math
import os
import re
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from first_case import small_case
from forecast_bench import bayes
from forecast_bench.bayes.own_models import process
from forecast_bench.bayes.sampling import sampled
from forecast_bench.bayes.time_limit import begun, sample_within
from forecast_bench.cli import main
from forecast_bench.cli.job_log import JsonLog, TextLog
from forecast_bench.incidents.duckdb_session import duckdb_session
from forecast_bench.incidents.engines import connected
from forecast_bench.job import JobResult, latest_run, limiting, read_manifest, recalibrate
from forecast_bench.job import memory as job_memory
from forecast_bench.job.ledger import ledger_file
from forecast_bench.job.limiting import bounds_of
from forecast_bench.job.metrics import JobMeasures, metrics_text
from forecast_bench.job.runs import JobStoppedError
from forecast_bench.job.stage_clock import StageClock
from forecast_bench.limits import (
    ONE_THREAD,
    Bounds,
    JobTimeExceededError,
    MemoryLimitExceededError,
    bounded,
    in_force,
    memory_held,
    one_thread_each,
    usable_cores,
    usable_memory,
)
from forecast_bench.records import CountingSettings, FitSettings, JobLimits, ModelLimits
from forecast_bench.records.memory_size import MemorySize, MemorySizeText
from forecast_bench.records.time_limit import TimeLimit
from forecast_bench.workspace.settings_file import read_settings
from recalibrated_workspace import FIRST, LATER, desk

NOW = datetime.datetime(2020, 2, 1, 3, 0, tzinfo=datetime.UTC)
EARLY = datetime.date(2018, 3, 31)
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows this")
GIB, MIB = 2**30, 2**20
SIZES = TypeAdapter(MemorySizeText)
OVER = r"^\d+ MiB of memory were held, and 1 MiB are the limit$"
UP = "the job's time limit of 2 hours was reached"


def run(folder, *, as_of=EARLY, hours=0, **more):
    now = NOW + datetime.timedelta(hours=hours)
    return recalibrate(folder, as_of=as_of, now=now, watch=lambda _: None, **more)


def command(folder, *words):
    with pytest.raises(SystemExit) as left:
        main(["recalibrate", "--workspace", str(folder), *words])
    return left.value.code


def last_line(folder):
    return json.loads(ledger_file(folder).read_text(encoding="utf-8").splitlines()[-1])


# What is written


@given(
    number=st.integers(1, 999_999),
    unit=st.sampled_from(["MB", "GB", "TB", "MiB", "GiB", "TiB"]),
    space=st.sampled_from(["", " "]),
)
def test_a_size_is_read_and_written(number, unit, space):
    size = SIZES.validate_python(f"{number}{space}{unit}")
    letter = "MGT".index(unit[0]) + 2
    assert size.bytes == number * (1024 if "i" in unit else 1000) ** letter
    assert SIZES.validate_python(SIZES.dump_python(size)) == size == MemorySize(number, unit)


@given(st.text(max_size=8) | st.from_regex(r"\s?[0-9]{1,7} {0,2}[MGTKm]i?[Bb]\s?", fullmatch=True))
def test_a_text_is_a_size_or_refused_as_its_pattern_says(text):
    (pattern,) = (one["pattern"] for one in (SIZES.json_schema(),))
    fits = re.fullmatch(pattern, text, re.ASCII) is not None
    try:
        size = SIZES.validate_python(text)
    except ValidationError:
        assert not fits
    else:
        assert text.strip().replace(" ", "").lstrip("0") == f"{size.number}{size.unit}"


@pytest.mark.parametrize("text", ["4 gigs", "0 GiB", "4", "GiB", "-1 GB", "1.5 GiB", "4 gib", "4k"])
def test_what_is_no_size_is_refused(text):
    with pytest.raises(ValidationError, match=f'"{text}" is not an amount of memory; write a'):
        SIZES.validate_python(text)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            'memory = "4 gigs"',
            '"limits.memory": "4 gigs" is not an amount of memory; write a number and MB, GB, TB, '
            "MiB, GiB or TiB, such as 4 GiB",
        ),
        (
            'time = "a while"',
            '"limits.time": "a while" is not a time limit; write a number and seconds, minutes or '
            "hours, such as 10 minutes",
        ),
        ("cores = 0", '"limits.cores" must be at least 1, not 0'),
        ("core = 2", '"limits.core" is not a setting; settings: cores, memory, time'),
    ],
)
def test_a_wrong_setting_is_told_with_its_place(tmp_path, line, message):
    path = tmp_path / "pyproject.toml"
    path.write_text(f"[tool.forecast-bench]\n\n[tool.forecast-bench.limits]\n{line}\n")
    settings, (found,) = read_settings(path, shown_as="pyproject.toml")
    assert settings.limits == JobLimits()
    assert (found.identifier, found.location.line, found.location.column) == ("settings", 4, 1)
    assert found.message == message


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--memory", "4 gigs"], '--memory: "4 gigs" is not an amount of memory'),
        (["--time", "soon"], '--time: "soon" is not a time limit'),
        (["--cores", "0"], "'--cores': Input should be greater than or equal to 1"),
    ],
)
def test_a_wrong_option_is_usage(tmp_path, capsys, words, said):
    assert command(small_case(tmp_path), *words) == 2
    assert said in " ".join(capsys.readouterr().err.split())


def test_an_option_goes_before_a_setting():
    here = JobLimits(cores=2, memory="1 GiB", time="1 hour")
    assert JobLimits().over(here) == here
    assert JobLimits(cores=1, memory="2 GiB", time="2 hours").over(here).memory.bytes == 2 * GIB


# What the machine has


def system(folder, lines, files):
    """Make what a system shows of a process's control groups."""
    (folder / "proc" / "self").mkdir(parents=True)
    (folder / "proc" / "self" / "cgroup").write_text("\n".join([*lines, ""]))
    for name, text in files.items():
        path = folder / "groups" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{text}\n")
    return {"proc": folder / "proc", "groups": folder / "groups"}


@pytest.mark.parametrize(
    ("lines", "files", "memory"),
    [
        # The newer version: the group itself, the one above it, and a group without a limit.
        (["0::/desk/job"], {"desk/job/memory.max": 64 * MIB}, 64 * MIB),
        (["0::/desk/job"], {"desk/job/memory.max": "max", "desk/memory.max": MIB}, MIB),
        (["0::/desk/job"], {"desk/job/memory.max": 2 * MIB, "desk/memory.max": MIB}, MIB),
        (["0::/desk/job"], {"desk/job/memory.max": "max"}, None),
        # In a container only the top is to be seen, by whichever path.
        (["0::/"], {"memory.max": MIB}, MIB),
        (["0::/../../other"], {"memory.max": MIB}, MIB),
        (["0::/system.slice/docker-1.scope"], {"memory.max": MIB}, MIB),
        # The older one, by itself or beside the newer.
        (["4:memory:/job"], {"memory/job/memory.limit_in_bytes": MIB}, MIB),
        (["4:memory:/job"], {"memory/memory.limit_in_bytes": MIB}, MIB),
        (["4:memory:/job"], {"memory/job/memory.limit_in_bytes": 9223372036854771712}, None),
        (["4:memory:/", "0::/a"], {"unified/a/memory.max": MIB}, MIB),
        (["nonsense", "", "0::"], {}, None),
    ],
)
def test_memory_is_what_the_groups_allow(tmp_path, lines, files, memory):
    whole = usable_memory(proc=tmp_path / "no", groups=tmp_path / "no")
    assert usable_memory(**system(tmp_path, lines, files)) == (memory or whole)


@pytest.mark.parametrize(
    ("lines", "files", "cores"),
    [
        (["0::/job"], {"job/cpu.max": "100000 100000"}, 1),
        (["0::/job"], {"job/cpu.max": "10000 100000"}, 1),
        (["0::/job"], {"job/cpu.max": "max 100000", "cpu.max": "50000 100000"}, 1),
        (
            ["2:cpu,cpuacct:/job"],
            {"cpu,cpuacct/job/cpu.cfs_quota_us": 1, "cpu,cpuacct/job/cpu.cfs_period_us": 100000},
            1,
        ),
        (["2:cpu:/"], {"cpu/cpu.cfs_quota_us": -1, "cpu/cpu.cfs_period_us": 100000}, None),
        (["0::/job"], {"job/cpu.max": "max 100000"}, None),
        (["0::/job"], {"job/cpu.max": "9900000 100000"}, None),
    ],
)
def test_cores_are_what_affinity_and_quota_allow(tmp_path, lines, files, cores):
    whole = usable_cores(proc=tmp_path / "no", groups=tmp_path / "no")
    assert usable_cores(**system(tmp_path, lines, files)) == min(cores or whole, whole)


@given(quota=st.integers(1, 10**7), period=st.integers(1000, 10**6))
def test_a_part_of_a_core_counts_as_one(quota, period, tmp_path_factory):
    told = system(tmp_path_factory.mktemp("s"), ["0::/"], {"cpu.max": f"{quota} {period}"})
    whole = usable_cores(proc=Path("/no"), groups=Path("/no"))
    assert usable_cores(**told) == min(whole, max(1, math.ceil(quota / period)))


@LINUX
def test_affinity_is_respected():
    only = str(min(os.sched_getaffinity(0)))
    code = "from forecast_bench.limits import usable_cores; print(usable_cores())"
    given_one = ["taskset", "-c", only, sys.executable, "-c", code]
    done = subprocess.run(given_one, capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"


@LINUX
def test_memory_held_is_that_of_all_processes_together(tmp_path):
    before = memory_held()
    block = bytearray(os.urandom(1)) * (200 * MIB)
    assert memory_held() - before == pytest.approx(200 * MIB, rel=0.1)
    code = "a = bytearray(b'1') * (100 * 2**20); print(flush=True); input()"
    words = [sys.executable, "-c", code]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        other.stdout.readline()
        assert 100 * MIB < memory_held(other.pid) - memory_held() < 140 * MIB
        other.stdin.close()
    del block
    assert memory_held(other.pid) == pytest.approx(memory_held(), abs=10 * MIB)
    assert memory_held(proc=tmp_path) is None


# What holds


def test_the_defaults_are_those_of_the_machine_less_a_tenth():
    found = bounds_of(JobLimits())
    assert (found.cores, found.ends) == (usable_cores(), None)
    assert found.memory == int(usable_memory() * 0.9)
    asked = bounds_of(JobLimits(cores=3, memory="1 GiB", time="2 hours"))
    assert (asked.cores, asked.memory, asked.time_limit) == (3, GIB, "2 hours")
    assert 7190 < asked.seconds_left() <= 7200


def test_bounds_hold_within_their_block_and_no_longer():
    assert in_force() == Bounds(cores=usable_cores())
    with bounded(Bounds(cores=1, memory=MIB)):
        with bounded(Bounds(cores=5)):
            assert in_force().cores == 5
        assert in_force() == Bounds(cores=1, memory=MIB)
        with pytest.raises(KeyError), bounded(Bounds(cores=5)):
            raise KeyError
        assert in_force().memory == MIB
    assert in_force().memory is None


@LINUX
def test_over_memory_or_out_of_time_is_said_with_figures():
    with pytest.raises(MemoryLimitExceededError, match=OVER):
        Bounds(cores=1, memory=MIB).hold()
    Bounds(cores=1, memory=1000 * GIB, ends=time.monotonic() + 60).hold()
    with pytest.raises(JobTimeExceededError, match=f"^{UP}$"):
        Bounds(cores=1, ends=time.monotonic() - 1, time_limit="2 hours").hold()


def test_libraries_have_one_thread_each_for_their_sums(monkeypatch):
    import pyarrow
    from threadpoolctl import threadpool_info

    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    before = (dict(os.environ), pyarrow.cpu_count(), threadpool_info())
    pyarrow.set_cpu_count(3)
    with one_thread_each(cores=2):
        assert {one["num_threads"] for one in threadpool_info()} == {1}
        told = {name: os.environ.get(name) for name in ONE_THREAD if name != "NUMBA_NUM_THREADS"}
        assert set(told.values()) == {"1"}
        assert pyarrow.cpu_count() == 2
    assert pyarrow.cpu_count() == 3
    pyarrow.set_cpu_count(before[1])
    assert (dict(os.environ), pyarrow.cpu_count(), threadpool_info()) == before


def test_one_thread_is_told_before_a_library_is_loaded():
    code = (
        "import sys\nfrom forecast_bench.limits import one_thread_each\n"
        "with one_thread_each(cores=2):\n"
        "    assert 'numpy' not in sys.modules\n    import numpy, scipy.linalg, numba\n"
        "    from threadpoolctl import threadpool_info\n"
        "    print({one['num_threads'] for one in threadpool_info()}, numba.get_num_threads())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "{1} 1\n"


def told_by_duckdb(query):
    return query("SELECT current_setting('threads'), current_setting('memory_limit')")


@pytest.mark.parametrize(
    ("bounds", "threads", "memory"),
    [
        (Bounds(cores=1), 1, "953.6 MiB"),
        (Bounds(cores=2, memory=200 * MIB), 2, "100.0 MiB"),
        (Bounds(cores=9, memory=100 * GIB), 4, "953.6 MiB"),
    ],
)
def test_duckdb_takes_no_more_than_its_part(bounds, threads, memory):
    with bounded(bounds):
        with duckdb_session(threads=4, memory="1GB") as connection:
            found = told_by_duckdb(lambda text: connection.execute(text).fetchall())
        assert found == [(threads, memory)]
        with connected(CountingSettings(threads=4, memory="1GB")) as engine:
            found = told_by_duckdb(lambda text: engine.con.execute(text).fetchall())
        assert found == [(threads, memory)]


def ask_much_of_a_session(query):
    with duckdb_session(threads=1, memory="1GB") as connection:
        connection.execute(query).fetchall()


def ask_much_of_an_engine(query):
    with connected(CountingSettings(memory="1GB")) as engine:
        engine.con.execute(query).fetchall()


@pytest.mark.parametrize("ask", [ask_much_of_a_session, ask_much_of_an_engine])
def test_duckdb_without_memory_is_a_memory_error(ask):
    with bounded(Bounds(cores=1, memory=8 * MIB)), pytest.raises(MemoryError, match=r"^DuckDB: "):
        ask("SELECT list(i) FROM range(20000000) t(i)")


def test_no_more_workers_than_cores():
    from forecast_bench.bayes.workers import _workers

    for cores, workers in ((1, 1), (2, 2), (9, 3)):
        with bounded(Bounds(cores=cores)), _workers(FitSettings(workers=3)) as told:
            assert (told["n_jobs"], told["inner_max_num_threads"]) == (workers, 1)


# Fits


@pytest.fixture(scope="module")
def compiled():
    import nutpie
    from pytensor.configdefaults import config

    rows = pd.DataFrame(
        {"probability": [0.3, 0.8], "outcome": [0, 1], "analyst": "a", "phrase": "p", "topic": "t"}
    )
    none = {"analysts": False, "analyst_slopes": False, "phrases": False, "topics": False}
    model = bayes.recalibration_model(bayes.cells(rows), bayes.RecalibrationSettings(**none))
    with config.change_flags(numba__fastmath=False):
        return nutpie.compile_pymc_model(model)


SAMPLER = bayes.RecalibrationSettings(draws=100, tune=100, chains=4)


def threads():
    return sum(1 for _ in Path("/proc/self/task").iterdir())


@LINUX
def test_a_sampler_uses_the_cores_it_may_and_says_the_same_on_any(compiled, monkeypatch):
    import nutpie

    monkeypatch.setattr(nutpie, "compile_pymc_model", lambda *_, **__: compiled)
    draws, used = {}, {}
    for cores in (1, 2, 3, 1):
        with bounded(Bounds(cores=cores)):
            idata = sampled(None, SAMPLER, begun(None), seed=3)
            draws[cores] = idata["posterior"].dataset
            running = nutpie.sample(
                compiled,
                draws=10**7,
                chains=4,
                cores=cores,
                seed=1,
                blocking=False,
                progress_bar=False,
            )
            used[cores] = threads()
            running.cancel()
    assert used[2] - used[1] == used[3] - used[2] == 1
    for cores in (2, 3):
        pd.testing.assert_frame_equal(draws[1].to_dataframe(), draws[cores].to_dataframe())


@pytest.mark.parametrize(
    ("bounds", "error", "said"),
    [
        pytest.param(Bounds(1, memory=MIB), MemoryLimitExceededError, OVER, marks=LINUX),
        (Bounds(1, ends=0.0, time_limit="2 hours"), JobTimeExceededError, f"^{UP}$"),
    ],
)
def test_a_sampler_at_work_is_ended_by_a_limit_of_the_job(
    compiled, monkeypatch, bounds, error, said
):
    """The limit comes into force while it draws: at the second look, for the third time."""
    looks = []

    def later():
        looks.append(1)
        return bounds if len(looks) > 4 else Bounds(1)

    monkeypatch.setattr("forecast_bench.bayes.time_limit.in_force", later)
    arguments = {"tune": 50, "chains": 2, "cores": 2, "seed": 1, "save_warmup": False}
    with pytest.raises(error, match=said):
        sample_within(compiled, begun(None), draws=50_000_000, **arguments)
    assert len(looks) in (5, 6)
    monkeypatch.undo()
    # None of its threads works on, and the next fit is as ever.
    again = sample_within(compiled, begun(None), draws=50, **arguments)
    worked, waited = time.process_time(), time.monotonic()
    while time.monotonic() - waited < 0.3:
        os.sched_yield()
    assert time.process_time() - worked < 0.3 * 1.5
    free = sample_within(compiled, begun(TimeLimit(1, "hour")), draws=50, **arguments)
    for name in again["posterior"]:
        np.testing.assert_array_equal(again["posterior"][name], free["posterior"][name])


def test_a_fit_has_what_is_left_of_the_job_when_that_is_less():
    own = begun(TimeLimit(10, "minute"))
    for left, expected in ((60, 60), (6000, 600), (None, 600)):
        ends = None if left is None else time.monotonic() + left
        with bounded(Bounds(1, ends=ends)):
            assert own.left() == pytest.approx(expected, abs=5)
            assert begun(None).left() == (None if left is None else pytest.approx(left, abs=5))
    with (
        bounded(Bounds(1, ends=time.monotonic() + 60)),
        pytest.raises(bayes.TimeLimitExceededError),
    ):
        bayes.Deadline(TimeLimit(1, "minute"), ends=0.0).left()


HOLDS = "all = bytearray(b'1') * (300 * 2**20)\nwhile True:\n    pass\n"


@LINUX
def test_the_process_of_an_own_model_counts_as_the_jobs(tmp_path, monkeypatch):
    ended = []
    end = process._end
    monkeypatch.setattr(process, "_end", lambda one: (end(one), ended.append(one.poll())))
    request = {
        "task": "fit",
        "compiled": str(tmp_path),
        "limits": {"memory": 6 * GIB, "output": GIB, "seconds": 60, "cores": 1},
    }
    most = memory_held() + 250 * MIB
    for bounds, error in (
        (Bounds(1, memory=most), MemoryLimitExceededError),
        (Bounds(1, ends=time.monotonic() - 1, time_limit="2 hours"), JobTimeExceededError),
    ):
        with process.own_folder(HOLDS.encode(), request) as own:
            assert own.is_dir()
            with bounded(bounds), pytest.raises(error):
                process.run(own, ModelLimits())
        assert not own.exists()
    assert len(ended) == 2
    assert None not in ended


def test_an_own_model_is_told_its_cores_and_has_one_thread_for_sums(tmp_path):
    from forecast_bench.bayes.own_models.fits import _request
    from test_own_models_process import SERIES

    asked = type("Asked", (), {"limits": ModelLimits(), "series": SERIES, "compiled_in": tmp_path})
    with bounded(Bounds(cores=5)):
        assert _request(asked, 1)["limits"]["cores"] == 5
    told = process._environment(tmp_path)
    assert {told[name] for name in ONE_THREAD} == {"1"}


# The job


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """The small case on one core and on two, with what libraries used inside of a stage."""
    from threadpoolctl import threadpool_info

    found = {}
    for cores in (1, 2):
        folder = small_case(tmp_path_factory.mktemp(f"on-{cores}"))
        told = {}

        def watch(stage, told=told):
            told[stage] = (in_force().cores, max(one["num_threads"] for one in threadpool_info()))

        result = recalibrate(
            folder, as_of=EARLY, now=NOW, watch=watch, limits=JobLimits(cores=cores)
        )
        found[cores] = (folder, result, told)
    return found


def test_no_published_number_rests_on_the_cores(two):
    one, other = (two[cores][1].manifest for cores in (1, 2))
    tables = {
        file: sha256
        for file, sha256 in one["files"].items()
        if file.endswith((".parquet", ".json", ".nc")) and not file.startswith("review/")
    }
    assert len(tables) > 15
    assert {file: other["files"][file] for file in tables} == tables
    assert one["fingerprint"] == other["fingerprint"]


def test_every_stage_has_the_cores_and_one_thread_for_sums(two):
    for cores in (1, 2):
        assert set(two[cores][2].values()) == {(cores, 1)}


def test_each_stage_says_what_it_took(two, capsys):
    manifest = two[1][1].manifest
    for one in manifest["stages"]:
        assert set(one) == {"stage", "seconds", "cpu_seconds", "peak_mib"}
        # On one core no stage takes more of the processor than of the clock, but for the drawing.
        if one["stage"] != "draw the review":
            assert 0 <= one["cpu_seconds"] <= one["seconds"] * 1.2 + 0.1
    peaks = [one["peak_mib"] for one in manifest["stages"]]
    assert 50 < min(peaks) <= max(peaks) <= manifest["peak_mib"]
    with pytest.raises(SystemExit):
        main(["runs", "show", "--workspace", str(two[1][0])])
    out = capsys.readouterr().out
    assert "stage                      seconds  of processors  most MiB" in out
    measures = JobMeasures(two[1][0], EARLY, NOW, 1.0, 0)
    text = metrics_text(JobResult("published", None, manifest), measures)
    assert 'forecast_bench_stage_peak_memory_bytes{workspace="' in text
    older = {**manifest, "stages": [{"stage": "count", "seconds": 1.0}]}
    text = metrics_text(JobResult("published", None, older), measures)
    assert "stage_peak_memory_bytes" not in text


@LINUX
def test_the_peak_is_that_of_the_stage_and_the_whole_keeps_the_highest():
    if not job_memory.forget_peak():
        pytest.fail("this system does not let a process forget its peak")
    clock = StageClock(lambda _: None)
    with clock.stage("large"):
        block = bytearray(os.urandom(1)) * (300 * MIB)
        del block
    with clock.stage("small"):
        held = memory_held()
    large, small = (one["peak_mib"] for one in clock.stages)
    assert large - small > 250
    assert small == pytest.approx(held / MIB, abs=30)
    assert clock.most_mib >= large


def test_where_a_peak_cannot_be_forgotten_it_only_rises(monkeypatch, tmp_path):
    monkeypatch.setattr(job_memory, "_MARKS", tmp_path / "no" / "clear_refs")
    monkeypatch.setattr(job_memory, "_STATUS", tmp_path / "no" / "status")
    assert job_memory.forget_peak() is False
    assert job_memory.peak_mib() > 50
    clock = StageClock(lambda _: None)
    for name in "ab":
        with clock.stage(name):
            pass
    assert clock.stages[0]["peak_mib"] <= clock.stages[1]["peak_mib"]


def stopped(folder, capsys, *words):
    """Run the job, which must stop and leave what was published."""
    before = latest_run(folder)
    manifest = read_manifest(before)
    status = command(folder, "--as-of", "2018-04-30", "--log", "json", *words)
    lines = [json.loads(one) for one in capsys.readouterr().err.splitlines()]
    assert (status, lines[-1]["ending"], lines[-1]["exit_status"]) == (4, "stopped", 4)
    entry = last_line(folder)
    assert (entry["ending"], entry["run"]) == ("stopped", before.name)
    assert entry["reason"] == lines[-1]["reason"]
    assert latest_run(folder) == before
    assert read_manifest(before) == manifest
    with pytest.raises(SystemExit) as left:
        main(["runs", "verify", "--workspace", str(folder)])
    assert left.value.code == 0
    assert not list(before.parent.glob(".aside-*"))
    capsys.readouterr()
    return entry


@LINUX
def test_a_job_over_its_memory_stops_safely_between_stages(two, capsys):
    entry = stopped(two[1][0], capsys, "--memory", "1 MiB")
    assert entry["stage"] == "read and check"
    assert re.sub(r"\d+ MiB of", "N MiB of", entry["reason"]) == (
        'in the stage "read and check": N MiB of memory were held, and 1 MiB are the limit; raise '
        "limits.memory in the settings"
    )


def test_a_job_over_its_time_stops_safely(two, capsys, monkeypatch):
    late = Bounds(cores=1, ends=0.0, time_limit="2 hours")
    monkeypatch.setattr(limiting, "bounds_of", lambda _: late)
    entry = stopped(two[1][0], capsys)
    assert entry["reason"] == (
        f'in the stage "read and check": {UP}; fits that were made are kept, so the next job has '
        "less to do: run it again, or raise limits.time in the settings"
    )


@pytest.mark.parametrize(
    ("module", "name", "stage", "said"),
    [
        ("job.looking", "count_questions", "count", 'in the stage "count": memory ran'),
        ("job.tables", "write_tables", "write the tables", 'in the stage "write the'),
        ("review", "render", "draw the review", 'in the stage "draw the review": memo'),
        ("job.recalibrate", "publish", "draw the review", "memory ran out: 8 GiB"),
    ],
)
def test_memory_that_runs_out_anywhere_stops_the_job_safely(
    two, capsys, monkeypatch, module, name, stage, said
):
    def none_left(*_, **__):
        raise MemoryError("8 GiB")

    monkeypatch.setattr(sys.modules[f"forecast_bench.{module}"], name, none_left)
    entry = stopped(two[2][0], capsys)
    assert entry["stage"] == stage
    assert entry["reason"].startswith(said)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ImportError, "vl_convert.abi3.so: failed to map segment from shared object"),
        (RuntimeError, "can't start new thread"),
    ],
)
def test_memory_that_runs_out_while_a_library_is_loaded_is_no_bug(
    two, capsys, monkeypatch, error, text
):
    def none_left(*_, **__):
        raise error(text)

    monkeypatch.setattr(sys.modules["forecast_bench.review"], "render", none_left)
    entry = stopped(two[2][0], capsys)
    assert (entry["stage"], entry["reason"]) == ("draw the review", f"memory ran out: {text}")
    with pytest.raises(error, match="of another kind"), limiting.limited(two[2][0], JobLimits()):
        raise error("of another kind")


def test_memory_that_runs_out_in_another_command_is_no_bug(two, capsys, monkeypatch):
    def none_left(*_, **__):
        raise MemoryError

    monkeypatch.setattr("forecast_bench.job.looking.count_questions", none_left)
    with pytest.raises(SystemExit) as left:
        main(["status", "--workspace", str(two[2][0]), "--as-of", "2018-04-30"])
    assert left.value.code == 4
    assert capsys.readouterr().err.strip().endswith("memory ran out")


@LINUX
def test_an_end_of_addresses_while_the_job_runs_stops_it_safely(tmp_path, two):
    """As under `ulimit -v`, met in the middle of the job."""
    folder = two[1][0]
    before = latest_run(folder)
    code = (
        "import resource, sys\nfrom pathlib import Path\n"
        "from forecast_bench.cli import main\n"
        "from forecast_bench.job import looking\n"
        "def full(*_, **__):\n"
        "    held = int(Path('/proc/self/statm').read_text().split()[0]) * resource.getpagesize()\n"
        "    resource.setrlimit(resource.RLIMIT_AS, (held + 2**20, held + 2**20))\n"
        "    return bytes(2**28)\n"
        "looking.count_questions = full\n"
        "main(sys.argv[1:])\n"
    )
    words = ["recalibrate", "--workspace", str(folder), "--as-of", "2018-04-29", "--quiet"]
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True)
    assert done.returncode == 4
    assert done.stderr == (
        'stopped: in the stage "count": memory ran out; give the job more, or lower limits.memory '
        "in the settings; what was published before stays\n"
    )
    assert latest_run(folder) == before
    assert last_line(folder)["ending"] == "stopped"


# What was finished is used


def limited_fits(monkeypatch, name, bounds):
    """Have fits of a kind run under limits of their own; count how many were begun."""
    begun_fits = []
    real = getattr(bayes, name)

    def counted(*given, **more):
        begun_fits.append(name)
        with bounded(bounds or in_force()):
            return real(*given, **more)

    monkeypatch.setattr(bayes, name, counted)
    return begun_fits


def killed(*_, **__):
    raise KeyboardInterrupt


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    """A job that was killed after its fit and before the gate, then run again."""
    folder = desk(tmp_path_factory.mktemp("desk"))
    with pytest.MonkeyPatch.context() as patch:
        fits = limited_fits(patch, "fit", None)
        gate = bayes.gate
        patch.setattr(bayes, "gate", killed)
        with pytest.raises(KeyboardInterrupt):
            run(folder, as_of=FIRST)
        patch.setattr(bayes, "gate", gate)
        assert latest_run(folder) is None
        return folder, run(folder, as_of=FIRST, hours=1), fits


@LINUX
def test_a_fit_over_memory_is_an_alarm_and_the_last_run_stays(fitted, capsys, monkeypatch):
    folder, published, _ = fitted
    limited_fits(monkeypatch, "fit", Bounds(2, memory=MIB))
    monkeypatch.setattr("nutpie.compile_pymc_model", lambda *_, **__: None)
    words = ["--as-of", str(LATER), "--format", "json", "--quiet"]
    assert command(folder, *words) == 4
    told = json.loads(capsys.readouterr().out)
    assert (told["ending"], told["run"]) == ("failed", published.run.name)
    (alarm,) = told["alarms"]
    assert alarm["id"] == "fit-over-memory"
    assert alarm["text"].startswith("models/recalibration.yaml: the fit was stopped: ")
    assert alarm["text"].endswith(
        " MiB of memory were held, and 1 MiB are the limit: lower `draws`, leave out a group or "
        "raise limits.memory in the settings; until then --fit never uses the last good fit"
    )
    assert latest_run(folder) == published.run.resolve()
    assert last_line(folder)["alarms"] == ["fit-over-memory"]


def test_the_end_of_the_jobs_time_ends_a_fit(fitted, monkeypatch):
    folder, published, _ = fitted
    limited_fits(monkeypatch, "fit", Bounds(2, ends=0.0, time_limit="2 hours"))
    monkeypatch.setattr("nutpie.compile_pymc_model", lambda *_, **__: None)
    with pytest.raises(JobStoppedError, match=f'^in the stage "recalibrate": {UP}'):
        run(folder, as_of=LATER, hours=1)
    assert latest_run(folder) == published.run.resolve()
    assert last_line(folder)["stage"] == "recalibrate"


def test_a_job_killed_after_its_fit_and_before_the_gate_fits_once(fitted):
    _, result, fits = fitted
    assert result.ending == "published"
    assert fits == ["fit"]
    assert result.manifest["recalibration"]["fitted"] is False


ASKED = """\
report: {id: small, title: Of two families}
analyst: a.name
lexicon: uk-phia@2018
issued: 2018-12-31
questions:
  abductions:
    change: {of: {actor: JNIM, type: abduction}, direction: increase, against: 12 months}
    within: 12 months
    rates: sahel
  attacks:
    count: {of: {actor: JNIM, type: [battle, explosion]}, at_least: 100}
    within: 12 months
    rates: other
judgments:
  - {id: abductions, statement: More., probability: likely, question: abductions}
  - {id: attacks, statement: Many., probability: likely, question: attacks}
"""


def two_families(folder):
    small_case(folder, ASKED)
    path = folder / "models" / "rates" / "sahel.yaml"
    text = path.read_text(encoding="utf-8").replace("  places: area\n", "  places: country\n")
    path.write_text(text, encoding="utf-8")
    (path.parent / "other.yaml").write_text(text.replace("drift: 0.5", "drift: 0.4"), "utf-8")
    return folder


def test_a_job_killed_between_two_panels_fits_the_second_alone(tmp_path, monkeypatch, capsys):
    """Fits by nested Laplace stand in for sampled ones, kept as those are."""
    from forecast_bench.job import kept_fits, rate_learning
    from forecast_bench.job.fits import fit_folder

    folder = two_families(tmp_path)
    made = []

    def sampled_fit(workspace, counts, panel, priors, *, content, stretch, base_seed):
        if len(made) == 1:
            made.append("killed")
            raise KeyboardInterrupt
        made.append(content)
        quick = kept_fits.approximated_fit(workspace, counts, priors, content, stretch)
        fit = quick | {"diagnostics": {"passed": True}}
        kept_fits._keep(fit_folder(workspace, content) / "sampled.json", fit)
        return fit

    monkeypatch.setattr(rate_learning, "sampled_fit", sampled_fit)
    later = datetime.date(2019, 1, 31)
    with pytest.raises(KeyboardInterrupt):
        run(folder, as_of=later)
    told = []
    again = run(folder, as_of=later, hours=1, tell_fit=lambda *fit: told.append(fit))
    assert again.ending == "published"
    first, second = (one["hash"] for one in again.manifest["rates"])
    assert made == [first, "killed", second]
    assert [one["fitted"] for one in again.manifest["rates"]] == [False, True]
    place = "models/rates/{}.yaml, panel up to 2018-12-31"
    assert told == [(place.format("other"), 1, 2), (place.format("sahel"), 2, 2)]


@LINUX
def test_a_panel_over_memory_is_an_alarm_of_its_own(tmp_path, monkeypatch):
    folder = two_families(tmp_path)
    monkeypatch.setattr("nutpie.compile_pymc_model", lambda *_, **__: None)
    limited_fits(monkeypatch, "fit_panel", Bounds(1, memory=MIB))
    result = run(folder, as_of=datetime.date(2019, 1, 31))
    assert result.ending == "failed"
    assert [one["id"] for one in result.alarms] == ["fit-over-memory"] * 2
    text = result.alarms[1]["text"]
    assert text.startswith("models/rates/sahel.yaml, panel up to 2018-12-31: the fit was stopped: ")
    assert text.endswith(
        ": lower `draws` of its sampler, or raise limits.memory in the settings; until then --fit "
        "never approximates it"
    )


def test_fits_of_a_stage_are_told_to_machines_and_on_a_terminal(capsys, monkeypatch):
    with JsonLog(EARLY, quiet=False).progress() as watch:
        watch.fit("models/own.py, asked about attacks", 2, 3)
    line = json.loads(capsys.readouterr().err.splitlines()[-1])
    facts = {"event": "fit", "fit": "models/own.py, asked about attacks", "number": 2, "of": 3}
    assert {key: line[key] for key in facts} == facts
    for quiet in (JsonLog(EARLY, quiet=True), TextLog(silent=True), TextLog(silent=False)):
        with quiet.progress() as watch:
            watch.fit("one", 1, 2)
        assert "one" not in capsys.readouterr().err
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    seen = []
    monkeypatch.setattr(
        "rich.progress.Progress.update", lambda *_, **now: seen.append(now["description"])
    )
    with TextLog(silent=False).progress() as watch:
        watch.stage("learn rates")
        watch.fit("models/rates/sahel.yaml", 1, 2)
    assert seen == ["learn rates", "models/rates/sahel.yaml, 1 of 2"]


def test_an_own_model_over_memory_is_an_alarm_and_is_not_asked_again(tmp_path, monkeypatch):
    from forecast_bench.job import modelling
    from test_job_models import JUDGMENTS, RATES

    folder = small_case(tmp_path, JUDGMENTS)
    (folder / "models" / "rates" / "own.yaml").write_text(RATES)
    (folder / "models" / "own.py").write_text("def model(series, prior):\n    return None\n")
    settings = folder / "pyproject.toml"
    settings.write_text('[tool.forecast-bench]\nmodels = ["own.py"]\n')
    asked, told = [], []

    def too_large(request):
        asked.append(request)
        replace(in_force(), memory=MIB).hold_memory()

    monkeypatch.setattr(modelling.bayes, "fit_own_model", too_large)
    result = run(folder, tell_fit=lambda *fit: told.append(fit))
    assert (result.ending, len(asked)) == ("failed", 1)
    assert result.alarms[0]["id"] == "fit-over-memory"
    assert told == [("models/own.py, asked about abductions", 1, 3)]
