"""The ledger: one JSON line for each time the job ran, appended and never changed."""

import json
import os
from pathlib import Path
from typing import Any

from forecast_bench.workspace import DERIVED


def ledger_file(workspace: Path) -> Path:
    """Path of the ledger of a workspace."""
    return workspace / DERIVED / "ledger.jsonl"


def append(workspace: Path, entry: dict[str, Any]) -> None:
    """Append a line, whole: one write to a file opened for appending, then flushed to disk.

    A line that an interrupted write left unfinished is closed first, so that it spoils no other.
    """
    path = ledger_file(workspace)
    path.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps(entry, ensure_ascii=False, sort_keys=True) + "\n"
    with path.open("ab+") as file:
        if file.tell() > 0:
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                line = "\n" + line
        file.write(line.encode())
        file.flush()
        os.fsync(file.fileno())
