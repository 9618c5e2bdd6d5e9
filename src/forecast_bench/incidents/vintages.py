"""Vintages: the states of a source that the store holds, and which of them was known on a date."""

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from forecast_bench.records import Coverage, Record, SourceDescription
from forecast_bench.records.scalars import Day, Identifier, Text
from forecast_bench.records.time import DurationText

MANIFEST_FILE: Final = "manifest.json"
INCIDENTS_FILE: Final = "incidents.parquet"
# Raised when a reader of the former layout would read the new one wrongly.
STORE_FORMAT: Final = 1

_FOLDER = re.compile(r"\d{4}-\d{2}-\d{2}-[0-9a-f]{12}")


class IncidentStoreError(ValueError):
    """A folder of the store is damaged or of a newer format; the message names it."""


class Manifest(Record):
    """What is known of one vintage of a source.

    `coverage.names` holds the names that are declared to be covered and the labels that occur;
    `sequence` numbers the imports of a source, so that of two for one day the later can be told.
    """

    format: int
    sequence: int
    source: Identifier
    title: Text
    kind: Text
    file: Text
    file_sha256: str
    description_sha256: str
    retrieved: Day
    coverage: Coverage
    settlement: DurationText
    licence: Text
    attribution: Text
    note: Text | None = None
    labels: tuple[str, ...]
    rows: int
    incidents: int


@dataclass(frozen=True, slots=True)
class Vintage:
    """One state of a source in the store.

    Parameters
    ----------
    folder : Path
        Where it lies.
    manifest : Manifest
        What is known of it.
    """

    folder: Path
    manifest: Manifest

    @property
    def name(self) -> str:
        """Name by which a run or a resolution refers to it: the day and twelve digits."""
        return self.folder.name

    @property
    def retrieved(self) -> datetime.date:
        """Day on which the source was read."""
        return self.manifest.retrieved

    @property
    def incidents_file(self) -> Path:
        """The table of incidents, as Parquet."""
        return self.folder / INCIDENTS_FILE


@dataclass(frozen=True, slots=True)
class VintageChoice:
    """The vintage that stands for what was known on a day.

    Parameters
    ----------
    vintage : Vintage
        The one to count.
    hindsight : bool
        True where it was read after that day, for want of an earlier one: whoever shows counts from
        it must say that they come from a later vintage cut at that day.
    """

    vintage: Vintage
    hindsight: bool


def vintages(store_folder: Path, source: str) -> tuple[Vintage, ...]:
    """List the vintages of a source, the oldest first; of one day, the first imported first.

    Parameters
    ----------
    store_folder : Path
        Folder of the store; it may not exist yet.
    source : str
        Id of the source.

    Returns
    -------
    tuple of Vintage
        Empty where nothing was imported. Folders that an interrupted import left are ignored.

    Raises
    ------
    IncidentStoreError
        If a vintage is damaged or was written in a newer format.

    Examples
    --------
    >>> vintages(Path("nowhere"), "acled")
    ()
    """
    folder = store_folder / source
    if not folder.is_dir():
        return ()
    found = [Vintage(one, read_manifest(one)) for one in folder.iterdir() if is_vintage(one)]
    return tuple(sorted(found, key=lambda one: (one.retrieved, one.manifest.sequence)))


def vintage_as_of(known: Sequence[Vintage], as_of: datetime.date) -> VintageChoice | None:
    """Choose the latest vintage read on or before a day, or else the earliest one in hindsight.

    Of two imports for one day the later one counts: it is a re-issue.

    Parameters
    ----------
    known : sequence of Vintage
        Vintages of one source, in any order.
    as_of : datetime.date
        The day.

    Returns
    -------
    VintageChoice or None
        None where there is no vintage at all.

    Examples
    --------
    >>> vintage_as_of((), datetime.date(2018, 1, 1)) is None
    True
    """
    if not known:
        return None
    before = [one for one in known if one.retrieved <= as_of]
    if before:
        return VintageChoice(max(before, key=_by_age), hindsight=False)
    earliest = min(one.retrieved for one in known)
    return VintageChoice(
        max((one for one in known if one.retrieved == earliest), key=_by_age), hindsight=True
    )


def feed_alarm(previous: Manifest | None, new: Manifest, share: float) -> str | None:
    """Say what is wrong with a feed that is empty or has shrunk; None where nothing is.

    Parameters
    ----------
    previous : Manifest or None
        The vintage before; None for the first one.
    new : Manifest
        The vintage just imported.
    share : float
        The smallest share of the rows before that raises no alarm, from 0 to 1.

    Returns
    -------
    str or None
        A sentence.

    Raises
    ------
    ValueError
        If the share is outside 0 to 1.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"a share is from 0 to 1, not {share}")
    if new.rows == 0:
        return f"{new.source} of {new.retrieved} is empty"
    if previous is not None and new.rows < share * previous.rows:
        return (
            f"{new.source} of {new.retrieved} has {new.rows} rows, and that of "
            f"{previous.retrieved} has {previous.rows}: less than {share:.0%} of them"
        )
    return None


def is_vintage(folder: Path) -> bool:
    """Whether a folder has the name of a finished import."""
    return _FOLDER.fullmatch(folder.name) is not None and folder.is_dir()


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a vintage.

    Raises
    ------
    IncidentStoreError
        If it is missing, damaged, or of a newer format than this program writes.
    """
    import json

    try:
        values: Any = json.loads((folder / MANIFEST_FILE).read_text("utf-8"))
    except (OSError, ValueError) as failure:
        raise IncidentStoreError(f"the manifest in {folder} cannot be read: {failure}") from None
    written = values.get("format") if isinstance(values, Mapping) else None
    if isinstance(written, int) and written > STORE_FORMAT:
        raise IncidentStoreError(
            f"{folder} is of store format {written}, and this program reads up to {STORE_FORMAT}: "
            "use a newer forecast-bench, or remove the folder and import again"
        )
    try:
        manifest = Manifest.model_validate(values)
    except ValidationError as failure:
        raise IncidentStoreError(
            f"the manifest in {folder} is damaged: {failure.error_count()} faults"
        ) from None
    if not (folder / INCIDENTS_FILE).is_file():
        raise IncidentStoreError(f"{folder} has no {INCIDENTS_FILE}")
    return manifest


def manifest_of(
    description: SourceDescription, *, file_name: str, sequence: int, **measured: Any
) -> Manifest:
    """Join what a description declares with what an import measured into a manifest."""
    names = dict.fromkeys((*description.coverage.names, *measured["labels"]))
    carried = ("source", "title", "kind", "retrieved", "settlement", "licence", "attribution")
    return Manifest(
        format=STORE_FORMAT,
        sequence=sequence,
        file=file_name,
        coverage=description.coverage.model_copy(update={"names": tuple(names)}),
        note=description.note,
        **{name: getattr(description, name) for name in carried},
        **measured,
    )


def _by_age(vintage: Vintage) -> tuple[datetime.date, int]:
    return vintage.retrieved, vintage.manifest.sequence
