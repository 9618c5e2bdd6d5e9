"""Mappings: which column of a file of incidents is what."""

import re
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, field_validator, model_validator

from forecast_bench.records.base import Record
from forecast_bench.records.scalars import Flag, Text, Texts

# A separator may be a space, or have some around it.
Separator = Annotated[str, StringConstraints(min_length=1, max_length=20)]

_DIRECTIVE: Final = re.compile(r"%(.)", re.DOTALL)
_DATE_PARTS: Final = frozenset("YymbBdjHIMSfpaAz%")
_DAY_PARTS: Final = ("Yy", "mbBj", "dj")


def _as_column(value: Any) -> Any:
    """The name of a column stands for a mapping with that column alone."""
    return {"column": value} if isinstance(value, str) else value


def _as_columns(value: Any) -> Any:
    """Names of columns stand for a mapping with those columns alone."""
    return {"columns": value} if isinstance(value, str | list) else value


class MappedPlace(Record):
    """A column, or what holds for every row."""

    column: Text | None = Field(default=None, description="The column that holds it.")
    constant: Text | None = Field(default=None, description="What holds for every row.")

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.column is None) == (self.constant is None):
            raise ValueError("write either a column or a constant")
        return self


class MappedType(MappedPlace):
    """A column of types with what its values mean, or the type of every row."""

    values: dict[Text, Text] = Field(
        default_factory=dict, description="The type of incident for each value of the column."
    )

    @model_validator(mode="after")
    def _values_of_a_column(self) -> Self:
        if self.values and self.column is None:
            raise ValueError("a constant has no values; leave them out")
        return self


class MappedSide(Record):
    """The columns that name one side."""

    columns: Texts = Field(min_length=1, description="One column or several.")
    separator: Separator | None = Field(
        default=None, description="What stands between names in one cell; without it a cell is one."
    )


Place = Annotated[MappedPlace, BeforeValidator(_as_column, json_schema_input_type=Text | dict)]
TypeColumn = Annotated[MappedType, BeforeValidator(_as_column, json_schema_input_type=Text | dict)]
Side = Annotated[
    MappedSide, BeforeValidator(_as_columns, json_schema_input_type=Text | list | dict)
]


class EventMapping(Record):
    """Which column of a file is what, for a source that no importer knows."""

    id: Text = Field(description="The column of ids, the same for an event in every version.")
    date: Text | None = Field(default=None, description="The column of the day.")
    date_from: Text | None = Field(
        default=None, description="The column of the first day on which it may have happened."
    )
    date_to: Text | None = Field(default=None, description="The column of the last such day.")
    date_format: Text | None = Field(
        default=None, description="How days are written, such as %d/%m/%Y; without it as ISO 8601."
    )
    country: Place = Field(description="The column of the country, or a constant.")
    country_code: Place | None = None
    admin1: Place | None = None
    admin2: Place | None = None
    latitude: Text | None = None
    longitude: Text | None = None
    type: TypeColumn = Field(description="The column of the type with its values, or a constant.")
    side_a: Side | None = None
    side_b: Side | None = None
    fatalities: Text | None = Field(default=None, description="The column of deaths.")
    fatalities_low: Text | None = None
    fatalities_high: Text | None = None
    weight: Text | None = Field(
        default=None, description="The column of how many events a row stands for; without it one."
    )
    by_actor: Flag = Field(
        default=False, description="true: an event has a row for every actor, named on side_a."
    )
    encoding: Literal["utf-8", "latin-1"] = "utf-8"
    sheet: Text | None = Field(default=None, description="The sheet of a workbook.")
    note: Text | None = None

    @field_validator("date_format", mode="after")
    @classmethod
    def _holds_a_day(cls, written: str | None) -> str | None:
        if written is None:
            return None
        parts = _DIRECTIVE.findall(written)
        strange = [part for part in parts if part not in _DATE_PARTS]
        if strange or len(parts) != len(set(parts)):
            what = f"%{strange[0]}" if strange else "a part that is there twice"
            raise ValueError(f'"{written}" has {what}, which is no part of a date that is read')
        if not all(set(parts) & set(group) for group in _DAY_PARTS):
            raise ValueError(f'"{written}" does not hold a year, a month and a day')
        return written

    @model_validator(mode="after")
    def _one_way_of_dates(self) -> Self:
        both = (self.date_from is not None, self.date_to is not None)
        if both[0] != both[1]:
            raise ValueError("date_from and date_to are needed together")
        if (self.date is None) != both[0]:
            raise ValueError("write either date, or date_from and date_to")
        return self

    @model_validator(mode="after")
    def _one_side_by_actor(self) -> Self:
        if self.by_actor and (self.side_a is None or self.side_b is not None):
            raise ValueError("with by_actor the names are on side_a, and there is no side_b")
        return self
