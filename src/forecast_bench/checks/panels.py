"""Checks on panels of rates: that what their files name can be counted."""

from collections.abc import Iterator

from forecast_bench.incidents import known_type_names
from forecast_bench.problems import Problem
from forecast_bench.records import RatePanel, SourceDescription
from forecast_bench.workspace import Workspace
from forecast_bench.yaml_source import Document


def panels_countable(workspace: Workspace) -> Iterator[Problem]:
    """Source, actors, types and countries of a panel of rates are known."""
    for name, document in workspace.rate_documents.items():
        panel = workspace.rates[name].panel
        if panel is None:
            continue
        yield from _source(workspace, panel, document)
        yield from _actors(workspace, panel, document)
        for at, kind in enumerate(panel.types):
            if kind not in known_type_names():
                note = f"types: {', '.join(sorted(known_type_names()))}"
                message = f'"{kind}" is not a type of incident'
                yield document.problem(
                    "unknown-type", message, ("panel", "types", at), notes=(note,)
                )


def _source(workspace: Workspace, panel: RatePanel, document: Document) -> Iterator[Problem]:
    if _unread(workspace, "incidents/"):
        return
    known = workspace.sources
    note = f"sources: {', '.join(sorted(known)) or 'none'}"
    if panel.source is None and len(known) != 1:
        message = "the panel does not name the source that counts it"
        yield document.problem("unknown-source", message, ("panel",), notes=(note,))
        return
    source = known.get(panel.source or next(iter(known)))
    if source is None:
        message = f'incidents/ describes no source "{panel.source}"'
        yield document.problem("unknown-source", message, ("panel", "source"), notes=(note,))
        return
    yield from _places(panel, source, document)


def _places(panel: RatePanel, source: SourceDescription, document: Document) -> Iterator[Problem]:
    covered = source.coverage.countries
    for at, name in enumerate(panel.countries or ()):
        if name not in covered:
            note = f"{source.source} covers: {', '.join(covered)}"
            message = f'the source {source.source} does not cover "{name}"'
            path = ("panel", "countries", at)
            yield document.problem("unknown-place", message, path, notes=(note,))


def _actors(workspace: Workspace, panel: RatePanel, document: Document) -> Iterator[Problem]:
    book = workspace.actors
    if not book.names and _unread(workspace, "models/actors.yaml"):
        return
    known = sorted((*book.actors, *book.groups, *book.compound_labels))
    note = f"actors and groups: {', '.join(known) or 'none'}"
    named: list[tuple[tuple[str | int, ...], str]] = [
        (("panel", "actors", at), name) for at, name in enumerate(panel.actors or ())
    ]
    for at, pair in enumerate(panel.sides or ()):
        named.extend((("panel", "sides", at, side), name) for side, name in enumerate(pair))
    for path, name in named:
        if name not in book.names:
            message = f'models/actors.yaml does not name "{name}"'
            yield document.problem("unknown-actor", message, path, notes=(note,))


def _unread(workspace: Workspace, folder: str) -> bool:
    """Whether an error keeps a part of the models or sources from being known."""
    return any(
        one.level == "error" and one.location.file.startswith(folder) for one in workspace.problems
    )
