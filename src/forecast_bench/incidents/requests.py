"""What is to be counted, and its expansion into the small tables that incidents are joined with."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from forecast_bench.incidents.actors import LabelTerm, label_key, labels_of
from forecast_bench.incidents.schema import names_of_sides
from forecast_bench.incidents.taxonomy import expand_types, taxonomy
from forecast_bench.records import ActorBook, IncidentFilter

if TYPE_CHECKING:
    import pyarrow as pa

# Before and after every day there is: a slot that has always begun, and one that never does.
ALWAYS_SLOT: Final = -(2**30)
NEVER_SLOT: Final = 2**30
# Stands for every area where a filter restricts none.
ANYWHERE: Final = "*"


@dataclass(frozen=True, slots=True)
class CountRequest:
    """One count that is wanted.

    Parameters
    ----------
    key : str
        Name of the count in the result; one of its kind.
    filter : IncidentFilter
        Which incidents count.
    start, end : datetime.date
        First and last day.

    Raises
    ------
    ValueError
        If it ends before it starts.
    """

    key: str
    filter: IncidentFilter
    start: datetime.date
    end: datetime.date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"{self.key!r} ends on {self.end}, before it starts on {self.start}")


class IncidentFacts(NamedTuple):
    """What must be known of the incidents before requests can be expanded.

    `sides` and `countries` occur, as written; `first` and `last` enclose all days, None where
    there are no incidents.
    """

    sides: tuple[str, ...]
    countries: tuple[str, ...]
    first: datetime.date | None
    last: datetime.date | None


class RequestTables(NamedTuple):
    """Requests as tables; days are replaced by slots.

    A slot is a stretch of days between two days on which something begins or ends (a month, a
    request, a merger of actors). Inside one nothing changes, so incidents can be summed by slot
    first, and what they match is still exact to the day.
    """

    days: pa.Table
    """day, slot"""
    months: pa.Table
    """slot, month"""
    windows: pa.Table
    """request, filter_id, start_slot, end_slot (the slot after the last)"""
    filters: pa.Table
    """filter_id, match_id, wanted_admin1 (ANYWHERE: any)

    A match is a condition on the sides with a kind: its number is that of the condition times how
    many kinds there are, plus that of the kind. One number to join on leaves an engine no way to
    compare kinds before sides, which takes ten times as long.
    """
    kinds: pa.Table
    """kind_id, event_type, country: every pair that is asked for"""
    conditions: pa.Table
    """condition_id, named, opposed: what filters ask of the sides"""
    terms: pa.Table
    """condition_id, role, label, since_slot, certain"""
    sides: pa.Table
    """sides, label, side: which names stand on which side of what occurs"""


def expand(
    requests: Sequence[CountRequest], book: ActorBook, facts: IncidentFacts
) -> RequestTables:
    """Expand requests into tables; requests with the same filter share its rows.

    Raises
    ------
    ValueError
        If two requests have one key, or a filter names an actor or a type that is not known.
    """
    keys = [one.key for one in requests]
    if len(set(keys)) < len(keys):
        raise ValueError(f"{len(keys)} requests have only {len(set(keys))} different keys")
    filters: dict[IncidentFilter, int] = {}
    conditions: dict[_Condition, int] = {}
    for one in requests:
        filters.setdefault(one.filter, len(filters))
        conditions.setdefault(roles(one.filter), len(conditions))
    kinds: dict[tuple[str, str], int] = {}
    for asked in filters:
        for kind in _kinds_of(asked, facts.countries):
            kinds.setdefault(kind, len(kinds))
    sides = [
        (text, label, side)
        for text in facts.sides
        for side, names in zip("ab", names_of_sides(text), strict=True)
        for label in names
    ]
    labels = sorted({label for _, label, _ in sides})
    terms = _term_rows(conditions, book, labels)
    breaks = _breaks(requests, (row[3] for row in terms), facts)
    return RequestTables(
        days=_days(breaks, facts),
        months=_months(breaks),
        windows=_windows(requests, filters, breaks),
        filters=_filters(filters, conditions, kinds, facts.countries),
        kinds=_table(
            [(number, *kind) for kind, number in kinds.items()],
            {"kind_id": "int64", "event_type": "string", "country": "string"},
        ),
        conditions=_conditions(conditions),
        terms=_terms(terms, breaks),
        sides=_table(sides, dict.fromkeys(("sides", "label", "side"), "string")),
    )


type _Condition = tuple[tuple[str, tuple[str, ...]], ...]
type _TermRow = tuple[int, str, str, datetime.date | None, bool]


def _term_rows(
    conditions: Mapping[_Condition, int], book: ActorBook, labels: Iterable[str]
) -> list[_TermRow]:
    as_written: dict[str, list[str]] = {}
    for label in labels:
        as_written.setdefault(label_key(label), []).append(label)
    known: dict[tuple[str, ...], tuple[LabelTerm, ...]] = {}
    rows: list[_TermRow] = []
    for condition, identity in conditions.items():
        for role, names in condition:
            if names not in known:
                known[names] = labels_of(book, names)
            rows.extend(
                (identity, role, label, term.since, term.certain)
                for term in known[names]
                for label in as_written.get(label_key(term.label), ())
            )
    return rows


def roles(incident_filter: IncidentFilter) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Actors that a filter asks for, by what they must do in an incident.

    Examples
    --------
    >>> roles(IncidentFilter(between=("North", "South")))
    (('first', ('North',)), ('second', ('South',)))
    """
    found: list[tuple[str, tuple[str, ...]]] = []
    if incident_filter.actor is not None:
        found.append(("actor", incident_filter.actor))
    if incident_filter.between is not None:
        first, second = incident_filter.between
        found.extend((("first", (first,)), ("second", (second,))))
    return tuple(found)


def _breaks(
    requests: Sequence[CountRequest], since: Iterable[datetime.date | None], facts: IncidentFacts
) -> list[int]:
    """Days, as ordinals, on which a slot begins."""
    found = {one.start.toordinal() for one in requests}
    found |= {one.end.toordinal() + 1 for one in requests}
    found |= {day.toordinal() for day in since if day is not None}
    if facts.first is not None and facts.last is not None:
        for index in range(
            facts.first.year * 12 + facts.first.month - 1, facts.last.year * 12 + facts.last.month
        ):
            found.add(datetime.date(index // 12, index % 12 + 1, 1).toordinal())
    return sorted(found)


def _days(breaks: list[int], facts: IncidentFacts) -> pa.Table:
    rows = []
    if facts.first is not None and facts.last is not None:
        slot = -1
        for ordinal in range(facts.first.toordinal(), facts.last.toordinal() + 1):
            while slot + 1 < len(breaks) and breaks[slot + 1] <= ordinal:
                slot += 1
            rows.append((datetime.date.fromordinal(ordinal), slot))
    return _table(rows, {"day": "date32", "slot": "int64"})


def _months(breaks: list[int]) -> pa.Table:
    last = datetime.date.max.toordinal()
    rows = [
        (slot, datetime.date.fromordinal(min(ordinal, last)).replace(day=1))
        for slot, ordinal in enumerate(breaks)
    ]
    return _table(rows, {"slot": "int64", "month": "date32"})


def _windows(
    requests: Sequence[CountRequest], filters: Mapping[IncidentFilter, int], breaks: list[int]
) -> pa.Table:
    at = {day: slot for slot, day in enumerate(breaks)}
    rows = [
        (number, filters[one.filter], at[one.start.toordinal()], at[one.end.toordinal() + 1])
        for number, one in enumerate(requests)
    ]
    names = ("request", "filter_id", "start_slot", "end_slot")
    return _table(rows, dict.fromkeys(names, "int64"))


def _filters(
    filters: Mapping[IncidentFilter, int],
    conditions: Mapping[_Condition, int],
    kinds: Mapping[tuple[str, str], int],
    countries: Sequence[str],
) -> pa.Table:
    rows = [
        (identity, conditions[roles(one)] * len(kinds) + kinds[kind], admin1)
        for one, identity in filters.items()
        for kind in _kinds_of(one, countries)
        for admin1 in dict.fromkeys((ANYWHERE,) if one.admin1 is None else one.admin1)
    ]
    return _table(rows, {"filter_id": "int64", "match_id": "int64", "wanted_admin1": "string"})


def _kinds_of(asked: IncidentFilter, countries: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Types and countries that a filter asks for; the countries that occur where it names none."""
    types = taxonomy().types if asked.type is None else expand_types(asked.type)
    for event_type in sorted(types):
        for country in dict.fromkeys(countries if asked.countries is None else asked.countries):
            yield event_type, country


def _conditions(conditions: Mapping[_Condition, int]) -> pa.Table:
    rows = [
        (identity, "actor" in asked, "first" in asked)
        for condition, identity in conditions.items()
        for asked in [{role for role, _ in condition}]
    ]
    return _table(rows, {"condition_id": "int64", "named": "bool", "opposed": "bool"})


def _terms(rows: list[_TermRow], breaks: list[int]) -> pa.Table:
    at = {day: slot for slot, day in enumerate(breaks)}
    coded = [
        (*row[:3], ALWAYS_SLOT if row[3] is None else at[row[3].toordinal()], row[4])
        for row in rows
    ]
    kinds = {"condition_id": "int64", "role": "string", "label": "string"}
    return _table(coded, kinds | {"since_slot": "int64", "certain": "bool"})


def _table(rows: Sequence[tuple[object, ...]], kinds: Mapping[str, str]) -> pa.Table:
    """Columns of the types named; Ibis takes them as they are."""
    import pyarrow as pa

    columns = list(zip(*rows, strict=True)) or [()] * len(kinds)
    return pa.table(
        {
            name: pa.array(values, type=pa.type_for_alias(kind))
            for (name, kind), values in zip(kinds.items(), columns, strict=True)
        }
    )
