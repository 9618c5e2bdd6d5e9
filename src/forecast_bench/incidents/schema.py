"""The canonical record of an incident, as columns; event-level and counted sources share it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pyarrow as pa


# Between the names of a side, and between the sides: names hold no control characters.
NAME_END: Final = "\x1f"
SIDE_END: Final = "\x1e"


def sides_text(side_a: Iterable[str], side_b: Iterable[str]) -> str:
    r"""Write the names of both sides as one text.

    Examples
    --------
    >>> sides_text(["North", "Hill"], ["South"])
    'North\x1fHill\x1eSouth'
    """
    return f"{NAME_END.join(side_a)}{SIDE_END}{NAME_END.join(side_b)}"


def names_of_sides(sides: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    r"""Read the names of both sides from one text.

    Examples
    --------
    >>> names_of_sides("North\x1fHill\x1e")
    (('North', 'Hill'), ())
    """
    first, _, second = sides.partition(SIDE_END)
    parts = (tuple(side.split(NAME_END)) if side else () for side in (first, second))
    side_a, side_b = parts
    return side_a, side_b


@cache
def incident_schema() -> pa.Schema:
    """Columns of an incident table, in order, the same for every source.

    `vintage` is the day on which the source was read. `date_from` and `date_to` enclose the days on
    which the incident may have happened, both included: one day for a dated event, a whole month
    for a monthly count. `country` is as the source writes it, `country_code` ISO 3166 alpha-3 where
    the source gives it. `event_type` is a type of the taxonomy, `source_type` the source's own
    word. `side_a` and `side_b` hold the names as coded, without control characters. `weight` is the
    number of events in the row: 1 for an event, the count for a monthly count. `event_id` depends
    on what identifies the row, not on what may be revised (counts, deaths), so that vintages can be
    compared.

    Examples
    --------
    >>> incident_schema().names[:4]
    ['source', 'event_id', 'vintage', 'date_from']
    """
    import pyarrow as pa

    names = pa.list_(pa.field("element", pa.string(), nullable=False))
    return pa.schema(
        [
            pa.field("source", pa.string(), nullable=False),
            pa.field("event_id", pa.string(), nullable=False),
            pa.field("vintage", pa.date32(), nullable=False),
            pa.field("date_from", pa.date32(), nullable=False),
            pa.field("date_to", pa.date32(), nullable=False),
            pa.field("country", pa.string(), nullable=False),
            pa.field("country_code", pa.string()),
            pa.field("admin1", pa.string()),
            pa.field("admin2", pa.string()),
            pa.field("latitude", pa.float64()),
            pa.field("longitude", pa.float64()),
            pa.field("event_type", pa.string(), nullable=False),
            pa.field("source_type", pa.string(), nullable=False),
            pa.field("side_a", names, nullable=False),
            pa.field("side_b", names, nullable=False),
            pa.field("fatalities_best", pa.int64()),
            pa.field("fatalities_low", pa.int64()),
            pa.field("fatalities_high", pa.int64()),
            pa.field("weight", pa.int64(), nullable=False),
        ]
    )


@cache
def staged_schema() -> pa.Schema:
    """Columns of rows as an importer reads them, before they are incidents of a vintage.

    Those of `incident_schema` without `source` and `vintage`, and `line`: where in the file the row
    stands (the row's number in a file without lines). Of a file with one row for every actor,
    `side_a` holds the row's own names and `side_b` none.

    Examples
    --------
    >>> staged_schema().names[:2], staged_schema().names[-1]
    (['event_id', 'date_from'], 'line')
    """
    import pyarrow as pa

    kept = [one for one in incident_schema() if one.name not in ("source", "vintage")]
    return pa.schema([*kept, pa.field("line", pa.int64(), nullable=False)])


@cache
def stored_schema() -> pa.Schema:
    """Columns of rows in the store: an incident as it was known from one vintage on.

    Those of `incident_schema`; `sides`, the names of both as one text, by `sides_text`, which is
    what counting compares; `opened`, the key of the vintage that brought this version; and
    `closed`, that of the vintage which changed or withdrew it: null where none has, or where that
    is written down apart, with `closing_schema`.
    """
    import pyarrow as pa

    sides = pa.field("sides", pa.string(), nullable=False)
    keys = [pa.field("opened", pa.int64(), nullable=False), pa.field("closed", pa.int64())]
    return pa.schema([*incident_schema(), sides, *keys])


@cache
def closing_schema() -> pa.Schema:
    """Columns of a vintage's closings: which version of which incident it ended."""
    import pyarrow as pa

    keys = [pa.field(name, pa.int64(), nullable=False) for name in ("opened", "closed")]
    return pa.schema([pa.field("event_id", pa.string(), nullable=False), *keys])
