"""Whether a recalibration may be proposed at all.

Nothing here is ever *active*: that takes a gain over the identity on outcomes the fit has not
seen, measured over rolling origins, which is the gate's business.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from forecast_bench.bayes.diagnostics import Diagnostics
from forecast_bench.bayes.gate import GateVerdict
from forecast_bench.bayes.groups import LOG_SLOPE
from forecast_bench.bayes.recalibration import draws, settings_of


@dataclass(frozen=True)
class RecalibrationState:
    """The standing of a fit.

    Attributes
    ----------
    state
        "inactive" (the identity stays) or "candidate" (for the gate to judge); never "active".
    reason
        One sentence.
    questions, outcomes
        Distinct questions resolved, and resolved judgments.
    slope, slope_low, slope_high
        exp(log slope) for an average analyst: median and interval.
    gain, low, high
        Log-score gain over the identity and its interval: None before the gate, or with too few.
    gate_passed : bool
        Whether the gain is shown: its whole interval is above zero.
    """

    state: Literal["inactive", "candidate"]
    reason: str
    questions: int
    outcomes: int
    slope: float
    slope_low: float
    slope_high: float
    gain: float | None = None
    low: float | None = None
    high: float | None = None
    gate_passed: bool = False


def recalibration_state(
    idata: Any, diagnostics: Diagnostics, *, questions: int
) -> RecalibrationState:
    """Say whether a fit is a candidate, and if not, why.

    Parameters
    ----------
    idata
        Posterior of a fit.
    diagnostics
        Its verdict.
    questions
        Distinct questions among the resolved judgments: many judgments of one question are one
        trial, so they are not counted here.

    Returns
    -------
    RecalibrationState
        "inactive" with fewer questions than the settings' ``least_outcomes`` or after failed
        diagnostics, else "candidate".

    Raises
    ------
    ValueError
        If there are more questions than outcomes, or fewer than none.
    """
    settings = settings_of(idata)
    outcomes = int(idata.attrs["outcomes"])
    if not 0 <= questions <= outcomes:
        raise ValueError(f"questions must be 0 to {outcomes} (the outcomes), got {questions}")
    state: Literal["inactive", "candidate"] = "inactive"
    if questions < settings.least_outcomes:
        reason = (
            f"Cannot be told yet: {questions} distinct questions have resolved,"
            f" {settings.least_outcomes} are needed."
        )
    elif not diagnostics.passed:
        reason = "The fit fails its diagnostics: " + " ".join(diagnostics.reasons)
    else:
        state = "candidate"
        reason = "The fit stands; the gate has not judged it yet."
    tail = (1 - settings.interval) / 2
    slope_low, slope, slope_high = np.exp(
        np.quantile(draws(idata, LOG_SLOPE), [tail, 0.5, 1 - tail])
    ).tolist()
    return RecalibrationState(
        state=state,
        reason=reason,
        questions=questions,
        outcomes=outcomes,
        slope=slope,
        slope_low=slope_low,
        slope_high=slope_high,
    )


def gated(state: RecalibrationState, verdict: GateVerdict) -> RecalibrationState:
    """Add what the gate found to the standing of a candidate.

    Parameters
    ----------
    state
        The standing of a fit; an inactive one stays as it is.
    verdict
        Of the gate, on the same outcomes.

    Returns
    -------
    RecalibrationState
        A candidate with its gain, and whether the gate is passed.
    """
    if state.state != "candidate":
        return state
    _, found = verdict.best
    return replace(
        state,
        gain=found.gain,
        low=found.low,
        high=found.high,
        gate_passed=verdict.passed,
        reason=verdict.reason,
    )
