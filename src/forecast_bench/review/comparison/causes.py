"""Files and settings that differ, and which of them explain that a number does."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from forecast_bench.review.comparison.side import Side, Standing, Written
from forecast_bench.workspace import INCIDENTS, JUDGMENTS, MODELS, SETTINGS

# Those that change how a program runs, and no number.
_HARMLESS = ("title", "counting.", "fits.", "store", "levels.", "model_limits.")


@dataclass(frozen=True, slots=True)
class FilesChanged:
    """What numbers rest on and differs, besides judgments.

    Parameters
    ----------
    names : mapping of str to str
        ``added``, ``changed`` or ``removed`` by path.
    settings : tuple of (name, before, after)
        Settings that differ; the rest of their file is not ours.
    sources : tuple of (source, what, before, after)
        What differs of what was counted.
    """

    names: Mapping[str, str]
    settings: tuple[tuple[str, str, str], ...] = ()
    sources: tuple[tuple[str, str, str, str], ...] = ()

    def grouped(self) -> dict[str, tuple[tuple[str, str], ...]]:
        """Give paths with what happened to them, by the group they belong to."""
        found: dict[str, list[tuple[str, str]]] = {}
        for name, what in sorted(self.names.items()):
            found.setdefault(group_of(name), []).append((name, what))
        return {name: tuple(each) for name, each in found.items()}


def changed_files(before: Side, after: Side) -> FilesChanged:
    """Give files, settings and sources that differ between two states.

    Examples
    --------
    >>> a, b = Side("a", files={"models/actors.yaml": "1"}), Side("b")
    >>> dict(changed_files(a, b).names)
    {'models/actors.yaml': 'removed'}
    """
    if before.unreadable or after.unreadable:
        return FilesChanged({})
    settings = tuple(
        (name, before.settings.get(name, ""), after.settings.get(name, ""))
        for name in sorted(before.settings.keys() | after.settings.keys())
        if before.settings.get(name) != after.settings.get(name)
    )
    names = {}
    for name in before.files.keys() | after.files.keys():
        old, new = before.files.get(name), after.files.get(name)
        ours = not name.startswith(f"{JUDGMENTS}/") and (name != SETTINGS or settings)
        if old != new and ours:
            names[name] = "added" if old is None else "removed" if new is None else "changed"
    return FilesChanged(names, settings, tuple(_sources(before.sources, after.sources)))


def group_of(name: str) -> str:
    """Say what a file of a workspace is.

    Examples
    --------
    >>> group_of("models/rates/default.yaml"), group_of("incidents/acled.csv")
    ('rate laws', 'incidents')
    """
    place = PurePosixPath(name)
    if name == SETTINGS:
        return "settings"
    if place.parts[0] == INCIDENTS:
        described = place.suffix in (".yaml", ".yml") and len(place.parts) == 2
        return "descriptions of sources" if described else "incidents"
    if place.parts[0] != MODELS:
        return "the ledger of seals"
    folders = {"lexicons": "yardsticks", "rates": "rate laws", "mappings": "mappings of columns"}
    if len(place.parts) > 2:
        return folders.get(place.parts[1], "other models")
    if place.suffix == ".py":
        return "a team's own models"
    known = {"actors": "names of actors", "recalibration": "recalibration"}
    return known.get(place.stem, "other models")


def causes_of(
    was: Written, now: Written, stood: Standing, stands: Standing, files: FilesChanged
) -> tuple[str, ...]:
    """Say what can explain that the numbers of a judgment differ, from the nearest to the farthest.

    Parameters
    ----------
    was, now : Written
        What was written of it.
    stood, stands : Standing
        Its numbers.
    files : FilesChanged
        Files that differ.
    """
    found: dict[str, None] = {}
    if was.fields != now.fields:
        found["its own words or question"] = None
    if was.revisions != now.revisions:
        found["its revisions"] = None
    if was.resolution != now.resolution:
        found["its resolution"] = None
    if was.conditions != now.conditions:
        found["the outcome of its condition"] = None
    counted = (
        (stood.base_rate, stood.live, stood.state),
        (stands.base_rate, stands.live, stands.state),
    )
    recounted = stood.state and stands.state and counted[0] != counted[1]
    rests_on = was.rests_on | now.rests_on if recounted else frozenset()
    read_otherwise = stood.text == stands.text and stood.stated != stands.stated
    for name in sorted(files.names):
        if name == SETTINGS:
            if _matters(files.settings):
                found[group_of(name)] = None
        elif name in rests_on or (read_otherwise and group_of(name) == "yardsticks"):
            found[f"{group_of(name)} ({name})"] = None
    return tuple(found)


def _matters(settings: Iterable[tuple[str, str, str]]) -> bool:
    return any(not name.startswith(_HARMLESS) for name, _, _ in settings)


def _sources(
    before: Mapping[str, Mapping[str, Any]], after: Mapping[str, Mapping[str, Any]]
) -> Iterable[tuple[str, str, str, str]]:
    shown = ("vintage", "rows", "incidents", "coverage_from", "coverage_to", "settlement")
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if old is None or new is None:
            yield name, "source", "" if old is None else "there", "" if new is None else "there"
            continue
        for key in shown:
            if old.get(key) != new.get(key):
                yield name, key.replace("_", " "), str(old.get(key)), str(new.get(key))
