"""The types of incident to which all sources are translated, and groups of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from forecast_bench.yaml_source import read_text


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """Canonical types with what they mean, and groups of types."""

    types: Mapping[str, str]
    groups: Mapping[str, tuple[str, ...]]
    version: int


@cache
def taxonomy() -> Taxonomy:
    """Read the taxonomy shipped with the package, once.

    Examples
    --------
    >>> taxonomy().groups["demonstration"]
    ('protest', 'riot')
    """
    text = files("forecast_bench.incidents").joinpath("taxonomy.yaml").read_text("utf-8")
    document, problems = read_text(text, file="taxonomy.yaml")
    if document is None or problems:
        raise ValueError(f"the taxonomy in the package is damaged: {problems}")
    values: Any = document.values
    types = MappingProxyType(dict(values["types"]))
    groups = {name: tuple(members) for name, members in values["groups"].items()}
    unknown = {member for members in groups.values() for member in members} - set(types)
    if unknown or set(groups) & set(types):
        raise ValueError(f"the taxonomy in the package is damaged: {sorted(unknown)}")
    return Taxonomy(types, MappingProxyType(groups), int(values["version"]))


def known_type_names() -> tuple[str, ...]:
    """Every name that a filter may use as a type: the types, then the groups of types.

    Examples
    --------
    >>> "abduction" in known_type_names(), "violent" in known_type_names()
    (True, True)
    """
    return (*taxonomy().types, *taxonomy().groups)


def expand_types(names: Iterable[str]) -> frozenset[str]:
    """Replace groups of types by their members.

    Parameters
    ----------
    names : iterable of str
        Types and groups, spelt as in `known_type_names`.

    Returns
    -------
    frozenset of str
        Canonical types.

    Raises
    ------
    ValueError
        If a name is neither a type nor a group: it would count nothing.

    Examples
    --------
    >>> sorted(expand_types(["demonstration", "battle"]))
    ['battle', 'protest', 'riot']
    """
    found: set[str] = set()
    for name in names:
        if name in taxonomy().types:
            found.add(name)
        elif name in taxonomy().groups:
            found.update(taxonomy().groups[name])
        else:
            raise ValueError(f"{name!r} is no type of incident and no group of types")
    return frozenset(found)
