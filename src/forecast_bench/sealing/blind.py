"""Blind rounds: commit to drafts before a round closes, reveal them after it."""

import datetime
import json
import os
import re
import secrets
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from forecast_bench.sealing.appending import (
    SealResult,
    append,
    entries,
    judgment_entry,
)
from forecast_bench.sealing.canonical import field_digests
from forecast_bench.sealing.content import contents
from forecast_bench.sealing.history import is_tracked
from forecast_bench.sealing.ledger import Ledger
from forecast_bench.sealing.rounds import commitment_digest
from forecast_bench.workspace import JUDGMENTS, RecordedJudgment, Workspace, judgment_files, shown
from forecast_bench.workspace.replacing import replace_file

NONCES = ".blind"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class BlindError(Exception):
    """A draft cannot be committed to or revealed; the message says why and what to do."""


def new_nonce() -> str:
    """Give 256 random bits of the operating system, in hexadecimal."""
    return secrets.token_hex(32)


def commit(
    workspace: Workspace,
    draft: Path,
    round_name: str,
    *,
    now: datetime.datetime,
    wait_seconds: float = 10,
    nonce: Callable[[], str] = new_nonce,
) -> SealResult:
    """Append a commitment to each judgment of a draft; the ledger tells nothing else of them.

    The nonces that open them are kept in `.blind/`, which git ignores, readable by their owner
    only. They are on disk before the ledger names what they open.

    Raises
    ------
    BlindError
        If the draft is in the open already, has revisions, or was committed to with other words.
    OSError, filelock.Timeout
        As for `seal`.
    """
    drafted = _judgments_of(workspace, draft, round_name)
    if draft.resolve() in {path.resolve() for path in judgment_files(workspace.folder)}:
        raise BlindError(f"{draft} is among the judgments already; a draft is a hidden file")
    if is_tracked(workspace.folder, draft):
        raise BlindError(f"{draft} is in git already; a commitment would hide nothing")
    for one in drafted:
        if one.judgment.revisions:
            raise BlindError(f'"{one.id}" has revisions; a judgment is committed to before any')
    path = nonces_file(workspace.folder, round_name)
    of_judgment, _ = contents(workspace)
    already = 0

    def new_lines(ledger: Ledger) -> list[dict[str, Any]]:
        nonlocal already
        kept, new = _read_nonces(path), []
        known = {one.entry.digest for one in ledger.lines}
        for one in drafted:
            fields = of_judgment(one)
            # A process killed between the two files left a nonce that opens nothing yet.
            secret = kept.get(one.id, {}).get("nonce") or nonce()
            committed = commitment_digest(
                round_name=round_name, identifier=one.id, nonce=secret, fields=fields
            )
            before = kept.get(one.id, {}).get("commitment")
            if before in known and before != committed:
                raise BlindError(
                    f'"{one.id}" was committed to in round "{round_name}" with other words; '
                    "one commitment stands for a round, a new view is a revision after it"
                )
            if before in known:
                already += 1
                continue
            kept[one.id] = {
                "nonce": secret,
                "commitment": committed,
                "fields": field_digests(fields),
            }
            new.append({"kind": "commitment", "round": round_name, "digest": committed})
        if new:
            _write_nonces(path, kept)
        return new

    result = append(workspace.folder, new_lines, now=now, wait_seconds=wait_seconds)
    return replace(result, already=already)


def reveal(
    workspace: Workspace,
    draft: Path,
    round_name: str,
    *,
    now: datetime.datetime,
    wait_seconds: float = 10,
) -> tuple[SealResult, Path]:
    """Open the commitments to a draft, and put it among the judgments.

    The file is copied to judgments/ under its name without the dot, and the ledger is told the
    nonces: both, or neither. What was revealed is sealed from then on.

    Returns
    -------
    SealResult, Path
        The lines appended, and the file among the judgments.

    Raises
    ------
    BlindError
        If a judgment is not the one committed to, its nonce is lost, or a file stands in the way.
    OSError, filelock.Timeout
        As for `seal`.
    """
    drafted = _judgments_of(workspace, draft, round_name)
    target = revealed_as(workspace.folder, draft)
    content = draft.read_bytes()
    if target.exists() and target.read_bytes() != content:
        raise BlindError(f"{shown(target, workspace.folder)} exists and is another file")
    made = False

    def new_lines(ledger: Ledger) -> list[dict[str, Any]]:
        nonlocal made
        new = _opened(workspace, ledger, drafted, round_name, shown(target, workspace.folder))
        if not target.exists():
            # Of two files with one name, neither is overwritten.
            _publish(target, content)
            made = True
        return new

    try:
        result = append(workspace.folder, new_lines, now=now, wait_seconds=wait_seconds)
    except BaseException:
        if made:
            target.unlink(missing_ok=True)
        raise
    opened = sum(1 for one in result.sealed if one["kind"] == "reveal")
    return replace(result, already=len(drafted) - opened), target


def revealed_as(folder: Path, draft: Path) -> Path:
    """Where a draft goes when it is revealed."""
    return folder / JUDGMENTS / draft.name.lstrip(".")


def nonces_file(folder: Path, round_name: str) -> Path:
    """File that keeps the nonces of a round."""
    return folder / NONCES / f"{round_name}.json"


def _judgments_of(workspace: Workspace, draft: Path, round_name: str) -> list[RecordedJudgment]:
    if not _NAME.fullmatch(round_name):
        raise BlindError(f'"{round_name}" is not a name of a round; write letters, digits, . _ -')
    name = shown(draft, workspace.folder)
    found = [one for one in workspace.judgments if one.document.file == name]
    if not found:
        raise BlindError(f"{name} holds no judgment")
    return found


def _opened(
    workspace: Workspace,
    ledger: Ledger,
    drafted: list[RecordedJudgment],
    round_name: str,
    target: str,
) -> list[dict[str, Any]]:
    path = nonces_file(workspace.folder, round_name)
    kept = _read_nonces(path)
    commitments = {
        one.entry.digest
        for one in ledger.lines
        if one.entry.kind == "commitment" and one.entry.round == round_name
    }
    opened = {one.entry.commitment for one in ledger.lines}
    of_judgment, _ = contents(workspace)
    new = []
    for one in drafted:
        if one.id not in kept:
            raise BlindError(_lost(one.id, round_name, shown(path, workspace.folder)))
        fields, secret = of_judgment(one), kept[one.id]["nonce"]
        commitment = commitment_digest(
            round_name=round_name, identifier=one.id, nonce=secret, fields=fields
        )
        if commitment not in commitments:
            raise BlindError(_differs(one.id, round_name, kept[one.id], field_digests(fields)))
        if commitment not in opened:
            entry = {**judgment_entry(one, fields), "kind": "reveal", "file": target}
            opening = {"round": round_name, "commitment": commitment, "nonce": secret}
            new.append({**entry, **opening})
    later = [one for one in entries(workspace, drafted) if one["kind"] == "revision"]
    return [*new, *({**one, "file": target} for one in later)] if new else []


def _lost(identifier: str, round_name: str, file: str) -> str:
    return (
        f'there is no nonce for "{identifier}" of round "{round_name}" in {file}. Without it the '
        "commitment cannot be opened by anybody, and that this was judged before the round closed "
        "cannot be proved. The judgment can still be issued and sealed, as of today."
    )


def _differs(identifier: str, round_name: str, kept: dict[str, Any], now: dict[str, str]) -> str:
    before = kept.get("fields", {})
    names = sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))
    changed = f"; changed since: {', '.join(names)}" if names else ""
    return (
        f'"{identifier}" is not what was committed to in round "{round_name}"{changed}. '
        "Put back what was committed to."
    )


def _read_nonces(path: Path) -> dict[str, dict[str, Any]]:
    if not path.exists():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        kept = content["nonces"]
        if not all(re.fullmatch(r"[0-9a-f]{64}", one["nonce"]) for one in kept.values()):
            raise ValueError("a nonce is not of 64 hexadecimal digits")
    except (ValueError, KeyError, TypeError, AttributeError) as failure:
        raise BlindError(f"{path} is damaged; put it back from a copy") from failure
    return dict(kept)


def _write_nonces(path: Path, kept: dict[str, dict[str, Any]]) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    ignore = path.parent / ".gitignore"
    if not ignore.exists():
        replace_file(ignore, b"# What opens the commitments of blind rounds; never for git.\n*\n")
    content = json.dumps({"seal": 1, "nonces": kept}, indent=2, sort_keys=True) + "\n"
    replace_file(path, content.encode(), mode=0o600)


def _publish(target: Path, content: bytes) -> None:
    target.parent.mkdir(exist_ok=True)
    aside = target.with_name(f".{target.name}.{os.getpid()}")
    replace_file(aside, content)
    try:
        target.hardlink_to(aside)
    except FileExistsError:
        raise BlindError(f"{target} exists already") from None
    finally:
        aside.unlink(missing_ok=True)
