"""Made deliveries of events, what a store has to make of them, and what it has made."""

import csv
import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from forecast_bench.incidents import Delivery, ImportResult, Storage, Vintage, import_delivery
from forecast_bench.records import SourceDescription

SOURCE = "made"
HEADER = (
    *("event_id_cnty", "event_date", "time_precision", "event_type", "actor1", "assoc_actor_1"),
    *("actor2", "assoc_actor_2", "country", "admin1", "fatalities"),
)
DAY = datetime.timedelta(days=1)
# Words of ACLED's of before 2019, which need no sub-type, with our types.
TYPES = {"Riots/Protests": "protest", "Remote violence": "explosion"}


@dataclass(frozen=True, slots=True)
class Made:
    """What one row of an export says; `type` is a word of ACLED's that is a type of ours."""

    day: datetime.date
    precision: int = 1
    country: str = "Mali"
    type: str = "Riots/Protests"
    admin1: str = "Gao"
    side_a: tuple[str, ...] = ("A",)
    side_b: tuple[str, ...] = ()
    deaths: int | None = None

    @property
    def days(self) -> tuple[datetime.date, datetime.date]:
        """Days that enclose it, as ACLED's precision means them."""
        if self.precision == 1:
            return self.day, self.day
        if self.precision == 2:
            return self.day - 6 * DAY, self.day + 6 * DAY
        following = (self.day.replace(day=28) + 4 * DAY).replace(day=1)
        return self.day.replace(day=1), following - DAY

    @property
    def filed(self) -> datetime.date:
        """The day in the middle; of two, the former."""
        first, last = self.days
        return first + datetime.timedelta(days=(last - first).days // 2)


@dataclass(frozen=True, slots=True)
class Export:
    """Rows by their id, and what they are said to cover."""

    rows: dict[str, Made]
    retrieved: datetime.date
    start: datetime.date
    end: datetime.date
    countries: tuple[str, ...] = ("Mali", "Niger")
    types: tuple[str, ...] = ("protest", "explosion")
    replaces: bool = False

    def covers(self, row: Made) -> bool:
        """Whether the export has the say over such a row."""
        return (
            row.country in self.countries
            and TYPES[row.type] in self.types
            and self.start <= row.filed <= self.end
        )


@dataclass(slots=True)
class Replay:
    """The states that exports leave behind, in dictionaries: one for each, in order of import."""

    exports: list[Export] = field(default_factory=list)

    def add(self, export: Export) -> bool:
        """Take an export; False where nothing of it is a vintage of its own."""
        if not any(export.covers(row) for row in export.rows.values()):
            return False
        same_day = [one for one in self.exports if one.retrieved == export.retrieved]
        if same_day and same_day[-1] == export:
            return False
        self.exports.append(export)
        return True

    def states(self) -> list[tuple[Export, dict[str, Made]]]:
        """Exports in the order of their days, with what is known after each."""
        found, known = [], dict[str, Made]()
        for one in sorted(self.exports, key=lambda export: export.retrieved):
            kept = {
                name: row
                for name, row in known.items()
                if not one.replaces and not one.covers(row) and name not in one.rows
            }
            # A row outside what the export declares is left out, and says nothing of its incident.
            left_out = {name for name, row in one.rows.items() if not one.covers(row)}
            kept |= {
                name: row
                for name, row in known.items()
                if name in left_out and not one.replaces and not one.covers(row)
            }
            known = kept | {name: row for name, row in one.rows.items() if one.covers(row)}
            found.append((one, known))
        return found


def changes(before: dict[str, Made], after: dict[str, Made]) -> tuple[int, int, int]:
    """Added, changed and withdrawn, as sets."""
    both = before.keys() & after.keys()
    changed = sum(_said(before[name]) != _said(after[name]) for name in both)
    return len(after.keys() - before.keys()), changed, len(before.keys() - after.keys())


def write_acled(path: Path, rows: dict[str, Made]) -> Path:
    """Write rows as ACLED exports them."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for name, row in rows.items():
            sides = [cell for side in (row.side_a, row.side_b) for cell in _cells(side)]
            deaths = "" if row.deaths is None else row.deaths
            start = (name, row.day, row.precision, row.type)
            writer.writerow([*start, *sides, row.country, row.admin1, deaths])
    return path


def describe(
    countries: Iterable[str] = ("Mali", "Niger"), types: Iterable[str] = ("protest", "explosion")
) -> SourceDescription:
    """Describe a source whose files are brought."""
    return SourceDescription.model_validate(
        {
            "source": SOURCE,
            "title": "Made up",
            "kind": "acled",
            "settlement": "14 days",
            "licence": "none",
            "attribution": "nobody",
            "coverage": {"countries": {one: ["Gao"] for one in countries}, "types": list(types)},
        }
    )


def bring(storage: Storage, export: Export, folder: Path) -> ImportResult:
    """Write an export, and import it."""
    delivery = Delivery(
        description=describe(export.countries, export.types),
        path=write_acled(folder / "export.csv", export.rows),
        retrieved=export.retrieved,
        start=export.start,
        end=export.end,
        replaces=export.replaces,
        shown_as="export.csv",
        described_in="made.yaml",
    )
    return import_delivery(storage, delivery, rejects_in=folder / "rejected")


def state_of(vintage: Vintage) -> dict[str, tuple[Any, ...]]:
    """Read a state by the rule of the store, without the code that the store reads it with."""
    state = vintage.state
    ended = {
        (row["event_id"], row["opened"])
        for path in state.closings
        for row in pq.read_table(path, partitioning=None).to_pylist()
        if row["closed"] <= state.key
    }
    found: dict[str, tuple[Any, ...]] = {}
    for path in state.rows:
        for row in pq.read_table(path, partitioning=None).to_pylist():
            if row["opened"] > state.key or (row["closed"] or state.key + 1) <= state.key:
                continue
            if (row["event_id"], row["opened"]) in ended:
                continue
            assert row["event_id"] not in found, "an incident has two versions at once"
            names = ("date_from", "date_to", "country", "event_type", "admin1")
            sides = tuple(row["side_a"]), tuple(row["side_b"])
            assert row["sides"] == "\x1e".join("\x1f".join(side) for side in sides)
            deaths = row["fatalities_best"]
            found[row["event_id"]] = (*(row[name] for name in names), *sides, deaths)
    return found


def expected(rows: dict[str, Made]) -> dict[str, tuple[Any, ...]]:
    """What `state_of` has to give for these rows."""
    return {name: _said(row) for name, row in rows.items()}


def _said(row: Made) -> tuple[Any, ...]:
    event_type = TYPES[row.type]
    return (*row.days, row.country, event_type, row.admin1, row.side_a, row.side_b, row.deaths)


def _cells(side: tuple[str, ...]) -> tuple[str, str]:
    return (side[0] if side else ""), "; ".join(side[1:])
