"""One file of judgments: its header, its questions and its judgments, each read on its own."""

from dataclasses import dataclass
from pathlib import Path

from forecast_bench.problems import Problem
from forecast_bench.records import FileHeader, Judgment, Question
from forecast_bench.workspace.recorded import RecordedJudgment, RecordedQuestion
from forecast_bench.yaml_source import Document, read_file, read_record, value_at


@dataclass(frozen=True, slots=True)
class JudgmentsFile:
    """What was read from a file; what could not be read is among the problems."""

    shown_as: str
    header: FileHeader | None = None
    document: Document | None = None
    questions: tuple[RecordedQuestion, ...] = ()
    judgments: tuple[RecordedJudgment, ...] = ()
    problems: tuple[Problem, ...] = ()


def read_judgments_file(path: Path, *, shown_as: str) -> JudgmentsFile:
    """Read a file of judgments; a fault in one part hides no fault in another."""
    document, problems = read_file(path, shown_as=shown_as)
    if document is None:
        return JudgmentsFile(shown_as, problems=problems)
    found = list(problems)
    if not isinstance(document.values, dict):
        found.append(
            document.problem("wrong-shape", "the file must be a mapping of keys to values")
        )
        return JudgmentsFile(shown_as, document=document, problems=tuple(found))
    header, faults = read_record(document, FileHeader)
    found.extend(faults)
    questions = _questions(document, found)
    judgments = _judgments(document, header, found)
    inline = tuple(
        RecordedQuestion(one.id, one.judgment.question, document, (*one.path, "question"))
        for one in judgments
        if isinstance(one.judgment.question, Question)
    )
    return JudgmentsFile(shown_as, header, document, (*questions, *inline), judgments, tuple(found))


def _questions(document: Document, found: list[Problem]) -> tuple[RecordedQuestion, ...]:
    written = _part(document, "questions")
    read = []
    for name in written if isinstance(written, dict) else ():
        question, faults = read_record(document, Question, ("questions", name))
        found.extend(faults)
        if question is not None:
            read.append(RecordedQuestion(name, question, document, ("questions", name)))
    return tuple(read)


def _judgments(
    document: Document, header: FileHeader | None, found: list[Problem]
) -> tuple[RecordedJudgment, ...]:
    written = _part(document, "judgments")
    read = []
    for index in range(len(written)) if isinstance(written, list) else ():
        judgment, faults = read_record(document, Judgment, ("judgments", index))
        found.extend(faults)
        if judgment is not None and header is not None:
            read.append(RecordedJudgment(judgment, header, document, ("judgments", index)))
    return tuple(read)


def _part(document: Document, key: str) -> object:
    values = document.values
    return value_at(document, (key,)) if isinstance(values, dict) and key in values else None
