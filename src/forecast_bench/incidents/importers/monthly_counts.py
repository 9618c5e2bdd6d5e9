"""Monthly counts: a row for a month, an area, the sides and a type, with how many incidents."""

from __future__ import annotations

import calendar
import datetime
import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from forecast_bench.incidents.actors import label_key
from forecast_bench.incidents.importers.csv_lines import Field, Line, data_lines, read_lines
from forecast_bench.incidents.taxonomy import expand_types, taxonomy
from forecast_bench.problems import Location, Problem, problem
from forecast_bench.records import SourceDescription

if TYPE_CHECKING:
    import pyarrow as pa

COLUMNS: Final = ("month", "country", "admin1", "side_a", "side_b", "event_type", "incidents")
# A file of the wrong kind has a fault on every line; nobody reads a million messages.
MOST_PROBLEMS: Final = 200

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
_COUNT = re.compile(r"\d{1,9}")

type _Key = tuple[str | frozenset[str], ...]


def read_monthly_counts(
    path: Path, description: SourceDescription, shown_as: str
) -> tuple[pa.Table | None, tuple[Problem, ...]]:
    """Read monthly counts of incidents from a comma-separated file.

    Comment lines at the head start with ``#``; the header is exactly ``COLUMNS``; several names on
    one side are joined by ``; ``. A zero may be written, and where the description declares
    coverage it need not be.

    Parameters
    ----------
    path : Path
        The file.
    description : SourceDescription
        What the file covers; a row outside of it is a problem.
    shown_as : str
        The path in messages.

    Returns
    -------
    pyarrow.Table or None
        Rows with `incident_schema`; None exactly where there are problems.
    tuple of Problem
        Every fault with its line and column, up to `MOST_PROBLEMS`.
    """
    lines, problems = read_lines(path, shown_as)
    if problems:
        return None, problems
    reading = _Reading(description, shown_as, expand_types(description.coverage.types))
    rows = data_lines(lines)
    header = next(rows, None)
    if header is None or tuple(one.text for one in header.fields) != COLUMNS:
        return None, (_wrong_header(header, shown_as),)
    for line in rows:
        reading.take(line)
        if len(reading.problems) >= MOST_PROBLEMS:
            reading.stop(line)
            break
    if not reading.problems and not reading.columns["incidents"]:
        message = "the file has a header and no incidents"
        reading.problems.append(header.problem("no-incidents", message, shown_as))
    if reading.problems:
        return None, tuple(reading.problems)
    return _table(description, reading.columns), ()


def _wrong_header(header: Line | None, file: str) -> Problem:
    notes = (f"the header must be: {','.join(COLUMNS)}",)
    if header is None:
        message = "the file holds only comments; its header is missing"
        return problem("incident-header", message, Location(file), notes=notes)
    return header.problem("incident-header", "this is not the header", file, notes=notes)


@dataclass
class _Reading:
    """The state of one pass over the rows."""

    description: SourceDescription
    file: str
    types: frozenset[str]
    columns: dict[str, list[object]] = field(
        default_factory=lambda: {
            name: [] for name in ("first", "last", "id", "side_a", "side_b", *COLUMNS[1:])
        }
    )
    problems: list[Problem] = field(default_factory=list)
    seen: dict[_Key, int] = field(default_factory=dict)

    def take(self, line: Line) -> None:
        """Read one row; keep it only where nothing is wrong with it."""
        if not self._well_formed(line):
            return
        before = len(self.problems)
        month, country, admin1, side_a, side_b, event_type, incidents = line.fields
        days = self._days(line, month)
        self._place(line, country, admin1)
        sides = (self._side(line, side_a), self._side(line, side_b))
        self._type(line, event_type)
        if not _COUNT.fullmatch(incidents.text):
            message = f'"{incidents.text}" is not a count; write a whole number from 0 on'
            self._report(line, "incident-row", message, incidents)
        if len(self.problems) > before or days is None:
            return
        key = _key(month.text, country.text, admin1.text, sides, event_type.text)
        first = self.seen.setdefault(key, line.number)
        if first != line.number:
            message = f"this month, area, sides and type are already on line {first}"
            self._report(line, "duplicate-incidents", message)
            return
        self._keep(key, days, country.text, admin1.text, sides, event_type.text, incidents.text)

    def stop(self, line: Line) -> None:
        """Say that what follows was not looked at."""
        message = f"reading stopped here, after {len(self.problems)} problems"
        self._report(line, "incident-row", message, notes=("mend these first",))

    def _well_formed(self, line: Line) -> bool:
        if not line.fields:
            self._report(line, "incident-row", "the quotes in this row do not match")
            return False
        if len(line.fields) != len(COLUMNS):
            message = f"the row has {len(line.fields)} fields, and the header has {len(COLUMNS)}"
            self._report(line, "incident-row", message, notes=(f"fields: {', '.join(COLUMNS)}",))
            return False
        hidden = [one for one in line.fields if not one.text.isprintable()]
        for one in hidden:
            self._report(line, "incident-row", "the field holds a control character", one)
        return not hidden

    def _days(self, line: Line, month: Field) -> tuple[datetime.date, datetime.date] | None:
        found = _MONTH.fullmatch(month.text)
        if found is None or int(found[1]) == 0:
            message = f'"{month.text}" is not a month; write year-month, such as 2017-03'
            self._report(line, "incident-row", message, month)
            return None
        first = datetime.date(int(found[1]), int(found[2]), 1)
        last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
        window = self.description.coverage.window
        if window is not None and (first < window.start or last > window.end):
            message = f"{month.text} is outside the days covered, {window.start} to {window.end}"
            self._report(line, "incident-outside-coverage", message, month)
        return first, last

    def _place(self, line: Line, country: Field, admin1: Field) -> None:
        covered = self.description.coverage.countries
        if country.text not in covered:
            message = f'"{country.text}" is not among the countries covered'
            notes = (f"countries: {', '.join(covered)}",)
            self._report(line, "incident-outside-coverage", message, country, notes=notes)
        elif admin1.text and admin1.text not in covered[country.text]:
            message = f'"{admin1.text}" is not among the areas of {country.text} covered'
            notes = (f"areas: {', '.join(covered[country.text])}",)
            self._report(line, "incident-outside-coverage", message, admin1, notes=notes)

    def _side(self, line: Line, side: Field) -> tuple[str, ...]:
        if not side.text:
            return ()
        names = tuple(" ".join(name.split()) for name in side.text.split(";"))
        if not all(names) or len(set(map(label_key, names))) < len(names):
            message = f'"{side.text}" names an actor twice, or has a ";" without a name beside it'
            self._report(line, "incident-row", message, side)
        return names

    def _type(self, line: Line, event_type: Field) -> None:
        if event_type.text not in taxonomy().types:
            message = f'"{event_type.text}" is not a type of incident'
            notes = (f"types: {', '.join(taxonomy().types)}",)
            self._report(line, "unknown-type", message, event_type, notes=notes)
        elif event_type.text not in self.types:
            message = f'"{event_type.text}" is not among the types covered'
            notes = (f"types: {', '.join(sorted(self.types))}",)
            self._report(line, "incident-outside-coverage", message, event_type, notes=notes)

    def _keep(
        self,
        key: _Key,
        days: tuple[datetime.date, datetime.date],
        country: str,
        admin1: str,
        sides: tuple[tuple[str, ...], tuple[str, ...]],
        event_type: str,
        incidents: str,
    ) -> None:
        row = {
            "first": days[0],
            "last": days[1],
            "id": _row_id(self.description.source, key),
            "country": country,
            "admin1": admin1 or None,
            "side_a": list(sides[0]),
            "side_b": list(sides[1]),
            "event_type": event_type,
            "incidents": int(incidents),
        }
        for name, value in row.items():
            self.columns[name].append(value)

    def _report(
        self,
        line: Line,
        identifier: str,
        message: str,
        at: Field | None = None,
        *,
        notes: tuple[str, ...] = (),
    ) -> None:
        self.problems.append(line.problem(identifier, message, self.file, at, notes=notes))


def _key(
    month: str,
    country: str,
    admin1: str,
    sides: tuple[tuple[str, ...], tuple[str, ...]],
    event_type: str,
) -> _Key:
    """What identifies a row: names on a side are a set, and case and white space do not matter."""
    side_a, side_b = (frozenset(map(label_key, side)) for side in sides)
    return (month, country, admin1, side_a, side_b, event_type)


def _row_id(source: str, key: _Key) -> str:
    """Give the same id to the same row in every vintage, whatever its count."""
    parts = [part if isinstance(part, str) else ";".join(sorted(part)) for part in (source, *key)]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


def _table(description: SourceDescription, columns: dict[str, list[object]]) -> pa.Table:
    import pyarrow as pa

    from forecast_bench.incidents.schema import incident_schema

    schema = incident_schema()
    rows = len(columns["incidents"])
    known = {
        "source": [description.source] * rows,
        "event_id": columns["id"],
        "vintage": [description.retrieved] * rows,
        "date_from": columns["first"],
        "date_to": columns["last"],
        "source_type": columns["event_type"],
        "weight": columns["incidents"],
        **{name: columns[name] for name in ("country", "admin1", "event_type")},
        **{name: columns[name] for name in ("side_a", "side_b")},
    }
    arrays = [pa.array(known.get(one.name, [None] * rows), type=one.type) for one in schema]
    return pa.Table.from_arrays(arrays, schema=schema)
