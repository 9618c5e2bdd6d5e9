"""Odds of a question by a team's own model: the event among its draws, and their worth."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from forecast_bench.tracking.asked import AskedQuestion

type Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ModelOdds:
    """What the draws of a model say at issue, then after each period seen: (periods + 1,) each.

    Parameters
    ----------
    model : str
        Its file.
    log_odds : ndarray
        Infinite only where the counts have decided.
    error : ndarray
        Monte Carlo standard error of the log odds.
    effective : ndarray
        Effective draws.
    fitted_to : ndarray of int
        Months of the window that the draws were fitted to; the others weigh them.
    draws : int
        How many there are.
    """

    model: str
    log_odds: npt.NDArray[np.float64]
    error: npt.NDArray[np.float64]
    effective: npt.NDArray[np.float64]
    fitted_to: Counts
    draws: int

    @property
    def error_at_issue(self) -> float:
        """Monte Carlo standard error of the base rate, as a probability."""
        share = special.expit(self.log_odds[0])
        return float(self.error[0] * share * (1 - share))


@dataclass(frozen=True, slots=True)
class Event:
    """The totals that make a question's event.

    Parameters
    ----------
    fewest, most : int, int or None
        Of incidents, or of areas; both included, no upper limit where None.
    each : int or None
        Incidents that an area needs, for a question of reach.

    Examples
    --------
    >>> reach = Event(2, None, each=3)
    >>> reach.happens(np.array([[3, 3, 0], [9, 2, 2]]))
    array([ True, False])
    """

    fewest: int
    most: int | None
    each: int | None = None

    def totals(self, counts: Counts) -> Counts:
        """Incidents, or areas reached, of counts of shape (..., series)."""
        found: Counts = counts.sum(axis=-1) if self.each is None else _reached(counts, self.each)
        return found

    def happens(self, counts: Counts) -> npt.NDArray[np.bool_]:
        """Whether counts of a whole window, of shape (draws, series), make the event."""
        totals = self.totals(counts)
        enough: npt.NDArray[np.bool_] = totals >= self.fewest
        return enough if self.most is None else enough & (totals <= self.most)

    def decided(self, so_far: Counts, *, over: bool) -> bool | None:
        """What counts so far, of shape (series,), rule; None while they leave it open."""
        total = int(self.totals(so_far))
        if self.most is not None and total > self.most:
            return False
        if self.most is None and total >= self.fewest:
            return True
        return total >= self.fewest if over else None


def _reached(counts: Counts, each: int) -> Counts:
    return (counts >= each).sum(axis=-1)


def event_of(asked: AskedQuestion, *, fewest: int, most: int | None) -> Event:
    """Event of a question, given the totals that its baseline makes."""
    reach = asked.question.reach
    return Event(fewest, most, None if reach is None else reach.each)
