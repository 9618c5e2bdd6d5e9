"""Lexicons: versioned sets of estimative phrases, each with its band of probability."""

from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from forecast_bench.markup import gauge_svg, table_html
from forecast_bench.records import Record
from forecast_bench.records.scalars import Identifier, Number, Text, Texts

Edge = Literal["inclusive", "exclusive", "approximate"]
Structure = Literal["gapped", "partition", "nested", "centre and tolerance", "open tails"]
Mark = Literal["primary", "transcribed", "memory"]

# A date as far as it is known: a year, a month or a day.
PartialDate = Annotated[str, StringConstraints(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")]


def words(value: Any) -> Any:
    """A phrase in words, with single blanks."""
    if not isinstance(value, str):
        return value
    phrase = " ".join(value.split())
    if not any(character.isalpha() for character in phrase):
        raise ValueError(f'"{phrase}" is not a phrase in words')
    return phrase


def several_words(value: Any) -> Any:
    """One phrase or several, each in words."""
    values = [value] if isinstance(value, str) else value
    return [words(one) for one in values] if isinstance(values, list | tuple) else values


Words = Annotated[Text, BeforeValidator(words)]


class Verified(Record):
    """How well a transcription is confirmed."""

    mark: Mark = Field(
        description="primary: the source was read; transcribed: independent transcriptions of it "
        "agree; memory: neither, so unconfirmed."
    )
    meaning: Text = Field(description="What was compared with what, in words.")


class InForce(Record):
    """When a lexicon was the rule; without an end it still is."""

    start: PartialDate = Field(alias="from", description="First day, month or year.")
    end: PartialDate | None = Field(default=None, alias="to", description="Last one.")


class Edges(Record):
    """Whether the ends of a band belong to it; an approximate end belongs to it too."""

    low: Edge = "inclusive"
    high: Edge = "inclusive"


class Band(Record):
    """A stretch of probability, 0..1.

    Examples
    --------
    >>> Band(low="0.40", high="0.50", edges=Edges(high="exclusive")).contains(0.5)
    False
    """

    low: Number = Field(ge=0, le=1)
    high: Number = Field(ge=0, le=1)
    edges: Edges = Edges()

    def contains(self, probability: float) -> bool:
        """Whether a probability lies in the band, by its edges."""
        above_low = probability > self.low or (
            probability == self.low and self.edges.low != "exclusive"
        )
        below_high = probability < self.high or (
            probability == self.high and self.edges.high != "exclusive"
        )
        return above_low and below_high


class Phrase(Band):
    """An estimative phrase with its band, given by its ends or by a centre and a tolerance.

    Examples
    --------
    >>> even = Phrase.model_validate({"phrase": "even", "centre": "0.5", "tolerance": "0.1"})
    >>> even.low, even.high
    (0.4, 0.6)
    """

    centre: Number | None = Field(default=None, description="Instead of low and high.")
    tolerance: Number | None = Field(default=None, description="How far the band reaches from it.")
    phrase: Words = Field(description="The phrase as the source prints it.")
    synonyms: Annotated[tuple[Text, ...], BeforeValidator(several_words)] = Field(
        default=(), description="Other phrases that the source gives the same band."
    )
    row: Identifier | None = Field(
        default=None, description="Which of the lexicon's rows; the first where none is named."
    )
    verified: Verified | None = Field(
        default=None, description="Given where it differs from the lexicon's own mark."
    )

    @model_validator(mode="before")
    @classmethod
    def _ends_from_centre(cls, values: Any) -> Any:
        if not isinstance(values, dict) or not {"centre", "tolerance"} & values.keys():
            return values
        if {"low", "high"} & values.keys():
            raise ValueError("a band has either low and high or centre and tolerance")
        if not {"centre", "tolerance"} <= values.keys():
            raise ValueError("centre and tolerance are given together")
        try:
            centre, tolerance = Decimal(values["centre"]), Decimal(values["tolerance"])
            # In decimals, so that 0.93 and 0.06 end at 0.99 and not beside it.
            ends = {"low": str(centre - tolerance), "high": str(centre + tolerance)}
        except (InvalidOperation, TypeError, ValueError):
            return values  # what is no number is reported where it stands
        return {**values, **ends}

    @property
    def wordings(self) -> tuple[str, ...]:
        """The phrase and its synonyms."""
        return (self.phrase, *self.synonyms)


class Lexicon(Record):
    """A versioned set of phrases, in ascending order of their bands within each row.

    Rows are alternative sets of words for the same bands, of which a text uses one throughout.
    A new version is needed whenever a phrase goes or a band moves.
    """

    id: Identifier
    version: Identifier
    title: Text
    source: Text = Field(description="Who published it, where and when.")
    licence: Text | None = None
    in_force: InForce | None = None
    verified: Verified | None = None
    note: Text | None = None
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")] = Field(
        default="en", description="Language of its words, as a code such as en or da."
    )
    structure: Structure = Field(
        description="gapped: bands do not overlap; partition: each begins where one ends; "
        "nested: one may lie inside another; centre and tolerance: each is given by its middle; "
        "open tails: a partition whose outer bands lack their inner end."
    )
    rows: Texts = Field(default=("main",), min_length=1)
    phrases: tuple[Phrase, ...]
    made_from: Text | None = Field(
        default=None, description="The lexicon that one of the house extends or restricts."
    )

    @model_validator(mode="after")
    def _place_in_rows(self) -> Self:
        placed = tuple(
            one if one.row is not None else one.model_copy(update={"row": self.rows[0]})
            for one in self.phrases
        )
        # The record is frozen for everyone else; here it is still being made.
        object.__setattr__(self, "phrases", placed)
        return self

    @property
    def key(self) -> str:
        """The name that judgments pin, such as uk-phia@2018."""
        return f"{self.id}@{self.version}"

    def phrases_of(self, row: str) -> tuple[Phrase, ...]:
        """Phrases of one row, lowest band first.

        Raises
        ------
        ValueError
            If the lexicon has no such row.
        """
        if row not in self.rows:
            raise ValueError(f"{self.key} has the rows {', '.join(self.rows)}, not {row!r}")
        return tuple(one for one in self.phrases if one.row == row)

    def _repr_html_(self) -> str:
        several = len(self.rows) > 1
        return table_html(
            f"{self.key}: {self.title}",
            ["phrase", "also", *(["row"] if several else []), "low", "high", "0 to 100 %"],
            [
                [
                    one.phrase,
                    ", ".join(one.synonyms),
                    *([one.row] if several else []),
                    f"{one.low * 100:g} %",
                    f"{one.high * 100:g} %",
                    gauge_svg(low=one.low, high=one.high),
                ]
                for one in self.phrases
            ],
            numeric=["low", "high"],
        )
