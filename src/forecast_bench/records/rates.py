"""How a family of series is read as a law of counts."""

from typing import Literal

from pydantic import Field

from forecast_bench.records.base import Record
from forecast_bench.records.scalars import Number, Text
from forecast_bench.records.time import DurationText


class RateSpecification(Record):
    """A law of counts: its family, how far rates drift, and the baseline that feeds it."""

    family: Literal["gamma-poisson"] = "gamma-poisson"
    drift: Number = Field(
        default=0.5, ge=0, le=5, description="Standard deviation of the log rate between windows."
    )
    dispersion: Number | None = Field(
        default=None, gt=0, description="Months vary by rate + rate^2 / dispersion; none: Poisson."
    )
    baseline: DurationText = Field(
        description="History before a window where the question names none."
    )
    note: Text | None = None
