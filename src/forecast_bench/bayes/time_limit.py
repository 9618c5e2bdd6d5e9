"""Fits that take too long, or hold too much memory, are stopped.

A sampler of nutpie runs in threads of its own, which are told to stop and are waited for.
Compilation cannot be cut short: it counts, and when it has used the time up nothing is sampled.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Final

from forecast_bench.limits import in_force
from forecast_bench.records.time_limit import TimeLimit

_LOOK_SECONDS: Final = 0.2


class TimeLimitExceededError(Exception):
    """A computation took longer than it may, and was stopped."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a computation that has begun must have ended.

    Parameters
    ----------
    limit : TimeLimit or None
        How long it may take; None for as long as it likes.
    ends : float or None
        On the clock of `time.monotonic`.

    Examples
    --------
    >>> begun(None).left() is None
    True
    >>> 0 < begun(TimeLimit(1, "minute")).left() <= 60
    True
    >>> Deadline(TimeLimit(1, "minute"), ends=0.0).left()
    Traceback (most recent call last):
    ...
    forecast_bench.bayes.time_limit.TimeLimitExceededError: stopped after its time limit of 1 minute
    """

    limit: TimeLimit | None
    ends: float | None

    def left(self) -> float | None:
        """Seconds left of its own, or of the whole job's where those are fewer; None for no limit.

        Raises
        ------
        TimeLimitExceededError
            If none of its own are left.
        JobTimeExceededError
            If none of the job's are left.
        """
        of_job = in_force().seconds_left()
        if self.ends is None:
            return of_job
        seconds = self.ends - time.monotonic()
        if seconds <= 0:
            raise self.exceeded()
        return seconds if of_job is None else min(seconds, of_job)

    def exceeded(self) -> TimeLimitExceededError:
        """Say that the time is up."""
        return TimeLimitExceededError(f"stopped after its time limit of {self.limit}")


def begun(limit: TimeLimit | None) -> Deadline:
    """Begin a computation now.

    Parameters
    ----------
    limit
        How long it may take; None for as long as it likes.

    Examples
    --------
    >>> begun(None)
    Deadline(limit=None, ends=None)
    """
    return Deadline(limit, None if limit is None else time.monotonic() + limit.seconds)


def sample_within(compiled: Any, deadline: Deadline, **arguments: Any) -> Any:
    """Sample a model compiled by nutpie, unless it takes too long or too much memory.

    Parameters
    ----------
    compiled
        What ``nutpie.compile_pymc_model`` gives.
    deadline
        When to stop.
    **arguments
        Of ``nutpie.sample``, but for ``blocking`` and ``progress_bar``.

    Returns
    -------
    xarray.DataTree
        The same draws as without a limit.

    Raises
    ------
    TimeLimitExceededError, JobTimeExceededError, MemoryLimitExceededError
        If it was stopped; none of its threads works on.
    RuntimeError
        If the sampler finds no place to start from.
    """
    import nutpie

    deadline.left()
    in_force().hold_memory()
    running = nutpie.sample(compiled, blocking=False, progress_bar=False, **arguments)
    try:
        return _waited(running, deadline)
    except BaseException:
        # Whatever ends the wait, such as a limit or Ctrl-C: no thread may be left at work.
        running.cancel()
        raise


def _waited(running: Any, deadline: Deadline) -> Any:
    """Wait for the draws, and look every moment what time it is and how much memory is held."""
    while True:
        left = deadline.left()
        in_force().hold_memory()
        try:
            return running.wait(timeout=_LOOK_SECONDS if left is None else min(left, _LOOK_SECONDS))
        except TimeoutError:
            continue
