"""Judgments that were revised: who moved the probability, the analyst or the counts."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecast_bench.updating.live import (
    FloatArray,
    Numbers,
    live_log_odds,
    log_bayes_factor,
)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Statement:
    """What an analyst stated on a date, and what the base-rate law said on that date.

    Attributes
    ----------
    stated_log_odds : float or ndarray
        Log odds of the stated probability.
    law_log_odds : float or ndarray
        Log odds of the event under the base-rate law given the counts up to that date; the Bayes
        factor of later counts starts from here.

    Examples
    --------
    >>> Statement(stated_log_odds=1.7, law_log_odds=0.1)
    Statement(stated_log_odds=1.7, law_log_odds=0.1)
    """

    stated_log_odds: Numbers
    law_log_odds: Numbers


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Move:
    """A move of the live log odds between two dates, in two parts that add up.

    Attributes
    ----------
    before, after : float or ndarray
        Live log odds at the two dates.
    analyst : float or ndarray
        What the revisions between the dates contributed.
    counts : float or ndarray
        What the counts between the dates contributed.

    Examples
    --------
    >>> Move(before=0.0, after=0.3, analyst=0.1, counts=0.2).counts
    0.2
    """

    before: Numbers
    after: Numbers
    analyst: Numbers
    counts: Numbers


def revised(statements: Sequence[Statement], *, law_log_odds: Numbers) -> FloatArray:
    """Return the live log odds under the last of several statements.

    Parameters
    ----------
    statements : sequence of Statement
        In order of date; the last is in force and the ones before it no longer count.
    law_log_odds : float or ndarray
        Log odds under the base-rate law given the counts up to now.

    Raises
    ------
    ValueError
        If there is no statement or a log odds is not a number.

    Examples
    --------
    >>> first = Statement(stated_log_odds=1.5, law_log_odds=0.0)
    >>> second = Statement(stated_log_odds=3.0, law_log_odds=0.5)
    >>> float(revised([first, second], law_log_odds=0.75))
    3.25
    """
    if not statements:
        msg = f"statements must not be empty, got {statements!r}."
        raise ValueError(msg)
    last = statements[-1]
    return live_log_odds(
        stated_log_odds=last.stated_log_odds,
        base_log_odds=last.law_log_odds,
        after_log_odds=law_log_odds,
    )


def split_move(
    statements: Sequence[Statement],
    *,
    in_force_before: int,
    law_before: Numbers,
    law_after: Numbers,
) -> Move:
    """Split the move of the live log odds between two dates into the analyst's and the counts'.

    The dates are given by what was known on them: how many of the statements were already made,
    and the law's log odds. Each revision contributes the stated log odds less the live log odds
    just before it; each stretch between revisions contributes its log Bayes factor.

    Parameters
    ----------
    statements : sequence of Statement
        All made up to the later date, in order.
    in_force_before : int
        How many of them were made up to the earlier date, at least one.
    law_before, law_after : float or ndarray
        Log odds under the base-rate law at the two dates.

    Returns
    -------
    Move
        ``after - before == analyst + counts`` up to rounding. A ruling by the law (an infinite log
        odds) is the counts' doing; once it has ruled, nothing moves any more.

    Raises
    ------
    ValueError
        If `in_force_before` is not between 1 and the number of statements, or a log odds is not a
        number.

    Examples
    --------
    >>> first = Statement(stated_log_odds=1.5, law_log_odds=0.0)
    >>> second = Statement(stated_log_odds=3.0, law_log_odds=0.5)
    >>> move = split_move([first, second], in_force_before=1, law_before=0.25, law_after=0.75)
    >>> float(move.before), float(move.after), float(move.analyst), float(move.counts)
    (1.75, 3.25, 1.0, 0.5)
    """
    if not 1 <= in_force_before <= len(statements):
        msg = f"in_force_before must be between 1 and {len(statements)}, got {in_force_before}."
        raise ValueError(msg)
    before = live = revised(statements[:in_force_before], law_log_odds=law_before)
    law = np.asarray(law_before, dtype=np.float64)
    analyst = counts = np.zeros(())
    for statement in statements[in_force_before:]:
        stretch = _stretch(live, law, statement.law_log_odds)
        counts, live = counts + stretch, _moved(live, stretch)
        revision = _gap(statement.stated_log_odds, live)
        analyst, live = analyst + revision, _moved(live, revision)
        law = np.asarray(statement.law_log_odds, dtype=np.float64)
    stretch = _stretch(live, law, law_after)
    return Move(
        before=before,
        after=_moved(live, stretch)[()],
        analyst=np.asarray(analyst)[()],
        counts=np.asarray(counts + stretch)[()],
    )


def _stretch(live: Numbers, law_before: Numbers, law_after: Numbers) -> FloatArray:
    factor = log_bayes_factor(base_log_odds=law_before, after_log_odds=law_after)
    return np.where(np.isinf(live), 0.0, factor)


def _gap(stated: Numbers, live: Numbers) -> FloatArray:
    """Return what a revision adds; a judgment the law has ruled on cannot be revised."""
    with np.errstate(invalid="ignore"):
        return np.where(np.isinf(live), 0.0, np.asarray(stated) - live)


def _moved(live: Numbers, step: FloatArray) -> FloatArray:
    return np.asarray(live + step)
