"""Sources of incidents: brought into the store, with an alarm where one cannot be trusted."""

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forecast_bench.incidents import (
    Delivery,
    ImportResult,
    IncidentStoreError,
    Storage,
    Vintage,
    VintageChoice,
    feed_alarm,
    import_delivery,
    open_storage,
    unmatched_labels,
    vintage_as_of,
    vintages,
    whole_file,
)
from forecast_bench.problems import Location, Problem, problem
from forecast_bench.records import ActorBook, Settings
from forecast_bench.workspace import DERIVED, Workspace, shown


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that must not pass in silence.

    Parameters
    ----------
    id : str
        Kind of alarm, stable.
    text : str
        What happened.
    """

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Feeds:
    """The vintages to count on a day, and what is wrong with the feeds."""

    choices: Mapping[str, VintageChoice]
    problems: tuple[Problem, ...]
    alarms: tuple[Alarm, ...]


type StoreOf = Callable[[Workspace, str], Storage]


def own_store(workspace: Workspace, _source: str) -> Storage:
    """Give the store of the workspace itself, which all of its sources share."""
    return store_of(workspace.folder, workspace.settings)


def store_of(workspace: Path, settings: Settings) -> Storage:
    """Open the incident store of a workspace."""
    location = settings.store
    if location is not None and "://" not in location:
        location = str(workspace / location)
    derived = workspace / DERIVED
    return open_storage(location, otherwise=derived / "incidents", cache=derived / "incident-cache")


def import_described(
    workspace: Workspace, name: str, *, store: StoreOf = own_store
) -> ImportResult:
    """Bring the file of a source into the store.

    Raises
    ------
    ValueError
        If the source has no file.
    """
    files, folder = workspace.source_files[name], workspace.folder
    if files.data is None:
        raise ValueError(f"the source {name} has no file")
    delivery = whole_file(
        workspace.sources[name],
        files.data,
        shown_as=shown(files.data, folder),
        described_in=shown(files.described_in, folder),
        mapping=files.mapping,
    )
    return bring(workspace, delivery, store=store)


def bring(workspace: Workspace, delivery: Delivery, *, store: StoreOf = own_store) -> ImportResult:
    """Bring a delivery into the store of a workspace, by its settings."""
    return import_delivery(
        store(workspace, delivery.description.source),
        delivery,
        rejects_in=workspace.folder / DERIVED / "rejected",
        most_rejected=workspace.settings.most_rejected,
    )


def bring_in(workspace: Workspace, *, as_of: datetime.date, store: StoreOf = own_store) -> Feeds:
    """Import what is new of every source, and choose the vintage known on a day.

    A source with problems, an empty or a shrunken one leaves the store's older vintages as they
    are, and is reported.

    Parameters
    ----------
    workspace : Workspace
        As read.
    as_of : date
        The day.
    store : callable
        Where a source is kept; in the store of the workspace by default.
    """
    choices: dict[str, VintageChoice] = {}
    problems: list[Problem] = []
    alarms: list[Alarm] = []
    for name in workspace.sources:
        state = _brought(workspace, name, store)
        problems.extend(state.problems)
        if state.vintage is None:
            alarms.append(state.alarm)
            continue
        known = vintages(state.vintage.storage, name)
        choice = vintage_as_of(known, as_of)
        if choice is None:
            continue
        choices[name] = choice
        text = _shrunken(known, choice.vintage, workspace.settings.shrink_alarm)
        if text is not None:
            alarms.append(Alarm("feed-shrunken", text))
    return Feeds(choices, tuple(problems), tuple(alarms))


def _shrunken(known: Sequence[Vintage], chosen: Vintage, share: float) -> str | None:
    """Hold the vintage that is counted against the one before; what came later is not known yet."""
    place = [one.name for one in known].index(chosen.name)
    before = known[place - 1].manifest if place else None
    return feed_alarm(before, chosen.manifest, share)


@dataclass(frozen=True, slots=True)
class _Brought:
    """The newest vintage of a source, or why there is none."""

    vintage: Vintage | None
    problems: tuple[Problem, ...]
    alarm: Alarm


def _brought(workspace: Workspace, name: str, store: StoreOf) -> _Brought:
    """Import a source's file, if it has one; else look what imports and fetches brought."""
    if workspace.sources[name].file is not None:
        alarm = Alarm("feed-unreadable", f"the source {name} could not be imported")
        result = import_described(workspace, name, store=store)
        return _Brought(result.vintage, result.problems, alarm)
    missing = Alarm(
        "feed-missing",
        f"nothing was imported for the source {name}: run forecast-bench incidents import or fetch",
    )
    try:
        known = vintages(store(workspace, name), name)
    except IncidentStoreError as failure:
        place = Location(shown(workspace.source_files[name].described_in, workspace.folder))
        fault = problem("incident-store", str(failure), place)
        return _Brought(None, (fault,), missing)
    return _Brought(known[-1] if known else None, (), missing)


def unnamed_labels(choice: VintageChoice, book: ActorBook) -> list[str]:
    """Labels of a source that models/actors.yaml does not name: incidents that no actor gets."""
    return sorted(unmatched_labels(book, choice.vintage.labels))


def source_record(choice: VintageChoice, book: ActorBook) -> dict[str, Any]:
    """What a manifest says of a source that was counted."""
    vintage: Vintage = choice.vintage
    manifest, covered = vintage.manifest, vintage.extent.hull
    return {
        "source": manifest.source,
        "title": manifest.title,
        "vintage": str(vintage.retrieved),
        "hindsight": choice.hindsight,
        "sha256": manifest.file_sha256,
        "rows": manifest.rows,
        "incidents": manifest.incidents,
        "coverage_from": str(covered.window.start),
        "coverage_to": str(covered.window.end),
        "coverage_note": covered.note,
        "countries": list(covered.countries),
        "settlement": str(manifest.settlement),
        "licence": manifest.licence,
        "attribution": manifest.attribution,
        "note": manifest.note,
        "unnamed_labels": unnamed_labels(choice, book),
    }


def vintage_age(retrieved: str, *, as_of: datetime.date) -> int:
    """Days since a vintage was retrieved; 0 where that lay after the day looked at.

    Examples
    --------
    >>> vintage_age("2018-03-01", as_of=datetime.date(2018, 3, 31))
    30
    """
    return max(0, (as_of - datetime.date.fromisoformat(retrieved)).days)
