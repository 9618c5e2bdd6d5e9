"""Checks on panels of rates: that what their files name can be counted."""

from collections.abc import Iterator

from forecast_bench.checks.named import (
    Unknown,
    is_unread,
    unknown_actor,
    unknown_country,
    unknown_source,
    unknown_type,
)
from forecast_bench.problems import Problem
from forecast_bench.records import RatePanel
from forecast_bench.workspace import Workspace

type Found = tuple[tuple[str | int, ...], Unknown | None]


def panels_countable(workspace: Workspace) -> Iterator[Problem]:
    """Source, actors, types and countries of a panel of rates are known."""
    for name, document in workspace.rate_documents.items():
        panel = workspace.rates[name].panel
        for path, unknown in () if panel is None else _named(workspace, panel):
            if unknown is not None:
                yield document.problem(
                    unknown.identifier, unknown.message, ("panel", *path), notes=unknown.notes
                )


def _named(workspace: Workspace, panel: RatePanel) -> Iterator[Found]:
    """Give every name of a panel, with what is said of it where it is not known."""
    yield from _source(workspace, panel)
    for at, name in enumerate(panel.actors or ()):
        yield ("actors", at), unknown_actor(workspace, name)
    for at, pair in enumerate(panel.sides or ()):
        for side, name in enumerate(pair):
            yield ("sides", at, side), unknown_actor(workspace, name)
    for at, kind in enumerate(panel.types):
        yield ("types", at), unknown_type(kind)


def _source(workspace: Workspace, panel: RatePanel) -> Iterator[Found]:
    if is_unread(workspace, "incidents/"):
        return
    known = workspace.sources
    name = panel.source
    if name is None and len(known) == 1:
        name = next(iter(known))
    unknown = unknown_source(workspace, name, whose="the panel")
    if name is None or unknown is not None:
        yield () if name is None else ("source",), unknown
        return
    for at, country in enumerate(panel.countries or ()):
        yield ("countries", at), unknown_country(known[name], country)
