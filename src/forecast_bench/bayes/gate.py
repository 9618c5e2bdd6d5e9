"""How much of a recalibration has earned its place: shares of it, held against outcomes not seen.

A fit on some hundred outcomes knows the direction of a correction sooner than its size, and the
whole of a correction that is too large loses. So shares of it are tried, with and without what is
known of single analysts, phrases and topics. The first, a small share of what is common to all,
decides whether there is anything to correct; then the one that gains most is put forward, of
those whose own gain is shown.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from forecast_bench.bayes.covariates import enabled_covariates
from forecast_bench.bayes.groups import enabled_groups, without_groups
from forecast_bench.bayes.laplace_map import partly
from forecast_bench.bayes.rolling_origin import Comparison, compared, out_of_sample
from forecast_bench.bayes.settings import RecalibrationSettings


@dataclass(frozen=True)
class Correction:
    """Which part of a recalibration is made.

    Attributes
    ----------
    groups : bool
        Whether with what is known of single analysts, phrases and topics; else by a model without
        them, alike for all.
    share : float
        How much of the way in log odds from the stated to the recalibrated probability.
    """

    groups: bool
    share: float

    def __str__(self) -> str:
        """Say it in words, as part of a sentence."""
        whose = "by analyst, phrase and topic" if self.groups else "common to all"
        much = "the whole correction" if self.share == 1 else f"{self.share:.0%} of the correction"
        return f"{much} {whose}"


WHOLE = Correction(groups=True, share=1.0)
"""A recalibration as it was fitted."""


@dataclass(frozen=True)
class GateVerdict:
    """What each correction gained on outcomes not seen, and which is put forward.

    Attributes
    ----------
    tried : tuple of (Correction, Comparison)
        In the order in which they are tried; the first decides whether any passes.
    """

    tried: tuple[tuple[Correction, Comparison], ...]

    @property
    def best(self) -> tuple[Correction, Comparison]:
        """What is put forward with its gain; where none passes, the first."""
        first = self.tried[0]
        if not first[1].passed:
            return first
        return max(
            ((one, found) for one, found in self.tried if found.passed),
            key=lambda pair: pair[1].gain or 0.0,
        )

    @property
    def passed(self) -> bool:
        """Whether any correction is put forward."""
        return self.tried[0][1].passed

    @property
    def reason(self) -> str:
        """One or two sentences."""
        correction, found = self.best
        if found.gain is None:
            return found.reason
        return f"{found.reason} It is that of {correction}."


def gate(frame: pd.DataFrame, settings: RecalibrationSettings, *, seed: int) -> GateVerdict:
    """Try the shares of a recalibration on outcomes that no fit had seen.

    For a team without fault the first correction passes by chance as seldom as its interval says,
    at most once in twenty with one of 90 %; what follows it is only looked at where it passed.

    Parameters
    ----------
    frame
        As for `out_of_sample`; its index has no row twice.
    settings
        The model and the gate.
    seed
        Of the bootstrap of the intervals.

    Returns
    -------
    GateVerdict
        Gains with their intervals by clusters (`forecast_bench.reliability.cluster_codes`).

    Raises
    ------
    ValueError
        As for `out_of_sample`.

    Examples
    --------
    >>> few = pd.DataFrame({"probability": [0.9], "outcome": [1], "analyst": "a", "phrase": "p",
    ...     "topic": "t", "known_on": ["2020-01-31"], "question": ["q"]})
    >>> gate(few, RecalibrationSettings(), seed=1).reason
    'Too few to judge: 0 groups of judgments with a common fate can be held against it,
    50 are needed.'
    """
    plain = frame.reset_index(drop=True)
    common = _tried(plain, settings, groups=False, seed=seed)
    # A refit with groups for each origin takes most of the time, and decides nothing by itself.
    richer = enabled_groups(settings) or enabled_covariates(settings)
    with_groups = common[0][1].passed and richer
    more = _tried(plain, settings, groups=True, seed=seed) if with_groups else ()
    return GateVerdict((*common, *more))


def _tried(
    frame: pd.DataFrame, settings: RecalibrationSettings, *, groups: bool, seed: int
) -> tuple[tuple[Correction, Comparison], ...]:
    model = settings if groups else without_groups(settings)
    judged = out_of_sample(frame, model)
    whole = judged.rename(columns={"recalibrated": "median"})
    return tuple(
        (
            Correction(groups, share),
            compared(
                judged.assign(recalibrated=partly(whole, share=share)["median"]),
                frame,
                settings,
                seed=seed,
                origins=int(judged["origin"].nunique()),
            ),
        )
        for share in settings.gate.shares
    )
