"""States by what changed: which vintage opened each version of a row, and which one closed it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from forecast_bench.incidents.duckdb_session import names_of, row_of
from forecast_bench.incidents.schema import closing_schema, stored_schema
from forecast_bench.incidents.taxonomy import expand_types
from forecast_bench.incidents.vintages import StateFiles
from forecast_bench.records import Coverage

if TYPE_CHECKING:
    import duckdb

# Row groups small enough that a day or an area need not read the whole file.
_ROW_GROUP: Final = 100_000


@dataclass(frozen=True, slots=True)
class Delta:
    """What an import does to the state before it.

    Parameters
    ----------
    rows : tuple of Path
        Parquet files of the versions that it opens, one folder for every year.
    closings : tuple of Path
        Parquet file of the versions that it ends; none where it ends none.
    added, changed, withdrawn : int
        Incidents.
    rows_after, incidents_after : int
        Rows of the state, and the incidents that they stand for.
    labels : dict of str to int
        Names in the state with their incidents.
    """

    rows: tuple[Path, ...]
    closings: tuple[Path, ...]
    added: int
    changed: int
    withdrawn: int
    rows_after: int
    incidents_after: int
    labels: dict[str, int]


@dataclass(frozen=True, slots=True)
class Scope:
    """What an import has the say over: there, an incident that it does not hold is withdrawn.

    Parameters
    ----------
    coverage : Coverage
        Places, days and types. The day of an incident is the middle of the days that enclose it.
    everything : bool
        Whether it has the say over all that came before, covered or not.
    """

    coverage: Coverage
    everything: bool


_ROWS: Final = """
SELECT rows.* FROM read_parquet($rows, hive_partitioning = false) AS rows
WHERE opened <= $key AND (closed IS NULL OR closed > $key)
"""
_ENDED: Final = """
SELECT event_id, opened FROM read_parquet($closings, hive_partitioning = false)
WHERE closed <= $key
"""
_IN_SCOPE: Final = """
SELECT event_id FROM before
WHERE $everything OR (
  list_contains($countries, country) AND list_contains($types, event_type)
  AND date_from + ((date_to - date_from) // 2)::INTEGER BETWEEN $first_day AND $last_day
)
"""
# Everything that a row says of its incident: versions with the same content are the same. The hash
# runs lists together, so that only their lengths tell which side a name stands on.
CONTENT: Final = """*, hash(date_from, date_to, country, country_code, admin1, admin2, latitude,
  longitude, event_type, source_type, len(side_a), side_a, len(side_b), side_b, fatalities_best,
  fatalities_low, fatalities_high, weight) AS content
"""
_CHANGES: Final = """
CREATE TABLE changes AS
SELECT coalesce(now.event_id, old.event_id) AS event_id, old.opened AS opened, CASE
  WHEN old.event_id IS NULL THEN 'added'
  WHEN now.event_id IS NULL THEN 'withdrawn'
  ELSE 'changed' END AS change
FROM (SELECT event_id, content FROM delivered) AS now
FULL JOIN (
  SELECT event_id, opened, content FROM before
  WHERE event_id IN (SELECT event_id FROM scoped) OR event_id IN (SELECT event_id FROM delivered)
) AS old ON now.event_id = old.event_id
WHERE now.content IS DISTINCT FROM old.content
"""
_OPENED: Final = """
SELECT $source AS source, event_id, $vintage::DATE AS vintage,
  date_from, date_to, country, country_code, admin1, admin2, latitude, longitude, event_type,
  source_type, side_a, side_b, fatalities_best, fatalities_low, fatalities_high, weight,
  array_to_string(side_a, chr(31)) || chr(30) || array_to_string(side_b, chr(31)) AS sides,
  $key::BIGINT AS opened, NULL::BIGINT AS closed
FROM delivered
WHERE event_id IN (SELECT event_id FROM changes WHERE change <> 'withdrawn')
"""
_CLOSED: Final = """
SELECT event_id, opened, $key::BIGINT AS closed FROM changes
WHERE change <> 'added' ORDER BY event_id
"""
_FOLDED: Final = """
SELECT versions.* REPLACE (
    coalesce(CASE WHEN versions.closed <= $key THEN versions.closed END, ended.closed) AS closed
  )
FROM versions
LEFT JOIN (SELECT * FROM closings WHERE closed <= $key) AS ended
  ON versions.event_id = ended.event_id AND versions.opened = ended.opened
WHERE versions.opened <= $key
"""
_LABELS: Final = """
SELECT label, sum(weight)::BIGINT AS incidents FROM (
  SELECT unnest(list_distinct(list_concat(side_a, side_b))) AS label, weight FROM after
) GROUP BY label ORDER BY label
"""


def state_view(connection: duckdb.DuckDBPyConnection, state: StateFiles | None, name: str) -> None:
    """Make a view of the rows of a state, of `stored_schema`; of no rows where there is none."""
    connection.unregister(name)  # a table that was registered hides a view of its name
    if state is None or not state.rows:
        connection.register(name, stored_schema().empty_table())
        return
    given: dict[str, Any] = {"rows": names_of(state.rows), "key": state.key}
    rows = connection.sql(_ROWS, params=given)
    if state.closings:
        given = {"closings": names_of(state.closings), "key": state.key}
        connection.sql(_ENDED, params=given).create_view(f"{name}_ended", replace=True)
        rows.create_view(f"{name}_rows", replace=True)
        rows = connection.table(f"{name}_rows").join(
            connection.table(f"{name}_ended"), "event_id, opened", how="anti"
        )
    rows.create_view(name, replace=True)


def make_delta(
    connection: duckdb.DuckDBPyConnection,
    before: StateFiles | None,
    delivered: Path,
    scope: Scope,
    *,
    source: str,
    retrieved: datetime.date,
    key: int,
    folder: Path,
) -> Delta:
    """Work out what a delivery changes, and write it down.

    Parameters
    ----------
    connection : DuckDBPyConnection
        Does the work.
    before : StateFiles or None
        The state that the import comes upon.
    delivered : Path
        Parquet with the columns of `staged_schema`; `line` may be missing.
    scope : Scope
        Where an incident that is not delivered is withdrawn.
    source : str
        Id of the source.
    retrieved : date
        Day of the vintage.
    key : int
        Its key.
    folder : Path
        Where the files are written.
    """
    _compare(connection, before, delivered, scope)
    folder.mkdir(parents=True, exist_ok=True)
    given = {"source": source, "vintage": retrieved, "key": key}
    rows = write_rows(connection, _OPENED, given, folder / "rows")
    closings = folder / "closings.parquet"
    connection.sql(_CLOSED, params={"key": key}).write_parquet(str(closings), compression="zstd")
    numbers = dict(
        connection.execute("SELECT change, count(*) FROM changes GROUP BY change").fetchall()
    )
    ended = numbers.get("changed", 0) + numbers.get("withdrawn", 0)
    after = StateFiles(
        rows=(*(before.rows if before else ()), *rows),
        closings=(*(before.closings if before else ()), *((closings,) if ended else ())),
        key=key,
    )
    state_view(connection, after, "after")
    found = row_of(connection, "SELECT count(*), coalesce(sum(weight), 0)::BIGINT FROM after")
    return Delta(
        rows=rows,
        closings=(closings,) if ended else (),
        added=numbers.get("added", 0),
        changed=numbers.get("changed", 0),
        withdrawn=numbers.get("withdrawn", 0),
        rows_after=found[0],
        incidents_after=found[1],
        labels=dict(connection.execute(_LABELS).fetchall()),
    )


def delivered_again(
    connection: duckdb.DuckDBPyConnection, state: StateFiles, scope: Scope, target: Path
) -> None:
    """Write down what an earlier import delivered: what its state holds where it had the say."""
    _scoped(connection, state, scope)
    rows = connection.sql(
        "SELECT * EXCLUDE (source, vintage, sides, opened, closed, content) FROM before "
        "WHERE event_id IN (SELECT event_id FROM scoped)"
    )
    rows.write_parquet(str(target))


def fold(
    connection: duckdb.DuckDBPyConnection, state: StateFiles, folder: Path
) -> tuple[Path, ...]:
    """Write all versions up to a vintage into one set of files, each with what ended it by then."""
    versions = connection.read_parquet(names_of(state.rows), hive_partitioning=False)
    versions.create_view("versions", replace=True)
    connection.unregister("closings")
    if state.closings:
        ended = connection.read_parquet(names_of(state.closings), hive_partitioning=False)
        ended.create_view("closings", replace=True)
    else:
        connection.register("closings", closing_schema().empty_table())
    return write_rows(connection, _FOLDED, {"key": state.key}, folder)


def write_rows(
    connection: duckdb.DuckDBPyConnection, query: str, given: dict[str, Any], folder: Path
) -> tuple[Path, ...]:
    """Write rows of `stored_schema` into a folder for every year, in order.

    They are gathered first and put in order a year at a time, which takes the memory of a year.
    """
    folder.mkdir(parents=True)
    gathered = folder / "gathered.parquet"
    connection.sql(query, params=given).write_parquet(str(gathered), compression="zstd")
    rows = connection.read_parquet(str(gathered))
    years = rows.aggregate("year(date_from)").fetchall()
    written = []
    for (year,) in sorted(years):
        target = folder / f"year={year}" / "rows.parquet"
        target.parent.mkdir()
        chosen = rows.filter(f"year(date_from) = {year:d}")
        chosen.order("date_from, event_id, opened").write_parquet(
            str(target), compression="zstd", row_group_size=_ROW_GROUP
        )
        written.append(target)
    gathered.unlink()
    return tuple(written)


def _compare(
    connection: duckdb.DuckDBPyConnection,
    before: StateFiles | None,
    delivered: Path,
    scope: Scope,
) -> None:
    _scoped(connection, before, scope)
    rows = connection.read_parquet(str(delivered))
    rows.project(CONTENT).create_view("delivered", replace=True)
    connection.execute("DROP TABLE IF EXISTS changes")
    connection.execute(_CHANGES)


def _scoped(connection: duckdb.DuckDBPyConnection, state: StateFiles | None, scope: Scope) -> None:
    """Make the views `before`, a state with its contents, and `scoped`, what of it is in scope."""
    state_view(connection, state, "before_state")
    connection.table("before_state").project(CONTENT).create_view("before", replace=True)
    within = connection.sql(_IN_SCOPE, params=_scope_values(scope))
    within.create_view("scoped", replace=True)


def _scope_values(scope: Scope) -> dict[str, Any]:
    return {
        "everything": scope.everything,
        "countries": list(scope.coverage.countries),
        "types": sorted(expand_types(scope.coverage.types)),
        "first_day": scope.coverage.window.start,
        "last_day": scope.coverage.window.end,
    }
