"""Judgments and questions that were changed after they were sealed."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from forecast_bench.problems import Problem
from forecast_bench.sealing.canonical import Canonical, content_digest, field_digests
from forecast_bench.sealing.content import QUESTION, Fields, JudgmentContent, RevisionContent
from forecast_bench.sealing.former import FormerValue, former_values
from forecast_bench.sealing.history import has_history
from forecast_bench.sealing.ledger import Line
from forecast_bench.workspace import SETTINGS, RecordedJudgment, RecordedQuestion, Workspace
from forecast_bench.yaml_source import KeyPath

_LONGEST_VALUE = 300
_MOST_NAMES = 5


@dataclass(slots=True)
class Altered:
    """Sealed judgments beside what stands now; what is the same is not kept.

    `judgments` holds those that differ, with what they say now and the seal they differ from;
    `revisions` every judgment of which a revision is sealed.
    """

    workspace: Workspace
    of_judgment: JudgmentContent
    of_revision: RevisionContent
    judgments: list[tuple[RecordedJudgment, Fields, Line]] = field(default_factory=list)
    revisions: list[tuple[RecordedJudgment, list[Line]]] = field(default_factory=list)
    revealed: list[tuple[RecordedJudgment, Fields, Line]] = field(default_factory=list)

    def compare(self, one: RecordedJudgment, lines: list[Line]) -> None:
        """Hold one judgment against its seals."""
        fields = self.of_judgment(one)
        now = content_digest("judgment", fields)
        of_revisions = []
        for line in lines:
            if line.entry.kind == "revision":
                of_revisions.append(line)
            elif line.entry.digest != now:
                self.judgments.append((one, fields, line))
            elif line.entry.kind == "reveal":
                self.revealed.append((one, fields, line))
        if of_revisions:
            self.revisions.append((one, of_revisions))


def altered_judgments(altered: Altered) -> Iterator[Problem]:
    """Name each changed field; a question that judgments share is named once."""
    former = former_values(altered.workspace)
    shared: dict[tuple[str, KeyPath, str, str], list[tuple[RecordedJudgment, Line]]] = defaultdict(
        list
    )
    asked_at: dict[tuple[str, KeyPath], RecordedQuestion] = {}
    now: dict[tuple[str, KeyPath, str, str], Canonical | None] = {}
    for one, fields, line in altered.judgments:
        asked = altered.workspace.question_of(one)
        changed = _told_here(altered.workspace, asked, fields, changed_fields(fields, line))
        other = _other_question(one, line, changed)
        if other is not None:
            yield other
        for name, sealed in changed.items():
            if name.startswith(QUESTION) and other is not None:
                continue
            if name.startswith(QUESTION):
                if asked is not None:
                    place = (asked.document.file, asked.path)
                    asked_at[place] = asked
                    key = (*place, name, sealed)
                    shared[key].append((one, line))
                    now[key] = fields.get(name)
                continue
            if name == "band" and _follows(one, fields, changed):
                continue
            was = former(one, name, sealed, None) if sealed else None
            message = f'"{name}" of "{one.id}" was changed after it was sealed on {_day(line)}'
            notes = said(altered.workspace, name, fields.get(name), was, sealed=sealed)
            path = _path(one, name)
            yield one.document.problem("altered-judgment", message, path, notes=notes)
    for key, found in shared.items():
        place, name, sealed = key[:2], key[2], key[3]
        asked, (first, line) = asked_at[place], found[0]
        was = former(first, name, sealed, None) if sealed else None
        part = name.removeprefix(QUESTION)
        names = _names([one.id for one, _ in found])
        message = f'"{part}" of the question "{asked.name}" was changed after {names} was sealed'
        if len(found) > 1:
            message = message.replace(" was sealed", " were sealed")
        notes = said(altered.workspace, part, now[key], was, sealed=sealed)
        yield asked.problem("altered-question", f"{message} on {_day(line)}", part, notes=notes)


def changed_fields(fields: Fields, line: Line) -> Iterator[tuple[str, str]]:
    """Names of the fields that differ, with the sealed digest; it is empty where none was."""
    sealed, current = line.entry.fields or {}, field_digests(fields)
    for name in sorted(sealed.keys() | current.keys()):
        if sealed.get(name) != current.get(name):
            yield name, sealed.get(name, "")


def said(
    workspace: Workspace,
    name: str,
    now: Canonical | None,
    was: FormerValue | None,
    *,
    sealed: str,
) -> tuple[str, ...]:
    """Say what a field was and what it is."""
    if not sealed:
        before = f"sealed without {name}"
    elif was is not None:
        before = f"sealed: {shown(was.value)} (in commit {was.commit[:12]} of {was.day})"
    else:
        where = (
            "no commit of git has it"
            if has_history(workspace.folder)
            else "the folder is not in git"
        )
        before = f"sealed: what has the digest {sealed[:16]}…; {where}"
    after = f"now: {shown(now)}" if now is not None else f"now: no {name}"
    return before, after, "put back what was sealed; a new view is a revision"


def shown(value: Canonical) -> str:
    """Show a value on one line."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if isinstance(value, dict) and {"low", "high"} <= value.keys():
        phrase = f"{value['phrase']}, " if "phrase" in value else ""
        text = f"{phrase}{value['low']} to {value['high']}"
    elif isinstance(value, dict) and len(value) == 1:
        (only,) = value.values()
        text = only if isinstance(only, str) else text
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]} …"


def _path(one: RecordedJudgment, name: str) -> KeyPath:
    """Where a field stands: at the judgment, or at the head of its file."""
    own = "probability" if name == "band" else name
    if (*one.path, own) in one.document.key_places:
        return (*one.path, own)
    return (own,) if (own,) in one.document.key_places else one.path


def _told_here(
    workspace: Workspace,
    asked: RecordedQuestion | None,
    fields: Fields,
    changed: Iterator[tuple[str, str]],
) -> dict[str, str]:
    """Leave out what is only unknown, since a file cannot be read: that is reported by itself."""
    found = dict(changed)
    if "lexicon" not in fields and any(one.location.file == SETTINGS for one in workspace.problems):
        found = {name: sealed for name, sealed in found.items() if name not in ("lexicon", "band")}
    if asked is not None and asked.question.counted and f"{QUESTION}source" not in fields:
        found.pop(f"{QUESTION}source", None)
    return found


def _follows(one: RecordedJudgment, fields: Fields, changed: Mapping[str, str]) -> bool:
    """Whether a band is another one only since the phrase is, or is unknown, which is reported."""
    stated = one.judgment.probability
    unknown = "band" not in fields and stated is not None and stated.phrase is not None
    return unknown or bool({"probability", "lexicon"} & changed.keys())


def _other_question(
    one: RecordedJudgment, line: Line, changed: Mapping[str, str]
) -> Problem | None:
    """Tell that a judgment asks another question now; one that was only renamed is the same."""
    was, now = line.entry.question, one.question_name
    if was == now or not any(name.startswith(QUESTION) for name in changed):
        return None
    message = f'"{one.id}" asks "{now}"; when it was sealed on {_day(line)} it asked "{was}"'
    return one.problem("altered-judgment", message, "question")


def _names(names: list[str]) -> str:
    listed = [f'"{one}"' for one in names[:_MOST_NAMES]]
    if len(names) > _MOST_NAMES:
        listed.append(f"{len(names) - _MOST_NAMES} more")
    return " and ".join([", ".join(listed[:-1]), listed[-1]]) if len(listed) > 1 else listed[0]


def _day(line: Line) -> str:
    return line.entry.sealed[:10]
