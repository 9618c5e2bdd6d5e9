"""Would recalibrating have helped? Fits on what had resolved, held against what resolved next.

At each **origin**, a day, the model is fitted on the judgments whose outcome was known by then.
Every later judgment is judged once, by the fit of the last origin before its outcome was known.
The gain is in log score over the identity, which leaves every statement as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from forecast_bench.bayes.cell_counts import cells, resolved
from forecast_bench.bayes.laplace_map import laplace_recalibrate
from forecast_bench.bayes.nested_laplace import nested_laplace
from forecast_bench.bayes.settings import RecalibrationSettings
from forecast_bench.limits import in_force
from forecast_bench.reliability import cluster_codes, mean_interval
from forecast_bench.scoring import log_score

NODES = 4
"""Points along each scale for the refits: medians, which alone are judged, need no more."""

MORE_COLUMNS = ("known_on", "question")


@dataclass(frozen=True)
class Comparison:
    """What recalibrated probabilities gained over those stated, on outcomes not seen before.

    Attributes
    ----------
    judged, clusters : int
        Judgments held against their outcome, and groups of them with a common fate.
    origins : int
        Refits that judged something; 0 where one fixed map was held against outcomes.
    gain, low, high : float or None
        Mean gain in log score, nats for each judgment, with its interval; None with too few.
    reason : str
        One sentence.
    """

    judged: int
    clusters: int
    origins: int
    gain: float | None
    low: float | None
    high: float | None
    reason: str

    @property
    def passed(self) -> bool:
        """Whether the whole interval lies above zero."""
        return self.low is not None and self.low > 0

    @property
    def lost(self) -> bool:
        """Whether the whole interval lies below zero."""
        return self.high is not None and self.high < 0


def origins(frame: pd.DataFrame, settings: RecalibrationSettings) -> list[pd.Timestamp]:
    """Name the days on which to refit: the first with enough questions, then as they grow.

    Whether a day is one depends on what was known by that day and on nothing later.

    Parameters
    ----------
    frame
        Columns ``known_on`` (day) and ``question``.
    settings
        ``least_outcomes`` questions make the first; ``gate.growth`` the others.

    Returns
    -------
    list of Timestamp
        Rising.

    Examples
    --------
    >>> frame = pd.DataFrame({"known_on": pd.date_range("2020-01-01", periods=100),
    ...     "question": range(100)})
    >>> [day.day_of_year for day in origins(frame, RecalibrationSettings())]
    [50, 63, 79, 99]
    """
    first = frame.groupby("question")["known_on"].min().sort_values()
    found: list[pd.Timestamp] = []
    wanted = float(settings.least_outcomes)
    known = np.searchsorted(first.to_numpy(), first.unique(), side="right")
    for day, number in zip(first.unique(), known, strict=True):
        if number >= wanted:
            found.append(pd.Timestamp(day))
            wanted = number * settings.gate.growth
    return found


def out_of_sample(frame: pd.DataFrame, settings: RecalibrationSettings) -> pd.DataFrame:
    """Recalibrate every judgment by what had been known before its outcome was.

    Parameters
    ----------
    frame
        One row per resolved judgment: the columns of `cells`, with ``known_on`` (the day its
        outcome was known) and ``question``; ``situation`` where there is one. Others are ignored.
    settings
        The model and the gate.

    Returns
    -------
    pandas.DataFrame
        Columns ``origin``, ``probability``, ``recalibrated`` and ``outcome``, with the index of
        those rows of `frame` that an origin precedes, in their order.

    Raises
    ------
    ValueError
        If a column or a day is missing, or as for `cells`.
    """
    rows = resolved(frame)
    missing = [name for name in MORE_COLUMNS if name not in frame.columns]
    if missing:
        raise ValueError(f"the frame lacks the columns {missing}")
    known_on = pd.to_datetime(frame["known_on"])
    if known_on.isna().any() or frame["question"].isna().any():
        raise ValueError("the day an outcome was known, or a question, is missing")
    rows = rows.assign(known_on=known_on, question=frame["question"])
    days = origins(rows, settings)
    parts = []
    for day, following in pairwise([*days, None]):
        later = rows["known_on"] > day
        if following is not None:
            later &= rows["known_on"] <= following
        part = rows[later]
        if part.empty:
            continue
        in_force().hold()
        fitted = nested_laplace(cells(rows[rows["known_on"] <= day]), settings, nodes=NODES)
        found = laplace_recalibrate(fitted, part, with_interval=False)
        parts.append(
            pd.DataFrame(
                {
                    "origin": day,
                    "probability": part["probability"],
                    "recalibrated": found["median"],
                    "outcome": part["outcome"],
                }
            )
        )
    if not parts:
        names = ["origin", "probability", "recalibrated", "outcome"]
        return pd.DataFrame({name: [] for name in names})
    return pd.concat(parts).sort_index(kind="stable")


def gain_over_identity(
    frame: pd.DataFrame, settings: RecalibrationSettings, *, seed: int, noun: str = "judgments"
) -> Comparison:
    """Compare one map with the identity on the outcomes given, such as those since it is in force.

    Parameters
    ----------
    frame
        Columns ``probability``, ``recalibrated``, ``outcome``, ``question`` and, where there is
        one, ``situation``.
    settings
        Its ``interval`` and ``gate``.
    seed
        Of the bootstrap of the interval.
    noun
        What each row is, for the reason.

    Returns
    -------
    Comparison
        With no origins.

    Examples
    --------
    >>> frame = pd.DataFrame({"probability": [0.9] * 60, "recalibrated": 0.8, "outcome": [1] * 60,
    ...     "question": range(60)})
    >>> found = gain_over_identity(frame, RecalibrationSettings(), seed=1)
    >>> round(found.gain, 3), found.lost
    (-0.118, True)
    """
    plain = frame.reset_index(drop=True)
    return compared(plain, plain, settings, seed=seed, origins=0, noun=noun)


def compared(
    judged: pd.DataFrame,
    frame: pd.DataFrame,
    settings: RecalibrationSettings,
    *,
    seed: int,
    origins: int,
    noun: str = "judgments",
) -> Comparison:
    """Give the mean gain of recalibrated over stated probabilities, with its interval.

    Parameters
    ----------
    judged
        Columns ``probability``, ``recalibrated`` and ``outcome``; its index is part of that of
        `frame`.
    frame
        Column ``question`` and, where there is one, ``situation``: what shares a fate.
    settings
        Its ``interval`` and ``gate``.
    seed
        Of the bootstrap.
    origins
        Refits that judged something.
    """
    own = frame.loc[judged.index]
    fate: dict[str, Any] = {"question": own["question"], "situation": own.get("situation")}
    clusters = int(cluster_codes(**fate).max()) + 1 if len(own) else 0
    if clusters < settings.gate.least_judged:
        reason = (
            f"Too few to judge: {clusters} groups of {noun} with a common fate can be held "
            f"against it, {settings.gate.least_judged} are needed."
        )
        return Comparison(len(own), clusters, origins, None, None, None, reason)
    outcome = judged["outcome"].astype(int)
    gains = log_score(probability=judged["probability"], outcome=outcome) - log_score(
        probability=judged["recalibrated"], outcome=outcome
    )
    gain, low, high = mean_interval(
        gains, **fate, level=settings.interval, draws=settings.gate.resamples, seed=seed
    )
    verdict = (
        "a gain is shown"
        if low > 0
        else "a loss is shown"
        if high < 0
        else "neither gain nor loss is shown"
    )
    reason = (
        f"On {len(own)} {noun} not seen by the fit, the mean gain in log score is {gain:.4f} "
        f"({settings.interval:.0%} interval {low:.4f} to {high:.4f}): {verdict}."
    )
    return Comparison(len(own), clusters, origins, gain, low, high, reason)
