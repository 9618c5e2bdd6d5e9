"""A command at a terminal: what it shows, with answers typed as soon as it waits."""

import os
import pty
import select
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

_QUIET_SECONDS = 0.4
_LONGEST_SECONDS = 60


PLAIN = {"TERM": "dumb", "COLUMNS": "100", "NO_COLOR": "1"}


def at_terminal(
    arguments: Sequence[str],
    answers: Sequence[str],
    folder: Path,
    environment: Mapping[str, str] = PLAIN,
) -> tuple[str, int]:
    """Run forecast-bench in a pseudo-terminal; give what it showed and its exit status."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(folder)
        for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "COLORTERM", "TTY_COMPATIBLE"):
            os.environ.pop(name, None)
        os.environ.update(environment)
        program = str(Path(sys.executable).with_name("forecast-bench"))
        os.execv(program, [program, *arguments])  # noqa: S606 - our own program
    left, shown = list(answers), b""
    ends = time.monotonic() + _LONGEST_SECONDS
    while time.monotonic() < ends:
        ready, _, _ = select.select([terminal], [], [], _QUIET_SECONDS)
        if not ready:
            # A prompt waits once it has said something that ends in no new line.
            if left and shown.rstrip(b" ").endswith((b":", b"]")):
                os.write(terminal, left.pop(0).encode())
            continue
        try:
            read = os.read(terminal, 4096)
        except OSError:
            break
        if not read:
            break
        shown += read
    else:
        os.kill(child, signal.SIGKILL)
    os.close(terminal)
    _, status = os.waitpid(child, 0)
    return shown.decode("utf-8", "replace").replace("\r\n", "\n"), os.waitstatus_to_exitcode(status)
