"""The limits in force: how many cores, how much memory, until when."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from forecast_bench.limits.machine import memory_held, usable_cores

_MIB: Final = 2**20


class MemoryLimitExceededError(MemoryError):
    """A computation held more memory than it may, and was stopped."""


class JobTimeExceededError(Exception):
    """The job as a whole took longer than it may, and was stopped."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a computation may take.

    Parameters
    ----------
    cores : int
        Threads or processes that may work at once.
    memory : int or None
        Bytes that it may hold; None for no limit.
    ends : float or None
        When it must have ended, on the clock of `time.monotonic`; None for no limit.
    time_limit : str
        How long that was from its beginning, in words.

    Examples
    --------
    >>> Bounds(cores=2).share_of_memory(0.5) is None
    True
    >>> Bounds(cores=2, memory=4 * 2**30).share_of_memory(0.5) == 2 * 2**30
    True
    >>> Bounds(cores=2, ends=0.0, time_limit="2 hours").seconds_left()
    Traceback (most recent call last):
    ...
    forecast_bench.limits.bounds.JobTimeExceededError: the job's time limit of 2 hours was reached
    """

    cores: int
    memory: int | None = None
    ends: float | None = None
    time_limit: str = ""

    def hold_memory(self, *processes: int) -> None:
        """See that no more memory is held than may be, by this process and by others with it.

        Raises
        ------
        MemoryLimitExceededError
            If more is held.
        """
        if self.memory is None:
            return
        held = memory_held(*processes)
        if held is not None and held > self.memory:
            raise MemoryLimitExceededError(
                f"{in_mib(held)} of memory were held, and {in_mib(self.memory)} are the limit"
            )

    def seconds_left(self) -> float | None:
        """Seconds left of the whole job; None where there is no limit.

        Raises
        ------
        JobTimeExceededError
            If none are left.
        """
        if self.ends is None:
            return None
        seconds = self.ends - time.monotonic()
        if seconds <= 0:
            raise JobTimeExceededError(f"the job's time limit of {self.time_limit} was reached")
        return seconds

    def hold(self, *processes: int) -> None:
        """See to both memory and time.

        Raises
        ------
        MemoryLimitExceededError, JobTimeExceededError
            If more is held, or no time is left.
        """
        self.hold_memory(*processes)
        self.seconds_left()

    def share_of_memory(self, share: float) -> int | None:
        """Bytes that one part of the program may hold; None for no limit."""
        return None if self.memory is None else int(self.memory * share)


_IN_FORCE: ContextVar[Bounds | None] = ContextVar("bounds", default=None)


def in_force() -> Bounds:
    """Give the limits that hold now; outside of the job those of the machine's cores alone.

    Examples
    --------
    >>> with bounded(Bounds(cores=3)):
    ...     in_force().cores
    3
    """
    return _IN_FORCE.get() or Bounds(cores=usable_cores())


@contextmanager
def bounded(bounds: Bounds) -> Iterator[None]:
    """Put limits in force for this thread.

    Parameters
    ----------
    bounds : Bounds
        They hold until the end of the block.
    """
    before = _IN_FORCE.set(bounds)
    try:
        yield
    finally:
        _IN_FORCE.reset(before)


def in_mib(size: int) -> str:
    """Write a number of bytes for people.

    Examples
    --------
    >>> in_mib(3 * 2**29)
    '1536 MiB'
    """
    return f"{size / _MIB:.0f} MiB"
