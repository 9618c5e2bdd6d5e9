"""Time and limits of a fetch, as arguments: tests sleep nowhere."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """Where a fetch takes the time from.

    Parameters
    ----------
    now : callable
        The time of day, with its zone.
    monotonic : callable
        Seconds from some moment on, never going back.
    sleep : callable
        Waits for so many seconds.
    """

    now: Callable[[], datetime.datetime] = _now
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def today(self) -> datetime.date:
        """The day in UTC."""
        return self.now().astimezone(datetime.UTC).date()


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how often a fetch tries, and how much it takes.

    Parameters
    ----------
    attempts : int
        Times that one request is sent at most, while its faults are passing ones.
    longest_wait : float
        Seconds between two attempts at most; a server that asks for more ends the fetch.
    total_seconds : float
        Seconds after which a fetch gives up; what it has is kept, and the next one goes on.
    timeout_seconds : float
        Seconds without a byte from the server, or for a connection.
    page_bytes : int
        Size of an answer at most.
    restarts : int
        Times that a fetch begins again, because the data changed between two pages.
    resume_seconds : float
        Age up to which the pages of a fetch that was cut off are gone on with.
    """

    attempts: int = 6
    longest_wait: float = 15 * 60.0
    total_seconds: float = 6 * 3600.0
    timeout_seconds: float = 60.0
    page_bytes: int = 200_000_000
    restarts: int = 3
    resume_seconds: float = 24 * 3600.0


SYSTEM_CLOCK: Final = Clock()
DEFAULT_LIMITS: Final = Limits()
