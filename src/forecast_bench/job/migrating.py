"""Migration: what is of a former format is said, backed up, and brought to the present one.

A journal is written before the first change and taken away after the line in the ledger: a
migration that was stopped is finished by the next one, and ends the same.
"""

import datetime
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from forecast_bench import __version__
from forecast_bench.incidents import STORE_FORMAT, IncidentStoreError, Storage
from forecast_bench.incidents.catalogue import sources_in
from forecast_bench.incidents.former import former_files, former_sources
from forecast_bench.incidents.migration import migrate_source
from forecast_bench.job.backing_up import back_up, backups_folder
from forecast_bench.job.ledger import append, read_ledger
from forecast_bench.job.lock import job_lock
from forecast_bench.job.maps import MAP_FORMAT, former_maps, in_force, state_changes
from forecast_bench.job.newer import refuse_newer_formats
from forecast_bench.job.runs import DamagedRunError, read_manifest, run_folders
from forecast_bench.problems import refuse_newer
from forecast_bench.records import number_of
from forecast_bench.workspace import DERIVED, shown
from forecast_bench.workspace.replacing import remove_halves, replace_file

JOURNAL: Final = "migrating.json"
JOURNAL_FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class Step:
    """A source of the store that is brought to the present format.

    Parameters
    ----------
    source : str
        Id of the source.
    found, becomes : str
        The format it is of, and the one it will be of.
    """

    source: str
    found: str
    becomes: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What is of a former format, and what is done with it.

    Parameters
    ----------
    steps : tuple of Step
        What is migrated.
    as_they_are : tuple of str
        What is old and read as it is, in words.
    not_migrated : tuple of str
        What cannot be migrated, in words, and how to go on.
    unfinished : str or None
        When the migration was begun that was stopped and is finished by the next.
    """

    steps: tuple[Step, ...]
    as_they_are: tuple[str, ...]
    not_migrated: tuple[str, ...]
    unfinished: str | None = None


@dataclass(frozen=True, slots=True)
class Migrated:
    """What a migration did: the plan, and the backup, None where none was made."""

    plan: Plan
    backup: Path | None


def _nothing(_step: str) -> None:
    """Watch nothing."""


def plan_migration(workspace: Path, storage: Storage) -> Plan:
    """Say what is of a former format; nothing is written.

    Parameters
    ----------
    workspace : Path
        The workspace.
    storage : Storage
        Its store of incidents.

    Raises
    ------
    NewerFormatError
        If anything is of a newer format.
    IncidentStoreError
        If the store cannot be read.
    LineageError
        If a map was altered.
    """
    refuse_newer_formats(workspace)
    journal = _read_journal(workspace)
    former = former_sources(storage)
    for source in former:
        former_files(storage, source)
    steps = tuple(Step(one, found, str(STORE_FORMAT)) for one, found in former.items())
    if journal is not None:
        # A source that was removed meanwhile needs nothing any more.
        steps = tuple(one for one in journal.steps if one.source in sources_in(storage))
    return Plan(
        steps=steps,
        as_they_are=(*_old_runs(workspace), *_old_lines(workspace)),
        not_migrated=tuple(_old_maps(workspace)),
        unfinished=None if journal is None else journal.at,
    )


def migrate(
    workspace: Path,
    storage: Storage,
    *,
    now: datetime.datetime,
    backup: bool = True,
    wait_seconds: float = 0,
    done: Callable[[str], None] = _nothing,
) -> Migrated:
    """Bring what is of a former format to the present one, after a backup of it.

    Stopped at any point, it leaves every source in the old format or the new one, whole; the next
    migration finishes it. Where nothing is to be migrated nothing is written.

    Parameters
    ----------
    workspace : Path
        The workspace.
    storage : Storage
        Its store of incidents.
    now : datetime
        When, in UTC: for the name of the backup and the ledger.
    backup : bool
        Whether what is changed is copied first.
    wait_seconds : float
        How long to wait for a job that runs.
    done : callable
        Told of each step once it is done.

    Raises
    ------
    JobLockedError
        If a job runs all that time.
    filelock.Timeout
        If an import does.
    NewerFormatError, IncidentStoreError, LineageError
        As `plan_migration`; or if a source is damaged: it is as it was.
    OSError
        If a disk refuses.
    """
    if not (workspace / DERIVED).is_dir():
        planned = plan_migration(workspace, storage)
        if not planned.steps:
            return Migrated(planned, None)
    with job_lock(workspace, wait_seconds=wait_seconds):
        planned = plan_migration(workspace, storage)
        journal = _read_journal(workspace)
        if not planned.steps and journal is None:
            return Migrated(planned, None)
        if journal is None:
            journal = _begin(workspace, storage, planned, now=now, backup=backup, done=done)
        for step in planned.steps:
            migrate_source(storage, step.source, done=done)
        _enter(workspace, journal, planned)
        done("entered")
        (workspace / DERIVED / JOURNAL).unlink()
        done("ended")
    made = None if journal.backup is None else backups_folder(workspace) / journal.backup
    return Migrated(planned, made)


@dataclass(frozen=True, slots=True)
class _Journal:
    """A migration that has begun: when, into which backup, and what."""

    at: str
    backup: str | None
    steps: tuple[Step, ...]


def _begin(
    workspace: Path,
    storage: Storage,
    planned: Plan,
    *,
    now: datetime.datetime,
    backup: bool,
    done: Callable[[str], None],
) -> _Journal:
    sources = [one.source for one in planned.steps]
    name = f"{now:%Y%m%dT%H%M%SZ}"
    made = back_up(workspace, storage, sources, name=name, done=done) if backup else None
    at = now.isoformat(timespec="seconds")
    journal = _Journal(at, None if made is None else made.name, planned.steps)
    remove_halves(workspace / DERIVED, of=JOURNAL)
    text = json.dumps({"format": JOURNAL_FORMAT, **asdict(journal)}, indent=1)
    replace_file(workspace / DERIVED / JOURNAL, f"{text}\n".encode())
    done("begun")
    return journal


def _read_journal(workspace: Path) -> _Journal | None:
    path = workspace / DERIVED / JOURNAL
    if not path.is_file():
        return None
    try:
        values: Any = json.loads(path.read_text(encoding="utf-8"))
        refuse_newer(
            values["format"], read=JOURNAL_FORMAT, what="migration that was begun", where=str(path)
        )
        steps = tuple(Step(**one) for one in values["steps"])
        return _Journal(str(values["at"]), values["backup"], steps)
    except (ValueError, KeyError, TypeError) as fault:
        raise IncidentStoreError(
            f"{path} is damaged: remove it, and run forecast-bench migrate again"
        ) from fault


def _enter(workspace: Path, journal: _Journal, planned: Plan) -> None:
    """Enter the migration in the ledger, once."""
    lines = read_ledger(workspace)
    last = lines[-1].entry if lines else {}
    if (last.get("ending"), last.get("at")) == ("migrated", journal.at):
        return
    entry = {
        "at": journal.at,
        "ending": "migrated",
        "migrated": [
            {"what": "store", "source": one.source, "from": one.found, "to": one.becomes}
            for one in planned.steps
        ],
        "backup": journal.backup,
        "version": __version__,
    }
    append(workspace, entry)


def _old_runs(workspace: Path) -> list[str]:
    unhashed = damaged = 0
    for run in run_folders(workspace):
        try:
            unhashed += "files" not in read_manifest(run)
        except DamagedRunError:
            damaged += 1
    told = []
    if unhashed:
        told.append(
            f"{number_of(unhashed, 'runs')} from before files were hashed; "
            "runs verify cannot vouch for what they hold"
        )
    if damaged:
        told.append(f"{number_of(damaged, 'runs')} with a damaged manifest; see runs verify")
    return told


def _old_lines(workspace: Path) -> list[str]:
    lines = read_ledger(workspace)
    first = next((at for at, one in enumerate(lines) if "hash" in one.entry), len(lines))
    if not first:
        return []
    binds = "the first line with a hash binds them" if first < len(lines) else "the next binds them"
    return [f"{number_of(first, 'lines')} of the ledger without a hash; {binds}"]


def _old_maps(workspace: Path) -> list[str]:
    active = in_force(state_changes(workspace))
    told = []
    for identifier, (path, written) in former_maps(workspace).items():
        text = (
            f"map {identifier} ({shown(path, workspace)}) is of format {written}, and {MAP_FORMAT} "
            "is read: what its gate found cannot be worked out again from what it keeps"
        )
        if active is not None and active.map == identifier:
            text += (
                ". It is in force, and recalibrate fails while it is: take it out with "
                "forecast-bench recalibration roll-back, run recalibrate, and activate the map "
                "that it makes"
            )
        told.append(text)
    return told
