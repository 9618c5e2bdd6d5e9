"""How many months of a window have had enough incidents, and how many still can."""

import numpy as np
import numpy.typing as npt

from forecast_bench.rates import attainable_months, month_hits, months_reached
from forecast_bench.records import Months
from forecast_bench.tracking.asked import AskedQuestion
from forecast_bench.tracking.path_event import months_event, window_periods
from forecast_bench.tracking.periods import PartCounts


def month_totals(months: Months, part: PartCounts, *, ambiguous: bool) -> npt.NDArray[np.int64]:
    """How many months counted by the end of each period, or how long their longest run was."""
    if not part.periods:
        return np.zeros(0, dtype=np.int64)
    counted = part.count + part.ambiguous if ambiguous else part.count
    hits = month_hits(months_event(months, part.periods), counted.T)
    return months_reached(hits, in_a_row=months.in_a_row)


def months_within_reach(asked: AskedQuestion, part: PartCounts) -> tuple[int, ...] | None:
    """By the end of each period the most months, or longest run, that the window can still have.

    None for a question of another kind, whose totals have no end.
    """
    months = asked.question.months
    if months is None:
        return None
    event = months_event(months, window_periods(asked))
    return tuple(int(most) for most in attainable_months(event, part.count.T))
