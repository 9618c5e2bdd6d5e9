"""All measures of one set of resolved judgments, with their intervals and a verdict."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import BaseModel, ConfigDict

from forecast_bench.reliability.bias import in_the_large_of, over_under_of
from forecast_bench.reliability.clusters import cluster_codes, effective_number, label_codes
from forecast_bench.reliability.decomposition import corp_of, murphy_of
from forecast_bench.reliability.discrimination import discrimination_of
from forecast_bench.reliability.distinct import distinct_forecasts, recalibrated
from forecast_bench.reliability.estimate import UNDEFINED, Estimate, estimate, exact_mean
from forecast_bench.reliability.verdict import verdict
from forecast_bench.scoring import LOG_SCORE_CLAMP, brier_score, checked_probability, log_score

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

CLIMATOLOGY: Final = "climatology of the record"
BASE_RATE: Final = "base rate of each judgment"

# Statements of each distinct value, on average, from which Murphy's parts say anything.
STATED_OFTEN = 5


class Measures(BaseModel):
    """Scores and reliability of a set of resolved judgments; undefined measures are NaN.

    Where a measure has ``_low`` and ``_high`` beside it, these are the ends of its central 90 %
    interval, clustered by question and by situation; see `forecast_bench.reliability.estimate`.

    Attributes
    ----------
    n : int
        Resolved judgments.
    effective_n : float
        Independent judgments they are worth.
    clusters : int
        Groups of judgments without a question or a situation in common.
    judgeable : bool
        Whether both `effective_n` and `clusters` reach the least number of outcomes; else too few
        to judge. From few groups no spread between groups can be told.
    verdict : str
        What is wrong: see `forecast_bench.reliability.verdict`.
    brier, log_score : float
        Mean scores, lower is better; the log score in nats, clamped to 0.0001..0.9999.
    mcb, dsc, unc : float
        Miscalibration, discrimination and uncertainty of the Brier score, by CORP.
    log_mcb, log_dsc, log_unc : float
        The same of the log score.
    vi, ci, di, ndi, andi : float
        Murphy's decomposition over distinct values; see `MurphyDecomposition`.
    distinct_values : int
        Distinct probabilities stated.
    murphy_judgeable : bool
        Whether each distinct value was stated often enough (five times on average) for Murphy's
        parts to say anything: where every value is stated once, DI equals VI for anybody.
    in_the_large, over_under : float
        Signed biases; see `calibration_in_the_large` and `over_under_confidence`.
    from_base_rate : float
        The like of `over_under` with the base rate of each judgment in place of one half: mean
        of p - y where more than the base rate was stated and of y - p where less was. Positive
        where judgments go further from base rates than events do, negative where not as far.
    roc_area, mean_occurred, mean_not, slope : float
        Discrimination; see `Discrimination`.
    skill : float
        Brier skill against the reference, higher is better.
    skill_against : str
        The reference: the climatology of the whole record (its frequency of outcomes, also for
        a group), or the base rate of each judgment.
    skill_n : int
        Judgments that have a reference, on which `skill` is measured.
    skill_climatology : float
        Brier skill against the climatology of the whole record, which no judgment could know.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    n: int
    effective_n: float
    clusters: int
    judgeable: bool
    verdict: str
    brier: float
    brier_low: float
    brier_high: float
    log_score: float
    log_score_low: float
    log_score_high: float
    mcb: float
    dsc: float
    unc: float
    log_mcb: float
    log_dsc: float
    log_unc: float
    vi: float
    ci: float
    di: float
    ndi: float
    andi: float
    distinct_values: int
    murphy_judgeable: bool
    in_the_large: float
    in_the_large_low: float
    in_the_large_high: float
    over_under: float
    over_under_low: float
    over_under_high: float
    from_base_rate: float
    from_base_rate_low: float
    from_base_rate_high: float
    roc_area: float
    roc_area_low: float
    roc_area_high: float
    mean_occurred: float
    mean_not: float
    slope: float
    skill: float
    skill_low: float
    skill_high: float
    skill_against: str
    skill_n: int
    skill_climatology: float
    skill_climatology_low: float
    skill_climatology_high: float


@dataclass(frozen=True)
class _Rows:
    """Judgments as arrays: stated, what happened, and what they share."""

    probability: FloatArray
    outcome: FloatArray
    question: IntArray
    cluster: IntArray

    def at(self, chosen: npt.NDArray[np.bool_]) -> "_Rows":
        return _Rows(
            self.probability[chosen],
            self.outcome[chosen],
            self.question[chosen],
            self.cluster[chosen],
        )

    def estimate(
        self,
        value: float,
        influence: FloatArray,
        on_outcome: FloatArray | None,
        bounds: tuple[float, float],
    ) -> Estimate:
        n = self.probability.size
        return estimate(
            value,
            influence=influence / n,
            on_outcome=None if on_outcome is None else on_outcome / n,
            probability=self.probability,
            question=self.question,
            cluster=self.cluster,
            bounds=bounds,
        )


def measured(rows: pd.DataFrame, *, against: str, least_outcomes: float) -> dict[str, Any]:
    """Measure a set of judgments, as the fields of `Measures`.

    Parameters
    ----------
    rows : DataFrame
        `probability`, `outcome`, `base_rate` (NaN where there is none), `climatology`, and
        optionally `question` and `situation`.
    against : str
        What `skill` is against: `BASE_RATE` or `CLIMATOLOGY`.
    least_outcomes : float
        Effective number from which on the set is judgeable.

    Returns
    -------
    dict of str
        The fields.

    Examples
    --------
    >>> rows = pd.DataFrame({"probability": [0.2, 0.8], "outcome": [0, 1]})
    >>> rows = rows.assign(base_rate=0.5, climatology=0.5)
    >>> found = measured(rows, against=BASE_RATE, least_outcomes=30)
    >>> round(found["skill"], 2), found["verdict"]
    (0.84, 'too few to judge')
    """
    question = rows["question"] if "question" in rows.columns else np.arange(len(rows))
    situation = rows["situation"] if "situation" in rows.columns else None
    number = effective_number(
        probability=rows["probability"],
        outcome=rows["outcome"],
        question=question,
        situation=situation,
    )
    cluster = cluster_codes(question=question, situation=situation)
    judgments = _Rows(
        rows["probability"].to_numpy(np.float64),
        rows["outcome"].to_numpy(np.float64),
        label_codes(question),
        cluster,
    )
    clusters = int(cluster.max()) + 1
    judgeable = min(number, clusters) >= least_outcomes
    base_rate = rows["base_rate"].to_numpy(np.float64)
    climatology = rows["climatology"].to_numpy(np.float64)
    estimates = {
        **_biases(judgments),
        "from_base_rate": _from_base_rate(judgments, base_rate),
        "skill_climatology": _skill(judgments, climatology),
        "skill": _skill(judgments, base_rate if against == BASE_RATE else climatology),
    }
    found: dict[str, Any] = {
        **_parts(judgments),
        "effective_n": number,
        "clusters": clusters,
        "judgeable": judgeable,
        "verdict": verdict(estimates, judgeable=judgeable),
        "skill_against": against,
        "skill_n": len(rows) if against == CLIMATOLOGY else int((~np.isnan(base_rate)).sum()),
    }
    estimates["roc_area"] = _roc_area(judgments, found["roc_area"])
    for name, one in estimates.items():
        found.setdefault(name, one.value)
        found[f"{name}_low"], found[f"{name}_high"] = one.low, one.high
    return found


def _parts(rows: _Rows) -> dict[str, Any]:
    """Measures of the pooled record, which have the same bits in every order of the rows."""
    pooled = distinct_forecasts(probability=rows.probability, outcome=rows.outcome)
    fitted = recalibrated(pooled)
    brier = corp_of(pooled, rule="brier", fitted=fitted)
    log = corp_of(pooled, rule="log", fitted=fitted)
    murphy = murphy_of(pooled)
    return {
        **murphy.model_dump(),
        **discrimination_of(pooled).model_dump(),
        "murphy_judgeable": murphy.n >= STATED_OFTEN * murphy.distinct_values,
        "log_score": log.score,
        "mcb": brier.mcb,
        "dsc": brier.dsc,
        "unc": brier.unc,
        "log_mcb": log.mcb,
        "log_dsc": log.dsc,
        "log_unc": log.unc,
        "in_the_large": in_the_large_of(pooled),
        "over_under": over_under_of(pooled),
    }


def _biases(rows: _Rows) -> dict[str, Estimate]:
    stated, occurred = rows.probability, rows.outcome
    clamped = np.clip(stated, *LOG_SCORE_CLAMP)
    side = np.where(stated >= 0.5, 1.0, -1.0)
    return {
        # each: the value of every judgment, its change with the outcome, where the mean can lie
        name: _mean(rows, values, on_outcome, bounds)
        for name, values, on_outcome, bounds in (
            (
                "brier",
                brier_score(probability=stated, outcome=occurred),
                1.0 - 2.0 * stated,
                (0.0, 1.0),
            ),
            (
                "log_score",
                log_score(probability=stated, outcome=occurred),
                np.log1p(-clamped) - np.log(clamped),
                (0.0, -float(np.log(LOG_SCORE_CLAMP[0]))),
            ),
            ("in_the_large", stated - occurred, -np.ones_like(stated), (-1.0, 1.0)),
            ("over_under", side * (stated - occurred), -side, (-0.5, 1.0)),
        )
    }


def _mean(
    rows: _Rows, values: FloatArray, on_outcome: FloatArray, bounds: tuple[float, float]
) -> Estimate:
    mean = exact_mean(values)
    return rows.estimate(mean, values - mean, on_outcome, bounds)


def _from_base_rate(rows: _Rows, base_rate: FloatArray) -> Estimate:
    # a judgment at its base rate goes neither way
    side = np.sign(rows.probability - base_rate)
    known = ~np.isnan(side)
    if not known.any():
        return UNDEFINED
    part, way = rows.at(known), side[known]
    return _mean(part, way * (part.probability - part.outcome), -way, (-1.0, 1.0))


def _skill(rows: _Rows, reference: FloatArray) -> Estimate:
    """One less a ratio of two means, with the interval of its linear part."""
    known = ~np.isnan(reference)
    if not known.any():
        return UNDEFINED
    part, against = rows.at(known), checked_probability(reference[known])
    own = brier_score(probability=part.probability, outcome=part.outcome)
    other = brier_score(probability=against, outcome=part.outcome)
    mean_own, mean_other = exact_mean(own), exact_mean(other)
    if mean_other == 0.0:
        value = float("nan") if mean_own == 0.0 else -float("inf")
        return UNDEFINED._replace(value=value)
    ratio = mean_own / mean_other
    change = (1.0 - 2.0 * part.probability) - ratio * (1.0 - 2.0 * against)
    return part.estimate(
        1.0 - ratio,
        -(own - ratio * other) / mean_other,
        -change / mean_other,
        (-float("inf"), 1.0),
    )


def _roc_area(rows: _Rows, area: float) -> Estimate:
    """Interval of the ROC area from the place of each judgment among those of the other outcome."""
    if np.isnan(area):
        return UNDEFINED
    stated, hit = rows.probability, rows.outcome == 1.0
    places = np.empty(stated.size)
    for one, other in ((hit, ~hit), (~hit, hit)):
        ordered = np.sort(stated[other])
        below = np.searchsorted(ordered, stated[one], side="left")
        upto = np.searchsorted(ordered, stated[one], side="right")
        places[one] = (below + upto) / 2.0 / ordered.size
    places[~hit] = 1.0 - places[~hit]
    share = np.where(hit, hit.mean(), 1.0 - hit.mean())
    return rows.estimate(area, (places - area) / share, None, (0.0, 1.0))
