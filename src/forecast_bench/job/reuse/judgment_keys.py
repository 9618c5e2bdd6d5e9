"""What the rows of each judgment are made of, as one hash a judgment."""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from forecast_bench.incidents import VintageChoice
from forecast_bench.job.reuse.content import content_hash
from forecast_bench.tracking import AskedQuestion
from forecast_bench.workspace import RecordedJudgment, RecordedQuestion, Workspace

# No row of a judgment rests on these.
_ELSEWHERE: Final = frozenset(
    {"alarms", "limits", "notify", "most_rejected", "shrink_alarm", "teams", "title"}
)


def judgment_keys(
    workspace: Workspace,
    issued: Sequence[RecordedJudgment],
    asked: Mapping[str, AskedQuestion],
    choices: Mapping[str, VintageChoice],
    *,
    as_of: datetime.date,
    made_by: str,
) -> dict[str, str]:
    """Hash all that a judgment's rows, opinions and story depend on.

    Judgments of one question are pooled, so each of them depends on all of them. One that asks a
    model of the team's own has no key: it is asked anew, and its kept fits are looked up there.

    Parameters
    ----------
    workspace : Workspace
        Checked.
    issued : sequence of RecordedJudgment
        Those issued by the day.
    asked : mapping of str to AskedQuestion
        Their counted questions by key, with what panels say of their rates.
    choices : mapping of str to VintageChoice
        The vintage counted of each source.
    as_of : date
        The day looked at.
    made_by : str
        Hash of the program and the versions of its libraries.

    Returns
    -------
    dict of str to str
        Keys by the id of the judgment.
    """
    settings = {
        name: getattr(workspace.settings, name)
        for name in type(workspace.settings).model_fields
        if name not in _ELSEWHERE
    }
    common = content_hash(made_by, as_of, settings, workspace.actors)
    states = {name: _state(choice, as_of) for name, choice in choices.items()}
    lexicons = {name: content_hash(one) for name, one in workspace.lexicons.items()}
    own: dict[str, str | None] = {}
    together: dict[str, list[str]] = {}
    for one in issued:
        parts = list(_parts(workspace, one, asked, states))
        lexicon = lexicons.get(one.lexicon(workspace.settings.lexicon) or "")
        own[one.id] = None if None in parts else content_hash(common, lexicon, _said(one), parts)
        together.setdefault(one.question_name, []).append(one.id)
    keys: dict[str, str] = {}
    for members in together.values():
        found = [own[name] for name in members]
        if None in found:
            continue
        for name in members:
            keys[name] = content_hash(own[name], found)
    return keys


def _said(one: RecordedJudgment) -> Any:
    """What a judgment and the head of its file say, and where it stands."""
    head, place = one.header, one.document.place((*one.path, "id"))
    return (one.judgment, head.report, head.analyst, head.issued, head.lexicon, head.topic, place)


def _parts(
    workspace: Workspace,
    one: RecordedJudgment,
    asked: Mapping[str, AskedQuestion],
    states: Mapping[str, str],
) -> Iterator[Any]:
    """Give the question of a judgment and its conditions, each as asked and as settled.

    None stands for a question that asks a model of the team's own.
    """
    question: RecordedQuestion | None = workspace.question_of(one)
    while question is not None:
        yield (question.name, question.question, workspace.resolution_of(question))
        counted = asked.get(f"{question.name}@{one.issued}")
        if counted is not None:
            if counted.rates.family == "own":
                yield None
            yield (counted, states[counted.source.source])
        given = question.question.given
        question = workspace.questions.get(given.question or "") if given else None


def _state(choice: VintageChoice, as_of: datetime.date) -> str:
    """Hash of a state of a source, and of the vintages that stories tell of."""
    chosen = choice.vintage.manifest
    # The name of an import's folder depends on all that its content does.
    made_of = [
        (one.sequence, one.folder, one.key <= chosen.key, one.retrieved <= as_of)
        for one in choice.vintage.catalogue.vintages
        if one.key <= chosen.key or one.retrieved <= as_of
    ]
    return content_hash(chosen.name, choice.hindsight, made_of)
