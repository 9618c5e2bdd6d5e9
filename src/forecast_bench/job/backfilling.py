"""Runs for the days of the past, the oldest first: each as the job would have made it then."""

import calendar
import datetime
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Literal

from forecast_bench.job.fits import FitWhen
from forecast_bench.job.recalibrate import JobResult, recalibrate

Every = Literal["day", "week", "month", "quarter"]
"""How far the days of a backfill lie apart."""


def backfill_days(
    start: datetime.date, end: datetime.date, *, every: Every
) -> tuple[datetime.date, ...]:
    """Give the days of a backfill: each day, each Sunday, or the last day of months or quarters.

    Parameters
    ----------
    start, end : date
        First and last day that may be among them.
    every : str
        How far they lie apart.

    Examples
    --------
    >>> days = backfill_days(
    ...     datetime.date(2018, 1, 31), datetime.date(2018, 4, 29), every="month")
    >>> [str(day) for day in days]
    ['2018-01-31', '2018-02-28', '2018-03-31']
    """
    number = (end - start).days + 1
    days = (start + datetime.timedelta(days=at) for at in range(number))
    return tuple(day for day in days if _is_among(day, every))


def _is_among(day: datetime.date, every: Every) -> bool:
    if every == "day":
        return True
    if every == "week":
        return day.weekday() == calendar.SUNDAY
    ends_month = day.day == calendar.monthrange(day.year, day.month)[1]
    return ends_month and (every == "month" or day.month % 3 == 0)


def backfill(
    workspace: Path,
    days: Iterable[datetime.date],
    *,
    clock: Callable[[], datetime.datetime],
    watch: Callable[[datetime.date, str], None],
    wait_seconds: float = 0,
    fits: FitWhen = "changed",
) -> Iterator[tuple[datetime.date, JobResult]]:
    """Run the job for one day after the other, and stop where one publishes nothing.

    Days that have a run of the same inputs are passed over, so a backfill that was stopped goes on
    where it was.

    Parameters
    ----------
    workspace : Path
        Folder of the workspace.
    days : iterable of date
        The oldest first, so that each run is held against that of the day before.
    clock : callable
        Gives the time, in UTC, for the names of the runs and the ledger.
    watch : callable
        Told the day and the name of each stage as it begins.
    wait_seconds, fits
        As for `recalibrate`.

    Yields
    ------
    tuple of date and JobResult
        How each day ended; the last one may be a failure.

    Raises
    ------
    OSError, DamagedRunError
        As `recalibrate` does.
    """
    for day in days:
        result = recalibrate(
            workspace,
            as_of=day,
            now=clock(),
            watch=partial(watch, day),
            wait_seconds=wait_seconds,
            fits=fits,
            decides=False,
        )
        yield day, result
        if not result.has_run:
            return
