"""A score taken apart: miscalibration, discrimination, uncertainty."""

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from forecast_bench.reliability.distinct import (
    DistinctForecasts,
    distinct_forecasts,
    mean_score,
    recalibrated,
    restated,
)
from forecast_bench.scoring import scoring_rule


class CorpDecomposition(BaseModel):
    """``score = mcb - dsc + unc`` by isotonic recalibration.

    Attributes
    ----------
    rule : str
        Name of the scoring rule.
    score : float
        Mean score, lower is better.
    mcb : float
        Miscalibration, 0 or more: what recalibration would have saved.
    dsc : float
        Discrimination, 0 or more: what the recalibrated forecasts save over the base frequency.
    unc : float
        Uncertainty: the score of always saying the base frequency.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: str
    score: float
    mcb: float
    dsc: float
    unc: float


class MurphyDecomposition(BaseModel):
    """``brier = vi - di + ci`` over the distinct values stated.

    Attributes
    ----------
    n, distinct_values : int
        Forecasts (N), and distinct values among them (J).
    brier : float
        Mean Brier score, lower is better.
    vi : float
        Variance of the outcomes, ``obar (1 - obar)``: how hard the record was.
    ci : float
        Calibration index: mean squared distance of value and frequency; 0 is best.
    di : float
        Discrimination index: variance of the frequencies between the values; up to `vi`.
    ndi : float
        ``di / vi``, the share of the variance accounted for; NaN where `vi` is 0.
    andi : float
        `ndi` less what J values give by luck, ``(N ndi - J + 1) / (N - J + 1)``; NaN where
        `ndi` is. May be negative. (N is never J - 1, the other undefined case: each value was
        stated at least once.)
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    n: int
    distinct_values: int
    brier: float
    vi: float
    ci: float
    di: float
    ndi: float
    andi: float


def corp_decomposition(
    *,
    probability: npt.ArrayLike,
    outcome: npt.ArrayLike,
    rule: str = "brier",
    weight: npt.ArrayLike | None = None,
) -> CorpDecomposition:
    """Take a mean score apart by isotonic recalibration (CORP).

    Parameters
    ----------
    probability : array_like of float, shape (n,)
        Probabilities of the event, in 0..1.
    outcome : array_like of int, shape (n,)
        1 where the event occurred, 0 where it did not.
    rule : str
        Key of `forecast_bench.scoring.SCORING_RULES`: "brier" or "log" above all.
    weight : array_like of float, shape (n,), optional
        Positive weights; all 1 by default.

    Returns
    -------
    CorpDecomposition
        With ``score = mcb - dsc + unc`` up to rounding, the same to the bit for every order of
        the rows.

    Raises
    ------
    ValueError
        If the inputs are empty, of different lengths or outside their domains, or the rule is
        not known.

    References
    ----------
    Dimitriadis, Gneiting & Jordan (2021), Stable reliability diagrams for probabilistic
    classifiers, PNAS 118(8), doi:10.1073/pnas.2016191118.

    Examples
    --------
    >>> parts = corp_decomposition(probability=[0.2, 0.2, 0.9, 0.9], outcome=[0, 0, 0, 1])
    >>> round(parts.score, 4), round(parts.mcb, 4), round(parts.dsc, 4), round(parts.unc, 4)
    (0.225, 0.1, 0.0625, 0.1875)
    """
    pooled = distinct_forecasts(probability=probability, outcome=outcome, weight=weight)
    return corp_of(pooled, rule=rule)


def corp_of(
    pooled: DistinctForecasts, *, rule: str, fitted: npt.NDArray[np.float64] | None = None
) -> CorpDecomposition:
    """Take a pooled record's score apart; see `corp_decomposition`.

    Parameters
    ----------
    pooled : DistinctForecasts
        A record pooled by value.
    rule : str
        Key of `forecast_bench.scoring.SCORING_RULES`.
    fitted : ndarray of float, optional
        Result of `recalibrated` for this record, where it is at hand.

    Returns
    -------
    CorpDecomposition
        The parts.

    Examples
    --------
    >>> corp_of(distinct_forecasts(probability=[0.5, 0.5], outcome=[0, 1]), rule="brier").unc
    0.25
    """
    measure = scoring_rule(rule)
    if fitted is None:
        fitted = recalibrated(pooled)
    constant = np.full(pooled.probability.size, pooled.base_frequency)
    score = mean_score(pooled, rule=measure)
    best = mean_score(restated(pooled, forecast=fitted), rule=measure)
    uncertainty = mean_score(restated(pooled, forecast=constant), rule=measure)
    # neither part can be negative; what is left below zero is rounding
    return CorpDecomposition(
        rule=rule,
        score=score,
        mcb=max(score - best, 0.0),
        dsc=max(uncertainty - best, 0.0),
        unc=uncertainty,
    )


def murphy_decomposition(
    *, probability: npt.ArrayLike, outcome: npt.ArrayLike
) -> MurphyDecomposition:
    """Take the Brier score apart over the distinct values stated.

    Meant for few values (phrases, tens of per cent). With as many values as forecasts each
    frequency is 0 or 1 and discrimination looks perfect: `andi` then says what luck explains.

    Parameters
    ----------
    probability : array_like of float, shape (n,)
        Probabilities of the event, in 0..1.
    outcome : array_like of int, shape (n,)
        1 where the event occurred, 0 where it did not.

    Returns
    -------
    MurphyDecomposition
        With ``brier = vi - di + ci`` up to rounding.

    Raises
    ------
    ValueError
        If the inputs are empty, of different lengths or outside their domains.

    References
    ----------
    Murphy (1973), A new vector partition of the probability score, Journal of Applied
    Meteorology 12(4), doi:10.1175/1520-0450(1973)012<0595:ANVPOT>2.0.CO;2.
    Yaniv, Yates & Smith (1991), Measures of discrimination skill in probabilistic judgment,
    Psychological Bulletin 110(3), doi:10.1037/0033-2909.110.3.611.

    Examples
    --------
    >>> parts = murphy_decomposition(probability=[0.2, 0.2, 0.9, 0.9], outcome=[0, 0, 0, 1])
    >>> round(parts.vi, 4), round(parts.di, 4), round(parts.ci, 4), round(parts.ndi, 4)
    (0.1875, 0.0625, 0.1, 0.3333)
    """
    return murphy_of(distinct_forecasts(probability=probability, outcome=outcome))


def murphy_of(pooled: DistinctForecasts) -> MurphyDecomposition:
    """Take a pooled record's Brier score apart; see `murphy_decomposition`.

    Parameters
    ----------
    pooled : DistinctForecasts
        A record pooled by value, without weights.

    Returns
    -------
    MurphyDecomposition
        The parts.

    Examples
    --------
    >>> murphy_of(distinct_forecasts(probability=[0.5, 0.5], outcome=[0, 1])).vi
    0.25
    """
    n, values = int(pooled.n.sum()), int(pooled.probability.size)
    frequency = pooled.occurred / pooled.n
    base = float(pooled.occurred.sum()) / n
    variance = base * (1.0 - base)
    calibration = float((pooled.n * (pooled.probability - frequency) ** 2).sum()) / n
    discrimination = float((pooled.n * (frequency - base) ** 2).sum()) / n
    normalised = discrimination / variance if variance > 0.0 else float("nan")
    return MurphyDecomposition(
        n=n,
        distinct_values=values,
        brier=mean_score(pooled, rule=scoring_rule("brier")),
        vi=variance,
        ci=calibration,
        di=discrimination,
        ndi=normalised,
        andi=(n * normalised - values + 1) / (n - values + 1),
    )
