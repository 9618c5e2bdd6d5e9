"""Checks on questions: that they exist, can be counted, and end in one way."""

from collections.abc import Iterator
from fractions import Fraction

from forecast_bench.checks.named import (
    Unknown,
    is_unread,
    unknown_actor,
    unknown_country,
    unknown_source,
    unknown_type,
)
from forecast_bench.incidents import expand_types, known_type_names
from forecast_bench.problems import Problem
from forecast_bench.records import IncidentFilter
from forecast_bench.workspace import RecordedQuestion, Workspace


def known_questions(workspace: Workspace) -> Iterator[Problem]:
    """A question named by a judgment or a condition is defined somewhere."""
    written = _written(workspace)
    notes = [f"questions: {', '.join(sorted(written)) or 'none'}"]
    if any(file.document is None for file in workspace.files):
        notes.append("it may be in a file that could not be read")
    for one in workspace.judgments:
        if one.question_name not in written:
            message = f'nobody defines the question "{one.question_name}"'
            yield one.problem("unknown-question", message, "question", notes=tuple(notes))
    for asked in workspace.questions.values():
        given = asked.question.given
        if given is not None and given.question and given.question not in written:
            message = f'nobody defines the question "{given.question}"'
            yield asked.problem("unknown-question", message, "given", notes=tuple(notes))


def _written(workspace: Workspace) -> set[str]:
    """Names of all questions that stand in a file, those with faults of their own included."""
    names = set(workspace.questions)
    for file in workspace.files:
        values = file.document.values if file.document is not None else None
        questions = values.get("questions") if isinstance(values, dict) else None
        names.update(questions if isinstance(questions, dict) else ())
    return names


def conditions_end(workspace: Workspace) -> Iterator[Problem]:
    """Following conditions from a question never leads back to it."""
    for asked in workspace.questions.values():
        seen = [asked.name]
        while (given := workspace.questions[seen[-1]].question.given) is not None:
            if given.question is None or given.question not in workspace.questions:
                break
            if given.question in seen:
                if given.question == asked.name:
                    circle = " -> ".join([*seen, given.question])
                    yield asked.problem(
                        "condition-loop", f"the condition is a circle: {circle}", "given"
                    )
                break
            seen.append(given.question)


def resolved_one_way(workspace: Workspace) -> Iterator[Problem]:
    """Counts settle counted questions; one hand settles the others, in one place."""
    settled: dict[str, str] = {}
    for one in workspace.judgments:
        asked = workspace.question_of(one)
        own = one.judgment.resolution
        if asked is None or own is None:
            continue
        question = asked.question
        counted = question.by_hand is None
        if counted and not (question.has_hand_in_it and own.outcome == "void"):
            message = "a counted question resolves itself; remove the resolution"
            yield one.problem("hand-resolution", message, "resolution", at_key=True)
        elif settled.setdefault(asked.name, one.id) != one.id:
            mend = "that is enough" if counted else "move the resolution to the question"
            message = (
                f'the question "{asked.name}" is resolved by the judgment "{settled[asked.name]}"; '
                f"{mend}"
            )
            yield one.problem("hand-resolution", message, "resolution", at_key=True)
        elif question.resolution is not None:
            message = f'the question "{asked.name}" is resolved already; keep one of the two'
            yield one.problem("hand-resolution", message, "resolution", at_key=True)


def countable(workspace: Workspace) -> Iterator[Problem]:
    """Sources, rate laws, actors, places and types that a question names are known."""
    for asked in workspace.questions.values():
        question = asked.question
        unknown = question.rates is not None and question.rates not in workspace.rates
        if unknown and not is_unread(workspace, "models/rates/"):
            note = f"rate laws: {', '.join(sorted(workspace.rates)) or 'none'}"
            message = f'models/rates has no "{question.rates}"'
            yield asked.problem("unknown-rates", message, "rates", notes=(note,))
        if question.counted is None:
            continue
        if question.share is not None and workspace.rates_of(asked).family == "own":
            message = "a share is not asked of a team's own model, which has no second filter"
            yield asked.problem("own-model-question", message, "rates", at_key=True)
        yield from _source(workspace, asked)
        for path, filtered in _filters(asked):
            yield from _filter(workspace, asked, path, filtered)


def thresholds(workspace: Workspace) -> Iterator[Problem]:
    """A factor of change is above zero, and a condition is a question or a text."""
    for asked in workspace.questions.values():
        change, given = asked.question.change, asked.question.given
        if change is not None and Fraction(change.factor) == 0:
            yield asked.problem("threshold", "the factor must be above 0", "change", "factor")
        if given is not None and (given.question is None) == (given.text is None):
            message = "a condition is either a question or a text"
            yield asked.problem("bad-value", message, "given")


def share_filters(workspace: Workspace) -> Iterator[Problem]:
    """The second filter of a share takes a part of what the first lets in."""
    for asked in workspace.questions.values():
        share = asked.question.share
        if share is None:
            continue
        place = ("share", "also")
        if (share.of.actor or share.of.between) and (share.also.actor or share.also.between):
            message = "both filters name actors; name them in one of the two"
            yield asked.problem("share-filters", message, *place)
        known = set(known_type_names())
        kinds = [set(one.type or ()) for one in (share.of, share.also)]
        if all(kinds) and kinds[0] | kinds[1] <= known:
            kinds = [set(expand_types(one)) for one in kinds]
        places = [
            (set(getattr(share.of, key) or ()), set(getattr(share.also, key) or ()))
            for key in ("countries", "admin1")
        ]
        for key, (first, second) in zip(
            ("type", "countries", "admin1"), ((kinds[0], kinds[1]), *places), strict=True
        ):
            if first and second and not first & second:
                message = f"nothing can match: {key} lets in nothing that the first filter does"
                yield asked.problem("share-filters", message, *place, key)


def _source(workspace: Workspace, asked: RecordedQuestion) -> Iterator[Problem]:
    name = workspace.source_of(asked)
    unknown = unknown_source(workspace, name, whose=f'the question "{asked.name}"')
    if unknown is None or is_unread(workspace, "incidents/"):
        return
    path = () if name is None else ("source",)
    yield _problem(asked, unknown, *path, at_key=name is None)


def _problem(
    asked: RecordedQuestion, unknown: Unknown, *path: str | int, at_key: bool = False
) -> Problem:
    return asked.problem(
        unknown.identifier, unknown.message, *path, at_key=at_key, notes=unknown.notes
    )


def _filters(asked: RecordedQuestion) -> Iterator[tuple[tuple[str, str], IncidentFilter]]:
    counted, kind = asked.question.counted, asked.question.kind
    if counted is not None:
        yield (kind, "of"), counted.of
    if asked.question.share is not None:
        yield (kind, "also"), asked.question.share.also


def _filter(
    workspace: Workspace, asked: RecordedQuestion, path: tuple[str, str], of: IncidentFilter
) -> Iterator[Problem]:
    for key, names in (("actor", of.actor or ()), ("between", of.between or ())):
        for index, name in enumerate(names):
            unknown = unknown_actor(workspace, name)
            if unknown is not None:
                yield _problem(asked, unknown, *path, key, index)
    for index, name in enumerate(of.type or ()):
        unknown = unknown_type(name)
        if unknown is not None:
            yield _problem(asked, unknown, *path, "type", index)
    yield from _places(workspace, asked, path, of)


def _places(
    workspace: Workspace, asked: RecordedQuestion, path: tuple[str, str], of: IncidentFilter
) -> Iterator[Problem]:
    source = workspace.description_of(asked)
    if source is None:
        return
    covered = source.coverage.countries
    for index, name in enumerate(of.countries or ()):
        unknown = unknown_country(source, name)
        if unknown is not None:
            yield _problem(asked, unknown, *path, "countries", index)
    if any(name not in covered for name in of.countries or ()):
        return  # the areas of a misspelt country are not known
    areas = {area for country in of.countries or covered for area in covered.get(country, ())}
    for index, name in enumerate(of.admin1 or ()):
        if name not in areas:
            note = f"areas: {', '.join(sorted(areas))}"
            message = f'the source {source.source} does not cover the area "{name}"'
            yield asked.problem("unknown-place", message, *path, "admin1", index, notes=(note,))
