"""How far a counted question has come, day by day."""

import datetime
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """What had been counted when, inside the window.

    Parameters
    ----------
    days : tuple of date
        Last days of the periods counted, ascending.
    totals : tuple of int
        Total from the start of the window to each of those days: incidents, or areas reached.
    possible : tuple of int
        The same if every incident counted that may or may not lie in the window.
    attainable : tuple of int, optional
        The greatest total that the window can still have after each of those days; None where
        there is no such end.
    """

    days: tuple[datetime.date, ...]
    totals: tuple[int, ...]
    possible: tuple[int, ...]
    attainable: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        if not len(self.days) == len(self.totals) == len(self.possible):
            raise ValueError("days, totals and possible totals differ in length")
        if self.attainable is not None and len(self.attainable) != len(self.days):
            raise ValueError("days and attainable totals differ in length")

    def until(self, day: datetime.date) -> tuple[int, int]:
        """Total and possible total known for a day; nothing before the first period ends."""
        known = [index for index, end in enumerate(self.days) if end <= day]
        return (self.totals[known[-1]], self.possible[known[-1]]) if known else (0, 0)

    def first_day_at(self, total: int) -> datetime.date | None:
        """First day by which the total was reached."""
        pairs = zip(self.days, self.totals, strict=True)
        return next((day for day, reached in pairs if reached >= total), None)

    def first_day_short_of(self, total: int) -> datetime.date | None:
        """First day after which the total could not be reached any more."""
        pairs = zip(self.days, self.attainable or (), strict=self.attainable is not None)
        return next((day for day, most in pairs if most < total), None)
