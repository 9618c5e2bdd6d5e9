"""Outcomes: how a question ended, or why it has not."""

from typing import Literal, Self

from pydantic import Field, model_validator

from forecast_bench.records.base import Record
from forecast_bench.records.scalars import Day, Text

HandOutcome = Literal["occurred", "did not occur", "void", "cannot resolve"]
Outcome = Literal["occurred", "did not occur", "open", "settling", "void", "cannot resolve"]


class HandResolution(Record):
    """What a person found a by-hand question to have come to, and on what evidence."""

    outcome: HandOutcome = Field(description="How it ended; cannot resolve is never a No.")
    on: Day = Field(description="The day on which it was settled.")
    evidence: Text | None = Field(default=None, description="What shows that it did or did not.")
    reason: Text | None = Field(default=None, description="Why it is void or cannot be resolved.")

    @model_validator(mode="after")
    def _grounded(self) -> Self:
        if self.outcome in ("occurred", "did not occur") and self.evidence is None:
            raise ValueError(f'the outcome "{self.outcome}" needs its evidence')
        if self.outcome in ("void", "cannot resolve") and self.reason is None:
            raise ValueError(f'the outcome "{self.outcome}" needs a reason')
        return self
