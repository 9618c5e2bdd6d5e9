"""Counts of incidents for all requests at once: one Ibis expression over Parquet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal

from forecast_bench.incidents.engines import connected
from forecast_bench.incidents.requests import (
    ALWAYS_SLOT,
    ANYWHERE,
    NEVER_SLOT,
    CountRequest,
    IncidentFacts,
    RequestTables,
    expand,
)
from forecast_bench.incidents.vintages import StateFiles
from forecast_bench.records import ActorBook, CountingSettings

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
        "crossing": "int64",
    }
)
"""Columns of a table of counts with their types."""

type Grain = Literal["total", "month", "area"]
GRAINS: Final[Mapping[Grain, tuple[str, ...]]] = MappingProxyType(
    {"total": (), "month": ("month",), "area": ("month", "country", "admin1")}
)
"""What tells the rows of a result apart, beside the request."""

_COUNTED: Final = (*("date_from", "date_to", "country", "admin1", "event_type", "sides", "weight"),)
_CELL: Final = ("slot_from", "slot_to", "kind_id", "admin1")
_MATCHED: Final = (*_CELL, "weight", "match_id", "certain_slot", "possible_slot")
_NUMBERS: Final = ("count", "ambiguous", "crossing")
_OURS: Final = CountingSettings()


def counts(
    requests: Sequence[CountRequest],
    book: ActorBook,
    states: Sequence[StateFiles],
    *,
    by: Grain = "area",
    settings: CountingSettings = _OURS,
) -> pd.DataFrame:
    """Count incidents for every request: in all, by month, or by month and first-level area.

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
    states : sequence of StateFiles
        One vintage of each source that is to be counted.
    by : {"total", "month", "area"}
        What a row of the result is: a request, a month of it, or an area in a month of it. The
        coarser, the faster.
    settings : CountingSettings
        Where to count.

    Returns
    -------
    pandas.DataFrame
        The columns of `COUNT_COLUMNS` that `by` leaves, in order of requests, months and areas:
        `month` is the first day of the month in which an incident began (of the window's first
        month, where it began before); `count` is certain, and `count` + `ambiguous` is what would
        be counted if everything ambiguous was; of the ambiguous, `crossing` have days on both sides
        of an edge of the window. What has neither has no row; whether that is a zero
        is for `coverage_gap` to say.

    Raises
    ------
    ValueError
        If two requests have one key, or a filter names an actor or a type that is not known.
    """
    if not requests or not any(one.rows for one in states):
        expand(requests, book, IncidentFacts((), (), None, None))
        return _frame(requests, None, by)
    with connected(settings) as connection:
        incidents = incidents_in(connection, states)
        tables = expand(requests, book, incident_facts(connection, incidents))
        counted = count_expression(incidents, tables, by=by)
        ordered = counted.order_by(["request", *GRAINS[by]])
        return _frame(requests, connection.to_pyarrow(ordered), by)


def incidents_in(connection: Any, states: Sequence[StateFiles]) -> ibis.Table:
    """Read the rows of states, as they were known: opened by then, and not closed by then."""
    import ibis

    found = []
    for one in states:
        if not one.rows:
            continue
        rows = _parquet(connection, one.rows)
        still = rows.closed.fill_null(one.key + 1) > one.key
        rows = rows.filter(rows.opened <= one.key, still)
        if one.closings:
            ended = _parquet(connection, one.closings)
            ended = ended.filter(ended.closed <= one.key)
            rows = rows.anti_join(ended, ["event_id", "opened"])
        found.append(rows.select(*_COUNTED))
    return ibis.union(*found) if len(found) > 1 else found[0]


def _parquet(connection: Any, paths: Sequence[Path]) -> ibis.Table:
    """Read several files as one table, on any engine."""
    import ibis

    if connection.name == "duckdb":
        return connection.read_parquet([str(one) for one in paths], hive_partitioning=False)
    parts = [connection.read_parquet(str(one)) for one in paths]
    return ibis.union(*parts) if len(parts) > 1 else parts[0]


def incident_facts(connection: Any, incidents: ibis.Table) -> IncidentFacts:
    """Read which sides and countries occur, and the first and last day, for `expand`."""
    places = incidents.group_by("country").aggregate(
        first=incidents.date_from.min(), last=incidents.date_to.max()
    )
    sides = connection.to_pyarrow(incidents.select("sides").distinct())["sides"].to_pylist()
    extents = connection.to_pyarrow(places).to_pylist()
    return IncidentFacts(
        sides=tuple(sorted(sides)),
        countries=tuple(sorted(one["country"] for one in extents)),
        first=min((one["first"] for one in extents), default=None),
        last=max((one["last"] for one in extents), default=None),
    )


def count_expression(
    incidents: ibis.Table, tables: RequestTables, *, by: Grain = "area"
) -> ibis.Table:
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
        request (position in the sequence), what `by` asks for, and the three numbers.
    """
    import ibis

    if by != "area":
        incidents = _without_areas(incidents, tables)

    kinds = ibis.memtable(tables.kinds)
    placed = _placed(incidents, ibis.memtable(tables.days), kinds)
    conditions, terms = ibis.memtable(tables.conditions), ibis.memtable(tables.terms)
    wanted = _wanted_sides(ibis.memtable(tables.sides), conditions, terms)
    number = len(tables.kinds)
    matched = _matched(placed.join(wanted, "sides"), number)
    if any(not asked for asked in _asks_for_actors(tables)):
        matched = matched.union(_unrestricted(placed, conditions, number))
    filters, windows = ibis.memtable(tables.filters), ibis.memtable(tables.windows)
    judged = _in_windows(matched, filters, windows)
    if by == "total":
        return _summed(judged, ["request"])
    judged = judged.join(ibis.memtable(tables.months), "slot")
    if by == "month":
        return _summed(judged, ["request", "month"])
    return _summed(judged.join(kinds, "kind_id"), ["request", *GRAINS[by]])


def _matched(incidents: ibis.Table, kinds: int) -> ibis.Table:
    """Number the match of each cell; see `RequestTables.filters`."""
    return incidents.mutate(match_id=incidents.condition_id * kinds + incidents.kind_id).select(
        *_MATCHED
    )


def _without_areas(incidents: ibis.Table, tables: RequestTables) -> ibis.Table:
    """Forget areas that no filter names: more is summed before it is joined."""
    import ibis

    wanted = sorted(set(tables.filters["wanted_admin1"].to_pylist()) - {ANYWHERE})
    nowhere = ibis.null("string")
    named = incidents.admin1.isin(wanted) if wanted else ibis.literal(value=False)
    return incidents.mutate(admin1=ibis.ifelse(named, incidents.admin1, nowhere))


def _summed(judged: ibis.Table, keys: list[str]) -> ibis.Table:
    sums = {name: judged[name].sum().cast("int64") for name in _NUMBERS}
    return judged.group_by(keys).aggregate(**sums)


def _asks_for_actors(tables: RequestTables) -> list[bool]:
    return [row["named"] or row["opposed"] for row in tables.conditions.to_pylist()]


def _placed(incidents: ibis.Table, days: ibis.Table, kinds: ibis.Table) -> ibis.Table:
    """Put numbers in the place of days and kinds, and sum what is then the same."""
    first = days.select(from_day=days.day, slot_from=days.slot)
    last = days.select(to_day=days.day, slot_to=days.slot)
    placed = incidents.join(first, incidents.date_from == first.from_day)
    placed = placed.join(last, placed.date_to == last.to_day)
    placed = placed.join(kinds, ["event_type", "country"])
    return _cells(placed, [*_CELL, "sides"])


def _cells(incidents: ibis.Table, keys: Sequence[str]) -> ibis.Table:
    return incidents.group_by(keys).aggregate(weight=incidents.weight.sum().cast("int64"))


def _unrestricted(placed: ibis.Table, conditions: ibis.Table, kinds: int) -> ibis.Table:
    """Give all incidents to the one condition that asks for no actor."""
    import ibis

    anyone = conditions.filter(~(conditions.named | conditions.opposed)).select("condition_id")
    always = ibis.literal(ALWAYS_SLOT, type="int64")
    everything = _cells(placed, _CELL).cross_join(anyone)
    return _matched(everything.mutate(certain_slot=always, possible_slot=always), kinds)


def _wanted_sides(sides: ibis.Table, conditions: ibis.Table, terms: ibis.Table) -> ibis.Table:
    """Find the sides that meet a condition, from a slot on: certainly, and possibly."""
    import ibis

    matched = sides.join(terms, "label")

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


def _in_windows(matched: ibis.Table, filters: ibis.Table, windows: ibis.Table) -> ibis.Table:
    """Give every request what its filter takes inside its window."""
    import ibis

    asked = windows.join(filters, "filter_id")
    joined = matched.join(
        asked,
        [
            matched.match_id == asked.match_id,
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
        "kind_id",
        "admin1",
        slot=ibis.greatest(joined.slot_from, joined.start_slot),
        count=certain.ifelse(joined.weight, 0),
        ambiguous=(possible & ~certain).ifelse(joined.weight, 0),
        crossing=(possible & ~inside).ifelse(joined.weight, 0),
    )
    return judged.filter((judged["count"] > 0) | (judged.ambiguous > 0))


def _frame(requests: Sequence[CountRequest], found: pa.Table | None, by: Grain) -> pd.DataFrame:
    """Result with the keys of the requests and the declared types."""
    import pandas as pd
    import pyarrow as pa

    kinds = {name: COUNT_COLUMNS[name] for name in ("key", *GRAINS[by], *_NUMBERS)}
    if found is None:
        return pd.DataFrame(columns=list(kinds)).astype(kinds)
    keys = pa.array([one.key for one in requests]).take(found["request"].combine_chunks())
    frame: pd.DataFrame = found.drop_columns("request").to_pandas()
    frame.insert(0, "key", keys.to_pandas())
    return frame[list(kinds)].astype(kinds)
