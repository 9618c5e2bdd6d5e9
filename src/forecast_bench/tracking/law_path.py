"""The base-rate law of an asked question: its event, and its odds as the counts come in."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecast_bench.rates import (
    MixedLaw,
    RateLaw,
    RateParameters,
    ShareCounts,
    change_threshold,
    count_path_log_odds,
    mixed_area_laws,
    mixed_law,
    reach_path_log_odds,
    share_path_log_odds,
)
from forecast_bench.tracking.asked import AskedQuestion
from forecast_bench.tracking.periods import PartCounts, QuestionCounts

type FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class LawPath:
    """The law of a question and its odds after each period of the window.

    Parameters
    ----------
    fewest, most : int, int or None
        Totals that make the event, both included; for a share of incidents, not used.
    law : MixedLaw
        Law of the monthly rate at each point of drift and dispersion, one of them where these are
        fixed; for reach one law for each area.
    totals, possible : ndarray of int, shape (periods,)
        Incidents (or areas reached) by the end of each period; and if all doubtful ones counted.
    log_odds : ndarray, shape (periods + 1,)
        Log odds of the event under the law: at issue, then after each period.
    """

    fewest: int
    most: int | None
    law: MixedLaw
    totals: npt.NDArray[np.int64]
    possible: npt.NDArray[np.int64]
    log_odds: FloatArray

    @property
    def single(self) -> RateLaw | None:
        """The one law of the one rate; None where several are mixed, or areas have one each."""
        (law, *others) = self.law.laws
        shape, rate = np.asarray(law.shape), np.asarray(law.rate)
        if others or shape.size > 1:
            return None
        scatter = None if law.dispersion is None else float(np.asarray(law.dispersion).item())
        return RateLaw(float(shape.item()), float(rate.item()), scatter)


def law_path(asked: AskedQuestion, counts: QuestionCounts) -> LawPath:
    """Learn the law of a question from its baseline and follow it through the window.

    Raises
    ------
    ValueError
        If the question is not a counted one.
    """
    if asked.question.reach is not None:
        return _reach_path(asked, counts)
    if asked.question.share is not None:
        return _share_path(asked, counts)
    return _count_path(asked, counts)


def believed_parameters(asked: AskedQuestion) -> RateParameters:
    """What is believed of drift and dispersion; one point where the file of the law fixes them."""
    if asked.parameters is not None:
        return asked.parameters
    return RateParameters.known(drift=asked.rates.drift, dispersion=asked.rates.dispersion)


def _law(asked: AskedQuestion, incidents: int) -> MixedLaw:
    return mixed_law(
        incidents=incidents,
        exposure_months=float(asked.baseline_months),
        parameters=believed_parameters(asked),
    )


def _count_path(asked: AskedQuestion, counts: QuestionCounts) -> LawPath:
    baseline = int(counts.baseline.count.sum())
    fewest, most = _bounds(asked, baseline)
    law = _law(asked, baseline)
    monthly = counts.window.count.sum(axis=1)
    odds = count_path_log_odds(
        law,
        fewest=fewest,
        most=most,
        exposure_months=float(asked.window_months),
        period_counts=monthly,
        elapsed_months=counts.window.elapsed_months,
    )
    totals = monthly.cumsum()
    possible = totals + counts.window.ambiguous.sum(axis=1).cumsum()
    return LawPath(fewest, most, law, totals, possible, odds)


def _bounds(asked: AskedQuestion, baseline: int) -> tuple[int, int | None]:
    if asked.question.count is not None:
        return asked.question.count.bounds
    change = asked.question.change
    if change is None:
        raise ValueError(f"question {asked.name} is neither a count nor a change")
    threshold = change_threshold(
        baseline_incidents=baseline,
        baseline_months=asked.baseline_months,
        window_months=asked.window_months,
        factor=change.factor,
        direction=change.direction,
    )
    return (threshold, None) if change.direction == "increase" else (0, threshold)


def _reach_path(asked: AskedQuestion, counts: QuestionCounts) -> LawPath:
    reach = asked.question.reach
    if reach is None:
        raise ValueError(f"question {asked.name} is not one of reach")
    each_area = counts.baseline.count.sum(axis=0)
    reached_before = int((each_area >= reach.each).sum())
    needed = reach.at_least if reach.at_least is not None else reached_before + 1
    laws = mixed_area_laws(
        incidents=each_area,
        exposure_months=float(asked.baseline_months),
        parameters=believed_parameters(asked),
    )
    odds = reach_path_log_odds(
        laws,
        areas=needed,
        incidents_each=reach.each,
        exposure_months=float(asked.window_months),
        period_counts=counts.window.count,
        elapsed_months=counts.window.elapsed_months,
    )
    return LawPath(
        fewest=needed,
        most=None,
        law=laws,
        totals=areas_reached(counts.window, reach.each, ambiguous=False),
        possible=areas_reached(counts.window, reach.each, ambiguous=True),
        log_odds=odds,
    )


def areas_reached(part: PartCounts, each: int, *, ambiguous: bool) -> npt.NDArray[np.int64]:
    """How many areas had reached a count by the end of each period."""
    counted = part.count + part.ambiguous if ambiguous else part.count
    return (counted.cumsum(axis=0) >= each).sum(axis=1)


def _share_path(asked: AskedQuestion, counts: QuestionCounts) -> LawPath:
    share = asked.question.share
    if share is None:
        raise ValueError(f"question {asked.name} is not one of a share")
    law = _law(asked, int(counts.baseline.count.sum()))
    monthly = counts.window.count.sum(axis=1)
    odds = share_path_log_odds(
        law,
        share=share.at_least,
        baseline=ShareCounts(
            incidents=int(counts.baseline.count.sum()), matches=int(counts.baseline.matching.sum())
        ),
        exposure_months=float(asked.window_months),
        period_counts=monthly,
        period_matches=counts.window.matching.sum(axis=1),
        elapsed_months=counts.window.elapsed_months,
    )
    totals = monthly.cumsum()
    possible = totals + counts.window.ambiguous.sum(axis=1).cumsum()
    return LawPath(0, None, law, totals, possible, odds)
