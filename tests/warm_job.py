"""Jobs in forked processes that find the libraries loaded, and draws and pictures made.

A cold job spends most of its time on imports, on compiling its sampler and on drawing, which a disk
that fails can do nothing to. The process that is forked has one thread, so that a fork
is safe.
"""

import hashlib
import json
import os
import pickle
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
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


def load(kept_in: Path) -> None:
    """Load what a job needs, and keep draws and pictures in a folder from now on.

    Raises
    ------
    RuntimeError
        If a library has started a thread, so that a fork would not be safe.
    """
    import altair  # noqa: F401
    import arviz  # noqa: F401
    import duckdb  # noqa: F401
    import ibis.backends.duckdb  # noqa: F401
    import matplotlib.pyplot  # noqa: F401
    import pyarrow.parquet  # noqa: F401
    import scipy.stats  # noqa: F401
    import vl_convert  # noqa: F401

    import forecast_bench.cli.application
    import forecast_bench.job.stages
    import forecast_bench.review  # noqa: F401

    _remember(kept_in)
    if len(list(Path("/proc/self/task").iterdir())) > 1:
        raise RuntimeError("a library has started a thread: no process may be forked from this one")


def _remember(folder: Path) -> None:
    """Sample and draw once what is the same each time; both are done in memory alone."""
    from forecast_bench.bayes import fitting
    from forecast_bench.bayes.identity import data_hash

    # The package has a function of the same name.
    render = sys.modules["forecast_bench.review.render"]
    sample = fitting._sampled

    def draws(cells: Any, settings: Any, seed: int, deadline: Any) -> Any:
        key = f"{data_hash(cells, settings)}-{seed}"
        return _once(folder / key, lambda: sample(cells, settings, seed, deadline))

    def drawing(draw: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def drawn(given: Any) -> Any:
            key = hashlib.sha256(pickle.dumps(given)).hexdigest()
            return _once(folder / f"{draw.__name__}-{key}", lambda: draw(given))

        return drawn

    fitting._sampled = draws
    render.as_svg, render.as_png = drawing(render.as_svg), drawing(render.as_png)


def _once(path: Path, make: Callable[[], Any]) -> Any:
    if not path.is_file():
        aside = path.with_name(f"{path.name}.{os.getpid()}")
        aside.write_bytes(pickle.dumps(make()))
        aside.rename(path)
    return pickle.loads(path.read_bytes())  # noqa: S301 - written by ourselves just now


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


def main_of(folder: Path, day: str, said: int) -> None:
    """Be the job, in a process and a session of its own that has just been forked.

    Parameters
    ----------
    folder, day : Path, str
        The workspace and the day looked at.
    said : int
        Handle of what takes its standard error.
    """
    os.setsid()
    os._exit(_job(folder, day, said, None))


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
    except KeyboardInterrupt:
        return 130
    except BaseException:
        traceback.print_exc()
        return 70
    finally:
        sys.stderr.flush()
    return 0


def in_processes(
    number: int, work: Callable[[int, Path], Any], folder: Path, *, workers: int
) -> Iterator[tuple[int, Any]]:
    """Do so many pieces of work, several at once in forked processes; give each when it is done.

    Parameters
    ----------
    number : int
        How many.
    work : callable
        Does the one of a number, in a folder that it makes and removes; what it gives goes through
        JSON.
    folder : Path
        Where the folders are.
    workers : int
        How many at once.

    Raises
    ------
    RuntimeError
        If a piece of work breaks off, once the others that had begun are done.
    """
    running: dict[int, tuple[int, Path]] = {}
    waiting, broken = list(range(number)), []
    while running or (waiting and not broken):
        while waiting and len(running) < workers and not broken:
            own = folder / f"trial-{waiting[0]}"
            result = own.with_name(f"{own.name}-result")
            child = os.fork()
            if not child:
                os._exit(_worked(work, waiting[0], own, result))
            running[child] = (waiting.pop(0), result)
        child, status = os.wait()
        at, result = running.pop(child)
        if status:
            broken.append(at)
        else:
            yield at, json.loads(result.read_text(encoding="utf-8"))
    if broken:
        raise RuntimeError(f"the work of these numbers broke off: {broken}")


def _worked(work: Callable[[int, Path], Any], number: int, folder: Path, result: Path) -> int:
    try:
        result.write_text(json.dumps(work(number, folder)), encoding="utf-8")
    except BaseException:
        traceback.print_exc()
        return 1
    return 0
