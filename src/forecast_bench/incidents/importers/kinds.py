"""Kinds of source with a row for every event: recognised by their header, and opened."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

from forecast_bench.incidents.importers.events import acled, gtd, ucdp_ged
from forecast_bench.incidents.importers.mapped import mapped_layout, missing_columns, read_mapping
from forecast_bench.incidents.importers.monthly_counts import COLUMNS
from forecast_bench.incidents.importers.reading import IncidentFile
from forecast_bench.incidents.importers.rows import RawFile
from forecast_bench.incidents.importers.staging import Layout, incident_file
from forecast_bench.incidents.importers.table_file import open_table
from forecast_bench.incidents.importers.text_lines import Encoding
from forecast_bench.problems import Location, Problem, problem

AUTO: Final = "auto"
MAPPED: Final = "mapped"


@dataclass(frozen=True, slots=True)
class EventKind:
    """A kind of source with a row for every event.

    Parameters
    ----------
    title : str
        What it is, for people.
    needs : tuple of str
        Columns without which a file is not of this kind; none for a kind that is never recognised.
    layout : callable or None
        From the columns of a file to how its rows are read; None where a mapping file says that.
    encoding : {"utf-8", "latin-1"}
        How its text files are encoded.
    """

    title: str
    needs: tuple[str, ...]
    layout: Callable[[Collection[str]], Layout] | None
    encoding: Encoding = "utf-8"


class Recognition(NamedTuple):
    """The kind of a file, and by what it was recognised."""

    kind: str
    because: str


EVENT_KINDS: Final[Mapping[str, EventKind]] = MappingProxyType(
    {
        "ucdp-ged": EventKind(
            "UCDP Georeferenced Event Dataset",
            (
                *("id", "type_of_violence", "side_a", "side_b", "country"),
                *("date_start", "date_end", "best"),
            ),
            ucdp_ged,
        ),
        "acled": EventKind(
            "Armed Conflict Location & Event Data",
            ("event_id_cnty", "event_date", "time_precision", "event_type", "actor1", "country"),
            acled,
        ),
        "gtd": EventKind(
            "Global Terrorism Database",
            (
                *("eventid", "iyear", "imonth", "iday", "country_txt"),
                *("attacktype1_txt", "targtype1_txt", "gname"),
            ),
            gtd,
            "latin-1",
        ),
        MAPPED: EventKind("Any table, by a mapping file", (), None),
    }
)


def recognise(path: Path, *, shown_as: str) -> tuple[Recognition | None, tuple[Problem, ...]]:
    """Tell the kind of a file by the names of its columns.

    Parameters
    ----------
    path : Path
        A CSV, XLSX, Parquet or JSON-lines file.
    shown_as : str
        Its path in messages.

    Returns
    -------
    Recognition or None
        The kind, `monthly-counts` among them, with the columns that decided; None exactly where
        there are problems.
    tuple of Problem
        One that names what each kind needs, where the columns fit none or two.
    """
    opened, problems = open_table(path, shown_as)
    if opened is None:
        return None, problems
    return _recognised(opened, shown_as)


def open_incidents(
    path: Path,
    *,
    kind: str,
    shown_as: str,
    mapping: Path | None = None,
    mapping_shown_as: str | None = None,
) -> tuple[IncidentFile | None, tuple[Problem, ...]]:
    """Open a file of events.

    Parameters
    ----------
    path : Path
        A CSV, XLSX, Parquet or JSON-lines file.
    kind : str
        A key of `EVENT_KINDS`, or "auto" to tell by the columns; with a mapping that is "mapped".
    shown_as : str
        The file's path in messages.
    mapping : Path, optional
        The mapping file, for the kind "mapped".
    mapping_shown_as : str, optional
        Its path in messages.

    Returns
    -------
    IncidentFile or None
        Reading its batches can still raise `UnreadableFileError`, for a file that is damaged behind
        a good beginning. None exactly where there are problems.
    tuple of Problem
        What is wrong with the file's form or header, or with the mapping.
    """
    if kind == MAPPED or (kind == AUTO and mapping is not None):
        return _open_mapped(path, shown_as, mapping, mapping_shown_as)
    if kind not in (AUTO, *EVENT_KINDS):
        message = f'"{kind}" is not a kind of source with a row for every event'
        notes = (f"kinds: {', '.join((AUTO, *EVENT_KINDS))}",)
        return None, (problem("source-kind", message, Location(shown_as), notes=notes),)
    encoding = EVENT_KINDS[kind].encoding if kind != AUTO else "utf-8"
    opened, problems = open_table(path, shown_as, encoding=encoding)
    if opened is None:
        return None, problems
    found, problems = _recognised(opened, shown_as, () if kind == AUTO else (kind,))
    if found is None:
        return None, problems
    chosen = EVENT_KINDS.get(found.kind)
    if chosen is None or chosen.layout is None:
        return None, (_counts(opened, shown_as),)
    if chosen.encoding != encoding:
        opened, problems = open_table(path, shown_as, encoding=chosen.encoding)
        if opened is None:
            return None, problems
    layout = chosen.layout(opened.columns)
    return incident_file(opened, layout, kind=found.kind, because=found.because), ()


def _open_mapped(
    path: Path, shown_as: str, mapping: Path | None, mapping_shown_as: str | None
) -> tuple[IncidentFile | None, tuple[Problem, ...]]:
    if mapping is None:
        message = f'the kind "{MAPPED}" needs a mapping file, which says which column is what'
        return None, (problem("incident-mapping", message, Location(shown_as)),)
    shown = mapping_shown_as or mapping.as_posix()
    read, problems = read_mapping(mapping, shown)
    if read is None:
        return None, problems
    record, document = read
    opened, problems = open_table(path, shown_as, encoding=record.encoding, sheet=record.sheet)
    if opened is None:
        return None, problems
    problems = missing_columns(record, document, opened)
    if problems:
        return None, problems
    layout = mapped_layout(record)
    return incident_file(
        opened, layout, kind=MAPPED, because=f"its columns are those of {shown}"
    ), ()


def _recognised(
    opened: RawFile, shown_as: str, asked: tuple[str, ...] = ()
) -> tuple[Recognition | None, tuple[Problem, ...]]:
    present = frozenset(opened.columns)
    needs = {name: kind.needs for name, kind in EVENT_KINDS.items() if kind.needs}
    needs["monthly-counts"] = COLUMNS
    if asked:
        needs = {name: needs[name] for name in asked}
    fitting = [name for name, columns in needs.items() if present.issuperset(columns)]
    if len(fitting) == 1:
        kind = fitting[0]
        because = f"{opened.form} with the columns {', '.join(needs[kind])}"
        return Recognition(kind, because), ()
    if fitting:
        message = f"the columns fit more than one kind of source: {', '.join(fitting)}"
    else:
        message = f"the columns fit no kind of source{_as_asked(asked)}"
    notes = tuple(_need(name, needs[name], present) for name in fitting or needs)
    return None, (_at_header(opened, shown_as, message, notes),)


def _as_asked(asked: tuple[str, ...]) -> str:
    return f" as {asked[0]}" if asked else ""


def _need(name: str, columns: tuple[str, ...], present: frozenset[str]) -> str:
    missing = [column for column in columns if column not in present]
    lacks = f"; missing: {', '.join(missing)}" if missing else ""
    return f"{name} needs {', '.join(columns)}{lacks}"


def _counts(opened: RawFile, shown_as: str) -> Problem:
    message = "this is a file of monthly counts, not of events"
    notes = ("describe it with the kind monthly-counts",)
    return _at_header(opened, shown_as, message, notes)


def _at_header(opened: RawFile, shown_as: str, message: str, notes: tuple[str, ...]) -> Problem:
    line, text = opened.header
    place = Location(shown_as, line, 1, max(2, len(text) + 1))
    return problem("incident-header", message, place, excerpt=text, notes=notes)
