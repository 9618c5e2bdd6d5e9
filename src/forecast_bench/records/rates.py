"""How a family of series is read as a law of counts."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from forecast_bench.records.base import Record
from forecast_bench.records.own_model import OwnSampler
from forecast_bench.records.scalars import Number, Text
from forecast_bench.records.time import DurationText

_FILE = r"^[A-Za-z][A-Za-z0-9_]*\.py$"


class RateSpecification(Record):
    """A law of counts: its family, how far rates drift, and the baseline that feeds it.

    Examples
    --------
    >>> RateSpecification.model_validate({"baseline": "12 months"}).drift
    0.5
    """

    family: Literal["gamma-poisson", "own"] = "gamma-poisson"
    drift: Number = Field(
        default=0.5, ge=0, le=5, description="Standard deviation of the log rate between windows."
    )
    dispersion: Number | None = Field(
        default=None, gt=0, description="Months vary by rate + rate^2 / dispersion; none: Poisson."
    )
    baseline: DurationText = Field(
        description="History before a window where the question names none."
    )
    model: Annotated[str, StringConstraints(strip_whitespace=True, pattern=_FILE)] | None = Field(
        default=None, description="Of the family own: a Python file of models/."
    )
    priors: dict[Text, Number] = Field(
        default={}, description="Of the family own: numbers that the model is told, by name."
    )
    sampler: OwnSampler = Field(
        default=OwnSampler(), description="Of the family own: how it is sampled."
    )
    note: Text | None = None

    @model_validator(mode="after")
    def _keys_of_its_family(self) -> Self:
        own, ours = {"model", "priors", "sampler"}, {"drift", "dispersion"}
        for name in sorted((ours if self.family == "own" else own) & self.model_fields_set):
            raise ValueError(f'"{name}" is no key of the family {self.family}')
        if self.family == "own" and self.model is None:
            raise ValueError('the family own needs "model", the name of a Python file of models/')
        return self
