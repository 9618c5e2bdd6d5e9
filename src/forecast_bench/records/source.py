"""Sources of incidents: where they come from and what they cover."""

import datetime
from typing import Self

from pydantic import Field, field_validator, model_validator

from forecast_bench.records.base import Record
from forecast_bench.records.scalars import Day, Identifier, Text, Texts
from forecast_bench.records.time import Duration, DurationText, Window, add


class Coverage(Record):
    """Places, days, types and names for which a count of zero means that nothing was recorded."""

    window: Window
    countries: dict[Text, Texts] = Field(
        min_length=1, description="Each country covered, with all of its first-level areas."
    )
    types: Texts
    names: Texts = Field(
        default=(), description="Actors covered although no incident names them, such as rare ones."
    )
    note: Text | None = None


class SourceDescription(Record):
    """A file of incidents in the workspace, how to read it and how it may be used."""

    source: Identifier
    title: Text
    kind: Text = Field(description="The importer that reads it, such as monthly-counts.")
    file: Text = Field(description="Path of the data, relative to the description.")
    retrieved: Day = Field(description="The day on which the source was read: its vintage.")
    settlement: DurationText = Field(description="How long counts keep changing after a day.")
    licence: Text
    attribution: Text
    coverage: Coverage
    note: Text | None = None

    @field_validator("settlement", mode="after")
    @classmethod
    def _settles_in_time(cls, settlement: Duration) -> Duration:
        first = datetime.date(2000, 1, 1)
        try:
            in_time = add(first, settlement) <= first.replace(year=2010)
        except OverflowError:
            in_time = False
        if not in_time:
            raise ValueError(
                f"counts that change for {settlement} never settle; write up to 10 years"
            )
        return settlement

    @property
    def counts_months(self) -> bool:
        """Whether the source gives whole months, so that no count inside one can be told."""
        return self.kind == "monthly-counts"

    @model_validator(mode="after")
    def _retrieved_after_coverage(self) -> Self:
        if self.retrieved < self.coverage.window.end:
            raise ValueError("the source cannot cover days after it was retrieved")
        return self
