"""Judgments as analysts write them, with their revisions and grounds."""

import re
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from forecast_bench.records.base import Record
from forecast_bench.records.probability import Confidence, OffYardstick, StatedProbability
from forecast_bench.records.question import Question
from forecast_bench.records.resolution import HandResolution
from forecast_bench.records.scalars import Day, Flag, Identifier, Text, Texts


def _named_or_inline(value: Any) -> str:
    return "inline" if isinstance(value, dict | Question) else "name"


_GRADE = re.compile(r"[A-F][1-6]")


def _grade(value: Any) -> Any:
    if isinstance(value, str) and not _GRADE.fullmatch(value):
        raise ValueError(
            f'"{value}" is not a grade; write a letter A-F and a digit 1-6, such as B2'
        )
    return value


QuestionOrName = Annotated[
    Annotated[Identifier, Tag("name")] | Annotated[Question, Tag("inline")],
    Discriminator(_named_or_inline),
]


class Assumption(Record):
    """What a judgment rests on; a lynchpin is one without which it falls."""

    text: Text = Field(description="What is taken to be so.")
    basis: Text | None = Field(default=None, description="Why it is taken to be so.")
    lynchpin: Flag = Field(default=False, description="true: without it the judgment falls.")


class Indicator(Record):
    """What, if seen, would raise or lower the judgment."""

    text: Text = Field(description="What would be seen.")
    would: Literal["raise", "lower"] = Field(description="Which way it would move the judgment.")


class SourceReference(Record):
    """A source behind the judgment, with its Admiralty grade where one was given."""

    ref: Text = Field(description="Where it can be found again.")
    grade: Annotated[str, Field(pattern=r"^[A-F][1-6]$"), BeforeValidator(_grade)] | None = Field(
        default=None,
        description="Reliability of the source A-F, credibility of the information 1-6.",
    )


class Revision(Record):
    """A dated change of the stated probability, with its reason."""

    on: Day = Field(description="The day of the revision.")
    probability: StatedProbability = Field(description="What is stated from that day on.")
    because: Text = Field(description="What changed the analyst's mind.")
    confidence: Confidence | None = Field(
        default=None, description="Analytic confidence, where it changes too."
    )


class Judgment(Record):
    """One judgment: what is stated, how likely, about which question."""

    id: Identifier = Field(description="Unique in the workspace, and never changed.")
    statement: Text = Field(description="The event in one sentence; no word of confidence.")
    probability: StatedProbability | None = Field(
        default=None, description="A phrase of the lexicon, a number 0..1, or a range of it."
    )
    cannot_assess: Text | None = Field(default=None, description="Why no probability is given.")
    off_yardstick: OffYardstick | None = Field(
        default=None, description="Words that carry no number, kept as they are."
    )
    confidence: Confidence | None = Field(
        default=None, description="Analytic confidence: how sound the basis is, no probability."
    )
    question: QuestionOrName = Field(description="A question by its name, or written here.")
    analyst: Texts | None = Field(default=None, description="Who judges, if not the file's own.")
    issued: Day | None = Field(default=None, description="Day of issue, if not the file's own.")
    lexicon: Text | None = Field(
        default=None, description="Yardstick as name@version, if not the file's own."
    )
    topic: Text | None = Field(default=None, description="What calibration is grouped by.")
    situation: Identifier | None = Field(default=None, description="Judgments that share a fate.")
    assumptions: tuple[Assumption, ...] = Field(default=(), description="What it rests on.")
    indicators: tuple[Indicator, ...] = Field(default=(), description="What would change it.")
    sources: tuple[SourceReference, ...] = Field(default=(), description="What it is drawn from.")
    revisions: tuple[Revision, ...] = Field(
        default=(), description="Later views, in order; what is there is never changed."
    )
    resolution: HandResolution | None = Field(
        default=None, description="How its by-hand question ended."
    )
    note: Text | None = Field(default=None, description="For readers; nothing is computed from it.")

    @model_validator(mode="after")
    def _one_answer(self) -> Self:
        given = [
            name
            for name in ("probability", "cannot_assess", "off_yardstick")
            if getattr(self, name) is not None
        ]
        if len(given) != 1:
            found = " and ".join(given) or "none"
            raise PydanticCustomError(
                "no-probability",
                "a judgment has exactly one of probability, cannot_assess and off_yardstick; "
                "here: {found}",
                {"found": found},
            )
        return self


class Report(Record):
    """The report that judgments come from."""

    id: Identifier = Field(description="Short name of the report.")
    title: Text = Field(description="Its title, as readers see it.")
    source: Text | None = Field(default=None, description="Where it was published.")
    note: Text | None = Field(default=None, description="For readers; nothing is computed from it.")


def _empty_to_mapping(value: Any) -> Any:
    return {} if value is None else value


class FileHeader(Record):
    """What a file of judgments says once for all of them.

    `questions` and `judgments` are read one by one, so that a fault in one hides no other.
    """

    report: Report = Field(description="The report that the judgments come from.")
    analyst: Texts | None = Field(default=None, description="Who judges: one name, or a list.")
    issued: Day | None = Field(default=None, description="Day of issue of all judgments here.")
    lexicon: Text | None = Field(default=None, description="Yardstick, as name@version.")
    topic: Text | None = Field(default=None, description="Topic of all judgments here.")
    questions: Annotated[dict[Identifier, Any], BeforeValidator(_empty_to_mapping)] = Field(
        default_factory=dict, description="Questions by name, for judgments here and elsewhere."
    )
    judgments: tuple[Any, ...] = Field(default=(), description="The judgments.")
