"""How the recalibration model is fitted and what it must show to be believed.

A record without behaviour, so that a file under ``models/`` fills it and nothing heavy is loaded.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from forecast_bench.records.time_limit import TimeLimit, TimeLimitText


class DiagnosticLimits(BaseModel):
    """What a set of draws must reach before anything is concluded from it.

    Defaults follow Vehtari et al. (2021) for r_hat and effective sample sizes and
    Betancourt (2016) for the energy fraction.

    References
    ----------
    Vehtari, A., Gelman, A., Simpson, D., Carpenter, B. & Bürkner, P.-C. (2021). Rank-normalization,
    folding, and localization. Bayesian Analysis 16(2). https://doi.org/10.1214/20-BA1221
    Betancourt, M. (2016). Diagnosing suboptimal cotangent disintegrations in Hamiltonian Monte
    Carlo. https://doi.org/10.48550/arXiv.1604.00695

    Examples
    --------
    >>> DiagnosticLimits().r_hat
    1.01
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    r_hat: float = Field(1.01, gt=1, description="Largest rank-normalised split r_hat allowed.")
    ess_bulk: float = Field(400, gt=0, description="Smallest bulk effective sample size allowed.")
    ess_tail: float = Field(400, gt=0, description="Smallest tail effective sample size allowed.")
    divergences: int = Field(0, ge=0, description="Largest number of divergent draws allowed.")
    e_bfmi: float = Field(0.3, ge=0, description="Smallest energy fraction (E-BFMI) allowed.")


class GateSettings(BaseModel):
    """How a recalibration is held against outcomes that it has not seen.

    Examples
    --------
    >>> GateSettings().growth
    1.25
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    growth: float = Field(
        1.25, gt=1, description="Factor by which what has resolved grows between two refits."
    )
    least_judged: int = Field(
        50, ge=2, description="Groups of judgments with a common fate that must have been judged."
    )
    resamples: int = Field(2000, ge=200, description="Bootstrap draws for the interval of a gain.")
    shares: tuple[Annotated[float, Field(gt=0, le=1)], ...] = Field(
        (0.02, 0.1, 0.25, 0.5, 0.75, 1.0),
        min_length=1,
        description="Shares of the correction that are tried; the first must pass.",
    )


class RecalibrationSettings(BaseModel):
    """Priors, groups, sampler and verdict of the recalibration model.

    Scales are standard deviations on the log-odds scale.

    Examples
    --------
    >>> RecalibrationSettings().intercept_scale
    0.5
    >>> RecalibrationSettings(topics=False).topics
    False
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field("recalibration", min_length=1, description="Name of the model.")
    version: str = Field("1.0.0", min_length=1, description="Version of the model.")
    intercept_scale: float = Field(
        0.5, gt=0, description="Prior sd of the common shift a, in log odds."
    )
    log_slope_scale: float = Field(0.3, gt=0, description="Prior sd of the common log slope b.")
    group_scale: float = Field(
        0.3, gt=0, description="Half-normal prior scale of each group's own sd."
    )
    analysts: bool = Field(default=True, description="Give each analyst a shift.")
    analyst_slopes: bool = Field(default=True, description="Give each analyst a log slope.")
    phrases: bool = Field(default=True, description="Give each phrase or stated value a shift.")
    topics: bool = Field(default=True, description="Give each topic a shift.")
    horizons: bool = Field(
        default=False, description="Let the slope change with the horizon, by the log of months."
    )
    confidences: bool = Field(
        default=False, description="Let the slope change with the analytic confidence."
    )
    covariate_scale: float = Field(
        0.2, gt=0, description="Prior sd of the change of the log slope from one step to the next."
    )
    interval: float = Field(
        0.9, gt=0, lt=1, description="Posterior probability of every interval, equal tails."
    )
    draws: int = Field(2000, ge=50, description="Draws kept in each chain.")
    tune: int = Field(1500, ge=50, description="Draws of adaptation in each chain, not kept.")
    chains: int = Field(4, ge=2, description="Independent chains; r_hat needs two.")
    target_accept: float = Field(
        0.95, gt=0.5, lt=1, description="Acceptance the step size is adapted to."
    )
    time_limit: TimeLimitText = Field(
        TimeLimit(10, "minute"), description="Time after which a fit is stopped."
    )
    least_outcomes: int = Field(
        50, ge=1, description="Distinct questions resolved before a recalibration is proposed."
    )
    limits: DiagnosticLimits = Field(
        default_factory=lambda: DiagnosticLimits(),
        description="What the draws must reach for the fit to stand.",
    )
    gate: GateSettings = Field(
        default_factory=lambda: GateSettings(),
        description="What a map must show on outcomes it has not seen.",
    )
