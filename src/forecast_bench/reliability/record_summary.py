"""All measures of a scored record, for the whole and for each phrase, forecaster and topic."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict

from forecast_bench.reliability.bias import in_the_large_of, over_under_of
from forecast_bench.reliability.clusters import cluster_codes, effective_number
from forecast_bench.reliability.decomposition import corp_of, murphy_of
from forecast_bench.reliability.distinct import distinct_forecasts, mean_score, recalibrated
from forecast_bench.scoring import brier_score, scoring_rule, skill

GROUPINGS: Final = ("phrase", "forecaster", "topic")
"""Columns by which `summary` groups, where a record has them."""

CLIMATOLOGY: Final = "climatology of the record"
BASE_RATE: Final = "base rate of each judgment"

# Independent outcomes below which no measure is judged: a convention of this project. At 30 the
# 90 % interval of a frequency near one half is still 30 percentage points wide.
LEAST_OUTCOMES = 30.0
# Statements of each distinct value, on average, from which Murphy's parts say anything.
STATED_OFTEN = 5


class Measures(BaseModel):
    """Scores and reliability of a set of resolved judgments; undefined measures are NaN.

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
    skill : float
        Brier skill against the reference, higher is better.
    skill_against : str
        The reference: the climatology of the whole record (its frequency of outcomes, also for
        a group), or the base rate of each judgment.
    skill_n : int
        Judgments that have a reference, on which `skill` is measured.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    n: int
    effective_n: float
    clusters: int
    judgeable: bool
    brier: float
    log_score: float
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
    over_under: float
    skill: float
    skill_against: str
    skill_n: int


class Summary(Measures):
    """Measures of a whole record, and of its groups.

    Attributes
    ----------
    least_outcomes : float
        Effective number from which on a set is judgeable.
    by : mapping of str to mapping of str to Measures
        Column (of `GROUPINGS`), then value, in sorted order. Judgments without a value are in
        no group.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    least_outcomes: float
    by: Mapping[str, Mapping[str, Measures]]


def summary(frame: pd.DataFrame, *, least_outcomes: float = LEAST_OUTCOMES) -> Summary:
    """Measure a record of resolved judgments.

    Parameters
    ----------
    frame : DataFrame
        Columns `probability` (0..1) and `outcome` (0 or 1); optional `phrase`, `forecaster`,
        `topic` (groups), `question` (else every row is its own), `situation`, and `reference`
        (base rate of the judgment, 0..1 or missing). Other columns are ignored.
    least_outcomes : float
        Effective number below which a set is too few to judge.

    Returns
    -------
    Summary
        The measures, the same for every group. ``model_dump_json()`` writes undefined measures
        as null.

    Raises
    ------
    ValueError
        If a needed column is missing, there is no row, or a value is outside its domain.

    Examples
    --------
    >>> frame = pd.DataFrame({"probability": [0.2, 0.2, 0.9, 0.9], "outcome": [0, 0, 0, 1]})
    >>> record = summary(frame)
    >>> record.n, round(record.brier, 3), record.judgeable, record.skill_against
    (4, 0.225, False, 'climatology of the record')
    """
    missing = [name for name in ("probability", "outcome") if name not in frame.columns]
    if missing:
        raise ValueError(f"the record lacks the columns {', '.join(missing)}")
    if frame.empty:
        raise ValueError("at least one resolved judgment is needed, got 0")
    if not least_outcomes > 0.0:
        raise ValueError(f"least_outcomes must be positive, got {least_outcomes!r}")
    if "reference" in frame.columns:
        against, record = BASE_RATE, frame
    else:
        against, record = CLIMATOLOGY, frame.assign(reference=float(frame["outcome"].mean()))
    groups = {
        column: _groups(record, column, against, least_outcomes)
        for column in GROUPINGS
        if column in record.columns
    }
    return Summary(
        **_measures(record, against, least_outcomes),
        least_outcomes=least_outcomes,
        by=groups,
    )


def _groups(
    record: pd.DataFrame, column: str, against: str, least_outcomes: float
) -> dict[str, Measures]:
    return {
        str(value): Measures(**_measures(group, against, least_outcomes))
        for value, group in record.groupby(column, sort=True, observed=True)
    }


def _measures(rows: pd.DataFrame, against: str, least_outcomes: float) -> dict[str, Any]:
    pooled = distinct_forecasts(probability=rows["probability"], outcome=rows["outcome"])
    fitted = recalibrated(pooled)
    brier = corp_of(pooled, rule="brier", fitted=fitted)
    log = corp_of(pooled, rule="log", fitted=fitted)
    question = rows["question"] if "question" in rows.columns else np.arange(len(rows))
    situation = rows["situation"] if "situation" in rows.columns else None
    number = effective_number(
        probability=rows["probability"],
        outcome=rows["outcome"],
        question=question,
        situation=situation,
    )
    clusters = int(cluster_codes(question=question, situation=situation).max()) + 1
    gain, scored = _skill(rows)
    murphy = murphy_of(pooled)
    return {
        **murphy.model_dump(),
        "murphy_judgeable": murphy.n >= STATED_OFTEN * murphy.distinct_values,
        "effective_n": number,
        "clusters": clusters,
        "judgeable": min(number, clusters) >= least_outcomes,
        "log_score": log.score,
        "mcb": brier.mcb,
        "dsc": brier.dsc,
        "unc": brier.unc,
        "log_mcb": log.mcb,
        "log_dsc": log.dsc,
        "log_unc": log.unc,
        "in_the_large": in_the_large_of(pooled),
        "over_under": over_under_of(pooled),
        "skill": gain,
        "skill_against": against,
        "skill_n": scored,
    }


def _skill(rows: pd.DataFrame) -> tuple[float, int]:
    """Brier skill over the rows that have a reference, and how many those are."""
    known = rows.loc[rows["reference"].notna()]
    if known.empty:
        return float("nan"), 0
    stated = distinct_forecasts(probability=known["probability"], outcome=known["outcome"])
    reference = brier_score(probability=known["reference"], outcome=known["outcome"]).mean()
    own = mean_score(stated, rule=scoring_rule("brier"))
    return float(skill(score=own, reference=float(reference))), len(known)
