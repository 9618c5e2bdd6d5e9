"""A DuckDB of one's own, with bounds, that leaves nothing behind."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb


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
            "threads": threads,
            "memory_limit": memory,
            "temp_directory": spill,
            # Whoever wants an order asks for it; keeping one that nobody wants takes memory.
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        connection = duckdb.connect(config=settings)
        try:
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
