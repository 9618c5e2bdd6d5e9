"""A file that somebody brings: which source it is of, and what it declares to cover."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import yaml
from pydantic import ValidationError

from forecast_bench.incidents import (
    SOURCE_KINDS,
    Delivery,
    ImportResult,
    Survey,
    UnreadableFileError,
    open_incidents,
    recognise,
    survey,
    taxonomy,
)
from forecast_bench.job.feeds import bring
from forecast_bench.problems import Location, Problem, problem
from forecast_bench.records import SourceDescription
from forecast_bench.workspace import INCIDENTS, Workspace, shown
from forecast_bench.workspace.replacing import replace_file

AUTO: Final = "auto"
_MOST_REASONS: Final = 3
_LONGEST_NAME: Final = 60


class UnclearSourceError(ValueError):
    """It cannot be told which source a file is of; the message says what to name."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of a file that was brought.

    Parameters
    ----------
    name : str
        Id of the source.
    result : ImportResult
        What the import did.
    described : Path or None
        The description that was written, where there was none.
    because : str
        How the kind of the file was recognised; empty where it was named.
    """

    name: str
    result: ImportResult
    described: Path | None
    because: str


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a source before anybody describes it."""

    name: str
    title: str
    settlement: str
    licence: str
    attribution: str


# Settlement lags to start from; a team that knows better says so in the description.
_SOURCES: Final[Mapping[str, _Known]] = MappingProxyType(
    {
        "ucdp-ged": _Known(
            "ucdp",
            "UCDP Georeferenced Event Dataset",
            "45 days",
            "CC BY 4.0",
            "Uppsala Conflict Data Program (UCDP), ucdp.uu.se",
        ),
        "acled": _Known(
            "acled",
            "ACLED events",
            "14 days",
            "ACLED's terms of use; the events may not be passed on",
            "Armed Conflict Location & Event Data (ACLED), acleddata.com",
        ),
        "gtd": _Known(
            "gtd",
            "Global Terrorism Database",
            "1 year",
            "GTD's end user licence; the rows may not be passed on",
            "National Consortium for the Study of Terrorism and Responses to Terrorism (START)",
        ),
    }
)


@dataclass(frozen=True, slots=True)
class _Source:
    """The source that a file is of; `fresh` is where its description is to be written."""

    description: SourceDescription
    described_in: Path
    mapping: Path | None
    fresh: bool


def bring_file(
    workspace: Workspace,
    path: Path,
    *,
    source: str,
    retrieved: datetime.date,
    start: datetime.date | None = None,
    end: datetime.date | None = None,
    name: str | None = None,
) -> Brought:
    """Import a file that lies anywhere, as a vintage of a source of the workspace.

    Parameters
    ----------
    workspace : Workspace
        As read.
    path : Path
        The file.
    source : str
        Id of a source that is described, a kind of file, or `AUTO`.
    retrieved : date
        Day on which the source was read.
    start, end : date, optional
        Days that the file covers; else those declared, or that of its first, or last, row.
    name : str, optional
        Id of the source, where a kind fits several or is not described yet.

    Raises
    ------
    UnclearSourceError
        If it cannot be told which source is meant.
    """
    shown_as = shown(path, workspace.folder)
    kind, because, problems = _kind(workspace, path, source, shown_as)
    if problems:
        return Brought(name or source, ImportResult(None, added=False, problems=problems), None, "")
    identifier = name or _identifier(workspace, kind, source)
    found, problems = _source(workspace, path, kind=kind, identifier=identifier, shown_as=shown_as)
    if found is None:
        failed = ImportResult(None, added=False, problems=problems)
        return Brought(identifier, failed, None, because)
    declared = declared_days(found.description, retrieved)
    delivery = Delivery(
        description=found.description,
        path=path,
        retrieved=retrieved,
        start=start or declared[0],
        end=end or declared[1],
        replaces=False,
        shown_as=shown_as,
        described_in=shown(found.described_in, workspace.folder),
        mapping=found.mapping,
    )
    result = bring(workspace, delivery)
    if result.vintage is None or not found.fresh:
        return Brought(identifier, result, None, because)
    _write(found.described_in, found.description)
    return Brought(identifier, result, found.described_in, because)


def _kind(
    workspace: Workspace, path: Path, source: str, shown_as: str
) -> tuple[str, str, tuple[Problem, ...]]:
    """Kind of the file, how it was recognised, and why it could not be."""
    if source in workspace.sources:
        return workspace.sources[source].kind, "", ()
    if source == AUTO:
        found, problems = recognise(path, shown_as=shown_as)
        return (found.kind, found.because, ()) if found is not None else ("", "", problems)
    if source in SOURCE_KINDS:
        return source, "", ()
    known = ", ".join((AUTO, *workspace.sources, *SOURCE_KINDS))
    raise UnclearSourceError(f'"{source}" is neither a source nor a kind of one: {known}')


def _identifier(workspace: Workspace, kind: str, source: str) -> str:
    """Id of the source that a file of a kind is of, where nobody names it."""
    if source in workspace.sources:
        return source
    fitting = [
        name for name, one in workspace.sources.items() if one.kind == kind and one.file is None
    ]
    if len(fitting) > 1:
        raise UnclearSourceError(
            f"several sources are of the kind {kind}: name one of {', '.join(fitting)}"
        )
    if fitting:
        return fitting[0]
    if kind not in _SOURCES:
        raise UnclearSourceError(
            f"no source of the kind {kind} is described without a file of its own: describe it in "
            f"{INCIDENTS}/, and name it"
        )
    return _SOURCES[kind].name


def _source(
    workspace: Workspace, path: Path, *, kind: str, identifier: str, shown_as: str
) -> tuple[_Source | None, tuple[Problem, ...]]:
    """Find the source in the workspace, or describe it by what its first file holds."""
    described = workspace.sources.get(identifier)
    if described is not None:
        if described.file is not None:
            raise UnclearSourceError(
                f'the source "{identifier}" has a file of its own, {described.file}: replace that, '
                "or name another source"
            )
        if described.kind != kind:
            raise UnclearSourceError(
                f'the source "{identifier}" is of the kind {described.kind}, and the file is of '
                f"the kind {kind}"
            )
        files = workspace.source_files[identifier]
        return _Source(described, files.described_in, files.mapping, fresh=False), ()
    target = workspace.folder / INCIDENTS / f"{identifier}.yaml"
    if target.exists() or kind not in _SOURCES:
        raise UnclearSourceError(
            f'no source "{identifier}" is described: describe it in {INCIDENTS}/'
        )
    opened, problems = open_incidents(path, kind=kind, shown_as=shown_as)
    if opened is None:
        return None, problems
    try:
        seen = survey(opened)
    except UnreadableFileError as failure:
        return None, (failure.problem,)
    if not seen.countries:
        message = "the file holds no row that can be read"
        place = Location(shown_as)
        return None, (problem("no-incidents", message, place, notes=seen.rejected),)
    try:
        description = _description(kind, identifier, seen)
    except ValidationError as failure:
        raise UnclearSourceError(
            f'no source "{identifier}" can be described by {shown_as}: {_reasons(failure)}'
        ) from None
    return _Source(description, target, None, fresh=True), ()


def _description(kind: str, identifier: str, seen: Survey) -> SourceDescription:
    known = _SOURCES[kind]
    coverage = {
        "countries": {country: list(areas) for country, areas in seen.countries.items()},
        "types": sorted(set(taxonomy().sources[kind].types.values())),
    }
    carried = ("title", "settlement", "licence", "attribution")
    values = {name: getattr(known, name) for name in carried}
    return SourceDescription.model_validate(
        {"source": identifier, "kind": kind, **values, "note": _NOTE, "coverage": coverage}
    )


def _reasons(failure: ValidationError) -> str:
    """What is wrong with a description, in the words of the records."""
    found = []
    for one in failure.errors():
        key = ".".join(str(part)[:_LONGEST_NAME] for part in one["loc"] if part != "[key]")
        found.append(f"{key}: {str(one['msg']).removeprefix('Value error, ')}")
    return "; ".join(found[:_MOST_REASONS])


def declared_days(
    description: SourceDescription, retrieved: datetime.date
) -> tuple[datetime.date | None, datetime.date | None]:
    """Give the days that are declared, where they were over on the day of retrieval."""
    window = description.coverage.window
    if window is None:
        return None, None
    return window.start, window.end if window.end <= retrieved else None


def _write(target: Path, description: SourceDescription) -> None:
    values: Any = description.model_dump(
        mode="json", by_alias=True, exclude_none=True, exclude_defaults=True
    )
    text = yaml.safe_dump(values, sort_keys=False, allow_unicode=True, width=100)
    target.parent.mkdir(exist_ok=True)
    replace_file(target, f"{_HEAD}{text}".encode())


_NOTE: Final = (
    "The countries, areas and types were read off the first file that was imported: places without "
    "an incident in it are missing. Complete them; a zero counts only where they are declared."
)
_HEAD: Final = "# A source that `forecast-bench incidents import FILE` brings.\n"
