"""Work on the store that is killed at any moment, meets other work, or has no room."""

import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

import incident_killed
from forecast_bench.incidents import LocalStorage, compact, vintages
from incident_killed import SEED, begin, work
from incident_replay import SOURCE, state_of

SCRIPT = Path(incident_killed.__file__)


def start(what, folder, number, *more):
    words = [sys.executable, str(SCRIPT), what, str(folder), str(number), *map(str, more)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True)


def ready(process):
    assert process.stdout.readline() == "ready\n"
    return time.perf_counter()


def kill_after(process, seconds):
    """Kill the process a while after it was ready; whether it was still at work."""
    ready(process)
    with process:
        try:
            process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            return True
    return False


def kill_at_random(process, rng, lasts):
    """Kill the process; give whether it was still at work, and how long it may last."""
    moment = rng.uniform(0, lasts)
    in_time = kill_after(process, moment)
    # A machine that others left is faster than it was.
    return in_time, lasts if in_time else moment


def duration(what, folder, number):
    process = start(what, folder, number)
    began = ready(process)
    with process:
        assert process.wait() == 0
    return time.perf_counter() - began


def states(folder):
    """Every state, read by every file that the catalogue names."""
    known = vintages(LocalStorage(folder / "store"), SOURCE)
    return [(one.retrieved, state_of(one), one.labels) for one in known]


def names(folder):
    found = (one for one in folder.rglob("*") if one.is_file())
    return {one.relative_to(folder).as_posix() for one in found}


def copied(base, tmp_path, number):
    folder = tmp_path / f"kill-{number}"
    shutil.copytree(base, folder)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize(("number", "kills"), [(2, 10), (3, 10)])
def test_an_import_killed_at_any_moment_is_there_or_not(tmp_path, number, kills):
    base, whole = tmp_path / "base", tmp_path / "whole"
    base.mkdir()
    begin(base, upto=number)
    before = states(base)
    shutil.copytree(base, whole)
    lasts = duration("import", whole, number)
    after = states(whole)
    assert before != after
    rng, killed, undone = random.Random(SEED + number), 0, 0
    for at in range(5 * kills):
        if killed == kills:
            break
        folder = copied(base, tmp_path, at)
        in_time, lasts = kill_at_random(start("import", folder, number), rng, lasts)
        killed += in_time
        found = states(folder)
        assert found in (before, after), "half a vintage"
        undone += found == before
        work(folder, number)
        assert states(folder) == after
        assert names(folder / "store") == names(whole / "store"), "litter"
        shutil.rmtree(folder)
    assert killed == kills
    assert undone


@pytest.mark.slow
@pytest.mark.parametrize("keep", [0, 1])
def test_a_compaction_killed_at_any_moment_changes_no_state(tmp_path, keep):
    base, whole = tmp_path / "base", tmp_path / "whole"
    base.mkdir()
    begin(base, upto=4)
    before = states(base)
    shutil.copytree(base, whole)
    lasts = duration("compact", whole, keep)
    assert states(whole) == before
    compact(LocalStorage(whole / "store"), SOURCE, keep=keep)  # sweeps
    rng, killed = random.Random(SEED + keep), 0
    for at in range(50):
        if killed == 10:
            break
        folder = copied(base, tmp_path, at)
        in_time, lasts = kill_at_random(start("compact", folder, keep), rng, lasts)
        killed += in_time
        assert states(folder) == before
        for _ in range(2):
            compact(LocalStorage(folder / "store"), SOURCE, keep=keep)
        assert states(folder) == before
        assert names(folder / "store") == names(whole / "store"), "litter"
        shutil.rmtree(folder)
    assert killed == 10


@pytest.mark.slow
def test_two_imports_at_once_come_one_after_the_other(tmp_path):
    apart, together = tmp_path / "apart", tmp_path / "together"
    for folder in (apart, together):
        folder.mkdir()
        begin(folder, upto=1)
    for number in (1, 2):
        work(apart, number)
        (together / str(number)).mkdir()
        (together / str(number) / "store").symlink_to(together / "store")
    processes = [start("import", together / str(number), number) for number in (1, 2)]
    for process in processes:
        said, _ = process.communicate()
        assert (process.returncode, said) == (0, "ready\n")
    assert states(together) == states(apart)


@pytest.mark.slow
def test_no_room_for_a_file_leaves_the_state_before(tmp_path):
    begin(tmp_path, upto=2)
    before = states(tmp_path)
    catalogue = (tmp_path / "store" / SOURCE / "catalogue.json").stat().st_size
    failed = []
    for largest in (0, 1000, catalogue, 20_000, 60_000, 100_000):
        process = start("import", tmp_path, 2, largest)
        said, _ = process.communicate()
        if process.returncode == 0:
            break
        failed.append(largest)
        assert states(tmp_path) == before
        assert process.returncode in (1, 4)  # 1: not even the export itself could be written
        if process.returncode == 4:
            assert "incident-store: " in said
    assert len(failed) > 2
    work(tmp_path, 2)
    assert len(states(tmp_path)) == 3


@pytest.fixture
def small_disk(tmp_path):
    """A disk of one megabyte, which only an administrator can mount."""
    disk = tmp_path / "disk"
    disk.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]
    if os.geteuid() or subprocess.run(words, check=False, capture_output=True).returncode:
        pytest.skip("mounting a disk needs an administrator")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_leaves_the_state_before(small_disk):
    begin(small_disk, upto=1)
    before = states(small_disk)
    filler = small_disk / "filler"
    with filler.open("wb") as file:
        room = shutil.disk_usage(small_disk).free
        file.write(b"\0" * max(0, room - 20_000))
    result = work(small_disk, 1)
    (fault,) = result.problems
    assert fault.identifier == "incident-store"
    assert "No space left" in fault.message
    assert states(small_disk) == before
    filler.unlink()
    assert work(small_disk, 1).added
    assert len(states(small_disk)) == 2


def test_a_disk_that_is_only_read_is_read(small_disk, tmp_path):
    begin(small_disk, upto=1)
    before = states(small_disk)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "store").symlink_to(small_disk / "store")
    assert states(elsewhere) == before
    assert not work(elsewhere, 0).added
    (fault,) = work(elsewhere, 1).problems
    assert fault.identifier == "incident-store"
    assert "Read-only file system" in fault.message
    assert states(elsewhere) == before
