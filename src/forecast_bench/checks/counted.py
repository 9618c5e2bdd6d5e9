"""Checks that need counts: what a base rate makes trivial, and what counts have left behind."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from forecast_bench.problems import Problem
from forecast_bench.workspace import Workspace

# Conventions of this project.
COUNTED = frozenset({"trivial-threshold", "stale-judgment"})
LEAST_LIKELY = 0.02
HALF_OF_THE_WINDOW = 0.5
FAR_IN_LOG_ODDS = 2.0
_LIMIT = 1e-12


@dataclass(frozen=True, slots=True)
class CountFacts:
    """What the counts say of a judgment on a day.

    Parameters
    ----------
    base_rate, after : float or None
        Probability of the event by the rate law at issue, and after what was counted since, 0..1.
    elapsed : float
        Share of the window that has passed, 0..1.
    is_open : bool
        Whether nothing is settled yet.
    """

    base_rate: float | None
    after: float | None
    elapsed: float
    is_open: bool


def against_counts(workspace: Workspace, facts: Mapping[str, CountFacts]) -> Iterator[Problem]:
    """A threshold tests something, and a judgment that counts have left behind is revised.

    Parameters
    ----------
    workspace : Workspace
        As read.
    facts : mapping of str to CountFacts
        By judgment; what cannot be counted is not there.
    """
    trivial: set[str] = set()
    for one in workspace.judgments:
        known, asked = facts.get(one.id), workspace.question_of(one)
        if known is None or asked is None or known.base_rate is None:
            continue
        rate = known.base_rate
        if not LEAST_LIKELY <= rate <= 1 - LEAST_LIKELY and asked.name not in trivial:
            trivial.add(asked.name)
            message = f'the base rate of "{asked.name}" is {_percent(rate)}: it tests nothing'
            yield asked.problem("trivial-threshold", message, asked.question.kind, at_key=True)
        if _stale(known) and not one.judgment.revisions and one.judgment.probability is not None:
            message = (
                f'{known.elapsed:.0%} of the window of "{one.id}" is gone; counts moved its base '
                f"rate from {_percent(rate)} to {_percent(known.after or 0)}; it was not revised"
            )
            yield one.problem("stale-judgment", message, "probability")


def _stale(known: CountFacts) -> bool:
    if known.after is None or known.base_rate is None or not known.is_open:
        return False
    moved = abs(_log_odds(known.after) - _log_odds(known.base_rate))
    return known.elapsed >= HALF_OF_THE_WINDOW and moved >= FAR_IN_LOG_ODDS


def _log_odds(probability: float) -> float:
    held = min(max(probability, _LIMIT), 1 - _LIMIT)
    return math.log(held / (1 - held))


def _percent(probability: float) -> str:
    if probability < 0.001:
        return "under 0.1 %"
    return "over 99.9 %" if probability > 0.999 else f"{probability * 100:.3g} %"
