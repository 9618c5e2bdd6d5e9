"""The base-rate law of an asked question: its event, and its odds as the counts come in."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecast_bench.rates import (
    MixedLaw,
    PathEstimate,
    RateLaw,
    RateParameters,
    ShareCounts,
    count_path_log_odds,
    mixed_area_laws,
    mixed_law,
    reach_path_log_odds,
    share_path_log_odds,
)
from forecast_bench.tracking.asked import AskedQuestion
from forecast_bench.tracking.model_odds import ModelOdds
from forecast_bench.tracking.month_totals import month_totals
from forecast_bench.tracking.months_path import months_estimates
from forecast_bench.tracking.path_event import count_bounds, path_event
from forecast_bench.tracking.periods import PartCounts, QuestionCounts

type FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class LawPath:
    """The law of a question and its odds after each period of the window.

    Parameters
    ----------
    fewest, most : int, int or None
        Totals that make the event, both included; for a share of incidents, not used.
    law : MixedLaw or None
        Law of the monthly rate at each point of drift and dispersion, one of them where these are
        fixed; for reach one law for each area; None for a team's own model.
    totals, possible : ndarray of int, shape (periods,)
        Incidents (or areas reached) by the end of each period; and if all doubtful ones counted.
    log_odds : ndarray, shape (periods + 1,)
        Log odds of the event under the law: at issue, then after each period.
    estimates : tuple of PathEstimate
        Where the odds are those of paths: their error and their draws, in the order of the odds.
    model : ModelOdds or None
        What a team's own model says, where the question asks one.
    """

    fewest: int
    most: int | None
    law: MixedLaw | None
    totals: npt.NDArray[np.int64]
    possible: npt.NDArray[np.int64]
    log_odds: FloatArray
    estimates: tuple[PathEstimate, ...] = ()
    model: ModelOdds | None = None

    @property
    def single(self) -> RateLaw | None:
        """The one law of the one rate; None where several are mixed, or areas have one each."""
        if self.law is None:
            return None
        (law, *others) = self.law.laws
        shape, rate = np.asarray(law.shape), np.asarray(law.rate)
        if others or shape.size > 1:
            return None
        scatter = None if law.dispersion is None else float(np.asarray(law.dispersion).item())
        return RateLaw(float(shape.item()), float(rate.item()), scatter)


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
    TooFewDraws
        If it is followed by paths, and the counts leave too few that explain them.
    """
    if asked.rates.family == "own":
        return _model_path(asked, counts, model)
    if asked.question.months is not None:
        return _months_path(asked, counts)
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
    fewest, most = count_bounds(asked, baseline)
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


def _months_path(asked: AskedQuestion, counts: QuestionCounts) -> LawPath:
    months = asked.question.months
    if months is None:
        raise ValueError(f"question {asked.name} is not one of months")
    law = _law(asked, int(counts.baseline.count.sum()))
    estimates = months_estimates(asked, counts, law)
    return LawPath(
        fewest=months.at_least,
        most=None,
        law=law,
        totals=month_totals(months, counts.window, ambiguous=False),
        possible=month_totals(months, counts.window, ambiguous=True),
        log_odds=np.array([one.log_odds for one in estimates]),
        estimates=estimates,
    )


def _model_path(asked: AskedQuestion, counts: QuestionCounts, model: ModelOdds | None) -> LawPath:
    if model is None:
        raise ValueError(f"the model {asked.rates.model} was not asked about {asked.name}")
    event = path_event(asked, counts.baseline)
    totals, possible = (_totals(asked, counts.window, ambiguous=one) for one in (False, True))
    return LawPath(
        fewest=event.fewest,
        most=event.most,
        law=None,
        totals=totals,
        possible=possible,
        log_odds=np.array([one.log_odds for one in model.estimates]),
        estimates=model.estimates,
        model=model,
    )


def _totals(asked: AskedQuestion, part: PartCounts, *, ambiguous: bool) -> npt.NDArray[np.int64]:
    """Incidents, or areas or months reached, by the end of each period."""
    reach, months = asked.question.reach, asked.question.months
    if reach is not None:
        return areas_reached(part, reach.each, ambiguous=ambiguous)
    if months is not None:
        return month_totals(months, part, ambiguous=ambiguous)
    totals = part.count.sum(axis=1).cumsum()
    return totals + part.ambiguous.sum(axis=1).cumsum() if ambiguous else totals
