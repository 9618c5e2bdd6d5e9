"""Scoring rules for probabilities of an event, and the registry of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, Protocol

import numpy as np
import numpy.typing as npt

from forecast_bench.scoring.inputs import FloatArray, checked_outcome, checked_probability

LOG_SCORE_CLAMP: Final = (1e-4, 1.0 - 1e-4)
"""Probabilities are moved into this range before the logarithm, so that no score is infinite."""


def brier_score(*, probability: npt.ArrayLike, outcome: npt.ArrayLike) -> FloatArray:
    """Brier score of each forecast: the squared distance of the probability to the outcome.

    Lower is better; 0 is best and 1 worst. Other tools print twice this (the sum over both
    answers) or one minus it.

    Parameters
    ----------
    probability : array_like of float
        Probability of the event, in 0..1.
    outcome : array_like of int
        1 where the event occurred, 0 where it did not; broadcast against `probability`.

    Returns
    -------
    ndarray of float64
        One score per forecast, in 0..1. The score of a record is their mean.

    Raises
    ------
    ValueError
        If a probability lies outside 0..1 or an outcome is neither 0 nor 1.

    References
    ----------
    Brier (1950), Verification of forecasts expressed in terms of probability, Monthly Weather
    Review 78(1), doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2.

    Examples
    --------
    >>> brier_score(probability=[0.5, 1.0], outcome=[1, 0])
    array([0.25, 1.  ])
    """
    scores: FloatArray = (checked_probability(probability) - checked_outcome(outcome)) ** 2
    return np.asarray(scores)


def log_score(
    *,
    probability: npt.ArrayLike,
    outcome: npt.ArrayLike,
    clamp: tuple[float, float] | None = LOG_SCORE_CLAMP,
) -> FloatArray:
    """Logarithmic score of each forecast in nats: minus the log of the answer's probability.

    Lower is better. With the default clamp the best is 0.0001 and the worst 9.21.

    Parameters
    ----------
    probability : array_like of float
        Probability of the event, in 0..1.
    outcome : array_like of int
        1 where the event occurred, 0 where it did not; broadcast against `probability`.
    clamp : tuple of float, optional
        Range into which probabilities are moved first. ``None`` leaves them: what was held
        impossible and happened then scores infinity.

    Returns
    -------
    ndarray of float64
        One score per forecast, 0 or more. The score of a record is their mean.

    Raises
    ------
    ValueError
        If a probability lies outside 0..1, an outcome is neither 0 nor 1, or the clamp is not
        a rising pair within 0..1.

    References
    ----------
    Good (1952), Rational decisions, Journal of the Royal Statistical Society B 14(1),
    doi:10.1111/j.2517-6161.1952.tb00104.x.

    Examples
    --------
    >>> log_score(probability=[0.5, 0.0], outcome=[1, 1]).round(4)
    array([0.6931, 9.2103])
    >>> log_score(probability=[0.0], outcome=[1], clamp=None)
    array([inf])
    """
    values, occurred = checked_probability(probability), checked_outcome(outcome)
    if clamp is not None:
        low, high = clamp
        if not 0.0 <= low < high <= 1.0:
            raise ValueError(f"clamp must be a rising pair within 0..1, got {clamp!r}")
        values = np.clip(values, low, high)
    values, happened = np.broadcast_arrays(values, occurred == 1.0)
    logs = np.empty(values.shape)
    # log1p keeps the digits of probabilities near 0 where the event did not occur
    with np.errstate(divide="ignore"):
        np.log(values, out=logs, where=happened)
        np.log1p(-values, out=logs, where=~happened)
    return np.asarray(0.0 - logs)


def unclamped_log_score(*, probability: npt.ArrayLike, outcome: npt.ArrayLike) -> FloatArray:
    """Logarithmic score in nats without a clamp: infinite where a certainty was wrong.

    Parameters
    ----------
    probability : array_like of float
        Probability of the event, in 0..1.
    outcome : array_like of int
        1 where the event occurred, 0 where it did not.

    Returns
    -------
    ndarray of float64
        One score per forecast, 0 to infinity. Lower is better.

    Raises
    ------
    ValueError
        If a probability lies outside 0..1 or an outcome is neither 0 nor 1.

    References
    ----------
    Good (1952), doi:10.1111/j.2517-6161.1952.tb00104.x.

    Examples
    --------
    >>> unclamped_log_score(probability=[1.0, 1.0], outcome=[1, 0])
    array([ 0., inf])
    """
    return log_score(probability=probability, outcome=outcome, clamp=None)


class Score(Protocol):
    """A function of probability and outcome that gives one score per forecast."""

    def __call__(self, *, probability: npt.ArrayLike, outcome: npt.ArrayLike) -> FloatArray:
        """Score each forecast."""
        ...


@dataclass(frozen=True, kw_only=True)
class ScoringRule:
    """What a score is called, which way is good, and what it rewards.

    Attributes
    ----------
    name, title : str
        Key in the registry; name for people.
    score : Score
        The function, one score per forecast.
    orientation : str
        Always "lower is better".
    lowest, highest : float
        Range of one score; `lowest` is reached by certainty about what happened.
    consistency : str
        For which statement of an analyst the expected score is lowest.
    reference : str
        Source of the rule.
    """

    name: str
    title: str
    score: Score
    orientation: Literal["lower is better"]
    lowest: float
    highest: float
    consistency: str
    reference: str


_RULES: Final = (
    ScoringRule(
        name="brier",
        title="Brier score",
        score=brier_score,
        orientation="lower is better",
        lowest=0.0,
        highest=1.0,
        consistency="strictly proper: the expected score is lowest at the believed probability",
        reference="Brier (1950)",
    ),
    ScoringRule(
        name="log",
        title="Log score, nats, probabilities clamped to 0.0001..0.9999",
        score=log_score,
        orientation="lower is better",
        lowest=-float(np.log(LOG_SCORE_CLAMP[1])),
        highest=-float(np.log(LOG_SCORE_CLAMP[0])),
        consistency=(
            "proper: the expected score is lowest at the believed probability, "
            "and only there within the clamp"
        ),
        reference="Good (1952)",
    ),
    ScoringRule(
        name="log_unclamped",
        title="Log score, nats, not clamped",
        score=unclamped_log_score,
        orientation="lower is better",
        lowest=0.0,
        highest=float("inf"),
        consistency="strictly proper: the expected score is lowest at the believed probability",
        reference="Good (1952)",
    ),
)

SCORING_RULES: Final[Mapping[str, ScoringRule]] = MappingProxyType(
    {rule.name: rule for rule in _RULES}
)
"""Every scoring rule by name; read only."""


def scoring_rule(name: str) -> ScoringRule:
    """Look up a scoring rule by its name.

    Parameters
    ----------
    name : str
        A key of `SCORING_RULES`.

    Returns
    -------
    ScoringRule
        The rule.

    Raises
    ------
    ValueError
        If no rule has that name.

    Examples
    --------
    >>> scoring_rule("brier").title
    'Brier score'
    """
    if name not in SCORING_RULES:
        raise ValueError(f"no scoring rule {name!r}; there are: {', '.join(SCORING_RULES)}")
    return SCORING_RULES[name]
