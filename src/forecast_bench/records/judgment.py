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

    text: Text
    basis: Text | None = None
    lynchpin: Flag = False


class Indicator(Record):
    """What, if seen, would raise or lower the judgment."""

    text: Text
    would: Literal["raise", "lower"]


class SourceReference(Record):
    """A source behind the judgment, with its Admiralty grade where one was given."""

    ref: Text
    grade: Annotated[str, Field(pattern=r"^[A-F][1-6]$"), BeforeValidator(_grade)] | None = Field(
        default=None,
        description="Reliability of the source A-F, credibility of the information 1-6.",
    )


class Revision(Record):
    """A dated change of the stated probability, with its reason."""

    on: Day
    probability: StatedProbability
    because: Text
    confidence: Confidence | None = None


class Judgment(Record):
    """One judgment: what is stated, how likely, about which question."""

    id: Identifier
    statement: Text
    probability: StatedProbability | None = None
    cannot_assess: Text | None = Field(default=None, description="Why no probability is given.")
    off_yardstick: OffYardstick | None = None
    confidence: Confidence | None = None
    question: QuestionOrName
    analyst: Texts | None = None
    issued: Day | None = None
    lexicon: Text | None = None
    topic: Text | None = None
    situation: Identifier | None = Field(default=None, description="Judgments that share a fate.")
    assumptions: tuple[Assumption, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    sources: tuple[SourceReference, ...] = ()
    revisions: tuple[Revision, ...] = ()
    resolution: HandResolution | None = None
    note: Text | None = None

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

    id: Identifier
    title: Text
    source: Text | None = None
    note: Text | None = None


def _empty_to_mapping(value: Any) -> Any:
    return {} if value is None else value


class FileHeader(Record):
    """What a file of judgments says once for all of them.

    `questions` and `judgments` are read one by one, so that a fault in one hides no other.
    """

    report: Report
    analyst: Texts | None = None
    issued: Day | None = None
    lexicon: Text | None = None
    topic: Text | None = None
    questions: Annotated[dict[Identifier, Any], BeforeValidator(_empty_to_mapping)] = Field(
        default_factory=dict
    )
    judgments: tuple[Any, ...] = ()
