"""The ledger: one JSON line for each time the job ran, appended and never changed."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from forecast_bench.workspace import DERIVED


def ledger_file(workspace: Path) -> Path:
    """Path of the ledger of a workspace."""
    return workspace / DERIVED / "ledger.jsonl"


def append(workspace: Path, entry: dict[str, Any]) -> None:
    """Append a line to the ledger of a workspace, as `append_lines` does."""
    append_lines(ledger_file(workspace), [entry])


def append_lines(path: Path, entries: Sequence[dict[str, Any]]) -> None:
    """Append lines, whole: one write to a file opened for appending, then flushed to disk.

    A line that an interrupted write left unfinished is closed first, so that it spoils no other.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(one, ensure_ascii=False, sort_keys=True) + "\n" for one in entries)
    with path.open("ab+") as file:
        if file.tell() > 0:
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                text = "\n" + text
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())
