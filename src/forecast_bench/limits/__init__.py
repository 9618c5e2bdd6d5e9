"""What the program may take of a machine: cores, memory and time.

No number rests on a limit: one that is reached ends a computation or the job, and never changes
what it says. So limits are no arguments of what computes. They are in force for as long as the job
runs (`bounded`), and what takes much of a machine asks for them (`in_force`).
"""

from forecast_bench.limits.bounds import (
    Bounds,
    JobTimeExceededError,
    MemoryLimitExceededError,
    bounded,
    in_force,
)
from forecast_bench.limits.machine import memory_held, usable_cores, usable_memory
from forecast_bench.limits.threads import ONE_THREAD, one_thread_each

__all__ = [
    "ONE_THREAD",
    "Bounds",
    "JobTimeExceededError",
    "MemoryLimitExceededError",
    "bounded",
    "in_force",
    "memory_held",
    "one_thread_each",
    "usable_cores",
    "usable_memory",
]
