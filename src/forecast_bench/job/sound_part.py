"""The part of a workspace that no error concerns, so that it can be looked at all the same."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from forecast_bench.checks import judge
from forecast_bench.problems import Problem
from forecast_bench.workspace import JUDGMENTS, RecordedQuestion, Workspace
from forecast_bench.yaml_source import Document, KeyPath

OF_THE_RECORD: Final = frozenset(
    {
        "altered-judgment",
        "altered-question",
        "altered-revision",
        "missing-judgment",
        "broken-ledger",
        "seal-format",
        "other-than-committed",
        "not-revealed",
        "not-sealed",
    }
)
"""Problems of what was said before: what is said now can be computed past them."""

_MOST_ROUNDS = 4
type _Place = tuple[str, KeyPath]


def sound_part(workspace: Workspace, errors: Sequence[Problem]) -> Workspace | None:
    """Leave out the judgments and questions that errors concern.

    Parameters
    ----------
    workspace : Workspace
        As read.
    errors : sequence of Problem
        What is wrong with it, of level error.

    Returns
    -------
    Workspace or None
        The workspace itself where nothing has to be left out; None where an error lies in
        settings, models or sources, and so concerns everything.
    """
    left = workspace
    for _ in range(_MOST_ROUNDS):
        errors = [one for one in errors if one.identifier not in OF_THE_RECORD]
        if not errors:
            return left
        if any(not one.location.file.startswith(f"{JUDGMENTS}/") for one in errors):
            return None
        # What could not be read is not among the judgments, and no error of theirs any more.
        left = replace(_without(left, errors), problems=())
        errors = [one for one in judge(left).problems if one.level == "error"]
    return None


def _without(workspace: Workspace, errors: Iterable[Problem]) -> Workspace:
    documents = {one.shown_as: one.document for one in workspace.files}
    faulty: set[_Place] = set()
    for one in errors:
        file, document = one.location.file, documents.get(one.location.file)
        faulty.add((file, _owner(document, one.location.line) if document else ()))
    questions = {
        name: asked
        for name, asked in workspace.questions.items()
        if not _is_faulty(asked.document, asked.path, faulty)
    }
    judgments = tuple(
        one
        for one in workspace.judgments
        if not _is_faulty(one.document, one.path, faulty) and _asked(questions, one.question_name)
    )
    return replace(workspace, questions=questions, judgments=judgments)


def _owner(document: Document, line: int) -> KeyPath:
    """Path of the judgment or question that a line belongs to; empty for the rest of the file."""
    starts = {
        path: place.line
        for places in (document.places, document.key_places)
        for path, place in places.items()
        if 0 < len(path) <= 2 and place.line <= line
    }
    nearest = max(starts, key=lambda path: (starts[path], len(path)), default=())
    return nearest if len(nearest) == 2 and nearest[0] in ("judgments", "questions") else ()


def _is_faulty(document: Document, path: KeyPath, faulty: set[_Place]) -> bool:
    return (document.file, ()) in faulty or (document.file, path[:2]) in faulty


def _asked(questions: dict[str, RecordedQuestion], name: str) -> bool:
    """Whether a question, and every one that it is asked under, is there and sound."""
    seen: set[str] = set()
    while name not in seen:
        seen.add(name)
        asked = questions.get(name)
        if asked is None:
            return False
        given = asked.question.given
        if given is None or given.question is None:
            return True
        name = given.question
    return False
