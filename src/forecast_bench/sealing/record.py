"""The check of the sealed record: what is there now, held against what was sealed."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from forecast_bench.problems import Location, Problem, problem
from forecast_bench.records import number_of
from forecast_bench.sealing.altered import Altered, altered_judgments
from forecast_bench.sealing.canonical import content_digest
from forecast_bench.sealing.content import JudgmentContent, contents
from forecast_bench.sealing.history import has_history, lines_of_ledger
from forecast_bench.sealing.ledger import LEDGER, Ledger, Line, read_ledger
from forecast_bench.sealing.revisions import altered_revisions
from forecast_bench.sealing.rounds import other_than_committed, unknown_commitments, unrevealed
from forecast_bench.workspace import RecordedJudgment, Workspace
from forecast_bench.yaml_source import Document


def sealed_record(workspace: Workspace) -> Iterator[Problem]:
    """What was sealed stands as it was sealed, and the ledger of seals is whole."""
    ledger = read_ledger(workspace.folder)
    yield from ledger.problems
    yield from lost_lines(workspace, ledger)
    if not ledger.lines:
        return
    seals: dict[str, list[Line]] = defaultdict(list)
    for line in ledger.lines:
        if line.entry.judgment is not None:
            seals[line.entry.judgment].append(line)
    judgments: dict[str, RecordedJudgment] = {}
    for one in workspace.judgments:
        judgments.setdefault(one.id, one)
    of_judgment, of_revision = contents(workspace)
    altered = Altered(workspace, of_judgment, of_revision)
    for identifier, lines in seals.items():
        if identifier in judgments:
            altered.compare(judgments[identifier], lines)
    yield from altered_judgments(altered)
    yield from altered_revisions(altered)
    yield from other_than_committed(altered)
    yield from _missing(workspace, seals, judgments, of_judgment)
    yield from unknown_commitments(ledger)
    yield from unrevealed(ledger)
    yield from _unsealed(ledger, workspace)


def lost_lines(workspace: Workspace, ledger: Ledger) -> Iterator[Problem]:
    """Lines that a commit has and the ledger has not: taken out, or lost in a merge."""
    if not has_history(workspace.folder):
        return
    there = ledger.lines or ledger.problems
    committed = lines_of_ledger(workspace.folder, LEDGER, bounded=not there)
    if not committed:
        return
    try:
        content = (workspace.folder / LEDGER).read_bytes()
    except OSError:
        content = b""
    present = {line.rstrip(b"\r") for line in content.split(b"\n")}
    lost = {line: commit for line, commit in committed.items() if line not in present}
    if not lost:
        return
    commits = ", ".join(dict.fromkeys(commit[:12] for commit in lost.values()))
    verb = "is" if len(lost) == 1 else "are"
    message = f"{number_of(len(lost), 'lines')} that git has of commit {commits} {verb} not here"
    last = Location(LEDGER, max(1, len(present) - 1))
    yield problem("broken-ledger", message, last)


def _missing(
    workspace: Workspace,
    seals: Mapping[str, list[Line]],
    judgments: Mapping[str, RecordedJudgment],
    of_judgment: JudgmentContent,
) -> Iterator[Problem]:
    gone = {name: lines[0] for name, lines in seals.items() if name not in judgments}
    if not gone:
        return
    written, unread = written_ids(workspace)
    free = {
        content_digest("judgment", of_judgment(one)): one
        for name, one in judgments.items()
        if name not in seals
    }
    files = {one.shown_as for one in workspace.files}
    for name, line in gone.items():
        file = line.entry.file
        if name in written or (unread and (file in unread or file not in files)):
            continue  # what cannot be read is reported as such, and may be it
        day = line.entry.sealed[:10]
        other = free.get(line.entry.digest)
        message = f'"{name}" of {file}, sealed on {day}, is not there'
        if other is not None:
            message = f'"{name}", sealed on {day}, stands under another id, "{other.id}"'
        yield line.problem("missing-judgment", message)


def written_ids(workspace: Workspace) -> tuple[set[str], set[str]]:
    """Ids that files hold, valid or not, and files that cannot be read at all."""
    names: set[str] = set()
    unread: set[str] = set()
    for one in workspace.files:
        if one.document is None or one.header is None:
            unread.add(one.shown_as)
        names |= _ids(one.document)
    return names, unread


def _ids(document: Document | None) -> set[str]:
    values: Any = document.values if document is not None else None
    listed = values.get("judgments") if isinstance(values, dict) else None
    if not isinstance(listed, list):
        return set()
    found = (one.get("id") for one in listed if isinstance(one, dict))
    return {one.strip() for one in found if isinstance(one, str)}


def _unsealed(ledger: Ledger, workspace: Workspace) -> Iterator[Problem]:
    named = {(line.entry.judgment, line.entry.revision) for line in ledger.lines}
    judgments = sum(1 for one in workspace.judgments if (one.id, None) not in named)
    revisions = sum(
        1
        for one in workspace.judgments
        for number in range(1, len(one.judgment.revisions) + 1)
        if (one.id, number) not in named
    )
    parts = [(judgments, "judgments"), (revisions, "revisions")]
    told = " and ".join(number_of(count, what) for count, what in parts if count)
    # Where the ledger is broken, what is lost may be what sealed them.
    if told and not ledger.problems:
        verb = "is" if judgments + revisions == 1 else "are"
        message = f"{told} {verb} not sealed"
        yield problem("not-sealed", message, Location(LEDGER, ledger.lines[-1].at))
