"""Stores of former formats, read vintage by vintage as rows that can be added again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from forecast_bench.incidents.catalogue import (
    MENDING,
    WITHOUT_SUMS,
    IncidentStoreError,
    Manifest,
    ReadCounts,
    catalogue_file,
    has_format_1,
    is_of_format_1,
    is_without_sums,
    read_values,
    sources_in,
)
from forecast_bench.incidents.duckdb_session import names_of, row_of
from forecast_bench.incidents.schema import staged_schema
from forecast_bench.incidents.storage import Storage
from forecast_bench.records import Coverage, Record
from forecast_bench.records.scalars import Day, Identifier, Text
from forecast_bench.records.time import DurationText

if TYPE_CHECKING:
    import duckdb

_MANIFEST: Final = "manifest.json"
_ROWS: Final = "incidents.parquet"

_COPY: Final = "FROM read_parquet($rows)"
# Imports of two programs may have left files with other columns in one store.
_STATE: Final = """
FROM read_parquet($rows, hive_partitioning = false, union_by_name = true) AS rows
WHERE opened <= $key AND (closed IS NULL OR closed > $key)
"""
_NOT_ENDED: Final = """
AND NOT EXISTS (
  SELECT 1 FROM read_parquet($closings, hive_partitioning = false) AS ended
  WHERE ended.closed <= $key AND ended.event_id = rows.event_id AND ended.opened = rows.opened
)
"""


class _FirstManifest(Record):
    """What format 1 had of a vintage, which was a whole copy of the source."""

    format: int
    sequence: int
    source: Identifier
    title: Text
    kind: Text
    file: Text
    file_sha256: str
    description_sha256: str
    retrieved: Day
    coverage: Coverage
    settlement: DurationText
    licence: Text
    attribution: Text
    note: Text | None = None
    labels: tuple[str, ...]
    rows: int
    incidents: int


@dataclass(frozen=True, slots=True)
class FormerVintage:
    """A vintage of a former format.

    Parameters
    ----------
    manifest : Manifest
        What is known of it, with the rows and incidents of its state.
    rows : tuple of str
        Names of the files that hold rows of its state.
    closings : tuple of str
        Names of the files that say which of the rows had ended.
    """

    manifest: Manifest
    rows: tuple[str, ...]
    closings: tuple[str, ...] = ()


def former_format(storage: Storage, source: str) -> str | None:
    """Say in which former format a source is kept; None where in none.

    Raises
    ------
    IncidentStoreError
        If it cannot be read, or is of a newer format.
    """
    values = read_values(storage, source)
    if values is None:
        return "1" if has_format_1(storage, source) else None
    return WITHOUT_SUMS if is_without_sums(values) else None


def former_sources(storage: Storage) -> dict[str, str]:
    """Give the sources that are kept in a former format, each with it.

    Raises
    ------
    IncidentStoreError
        If the store cannot be read, or is of a newer format.
    """
    found = {name: former_format(storage, name) for name in sources_in(storage)}
    return {name: written for name, written in found.items() if written is not None}


def former_vintages(storage: Storage, source: str) -> tuple[FormerVintage, ...]:
    """Read the vintages of a source in a former format, in their order.

    Raises
    ------
    IncidentStoreError
        If one is damaged.
    """
    values = read_values(storage, source)
    try:
        read = _first(storage, source) if values is None else _without_sums(values, source)
        found = sorted(read, key=lambda one: one.manifest.key)
    except (OSError, ValueError, KeyError, TypeError) as failure:
        said = (
            f"{failure.error_count()} faults" if isinstance(failure, ValidationError) else failure
        )
        raise IncidentStoreError(
            f"{storage.place}/{source} is damaged: {said}; {MENDING}"
        ) from None
    return tuple(found)


def former_files(storage: Storage, source: str) -> frozenset[str]:
    """Name the files that a source in a former format consists of.

    Raises
    ------
    IncidentStoreError
        If one is missing, or a vintage is damaged.
    """
    named = {catalogue_file(source)} if read_values(storage, source) is not None else set()
    for one in former_vintages(storage, source):
        named |= {*one.rows, *one.closings}
        named |= {one.manifest.labels_file} if one.manifest.folder else set()
    there = frozenset(storage.names(source))
    for name in sorted(named - there):
        raise IncidentStoreError(f"{storage.place}/{name} is missing; {MENDING}")
    return frozenset(named) | {one for one in there if is_of_format_1(one)}


def write_state(
    storage: Storage, vintage: FormerVintage, target: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    """Write the rows of a state as an import delivers them, and hold them against its manifest.

    Raises
    ------
    IncidentStoreError
        If its rows or its incidents are not as many as were counted when it was made.
    """
    columns = ", ".join(name for name in staged_schema().names if name != "line")
    if not vintage.rows:
        empty = staged_schema().empty_table().drop_columns(["line"])
        connection.from_arrow(empty).write_parquet(str(target))
        return
    given: dict[str, Any] = {"rows": names_of(_local(storage, vintage.rows))}
    query = _COPY
    if vintage.manifest.folder:
        given["key"] = vintage.manifest.key
        query = _STATE
    if vintage.closings:
        given["closings"] = names_of(_local(storage, vintage.closings))
        query += _NOT_ENDED
    connection.sql(query, params=given).project(columns).write_parquet(str(target))
    asked = "SELECT count(*), coalesce(sum(weight), 0)::BIGINT FROM read_parquet($file)"
    found = row_of(connection, asked, {"file": str(target)})
    counted = (vintage.manifest.rows, vintage.manifest.incidents)
    if tuple(found) != counted:
        raise IncidentStoreError(
            f"{storage.place}/{vintage.manifest.source} is damaged: {vintage.manifest.name} holds "
            f"{found[0]} rows and {found[1]} incidents, and had {counted[0]} and {counted[1]}; "
            f"{MENDING}"
        )


def _local(storage: Storage, names: tuple[str, ...]) -> tuple[Path, ...]:
    return tuple(storage.local(name) for name in names)


def _first(storage: Storage, source: str) -> Iterator[FormerVintage]:
    names = [one for one in storage.names(source) if is_of_format_1(one)]
    for folder in sorted({one.rpartition("/")[0] for one in names}):
        told = _FirstManifest.model_validate(
            json.loads(storage.read(f"{folder}/{_MANIFEST}") or b"")
        )
        _check_source(told.source, source)
        kept = told.model_dump(exclude={"format", "labels"})
        manifest = Manifest(
            **kept,
            name=folder.rpartition("/")[2],
            folder="",
            replaces=True,
            read=ReadCounts(rows=told.rows, taken=told.rows),
            added=0,
            changed=0,
            withdrawn=0,
        )
        yield FormerVintage(manifest, (f"{folder}/{_ROWS}",))


def _without_sums(values: dict[str, Any], source: str) -> Iterator[FormerVintage]:
    for told in values["vintages"]:
        manifest = Manifest.model_validate(told)
        _check_source(manifest.source, source)
        files = [one for one in values["files"] if one["first_key"] <= manifest.key]
        rows, closings = (
            tuple(str(one["name"]) for one in files if one["kind"] == kind)
            for kind in ("rows", "closings")
        )
        yield FormerVintage(manifest, rows, closings)


def _check_source(told: str, source: str) -> None:
    if told != source:
        raise ValueError(f"a vintage in it is of the source {told}")
