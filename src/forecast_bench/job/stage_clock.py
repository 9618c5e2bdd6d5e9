"""What each stage of the job took, told to whoever watches, and the limits looked to."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from forecast_bench.job.fits import TellFit, untold
from forecast_bench.job.memory import cpu_seconds, forget_peak, peak_mib
from forecast_bench.job.runs import JobStoppedError
from forecast_bench.limits import JobTimeExceededError, MemoryLimitExceededError, in_force


@dataclass(slots=True)
class StageClock:
    """Seconds, seconds of processors and most memory of each stage.

    Parameters
    ----------
    watch : callable
        Told the name of each stage as it begins.
    fit : callable
        Told of each fit of a stage that makes several, as it begins.
    stages : list of dict
        Of the stages that ended, ready for the manifest.
    now : str
        The stage that began last.
    most_mib : int or None
        Most memory held in any stage so far, or before.
    taken_over : list of dict
        What stages found done, ready for the manifest.
    """

    watch: Callable[[str], None]
    fit: TellFit = untold
    stages: list[dict[str, Any]] = field(default_factory=list)
    now: str = ""
    most_mib: int | None = None
    taken_over: list[dict[str, Any]] = field(default_factory=list)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure one stage, which begins only while there is time and memory left.

        Raises
        ------
        JobStoppedError
            If memory or time of the job ran out, here or within.
        """
        self.watch(name)
        self.now = name
        self.peak_mib()
        forget_peak()
        started, worked = time.perf_counter(), cpu_seconds()
        try:
            in_force().hold()
            yield
        except (MemoryError, JobTimeExceededError) as failure:
            raise JobStoppedError(f'in the stage "{name}": {_said(failure)}') from failure
        self.stages.append(
            {
                "stage": name,
                "seconds": round(time.perf_counter() - started, 3),
                "cpu_seconds": round(cpu_seconds() - worked, 3),
                "peak_mib": self.peak_mib(),
            }
        )

    def reused(self, what: str, *, number: int, of: int) -> None:
        """Note how much of its work the stage found done."""
        self.taken_over.append({"what": what, "reused": number, "of": of})

    def peak_mib(self) -> int | None:
        """Most memory held in this stage; noted for the whole."""
        held = peak_mib()
        self.most_mib = max((one for one in (held, self.most_mib) if one is not None), default=None)
        return held


def _said(failure: Exception) -> str:
    if isinstance(failure, JobTimeExceededError):
        return (
            f"{failure}; fits that were made are kept, so the next job has less to do: run it "
            "again, or raise limits.time in the settings"
        )
    if isinstance(failure, MemoryLimitExceededError):
        return f"{failure}; raise limits.memory in the settings"
    # NumPy and DuckDB say of how much they found too little; Python says nothing.
    more = f": {failure}" if str(failure) else ""
    return f"memory ran out{more}; give the job more, or lower limits.memory in the settings"
