"""What a phrase means when one analyst says it, with help from what it means to the others."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecast_bench.reliability.clusters import cluster_codes, effective_number, label_codes
from forecast_bench.reliability.phrase import phrase_meaning

ALIKE: Final = 20.0
"""How alike analysts are taken to be: at a share of one half, 11 percentage points apart."""

COLUMNS: Final = (
    *("phrase", "forecaster", "band_low", "band_high", "n", "effective_n", "questions"),
    *("occurred", "others_n", "prior_mean", "prior_weight", "a", "b", "mean", "low", "high"),
    *("below", "inside", "above", "verdict"),
)


def prior_of_one(*, weight: float, alike: float = ALIKE) -> float:
    """Weight of the prior of one analyst's share, from what a phrase means to the others.

    The share of the others is Beta with this mean and weight S; given it, that of one analyst is
    Beta around it with weight k, `alike`. The prior of the analyst is the Beta with the mean and
    the variance of that mixture: weight S k / (S + k + 1), less than either.

    Parameters
    ----------
    weight : float
        Weight S of what is known of the others, in judgments, more than 0.
    alike : float
        Weight k, more than 0: large where analysts mean the same.

    Returns
    -------
    float
        The weight, in judgments.

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    References
    ----------
    Gelman et al. (2013), Bayesian Data Analysis, section 5.3 (exchangeable shares); the moments
    are the laws of total mean and variance.

    Examples
    --------
    With all there is to know of the others, what stays is how far analysts differ:

    >>> round(prior_of_one(weight=10.0), 2), round(prior_of_one(weight=1e9))
    (6.45, 20)
    """
    if not 0.0 < weight < np.inf or not 0.0 < alike < np.inf:
        raise ValueError(f"weight and alike must be positive, got {weight!r}, {alike!r}")
    return weight * alike / (weight + alike + 1.0)


def phrases_by_analyst(
    *,
    lexicon: pd.DataFrame,
    record: pd.DataFrame,
    prior_weight: float = 10.0,
    alike: float = ALIKE,
    threshold: float = 0.9,
) -> pd.DataFrame:
    """Tabulate what each phrase means in practice when each analyst says it.

    The share of an analyst is drawn towards that of the others, the more the less the analyst
    has said. The others are their statements on questions and situations of which the analyst
    said nothing with the phrase: an outcome enters once.

    Parameters
    ----------
    lexicon, prior_weight, threshold
        As in `phrase_table`.
    record : DataFrame
        As in `phrase_table`, with a column `forecaster`.
    alike : float
        As in `prior_of_one`.

    Returns
    -------
    DataFrame
        One row per phrase and analyst who used it, in the order of the lexicon and of names:
        `phrase`, `forecaster`, `band_low`, `band_high`, `n`, `effective_n`, `questions`,
        `occurred`, `others_n` (independent judgments of others that the prior rests on),
        `prior_mean`, `prior_weight`, and the posterior as in `phrase_table`.

    Raises
    ------
    ValueError
        If a value is outside its domain.

    Examples
    --------
    >>> lexicon = pd.DataFrame({"phrase": ["likely"], "low": 0.55, "high": 0.75, "mean": 0.65})
    >>> record = pd.DataFrame({"phrase": "likely", "forecaster": ["a"] * 20 + ["b"] * 2,
    ...     "probability": 0.65, "outcome": 1})
    >>> phrases_by_analyst(lexicon=lexicon, record=record)[["forecaster", "n", "mean"]].round(2)
      forecaster   n  mean
    0          a  20  0.92
    1          b   2  0.90
    """
    worded = record.loc[record["phrase"].notna()]
    groups = dict(iter(worded.groupby("phrase", sort=False)))
    rows: list[dict[str, Any]] = []
    for phrase, low, high, mean in lexicon[["phrase", "low", "high", "mean"]].itertuples(
        index=False, name=None
    ):
        if phrase not in groups:
            continue
        for one in _of_phrase(groups[phrase], float(mean), prior_weight):
            weight = prior_of_one(weight=one.pop("others"), alike=alike)
            meaning = phrase_meaning(
                band_low=float(low),
                band_high=float(high),
                prior_mean=one["prior_mean"],
                prior_weight=weight,
                occurred=one["occurred"],
                n=one["n"],
                effective_n=one["effective_n"],
                threshold=threshold,
            )
            band = {"phrase": phrase, "band_low": float(low), "band_high": float(high)}
            rows.append(
                band
                | one
                | {"prior_weight": weight}
                | meaning.model_dump(exclude={"n", "occurred"})
            )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _of_phrase(group: pd.DataFrame, mean: float, weight: float) -> list[dict[str, Any]]:
    """For each analyst what was said and came true, and the prior from the others."""
    question: npt.ArrayLike = group.get("question", np.arange(len(group)))
    situation = group.get("situation")
    cluster = cluster_codes(question=question, situation=situation)
    codes = label_codes(question)
    names = group["forecaster"].to_numpy()
    found: list[dict[str, Any]] = []
    for name in sorted(set(names)):
        own = names == name
        others = ~own & ~np.isin(cluster, cluster[own])
        known, share = _worth(group, others, question)
        a, b = weight * mean + known * share, weight * (1.0 - mean) + known * (1.0 - share)
        effective, _ = _worth(group, own, question)
        found.append(
            {
                "forecaster": name,
                "n": int(own.sum()),
                "effective_n": effective,
                "questions": len(set(codes[own])),
                "occurred": int(group["outcome"].to_numpy()[own].sum()),
                "others_n": known,
                "prior_mean": a / (a + b),
                "others": a + b,
            }
        )
    return found


def _worth(
    group: pd.DataFrame, chosen: npt.NDArray[np.bool_], question: npt.ArrayLike
) -> tuple[float, float]:
    """How many independent judgments some are worth, and the share of them that came true."""
    if not chosen.any():
        return 0.0, 0.0
    part = group.loc[chosen]
    number = effective_number(
        probability=part["probability"],
        outcome=part["outcome"],
        question=np.asarray(question)[chosen],
        situation=part.get("situation"),
    )
    return number, float(part["outcome"].mean())
