"""The catalogue of a source in the store: its vintages and the files they are made of.

``<source>/catalogue.json`` is replaced whole, and only what it names is there: an import puts its
files down first, so that whoever stops it at any point leaves the store as it was.
"""

import datetime
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, Literal

from pydantic import ValidationError

from forecast_bench.incidents.storage import Storage
from forecast_bench.problems import NewerFormatError
from forecast_bench.records import Coverage, Record
from forecast_bench.records.scalars import Day, Identifier, Text
from forecast_bench.records.time import DurationText

# Raised when a reader of the former layout would read the new one wrongly.
STORE_FORMAT: Final = 2
MENDING: Final = "put back a copy of it, or remove the folder and import again"
# Room for as many imports of one source for one day.
_IMPORTS_A_DAY: Final = 1_000_000
WITHOUT_SUMS: Final = "2 without sums"
"""The first layout of format 2, as people are told of it."""
_OF_FORMAT_1 = re.compile(
    r"[^/]+/\d{4}-\d{2}-\d{2}-[0-9a-f]{12}/\.?(?:manifest\.json|incidents\.parquet)"
)


class IncidentStoreError(ValueError):
    """The store is damaged, of a newer format or out of reach; the message names what is."""


class NewerStoreError(IncidentStoreError, NewerFormatError):
    """The store is of a newer format."""


@contextmanager
def store_faults(place: str) -> Iterator[None]:
    """Say of what the disk, the network and DuckDB refuse that it is the store's.

    Raises
    ------
    IncidentStoreError
        In their place; a lock that is held stays `filelock.Timeout`.
    """
    try:
        yield
    except Exception as failure:
        if not _of_the_store(failure):
            raise
        raise IncidentStoreError(f"{place}: {failure}") from failure


def _of_the_store(failure: Exception) -> bool:
    import duckdb
    from filelock import Timeout

    faults = (
        OSError,
        duckdb.IOException,
        duckdb.InvalidInputException,
        duckdb.OutOfMemoryException,
        duckdb.SerializationException,
    )
    # What DuckDB's reader of Parquet meets is, in part, of no kind of error.
    of_it = isinstance(failure, faults) or type(failure) is duckdb.Error
    return of_it and not isinstance(failure, Timeout)


def sources_in(storage: Storage) -> tuple[str, ...]:
    """Name the sources that a store may have something of.

    Raises
    ------
    IncidentStoreError
        If it cannot be reached.
    """
    with store_faults(storage.place):
        return storage.folders()


class ReadCounts(Record):
    """What became of the rows of a file.

    Every row is in exactly one of: `taken`, `rejected`, `outside`. Where a file has a row for every
    actor, `taken` rows are fewer incidents.
    """

    rows: int
    taken: int
    rejected: int = 0
    outside: int = 0


class Manifest(Record):
    """What is known of one import, and of the state it left.

    `coverage` is what this import covers; what those before it cover counts on, unless it
    `replaces` them. `folder` is where its files were put: its name depends on all that its content
    does, since elsewhere copies of a file are kept by its name. `rows` and `incidents` are of the
    state; `added`, `changed` and `withdrawn` of what the import did to it.
    """

    sequence: int
    name: str
    folder: str
    source: Identifier
    title: Text
    kind: Text
    file: Text
    file_sha256: str
    description_sha256: str
    retrieved: Day
    coverage: Coverage
    replaces: bool
    settlement: DurationText
    licence: Text
    attribution: Text
    note: Text | None = None
    recognised: str = ""
    taxonomy: int = 0
    read: ReadCounts
    rows: int
    incidents: int
    added: int
    changed: int
    withdrawn: int

    @property
    def key(self) -> int:
        """Order of the vintages: by day, and within a day by import."""
        return vintage_key(self.retrieved, self.sequence)

    @property
    def labels_file(self) -> str:
        """Where the names that occur in the state are kept."""
        return f"{self.source}/data/{self.folder}/labels.json"


class DataFile(Record):
    """One file of rows or of closings, and the vintages that it holds parts of."""

    name: str
    size: int
    kind: Literal["rows", "closings"]
    first_key: int
    last_key: int


class Catalogue(Record):
    """All that the store has of a source, vintages in their order."""

    format: int = STORE_FORMAT
    source: str
    vintages: tuple[Manifest, ...] = ()
    files: tuple[DataFile, ...] = ()


def vintage_key(retrieved: datetime.date, sequence: int) -> int:
    """Number a vintage so that later states have larger numbers.

    Examples
    --------
    >>> day = datetime.date(2018, 1, 31)
    >>> vintage_key(day, 7) < vintage_key(day, 8) < vintage_key(datetime.date(2018, 2, 1), 1)
    True
    """
    return retrieved.toordinal() * _IMPORTS_A_DAY + sequence


def catalogue_file(source: str) -> str:
    """Name of the file that makes everything else count."""
    return f"{source}/catalogue.json"


def read_catalogue(storage: Storage, source: str) -> Catalogue:
    """Read what the store has of a source; an empty catalogue where it has nothing.

    Raises
    ------
    IncidentStoreError
        If it is damaged, or of another format than this program writes.
    """
    where = f"{storage.place}/{catalogue_file(source)}"
    values = read_values(storage, source)
    if values is None:
        if has_format_1(storage, source):
            raise IncidentStoreError(_former(f"{storage.place}/{source}", "1"))
        return Catalogue(source=source)
    if is_without_sums(values):
        raise IncidentStoreError(_former(where, WITHOUT_SUMS))
    if values.pop("checksum", None) != _checksum(values):
        raise IncidentStoreError(f"{where} is damaged: {MENDING}")
    try:
        return Catalogue.model_validate(values)
    except ValidationError as failure:
        raise IncidentStoreError(f"{where} is damaged: {failure.error_count()} faults") from None


def read_values(storage: Storage, source: str) -> dict[str, Any] | None:
    """Read the catalogue of a source as it is written, in any format up to ours; None for none.

    Raises
    ------
    IncidentStoreError
        If it cannot be read, or is of a newer format.
    """
    where = f"{storage.place}/{catalogue_file(source)}"
    try:
        content = storage.read(catalogue_file(source))
        values: Any = None if content is None else json.loads(content)
    except (OSError, ValueError) as failure:
        raise IncidentStoreError(f"{where} cannot be read: {failure}") from None
    if content is None:
        return None
    if not isinstance(values, dict):
        raise IncidentStoreError(f"{where} is damaged: {MENDING}")
    written = values.get("format")
    if isinstance(written, int) and written > STORE_FORMAT:
        raise NewerStoreError(
            f"{where} is of store format {written}, and this program reads up to {STORE_FORMAT}: "
            "upgrade forecast-bench"
        )
    return values


def has_format_1(storage: Storage, source: str) -> bool:
    """Whether a folder of format 1 is there, which had one for every vintage and no catalogue."""
    return any(is_of_format_1(one) for one in storage.names(source))


def is_of_format_1(name: str) -> bool:
    """Whether a file of the store is one of format 1.

    Examples
    --------
    >>> is_of_format_1("acled/2018-03-31-a72d52c06075/manifest.json")
    True
    >>> is_of_format_1("acled/data/2018-03-31-a72d52c06075/labels.json")
    False
    """
    return _OF_FORMAT_1.fullmatch(name) is not None


def is_without_sums(values: Mapping[str, Any]) -> bool:
    """Whether a catalogue is of the first layout of format 2, without sums and sizes of files."""
    files = values.get("files")
    return (
        values.get("format") == STORE_FORMAT
        and "checksum" not in values
        and isinstance(files, list)
        and not any(isinstance(one, dict) and "size" in one for one in files)
    )


def _former(where: str, written: str) -> str:
    return f"{where} is of store format {written}: run forecast-bench migrate"


def write_catalogue(storage: Storage, catalogue: Catalogue) -> None:
    """Let a catalogue hold from now on."""
    values = catalogue.model_dump(mode="json", by_alias=True)
    values["checksum"] = _checksum(values)
    text = json.dumps(values, ensure_ascii=False, indent=1)
    storage.replace(catalogue_file(catalogue.source), f"{text}\n".encode())


def read_labels(storage: Storage, manifest: Manifest) -> dict[str, int]:
    """Read which names occur in a state, and in how many incidents each.

    Raises
    ------
    IncidentStoreError
        If the file is missing or damaged.
    """
    where = f"{storage.place}/{manifest.labels_file}"
    try:
        content = storage.read(manifest.labels_file)
        found: dict[str, int] = json.loads(content or b"")
    except (OSError, ValueError) as failure:
        raise IncidentStoreError(f"{where} cannot be read: {failure}") from None
    return found


def _checksum(values: Mapping[str, Any]) -> str:
    """Sum over all that a catalogue says: a digit that has changed on the disk is still one."""
    text = json.dumps(values, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
