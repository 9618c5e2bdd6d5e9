"""Two states of a workspace looked at on one day: one as git has it, one as it lies here or in git.

Nothing of a branch is run, and nothing is written into the workspace's store: each state counts
the files of its own sources, imported beside it, and what was fetched as the store has it.
"""

import datetime
import hashlib
import json
import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from forecast_bench.incidents import open_storage
from forecast_bench.incidents.delivery import file_hash, whole_file
from forecast_bench.incidents.storage import Storage
from forecast_bench.job.feeds import StoreOf, source_record, store_of
from forecast_bench.job.looking import Look, look
from forecast_bench.job.revision import (
    NoWorkspaceError,
    RevisionError,
    find_revision,
    lay_out,
)
from forecast_bench.review.comparison import (
    Comparison,
    Side,
    Unread,
    compare,
    standing_of,
    written_of,
)
from forecast_bench.sealing import LEDGER, read_ledger
from forecast_bench.sealing.record import written_ids
from forecast_bench.workspace import DERIVED, SETTINGS, Workspace, hashes, input_files
from forecast_bench.workspace.settings_file import read_settings

WORKING = "the working folder"


def compare_revisions(
    folder: Path, *, base: str, head: str | None, as_of: datetime.date
) -> Comparison:
    """Compare a workspace as a commit has it with the working folder, or with another commit.

    Parameters
    ----------
    folder : Path
        The workspace.
    base, head : str, str or None
        Names of commits; a head of None is what lies in the folder, committed or not.
    as_of : date
        The day for which both are looked at.

    Raises
    ------
    RevisionError
        If a commit cannot be found.
    """
    with tempfile.TemporaryDirectory(prefix="forecast-bench-compare-") as name:
        aside = Path(name)
        store = _stores(folder, aside / "stores")
        sides = []
        for role, asked in (("base", base), ("head", head)):
            side, place = _laid_out(folder, asked, aside / role)
            sides.append(side if place is None else _seen(side, place, store, as_of=as_of))
        return compare(*sides, as_of=str(as_of))


def _laid_out(folder: Path, asked: str | None, aside: Path) -> tuple[Side, Path | None]:
    """Give a state of which nothing is known but its name, and where it lies, if it does."""
    if asked is None:
        return Side(WORKING), folder
    revision = find_revision(folder, asked)
    called = Side(asked, commit=revision.commit)
    aside.mkdir()
    try:
        place = lay_out(folder, revision, aside)
    except NoWorkspaceError as fault:
        return replace(called, alarms=(f"{fault}: it holds nothing yet",)), None
    except RevisionError as fault:
        return replace(called, unreadable=str(fault)), None
    _share_fits(folder, place)
    return called, place


def _share_fits(folder: Path, place: Path) -> None:
    """Let a state find the fits that were made here: they are found by what they were fitted to."""
    fits = (folder / DERIVED / "fits").resolve()
    if fits.is_dir():
        (place / DERIVED).mkdir(parents=True, exist_ok=True)
        # Without the link its own models have said nothing, and that is told.
        with suppress(OSError, NotImplementedError):
            (place / DERIVED / "fits").symlink_to(fits, target_is_directory=True)


def _stores(folder: Path, aside: Path) -> StoreOf:
    """Keep the file of each source under its digest, so that one that both have is read once."""
    own = store_of(folder, read_settings(folder / SETTINGS, shown_as=SETTINGS)[0])

    def store(workspace: Workspace, source: str) -> Storage:
        files = workspace.source_files[source]
        if files.data is None:
            return own
        delivery = whole_file(
            workspace.sources[source], files.data, mapping=files.mapping, described_in=""
        )
        words = json.dumps([delivery.described, file_hash(files.data)])
        place = aside / hashlib.sha256(words.encode()).hexdigest()[:16]
        return open_storage(None, otherwise=place, cache=place / "cache")

    return store


def _seen(side: Side, place: Path, store: StoreOf, *, as_of: datetime.date) -> Side:
    """Look at a state, and keep of it what is compared."""
    seen = look(place, as_of=as_of, store=store, despite_errors=True)
    workspace = seen.workspace
    written = written_of(workspace)
    files = [*input_files(place), *(one for one in (place / LEDGER,) if one.is_file())]
    ledger = read_ledger(place)
    ids, unread = written_ids(workspace)
    return replace(
        side,
        uncounted=_why_uncounted(seen),
        written=written,
        standing=standing_of(workspace, written, seen.judgments, as_of=as_of),
        problems=seen.problems,
        alarms=tuple(one.text for one in seen.alarms),
        files=hashes(place, files),
        settings=_flat(workspace.settings.model_dump(mode="json")),
        sources={
            name: source_record(choice, workspace.actors) for name, choice in seen.choices.items()
        },
        sealed=frozenset(
            line.entry.judgment for line in ledger.lines if line.entry.judgment is not None
        ),
        unread=Unread(frozenset(ids) - written.keys(), frozenset(unread)),
    )


def _why_uncounted(seen: Look) -> str:
    if seen.broken == "problems":
        return "errors in settings, models or sources forbid it"
    return "a source or a model failed" if seen.broken else ""


def _flat(values: dict[str, Any], above: str = "") -> dict[str, str]:
    """Settings by their path, such as ``weights.high``."""
    found: dict[str, str] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            found |= _flat(value, f"{above}{name}.")
        elif value is not None:
            found[f"{above}{name}"] = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return found
