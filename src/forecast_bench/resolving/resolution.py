"""From counts, or from a person's finding, to an outcome with its reason."""

import datetime
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from forecast_bench.records import HandResolution, Outcome, Window, number_of
from forecast_bench.resolving.progress import Progress


@dataclass(frozen=True, slots=True)
class Resolution:
    """Outcome of a question as of a day.

    Parameters
    ----------
    outcome : str
        occurred, did not occur, open, settling, void or cannot resolve.
    on : date or None
        The day on which the outcome was determined by what happened; None where there is none.
    reason : str
        Why, in one sentence.
    by : {"counts", "hand", ""}
        What settled it.
    early : bool
        Whether it was settled before the scheduled end of the window.
    in_calibration : bool
        Whether calibration may count it yet: from the scheduled end on, lest early answers bias it.
    evidence : str
        What a person gave as evidence.
    """

    outcome: Outcome
    on: datetime.date | None = None
    reason: str = ""
    by: Literal["counts", "hand", ""] = ""
    early: bool = False
    in_calibration: bool = False
    evidence: str = ""

    @property
    def is_final(self) -> bool:
        """Whether the event has an outcome that can be scored."""
        return self.outcome in ("occurred", "did not occur")


def resolve_counted(
    progress: Progress,
    *,
    fewest: int,
    most: int | None,
    window: Window,
    as_of: datetime.date,
    settlement: datetime.timedelta,
    gap: str | None,
    covered_until: datetime.date | None = None,
    noun: str = "incidents",
) -> Resolution:
    """Settle "the total lies between `fewest` and `most`" on what had settled by a day.

    Parameters
    ----------
    progress : Progress
        Totals inside the window, which never fall.
    fewest, most : int, int or None
        Bounds of the event, both included; no upper bound where `most` is None.
    window : Window
        The days counted.
    as_of : date
        The day on which the question is looked at.
    settlement : timedelta
        How long a source's counts keep changing.
    gap : str or None
        Why no count of the source means anything here; None where it does.
    covered_until : date or None
        Last day that the source covers. What was decided by then stands; what was not cannot be
        told where the window goes on. None: the whole window is covered.
    noun : str
        What is counted, for the reason.

    Examples
    --------
    >>> day = datetime.date
    >>> months = Progress((day(2018, 1, 31), day(2018, 2, 28)), (3, 9), (3, 9))
    >>> window = Window(start=day(2018, 1, 1), end=day(2018, 6, 30))
    >>> found = resolve_counted(
    ...     months, fewest=8, most=None, window=window, as_of=day(2018, 3, 31),
    ...     settlement=datetime.timedelta(days=14), gap=None,
    ... )
    >>> found.outcome, found.on.isoformat(), found.early
    ('occurred', '2018-02-28', True)
    """
    if gap is not None:
        return Resolution("cannot resolve", reason=gap)
    settled_until = as_of - settlement
    total, possible = progress.until(min(settled_until, window.end))
    decided = _decided_early(progress, fewest, most, settled_until, noun)
    waiting = _still_waiting(window, as_of=as_of, settlement=settlement)
    if waiting is not None:
        if decided is not None:
            return replace(decided, early=True)
        return waiting
    if decided is None and covered_until is not None and covered_until < window.end:
        return Resolution("cannot resolve", reason=_short(covered_until, window))
    if _straddles(total, possible, fewest, most):
        reason = (
            f"between {total} and {possible} {noun} lie in the window, on both sides of the event"
        )
        return Resolution("cannot resolve", reason=reason)
    if decided is not None:
        early = decided.on is not None and decided.on < window.end
        return replace(decided, early=early, in_calibration=True)
    happened = _inside(total, fewest, most)
    return Resolution(
        "occurred" if happened else "did not occur",
        on=window.end,
        reason=f"{number_of(total, noun)} by the end of the window",
        by="counts",
        in_calibration=True,
    )


def resolve_share(
    *,
    matching: int,
    total: int,
    at_least: Fraction,
    window: Window,
    as_of: datetime.date,
    settlement: datetime.timedelta,
    gap: str | None,
    covered_until: datetime.date | None = None,
) -> Resolution:
    """Settle "at least a share of the incidents match", which can turn until the window's end.

    A window without incidents is void: there is nothing to have a share of.

    Examples
    --------
    >>> day = datetime.date
    >>> resolve_share(
    ...     matching=2, total=3, at_least=Fraction(1, 2),
    ...     window=Window(start=day(2018, 1, 1), end=day(2018, 6, 30)), as_of=day(2018, 7, 31),
    ...     settlement=datetime.timedelta(days=14), gap=None,
    ... ).outcome
    'occurred'
    """
    if gap is not None:
        return Resolution("cannot resolve", reason=gap)
    waiting = _still_waiting(window, as_of=as_of, settlement=settlement)
    if waiting is not None:
        return waiting
    if covered_until is not None and covered_until < window.end:
        return Resolution("cannot resolve", reason=_short(covered_until, window))
    if total == 0:
        return Resolution("void", on=window.end, reason="no incident to have a share of")
    return Resolution(
        "occurred" if matching >= at_least * total else "did not occur",
        on=window.end,
        reason=f"{matching} of {total} incidents match",
        by="counts",
        in_calibration=True,
    )


def resolve_by_hand(
    found: HandResolution | None, *, window: Window | None, as_of: datetime.date
) -> Resolution:
    """Settle a question by what a person found, once the day of the finding has come."""
    if found is not None and found.on <= as_of:
        early = window is not None and found.on < window.end
        return Resolution(
            found.outcome,
            on=found.on,
            reason=found.reason or "",
            by="hand",
            early=early,
            in_calibration=window is None or as_of >= window.end,
            evidence=found.evidence or "",
        )
    if window is None or as_of <= window.end:
        until = (
            "nobody has settled it yet" if window is None else f"the window runs to {window.end}"
        )
        return Resolution("open", reason=until)
    return Resolution(
        "open", reason=f"overdue: the window ended on {window.end}; resolve it by hand"
    )


def under_condition(own: Resolution, condition: Resolution | None) -> Resolution:
    """Outcome of a conditional question, given what became of its condition.

    A failed condition makes it void; one that cannot be told leaves it unresolved.

    Examples
    --------
    >>> under_condition(Resolution("occurred", by="counts"), Resolution("did not occur")).outcome
    'void'
    """
    if condition is None or condition.outcome == "occurred":
        return own
    if condition.outcome in ("did not occur", "void"):
        return Resolution("void", on=condition.on, reason="its condition failed")
    if condition.outcome == "cannot resolve":
        return Resolution("cannot resolve", reason="whether its condition held cannot be told")
    if own.is_final:
        return Resolution("settling", reason="its condition is not settled yet")
    return own


def nearness(
    progress: Progress,
    after_window: Progress,
    *,
    fewest: int,
    most: int | None,
    window: Window,
    noun: str = "incidents",
) -> str:
    """Say how near the other outcome was, for a question whose window is over.

    Parameters
    ----------
    progress : Progress
        Totals inside the window.
    after_window : Progress
        Totals counted on from the window's end, as far as they were known.
    """
    total, _ = progress.until(window.end)
    if most is not None:
        return f"{number_of(total, noun)}; the event was {_bounds(fewest, most)}"
    if total >= fewest:
        spare = total - fewest
        return (
            f"{number_of(total, noun)}, {spare} more than the {fewest} needed"
            if spare
            else f"just reached: {number_of(total, noun)}"
        )
    short = fewest - total
    said = f"{short} short of {fewest}"
    later = after_window.first_day_at(short)
    if later is None:
        if not after_window.days:
            return said
        return f"{said}; not reached by {after_window.days[-1]} either"
    # The month is known, not the day in it; days of the window itself are none after it.
    least = max(1, (later.replace(day=1) - window.end).days)
    longest = (later - window.end).days
    span = (
        number_of(longest, "days")
        if least == longest
        else f"{least} to {number_of(longest, 'days')}"
    )
    return (
        f"{said}; reached in {later:%Y-%m}, {span} after the window: "
        "had it run on, the outcome would have flipped"
    )


def _still_waiting(
    window: Window, *, as_of: datetime.date, settlement: datetime.timedelta
) -> Resolution | None:
    """Open or settling; None once the counts of the whole window have settled."""
    if as_of <= window.end:
        return Resolution("open", reason=f"the window runs to {window.end}")
    days = (window.end + settlement - as_of).days
    return (
        Resolution("settling", reason=f"the counts settle in {number_of(days, 'days')}")
        if days > 0
        else None
    )


def _decided_early(
    progress: Progress, fewest: int, most: int | None, until: datetime.date, noun: str
) -> Resolution | None:
    """Decide what further counts cannot change.

    A minimum is reached, or out of reach; a maximum is passed.
    """
    limit = fewest if most is None else most + 1
    if limit == 0:
        return None
    day = progress.first_day_at(limit)
    if day is None or day > until:
        return _out_of_reach(progress, fewest, until, noun) if most is None else None
    outcome: Outcome = "occurred" if most is None else "did not occur"
    total, _ = progress.until(day)
    return Resolution(outcome, on=day, reason=f"{number_of(total, noun)} by {day}", by="counts")


def _out_of_reach(
    progress: Progress, fewest: int, until: datetime.date, noun: str
) -> Resolution | None:
    day = progress.first_day_short_of(fewest)
    if day is None or day > until:
        return None
    total, _ = progress.until(day)
    reason = f"{number_of(total, noun)} by {day}, and {fewest} cannot be reached any more"
    return Resolution("did not occur", on=day, reason=reason, by="counts")


def _straddles(total: int, possible: int, fewest: int, most: int | None) -> bool:
    """Whether some counts from `total` to `possible` make the event, and some do not."""
    certain = _inside(total, fewest, most) and _inside(possible, fewest, most)
    excluded = possible < fewest or (most is not None and total > most)
    return not (certain or excluded)


def _short(covered_until: datetime.date, window: Window) -> str:
    return f"the source covers days to {covered_until}, and the window runs to {window.end}"


def _inside(total: int, fewest: int, most: int | None) -> bool:
    return total >= fewest and (most is None or total <= most)


def _bounds(fewest: int, most: int) -> str:
    if most < 0:
        return "impossible"
    if fewest == most:
        return f"exactly {most}"
    return f"at most {most}" if fewest == 0 else f"{fewest} to {most}"
