"""The limits of the job: from settings and options, in force for as long as it works."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from forecast_bench.limits import Bounds, bounded, one_thread_each, usable_cores, usable_memory
from forecast_bench.records import JobLimits
from forecast_bench.workspace import SETTINGS
from forecast_bench.workspace.settings_file import read_settings

_SHARE: Final = 0.9
"""Of the memory that there is: the job stops itself before the system stops it."""

_NO_MEMORY: Final = re.compile(
    r"failed to map segment|[Cc]annot allocate memory|can't start new thread"
)
"""What is said of too little memory as another kind of error, by a library that is loaded last."""


@contextmanager
def limited(workspace: Path, limits: JobLimits) -> Iterator[None]:
    """Put the limits of the job in force; its time begins now.

    Parameters
    ----------
    workspace : Path
        Its settings hold where the limits given say nothing; settings that cannot be read say
        nothing either, and are told of by the job.
    limits : JobLimits
        As given on the command line.

    Raises
    ------
    MemoryError
        Also where a library could not be loaded, or a thread not begun, for too little memory.
    """
    settings, _ = read_settings(workspace / SETTINGS, shown_as=SETTINGS)
    bounds = bounds_of(limits.over(settings.limits))
    try:
        with bounded(bounds), one_thread_each(cores=bounds.cores):
            yield
    except (ImportError, RuntimeError) as failure:
        if not _NO_MEMORY.search(str(failure)):
            raise
        raise MemoryError(str(failure)) from failure


def bounds_of(limits: JobLimits) -> Bounds:
    """Give what the job may take from now on; what is not limited, as the machine allows.

    Parameters
    ----------
    limits : JobLimits
        As asked for.

    Examples
    --------
    >>> bounds_of(JobLimits(cores=1, memory="1 GiB"))
    Bounds(cores=1, memory=1073741824, ends=None, time_limit='')
    """
    there = None if limits.memory else usable_memory()
    memory = limits.memory.bytes if limits.memory else None
    return Bounds(
        cores=limits.cores or usable_cores(),
        memory=memory if there is None else int(there * _SHARE),
        ends=None if limits.time is None else time.monotonic() + limits.time.seconds,
        time_limit="" if limits.time is None else str(limits.time),
    )
