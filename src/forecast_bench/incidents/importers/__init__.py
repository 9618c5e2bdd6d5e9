"""Importers: files as sources hand them out, read into the canonical table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from forecast_bench.incidents.importers.kinds import (
    EVENT_KINDS,
    EventKind,
    Recognition,
    open_incidents,
    recognise,
)
from forecast_bench.incidents.importers.monthly_counts import read_monthly_counts
from forecast_bench.incidents.importers.reading import IncidentFile, RejectedRow, StagedBatch
from forecast_bench.incidents.importers.rows import UnreadableFileError
from forecast_bench.problems import Problem
from forecast_bench.records import SourceDescription

if TYPE_CHECKING:
    import pyarrow as pa

type Importer = Callable[
    [Path, SourceDescription, str], tuple["pa.Table | None", tuple[Problem, ...]]
]

IMPORTERS: Final[Mapping[str, Importer]] = MappingProxyType({"monthly-counts": read_monthly_counts})

__all__ = [
    "EVENT_KINDS",
    "IMPORTERS",
    "EventKind",
    "Importer",
    "IncidentFile",
    "Recognition",
    "RejectedRow",
    "StagedBatch",
    "UnreadableFileError",
    "open_incidents",
    "read_monthly_counts",
    "recognise",
]
