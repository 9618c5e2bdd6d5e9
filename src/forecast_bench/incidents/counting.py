"""Counts of incidents for all requests at once: one Ibis expression over Parquet."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from forecast_bench.incidents.requests import (
    ALWAYS_SLOT,
    ANYWHERE,
    NEVER_SLOT,
    CountRequest,
    IncidentFacts,
    RequestTables,
    expand,
)
from forecast_bench.records import ActorBook

if TYPE_CHECKING:
    import ibis
    import pandas as pd
    import pyarrow as pa

COUNT_COLUMNS: Final = MappingProxyType(
    {
        "key": "str",
        "month": "datetime64[s]",
        "country": "str",
        "admin1": "str",
        "count": "int64",
        "ambiguous": "int64",
    }
)
"""Columns of a table of counts with their types."""

# Between the names of a side, and between the sides: names hold no control characters.
_NAME_END: Final = "\x1f"
_SIDE_END: Final = "\x1e"
_CELL: Final = ("slot_from", "slot_to", "country", "admin1", "event_type")


def counts_by_month(
    requests: Sequence[CountRequest],
    book: ActorBook,
    paths: Path | Sequence[Path],
    *,
    threads: int = 1,
    memory: str = "4GB",
) -> pd.DataFrame:
    """Count incidents for every request, by month and first-level area.

    An incident counts once for a request, however many of its names match. It counts where all its
    days lie in the window and from the day on which the matching label counts. Where only some of
    its days do, or where only a label that may mean another actor matches, it is ambiguous.
    `between` needs the two actors on different sides.

    Parameters
    ----------
    requests : sequence of CountRequest
        What is wanted.
    book : ActorBook
        What actors are called.
    paths : Path or sequence of Path
        Parquet files with `incident_schema`: one vintage of each source that is to be counted.
    threads : int
        Threads of DuckDB.
    memory : str
        Most memory that DuckDB takes before it writes to a temporary folder.

    Returns
    -------
    pandas.DataFrame
        Columns `COUNT_COLUMNS`: `month` is the first day of the month in which an incident began
        (of the window's first month, where it began before); `count` is certain, and `count` +
        `ambiguous` is what would be counted if everything ambiguous was. Months and areas without
        either have no row; whether that is a zero is for `coverage_gap` to say.

    Raises
    ------
    ValueError
        If two requests have one key, or a filter names an actor or a type that is not known.
    """
    files = [paths] if isinstance(paths, Path) else list(paths)
    if not requests or not files:
        expand(requests, book, IncidentFacts((), (), None, None))
        return _frame(requests, None)
    with _connected(threads=threads, memory=memory) as connection:
        incidents = connection.read_parquet([str(one) for one in files])
        tables = expand(requests, book, incident_facts(connection, incidents))
        counted = count_expression(incidents, tables)
        ordered = counted.order_by(["request", "month", "country", "admin1"])
        return _frame(requests, connection.to_pyarrow(ordered))


@contextmanager
def _connected(*, threads: int, memory: str) -> Iterator[Any]:
    """Open an embedded DuckDB that leaves nothing behind."""
    import ibis

    with tempfile.TemporaryDirectory(prefix="forecast-bench-") as spill, warnings.catch_warnings():
        # Ibis 12 calls DuckDB 2 by a name that DuckDB means to drop.
        warnings.filterwarnings("ignore", "fetch_arrow_table", DeprecationWarning)
        connection = ibis.duckdb.connect(threads=threads, memory_limit=memory, temp_directory=spill)
        try:
            yield connection
        finally:
            connection.disconnect()


def incident_facts(connection: Any, incidents: ibis.Table) -> IncidentFacts:
    """Read which names and countries occur, and the first and last day, for `expand`."""
    sides = incidents.select("side_a", "side_b").distinct()
    both = sides.side_a.unnest().name("label"), sides.side_b.unnest().name("label")
    labels = sides.select(both[0]).union(sides.select(both[1]), distinct=True)
    places = incidents.group_by("country").aggregate(
        first=incidents.date_from.min(), last=incidents.date_to.max()
    )
    names = connection.to_pyarrow(labels)["label"].to_pylist()
    extents = connection.to_pyarrow(places).to_pylist()
    return IncidentFacts(
        labels=tuple(sorted(names)),
        countries=tuple(sorted(one["country"] for one in extents)),
        first=min((one["first"] for one in extents), default=None),
        last=max((one["last"] for one in extents), default=None),
    )


def count_expression(incidents: ibis.Table, tables: RequestTables) -> ibis.Table:
    """Build the one expression that counts all requests, for any backend of Ibis.

    Parameters
    ----------
    incidents : ibis.Table
        Table with `incident_schema`.
    tables : RequestTables
        The requests, expanded.

    Returns
    -------
    ibis.Table
        request (position in the sequence), month, country, admin1, count, ambiguous.
    """
    import ibis

    sided = incidents.mutate(
        sides=incidents.side_a.join(_NAME_END) + _SIDE_END + incidents.side_b.join(_NAME_END)
    )
    placed = _placed(sided, ibis.memtable(tables.days))
    conditions, terms = ibis.memtable(tables.conditions), ibis.memtable(tables.terms)
    wanted = _wanted_sides(sided.select("sides").distinct(), conditions, terms)
    matched = _matched(placed, wanted)
    if any(not asked for asked in _asks_for_actors(tables)):
        matched = matched.union(_unrestricted(placed, conditions))
    filters, windows = ibis.memtable(tables.filters), ibis.memtable(tables.windows)
    return _in_windows(matched, filters, windows, ibis.memtable(tables.months))


def _asks_for_actors(tables: RequestTables) -> list[bool]:
    return [row["named"] or row["opposed"] for row in tables.conditions.to_pylist()]


def _placed(incidents: ibis.Table, days: ibis.Table) -> ibis.Table:
    """Put slots in the place of days."""
    first = days.select(from_day=days.day, slot_from=days.slot)
    last = days.select(to_day=days.day, slot_to=days.slot)
    placed = incidents.join(first, incidents.date_from == first.from_day)
    placed = placed.join(last, placed.date_to == last.to_day)
    return placed.select(*_CELL, "weight", "sides")


def _matched(placed: ibis.Table, wanted: ibis.Table) -> ibis.Table:
    """Sum the incidents whose sides meet a condition, by the slots from which they do."""
    joined = placed.join(wanted, "sides")
    return joined.group_by([*_CELL, "condition_id", "certain_slot", "possible_slot"]).aggregate(
        weight=joined.weight.sum().cast("int64")
    )


def _unrestricted(placed: ibis.Table, conditions: ibis.Table) -> ibis.Table:
    """Sum all incidents, for the one condition that asks for no actor."""
    import ibis

    anyone = conditions.filter(~(conditions.named | conditions.opposed)).select("condition_id")
    summed = placed.group_by(_CELL).aggregate(weight=placed.weight.sum().cast("int64"))
    always = ibis.literal(ALWAYS_SLOT, type="int64")
    return summed.cross_join(anyone).select(
        *_CELL, "condition_id", certain_slot=always, possible_slot=always, weight="weight"
    )


def _wanted_sides(sides: ibis.Table, conditions: ibis.Table, terms: ibis.Table) -> ibis.Table:
    """Find the sides that meet a condition, from a slot on: certainly, and possibly."""
    import ibis

    parts = sides.sides.split(_SIDE_END)
    labelled = (
        sides.mutate(label=parts[0].split(_NAME_END).unnest(), side=ibis.literal("a"))
    ).union(sides.mutate(label=parts[1].split(_NAME_END).unnest(), side=ibis.literal("b")))
    matched = labelled.join(terms, "label")

    def since(role: str, side: str | None, *, certain: bool) -> Any:
        chosen = matched.role == role
        if side is not None:
            chosen &= matched.side == side
        if certain:
            chosen &= matched.certain
        return ibis.coalesce(matched.since_slot.min(where=chosen), NEVER_SLOT)

    measures = {}
    for name, certain in (("certain", True), ("possible", False)):
        measures[f"{name}_actor"] = since("actor", None, certain=certain)
        for role in ("first", "second"):
            for side in ("a", "b"):
                measures[f"{name}_{role}_{side}"] = since(role, side, certain=certain)
    found = matched.group_by(["condition_id", "sides"]).aggregate(**measures)
    joined = conditions.join(found, "condition_id")
    slots = {f"{name}_slot": _since_slot(joined, name) for name in ("certain", "possible")}
    wanted = joined.select("condition_id", "sides", **slots)
    return wanted.filter(wanted.possible_slot < NEVER_SLOT)


def _since_slot(joined: ibis.Table, name: str) -> Any:
    """Slot from which all that a filter asks of the sides is met."""
    import ibis

    straight = ibis.greatest(joined[f"{name}_first_a"], joined[f"{name}_second_b"])
    crossed = ibis.greatest(joined[f"{name}_first_b"], joined[f"{name}_second_a"])
    return ibis.greatest(
        joined.named.ifelse(joined[f"{name}_actor"], ALWAYS_SLOT),
        joined.opposed.ifelse(ibis.least(straight, crossed), ALWAYS_SLOT),
    )


def _in_windows(
    matched: ibis.Table, filters: ibis.Table, windows: ibis.Table, months: ibis.Table
) -> ibis.Table:
    """Give every request what its filter takes inside its window."""
    import ibis

    asked = windows.join(filters, "filter_id")
    joined = matched.join(
        asked,
        [
            matched.condition_id == asked.condition_id,
            matched.event_type == asked.event_type,
            matched.country == asked.country,
            (asked.wanted_admin1 == ANYWHERE) | (asked.wanted_admin1 == matched.admin1),
            matched.slot_from < asked.end_slot,
            matched.slot_to >= asked.start_slot,
        ],
    )
    inside = (joined.slot_from >= joined.start_slot) & (joined.slot_to < joined.end_slot)
    certain = inside & (joined.slot_from >= joined.certain_slot)
    possible = ibis.least(joined.slot_to, joined.end_slot - 1) >= joined.possible_slot
    judged = joined.select(
        "request",
        "country",
        "admin1",
        slot=ibis.greatest(joined.slot_from, joined.start_slot),
        count=certain.ifelse(joined.weight, 0),
        ambiguous=(possible & ~certain).ifelse(joined.weight, 0),
    )
    dated = judged.filter((judged["count"] > 0) | (judged.ambiguous > 0)).join(months, "slot")
    return dated.group_by(["request", "month", "country", "admin1"]).aggregate(
        count=dated["count"].sum().cast("int64"),
        ambiguous=dated.ambiguous.sum().cast("int64"),
    )


def _frame(requests: Sequence[CountRequest], found: pa.Table | None) -> pd.DataFrame:
    """Result with the keys of the requests and the declared types."""
    import pandas as pd
    import pyarrow as pa

    if found is None:
        return pd.DataFrame(columns=list(COUNT_COLUMNS)).astype(dict(COUNT_COLUMNS))
    keys = pa.array([one.key for one in requests]).take(found["request"].combine_chunks())
    frame: pd.DataFrame = found.drop_columns("request").to_pandas()
    frame.insert(0, "key", keys.to_pandas())
    return frame[list(COUNT_COLUMNS)].astype(dict(COUNT_COLUMNS))
