"""What an analyst does to the record: revise a judgment, resolve a question."""

import datetime
from pathlib import Path
from typing import Any

from forecast_bench.editing.change import Addition, EditError, Written, write_addition
from forecast_bench.editing.snippets import Value
from forecast_bench.workspace import RecordedJudgment, RecordedQuestion, Workspace

type StatedValue = str | float | tuple[float, float]


def revise(
    workspace: Workspace,
    identifier: str,
    *,
    probability: StatedValue,
    because: str,
    on: datetime.date,
    confidence: str | None = None,
) -> Written:
    """Append a revision to a judgment; what was stated before stays as it was.

    Parameters
    ----------
    workspace : Workspace
        As read.
    identifier : str
        Of the judgment.
    probability : str, float or pair of float
        A phrase of its lexicon, a probability 0..1, or a range of it.
    because : str
        What changed.
    on : date
        Day of the revision.
    confidence : str or None
        low, moderate or high, where it changes too.

    Raises
    ------
    EditError
        If there is no such judgment, it is settled, or `change.write_addition` refuses.
    """
    one = judgment_of(workspace, identifier)
    if one.judgment.probability is None:
        raise EditError(f'"{identifier}" states no probability, so there is none to revise')
    revision: dict[str, Value] = {"on": on, "probability": _stated(probability), "because": because}
    if confidence is not None:
        revision["confidence"] = confidence
    addition = Addition((*one.path, "revisions"), revision, item=True)
    path = file_of(workspace, one)
    return write_addition(workspace.folder, path, addition, as_read=one.document)


def resolve(
    workspace: Workspace,
    identifier: str,
    *,
    outcome: str,
    on: datetime.date,
    evidence: str | None = None,
    reason: str | None = None,
) -> Written:
    """Record how a by-hand question ended: at the question, for all who judged it.

    That a counted question is void, since its condition in words failed, is recorded at a judgment.

    Parameters
    ----------
    workspace : Workspace
        As read.
    identifier : str
        Of a judgment or of a question.
    outcome : str
        occurred, did not occur, void or cannot resolve.
    on : date
        Day on which it was settled.
    evidence : str or None
        For what occurred or did not.
    reason : str or None
        Why it is void or cannot be resolved.

    Raises
    ------
    EditError
        If there is no such question, it is counted, it is resolved, or
        `change.write_addition` refuses.
    """
    asked = _question(workspace, identifier)
    failed = asked.question.has_hand_in_it and outcome == "void"
    if asked.question.by_hand is None and not failed:
        raise EditError(
            f'"{asked.name}" is counted, so it resolves itself once its source has settled; '
            "forecast-bench status --due shows what waits"
        )
    settled = workspace.resolution_of(asked)
    if settled is not None:
        raise EditError(f'"{asked.name}" is resolved already: {settled.outcome} on {settled.on}')
    said = {"evidence": evidence, "reason": reason}
    resolution: dict[str, Value] = {"outcome": outcome, "on": on}
    resolution |= {key: text for key, text in said.items() if text is not None}
    place = asked if asked.question.by_hand is not None else _who_asks(workspace, asked, identifier)
    addition = Addition((*place.path, "resolution"), resolution)
    path = file_of(workspace, place)
    return write_addition(workspace.folder, path, addition, as_read=place.document)


def judgment_of(workspace: Workspace, identifier: str) -> RecordedJudgment:
    """Give the judgment of an id.

    Raises
    ------
    EditError
        If there is none, or more than one.
    """
    found = [one for one in workspace.judgments if one.id == identifier]
    if not found:
        raise EditError(f'no judgment has the id "{identifier}"')
    if len(found) > 1:
        places = ", ".join(one.document.file for one in found)
        raise EditError(f'several judgments have the id "{identifier}": in {places}')
    return found[0]


def file_of(workspace: Workspace, one: RecordedJudgment | RecordedQuestion) -> Path:
    """File that a judgment or a question stands in."""
    return workspace.folder / one.document.file


def _who_asks(workspace: Workspace, asked: RecordedQuestion, identifier: str) -> RecordedJudgment:
    """The judgment that is meant, or the first of those that ask a question."""
    asking = [one for one in workspace.judgments if one.question_name == asked.name]
    if not asking:
        raise EditError(f'no judgment asks "{asked.name}"')
    return next((one for one in asking if one.id == identifier), asking[0])


def _question(workspace: Workspace, identifier: str) -> RecordedQuestion:
    if any(one.id == identifier for one in workspace.judgments):
        one = judgment_of(workspace, identifier)
        asked = workspace.question_of(one)
        if asked is None:
            raise EditError(f'"{identifier}" asks "{one.question_name}", which nobody defines')
        return asked
    if identifier in workspace.questions:
        return workspace.questions[identifier]
    raise EditError(f'no judgment and no question has the id "{identifier}"')


def _stated(probability: StatedValue) -> Any:
    return list(probability) if isinstance(probability, tuple) else probability
