"""The types of incident to which all sources are translated, and groups of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from forecast_bench.yaml_source import read_text


@dataclass(frozen=True, slots=True)
class SourceCoding:
    """How a source's own coding becomes canonical types.

    Parameters
    ----------
    columns : tuple of str
        Columns that hold the coding, the coarser first.
    types : mapping
        Canonical type by the values of the columns, folded; see `type_of`.
    because : mapping
        Why, where it is not obvious, by the same keys.
    """

    columns: tuple[str, ...]
    types: Mapping[tuple[str, ...], str]
    because: Mapping[tuple[str, ...], str]

    def type_of(self, *coded: str) -> str | None:
        """Canonical type of a row, or None where the table has none.

        Parameters
        ----------
        *coded : str
            A value for each column; case and white space do not matter.

        Examples
        --------
        >>> taxonomy().sources["acled"].type_of("Battles", "Armed clash")
        'battle'
        """
        key = _key(coded)
        return self.types.get(key) or self.types.get(key[:1])


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """Canonical types with what they mean, groups of types, and the coding of sources."""

    types: Mapping[str, str]
    groups: Mapping[str, tuple[str, ...]]
    version: int
    sources: Mapping[str, SourceCoding]


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
    sources = {name: _coding(one) for name, one in values["sources"].items()}
    unknown = {member for members in groups.values() for member in members} - set(types)
    unknown |= {one for coding in sources.values() for one in coding.types.values()} - set(types)
    if unknown or set(groups) & set(types):
        raise ValueError(f"the taxonomy in the package is damaged: {sorted(unknown)}")
    return Taxonomy(
        types, MappingProxyType(groups), int(values["version"]), MappingProxyType(sources)
    )


def _coding(values: Any) -> SourceCoding:
    types: dict[tuple[str, ...], str] = {}
    because: dict[tuple[str, ...], str] = {}
    for row in values["rows"]:
        key = _key(row["coded"])
        if key in types or len(key) > len(values["columns"]):
            raise ValueError(f"the taxonomy in the package is damaged: {row['coded']}")
        types[key] = row["type"]
        if "because" in row:
            because[key] = row["because"]
    columns = tuple(values["columns"])
    return SourceCoding(columns, MappingProxyType(types), MappingProxyType(because))


def _key(coded: Sequence[str]) -> tuple[str, ...]:
    return tuple(" ".join(one.split()).casefold() for one in coded)


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
