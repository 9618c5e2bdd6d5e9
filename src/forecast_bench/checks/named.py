"""Names of sources, actors, types and places: what is said of one that nothing describes.

Questions and panels of rates name the same things, and are told of a mistake in the same words.
"""

from dataclasses import dataclass

from forecast_bench.incidents import known_type_names
from forecast_bench.records import SourceDescription
from forecast_bench.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Unknown:
    """A name that is not known: the problem, its message, and the names that are."""

    identifier: str
    message: str
    note: str

    @property
    def notes(self) -> tuple[str, ...]:
        """As a problem takes them."""
        return (self.note,)


def is_unread(workspace: Workspace, folder: str) -> bool:
    """Whether an error keeps a part of the models or sources from being known."""
    return any(
        one.level == "error" and one.location.file.startswith(folder) for one in workspace.problems
    )


def unknown_source(workspace: Workspace, name: str | None, *, whose: str) -> Unknown | None:
    """Say that a source is not described, or not named by `whose`; None where it is described."""
    if name in workspace.sources:
        return None
    note = f"sources: {', '.join(sorted(workspace.sources)) or 'none'}"
    if name is None:
        message = f"{whose} does not name the source that counts it"
        return Unknown("unknown-source", message, note)
    return Unknown("unknown-source", f'incidents/ describes no source "{name}"', note)


def unknown_actor(workspace: Workspace, name: str) -> Unknown | None:
    """Say that nobody names an actor; None where somebody does, or where nobody could be read."""
    book = workspace.actors
    if name in book.names or (not book.names and is_unread(workspace, "models/actors.yaml")):
        return None
    known = sorted((*book.actors, *book.groups, *book.compound_labels))
    note = f"actors and groups: {', '.join(known) or 'none'}"
    return Unknown("unknown-actor", f'models/actors.yaml does not name "{name}"', note)


def unknown_type(name: str) -> Unknown | None:
    """Say that a type of incident is none; None where it is one."""
    if name in known_type_names():
        return None
    note = f"types: {', '.join(sorted(known_type_names()))}"
    return Unknown("unknown-type", f'"{name}" is not a type of incident', note)


def unknown_country(source: SourceDescription, name: str) -> Unknown | None:
    """Say that a source does not cover a country; None where it does."""
    covered = source.coverage.countries
    if name in covered:
        return None
    note = f"{source.source} covers: {', '.join(covered)}"
    return Unknown("unknown-place", f'the source {source.source} does not cover "{name}"', note)
