"""What one vintage of a source has over another."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any, Final

from forecast_bench.incidents.bitemporal import CONTENT, state_view
from forecast_bench.incidents.catalogue import store_faults
from forecast_bench.incidents.duckdb_session import duckdb_session
from forecast_bench.incidents.vintages import Vintage

MOST_LISTED: Final = 10_000


@dataclass(frozen=True, slots=True)
class IncidentChange:
    """One incident that is not the same in two vintages.

    Parameters
    ----------
    change : str
        added, changed or withdrawn.
    event_id : str
        The incident.
    date_from, date_to : date
        Its days, as the later vintage that has it says.
    country, admin1, event_type : str
        Where and what; an empty area where none is known.
    columns : tuple of str
        What is not the same; empty but for those changed.
    """

    change: str
    event_id: str
    date_from: datetime.date
    date_to: datetime.date
    country: str
    admin1: str
    event_type: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VintageChanges:
    """What one vintage has over another one of the same source, in rows by their id.

    `listed` holds the first `MOST_LISTED` of them.
    """

    added: int
    changed: int
    withdrawn: int
    listed: tuple[IncidentChange, ...]


_COLUMNS: Final = (
    *("date_from", "date_to", "country", "country_code", "admin1", "admin2", "latitude"),
    *("longitude", "event_type", "source_type", "side_a", "side_b", "fatalities_best"),
    *("fatalities_low", "fatalities_high", "weight"),
)
_CHANGES: Final = """
CREATE TABLE changes AS
SELECT coalesce(later.event_id, former.event_id) AS event_id, CASE
  WHEN former.event_id IS NULL THEN 'added'
  WHEN later.event_id IS NULL THEN 'withdrawn'
  ELSE 'changed' END AS change
FROM later_hashed AS later FULL JOIN former_hashed AS former ON later.event_id = former.event_id
WHERE later.content IS DISTINCT FROM former.content
"""
_LISTED: Final = """
SELECT changes.change, former, later
FROM changes
LEFT JOIN former ON changes.event_id = former.event_id
LEFT JOIN later ON changes.event_id = later.event_id
ORDER BY changes.change, coalesce(later.date_from, former.date_from), changes.event_id
LIMIT $most
"""


def compare_vintages(
    previous: Vintage, current: Vintage, *, threads: int = 1, memory: str = "1GB"
) -> VintageChanges:
    """Find the rows that were added, changed and withdrawn between two vintages of a source.

    Raises
    ------
    ValueError
        If they are of two sources.
    IncidentStoreError
        If the store is damaged.
    """
    if previous.manifest.source != current.manifest.source:
        raise ValueError(
            f"{previous.manifest.source} and {current.manifest.source} are not one source"
        )
    place = current.storage.place
    with store_faults(place), duckdb_session(threads=threads, memory=memory) as connection:
        for vintage, name in ((previous, "former"), (current, "later")):
            state_view(connection, vintage.state, name)
            connection.table(name).project(CONTENT).create_view(f"{name}_hashed")
        connection.execute(_CHANGES)
        query = "SELECT change, count(*) FROM changes GROUP BY change"
        numbers = dict(connection.execute(query).fetchall())
        listed = connection.execute(_LISTED, {"most": MOST_LISTED}).fetchall()
    return VintageChanges(
        added=numbers.get("added", 0),
        changed=numbers.get("changed", 0),
        withdrawn=numbers.get("withdrawn", 0),
        listed=tuple(_listed(*row) for row in listed),
    )


def _listed(change: str, former: dict[str, Any], later: dict[str, Any]) -> IncidentChange:
    row = former if change == "withdrawn" else later
    changed = [one for one in _COLUMNS if change == "changed" and former[one] != later[one]]
    return IncidentChange(
        change=change,
        event_id=row["event_id"],
        date_from=row["date_from"],
        date_to=row["date_to"],
        country=row["country"],
        admin1=row["admin1"] or "",
        event_type=row["event_type"],
        columns=tuple(changed),
    )
