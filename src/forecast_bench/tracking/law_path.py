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
from forecast_bench.tracking.path_event import event_bounds
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
    fewest, most = event_bounds(asked, counts.baseline)
    law = None if asked.rates.family == "own" else _law(asked, counts)
    estimates = _estimates(asked, counts, law, model)
    if law is None or estimates:
        log_odds = np.array([one.log_odds for one in estimates])
    else:
        log_odds = _closed_log_odds(asked, counts, law, (fewest, most))
    return LawPath(
        fewest=fewest,
        most=most,
        law=law,
        totals=totals_of(asked, counts.window, ambiguous=False),
        possible=totals_of(asked, counts.window, ambiguous=True),
        log_odds=log_odds,
        estimates=estimates,
        model=model,
    )


def believed_parameters(asked: AskedQuestion) -> RateParameters:
    """What is believed of drift and dispersion; one point where the file of the law fixes them."""
    if asked.parameters is not None:
        return asked.parameters
    return RateParameters.known(drift=asked.rates.drift, dispersion=asked.rates.dispersion)


def totals_of(asked: AskedQuestion, part: PartCounts, *, ambiguous: bool) -> npt.NDArray[np.int64]:
    """Incidents, areas reached, or months that count, by the end of each period.

    Parameters
    ----------
    asked : AskedQuestion
        A counted question of any kind.
    part : PartCounts
        What was counted in its window, or for as long as that has run.
    ambiguous : bool
        Whether doubtful incidents are counted too.
    """
    reach, months = asked.question.reach, asked.question.months
    if months is not None:
        return month_totals(months, part, ambiguous=ambiguous)
    counted = part.count + part.ambiguous if ambiguous else part.count
    if reach is not None:
        return (counted.cumsum(axis=0) >= reach.each).sum(axis=1)
    return counted.sum(axis=1).cumsum()


def _law(asked: AskedQuestion, counts: QuestionCounts) -> MixedLaw:
    """Learn the law of the rate from the baseline; for reach a law of each area."""
    counted = counts.baseline.count
    learn = mixed_law if asked.question.reach is None else mixed_area_laws
    return learn(
        incidents=int(counted.sum()) if asked.question.reach is None else counted.sum(axis=0),
        exposure_months=float(asked.baseline_months),
        parameters=believed_parameters(asked),
    )


def _estimates(
    asked: AskedQuestion, counts: QuestionCounts, law: MixedLaw | None, model: ModelOdds | None
) -> tuple[PathEstimate, ...]:
    """Odds by paths, where no closed form covers the question."""
    if law is None:
        if model is None:
            raise ValueError(f"the model {asked.rates.model} was not asked about {asked.name}")
        return model.estimates
    return () if asked.question.months is None else months_estimates(asked, counts, law)


def _closed_log_odds(
    asked: AskedQuestion, counts: QuestionCounts, law: MixedLaw, bounds: tuple[int, int | None]
) -> FloatArray:
    window, (fewest, most) = counts.window, bounds
    reach, share = asked.question.reach, asked.question.share
    if reach is not None:
        return reach_path_log_odds(
            law,
            areas=fewest,
            incidents_each=reach.each,
            exposure_months=float(asked.window_months),
            period_counts=window.count,
            elapsed_months=window.elapsed_months,
        )
    if share is not None:
        baseline = counts.baseline
        return share_path_log_odds(
            law,
            share=share.at_least,
            baseline=ShareCounts(
                incidents=int(baseline.count.sum()), matches=int(baseline.matching.sum())
            ),
            exposure_months=float(asked.window_months),
            period_counts=window.count.sum(axis=1),
            period_matches=window.matching.sum(axis=1),
            elapsed_months=window.elapsed_months,
        )
    return count_path_log_odds(
        law,
        fewest=fewest,
        most=most,
        exposure_months=float(asked.window_months),
        period_counts=window.count.sum(axis=1),
        elapsed_months=window.elapsed_months,
    )
