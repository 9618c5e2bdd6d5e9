"""The lineage of recalibrations: what each map was made of, and which one is in force since when.

A **map** is a record that is never changed: the counts and the settings that make it, its
diagnostics, what the gate found, the map that was in force when it was made. The job keeps maps
among what can be rebuilt; one that is activated is copied beside the judgments' models, with a
line for every change of state: both are inputs of the job, to be committed like any other.
"""

import datetime
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Literal

from forecast_bench.job.ledger import append_lines
from forecast_bench.job.lock import confirm
from forecast_bench.problems import refuse_newer
from forecast_bench.workspace import DERIVED, MODELS, shown
from forecast_bench.workspace.replacing import replace_file

FOLDER: Final = "recalibrations"
STATES: Final = "states.jsonl"
IDENTITY: Final = "identity"
WITHDRAWN: Final = "recalibration-withdrawn"
"""Alarm of a map that the job took out of force."""

MAP_FORMAT: Final = 2
STATES_FORMAT: Final = 1
"""Of a line of the states; one without a format is of the first."""

State = Literal["inactive", "candidate", "active", "withdrawn"]


class LineageError(Exception):
    """A map that was altered, a line that cannot be read, or a change that is not allowed."""


@dataclass(frozen=True, slots=True)
class StateChange:
    """One line of the states: a map, its new state, and why.

    Parameters
    ----------
    map : str
        Id of the map.
    state : str
        active, inactive (another took its place) or withdrawn.
    on : str
        The day from which it holds, as an ISO date; replays of earlier days do not see it.
    because : str
        The reason given.
    by : str
        "person" or "job".
    """

    map: str
    state: State
    on: str
    because: str
    by: Literal["person", "job"]


def decisions_folder(workspace: Path) -> Path:
    """Folder of the maps that have been activated, and of the changes of state."""
    return workspace / MODELS / FOLDER


def map_record(content: Mapping[str, Any]) -> dict[str, Any]:
    """Seal the content of a map: its id says what it was made of, its hash that it is whole.

    Parameters
    ----------
    content : mapping
        With the keys ``data_hash`` and ``gate_hash``, which determine the id.

    Examples
    --------
    >>> made = map_record({"data_hash": "a", "gate_hash": "b", "reason": "x"})
    >>> made["id"] == map_record({"data_hash": "a", "gate_hash": "b", "reason": "y"})["id"]
    True
    >>> len(made["id"])
    12
    """
    record = {"format": MAP_FORMAT, "id": map_id(content["data_hash"], content["gate_hash"])}
    record |= dict(content)
    return {**record, "sha256": _sha256(record)}


def map_id(data_hash: str, gate_hash: str) -> str:
    """Id of the map of these data, judged on these days and questions."""
    return hashlib.sha256(f"{MAP_FORMAT}:{data_hash}:{gate_hash}".encode()).hexdigest()[:12]


def keep_map(workspace: Path, record: Mapping[str, Any]) -> None:
    """Keep a map among what can be rebuilt; one that is there already stays as it is."""
    folder = workspace / DERIVED / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{record['id']}.json"
    if not path.exists():
        replace_file(path, _text(record))


def read_maps(workspace: Path) -> dict[str, dict[str, Any]]:
    """Every map of this version by its id, in the order of the days they were made for.

    Raises
    ------
    LineageError
        If a file is no map, or was altered.
    NewerFormatError
        If a newer program made one.
    """
    # One of a former version is told where it is asked for; those that are listed can be used.
    found = [one for _, one in _kept(workspace) if one["format"] == MAP_FORMAT]
    found.sort(key=lambda one: (one["as_of"], one["outcomes"]))
    return {one["id"]: one for one in found}


def former_maps(workspace: Path) -> dict[str, tuple[Path, int]]:
    """Maps of a former version by their id: the file, and its format.

    Raises
    ------
    LineageError
        If a file is no map, or was altered.
    NewerFormatError
        If a newer program made one.
    """
    return {
        one["id"]: (path, one["format"])
        for path, one in _kept(workspace)
        if one["format"] != MAP_FORMAT
    }


def _kept(workspace: Path) -> list[tuple[Path, dict[str, Any]]]:
    folders = (workspace / DERIVED / FOLDER, decisions_folder(workspace))
    paths = [path for folder in folders for path in sorted(folder.glob("*.json"))]
    return [(path, _read(path, workspace)) for path in paths]


def find_map(workspace: Path, identifier: str) -> dict[str, Any] | None:
    """One map by its id; None where there is none.

    Raises
    ------
    LineageError
        If its file was altered, or is of another version.
    """
    if not identifier.isalnum():
        return None
    for folder in (decisions_folder(workspace), workspace / DERIVED / FOLDER):
        path = folder / f"{identifier}.json"
        if path.is_file():
            record = _read(path, workspace)
            if record["format"] == MAP_FORMAT:
                return record
            raise LineageError(
                f"{shown(path, workspace)}: this map was made by another version (its format is "
                f"{record['format']}, and {MAP_FORMAT} is read). Take it out of force with "
                "recalibration roll-back, and activate one that the job makes now"
            )
    return None


def state_changes(
    workspace: Path, *, as_of: datetime.date | None = None
) -> tuple[StateChange, ...]:
    """Changes of state in the order they were made, of those that hold on a day.

    Raises
    ------
    LineageError
        If a line cannot be read.
    NewerFormatError
        If a newer program wrote one.
    """
    path = decisions_folder(workspace) / STATES
    if not path.is_file():
        return ()
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            values = json.loads(line)
            change_format = values.get("format") if isinstance(values, dict) else None
            refuse_newer(
                change_format,
                read=STATES_FORMAT,
                what="change of state",
                where=f"{shown(path, workspace)}:{number}",
            )
            values.pop("format", None)
            change = StateChange(**values)
            datetime.date.fromisoformat(change.on)
        except (ValueError, TypeError) as fault:
            where = f"{shown(path, workspace)}:{number}"
            raise LineageError(f"{where}: this line is no change of state") from fault
        if as_of is None or change.on <= as_of.isoformat():
            found.append(change)
    return tuple(found)


def in_force(changes: Sequence[StateChange]) -> StateChange | None:
    """Give the change that put the map in force there; None where statements stay as they are.

    Examples
    --------
    >>> one = StateChange("m1", "active", "2020-01-01", "gains", "person")
    >>> gone = StateChange("m1", "withdrawn", "2020-02-01", "loses", "job")
    >>> in_force([one]).map, in_force([one, gone])
    ('m1', None)
    """
    found = None
    for change in changes:
        if change.state == "active":
            found = change
        elif found is not None and found.map == change.map:
            found = None
    return found


def state_of(record: Mapping[str, Any], changes: Sequence[StateChange]) -> State:
    """State of a map: the last that was decided, else that of its making."""
    own = [change.state for change in changes if change.map == record["id"]]
    made: State = record["state"]
    return own[-1] if own else made


def activate(
    workspace: Path, record: Mapping[str, Any], *, on: datetime.date, because: str | None
) -> tuple[StateChange, ...]:
    """Put a map in force in place of whichever is.

    Parameters
    ----------
    workspace : Path
        The workspace; the caller holds its lock.
    record : mapping
        The map.
    on : date
        The day from which it holds.
    because : str or None
        Why; needed where the gate was not passed.

    Raises
    ------
    LineageError
        If it is in force already, if a later change stands, or if the gate was not passed and no
        reason is given.
    """
    before = state_changes(workspace)
    active = in_force(before)
    if active is not None and active.map == record["id"]:
        raise LineageError(f"map {record['id']} is in force already, since {active.on}")
    if not record["gate"]["passed"] and not because:
        raise LineageError(
            f"map {record['id']} has not passed the gate: {record['reason']} "
            "To activate it all the same, say why with --because"
        )
    changes = [
        StateChange(record["id"], "active", on.isoformat(), because or record["reason"], "person")
    ]
    if active is not None:
        taken = f"map {record['id']} took its place"
        changes.insert(0, StateChange(active.map, "inactive", on.isoformat(), taken, "person"))
    folder = decisions_folder(workspace)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{record['id']}.json"
    if not path.exists():
        replace_file(path, _text(record))
    return _append(workspace, before, changes)


def roll_back(workspace: Path, *, on: datetime.date, because: str) -> tuple[StateChange, ...]:
    """Withdraw the map in force; the one before it is in force again, else no map is.

    Raises
    ------
    LineageError
        If no map is in force, or a later change stands.
    """
    before = state_changes(workspace)
    active = in_force(before)
    if active is None:
        raise LineageError("no map is in force: there is nothing to roll back")
    changes = [StateChange(active.map, "withdrawn", on.isoformat(), because, "person")]
    former = predecessor(before, active.map)
    if former is not None:
        again = f"map {active.map} was rolled back"
        changes.append(StateChange(former, "active", on.isoformat(), again, "person"))
    return _append(workspace, before, changes)


def withdrawal(identifier: str, *, on: datetime.date, because: str) -> StateChange:
    """Say that a map is taken out of force, as the job does with one that loses."""
    return StateChange(identifier, "withdrawn", on.isoformat(), because, "job")


def enter(workspace: Path, change: StateChange) -> None:
    """Note a change of state that was decided on: from then on it holds.

    Raises
    ------
    LineageError
        If a later change stands.
    """
    _append(workspace, state_changes(workspace), [change])


def predecessor(changes: Sequence[StateChange], identifier: str) -> str | None:
    """Give the map that a map took the place of and that was not withdrawn; None for the identity.

    Examples
    --------
    >>> told = [StateChange("m1", "active", "2020-01-01", "", "person"),
    ...     StateChange("m1", "inactive", "2020-02-01", "", "person"),
    ...     StateChange("m2", "active", "2020-02-01", "", "person")]
    >>> predecessor(told, "m2"), predecessor(told, "m1")
    ('m1', None)
    """
    last = {change.map: change.state for change in changes}
    were = [change.map for change in changes if change.state == "active"]
    at = len(were) - 1 - were[::-1].index(identifier)
    former = [one for one in were[:at] if one != identifier and last[one] == "inactive"]
    return former[-1] if former else None


def _append(
    workspace: Path, before: Sequence[StateChange], changes: Sequence[StateChange]
) -> tuple[StateChange, ...]:
    latest = max((change.on for change in before), default="")
    if changes[0].on < latest:
        raise LineageError(f"a change of {latest} stands: none can be made before that day")
    confirm(workspace)
    append_lines(decisions_folder(workspace) / STATES, [asdict(change) for change in changes])
    return tuple(changes)


def _read(path: Path, workspace: Path) -> dict[str, Any]:
    where = shown(path, workspace)
    try:
        record: Any = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as fault:
        raise LineageError(f"{where}: this file is no map") from fault
    if isinstance(record, dict):
        refuse_newer(record.get("format"), read=MAP_FORMAT, what="map", where=where)
    if not isinstance(record, dict) or record.get("id") != path.stem or "format" not in record:
        raise LineageError(f"{where}: this file is no map of that name")
    content = {key: value for key, value in record.items() if key != "sha256"}
    if record.get("sha256") != _sha256(content):
        raise LineageError(f"{where}: this map was altered after it was made")
    return record


def _sha256(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _text(record: Mapping[str, Any]) -> bytes:
    # Many numbers, few readers: one key on a line keeps a difference readable.
    lines = (f"  {json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}" for k, v in record.items())
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()
