"""Importers: files as sources hand them out, read into the canonical table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from forecast_bench.incidents.importers.monthly_counts import read_monthly_counts
from forecast_bench.problems import Problem
from forecast_bench.records import SourceDescription

if TYPE_CHECKING:
    import pyarrow as pa

type Importer = Callable[
    [Path, SourceDescription, str], tuple["pa.Table | None", tuple[Problem, ...]]
]

IMPORTERS: Final[Mapping[str, Importer]] = MappingProxyType({"monthly-counts": read_monthly_counts})

__all__ = ["IMPORTERS", "Importer", "read_monthly_counts"]
