"""The ledger: one JSON line for each time the job ran, bound by hash to all lines above it."""

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from forecast_bench.job.lock import confirm
from forecast_bench.problems import refuse_newer
from forecast_bench.sealing.canonical import digest
from forecast_bench.workspace import DERIVED
from forecast_bench.workspace.replacing import named

LEDGER_FORMAT: Final = 2
"""1: lines that nothing binds, which say no format. Raised where an older reader would go wrong."""


def ledger_file(workspace: Path) -> Path:
    """Path of the ledger of a workspace."""
    return workspace / DERIVED / "ledger.jsonl"


def append(workspace: Path, entry: dict[str, Any]) -> None:
    """Append a line to the ledger of a workspace; the caller holds the lock of the job.

    The line gets `before`, the SHA-256 of all that stands above it, and `hash`, its own: what is
    changed, taken out or put in later is found by `read_ledger`.

    Raises
    ------
    LockLostError
        If the lock is another's by now; nothing was written.
    NewerFormatError
        If the last line is one of a newer program.
    """
    confirm(workspace)
    path = ledger_file(workspace)
    refuse_newer_ledger(workspace)
    above = path.read_bytes() if path.exists() else b""
    if above and not above.endswith(b"\n"):
        above += b"\n"  # as `append_lines` closes what a killed job left
    bound = {**entry, "format": LEDGER_FORMAT, "before": hashlib.sha256(above).hexdigest()}
    append_lines(path, [{**bound, "hash": digest(bound)}])


def refuse_newer_ledger(workspace: Path) -> None:
    """Look at the last line, after which no older program may write.

    Raises
    ------
    NewerFormatError
        If a newer program wrote it.
    """
    path = ledger_file(workspace)
    lines = path.read_bytes().splitlines() if path.is_file() else []
    for line in lines[-1:]:
        _refuse_newer(_entry(line), path)


def _refuse_newer(entry: dict[str, Any], path: Path) -> None:
    refuse_newer(entry.get("format"), read=LEDGER_FORMAT, what="ledger", where=str(path))


def append_lines(path: Path, entries: Sequence[dict[str, Any]]) -> None:
    """Append lines, whole: one write to a file opened for appending, then flushed to disk.

    A line that an interrupted write left unfinished is closed first, so that it spoils no other.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(one, ensure_ascii=False, sort_keys=True) + "\n" for one in entries)
    with named(path), path.open("ab+") as file:
        if file.tell() > 0:
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                text = "\n" + text
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """A line of the ledger.

    Parameters
    ----------
    number : int
        Which line of the file it is, from 1.
    entry : dict
        What it says; empty where it is not whole.
    fault : str
        What is wrong with it; empty where nothing is.
    """

    number: int
    entry: dict[str, Any]
    fault: str = ""


def read_ledger(workspace: Path) -> tuple[LedgerLine, ...]:
    """Read every line, held against its own hash and against what stands above it.

    A line cut short by a killed job is no fault once a later line has bound it as it is. Lines
    from before lines were bound have no hash; the first that has one binds them too.

    Raises
    ------
    NewerFormatError
        If a newer program wrote the last line.
    """
    path = ledger_file(workspace)
    refuse_newer_ledger(workspace)
    return tuple(_checked(path.read_bytes())) if path.exists() else ()


def _checked(content: bytes) -> Iterator[LedgerLine]:
    lines = content.splitlines(keepends=True)
    entries = [_entry(line) for line in lines]
    last_bound = max((at for at, one in enumerate(entries) if "hash" in one), default=-1)
    first_bound = next((at for at, one in enumerate(entries) if "hash" in one), len(lines))
    above = hashlib.sha256()
    for at, (line, entry) in enumerate(zip(lines, entries, strict=True)):
        fault = ""
        if "hash" in entry:
            fault = _fault(entry, above.hexdigest())
        elif entry and at > first_bound:
            fault = "has no hash, and lines above it have"
        elif not entry and at > last_bound:
            fault = "is not whole: the job was stopped while it wrote it, or it was changed"
        yield LedgerLine(at + 1, entry, fault)
        above.update(line)


def _entry(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _fault(entry: dict[str, Any], above: str) -> str:
    rest = {name: value for name, value in entry.items() if name != "hash"}
    if digest(rest) != entry["hash"]:
        return "was changed after it was written"
    if entry.get("before") != above:
        return "stands under other lines than when it was written: one was changed, or is gone"
    return ""
