"""Checks on ids and on who judged when."""

from collections.abc import Iterator

from forecast_bench.problems import Problem
from forecast_bench.workspace import RecordedJudgment, RecordedQuestion, Workspace


def duplicate_ids(workspace: Workspace) -> Iterator[Problem]:
    """Ids are unique in the workspace: judgments among themselves, questions too."""
    judgments: dict[str, RecordedJudgment] = {}
    for one in workspace.judgments:
        first = judgments.setdefault(one.id, one)
        if first is not one:
            place = first.document.place((*first.path, "id"))
            message = f'the judgment id "{one.id}" is taken already, by {place.file}:{place.line}'
            yield one.problem("duplicate-id", message, "id")
    questions: dict[str, RecordedQuestion] = {}
    for file in workspace.files:
        for question in file.questions:
            before = questions.setdefault(question.name, question)
            if before is not question:
                place = before.document.key_place(before.path)
                there = f"{place.file}:{place.line}"
                message = f'the question "{question.name}" is defined already, at {there}'
                yield question.problem("duplicate-id", message, at_key=True)


def authorship(workspace: Workspace) -> Iterator[Problem]:
    """Each judgment has an analyst and a day of issue, its own or its file's."""
    for one in workspace.judgments:
        if not one.analysts:
            message = f'the judgment "{one.id}" names no analyst, and neither does its file'
            yield one.problem("missing-key", message, "id")
        if one.issued is None:
            message = f'the judgment "{one.id}" has no day of issue, and neither has its file'
            yield one.problem("missing-key", message, "id")
