"""How one monthly series of counts is modelled and fitted: priors, sampler, verdict.

A record without behaviour: nothing heavy is loaded for it.
"""

from __future__ import annotations

import math

from pydantic import BaseModel, ConfigDict, Field

from forecast_bench.records.recalibration import DiagnosticLimits


class SeriesSettings(BaseModel):
    """Priors, sampler and verdict of the model of one monthly series.

    The priors say little: nine tenths of the prior rates lie between 0.04 and 27 incidents a month,
    of the dispersions between 0.4 and 10.

    Examples
    --------
    >>> SeriesSettings().log_rate_scale
    2.0
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: str = Field("series", min_length=1, description="Name of the model.")
    version: str = Field("1.0.0", min_length=1, description="Version of the model.")
    log_rate_mean: float = Field(
        0.0, description="Prior mean of the log of the rate, in incidents a month."
    )
    log_rate_scale: float = Field(2.0, gt=0, description="Prior sd of the log rate.")
    log_dispersion_mean: float = Field(
        math.log(2), description="Prior mean of the log of the dispersion of a month."
    )
    log_dispersion_scale: float = Field(1.0, gt=0, description="Prior sd of the log dispersion.")
    interval: float = Field(
        0.9, gt=0, lt=1, description="Posterior probability of every interval, equal tails."
    )
    draws: int = Field(1000, ge=50, description="Draws kept in each chain.")
    tune: int = Field(1000, ge=50, description="Draws of adaptation in each chain, not kept.")
    chains: int = Field(4, ge=2, description="Independent chains; r_hat needs two.")
    target_accept: float = Field(
        0.95, gt=0.5, lt=1, description="Acceptance the step size is adapted to."
    )
    limits: DiagnosticLimits = Field(
        default_factory=lambda: DiagnosticLimits(),
        description="What the draws must reach for a fit to stand.",
    )
