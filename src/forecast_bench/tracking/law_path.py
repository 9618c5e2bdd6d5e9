"""The base-rate law of an asked question: its event, and its odds as the counts come in."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecast_bench.rates import (
    RateLaw,
    ShareCounts,
    area_laws,
    change_threshold,
    log_odds_at_least,
    log_odds_at_most,
    log_odds_between,
    log_odds_reach,
    log_odds_share,
    rate_law,
)
from forecast_bench.records import Reach
from forecast_bench.tracking.asked import AskedQuestion
from forecast_bench.tracking.model_odds import ModelOdds
from forecast_bench.tracking.periods import PartCounts, QuestionCounts

type FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class LawPath:
    """The law of a question and its odds after each period of the window.

    Parameters
    ----------
    fewest, most : int, int or None
        Totals that make the event, both included; for a share of incidents, not used.
    law : RateLaw or None
        Law of the monthly rate; for reach one law for each area; None for a team's own model.
    totals, possible : ndarray of int, shape (periods,)
        Incidents (or areas reached) by the end of each period; and if all doubtful ones counted.
    log_odds : ndarray, shape (periods + 1,)
        Log odds of the event under the law: at issue, then after each period.
    model : ModelOdds or None
        What a team's own model says, where the question asks one.
    """

    fewest: int
    most: int | None
    law: RateLaw | None
    totals: npt.NDArray[np.int64]
    possible: npt.NDArray[np.int64]
    log_odds: FloatArray
    model: ModelOdds | None = None


def law_path(
    asked: AskedQuestion, counts: QuestionCounts, model: ModelOdds | None = None
) -> LawPath:
    """Learn the law of a question from its baseline and follow it through the window.

    Parameters
    ----------
    asked, counts : AskedQuestion, QuestionCounts
        The question, and what was counted.
    model : ModelOdds, optional
        What a team's own model says, where the question asks one.

    Raises
    ------
    ValueError
        If the question is not a counted one, or asks a model that was not asked.
    """
    if asked.rates.family == "own":
        return _model_path(asked, counts, model)
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
    fewest, most = _bounds(asked, baseline)
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


def event_bounds(asked: AskedQuestion, counts: QuestionCounts) -> tuple[int, int | None]:
    """Totals that make the event, of incidents or of areas, both included.

    Raises
    ------
    ValueError
        If the question is of a share, or not counted.
    """
    if asked.question.reach is not None:
        return _areas_needed(asked.question.reach, counts), None
    return _bounds(asked, int(counts.baseline.count.sum()))


def _areas_needed(reach: Reach, counts: QuestionCounts) -> int:
    if reach.at_least is not None:
        return reach.at_least
    return int((counts.baseline.count.sum(axis=0) >= reach.each).sum()) + 1


def _model_path(asked: AskedQuestion, counts: QuestionCounts, model: ModelOdds | None) -> LawPath:
    if model is None:
        raise ValueError(f"the model {asked.rates.model} was not asked about {asked.name}")
    fewest, most = event_bounds(asked, counts)
    reach = asked.question.reach
    if reach is not None:
        totals = areas_reached(counts.window, reach.each, ambiguous=False)
        possible = areas_reached(counts.window, reach.each, ambiguous=True)
    else:
        totals = counts.window.count.sum(axis=1).cumsum()
        possible = totals + counts.window.ambiguous.sum(axis=1).cumsum()
    return LawPath(fewest, most, None, totals, possible, model.log_odds, model)


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
    needed = _areas_needed(reach, counts)
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
