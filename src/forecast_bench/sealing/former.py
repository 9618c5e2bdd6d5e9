"""What a sealed field said before it was changed, where git has it."""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from forecast_bench.lexicons import read_lexicons
from forecast_bench.sealing.canonical import Canonical, field_digest
from forecast_bench.sealing.content import QUESTION, Fields, contents
from forecast_bench.sealing.history import Version, versions
from forecast_bench.workspace import (
    MODELS,
    RecordedJudgment,
    Workspace,
    read_judgments_file,
)

type Former = Callable[[RecordedJudgment, str, str, int | None], "FormerValue | None"]


@dataclass(frozen=True, slots=True)
class FormerValue:
    """A value as it was sealed, and the commit that has it."""

    value: Canonical
    commit: str
    day: str


def former_values(workspace: Workspace) -> Former:
    """Give a function that looks for the sealed value of a field in git.

    It takes the judgment, the field, its sealed digest, and the number of a revision or None.
    Each file's history is read once, and only when it is asked for.
    """

    @cache
    def earlier(file: str) -> tuple[tuple[Version, Workspace], ...]:
        found = versions(workspace.folder, file)
        return tuple((one, _as_then(workspace, file, one.content)) for one in found)

    def look(
        one: RecordedJudgment, name: str, sealed: str, revision: int | None
    ) -> FormerValue | None:
        for file in _files(workspace, one, name):
            for version, then in earlier(file):
                for fields in _fields_of(then, one, revision):
                    if name in fields and field_digest(name, fields[name]) == sealed:
                        return FormerValue(fields[name], version.commit, version.day)
        return None

    return look


def _files(workspace: Workspace, one: RecordedJudgment, name: str) -> Iterator[str]:
    """Files that may have said something else: of the judgment, of its question, of its words."""
    yield one.document.file
    asked = workspace.question_of(one)
    if name.startswith(QUESTION) and asked is not None:
        if asked.document.file != one.document.file:
            yield asked.document.file
        given = asked.question.given
        condition = workspace.questions.get(given.question or "") if given is not None else None
        if condition is not None:
            yield condition.document.file
    if name == "band":
        folder = workspace.folder / MODELS / "lexicons"
        yield from (f"{MODELS}/lexicons/{path.name}" for path in sorted(folder.glob("*.y*ml")))


def _as_then(workspace: Workspace, file: str, content: bytes) -> Workspace:
    """Read the workspace as it would be with an earlier version of one of its files."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / Path(file).name
        path.write_bytes(content)
        if file.startswith(f"{MODELS}/"):
            lexicons, _ = read_lexicons(Path(name))
            return replace(workspace, lexicons={**workspace.lexicons, **lexicons})
        read = read_judgments_file(path, shown_as=file)
    questions = {**workspace.questions, **{one.name: one for one in read.questions}}
    names = {one.id for one in read.judgments}
    others = tuple(one for one in workspace.judgments if one.id not in names)
    return replace(workspace, questions=questions, judgments=(*read.judgments, *others))


def _fields_of(then: Workspace, one: RecordedJudgment, revision: int | None) -> Iterator[Fields]:
    of_judgment, of_revision = contents(then)
    for other in then.judgments:
        if other.id != one.id:
            continue
        if revision is None:
            yield of_judgment(other)
        elif revision <= len(other.judgment.revisions):
            yield of_revision(other, other.judgment.revisions[revision - 1])
