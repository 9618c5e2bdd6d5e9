"""The base-rate law of an asked question: its event, and its odds as the counts come in."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecast_bench.rates import (
    PathEstimate,
    RateLaw,
    ShareCounts,
    area_laws,
    log_odds_at_least,
    log_odds_at_most,
    log_odds_between,
    log_odds_reach,
    log_odds_share,
    rate_law,
)
from forecast_bench.tracking.asked import AskedQuestion
from forecast_bench.tracking.month_totals import month_totals
from forecast_bench.tracking.months_path import months_estimates
from forecast_bench.tracking.path_event import count_bounds
from forecast_bench.tracking.periods import PartCounts, QuestionCounts

type FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class LawPath:
    """The law of a question and its odds after each period of the window.

    Parameters
    ----------
    fewest, most : int, int or None
        Totals that make the event, both included; for a share of incidents, not used.
    law : RateLaw
        Law of the monthly rate; for reach one law for each area.
    totals, possible : ndarray of int, shape (periods,)
        Incidents (or areas reached) by the end of each period; and if all doubtful ones counted.
    log_odds : ndarray, shape (periods + 1,)
        Log odds of the event under the law: at issue, then after each period.
    estimates : tuple of PathEstimate
        Where the odds are those of paths: their error and their draws, in the order of the odds.
    """

    fewest: int
    most: int | None
    law: RateLaw
    totals: npt.NDArray[np.int64]
    possible: npt.NDArray[np.int64]
    log_odds: FloatArray
    estimates: tuple[PathEstimate, ...] = ()


def law_path(asked: AskedQuestion, counts: QuestionCounts) -> LawPath:
    """Learn the law of a question from its baseline and follow it through the window.

    Raises
    ------
    ValueError
        If the question is not a counted one.
    TooFewDraws
        If it is followed by paths, and the counts leave too few that explain them.
    """
    if asked.question.months is not None:
        return _months_path(asked, counts)
    if asked.question.reach is not None:
        return _reach_path(asked, counts)
    if asked.question.share is not None:
        return _share_path(asked, counts)
    return _count_path(asked, counts)


def _law(asked: AskedQuestion, incidents: int) -> RateLaw:
    return rate_law(
        incidents=incidents,
        exposure_months=float(asked.baseline_months),
        drift=asked.rates.drift,
        dispersion=asked.rates.dispersion,
    )


def _count_path(asked: AskedQuestion, counts: QuestionCounts) -> LawPath:
    baseline = int(counts.baseline.count.sum())
    fewest, most = count_bounds(asked, baseline)
    law = _law(asked, baseline)
    totals = counts.window.count.sum(axis=1).cumsum()
    observed: dict[str, FloatArray | float] = {
        "exposure_months": float(asked.window_months),
        "incidents": np.concatenate([[0.0], totals]),
        "elapsed_months": np.concatenate([[0.0], counts.window.elapsed_months]),
    }
    if most is None:
        odds = log_odds_at_least(law, threshold=fewest, **observed)
    elif fewest == 0:
        odds = log_odds_at_most(law, threshold=most, **observed)
    else:
        odds = log_odds_between(law, low=fewest, high=most, **observed)
    possible = totals + counts.window.ambiguous.sum(axis=1).cumsum()
    return LawPath(fewest, most, law, totals, possible, np.atleast_1d(odds))


def _reach_path(asked: AskedQuestion, counts: QuestionCounts) -> LawPath:
    reach = asked.question.reach
    if reach is None:
        raise ValueError(f"question {asked.name} is not one of reach")
    each_area = counts.baseline.count.sum(axis=0)
    reached_before = int((each_area >= reach.each).sum())
    needed = reach.at_least if reach.at_least is not None else reached_before + 1
    laws = area_laws(
        incidents=each_area,
        exposure_months=float(asked.baseline_months),
        drift=asked.rates.drift,
        dispersion=asked.rates.dispersion,
    )
    totals = np.vstack([np.zeros_like(each_area), counts.window.count.cumsum(axis=0)])
    elapsed = np.concatenate([[0.0], counts.window.elapsed_months])
    odds = [
        log_odds_reach(
            laws,
            areas=needed,
            incidents_each=reach.each,
            exposure_months=float(asked.window_months),
            incidents=total,
            elapsed_months=months,
        )
        for total, months in zip(totals, elapsed, strict=True)
    ]
    return LawPath(
        fewest=needed,
        most=None,
        law=laws,
        totals=areas_reached(counts.window, reach.each, ambiguous=False),
        possible=areas_reached(counts.window, reach.each, ambiguous=True),
        log_odds=np.array(odds),
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
    before = ShareCounts(
        incidents=int(counts.baseline.count.sum()), matches=int(counts.baseline.matching.sum())
    )
    totals = counts.window.count.sum(axis=1).cumsum()
    matches = counts.window.matching.sum(axis=1).cumsum()
    elapsed = counts.window.elapsed_months
    odds = [
        log_odds_share(
            law, share=share.at_least, baseline=before, exposure_months=float(asked.window_months)
        )
    ]
    for total, matching, months in zip(totals, matches, elapsed, strict=True):
        if total == 0 and months >= asked.window_months:
            break  # a window without incidents is void: it has no odds
        odds.append(
            log_odds_share(
                law,
                share=share.at_least,
                baseline=before,
                exposure_months=float(asked.window_months),
                window=ShareCounts(incidents=int(total), matches=int(matching)),
                elapsed_months=float(months),
            )
        )
    possible = totals + counts.window.ambiguous.sum(axis=1).cumsum()
    return LawPath(0, None, law, totals, possible, np.array(odds))


def _months_path(asked: AskedQuestion, counts: QuestionCounts) -> LawPath:
    months = asked.question.months
    if months is None:
        raise ValueError(f"question {asked.name} is not one of months")
    estimates = months_estimates(asked, counts)
    return LawPath(
        fewest=months.at_least,
        most=None,
        law=_law(asked, int(counts.baseline.count.sum())),
        totals=month_totals(months, counts.window, ambiguous=False),
        possible=month_totals(months, counts.window, ambiguous=True),
        log_odds=np.array([one.log_odds for one in estimates]),
        estimates=estimates,
    )
