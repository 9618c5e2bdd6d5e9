"""Threads inside of libraries: one each, so that sums are added in one order on every machine.

A sum that a library of linear algebra splits among threads is rounded otherwise for another number
of them. What uses several cores here is what gives the same numbers on any: chains of a sampler,
each with its seed, and counts of whole numbers.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

ONE_THREAD: Final = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMBA_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)
"""Variables of the environment by which libraries are told how many threads to begin."""


@contextmanager
def one_thread_each(*, cores: int) -> Iterator[None]:
    """Give each library one thread for its sums, and pyarrow as many as there may be.

    Libraries read the environment when they are loaded; those that were loaded before are told.

    Parameters
    ----------
    cores : int
        Threads of pyarrow, which sums nothing here.
    """
    # Numba looks at its variable again when it compiles, and refuses another value once it runs.
    names = [one for one in ONE_THREAD if one != "NUMBA_NUM_THREADS" or "numba" not in sys.modules]
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(dict.fromkeys(names, "1"))
    try:
        with ExitStack() as stack:
            if "numpy" in sys.modules:
                from threadpoolctl import threadpool_limits

                stack.enter_context(threadpool_limits(limits=1))
            if "pyarrow" in sys.modules:
                stack.enter_context(_threads_of_pyarrow(cores))
            yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def _threads_of_pyarrow(cores: int) -> Iterator[None]:
    import pyarrow

    before = pyarrow.cpu_count()
    pyarrow.set_cpu_count(min(cores, before))
    try:
        yield
    finally:
        pyarrow.set_cpu_count(before)
