"""A YAML text as plain values, with the place of every key path."""

from collections.abc import Mapping
from dataclasses import dataclass

from forecast_bench.problems import Location, Problem, problem
from forecast_bench.yaml_source.allowances import Allowance

type KeyPath = tuple[str | int, ...]
# Every scalar is text, and an empty one is None: what a value means is decided by its field.
type Plain = str | list["Plain"] | dict[str, "Plain"] | None


@dataclass(frozen=True, slots=True)
class Document:
    """Plain values of a YAML text and where each of them stands.

    Parameters
    ----------
    file : str
        The path to show in messages.
    lines : tuple of str
        The text, for excerpts.
    values : Plain
        Mappings, lists and texts; every scalar is text.
    places, key_places : mapping of key path to Location
        Where the value of a path stands, and where its key does.
    allowances : tuple of Allowance
        Comments that allow a problem.
    """

    file: str
    lines: tuple[str, ...]
    values: Plain
    places: Mapping[KeyPath, Location]
    key_places: Mapping[KeyPath, Location]
    allowances: tuple[Allowance, ...] = ()

    def place(self, path: KeyPath) -> Location:
        """Location of the value at `path`, or of the nearest value around it."""
        return self._nearest(path, self.places)

    def key_place(self, path: KeyPath) -> Location:
        """Location of the key at `path`, or of the nearest value around it."""
        return self.key_places.get(path) or self.place(path)

    def problem(
        self,
        identifier: str,
        message: str,
        path: KeyPath = (),
        *,
        notes: tuple[str, ...] = (),
        at_key: bool = False,
    ) -> Problem:
        """Make a located problem about the value (or the key) at `path`."""
        location = self.key_place(path) if at_key else self.place(path)
        return problem(
            identifier, message, location, excerpt=excerpt(self.lines, location), notes=notes
        )

    def problem_at(self, identifier: str, message: str, location: Location) -> Problem:
        """Make a problem at a place that is no value, such as a comment."""
        return problem(identifier, message, location, excerpt=excerpt(self.lines, location))

    def _nearest(self, path: KeyPath, places: Mapping[KeyPath, Location]) -> Location:
        for length in range(len(path), -1, -1):
            if path[:length] in places:
                return places[path[:length]]
        return Location(self.file)


def excerpt(lines: tuple[str, ...], location: Location) -> str:
    """Return the line of a location, empty where the text has no such line."""
    return lines[location.line - 1] if 0 < location.line <= len(lines) else ""
