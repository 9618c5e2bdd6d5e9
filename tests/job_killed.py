"""Kill the job at random moments, again and again: the last run stays, and a rerun ends the same.

    python tests/job_killed.py [--judgments 300] [--kills 200] [--workers 2] [--seed 1]

New judgments and a new vintage have come to the workspace. A half of the moments lie anywhere in
the job's time, a quarter in what it writes, a quarter in its publishing. Every fourth job and its
rerun are the real command, with the commands that read tried between them; the others are forked
processes that find the libraries loaded, and draws and pictures made. With --cold-every 1 all are
the command.
"""

import argparse
import json
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import warm_job
from job_faults import (
    DERIVED,
    Case,
    Prepared,
    cold,
    command,
    copied,
    desk,
    environment,
    faults_after_rerun,
    faults_before_rerun,
    faults_of_readers,
    forget,
    last_line,
    prepare,
)

SEED = 20261126
_SIGNALS = (*(signal.SIGKILL,) * 7, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_PARTS = ("any", "writing", "any", "publishing")
_WRITING = "write the tables"
# How long a job may take to leave after a signal that it can answer.
_LEAVING_SECONDS = 60.0
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds of a job that is not disturbed: all of it, and what it writes and publishes."""

    whole: float
    writing: float
    publishing: float

    def of(self, part: str) -> float:
        """Give how long a part lasts."""
        return {"any": self.whole, "writing": self.writing, "publishing": self.publishing}[part]


class Job:
    """A job in a session of its own, watched from outside.

    Its log is read as it comes: `began` has the moment at which each stage began.
    """

    def __init__(self, folder: Path, day: str, *, is_cold: bool) -> None:
        self.folder, self.began, self.said = folder, {}, []
        reader, writer = os.pipe()
        self.started = time.perf_counter()
        self.process = (_started if is_cold else _forked)(folder, day, writer)
        os.close(writer)
        self._log = os.fdopen(reader, encoding="utf-8", errors="replace")
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        for line in self._log:
            self.said.append(line)
            if line.startswith("{"):
                told = json.loads(line)
                self.began[told.get("stage", told["event"])] = time.perf_counter()

    def begin_of(self, part: str) -> float | None:
        """Wait for the beginning of a part; None where the job ended before."""
        if part == "any":
            return self.started
        while self.process.poll() is None:
            if part == "writing" and _WRITING in self.began:
                return self.began[_WRITING]
            if part == "publishing" and self._is_drawn():
                return time.perf_counter()
            time.sleep(0.001)
        return None

    def _is_drawn(self) -> bool:
        # The review is renamed into place as the last thing before the run itself.
        return any(self.folder.glob(f"{DERIVED}/runs/.aside-*/review"))

    def end(self) -> int:
        """Wait for the process, and read what it said to the end."""
        status = self.process.wait(timeout=600)
        self._reader.join()
        self._log.close()
        return status

    def kill(self, number: signal.Signals, after: float) -> bool:
        """Send a signal a while after a moment that has passed; whether it met the job."""
        try:
            self.process.wait(timeout=max(0.0, after - time.perf_counter()))
        except subprocess.TimeoutExpired:
            self.process.send_signal(number)
            try:
                self.process.wait(timeout=_LEAVING_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.said.append("it did not leave\n")
            return True
        return False


def _started(folder: Path, day: str, said: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command(folder, day),
        env=environment(folder),
        stdout=subprocess.DEVNULL,
        stderr=said,
        start_new_session=True,
    )


class _Forked:
    """A forked process with the methods of `subprocess.Popen` that are used here."""

    def __init__(self, process: multiprocessing.context.ForkProcess) -> None:
        self._process, self.pid = process, process.pid
        self.send_signal, self.kill = self._send, process.kill

    def _send(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout)
        return self._process.exitcode


def _forked(folder: Path, day: str, said: int) -> _Forked:
    process = multiprocessing.get_context("fork").Process(
        target=warm_job.main_of, args=(folder, day, said)
    )
    process.start()
    return _Forked(process)


def pace_of(prepared: Prepared, folder: Path, *, is_cold: bool) -> Pace:
    """Time a job that nobody disturbs."""
    copied(prepared.base, folder)
    job = Job(folder, prepared.day, is_cold=is_cold)
    drawn = job.begin_of("publishing")
    if job.end() or drawn is None:
        raise RuntimeError(f"the undisturbed job failed: {''.join(job.said)}")
    ended = job.began["ended"]
    forget(folder)
    # The process goes on for a moment after it has told its end.
    return Pace(ended - job.started, ended - job.began[_WRITING], ended - drawn)


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of one kill.

    Parameters
    ----------
    part, signal, moment : str, str, float
        When, as seconds since the part of the job began, and by what.
    stage : str
        The stage that had begun last.
    standing : str
        Which run was in force then: first or last.
    faults : list of str
        What was wrong.
    """

    part: str
    signal: str
    moment: float
    stage: str
    standing: str
    faults: list[str]


def trial(
    prepared: Prepared, pace: Pace, number: int, seed: int, folder: Path, *, is_cold: bool
) -> Trial:
    """Kill one job, look, run it again, and compare."""
    rng = random.Random(f"{seed}-{number}")
    part, sent = _PARTS[number % len(_PARTS)], rng.choice(_SIGNALS)
    for _ in range(_TRIES):
        copied(prepared.base, folder)
        moment = rng.uniform(0, pace.of(part))
        job = Job(folder, prepared.day, is_cold=is_cold)
        begin = job.begin_of(part)
        met = begin is not None and job.kill(sent, begin + moment)
        status = job.end()
        if met:
            break
        forget(folder)
    else:
        return Trial(part, sent.name, 0, "", "", ["no signal met the job"])
    stage = max(job.began, key=lambda name: job.began[name], default="before the first stage")
    faults = [*_of_leaving(job, sent, status), *faults_before_rerun(folder, prepared)]
    standing = _standing(folder, prepared)
    if is_cold:
        faults += _of_readers(folder)
    again = (cold if is_cold else warm_job.warm)(folder, prepared.day)
    if again.status:
        faults.append(f"the rerun left with {again.status}: {last_line(again.said)}")
    else:
        faults += [f"after the rerun {one}" for one in faults_after_rerun(folder, prepared)]
    forget(folder)
    return Trial(part, sent.name, round(moment, 3), stage, standing, faults)


def _of_leaving(job: Job, sent: signal.Signals, status: int) -> list[str]:
    """A signal ends a job by itself, or the job ends and says so; one that had ended is done."""
    faults = []
    if status not in (0, -sent, 128 + sent):
        faults.append(f"left with {status} after {sent.name}: {last_line(''.join(job.said))}")
    left = _of_session(job.process.pid)
    if left:
        faults.append(f"processes are left over: {', '.join(left)}")
    if "it did not leave\n" in job.said:
        faults.append("it did not leave")
    return faults


def _of_session(session: int) -> list[str]:
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = status.read_text().rpartition(")")
        except (FileNotFoundError, ProcessLookupError):
            continue
        fields = words[2].split()
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(words[0])
    return found


def _standing(folder: Path, prepared: Prepared) -> str:
    leads_to = str((folder / DERIVED / "runs" / "latest").readlink())
    return "first" if leads_to.endswith(prepared.first.removeprefix("TIME")) else "last"


def _of_readers(folder: Path) -> list[str]:
    """Readers may bring in a vintage, so they read a copy."""
    own = folder.with_name(f"{folder.name}-read")
    copied(folder, own)
    faults = faults_of_readers(own)
    forget(own)
    return faults


def killed(
    folder: Path, case: Case, *, kills: int, workers: int, seed: int, cold_every: int
) -> list[Trial]:
    """Kill so many jobs, several at once."""
    (folder / "kept").mkdir()
    warm_job.load(folder / "kept")
    prepared = prepare(folder, case, warm_job.warm)
    paces = {one: pace_of(prepared, folder / f"timed-{one}", is_cold=one) for one in (False, True)}
    for is_cold, pace in paces.items():
        said = "the command" if is_cold else "a forked job"
        print(f"{said} takes {pace.whole:.1f} s, its writing {pace.writing:.1f} s", flush=True)
    started, found = time.perf_counter(), []

    def work(number: int, own: Path) -> dict[str, Any]:
        is_cold = number % cold_every == 0
        return asdict(trial(prepared, paces[is_cold], number, seed, own, is_cold=is_cold))

    for number, told in warm_job.in_processes(kills, work, folder, workers=workers):
        found.append(Trial(**told))
        _tell(number, found[-1])
        if len(found) % 10 == 0:
            seconds = time.perf_counter() - started
            print(f"  {len(found)} of {kills}, {seconds:.0f} s: {summary(found)}", flush=True)
    return found


def _tell(number: int, one: Trial) -> None:
    for fault in one.faults:
        print(
            f"kill {number}: {one.signal} {one.moment} s into {one.part}, at {one.stage}: {fault}",
            flush=True,
        )


def summary(found: Iterable[Trial]) -> str:
    """Say in a line what became of all kills."""
    trials = list(found)
    wrong = sum(bool(one.faults) for one in trials)
    signals = Counter(one.signal for one in trials)
    last = sum(one.standing == "last" for one in trials)
    writing = sum(one.stage in (_WRITING, "draw the review") for one in trials)
    return (
        f"{len(trials)} kills ({', '.join(f'{n} {name}' for name, n in sorted(signals.items()))}), "
        f"{writing} while the run was written or published: the run before stood whole after "
        f"{len(trials) - last}, the new one after {last}; {wrong} faults"
    )


def main() -> int:
    """Kill, and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--judgments", type=int, default=300)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--cold-every", type=int, default=4, help="1 for the real command alone")
    options = parser.parse_args()
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="job-killed-") as name:
        found = killed(
            Path(name).resolve(),
            desk(options.judgments),
            kills=options.kills,
            workers=options.workers,
            seed=options.seed,
            cold_every=options.cold_every,
        )
    print(f"{summary(found)}; {time.perf_counter() - started:.0f} s")
    return int(any(one.faults for one in found))


if __name__ == "__main__":
    warm_job.begin(sys.argv)
    sys.exit(main())
