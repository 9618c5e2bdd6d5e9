"""What a file of events holds, without keeping it: for describing a source that nobody has yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from forecast_bench.incidents.importers.reading import IncidentFile


@dataclass(frozen=True, slots=True)
class Survey:
    """Places that occur in a file.

    Parameters
    ----------
    countries : mapping of str to tuple of str
        Each country with its first-level areas, in alphabetical order.
    """

    countries: Mapping[str, tuple[str, ...]]


def survey(opened: IncidentFile) -> Survey:
    """Read a file once for the places in it; rows that cannot be read are passed over here."""
    found: dict[str, set[str]] = {}
    for batch in opened.batches():
        pairs = batch.rows.select(["country", "admin1"]).group_by(["country", "admin1"])
        for row in pairs.aggregate([]).to_pylist():
            areas = found.setdefault(row["country"], set())
            if row["admin1"] is not None:
                areas.add(row["admin1"])
    return Survey({country: tuple(sorted(found[country])) for country in sorted(found)})
