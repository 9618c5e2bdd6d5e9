"""Importers: files as sources hand them out, read into the canonical table."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from forecast_bench.incidents.importers.monthly_counts import read_monthly_counts
from forecast_bench.incidents.importers.reading import IncidentFile
from forecast_bench.problems import Problem

SOURCE_KINDS: Final = ("monthly-counts", "ucdp-ged", "acled", "gtd", "mapped")


def open_incidents(
    path: Path, *, kind: str, shown_as: str, mapping: Path | None = None
) -> tuple[IncidentFile | None, tuple[Problem, ...]]:
    raise ValueError(kind)


__all__ = ["SOURCE_KINDS", "open_incidents", "recognise", "read_monthly_counts"]


def recognise(path: Path) -> tuple[str, str]:
    raise ValueError(path)
