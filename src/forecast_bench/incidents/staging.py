"""A file of events to rows that can become a vintage: merged, without doubles, inside coverage."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from forecast_bench.incidents.catalogue import ReadCounts
from forecast_bench.incidents.duckdb_session import row_of
from forecast_bench.incidents.exporting import safe_cell
from forecast_bench.incidents.importers.reading import RejectedRow, StagedBatch
from forecast_bench.incidents.schema import staged_schema
from forecast_bench.incidents.taxonomy import expand_types
from forecast_bench.records import DeclaredCoverage, Window

if TYPE_CHECKING:
    import duckdb

MOST_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Staged:
    """Rows that are ready to become a vintage.

    Parameters
    ----------
    rows : Path
        Parquet with `staged_schema`, one row for an incident.
    window : Window or None
        Days covered: those declared, or those from the first row to the last; none after that of
        retrieval. None where no row can be read, and then there is no file of rows.
    counts : ReadCounts
        What became of the rows of the file.
    shown : tuple of RejectedRow
        The first of the rows that could not be read.
    outside : mapping of str to int
        Rows outside what is declared, by what is not declared.
    """

    rows: Path
    window: Window | None
    counts: ReadCounts
    shown: tuple[RejectedRow, ...]
    outside: Mapping[str, int]


def stage(
    batches: Iterable[StagedBatch],
    *,
    by_actor: bool,
    coverage: DeclaredCoverage | None,
    start: datetime.date | None,
    end: datetime.date | None,
    retrieved: datetime.date,
    rejects: Path,
    folder: Path,
    connection: duckdb.DuckDBPyConnection,
) -> Staged:
    """Bring batches of rows into one table, in bounded memory.

    Parameters
    ----------
    batches : iterable of StagedBatch
        The rows.
    by_actor : bool
        Whether several rows are one incident, one for every actor: the first becomes `side_a`.
    coverage : DeclaredCoverage or None
        Rows of other places and types are left out and counted; None takes all.
    start, end : date or None
        First and last day covered; None for the first, or last, that occurs.
    retrieved : date
        Day on which the source was read: what begins after it cannot be so, and is rejected.
    rejects : Path
        File to which every row that cannot be read is written, with its line and why.
    folder : Path
        For what is made on the way.
    connection : DuckDBPyConnection
        Does the work.

    Returns
    -------
    Staged
        With the rows that were rejected and left out, though there be no others.
    """
    raw, rows = folder / "read.parquet", folder / "staged.parquet"
    with _Rejects(rejects) as written:
        total = _write(batches, raw, written)
        written.extend(_late(connection, raw, retrieved))
        written.extend(_gather(connection, raw, by_actor=by_actor))
        span = _span(connection, whole=coverage is None)
        if span is None:
            none = ReadCounts(rows=total, taken=0, rejected=written.number)
            return Staged(rows, None, none, tuple(written.shown), {})
        covered = _covered(start, end, span, retrieved)
        outside = _leave_out(connection, coverage, covered)
        inside = connection.sql("SELECT * EXCLUDE (outside) FROM judged WHERE outside IS NULL")
        inside.write_parquet(str(rows))
        taken = total - written.number - sum(outside.values())
        counts = ReadCounts(
            rows=total, taken=taken, rejected=written.number, outside=sum(outside.values())
        )
        return Staged(rows, covered, counts, tuple(written.shown), outside)


def told(one: RejectedRow) -> str:
    """Say of a rejected row where it is and why, for a note.

    Examples
    --------
    >>> told(RejectedRow(7, "best", "-1", "it is negative"))
    'line 7, best: it is negative'
    """
    where = f"line {one.line}, {one.column}" if one.column else f"line {one.line}"
    return f"{where}: {one.reason}"


class _Rejects:
    """Writes the rows that cannot be read; the file is there only where there are any."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.number = 0
        self.shown: list[RejectedRow] = []
        self._stack = ExitStack()

    def __enter__(self) -> _Rejects:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = self.path.open("w", encoding="utf-8", newline="", errors="backslashreplace")
        self._writer = csv.writer(self._stack.enter_context(file))
        self._writer.writerow(["line", "column", "value", "reason"])
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()
        if not self.number:
            self.path.unlink()

    def extend(self, rows: Iterable[RejectedRow]) -> None:
        """Write some more."""
        for one in rows:
            self.number += 1
            if len(self.shown) < MOST_SHOWN:
                self.shown.append(one)
            cells = (one.column, one.value, one.reason)
            self._writer.writerow([one.line, *(safe_cell(cell) for cell in cells)])


def _write(batches: Iterable[StagedBatch], raw: Path, rejects: _Rejects) -> int:
    """Write rows as they are read; give how many there were, the rejected ones too."""
    import pyarrow.parquet as pq

    total = 0
    with pq.ParquetWriter(raw, staged_schema(), compression="zstd") as writer:
        for batch in batches:
            total += batch.rows.num_rows + len(batch.rejected)
            rejects.extend(batch.rejected)
            if batch.rows.num_rows:
                writer.write_table(batch.rows)
    return total


# The first row of an incident says what it was; every row names one actor.
_MERGED: Final = """
SELECT head.* REPLACE (sides.side_b AS side_b), sides.file_rows
FROM (SELECT * FROM raw QUALIFY row_number() OVER (PARTITION BY event_id ORDER BY line) = 1) AS head
JOIN (
  SELECT event_id, coalesce(flatten(list(side_a ORDER BY line)[2:]), []) AS side_b,
    count(*) AS file_rows
  FROM raw GROUP BY event_id
) AS sides ON head.event_id = sides.event_id
"""
_DOUBLES: Final = """
CREATE TABLE doubles AS SELECT line, event_id, first FROM (
  SELECT line, event_id, min(line) OVER (PARTITION BY event_id) AS first FROM raw
  WHERE event_id IN (SELECT event_id FROM raw GROUP BY event_id HAVING count(*) > 1)
) WHERE line <> first
"""
_SINGLE: Final = "SELECT *, 1 AS file_rows FROM raw ANTI JOIN doubles USING (line)"
_SPAN: Final = """
SELECT min(date_from + ((date_to - date_from) // 2)::INTEGER),
  max(date_from + ((date_to - date_from) // 2)::INTEGER) FROM gathered
"""
# A row of counts stands for all the days of its month.
_WHOLE: Final = "SELECT min(date_from), max(date_to) FROM gathered"
_OUTSIDE: Final = """
CREATE VIEW judged AS SELECT *, CASE
  WHEN getvariable('countries') IS NOT NULL AND NOT list_contains(getvariable('countries'), country)
    THEN 'country ' || country
  WHEN getvariable('types') IS NOT NULL AND NOT list_contains(getvariable('types'), event_type)
    THEN 'type ' || event_type
  WHEN date_from + ((date_to - date_from) // 2)::INTEGER
    NOT BETWEEN getvariable('first_day') AND getvariable('last_day') THEN 'other days'
END AS outside FROM gathered
"""


def _covered(
    start: datetime.date | None, end: datetime.date | None, span: Window, retrieved: datetime.date
) -> Window:
    """Days that a file covers, declared or seen."""
    first, last = start or span.start, end or min(span.end, retrieved)
    if first > last:
        # All rows lie beyond the one day that is declared: it alone, and on it there is none.
        first = last = start or last
    return Window(start=first, end=last)


def _late(
    connection: duckdb.DuckDBPyConnection, raw: Path, retrieved: datetime.date
) -> Iterator[RejectedRow]:
    """Make a view of the rows that can have happened by a day; give the others."""
    connection.read_parquet(str(raw)).create_view("read")
    given = {"retrieved": retrieved}
    connection.sql("FROM read WHERE date_from <= $retrieved", params=given).create_view("raw")
    query = "SELECT line, event_id, date_from FROM read WHERE date_from > $retrieved ORDER BY line"
    found = connection.cursor().execute(query, given)
    while rows := found.fetchmany(10_000):
        for line, event_id, day in rows:
            reason = f"it begins on {day}, and the source was read on {retrieved}"
            yield RejectedRow(line, "", event_id, reason)


def _gather(
    connection: duckdb.DuckDBPyConnection, raw: Path, *, by_actor: bool
) -> Iterator[RejectedRow]:
    """Make one row of every incident; give those that stand in the file twice."""
    if not by_actor:
        connection.execute(_DOUBLES)
    gathered = raw.with_name("gathered.parquet")
    connection.sql(_MERGED if by_actor else _SINGLE).write_parquet(str(gathered))
    connection.read_parquet(str(gathered)).create_view("gathered")
    if by_actor:
        return
    found = connection.cursor().execute("SELECT line, event_id, first FROM doubles ORDER BY line")
    while rows := found.fetchmany(10_000):
        for line, event_id, first in rows:
            reason = f"the event {event_id} stands on line {first} already"
            yield RejectedRow(line, "", event_id, reason)


def _span(connection: duckdb.DuckDBPyConnection, *, whole: bool) -> Window | None:
    """First and last day on which something is filed, or of what is; None where nothing is."""
    first, last = row_of(connection, _WHOLE if whole else _SPAN)
    return None if first is None else Window(start=first, end=last)


def _leave_out(
    connection: duckdb.DuckDBPyConnection, coverage: DeclaredCoverage | None, window: Window
) -> dict[str, int]:
    """Keep what is declared, and count the rest by why it is not."""
    kept = {
        "countries": None if coverage is None else list(coverage.countries),
        "types": None if coverage is None else sorted(expand_types(coverage.types)),
        "first_day": window.start,
        "last_day": window.end,
    }
    for name, value in kept.items():
        connection.execute(f"SET VARIABLE {name} = $value", {"value": value})
    connection.execute(_OUTSIDE)
    found = connection.execute(
        "SELECT outside, sum(file_rows)::BIGINT AS rows FROM judged WHERE outside IS NOT NULL "
        "GROUP BY outside ORDER BY rows DESC, outside"
    )
    return dict(found.fetchall())
