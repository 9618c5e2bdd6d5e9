"""A DuckDB of one's own, with bounds, that leaves nothing behind."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from forecast_bench.limits import in_force

if TYPE_CHECKING:
    import duckdb

_SHARE: Final = 0.5
_UNITS: Final = {"MB": 10**6, "GB": 10**9, "TB": 10**12}


def within_limits(*, threads: int, memory: str) -> dict[str, Any]:
    """Give threads and memory of DuckDB as asked for, or less where the job may take less.

    Of the memory of the job DuckDB takes half at most: the program holds tables beside it.

    Parameters
    ----------
    threads : int
        Threads.
    memory : str
        In MB, GB or TB, such as ``1GB``.

    Examples
    --------
    >>> from forecast_bench.limits import Bounds, bounded
    >>> with bounded(Bounds(cores=2, memory=2**30)):
    ...     within_limits(threads=4, memory="4GB")
    {'threads': 2, 'memory_limit': '512MiB'}
    """
    bounds = in_force()
    most = bounds.share_of_memory(_SHARE)
    if most is not None and most < int(memory[:-2]) * _UNITS[memory[-2:]]:
        memory = f"{max(most // 2**20, 1)}MiB"
    return {"threads": min(threads, bounds.cores), "memory_limit": memory}


@contextmanager
def memory_faults() -> Iterator[None]:
    """Tell that DuckDB found too little memory as Python tells it.

    Raises
    ------
    MemoryError
        If it did.
    """
    import duckdb

    try:
        yield
    except duckdb.OutOfMemoryException as failure:
        raise MemoryError(f"DuckDB: {str(failure).partition(chr(10))[0]}") from failure


@contextmanager
def duckdb_session(
    *, threads: int, memory: str, spill_in: Path | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a database in memory that spills to a folder of its own.

    Parameters
    ----------
    threads : int
        Threads.
    memory : str
        Most memory that it takes before it writes to the folder, such as ``1GB``.
    spill_in : Path, optional
        Where the folder is made; else where the system keeps temporary files.
    """
    import duckdb

    with tempfile.TemporaryDirectory(prefix=".spill-", dir=spill_in) as spill:
        settings: dict[str, str | bool | int | float | list[str]] = {
            **within_limits(threads=threads, memory=memory),
            "temp_directory": spill,
            # Whoever wants an order asks for it; keeping one that nobody wants takes memory.
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        connection = duckdb.connect(config=settings)
        try:
            with memory_faults():
                yield connection
        finally:
            connection.close()


def names_of(paths: Sequence[Path]) -> list[str]:
    """Paths as DuckDB takes them as a parameter."""
    return [str(one) for one in paths]


def row_of(connection: duckdb.DuckDBPyConnection, query: str, parameters: Any = None) -> Any:
    """Give the one row of a query."""
    found = connection.execute(query, parameters).fetchall()
    (row,) = found
    return row
