"""What a phrase means in practice: how often its statements came true."""

from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import BaseModel, ConfigDict
from scipy.special import betainc, betaincc, betaincinv

from forecast_bench.reliability.clusters import effective_number, label_codes

Verdict = Literal["below", "inside", "above", "cannot tell yet"]

_INTERVAL_TAIL = 0.05


class PhraseMeaning(BaseModel):
    """Where the frequency of a phrase's statements lies, after its outcomes.

    Attributes
    ----------
    n, occurred : int
        Judgments with the phrase, and how many came true.
    a, b : float
        Parameters of the posterior Beta distribution of the frequency.
    mean, low, high : float
        Its mean and its central 90 % interval.
    below, inside, above : float
        Posterior probability that the frequency lies below, inside and above the band.
    verdict : str
        "below", "inside", "above", or "cannot tell yet" where none reaches the threshold.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    n: int
    occurred: int
    a: float
    b: float
    mean: float
    low: float
    high: float
    below: float
    inside: float
    above: float
    verdict: Verdict


def phrase_meaning(
    *,
    band_low: float,
    band_high: float,
    prior_mean: float,
    prior_weight: float = 10.0,
    occurred: int,
    n: int,
    effective_n: float | None = None,
    threshold: float = 0.9,
) -> PhraseMeaning:
    """Update the frequency of a phrase's statements on their outcomes.

    The prior is Beta with the band's mean and a weight of `prior_weight` statements; all
    judgments together count as `effective_n` trials with the share of them that came true.

    Parameters
    ----------
    band_low, band_high : float
        The phrase's band, ``0 <= low < high <= 1``.
    prior_mean : float
        Mean of the prior of the frequency, strictly between 0 and 1.
    prior_weight : float
        Weight of the prior in judgments, more than 0.
    occurred, n : int
        Judgments that came true, of all with the phrase.
    effective_n : float, optional
        Independent judgments that they are worth, 0 to n; n by default. Else what is said of one
        question several times would pass for several trials.
    threshold : float
        Posterior probability from which on there is a verdict, more than one half, up to 1.

    Returns
    -------
    PhraseMeaning
        Posterior and verdict.

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    References
    ----------
    Gelman et al. (2013), Bayesian Data Analysis, section 2.4 (Beta prior, binomial counts).

    Examples
    --------
    >>> meaning = phrase_meaning(
    ...     band_low=0.8, band_high=0.9, prior_mean=0.85, occurred=20, n=40
    ... )
    >>> round(meaning.mean, 3), meaning.verdict
    (0.57, 'below')
    """
    if not 0.0 <= band_low < band_high <= 1.0:
        raise ValueError(f"a band must rise within 0..1, got {band_low!r}..{band_high!r}")
    if not 0.0 < prior_mean < 1.0 or not 0.0 < prior_weight < np.inf:
        raise ValueError(
            "prior_mean must lie between 0 and 1 and prior_weight be positive, "
            f"got {prior_mean!r}, {prior_weight!r}"
        )
    if not 0 <= occurred <= n:
        raise ValueError(f"occurred must lie in 0..n, got {occurred!r} of {n!r}")
    if not 0.5 < threshold <= 1.0:
        raise ValueError(f"threshold must be more than 0.5, up to 1, got {threshold!r}")
    worth = 1.0
    if effective_n is not None:
        if not 0.0 <= effective_n <= n * (1.0 + 1e-9):
            raise ValueError(f"effective_n must lie in 0..n, got {effective_n!r} of {n!r}")
        worth = effective_n / n if n else 0.0
    a = prior_weight * prior_mean + worth * occurred
    b = prior_weight * (1.0 - prior_mean) + worth * (n - occurred)
    below, above = float(betainc(a, b, band_low)), float(betaincc(a, b, band_high))
    inside = max(1.0 - below - above, 0.0)
    return PhraseMeaning(
        n=n,
        occurred=occurred,
        a=a,
        b=b,
        mean=a / (a + b),
        low=float(betaincinv(a, b, _INTERVAL_TAIL)),
        high=float(betaincinv(a, b, 1.0 - _INTERVAL_TAIL)),
        below=below,
        inside=inside,
        above=above,
        verdict=_verdict(below=below, inside=inside, above=above, threshold=threshold),
    )


def _verdict(*, below: float, inside: float, above: float, threshold: float) -> Verdict:
    if below >= threshold:
        return "below"
    if above >= threshold:
        return "above"
    return "inside" if inside >= threshold else "cannot tell yet"


def phrase_table(
    *,
    lexicon: pd.DataFrame,
    record: pd.DataFrame,
    prior_weight: float = 10.0,
    threshold: float = 0.9,
) -> pd.DataFrame:
    """Tabulate what every phrase of a lexicon means in practice.

    The judgments of a phrase count as their effective number: what several analysts, or
    revisions, say of one question is one trial.

    Parameters
    ----------
    lexicon : DataFrame
        One row per phrase: `phrase`, `low`, `high` (the band) and `mean` (of its prior).
    record : DataFrame
        One row per resolved judgment: `phrase`, `probability`, `outcome` and optionally
        `question` (else each row is its own) and `situation`. Rows without a phrase are not
        statements in words and count for none.
    prior_weight, threshold : float
        As in `phrase_meaning`.

    Returns
    -------
    DataFrame
        One row per phrase in the lexicon's order, also those never used: `phrase`, `band_low`,
        `band_high`, `n`, `effective_n`, `questions`, `occurred`, `a`, `b`, `mean`, `low`,
        `high`, `below`, `inside`, `above`, `verdict`.

    Raises
    ------
    ValueError
        If a phrase of the record is not in the lexicon, a phrase of the lexicon stands there
        twice, or a value is outside its domain.

    Examples
    --------
    >>> table = phrase_table(
    ...     lexicon=pd.DataFrame({"phrase": ["likely"], "low": 0.55, "high": 0.75, "mean": 0.65}),
    ...     record=pd.DataFrame({"phrase": ["likely"] * 20, "probability": 0.65, "outcome": 1}),
    ... )
    >>> table[["phrase", "n", "effective_n", "verdict"]]
       phrase   n  effective_n verdict
    0  likely  20         20.0   above
    """
    worded = record.loc[record["phrase"].notna()]
    strange = sorted(set(worded["phrase"]) - set(lexicon["phrase"]))
    if strange:
        raise ValueError(f"phrases that the lexicon does not have: {', '.join(map(repr, strange))}")
    if lexicon["phrase"].duplicated().any():
        raise ValueError("the lexicon has a phrase twice")
    groups = dict(iter(worded.groupby("phrase", sort=False)))
    none = worded.iloc[:0]
    rows = []
    for phrase, low, high, mean in lexicon[["phrase", "low", "high", "mean"]].itertuples(
        index=False, name=None
    ):
        group = groups.get(phrase, none)
        independence = _independence(group)
        meaning = phrase_meaning(
            band_low=float(low),
            band_high=float(high),
            prior_mean=float(mean),
            prior_weight=prior_weight,
            occurred=int(group["outcome"].sum()),
            n=len(group),
            effective_n=independence["effective_n"],
            threshold=threshold,
        )
        rows.append(
            {"phrase": phrase, "band_low": float(low), "band_high": float(high)}
            | {"n": len(group), **independence}
            | meaning.model_dump(exclude={"n"})
        )
    return pd.DataFrame(rows)


def _independence(group: pd.DataFrame) -> dict[str, float | int]:
    if group.empty:
        return {"effective_n": 0.0, "questions": 0}
    question: npt.ArrayLike = group.get("question", np.arange(len(group)))
    number = effective_number(
        probability=group["probability"],
        outcome=group["outcome"],
        question=question,
        situation=group.get("situation"),
    )
    return {"effective_n": number, "questions": int(label_codes(question).max()) + 1}
