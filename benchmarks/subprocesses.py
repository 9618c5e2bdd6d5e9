"""Cold processes, timed: what somebody at a prompt waits for."""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of several runs of one command, and the most memory that one of them took."""

    best: float
    median: float
    runs: int
    memory_mib: float


def program(name: str) -> str:
    """Path of a program beside the Python that runs this."""
    return str(Path(sys.executable).parent / name)


def timed(
    command: Sequence[str],
    *,
    folder: Path,
    runs: int,
    expected: tuple[int, ...] = (0,),
    forget: Path | None = None,
) -> Timing:
    """Run a command so many times, each in a process of its own, `forget` removed before each.

    Raises
    ------
    RuntimeError
        If it leaves with another exit status than expected: then it did other work.
    """
    seconds, memory = [], 0.0
    for _ in range(runs):
        if forget is not None:
            shutil.rmtree(forget, ignore_errors=True)
        # A file, since a pipe that nobody reads fills up, and the command would wait for ever.
        with tempfile.TemporaryFile() as errors:
            started = time.perf_counter()
            process = subprocess.Popen(
                list(command),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
            )
            _, status, usage = os.wait4(process.pid, 0)
            seconds.append(time.perf_counter() - started)
            process.returncode = os.waitstatus_to_exitcode(status)
            errors.seek(0)
            said = errors.read(2000).decode("utf-8", "replace")
        if process.returncode not in expected:
            raise RuntimeError(f"{' '.join(command)} left with {process.returncode}: {said}")
        memory = max(memory, usage.ru_maxrss / 1024)
    return Timing(min(seconds), statistics.median(seconds), runs, memory)
