"""Vintages: the states of a source that the store holds, and which of them was known on a date."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from forecast_bench.incidents.catalogue import (
    MENDING,
    Catalogue,
    DataFile,
    IncidentStoreError,
    Manifest,
    read_catalogue,
    read_labels,
)
from forecast_bench.incidents.extent import Extent, extent_of
from forecast_bench.incidents.storage import Storage


@dataclass(frozen=True)
class Vintage:
    """One state of a source in the store: all that was known once an import had been made.

    Parameters
    ----------
    storage : Storage
        Where it lies.
    catalogue : Catalogue
        What the store has of the source.
    manifest : Manifest
        What is known of the import.
    """

    storage: Storage
    catalogue: Catalogue = field(compare=False, repr=False)
    manifest: Manifest

    @property
    def name(self) -> str:
        """Name by which a run or a resolution refers to it: the day and twelve digits."""
        return self.manifest.name

    @property
    def retrieved(self) -> datetime.date:
        """Day on which the source was read."""
        return self.manifest.retrieved

    @cached_property
    def labels(self) -> dict[str, int]:
        """Names that occur on a side, each with its incidents."""
        return read_labels(self.storage, self.manifest)

    @cached_property
    def extent(self) -> Extent:
        """What this import and those before it cover together."""
        return extent_of(
            [one for one in self.catalogue.vintages if one.key <= self.manifest.key], self.labels
        )

    @cached_property
    def state(self) -> "StateFiles":
        """Files to read the state from, brought to this machine where they lie elsewhere."""
        return local_state(self.storage, self.catalogue.files, key=self.manifest.key)


@dataclass(frozen=True, slots=True)
class StateFiles:
    """Where the rows of a state are; see `incidents_in` for how they are read.

    Parameters
    ----------
    rows : tuple of Path
        Parquet files with `stored_schema`.
    closings : tuple of Path
        Parquet files with `closing_schema`.
    key : int
        Key of the vintage; what was opened later is not there yet.
    """

    rows: tuple[Path, ...]
    closings: tuple[Path, ...]
    key: int


def local_state(storage: Storage, files: Iterable[DataFile], *, key: int) -> StateFiles:
    """Bring the files of a state to this machine where they lie elsewhere.

    Raises
    ------
    IncidentStoreError
        If one is missing or cut off.
    """
    wanted = [(one.kind, _whole(storage, one)) for one in files if one.first_key <= key]
    return StateFiles(
        rows=tuple(path for kind, path in wanted if kind == "rows"),
        closings=tuple(path for kind, path in wanted if kind == "closings"),
        key=key,
    )


def _whole(storage: Storage, file: DataFile) -> Path:
    where = f"{storage.place}/{file.name}"
    try:
        path = storage.local(file.name)
        size = path.stat().st_size
    except OSError as failure:
        reason = "is missing" if isinstance(failure, FileNotFoundError) else f"fails: {failure}"
        raise IncidentStoreError(f"{where} {reason}; {MENDING}") from None
    if size != file.size:
        raise IncidentStoreError(f"{where} has {size:,} bytes, not {file.size:,}; {MENDING}")
    return path


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


def vintages(storage: Storage, source: str) -> tuple[Vintage, ...]:
    """List the vintages of a source, the oldest first; of one day, the first imported first.

    Parameters
    ----------
    storage : Storage
        The store; there may be nothing there yet.
    source : str
        Id of the source.

    Returns
    -------
    tuple of Vintage
        Empty where nothing was imported. What an interrupted import left is not seen.

    Raises
    ------
    IncidentStoreError
        If the catalogue is damaged or was written in a newer format.

    Examples
    --------
    >>> from forecast_bench.incidents.storage import LocalStorage
    >>> vintages(LocalStorage(Path("nowhere")), "acled")
    ()
    """
    catalogue = read_catalogue(storage, source)
    return tuple(Vintage(storage, catalogue, one) for one in catalogue.vintages)


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


def _by_age(vintage: Vintage) -> int:
    return vintage.manifest.key
