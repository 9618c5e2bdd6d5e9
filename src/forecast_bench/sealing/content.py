"""What is sealed of a judgment and of a revision, whatever the layout of its file."""

from collections.abc import Callable
from typing import Any

from forecast_bench.lexicons import look_up
from forecast_bench.records import Question, Revision, Stated
from forecast_bench.sealing.canonical import Canonical, canonical
from forecast_bench.workspace import RecordedJudgment, RecordedQuestion, Workspace

type Fields = dict[str, Canonical]

QUESTION = "question."


def contents(workspace: Workspace) -> tuple["JudgmentContent", "RevisionContent"]:
    """Give two functions that read what is sealed: of a judgment, and of one of its revisions.

    They remember bands and questions, which many judgments of a workspace share.
    """
    bands: dict[tuple[str | None, str], Fields | None] = {}
    questions: dict[str, Fields] = {}

    def band(one: RecordedJudgment, stated: Stated | None) -> Fields | None:
        if stated is None or stated.phrase is None:
            return None
        key = (one.lexicon(workspace.settings.lexicon), stated.phrase)
        if key not in bands:
            bands[key] = _band(workspace, *key)
        return bands[key]

    def of_judgment(one: RecordedJudgment) -> Fields:
        judgment = one.judgment
        asked = workspace.question_of(one)
        if asked is not None and asked.name not in questions:
            questions[asked.name] = question_fields(workspace, asked)
        fields = {
            "statement": judgment.statement,
            "probability": _stated(judgment.probability),
            "cannot_assess": judgment.cannot_assess,
            "off_yardstick": _given(judgment.off_yardstick),
            "confidence": judgment.confidence,
            "analyst": one.analysts or None,
            "issued": one.issued,
            "lexicon": one.lexicon(workspace.settings.lexicon),
            "band": band(one, judgment.probability),
            "assumptions": [_given(part) for part in judgment.assumptions] or None,
            "indicators": [_given(part) for part in judgment.indicators] or None,
        }
        own = {name: canonical(value) for name, value in fields.items() if value is not None}
        return {**own, **questions.get(asked.name, {})} if asked is not None else own

    def of_revision(one: RecordedJudgment, revision: Revision) -> Fields:
        fields = {
            "on": revision.on,
            "probability": _stated(revision.probability),
            "because": revision.because,
            "confidence": revision.confidence,
            "band": band(one, revision.probability),
        }
        return {name: canonical(value) for name, value in fields.items() if value is not None}

    return of_judgment, of_revision


type JudgmentContent = Callable[[RecordedJudgment], Fields]
type RevisionContent = Callable[[RecordedJudgment, Revision], Fields]


def question_fields(workspace: Workspace, asked: RecordedQuestion) -> Fields:
    """Fields of a question in full, by `question.` and their key; its name and outcome are not.

    The source is the one that settles it, named or not: naming the only one changes nothing.
    """
    values = _question(workspace, asked.question, source=_source(workspace, asked), above=())
    return {f"{QUESTION}{name}": canonical(value) for name, value in values.items()}


def _question(
    workspace: Workspace, question: Question, *, source: str | None, above: tuple[str, ...]
) -> dict[str, Any]:
    values = question.model_dump(
        exclude_defaults=True, by_alias=True, exclude={"resolution", "given", "source"}
    )
    if source is not None:
        values["source"] = source
    if question.given is not None:
        name = question.given.question
        condition = workspace.questions.get(name or "")
        if name is None or condition is None or name in above:
            # What is unknown or turns in a circle is reported by the checks of questions.
            values["given"] = _given(question.given)
        else:
            full = _question(
                workspace,
                condition.question,
                source=_source(workspace, condition),
                above=(*above, name),
            )
            values["given"] = {"question": full}
    return values


def _source(workspace: Workspace, asked: RecordedQuestion) -> str | None:
    counted = asked.question.counted is not None
    return workspace.source_of(asked) if counted else asked.question.source


def _stated(stated: Stated | None) -> dict[str, Any] | None:
    if stated is None:
        return None
    values = {"phrase": stated.phrase, "number": stated.number}
    return {**values, "low": stated.low, "high": stated.high}


def _given(record: Any) -> dict[str, Any] | None:
    """Keys of a record that say something; a default that is written out says nothing new."""
    if record is None:
        return None
    values: dict[str, Any] = record.model_dump(exclude_defaults=True, by_alias=True)
    return values


def _band(workspace: Workspace, lexicon: str | None, phrase: str) -> Fields | None:
    known = workspace.lexicons.get(lexicon or "")
    found = look_up(known, phrase) if known is not None else None
    if found is None:
        return None
    edges = [found.edges.low, found.edges.high]
    band = canonical({"phrase": found.phrase, "low": found.low, "high": found.high, "edges": edges})
    return band if isinstance(band, dict) else None
