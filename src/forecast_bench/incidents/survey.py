"""What a file of events holds, without keeping it: for describing a source that nobody has yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from forecast_bench.incidents.importers.reading import IncidentFile
from forecast_bench.incidents.staging import told

_MOST_TOLD: Final = 5


@dataclass(frozen=True, slots=True)
class Survey:
    """Places that occur in a file.

    Parameters
    ----------
    countries : mapping of str to tuple of str
        Each country with its first-level areas, in alphabetical order.
    rejected : tuple of str
        What is wrong with the first of the rows that cannot be read.
    """

    countries: Mapping[str, tuple[str, ...]]
    rejected: tuple[str, ...]


def survey(opened: IncidentFile) -> Survey:
    """Read a file once for the places in it, past the rows that cannot be read."""
    found: dict[str, set[str]] = {}
    rejected: list[str] = []
    for batch in opened.batches():
        rejected.extend(map(told, batch.rejected[: _MOST_TOLD - len(rejected)]))
        pairs = batch.rows.select(["country", "admin1"]).group_by(["country", "admin1"])
        for row in pairs.aggregate([]).to_pylist():
            areas = found.setdefault(row["country"], set())
            if row["admin1"] is not None:
                areas.add(row["admin1"])
    countries = {country: tuple(sorted(found[country])) for country in sorted(found)}
    return Survey(countries, tuple(rejected))
