"""Events on paths: whether each kind of question occurs on simulated months, and its odds.

A path is the months of a window with a count in each: those observed as they were, those to come
as a draw has them. Whoever draws (this package, or a model of one's own) needs no more of a
question than its `PathEvent`.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np
import numpy.typing as npt

from forecast_bench.rates.paths import PathEstimate, paths_log_odds

type Counts = npt.NDArray[np.int64]
type Flags = npt.NDArray[np.bool_]

# More incidents in a month than any threshold asks for.
_PLENTY = 2**40


@dataclass(frozen=True, slots=True, kw_only=True)
class PathEvent:
    """What makes a question's event, told of the months of its window.

    Parameters
    ----------
    kind : {"count", "share", "reach", "months"}
        What is totalled: incidents; the share of them that match; areas with `each` incidents;
        months with `each` incidents. A change is a count once its threshold is known.
    whole : tuple of bool
        For each period of the window whether it is a whole calendar month: no other is a month
        that a question of months counts.
    fewest, most : int, int or None
        Totals that make the event, both included; not used for a share.
    each : int, default 1
        Incidents that make an area or a month count.
    in_a_row : bool, default False
        Whether the months must follow each other.
    share : Fraction, default 0
        The share that must match.

    Raises
    ------
    ValueError
        If there is no period, or `each` is below 1.

    Examples
    --------
    >>> PathEvent(kind="months", whole=(True,) * 6, fewest=3, each=10, in_a_row=True).fewest
    3
    """

    kind: Literal["count", "share", "reach", "months"]
    whole: tuple[bool, ...]
    fewest: int = 0
    most: int | None = None
    each: int = 1
    in_a_row: bool = False
    share: Fraction = Fraction(0)

    def __post_init__(self) -> None:
        if not self.whole or self.each < 1:
            raise ValueError(f"an event needs periods and each of 1 or more, got {self}")


def occurs_on_paths(event: PathEvent, counts: Counts, *, matching: Counts | None = None) -> Flags:
    """Say on which paths an event occurs.

    Parameters
    ----------
    event : PathEvent
        What makes it.
    counts : ndarray of int, shape (draws, areas, periods)
        Incidents of the whole window, observed months filled in. One area unless the question is
        one of reach.
    matching : ndarray of int, shape (draws, areas, periods), optional
        For a share, those of them that match.

    Returns
    -------
    ndarray of bool, shape (draws,)
        A share of no incidents does not occur; `path_odds` leaves such paths out, as such a window
        is void.

    Raises
    ------
    ValueError
        If the shapes do not fit, or a share comes without `matching`.

    Examples
    --------
    >>> paths = np.array([[[12, 11, 3, 10]], [[12, 11, 10, 0]]])
    >>> months = PathEvent(kind="months", whole=(True,) * 4, fewest=3, each=10, in_a_row=True)
    >>> occurs_on_paths(months, paths).tolist()
    [False, True]
    >>> count = PathEvent(kind="count", whole=(True,) * 4, fewest=34)
    >>> occurs_on_paths(count, paths).tolist()
    [True, False]
    """
    paths = _paths(event, counts)
    if event.kind == "share":
        if matching is None or np.shape(matching) != paths.shape:
            raise ValueError("a share needs matching incidents, in the shape of the counts")
        # In whole numbers: a share of exactly the bound must not be lost to rounding.
        parts = matching.sum(axis=(1, 2)) * event.share.denominator
        total = paths.sum(axis=(1, 2))
        return np.asarray((parts >= event.share.numerator * total) & (total > 0))
    total = _totals(event, paths)
    return np.asarray((total >= event.fewest) & (event.most is None or total <= event.most))


def decided_by_counts(event: PathEvent, observed: Counts) -> bool | None:
    """Say what the observed periods rule, whatever is to come; None while they leave it open.

    Parameters
    ----------
    event : PathEvent
        What makes it.
    observed : ndarray of int, shape (areas, periods known)
        Incidents of the periods that are over, from the first of the window on.

    Raises
    ------
    ValueError
        If there are more periods than the window has.

    Examples
    --------
    >>> months = PathEvent(kind="months", whole=(True,) * 4, fewest=3, each=10, in_a_row=True)
    >>> decided_by_counts(months, np.array([[12, 3]])), decided_by_counts(months, np.array([[12]]))
    (False, None)
    """
    left = len(event.whole) - observed.shape[-1]
    if left < 0:
        raise ValueError(f"{observed.shape[-1]} periods of a window of {len(event.whole)}")
    if event.kind == "share":
        return None  # it can turn until the end, and then its matching incidents decide
    nothing, plenty = (_filled(observed, left, more) for more in (0, _PLENTY))
    if event.most is not None and left:
        return False if int(_totals(event, nothing)[0]) > event.most else None
    if bool(occurs_on_paths(event, nothing)[0]):
        return True
    return None if bool(occurs_on_paths(event, plenty)[0]) else False


def path_odds(
    event: PathEvent,
    *,
    observed: Counts,
    to_come: Counts,
    log_weight: npt.ArrayLike,
    matching: tuple[Counts, Counts] | None = None,
) -> PathEstimate:
    """Return the log odds of an event from draws of the months to come.

    This is what a model of one's own needs after it has drawn: for each date, the counts observed
    by then, its draws of the periods left, and how well each draw explains what was observed.

    Parameters
    ----------
    event : PathEvent
        What makes it.
    observed : ndarray of int, shape (areas, periods known)
        Incidents of the periods that are over, from the first of the window on; no columns at
        issue.
    to_come : ndarray of int, shape (draws, areas, periods left)
        Simulated incidents of the others, such as `simulated_months` gives.
    log_weight : array_like, shape (draws,)
        Log likelihood of the observed months given each draw, such as `months_log_weight` gives;
        zeros where the draws are of a law that has seen them.
    matching : tuple of ndarray of int, optional
        For a share: those that match, observed and to come, in the shapes above.

    Returns
    -------
    PathEstimate
        Log odds, Monte Carlo error, effective draws.

    Raises
    ------
    TooFewDraws
        If fewer than 200 effective draws are left and the counts do not decide.
    ValueError
        If shapes do not fit, or a share is asked of a window that is over without incidents.

    Examples
    --------
    >>> event = PathEvent(kind="count", whole=(True,) * 3, fewest=4)
    >>> drawn = np.random.default_rng(1).poisson(1.0, size=(1000, 1, 2))
    >>> found = path_odds(event, observed=np.array([[2]]), to_come=drawn, log_weight=np.zeros(1000))
    >>> round(found.log_odds, 1), round(found.standard_error, 2)
    (0.4, 0.06)
    """
    paths = _joined(observed, to_come)
    matched = None if matching is None else _joined(*matching)
    logs = np.asarray(log_weight, dtype=np.float64)
    decided = decided_by_counts(event, observed)
    occurs = occurs_on_paths(event, paths, matching=matched)
    if event.kind == "share":
        # A window without incidents is void: what is asked is the share given at least one.
        any_incident = paths.sum(axis=(1, 2)) > 0
        logs = np.where(any_incident, logs, -np.inf)
        if not to_come.shape[-1]:
            if not any_incident.any():
                raise ValueError("a window without incidents is void: no share of them has odds")
            decided = bool(occurs[0])
    return paths_log_odds(occurs, log_weight=logs, decided=decided)


def months_reached(hits: Flags, *, in_a_row: bool) -> Counts:
    """Return by the end of each period how many months count, or the longest run of them.

    Parameters
    ----------
    hits : ndarray of bool, shape (..., periods)
        Which periods are months that count.
    in_a_row : bool
        Whether only months that follow each other add up.

    Returns
    -------
    ndarray of int, the shape of `hits`
        Never falling along the periods.

    Examples
    --------
    >>> hits = np.array([True, True, False, True])
    >>> months_reached(hits, in_a_row=False).tolist(), months_reached(hits, in_a_row=True).tolist()
    ([1, 2, 2, 3], [1, 2, 2, 2])
    """
    if not in_a_row:
        return np.cumsum(hits, axis=-1, dtype=np.int64)
    longest = np.zeros(hits.shape, dtype=np.int64)
    run = best = np.zeros(hits.shape[:-1], dtype=np.int64)
    for period in range(hits.shape[-1]):
        run = np.where(hits[..., period], run + 1, 0)
        best = np.maximum(best, run)
        longest[..., period] = best
    return longest


def month_hits(event: PathEvent, counts: Counts) -> Flags:
    """Say which periods count for a question of months: whole ones with enough incidents.

    Parameters
    ----------
    event : PathEvent
        Of kind months.
    counts : ndarray of int, shape (..., areas, periods)
        Incidents of the first periods of the window, or of all.

    Returns
    -------
    ndarray of bool, shape (..., periods)

    Examples
    --------
    >>> event = PathEvent(kind="months", whole=(False, True, True), fewest=1, each=4)
    >>> month_hits(event, np.array([[9, 9, 3]])).tolist()
    [False, True, False]
    """
    whole = np.array(event.whole[: counts.shape[-1]], dtype=np.bool_)
    return np.asarray((counts.sum(axis=-2) >= event.each) & whole)


def attainable_months(event: PathEvent, observed: Counts) -> Counts:
    """Return after each observed period the most months, or longest run, that can still be had.

    Parameters
    ----------
    event : PathEvent
        Of kind months.
    observed : ndarray of int, shape (areas, periods known)
        Incidents of the periods that are over.

    Returns
    -------
    ndarray of int, shape (periods known,)
        Never rising.

    Examples
    --------
    >>> event = PathEvent(kind="months", whole=(True,) * 4, fewest=3, each=10, in_a_row=True)
    >>> attainable_months(event, np.array([[12, 3, 11, 4]])).tolist()
    [4, 2, 2, 1]
    """
    found = [
        _totals(event, _filled(observed[:, :known], len(event.whole) - known, _PLENTY))[0]
        for known in range(1, observed.shape[1] + 1)
    ]
    return np.array(found, dtype=np.int64)


def _totals(event: PathEvent, paths: Counts) -> Counts:
    if event.kind == "reach":
        reached: Counts = (paths.sum(axis=2) >= event.each).sum(axis=1)
        return reached
    if event.kind == "months":
        return months_reached(month_hits(event, paths), in_a_row=event.in_a_row)[:, -1]
    total: Counts = paths.sum(axis=(1, 2))
    return total


def _paths(event: PathEvent, counts: Counts) -> Counts:
    if counts.ndim != 3 or counts.shape[2] != len(event.whole):
        raise ValueError(
            f"counts must be (draws, areas, {len(event.whole)} periods), got {counts.shape}"
        )
    return counts


def _joined(observed: Counts, to_come: Counts) -> Counts:
    if observed.ndim != 2 or to_come.ndim != 3 or observed.shape[0] != to_come.shape[1]:
        raise ValueError(
            "observed must be (areas, periods known) and to_come (draws, areas, periods left), "
            f"got {observed.shape} and {to_come.shape}"
        )
    known = np.broadcast_to(observed, (len(to_come), *observed.shape))
    return np.concatenate([known, to_come], axis=2)


def _filled(observed: Counts, left: int, more: int) -> Counts:
    to_come = np.full((1, observed.shape[0], left), more, dtype=np.int64)
    return _joined(observed, to_come)
