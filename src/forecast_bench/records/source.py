"""Sources of incidents: where they come from and what they cover."""

import datetime
from typing import Self

from pydantic import Field, field_validator, model_validator

from forecast_bench.records.base import Record
from forecast_bench.records.fetching import FetchRequest
from forecast_bench.records.scalars import Day, Identifier, Text, Texts
from forecast_bench.records.time import Duration, DurationText, Window, add


class CoveredKinds(Record):
    """Places, types and names that a source codes, on whichever days it covers."""

    countries: dict[Text, Texts] = Field(
        min_length=1, description="Each country covered, with all of its first-level areas."
    )
    types: Texts
    names: Texts = Field(
        default=(), description="Actors covered although no incident names them, such as rare ones."
    )
    note: Text | None = None


class Coverage(CoveredKinds):
    """Places, days, types and names for which a count of zero means that nothing was recorded."""

    window: Window


class DeclaredCoverage(CoveredKinds):
    """What people declare of a source; without days where each import says its own."""

    window: Window | None = None

    def of_window(self, window: Window) -> Coverage:
        """Declare the same of these days."""
        kinds = {name: getattr(self, name) for name in CoveredKinds.model_fields}
        return Coverage(window=window, **kinds)


class SourceDescription(Record):
    """A source of incidents: a file in the workspace, or what imports and fetches bring."""

    source: Identifier
    title: Text
    kind: Text = Field(description="The importer that reads it, such as monthly-counts.")
    file: Text | None = Field(
        default=None,
        description="Path of the data, relative to the description; without it, "
        "the data come by `incidents import FILE` or `incidents fetch`.",
    )
    retrieved: Day | None = Field(
        default=None,
        description="The day on which the file was read: its vintage. Needed with a file.",
    )
    fetch: FetchRequest | None = Field(
        default=None, description="What `incidents fetch` asks of which service."
    )
    mapping: Identifier | None = Field(
        default=None,
        description="Name of the file in models/mappings/ that says which column is what; for the "
        "kind mapped.",
    )
    settlement: DurationText = Field(description="How long counts keep changing after a day.")
    licence: Text
    attribution: Text
    coverage: DeclaredCoverage
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

    @property
    def file_window(self) -> Window:
        """Days that the file covers.

        Raises
        ------
        ValueError
            If the source has no file.
        """
        if self.coverage.window is None:
            raise ValueError(f"the source {self.source} has no file")
        return self.coverage.window

    @model_validator(mode="after")
    def _file_is_dated(self) -> Self:
        given = self.file is not None
        if given != (self.retrieved is not None):
            raise ValueError("a file needs the day on which it was retrieved, and that day a file")
        if given and self.coverage.window is None:
            raise ValueError("a file needs the window of days that it covers")
        if given and self.fetch is not None:
            raise ValueError("a source has a file of its own or is fetched, not both")
        return self

    @model_validator(mode="after")
    def _mapped_by(self) -> Self:
        if (self.kind == "mapped") != (self.mapping is not None):
            raise ValueError("the kind mapped needs a mapping, and no other kind has one")
        return self

    @model_validator(mode="after")
    def _retrieved_after_coverage(self) -> Self:
        window = self.coverage.window
        if self.retrieved is not None and window is not None and self.retrieved < window.end:
            raise ValueError("the source cannot cover days after it was retrieved")
        return self
