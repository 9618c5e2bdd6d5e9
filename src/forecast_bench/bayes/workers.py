"""Where independent fits run: processes of this machine, or the workers of a Dask cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from forecast_bench.bayes.libraries import versions
from forecast_bench.bayes.settings import FitSettings
from forecast_bench.limits import in_force

if TYPE_CHECKING:
    from distributed import Client


def run_all[T](
    calls: Iterable[tuple[Callable[..., T], tuple[Any, ...]]], on: FitSettings
) -> list[T]:
    """Make independent calls on the workers that the settings name.

    Parameters
    ----------
    calls
        Functions of a module, with their arguments; both go to other processes.
    on
        Backend and workers.

    Returns
    -------
    list
        What they returned, in the order of the calls.

    Raises
    ------
    ModuleNotFoundError
        If Dask is asked for and not installed.
    RuntimeError
        If a worker of a cluster has other versions of the libraries that draw.

    Examples
    --------
    >>> run_all([(divmod, (7, 2)), (divmod, (9, 4))], FitSettings())
    [(3, 1), (2, 1)]
    """
    import joblib

    with _workers(on) as chosen, joblib.parallel_config(**chosen):
        found: list[T] = joblib.Parallel()(
            joblib.delayed(function)(*arguments) for function, arguments in calls
        )
    return found


@contextmanager
def _workers(on: FitSettings) -> Iterator[dict[str, Any]]:
    """Give what joblib is told: with one process of loky it stays in this one."""
    if on.backend == "loky":
        yield {"backend": "loky", "n_jobs": _processes(on), "inner_max_num_threads": 1}
        return
    with _client(on) as client:
        if on.scheduler is not None:
            _refuse_other_versions(client)
        yield {"backend": "dask", "client": client, "n_jobs": -1}


def _processes(on: FitSettings) -> int:
    """Processes on this machine: no more than there are cores for."""
    return min(on.workers, in_force().cores)


@contextmanager
def _client(on: FitSettings) -> Iterator[Client]:
    """Connect to the cluster that runs, or begin one on this machine and end it afterwards."""
    try:
        from distributed import Client, LocalCluster
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            'fits with backend = "dask" need the package distributed, which is not installed:'
            ' pip install "forecast-bench[scale]", or set backend = "loky"',
            name=error.name,
        ) from error
    if on.scheduler is not None:
        with Client(on.scheduler, set_as_default=False) as client:
            yield client
        return
    with (
        LocalCluster(
            n_workers=_processes(on), threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield client


def _refuse_other_versions(client: Client) -> None:
    """Refuse a cluster whose draws would not be those of this machine."""
    here = versions()
    for worker, there in client.run(versions).items():
        other = sorted(name for name in here if there[name] != here[name])
        if other:
            told = ", ".join(f"{name} {there[name]} (here {here[name]})" for name in other)
            raise RuntimeError(f"the Dask worker {worker} would draw other numbers: it has {told}")
