"""A team's own model run in a process of its own, ended by whatever limit it reaches first."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from forecast_bench.bayes.own_models.child import ANSWER, MODEL, REQUEST
from forecast_bench.limits import ONE_THREAD, in_force
from forecast_bench.records import ModelLimits

type Reason = Literal["fault", "time", "memory", "output", "crash", "unrun"]

_CHILD = "forecast_bench.bayes.own_models"
_SAID = "said.txt"
_TAIL = 4000
# What the program and its libraries need to be found and to read text; no secret has these names.
_KEPT = (
    "PATH",
    "PYTHONPATH",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
    "SYSTEMROOT",
)
_LOOK_SECONDS: Final = 0.2
_NO_MEMORY = re.compile(
    r"MemoryError|bad_alloc|memory allocation of|[Oo]ut of memory|Cannot allocate memory|"
    r"Unable to allocate|can't start new thread|Resource temporarily unavailable"
)


class ModelStopped(Exception):  # noqa: N818
    """The process of a model ended without an answer that can be used.

    Attributes
    ----------
    reason : {"fault", "time", "memory", "output", "crash", "unrun"}
        A fault of the file, a limit that was reached, a crash, or that it may not be run.
    message : str
        What happened, and what to try.
    line : int
        Of a fault: its line in the file.
    """

    def __init__(self, reason: Reason, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.reason, self.message, self.line = reason, message, line


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended.

    Parameters
    ----------
    status : int or None
        Exit status, negative for a signal; None where the clock ran out.
    said : str
        The end of what it printed.
    """

    status: int | None
    said: str


@contextmanager
def own_folder(model: bytes, request: Mapping[str, Any]) -> Iterator[Path]:
    """Give a temporary folder that holds a model and a request; it goes when it was used."""
    folder = Path(tempfile.mkdtemp(prefix="forecast-bench-model-")).resolve()
    try:
        (folder / MODEL).write_bytes(model)
        (folder / REQUEST).write_text(json.dumps(request), encoding="utf-8")
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(folder: Path, limits: ModelLimits) -> dict[str, Any]:
    """Run the model in a folder made by `own_folder` and read its answer.

    Raises
    ------
    ModelStopped
        If a fault was found or a limit reached, or the process crashed.
    MemoryLimitExceededError, JobTimeExceededError
        If the job as a whole, with this process, reached one of its limits.
    """
    ended = _wait(folder, limits)
    answer = _answer(folder)
    if ended.status == 0 and answer.get("ended") == "done":
        return answer
    if answer.get("ended") == "fault" and ended.status == 0:
        raise ModelStopped("fault", str(answer["message"]), int(answer["line"]))
    raise _stopped(ended, answer, limits)


def _wait(folder: Path, limits: ModelLimits) -> Ended:
    said = folder / _SAID
    with said.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own program, no shell, no words of others
            [sys.executable, "-P", "-m", _CHILD, str(folder)],
            cwd=folder,
            env=_environment(folder),
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            status = _status(process, ends=time.monotonic() + limits.seconds)
        finally:
            _end(process)
    return Ended(status, said.read_bytes()[-_TAIL:].decode("utf-8", "replace"))


def _status(process: subprocess.Popen[bytes], *, ends: float) -> int | None:
    """Wait for the process, and look every moment what time it is and how much memory is held."""
    while (left := ends - time.monotonic()) > 0:
        in_force().hold(process.pid)
        try:
            return process.wait(timeout=min(left, _LOOK_SECONDS))
        except subprocess.TimeoutExpired:
            continue
    return None


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process and whatever it started, and wait for it."""
    try:
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass  # all of the group are gone (macOS says it the second way)
    process.wait()
    if process.stdin is not None:
        process.stdin.close()


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    own = dict.fromkeys(("HOME", "TMPDIR", "TEMP", "TMP", "MPLCONFIGDIR"), str(folder))
    threads = dict.fromkeys(ONE_THREAD, "1")
    return {**kept, **own, **threads, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONIOENCODING": "utf-8"}


def _answer(folder: Path) -> dict[str, Any]:
    """Read the answer; an empty one where there is none, or half of one."""
    try:
        read = json.loads((folder / ANSWER).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return read if isinstance(read, dict) else {}


def _stopped(ended: Ended, answer: Mapping[str, Any], limits: ModelLimits) -> ModelStopped:
    status = ended.status
    if status is None or (sys.platform != "win32" and status == -signal.SIGXCPU):
        message = (
            f"it was stopped after {limits.seconds:g} seconds, the limit; try fewer draws, a "
            "smaller model, or a higher limit: model_limits.seconds in the settings"
        )
        return ModelStopped("time", message)
    if answer.get("ended") == "memory" or _NO_MEMORY.search(ended.said):
        message = (
            f"it asked for more memory than {limits.memory}, the limit; try fewer draws, a smaller "
            "model, or a higher limit: model_limits.memory in the settings"
        )
        return ModelStopped("memory", message)
    if answer.get("ended") == "output" or "File too large" in ended.said:
        message = (
            f"it wrote a file larger than {limits.output}, the limit; try fewer draws, fewer "
            "variables, or a higher limit: model_limits.output in the settings"
        )
        return ModelStopped("output", message)
    how = f"with status {status}" if status >= 0 else f"by the signal {_signal(-status)}"
    last = ended.said.strip().splitlines()[-1:] or ["nothing"]
    message = f"its process ended {how}; the last that it said: {last[0][:300]}"
    return ModelStopped("crash", message)


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)
