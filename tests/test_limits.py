"""Limits as they are written, as the machine has them, and in force."""

import math
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from forecast_bench.incidents.duckdb_session import duckdb_session
from forecast_bench.incidents.engines import connected
from forecast_bench.job.limiting import bounds_of
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
from forecast_bench.records import CountingSettings, FitSettings, JobLimits
from forecast_bench.records.memory_size import MemorySize, MemorySizeText
from forecast_bench.workspace.settings_file import read_settings

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows this")
GIB, MIB = 2**30, 2**20
SIZES = TypeAdapter(MemorySizeText)
OVER = r"^\d+ MiB of memory were held, and 1 MiB are the limit$"
UP = "the job's time limit of 2 hours was reached"


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
