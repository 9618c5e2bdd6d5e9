"""Jobs in forked processes that find the libraries loaded and the draws made.

A cold job spends most of its time on imports and on compiling its sampler, neither of which a kill
or a disk can do anything to that lasts. The process that is forked has one thread, so that a fork
is safe.
"""

import os
import pickle
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from job_faults import Done, command, environment

# Read by the libraries once, when they are loaded.
ONE_THREAD = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}


def begin(words: list[str], **more: str) -> None:
    """Start this program anew with the variables that have to be set before, unless they are."""
    wanted = {**ONE_THREAD, **more}
    if any(os.environ.get(name) != value for name, value in wanted.items()):
        os.execve(sys.executable, [sys.executable, *words], {**os.environ, **wanted})


def load(draws_in: Path) -> None:
    """Load what a job needs, and keep draws in a folder from now on.

    Raises
    ------
    RuntimeError
        If a library has started a thread, so that a fork would not be safe.
    """
    import altair  # noqa: F401
    import arviz  # noqa: F401
    import duckdb  # noqa: F401
    import h5netcdf  # noqa: F401
    import ibis.backends.duckdb  # noqa: F401
    import matplotlib.pyplot  # noqa: F401
    import pyarrow.parquet  # noqa: F401
    import scipy.stats  # noqa: F401
    import vl_convert  # noqa: F401

    import forecast_bench.cli.application  # noqa: F401
    import forecast_bench.job.stages
    import forecast_bench.review  # noqa: F401

    _remember_draws(draws_in)
    if len(os.listdir("/proc/self/task")) > 1:
        raise RuntimeError("a library has started a thread: no process may be forked from this one")


def _remember_draws(folder: Path) -> None:
    """Sample once for each set of outcomes."""
    from forecast_bench.bayes import fitting
    from forecast_bench.bayes.identity import data_hash

    sample = fitting._sampled

    def remembered(cells: Any, settings: Any, seed: int, deadline: Any) -> Any:
        path = folder / f"{data_hash(cells, settings)}-{seed}.pickle"
        if not path.is_file():
            path.write_bytes(pickle.dumps(sample(cells, settings, seed, deadline)))
        return pickle.loads(path.read_bytes())  # noqa: S301 - written by ourselves just now

    fitting._sampled = remembered


def warm(folder: Path, day: str, *, first: Callable[[], None] | None = None) -> Done:
    """Run the job to its end in a forked process.

    Parameters
    ----------
    folder : Path
        The workspace.
    day : str
        The day looked at.
    first : callable, optional
        Done in that process before the job begins.
    """
    with tempfile.TemporaryFile() as said:
        sys.stdout.flush()
        sys.stderr.flush()
        child = os.fork()
        if not child:
            os._exit(_job(folder, day, said.fileno(), first))
        _, status = os.waitpid(child, 0)
        said.seek(0)
        return Done(os.waitstatus_to_exitcode(status), said.read().decode("utf-8", "replace"))


def _job(folder: Path, day: str, said: int, first: Callable[[], None] | None) -> int:
    from forecast_bench.cli import main

    os.dup2(os.open(os.devnull, os.O_RDWR), 1)
    os.dup2(said, 2)
    given = environment(folder)
    os.environ.update(given)
    tempfile.tempdir = given["TMPDIR"]
    if first is not None:
        first()
    try:
        main(command(folder, day)[1:])
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else 1
    except BaseException:
        traceback.print_exc()
        return 70
    finally:
        sys.stderr.flush()
    return 0
