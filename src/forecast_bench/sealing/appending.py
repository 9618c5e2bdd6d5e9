"""Sealing: new lines of the ledger, appended whole or not at all."""

import datetime
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forecast_bench.problems import Problem
from forecast_bench.sealing.canonical import canonical_json, content_digest, field_digests
from forecast_bench.sealing.content import Fields, contents
from forecast_bench.sealing.ledger import LEDGER, Ledger, chained, parse_ledger, read_ledger
from forecast_bench.workspace import DERIVED, RecordedJudgment, Workspace
from forecast_bench.workspace.replacing import replace_file

LOCK = "seals.lock"

type NewLines = Callable[[Ledger], list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class SealResult:
    """What was appended to the ledger.

    Parameters
    ----------
    sealed : tuple of dict
        The new lines.
    already : int
        Judgments and revisions that were sealed before.
    heads : tuple of str
        Hashes that no line follows; exactly one after something was sealed.
    problems : tuple of Problem
        Why nothing was appended: the ledger is not whole.
    """

    sealed: tuple[dict[str, Any], ...] = ()
    already: int = 0
    heads: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def seal(
    workspace: Workspace,
    identifiers: Collection[str] = (),
    *,
    now: datetime.datetime,
    wait_seconds: float = 10,
) -> SealResult:
    """Seal what is not sealed yet: judgments, and each of their revisions.

    Parameters
    ----------
    workspace : Workspace
        As read, without errors in what is to be sealed.
    identifiers : collection of str
        Judgments to seal; all by default.
    now : datetime
        Time of sealing, in UTC.
    wait_seconds : float
        How long to wait for another process that seals.

    Raises
    ------
    filelock.Timeout
        If another process seals all that time.
    OSError
        If the ledger cannot be written; it stays as it was.
    """
    chosen = [one for one in workspace.judgments if not identifiers or one.id in identifiers]
    already = 0

    def new_lines(ledger: Ledger) -> list[dict[str, Any]]:
        nonlocal already
        wanted = list(entries(workspace, chosen))
        new = unsealed(ledger, wanted)
        already = len(wanted) - len(new)
        return new

    result = append(workspace.folder, new_lines, now=now, wait_seconds=wait_seconds)
    return SealResult(result.sealed, already, result.heads, result.problems)


def entries(workspace: Workspace, chosen: Iterable[RecordedJudgment]) -> Iterator[dict[str, Any]]:
    """Entries of judgments and their revisions, in their order, not yet bound to a ledger."""
    of_judgment, of_revision = contents(workspace)
    for one in chosen:
        yield judgment_entry(one, of_judgment(one))
        for number, revision in enumerate(one.judgment.revisions, start=1):
            fields = of_revision(one, revision)
            yield {
                **judgment_entry(one, fields),
                "kind": "revision",
                "revision": number,
                "digest": content_digest("revision", fields),
            }


def judgment_entry(one: RecordedJudgment, fields: Fields) -> dict[str, Any]:
    """Entry of a judgment."""
    return {
        "kind": "judgment",
        "judgment": one.id,
        "file": one.document.file,
        "question": one.question_name,
        "digest": content_digest("judgment", fields),
        "fields": field_digests(fields),
    }


def unsealed(ledger: Ledger, wanted: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Entries of what no line of the ledger names yet; what was altered stays sealed as it was."""
    named = {(one.entry.judgment, one.entry.revision) for one in ledger.lines}
    return [one for one in wanted if (one["judgment"], one.get("revision")) not in named]


def append(
    folder: Path, new_lines: NewLines, *, now: datetime.datetime, wait_seconds: float
) -> SealResult:
    """Append what `new_lines` makes of the ledger as it is, alone and whole.

    The ledger is written aside, brought to disk and renamed into place: who reads it, and who
    kills this process, finds the old one or the new one.
    """
    with locked(folder, wait_seconds=wait_seconds):
        ledger = read_ledger(folder)
        path = folder / LEDGER
        content = path.read_bytes() if path.exists() else b""
        if ledger.torn is not None:
            # The end of a line is missing, so it is no seal: nobody can have been given its hash.
            content = content[: ledger.torn]
            ledger = parse_ledger(content)
        elif content and not content.endswith(b"\n"):
            content += b"\n"
        if ledger.problems:
            return SealResult(heads=ledger.heads, problems=ledger.problems)
        bound = _bound(new_lines(ledger), ledger, now)
        written = b"".join(canonical_json(one) + b"\n" for one in bound)
        if bound or (path.exists() and path.stat().st_size != len(content)):
            replace_file(path.resolve(), content + written)
    return SealResult(tuple(bound), heads=(bound[-1]["hash"],) if bound else ledger.heads)


def _bound(
    entries: list[dict[str, Any]], ledger: Ledger, now: datetime.datetime
) -> list[dict[str, Any]]:
    heads, number, bound = ledger.heads, ledger.number, []
    time = now.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    for entry in entries:
        number += 1
        bound.append(chained({**entry, "sealed": time}, previous=heads, number=number))
        heads = (bound[-1]["hash"],)
    return bound


@contextmanager
def locked(folder: Path, *, wait_seconds: float) -> Iterator[None]:
    """Keep other processes from sealing in the workspace meanwhile."""
    from filelock import FileLock

    (folder / DERIVED).mkdir(exist_ok=True)
    with FileLock(folder / DERIVED / LOCK, timeout=wait_seconds):
        yield
