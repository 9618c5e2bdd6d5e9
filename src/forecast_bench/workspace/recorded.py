"""Judgments and questions with the file, the report and the place they were read from."""

import datetime
from dataclasses import dataclass

from forecast_bench.problems import Problem
from forecast_bench.records import (
    FileHeader,
    Judgment,
    OffYardstick,
    Question,
    Report,
    Revision,
    Stated,
)
from forecast_bench.yaml_source import Document, KeyPath


@dataclass(frozen=True, slots=True)
class RecordedQuestion:
    """A question with its name and its place.

    A question written inside a judgment has the judgment's id as its name.
    """

    name: str
    question: Question
    document: Document
    path: KeyPath

    def problem(self, identifier: str, message: str, *path: str | int, **more: object) -> Problem:
        """Make a problem about a part of the question."""
        return self.document.problem(identifier, message, (*self.path, *path), **more)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class RecordedJudgment:
    """A judgment with what its file says for it."""

    judgment: Judgment
    header: FileHeader
    document: Document
    path: KeyPath

    @property
    def id(self) -> str:
        """Its id, unique in the workspace."""
        return self.judgment.id

    @property
    def report(self) -> Report:
        """The report it comes from."""
        return self.header.report

    @property
    def analysts(self) -> tuple[str, ...]:
        """Who judged: named by the judgment, else by its file."""
        return self.judgment.analyst or self.header.analyst or ()

    @property
    def issued(self) -> datetime.date | None:
        """Day of issue: the judgment's own, else its file's."""
        return self.judgment.issued or self.header.issued

    @property
    def topic(self) -> str | None:
        """Topic: the judgment's own, else its file's."""
        return self.judgment.topic or self.header.topic

    @property
    def question_name(self) -> str:
        """Name of the question; its own id where the question is written inside."""
        question = self.judgment.question
        return question if isinstance(question, str) else self.judgment.id

    def lexicon(self, default: str | None) -> str | None:
        """Give the pinned lexicon: the judgment's, its file's or the workspace's."""
        return self.judgment.lexicon or self.header.lexicon or default

    def revisions(self, as_of: datetime.date) -> tuple[Revision, ...]:
        """Revisions made by a day."""
        return tuple(one for one in self.judgment.revisions if one.on <= as_of)

    def answer(self) -> Stated | OffYardstick | str:
        """Give the stated probability, the words off the yardstick, or why there is neither."""
        judgment = self.judgment
        answer = judgment.probability or judgment.off_yardstick or judgment.cannot_assess
        if answer is None:
            raise ValueError(f"judgment {judgment.id} was validated without an answer")
        return answer

    def problem(self, identifier: str, message: str, *path: str | int, **more: object) -> Problem:
        """Make a problem about a part of the judgment."""
        return self.document.problem(identifier, message, (*self.path, *path), **more)  # type: ignore[arg-type]
