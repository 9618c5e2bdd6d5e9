"""Sources of incidents: brought into the store, with an alarm where one cannot be trusted."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forecast_bench.incidents import (
    ImportResult,
    Vintage,
    VintageChoice,
    feed_alarm,
    import_source,
    unmatched_labels,
    vintage_as_of,
    vintages,
)
from forecast_bench.problems import Problem
from forecast_bench.records import ActorBook
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


def store_folder(workspace: Path) -> Path:
    """Folder of the incident store of a workspace."""
    return workspace / DERIVED / "incidents"


def import_described(workspace: Workspace, name: str) -> ImportResult:
    """Bring one source of a workspace into its store."""
    files = workspace.source_files[name]
    return import_source(
        store_folder(workspace.folder),
        workspace.sources[name],
        files.data,
        shown_as=shown(files.data, workspace.folder),
        described_in=shown(files.described_in, workspace.folder),
    )


def bring_in(workspace: Workspace, *, as_of: datetime.date) -> Feeds:
    """Import what is new of every source, and choose the vintage known on a day.

    A source with problems, an empty or a shrunken one leaves the store's older vintages as they
    are, and is reported.
    """
    choices: dict[str, VintageChoice] = {}
    problems: list[Problem] = []
    alarms: list[Alarm] = []
    for name in workspace.sources:
        result = import_described(workspace, name)
        problems.extend(result.problems)
        if result.vintage is None:
            alarms.append(Alarm("feed-unreadable", f"the source {name} could not be imported"))
            continue
        before = None if result.previous is None else result.previous.manifest
        text = feed_alarm(before, result.vintage.manifest, workspace.settings.shrink_alarm)
        if text is not None:
            alarms.append(Alarm("feed-shrunken", text))
        choice = vintage_as_of(vintages(store_folder(workspace.folder), name), as_of)
        if choice is not None:
            choices[name] = choice
    return Feeds(choices, tuple(problems), tuple(alarms))


def unnamed_labels(choice: VintageChoice, book: ActorBook) -> list[str]:
    """Labels of a source that models/actors.yaml does not name: incidents that no actor gets."""
    return sorted(unmatched_labels(book, choice.vintage.manifest.labels))


def source_record(choice: VintageChoice, book: ActorBook) -> dict[str, Any]:
    """What a manifest says of a source that was counted."""
    vintage: Vintage = choice.vintage
    manifest = vintage.manifest
    return {
        "source": manifest.source,
        "title": manifest.title,
        "vintage": str(vintage.retrieved),
        "hindsight": choice.hindsight,
        "sha256": manifest.file_sha256,
        "rows": manifest.rows,
        "incidents": manifest.incidents,
        "coverage_from": str(manifest.coverage.window.start),
        "coverage_to": str(manifest.coverage.window.end),
        "coverage_note": manifest.coverage.note,
        "countries": list(manifest.coverage.countries),
        "settlement": str(manifest.settlement),
        "licence": manifest.licence,
        "attribution": manifest.attribution,
        "note": manifest.note,
        "unnamed_labels": unnamed_labels(choice, book),
    }
