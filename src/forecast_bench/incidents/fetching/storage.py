"""Pages on disk: each is there whole or not at all, and says itself what is still missing."""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from forecast_bench.problems import refuse_newer
from forecast_bench.records import AcledFetch, UcdpFetch

RECORDS_FILE: Final = "records.jsonl"
STATE_FILE: Final = "state.json"
FORMAT: Final = 1

_PACE: Final = "requests_per_second"


@dataclass(frozen=True, slots=True)
class State:
    """What is known of a fetch beside its pages.

    Parameters
    ----------
    request : dict
        What is asked for.
    started : datetime
        When its first page was asked for.
    restarts : int
        How often it began again.
    notes : tuple of str
        What its operator should know.
    finished : bool
        Whether its records were written: then the next fetch begins anew.
    """

    request: dict[str, Any]
    started: datetime.datetime
    restarts: int = 0
    notes: tuple[str, ...] = field(default=())
    finished: bool = False


def request_values(request: UcdpFetch | AcledFetch) -> dict[str, Any]:
    """What decides which records come; the pace does not."""
    return request.model_dump(mode="json", by_alias=True, exclude={_PACE})


def folder_of(folder: Path, request: UcdpFetch | AcledFetch) -> Path:
    """The folder of one request inside the folder of all."""
    text = json.dumps(request_values(request), sort_keys=True)
    return folder / hashlib.sha256(text.encode()).hexdigest()[:16]


def page_file(folder: Path, number: int) -> Path:
    """The file of a page, from 1 on."""
    return folder / f"page-{number:05d}.json"


def kept_pages(folder: Path) -> int:
    """How many pages there are from the first on, without a gap."""
    number = 0
    while page_file(folder, number + 1).is_file():
        number += 1
    return number


def remove_pages(folder: Path, *, after: int = 0) -> None:
    """Remove the pages after a number, the first one first: those after a gap are not kept."""
    for path in sorted(folder.glob("page-*.json")):
        if path.name > page_file(folder, after).name:
            path.unlink()


def read_state(folder: Path) -> State | None:
    """Read the state; None where there is none that can be read.

    Raises
    ------
    NewerFormatError
        If a newer program wrote it: its pages would be thrown away.
    """
    with contextlib.suppress(FileNotFoundError, ValueError, KeyError, TypeError):
        values = json.loads((folder / STATE_FILE).read_text("utf-8"))
        refuse_newer(
            values["format"], read=FORMAT, what="state of a fetch", where=f"{folder / STATE_FILE}"
        )
        if values["format"] == FORMAT:
            started = datetime.datetime.fromisoformat(values["started"])
            return State(
                request=dict(values["request"]),
                started=started.replace(tzinfo=started.tzinfo or datetime.UTC),
                restarts=int(values["restarts"]),
                notes=tuple(map(str, values["notes"])),
                finished=values["finished"] is True,
            )
    return None


def write_state(folder: Path, state: State) -> None:
    """Write the state whole."""
    values = {
        "format": FORMAT,
        "request": state.request,
        "started": state.started.isoformat(),
        "restarts": state.restarts,
        "notes": list(state.notes),
        "finished": state.finished,
    }
    write_whole(folder / STATE_FILE, [f"{json.dumps(values, indent=2)}\n".encode()])


def begin_again(folder: Path, state: State, *, why: str, now: datetime.datetime) -> State:
    """Throw the pages away and count one more beginning."""
    state = replace(
        state, started=now, restarts=state.restarts + 1, notes=(*state.notes, f"begun again: {why}")
    )
    remove_pages(folder)
    write_state(folder, state)
    return state


def write_whole(path: Path, parts: Iterable[bytes]) -> str:
    """Write a file aside, bring it onto the disk and rename it; give its SHA-256."""
    digest = hashlib.sha256()
    aside = path.with_name(f".{path.name}.part")
    with aside.open("wb") as file:
        for part in parts:
            digest.update(part)
            file.write(part)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    return digest.hexdigest()
