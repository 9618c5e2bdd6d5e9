"""One count as known on a day, with everything that must be said beside it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Final

from forecast_bench.incidents.catalogue import sources_in
from forecast_bench.incidents.counting import counts
from forecast_bench.incidents.coverage import coverage_gap, filter_labels
from forecast_bench.incidents.requests import CountRequest
from forecast_bench.incidents.storage import Storage
from forecast_bench.incidents.vintages import Vintage, vintage_as_of, vintages
from forecast_bench.records import ActorBook, CountingSettings, IncidentFilter, Window

_OURS: Final = CountingSettings()


@dataclass(frozen=True, slots=True)
class IncidentCount:
    """A count from one source.

    Parameters
    ----------
    count : int
        Incidents that certainly match.
    low, high : int
        Without and with all that is ambiguous.
    ambiguous : int
        Incidents that may or may not match: a compound label, or days across an edge.
    crossing : int
        Of these, those whose days lie on both sides of an edge of the window.
    window : Window
        Days counted: those asked for, up to `as_of`.
    gap : str or None
        Why the count means less than it says; then a zero is not one.
    vintage : Vintage
        State of the source that was counted.
    hindsight : bool
        True where that state is later than `as_of`.
    """

    count: int
    low: int
    high: int
    ambiguous: int
    crossing: int
    window: Window
    gap: str | None
    vintage: Vintage
    hindsight: bool


def count_incidents(
    storage: Storage,
    source: str,
    incident_filter: IncidentFilter,
    window: Window,
    book: ActorBook,
    *,
    as_of: datetime.date,
    settings: CountingSettings = _OURS,
) -> IncidentCount | None:
    """Count incidents in one source as known on a day.

    Returns
    -------
    IncidentCount or None
        None where the store has no vintage of the source.

    Raises
    ------
    ValueError
        If the filter names an actor or a type that is not known, or the window has not begun.
    IncidentStoreError
        If the store is damaged or of a newer format.
    """
    choice = vintage_as_of(vintages(storage, source), as_of)
    if choice is None:
        return None
    if as_of < window.start:
        raise ValueError(f"the window begins on {window.start}, after {as_of}")
    counted = Window(start=window.start, end=min(window.end, as_of))
    request = CountRequest("count", incident_filter, counted.start, counted.end)
    state = choice.vintage.state
    frame = counts([request], book, [state], by="total", settings=settings)
    found = {name: int(frame[name].sum()) for name in ("count", "ambiguous", "crossing")}
    return IncidentCount(
        **found,
        low=found["count"],
        high=found["count"] + found["ambiguous"],
        window=counted,
        gap=coverage_gap(
            incident_filter,
            counted,
            choice.vintage.extent,
            filter_labels(incident_filter, book=book),
        ),
        vintage=choice.vintage,
        hindsight=choice.hindsight,
    )


def newest_vintages(storage: Storage) -> tuple[Vintage, ...]:
    """Give the newest vintage of every source in the store, by source.

    Raises
    ------
    IncidentStoreError
        If the store is damaged or of a newer format.

    Examples
    --------
    >>> from pathlib import Path
    >>> from forecast_bench.incidents.storage import LocalStorage
    >>> newest_vintages(LocalStorage(Path("nowhere")))
    ()
    """
    found = (vintages(storage, name) for name in sources_in(storage))
    return tuple(known[-1] for known in found if known)
