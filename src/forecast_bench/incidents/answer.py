"""One count as known on a day, with everything that must be said beside it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

from forecast_bench.incidents.counting import counts_by_month
from forecast_bench.incidents.coverage import coverage_gap, filter_labels
from forecast_bench.incidents.requests import CountRequest
from forecast_bench.incidents.vintages import Vintage, vintage_as_of, vintages
from forecast_bench.records import ActorBook, IncidentFilter, Window


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
    window: Window
    gap: str | None
    vintage: Vintage
    hindsight: bool


def count_incidents(
    store_folder: Path,
    source: str,
    incident_filter: IncidentFilter,
    window: Window,
    book: ActorBook,
    *,
    as_of: datetime.date,
    threads: int = 1,
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
    choice = vintage_as_of(vintages(store_folder, source), as_of)
    if choice is None:
        return None
    if as_of < window.start:
        raise ValueError(f"the window begins on {window.start}, after {as_of}")
    counted = Window(start=window.start, end=min(window.end, as_of))
    request = CountRequest("count", incident_filter, counted.start, counted.end)
    frame = counts_by_month([request], book, choice.vintage.incidents_file, threads=threads)
    certain, ambiguous = int(frame["count"].sum()), int(frame["ambiguous"].sum())
    return IncidentCount(
        count=certain,
        low=certain,
        high=certain + ambiguous,
        ambiguous=ambiguous,
        window=counted,
        gap=coverage_gap(
            incident_filter,
            counted,
            choice.vintage.manifest.coverage,
            filter_labels(incident_filter, book),
        ),
        vintage=choice.vintage,
        hindsight=choice.hindsight,
    )


def newest_vintages(store_folder: Path) -> tuple[Vintage, ...]:
    """Give the newest vintage of every source in the store, by source.

    Raises
    ------
    IncidentStoreError
        If the store is damaged or of a newer format.

    Examples
    --------
    >>> newest_vintages(Path("nowhere"))
    ()
    """
    if not store_folder.is_dir():
        return ()
    names = sorted(folder.name for folder in store_folder.iterdir() if folder.is_dir())
    found = (vintages(store_folder, name) for name in names)
    return tuple(known[-1] for known in found if known)
