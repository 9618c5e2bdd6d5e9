"""Where counting is done: an embedded DuckDB, or a Spark that somebody runs."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from types import MappingProxyType
from typing import Any, Final, Protocol

from forecast_bench.incidents.duckdb_session import memory_faults, within_limits
from forecast_bench.records import CountingSettings


class _Connect(Protocol):
    def __call__(self, settings: CountingSettings) -> AbstractContextManager[Any]:
        """Open a backend of Ibis."""


def connected(settings: CountingSettings) -> AbstractContextManager[Any]:
    """Open the engine that the settings name, as a backend of Ibis.

    Parameters
    ----------
    settings : CountingSettings
        Engine, threads, memory.

    Raises
    ------
    ModuleNotFoundError
        If Spark is asked for and not installed.
    """
    return ENGINES[settings.engine](settings)


@contextmanager
def _duckdb(settings: CountingSettings) -> Iterator[Any]:
    """Open an embedded DuckDB that leaves nothing behind."""
    import ibis

    with tempfile.TemporaryDirectory(prefix="forecast-bench-") as spill, warnings.catch_warnings():
        # Ibis 12 calls DuckDB 2 by a name that DuckDB means to drop.
        warnings.filterwarnings("ignore", "fetch_arrow_table", DeprecationWarning)
        connection = ibis.duckdb.connect(
            **within_limits(threads=settings.threads, memory=settings.memory), temp_directory=spill
        )
        try:
            with memory_faults():
                yield connection
        finally:
            connection.disconnect()


@contextmanager
def _spark(settings: CountingSettings) -> Iterator[Any]:
    """Use the session of this process, or begin one; it stays for the next count."""
    import ibis
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("forecast-bench")
    for name, value in {**_SPARK, **settings.spark}.items():
        builder = builder.config(name, value)
    with warnings.catch_warnings():
        # What Spark and Ibis think of each other's versions is nothing that a user can mend.
        warnings.simplefilter("ignore")
        yield ibis.pyspark.connect(builder.getOrCreate())


# A machine that is asked to count need not show a page about it, nor a bar in the logs.
_SPARK: Final = MappingProxyType(
    {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.execution.arrow.pyspark.enabled": "true",
    }
)
ENGINES: Final[Mapping[str, _Connect]] = MappingProxyType({"duckdb": _duckdb, "spark": _spark})
"""Engines by the name that settings give them."""
