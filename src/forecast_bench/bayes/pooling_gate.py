"""Would weights by skill, or an extremising factor, have helped? The same gate as for maps.

At each origin (`forecast_bench.bayes.origins`) skills and factor are learned from what had resolved
by then, and the questions that resolved next are pooled with and without them. The factor passes
where it gains over the plain mean of log odds, weights where they gain over equal ones, each with
its own factor once one is in force. Until then weights are equal and the factor is 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecast_bench.bayes.rolling_origin import Comparison, gain_over_identity, origins
from forecast_bench.bayes.settings import RecalibrationSettings
from forecast_bench.pooling import (
    Skills,
    extremising_factor,
    pooled_log_odds,
    probability_of,
    skills,
)

OPINIONS = ("question", "analyst", "probability", "outcome", "known_on")
"""Columns that must be there; ``situation`` may be."""

_NOUN = "questions of several analysts"


@dataclass(frozen=True)
class PoolInForce:
    """What pools opinions from a day on.

    Attributes
    ----------
    since
        The day; None from the beginning.
    log_weights
        Logarithm of the weight of each analyst with a record; empty where weights are equal.
    factor : float
        1 or more.
    """

    since: pd.Timestamp | None
    log_weights: Mapping[str, float]
    factor: float


@dataclass(frozen=True)
class LearnedPool:
    """What resolved questions of several analysts say of pooling the next ones.

    Attributes
    ----------
    questions : int
        Of several analysts, resolved.
    skills
        Of everything known, whether in force or not.
    extremising, weights
        What the gate found: the factor against none, and weights by skill against equal ones.
    estimates : tuple of float
        The factors that the outcomes ask for, of equal weights and of those by skill, whether in
        force or not.
    in_force
        What pools opinions now.
    former
        What did from each origin on, the first of them equal weights without a factor.
    """

    questions: int
    skills: Skills
    extremising: Comparison
    weights: Comparison
    estimates: tuple[float, float]
    in_force: PoolInForce
    former: tuple[PoolInForce, ...]

    def on(self, day: pd.Timestamp) -> PoolInForce:
        """Give what was in force on a day, learned from nothing that was known later."""
        return next(one for one in reversed(self.former) if one.since is None or one.since <= day)


def learn_pool(frame: pd.DataFrame, settings: RecalibrationSettings, *, seed: int) -> LearnedPool:
    """Learn weights and factor from resolved questions of several analysts, under the gate.

    Parameters
    ----------
    frame
        One row per opinion: ``question``, ``analyst`` (nobody twice on a question),
        ``probability`` strictly inside 0..1, ``outcome`` and ``known_on`` (the same for a whole
        question); ``situation`` where there is one.
    settings
        ``least_outcomes`` questions before anything is learned; ``gate`` and ``interval``.
    seed
        Of the bootstrap of the intervals.

    Returns
    -------
    LearnedPool
        With equal weights and factor 1 in force unless the gate was passed.

    Raises
    ------
    ValueError
        If a column is missing, a probability is outside its domain, or a question has several
        outcomes.

    Examples
    --------
    >>> few = pd.DataFrame({"question": ["q", "q"], "analyst": ["a", "b"],
    ...     "probability": [0.6, 0.9], "outcome": 1, "known_on": "2020-01-31"})
    >>> found = learn_pool(few, RecalibrationSettings(), seed=1)
    >>> found.in_force.factor, dict(found.in_force.log_weights), found.weights.reason
    (1.0, {}, 'Cannot be told yet: 1 question of several analysts has resolved, 50 are needed.')
    """
    rows = _checked(frame)
    asked = rows.drop_duplicates("question")
    days = origins(asked, settings)
    plain = PoolInForce(None, {}, 1.0)
    former, seen = [plain], _Seen()
    for day, following in pairwise([*days, None]):
        learned = _learned(rows[rows["known_on"] <= day], seen, settings, seed=seed)
        former.append(replace(learned.in_force, since=day))
        later = rows["known_on"] > day
        if following is not None:
            later &= rows["known_on"] <= following
        seen = seen.and_these(rows[later], learned)
    if not days:
        return _too_few(rows, len(asked), settings, plain)
    found = _learned(rows, seen, settings, seed=seed)
    return replace(found, questions=len(asked), former=tuple(former))


@dataclass(frozen=True)
class _Seen:
    """Questions that were pooled before their outcome was known, in two ways each."""

    extremised: tuple[pd.DataFrame, ...] = ()
    weighted: tuple[pd.DataFrame, ...] = ()
    origins: int = 0

    def and_these(self, rows: pd.DataFrame, learned: LearnedPool) -> _Seen:
        """Add what resolved after an origin, by what was learned at it."""
        if rows.empty:
            return self
        equal, weighted = _mean(rows, {}), _mean(rows, learned.skills.log_weights())
        on_equal, on_weighted = learned.estimates
        asked = rows.drop_duplicates("question")
        held = (on_equal * equal, on_weighted * weighted)
        if not learned.extremising.passed:
            held = (equal, weighted)
        return _Seen(
            (*self.extremised, _pairs(asked, equal, on_equal * equal)),
            (*self.weighted, _pairs(asked, *held)),
            self.origins + 1,
        )


def _learned(
    rows: pd.DataFrame, seen: _Seen, settings: RecalibrationSettings, *, seed: int
) -> LearnedPool:
    """Learn from rows; what is in force is decided by what was seen until then."""
    asked = rows.drop_duplicates("question")
    found = skills(
        rows["probability"],
        outcome=rows["outcome"],
        analyst=list(rows["analyst"]),
        question=list(rows["question"]),
    )
    log_weights = found.log_weights()
    on_equal, on_weighted = (
        extremising_factor(_mean(rows, each), outcome=asked["outcome"])
        for each in ({}, log_weights)
    )
    extremising = _compared(seen.extremised, seen.origins, settings, seed=seed)
    weights = _compared(seen.weighted, seen.origins, settings, seed=seed)
    factor = on_weighted if weights.passed else on_equal
    return LearnedPool(
        questions=len(asked),
        skills=found,
        extremising=extremising,
        weights=weights,
        estimates=(on_equal, on_weighted),
        in_force=PoolInForce(
            None,
            log_weights if weights.passed else {},
            factor if extremising.passed else 1.0,
        ),
        former=(),
    )


def _too_few(
    rows: pd.DataFrame, asked: int, settings: RecalibrationSettings, plain: PoolInForce
) -> LearnedPool:
    have = "question of several analysts has" if asked == 1 else f"{_NOUN} have"
    reason = f"Cannot be told yet: {asked} {have} resolved, {settings.least_outcomes} are needed."
    nothing = Comparison(0, 0, 0, None, None, None, reason)
    learned = _learned(rows, _Seen(), settings, seed=0)
    return replace(learned, questions=asked, weights=nothing, extremising=nothing, former=(plain,))


def _compared(
    pairs: tuple[pd.DataFrame, ...], seen: int, settings: RecalibrationSettings, *, seed: int
) -> Comparison:
    names = ["probability", "recalibrated", "outcome", "question", "situation"]
    frame = pd.concat(pairs) if pairs else pd.DataFrame({name: [] for name in names})
    return replace(gain_over_identity(frame, settings, seed=seed, noun=_NOUN), origins=seen)


def _pairs(
    asked: pd.DataFrame, before: npt.NDArray[np.float64], after: npt.NDArray[np.float64]
) -> pd.DataFrame:
    return asked[["outcome", "question", "situation"]].assign(
        probability=probability_of(before), recalibrated=probability_of(after)
    )


def _mean(rows: pd.DataFrame, log_weights: Mapping[str, float]) -> npt.NDArray[np.float64]:
    """Mean log odds of each question, in the order in which they first come."""
    codes, _ = pd.factorize(rows["question"])
    raised = np.exp(rows["analyst"].map(log_weights).astype(float).fillna(0.0).to_numpy())
    return pooled_log_odds(
        rows["probability"].to_numpy(), question=codes.astype(np.int64), weight=raised
    )


def _checked(frame: pd.DataFrame) -> pd.DataFrame:
    missing = [name for name in OPINIONS if name not in frame.columns]
    if missing:
        raise ValueError(f"the frame lacks the columns {missing}")
    situation = frame["situation"] if "situation" in frame.columns else None
    rows = pd.DataFrame(
        {
            "question": frame["question"].astype(str),
            "analyst": frame["analyst"].astype(str),
            "probability": frame["probability"].astype(float),
            "outcome": frame["outcome"].astype(int),
            "known_on": pd.to_datetime(frame["known_on"]),
            "situation": None if situation is None else situation.astype(object),
        }
    ).reset_index(drop=True)
    if not rows["probability"].between(0, 1, inclusive="neither").all():
        raise ValueError("an opinion is a probability strictly inside 0..1")
    if rows["known_on"].isna().any():
        raise ValueError("the day an outcome was known is missing")
    apart = rows.groupby("question")[["outcome", "known_on"]].nunique()
    if len(apart) and apart.to_numpy().max() > 1:
        raise ValueError("a question has one outcome, known on one day")
    return rows
