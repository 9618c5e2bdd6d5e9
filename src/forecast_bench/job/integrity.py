"""Whether runs and the ledger are still what the job wrote, to the last bit."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forecast_bench.job.ledger import LedgerLine, ledger_file, read_ledger
from forecast_bench.job.runs import LATEST, MANIFEST, run_folders, runs_folder
from forecast_bench.workspace import hashes, shown
from forecast_bench.workspace.run_files import DamagedRunError, manifest_values


@dataclass(frozen=True, slots=True)
class Verification:
    """What was held against its hashes, and what is not as it was written.

    Parameters
    ----------
    runs, files, lines : int
        How many runs, files in them and lines of the ledger were looked at.
    faults : tuple of str
        What is not as the job wrote it, with its place; empty where everything is.
    notes : tuple of str
        What could not be held against a hash.
    """

    runs: int
    files: int
    lines: int
    faults: tuple[str, ...]
    notes: tuple[str, ...]


def file_hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of a run but its manifest, by path."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return hashes(folder, (path for path in files if path != folder / MANIFEST))


def manifest_hash(run: Path) -> str:
    """SHA-256 of the manifest of a run, which holds the hashes of all its other files."""
    return hashes(run, [run / MANIFEST])[MANIFEST]


def verify(workspace: Path, *, only: Path | None = None) -> Verification:
    """Hold every file of every run against its manifest, manifests against the ledger, and it.

    Parameters
    ----------
    workspace : Path
        The workspace.
    only : Path, optional
        Look at this run alone; the ledger is looked at in any case.

    Raises
    ------
    NewerFormatError
        If a newer program wrote the ledger or a run.
    """
    where = shown(ledger_file(workspace), workspace)
    try:
        ledger = read_ledger(workspace)
    except OSError as failure:
        ledger, faults = (), [f"{where}: cannot be read: {failure.strerror or failure}"]
    else:
        faults = [f"{where}:{line.number}: the line {line.fault}" for line in ledger if line.fault]
    notes: list[str] = []
    entered = _entered(ledger)
    runs = run_folders(workspace) if only is None else [only]
    files = 0
    for run in runs:
        try:
            wrong, unknown, looked_at = _run(run, entered.get(run.name), workspace)
        except OSError as failure:
            place = shown(Path(failure.filename or run), workspace)
            wrong = [f"{place}: cannot be read: {failure.strerror or failure}"]
            unknown, looked_at = [], 0
        faults += wrong
        notes += unknown
        files += looked_at
    if only is None:
        faults += _missing(workspace, ledger)
    return Verification(len(runs), files, len(ledger), tuple(faults), tuple(notes))


def _entered(ledger: tuple[LedgerLine, ...]) -> Mapping[str, str]:
    """Hash of the manifest of each run, as the ledger has it."""
    return {
        str(line.entry["run"]): str(line.entry["manifest"])
        for line in ledger
        if line.entry.get("run") and line.entry.get("manifest")
    }


def _run(run: Path, entered: str | None, workspace: Path) -> tuple[list[str], list[str], int]:
    """Faults and notes of a run, and how many of its files were looked at."""
    place = shown(run, workspace)
    faults, notes = [], []
    own = manifest_hash(run)
    if entered is None:
        notes.append(
            f"{place}: the ledger has no hash of its manifest; the next job with the same inputs "
            "enters it"
        )
    elif own != entered:
        # The hashes in it are not to be trusted any more.
        return [f"{place}/{MANIFEST}: was changed after it was published"], notes, 1
    try:
        kept = manifest_values(run).get("files")
    except DamagedRunError:
        faults.append(f"{place}/{MANIFEST}: is no manifest")
        return faults, notes, 1
    if not isinstance(kept, dict):
        notes.append(f"{place}: was made before files were hashed")
        return faults, notes, 1
    found = file_hashes(run)
    for name in sorted(kept.keys() | found.keys()):
        if name not in found:
            faults.append(f"{place}/{name}: is gone")
        elif name not in kept:
            faults.append(f"{place}/{name}: is no part of the run")
        elif kept[name] != found[name]:
            faults.append(f"{place}/{name}: was changed after it was published")
    return faults, notes, 1 + len(found)


def _missing(workspace: Path, ledger: tuple[LedgerLine, ...]) -> Iterator[str]:
    """Runs that the ledger has, and nobody took away by the command for it."""
    there = {run.name for run in run_folders(workspace)}
    pruned = {str(name) for line in ledger for name in line.entry.get("pruned") or ()}
    known = dict.fromkeys(
        str(line.entry["run"])
        for line in ledger
        if line.entry.get("ending") == "published" and line.entry.get("run")
    )
    for name in known:
        if name not in there and name not in pruned:
            yield f"{shown(runs_folder(workspace) / name, workspace)}: is gone"
    latest = runs_folder(workspace) / LATEST
    if there and not (latest / MANIFEST).is_file():
        yield f"{shown(latest, workspace)}: leads to no run"


def ledger_facts(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """What a line of the ledger says of a run, from its manifest: enough to tell it from another.

    Examples
    --------
    >>> ledger_facts({"fingerprint": "f", "seed": 1})["seed"]
    1
    """
    return {
        "fingerprint": manifest.get("fingerprint"),
        "inputs": len(manifest.get("inputs") or ()),
        "vintages": {one["source"]: one["vintage"] for one in manifest.get("sources") or ()},
        "states": manifest.get("counts_of_states"),
        "seed": manifest.get("seed"),
        "peak_mib": manifest.get("peak_mib"),
        "stages": {one["stage"]: one["seconds"] for one in manifest.get("stages") or ()},
    }
