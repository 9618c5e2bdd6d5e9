"""The store of incidents: immutable Parquet by source and vintage, written aside and renamed.

``<store>/<source>/<retrieved>-<hash>/`` holds ``incidents.parquet`` and ``manifest.json``. The hash
is of the data and of its description, so that one import is one folder, and a second import of the
same is none.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from forecast_bench.incidents.importers import IMPORTERS
from forecast_bench.incidents.taxonomy import known_type_names
from forecast_bench.incidents.vintages import (
    INCIDENTS_FILE,
    MANIFEST_FILE,
    IncidentStoreError,
    Manifest,
    Vintage,
    is_vintage,
    manifest_of,
    vintages,
)
from forecast_bench.problems import Location, Problem, problem
from forecast_bench.records import SourceDescription

if TYPE_CHECKING:
    import pyarrow as pa

LOCK_SECONDS: Final = 60.0
_ASIDE: Final = ".importing-"


@dataclass(frozen=True, slots=True)
class VintageChanges:
    """What one vintage has over an earlier one of the same source, in rows by their id."""

    added: int
    changed: int
    withdrawn: int


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did.

    Parameters
    ----------
    rows, incidents : int
        Rows of the vintage, and the incidents they stand for; 0 where there are problems.
    added : bool
        False where the same file, described alike, is already the newest for its day.
    vintage : Vintage or None
        The vintage; None exactly where there are problems.
    problems : tuple of Problem
        What is wrong with the file; then nothing was imported.
    previous : Vintage or None
        The vintage that stood before it in time; None for the first.
    """

    rows: int
    incidents: int
    added: bool
    vintage: Vintage | None
    problems: tuple[Problem, ...] = ()
    previous: Vintage | None = None


def import_source(
    store_folder: Path,
    description: SourceDescription,
    data_path: Path,
    *,
    shown_as: str | None = None,
    described_in: str | None = None,
) -> ImportResult:
    """Read a source's file and keep it as a vintage.

    Parameters
    ----------
    store_folder : Path
        Folder of the store, made where missing.
    description : SourceDescription
        What the file is, when it was retrieved and what it covers.
    data_path : Path
        The file.
    shown_as, described_in : str, optional
        Paths of the file and of its description in messages.

    Returns
    -------
    ImportResult
        With problems, and nothing imported, where the file or the store has any.

    Raises
    ------
    filelock.Timeout
        If another import of this source runs for a minute.
    """
    shown = shown_as or data_path.as_posix()
    problems = _undescribed(description, described_in or shown)
    if problems:
        return ImportResult(0, 0, added=False, vintage=None, problems=problems)
    try:
        return _import(store_folder, description, data_path, shown)
    except (IncidentStoreError, OSError) as failure:
        fault = problem("incident-store", str(failure), Location(shown))
        return ImportResult(0, 0, added=False, vintage=None, problems=(fault,))


def compare_vintages(previous: Vintage, current: Vintage) -> VintageChanges:
    """Count the rows that were added, changed and withdrawn between two vintages of a source.

    Raises
    ------
    ValueError
        If they are of two sources.
    """
    import pyarrow.parquet as pq

    if previous.manifest.source != current.manifest.source:
        raise ValueError(
            f"{previous.manifest.source} and {current.manifest.source} are not one source"
        )
    before, after = (
        {row["event_id"]: row for row in pq.read_table(one.incidents_file).to_pylist()}
        for one in (previous, current)
    )
    for row in (*before.values(), *after.values()):
        del row["vintage"]
    both = before.keys() & after.keys()
    return VintageChanges(
        added=len(after.keys() - both),
        changed=sum(1 for one in both if before[one] != after[one]),
        withdrawn=len(before.keys() - both),
    )


def _undescribed(description: SourceDescription, described_in: str) -> tuple[Problem, ...]:
    place = Location(described_in)
    problems = []
    if description.kind not in IMPORTERS:
        message = f'"{description.kind}" is not a kind of source'
        notes = (f"kinds: {', '.join(IMPORTERS)}",)
        problems.append(problem("source-kind", message, place, notes=notes))
    known = known_type_names()
    for name in description.coverage.types:
        if name not in known:
            message = f'"{name}" is neither a type of incident nor a group of types'
            notes = (f"types: {', '.join(known)}",)
            problems.append(problem("unknown-type", message, place, notes=notes))
    return tuple(problems)


def _import(
    store_folder: Path, description: SourceDescription, data_path: Path, shown: str
) -> ImportResult:
    from filelock import FileLock

    folder = store_folder / description.source
    hashes = {
        "file_sha256": hashlib.sha256(_content(data_path)).hexdigest(),
        "description_sha256": _description_hash(description),
    }
    known = vintages(store_folder, description.source)
    present = _present(known, hashes)
    if present is not None and present is _newest(known, description.retrieved):
        return _result(present, known, added=False)
    table, problems = IMPORTERS[description.kind](data_path, description, shown)
    if table is None:
        return ImportResult(0, 0, added=False, vintage=None, problems=problems)
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / ".lock", timeout=LOCK_SECONDS):
        _clean(folder)
        return _keep(store_folder, description, data_path.name, table, hashes)


def _keep(
    store_folder: Path,
    description: SourceDescription,
    file_name: str,
    table: pa.Table,
    hashes: dict[str, str],
) -> ImportResult:
    """Make the vintage, or find it; the caller holds the lock."""
    known = vintages(store_folder, description.source)
    present = _present(known, hashes)
    sequence = 1 + max((one.manifest.sequence for one in known), default=0)
    if present is None:
        name = f"{description.retrieved}-{_short_hash(hashes)}"
        vintage = Vintage(
            store_folder / description.source / name,
            _manifest(description, file_name, sequence, table, hashes),
        )
        _write(vintage.folder, table, vintage.manifest)
    elif present is _newest(known, description.retrieved):
        return _result(present, known, added=False)
    else:
        # An earlier issue for the day is issued again: its number, and nothing else, moves up.
        vintage = Vintage(
            present.folder, present.manifest.model_copy(update={"sequence": sequence})
        )
        _write_manifest(vintage.folder, vintage.manifest)
    return _result(vintage, known, added=True)


def _present(known: tuple[Vintage, ...], hashes: dict[str, str]) -> Vintage | None:
    ending = f"-{_short_hash(hashes)}"
    return next((one for one in known if one.name.endswith(ending)), None)


def _newest(known: tuple[Vintage, ...], retrieved: datetime.date) -> Vintage | None:
    return next((one for one in reversed(known) if one.retrieved == retrieved), None)


def _result(vintage: Vintage, known: tuple[Vintage, ...], *, added: bool) -> ImportResult:
    before = [
        one for one in known if one.name != vintage.name and one.retrieved <= vintage.retrieved
    ]
    return ImportResult(
        rows=vintage.manifest.rows,
        incidents=vintage.manifest.incidents,
        added=added,
        vintage=vintage,
        previous=before[-1] if before else None,
    )


def _short_hash(hashes: dict[str, str]) -> str:
    both = hashes["file_sha256"] + hashes["description_sha256"]
    return hashlib.sha256(both.encode()).hexdigest()[:12]


def _content(path: Path) -> bytes:
    """Bytes of the file; none where it cannot be read, which the importer then reports."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _manifest(
    description: SourceDescription,
    file_name: str,
    sequence: int,
    table: pa.Table,
    hashes: dict[str, str],
) -> Manifest:
    labels = {
        name
        for side in ("side_a", "side_b")
        for names in table.column(side).to_pylist()
        for name in names
    }
    return manifest_of(
        description,
        file_name=file_name,
        sequence=sequence,
        labels=tuple(sorted(labels)),
        rows=table.num_rows,
        incidents=sum(table.column("weight").to_pylist()),
        **hashes,
    )


def _write(target: Path, table: pa.Table, manifest: Manifest) -> None:
    """Write a vintage aside and rename it into place: it is there whole or not at all."""
    import pyarrow.parquet as pq

    aside = Path(tempfile.mkdtemp(prefix=_ASIDE, dir=target.parent))
    try:
        pq.write_table(table, aside / INCIDENTS_FILE, compression="zstd")
        _sync(aside / INCIDENTS_FILE)
        _write_manifest(aside, manifest)
        aside.chmod(0o755)
        aside.rename(target)
        _sync(target.parent)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise


def _write_manifest(folder: Path, manifest: Manifest) -> None:
    text = json.dumps(manifest.model_dump(mode="json", by_alias=True), ensure_ascii=False, indent=2)
    aside = folder / f".{MANIFEST_FILE}"
    aside.write_text(f"{text}\n", "utf-8")
    _sync(aside)
    aside.replace(folder / MANIFEST_FILE)


def _sync(path: Path) -> None:
    """Bring a file, or the names in a folder, onto the disk."""
    if os.name == "nt" and path.is_dir():
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _clean(folder: Path) -> None:
    """Remove what interrupted imports left; the caller holds the lock."""
    for one in folder.iterdir():
        if one.name.startswith(_ASIDE) and not is_vintage(one):
            shutil.rmtree(one)


def _description_hash(description: SourceDescription) -> str:
    values = description.model_dump(mode="json", by_alias=True)
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
