"""Importers: files as sources hand them out, read into the canonical table."""

from __future__ import annotations

from typing import Final

from forecast_bench.incidents.importers.kinds import (
    EVENT_KINDS,
    EventKind,
    Recognition,
    open_incidents,
    recognise,
)
from forecast_bench.incidents.importers.mapped import read_mapping
from forecast_bench.incidents.importers.monthly_counts import read_monthly_counts
from forecast_bench.incidents.importers.reading import IncidentFile, RejectedRow, StagedBatch
from forecast_bench.incidents.importers.rows import UnreadableFileError

SOURCE_KINDS: Final = ("monthly-counts", *EVENT_KINDS)
"""Every kind that a description may name."""

__all__ = [
    "EVENT_KINDS",
    "SOURCE_KINDS",
    "EventKind",
    "IncidentFile",
    "Recognition",
    "RejectedRow",
    "StagedBatch",
    "UnreadableFileError",
    "open_incidents",
    "read_mapping",
    "read_monthly_counts",
    "recognise",
]
