"""The job on a disk that fails: at each call that writes, and on one that is really too small.

    python tests/job_failing_disk.py [--fault full|permission|error|kill|small ...] [--sample K]

A library in C stands before libc and lets one call that changes something in the workspace fail,
wherever it comes from: Python, Arrow, DuckDB, HDF5. Whatever fails, what was published stays, the
job says what refused and leaves with 4, and on the mended disk it ends as an undisturbed one.
"""

import argparse
import ctypes
import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import warm_job
from forecast_bench.job.lock import LEASE_FILE
from forecast_bench.workspace import DERIVED
from job_faults import (
    Done,
    Prepared,
    copied,
    faults_after_rerun,
    faults_before_rerun,
    forget,
    last_line,
    prepare,
    small,
)

LOCKED = 3
SOURCE = Path(__file__).with_name("failing_disk.c")
_LIBRARY = "FAILING_DISK_LIBRARY"
_MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Fault:
    """How a disk fails: with which error, once or from then on, or by killing who writes."""

    error: int
    onward: bool = False
    signal: int = 0


FAULTS = {
    "full": Fault(errno.ENOSPC, onward=True),
    "permission": Fault(errno.EACCES, onward=True),
    "error": Fault(errno.EIO),
    "kill": Fault(0, signal=signal.SIGKILL),
}


def begin(words: list[str]) -> None:
    """Start this program anew with the library before libc, unless it is there."""
    if _LIBRARY in os.environ:
        return
    folder = tempfile.mkdtemp(prefix="failing-disk-")
    library = f"{folder}/failing_disk.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", library, SOURCE, "-ldl"], check=True)
    warm_job.begin(words, **{_LIBRARY: library, "LD_PRELOAD": library})


def arming(folder: Path, fault: Fault, moment: int, log: Path) -> Callable[[], None]:
    """Give what lets the disk fail in the process that calls it."""

    def arm() -> None:
        arguments = (str(folder).encode(), ctypes.c_long(moment), fault.error)
        more = (int(fault.onward), fault.signal, str(log).encode())
        ctypes.CDLL(None).failing_disk(*arguments, *more)

    return arm


def calls(prepared: Prepared, fault: Fault, folder: Path) -> list[str]:
    """Calls of an undisturbed job that the fault could strike, in their order."""
    copied(prepared.base, folder)
    log = folder.with_name("calls")
    done = warm_job.warm(folder, prepared.day, first=arming(folder, fault, 0, log))
    assert done.status == 0, done.said
    forget(folder)
    found = log.read_text(encoding="utf-8", errors="replace").splitlines()
    log.unlink()
    return found


def trial(prepared: Prepared, fault: Fault, moment: int, folder: Path) -> list[str]:
    """Let one call fail, look at what is left, run the job again, and compare."""
    copied(prepared.base, folder)
    log = folder.with_name(f"{folder.name}-calls")
    done = warm_job.warm(folder, prepared.day, first=arming(folder, fault, moment, log))
    struck = log.read_text(encoding="utf-8", errors="replace").splitlines()
    log.unlink()
    faults = [] if any("FAILS" in one for one in struck) else ["the call was not reached"]
    if fault.signal:
        faults += [] if done.status == -fault.signal else [f"left with {done.status}"]
    else:
        faults += faults_of_ending(done)
    faults += faults_before_rerun(folder, prepared)
    faults += _rerun(prepared, folder)
    forget(folder)
    return faults


def _rerun(prepared: Prepared, folder: Path) -> list[str]:
    again = warm_job.warm(folder, prepared.day)
    lease = folder / DERIVED / LEASE_FILE
    if again.status == LOCKED and lease.exists() and not lease.read_bytes():
        # Refused as it was written, and as it was taken away: only time tells that nobody holds it.
        night_before = time.time() - 86_400
        os.utime(lease, (night_before, night_before))
        again = warm_job.warm(folder, prepared.day)
    if again.status:
        return [f"the rerun left with {again.status}: {last_line(again.said)}"]
    return [f"after the rerun {one}" for one in faults_after_rerun(folder, prepared)]


def faults_of_ending(done: Done) -> list[str]:
    """What is wrong with how a job ended and what it said."""
    faults = [] if done.status in (0, 4) else [f"left with {done.status}"]
    if "Traceback" in done.said or "bug of forecast-bench" in done.said:
        faults.append(f"a traceback: {last_line(done.said)}")
        return faults
    lines = [json.loads(one) for one in done.said.splitlines() if one.startswith("{")]
    ended = lines[-1] if lines else {}
    if ended.get("event") != "ended":
        faults.append(f"the log does not say how it ended: {last_line(done.said)}")
    elif ended["ending"] == "stopped" and "/" not in ended.get("reason", ""):
        faults.append(f"no file is named: {ended.get('reason')}")
    elif ended["ending"] == "failed" and not any(one["event"] == "alarm" for one in lines):
        faults.append("no alarm says why")
    return faults


@contextmanager
def small_disk(folder: Path, mebibytes: float) -> Iterator[Path]:
    """Mount a disk of so many mebibytes, which only an administrator can."""
    disk = folder / "disk"
    disk.mkdir(exist_ok=True)
    size = f"size={int(mebibytes * 1024)}k"
    subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(disk)], check=True)
    try:
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def trial_on_small_disk(prepared: Prepared, free: int, folder: Path) -> list[str]:
    """Run the job on a disk with so much room, look, make room, run it again, and compare."""
    used = sum(one.stat().st_blocks * 512 + 4096 for one in prepared.base.rglob("*"))
    folder.mkdir()
    with small_disk(folder, 4 * used / _MEBIBYTE + 64) as disk:
        workspace = copied(prepared.base, disk / "workspace")
        filler = disk / "filler"
        with filler.open("wb") as file:
            rest = shutil.disk_usage(disk).free - free
            os.posix_fallocate(file.fileno(), 0, rest)
        done = warm_job.warm(workspace, prepared.day)
        faults = [*faults_of_ending(done), *faults_before_rerun(workspace, prepared)]
        filler.unlink()
        faults += _rerun(prepared, workspace)
    shutil.rmtree(folder)
    return faults


def sweep(
    name: str,
    moments: list[tuple[int, str]],
    trial_of: Callable[[int, Path], list[str]],
    folder: Path,
    *,
    workers: int,
) -> int:
    """Try every moment, several at once in processes of their own; give how many went wrong."""
    started, wrong = time.perf_counter(), 0

    def work(number: int, own: Path) -> list[str]:
        return trial_of(moments[number][0], own)

    own = folder / name
    own.mkdir()
    results = warm_job.in_processes(len(moments), work, own, workers=workers)
    for done, (number, faults) in enumerate(results, start=1):
        wrong += bool(faults)
        for one in faults:
            print(f"{name} at {moments[number][1]}: {one}", flush=True)
        if done % 25 == 0:
            seconds = time.perf_counter() - started
            print(f"  {name}: {done} of {len(moments)}, {seconds:.0f} s", flush=True)
    seconds = time.perf_counter() - started
    print(f"{name}: {len(moments)} trials, {wrong} failed, {seconds:.0f} s", flush=True)
    return wrong


def representative(found: list[str]) -> list[int]:
    """Number the first and the last of each kind of call on each file; those between are alike."""
    alike: dict[str, list[int]] = {}
    for number, line in enumerate(found, start=1):
        alike.setdefault(line.partition(" ")[2], []).append(number)
    return sorted({number for numbers in alike.values() for number in (numbers[0], numbers[-1])})


def sampled(numbers: list[int], most: int | None) -> list[int]:
    """Give a regular sample of so many, with the last among them; all where there are fewer."""
    if most is None or len(numbers) <= most:
        return numbers
    return [numbers[(at + 1) * len(numbers) // most - 1] for at in range(most)]


def main(arguments: list[str]) -> int:
    """Sweep the faults that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fault", nargs="+", choices=[*FAULTS, "small"], default=[*FAULTS])
    parser.add_argument("--sample", type=int, help="try so many moments of each, at even distances")
    parser.add_argument("--every", action="store_true", help="try calls that are alike too")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--at", type=int, nargs="+", help="try these calls alone")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="job-failing-disk-") as name:
        folder = Path(name).resolve()
        (folder / "draws").mkdir()
        warm_job.load(folder / "draws")
        prepared = prepare(folder, small(), warm_job.warm)
        wrong = 0
        for fault in options.fault:
            if fault == "small":
                wrong += _sweep_small(prepared, folder, options.sample or 40, options.workers)
                continue
            found = calls(prepared, FAULTS[fault], folder / "counted")
            every = range(1, len(found) + 1) if options.every else representative(found)
            chosen = options.at or sampled(list(every), options.sample)
            print(f"{fault}: {len(found)} calls, {len(chosen)} of them to fail", flush=True)
            moments = [(at, found[at - 1]) for at in chosen]

            def trial_of(moment: int, own: Path, fault: Fault = FAULTS[fault]) -> list[str]:
                return trial(prepared, fault, moment, own)

            wrong += sweep(fault, moments, trial_of, folder, workers=options.workers)
    return min(wrong, 1)


def _sweep_small(prepared: Prepared, folder: Path, steps: int, workers: int) -> int:
    """Sweep the room that a job finds, up to what it needs."""
    needed = sum(
        one.stat().st_blocks * 512 for one in prepared.whole.rglob("*") if one.is_file()
    ) - sum(one.stat().st_blocks * 512 for one in prepared.base.rglob("*") if one.is_file())
    moments = [(at * needed // steps, f"{at * needed // steps >> 10} KiB") for at in range(steps)]

    def trial_of(free: int, own: Path) -> list[str]:
        return trial_on_small_disk(prepared, free, own)

    return sweep("small", moments, trial_of, folder, workers=workers)


if __name__ == "__main__":
    begin(sys.argv)
    sys.exit(main(sys.argv[1:]))
