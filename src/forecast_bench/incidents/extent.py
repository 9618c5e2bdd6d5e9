"""What the imports of a source cover together."""

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from forecast_bench.incidents.taxonomy import expand_types
from forecast_bench.records import Coverage, Window


class Import(Protocol):
    """One import: what it covers, and whether what came before still counts."""

    @property
    def coverage(self) -> Coverage:
        """What it covers."""

    @property
    def replaces(self) -> bool:
        """Whether it stands for the whole source."""


@dataclass(frozen=True, slots=True)
class Extent:
    """Days, places, types and names for which a count of zero means that nothing was recorded.

    Parameters
    ----------
    hull : Coverage
        The smallest coverage that holds all pieces; its names include the labels that occur.
    pieces : tuple of Coverage
        What the imports cover one by one; there may be holes between them.
    """

    hull: Coverage
    pieces: tuple[Coverage, ...]

    @classmethod
    def of(cls, coverage: Coverage) -> "Extent":
        """Cover what one import does."""
        return cls(coverage, (coverage,))


def extent_of(imports: Sequence[Import], labels: Iterable[str]) -> Extent:
    """Join what imports cover, the first one first.

    Parameters
    ----------
    imports : sequence of Import
        Up to the one whose state is meant.
    labels : iterable of str
        Names that occur in that state: whoever occurs is covered.

    Raises
    ------
    ValueError
        If there are no imports.
    """
    if not imports:
        raise ValueError("nothing was imported, so nothing is covered")
    since = max((at for at, one in enumerate(imports) if one.replaces), default=0)
    pieces = {one.coverage.model_dump_json(): one.coverage for one in imports[since:]}
    hull = _hull(tuple(pieces.values()))
    names = tuple(dict.fromkeys((*hull.names, *labels)))
    return Extent(hull.model_copy(update={"names": names}), tuple(pieces.values()))


def holes(
    pieces: Sequence[Coverage], *, window: Window, countries: Iterable[str], types: Iterable[str]
) -> Iterator[str]:
    """Say what of a question lies between the pieces.

    Parameters
    ----------
    pieces : sequence of Coverage
        What was imported.
    window : Window
        Days asked for.
    countries, types : iterable of str
        Places and canonical types asked for.

    Yields
    ------
    str
        A sentence for each country of which some days are not covered for some type.
    """
    for country in countries:
        found: dict[str, list[str]] = {}
        for name in types:
            missing = _uncovered(_windows(pieces, country, name), window)
            if missing is not None:
                found.setdefault(f"{missing.start} to {missing.end}", []).append(name)
        for days, names in found.items():
            yield f"No import covers {country} from {days} for {', '.join(names)}."


def _hull(pieces: Sequence[Coverage]) -> Coverage:
    if len(pieces) == 1:
        return pieces[0]
    countries: dict[str, tuple[str, ...]] = {}
    for piece in pieces:
        for country, areas in piece.countries.items():
            countries[country] = tuple(dict.fromkeys((*countries.get(country, ()), *areas)))
    notes = dict.fromkeys(one.note for one in pieces if one.note is not None)
    window = Window(
        start=min(one.window.start for one in pieces), end=max(one.window.end for one in pieces)
    )
    return Coverage(
        window=window,
        countries=countries,
        types=tuple(dict.fromkeys(name for one in pieces for name in one.types)),
        names=tuple(dict.fromkeys(name for one in pieces for name in one.names)),
        note=" ".join(notes) or None,
    )


def _windows(pieces: Sequence[Coverage], country: str, name: str) -> list[Window]:
    return sorted(
        (one.window for one in pieces if country in one.countries and name in _types(one)),
        key=lambda one: one.start,
    )


def _types(piece: Coverage) -> frozenset[str]:
    return expand_types(piece.types)


def _uncovered(windows: Iterable[Window], asked: Window) -> Window | None:
    """First stretch of the days asked for that no window holds."""
    day = datetime.timedelta(days=1)
    reached = asked.start
    for one in windows:
        if one.start > reached:
            return Window(start=reached, end=min(asked.end, one.start - day))
        if one.end >= asked.end:
            return None
        reached = max(reached, one.end + day)
    return Window(start=reached, end=asked.end)
