"""The layout that a mapping file describes, for a source that no importer knows."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from forecast_bench.incidents.importers import cells
from forecast_bench.incidents.importers.rows import RawFile, shorten
from forecast_bench.incidents.importers.staging import Conversion, Layout
from forecast_bench.incidents.taxonomy import taxonomy
from forecast_bench.problems import Problem
from forecast_bench.records import EventMapping, MappedPlace, MappedSide, MappedType
from forecast_bench.yaml_source import Document, KeyPath, read_file, read_record

# How each place is read, and what it is called both in a mapping and in the schema.
_PLACES: Final[Mapping[str, Callable[[str], str | None]]] = MappingProxyType(
    {
        "country": cells.needed_text,
        "country_code": cells.country_code,
        "admin1": cells.text,
        "admin2": cells.text,
    }
)


def read_mapping(
    path: Path, shown_as: str
) -> tuple[tuple[EventMapping, Document] | None, tuple[Problem, ...]]:
    """Read a mapping file, and hold its types against the taxonomy.

    Parameters
    ----------
    path : Path
        The mapping file, YAML.
    shown_as : str
        Its path in messages.

    Returns
    -------
    (EventMapping, Document) or None
        The mapping and its text; None exactly where there are problems.
    tuple of Problem
        Each located in the mapping file.
    """
    document, problems = read_file(path, shown_as=shown_as)
    if document is None or problems:
        return None, problems
    mapping, problems = read_record(document, EventMapping)
    if mapping is None:
        return None, problems
    problems = (*_unknown_types(mapping.type, document), *_bad_constants(mapping, document))
    return (None, problems) if problems else ((mapping, document), ())


def _unknown_types(mapped: MappedType, document: Document) -> Iterator[Problem]:
    types = taxonomy().types
    notes = (f"types: {', '.join(types)}",)
    for value, name in mapped.values.items():
        if name not in types:
            message = f'"{name}" is not a type of incident'
            yield document.problem("unknown-type", message, ("type", "values", value), notes=notes)
    if mapped.constant is not None and mapped.constant not in types:
        message = f'"{mapped.constant}" is not a type of incident'
        yield document.problem("unknown-type", message, ("type", "constant"), notes=notes)


def _bad_constants(mapping: EventMapping, document: Document) -> Iterator[Problem]:
    """Constants that would reject every row."""
    for key, read in _PLACES.items():
        place: MappedPlace | None = getattr(mapping, key)
        if place is None or place.constant is None:
            continue
        try:
            read(place.constant)
        except cells.CellError as fault:
            message = f'"{key}" cannot be "{shorten(place.constant)}": {fault}'
            yield document.problem("bad-value", message, (key, "constant"))


def missing_columns(
    mapping: EventMapping, document: Document, opened: RawFile
) -> tuple[Problem, ...]:
    """Columns that a mapping names and the file lacks, each located in the mapping file."""
    notes = (f"columns: {', '.join(map(shorten, filter(None, opened.columns)))}",)
    known = frozenset(opened.columns)
    return tuple(
        document.problem("incident-mapping", f'the file has no column "{name}"', path, notes=notes)
        for path, name in _named_columns(mapping, document)
        if name not in known
    )


def _named_columns(mapping: EventMapping, document: Document) -> Iterator[tuple[KeyPath, str]]:
    plain = ("id", "date", "date_from", "date_to", "latitude", "longitude", "weight")
    for key in (*plain, "fatalities", "fatalities_low", "fatalities_high"):
        name = getattr(mapping, key)
        if name is not None:
            yield (key,), name
    for key in (*_PLACES, "type"):
        place: MappedPlace | None = getattr(mapping, key)
        if place is not None and place.column is not None:
            yield (key, "column"), place.column
    for key in ("side_a", "side_b"):
        side: MappedSide | None = getattr(mapping, key)
        if side is not None:
            within = (key,) if (key, "columns") not in document.places else (key, "columns")
            yield from (((*within, at), name) for at, name in enumerate(side.columns))


def mapped_layout(mapping: EventMapping) -> Layout:
    """Give the layout that a mapping describes.

    Examples
    --------
    >>> layout = mapped_layout(
    ...     EventMapping.model_validate(
    ...         {
    ...             "id": "no",
    ...             "date": "day",
    ...             "country": {"constant": "Mali"},
    ...             "type": {"column": "what", "values": {"clash": "battle"}},
    ...         }
    ...     )
    ... )
    >>> sorted(layout.columns)
    ['day', 'no', 'what']
    """
    given = [
        Conversion((mapping.id,), ("event_id",), cells.identifier, unique=True),
        _days(mapping),
        _type(mapping.type),
        *_places(mapping),
        *_numbers(mapping),
    ]
    for key in ("side_a", "side_b"):
        side: MappedSide | None = getattr(mapping, key)
        if side is not None:
            read = partial(cells.side, separator=side.separator)
            given.append(Conversion(side.columns, (key,), read))
    return Layout(tuple(given), by_actor=mapping.by_actor)


def _days(mapping: EventMapping) -> Conversion:
    read = cells.day if mapping.date_format is None else partial(_day_as, mapping.date_format)
    if mapping.date is not None:
        return Conversion((mapping.date,), ("date_from", "date_to"), partial(_one_day, read))
    columns = (mapping.date_from or "", mapping.date_to or "")
    between = partial(cells.days_between, read=read)
    return Conversion(columns, ("date_from", "date_to"), between)


def _one_day(read: Any, cell: str) -> cells.Days:
    one: datetime.date = read(cell)
    return one, one


def _day_as(written: str, cell: str) -> datetime.date:
    trimmed = cell.strip()
    if not trimmed:
        raise cells.CellError("it is empty")
    try:
        # The day alone is taken: no zone can move it.
        found = datetime.datetime.strptime(trimmed, written)  # noqa: DTZ007
    except ValueError:
        message = f'"{shorten(trimmed)}" is not a date written as {written}'
        raise cells.CellError(message) from None
    return cells.calendar_day(found.year, found.month, found.day)


def _place(place: MappedPlace, output: str, read: Any) -> Conversion:
    if place.column is not None:
        return Conversion((place.column,), (output,), read)
    return Conversion((), (output,), partial(read, place.constant))


def _places(mapping: EventMapping) -> Iterator[Conversion]:
    for key, read in _PLACES.items():
        place: MappedPlace | None = getattr(mapping, key)
        if place is not None:
            yield _place(place, key, read)


def _numbers(mapping: EventMapping) -> Iterator[Conversion]:
    readers: dict[str, tuple[str | None, Any]] = {
        "latitude": (mapping.latitude, cells.latitude),
        "longitude": (mapping.longitude, cells.longitude),
        "fatalities_best": (mapping.fatalities, cells.whole_number),
        "fatalities_low": (mapping.fatalities_low, cells.whole_number),
        "fatalities_high": (mapping.fatalities_high, cells.whole_number),
        "weight": (mapping.weight, _weight),
    }
    for output, (column, read) in readers.items():
        if column is not None:
            yield Conversion((column,), (output,), read)


def _weight(cell: str) -> int:
    found = cells.whole_number(cell)
    if found is None:
        raise cells.CellError("it is empty")
    return found


def _type(mapped: MappedType) -> Conversion:
    outputs = ("event_type", "source_type")
    if mapped.column is None:
        constant = str(mapped.constant)
        return Conversion((), outputs, lambda: (constant, constant))
    known = {_folded(value): name for value, name in mapped.values.items()}
    if not known:
        known = {_folded(name): name for name in taxonomy().types}
    return Conversion((mapped.column,), outputs, partial(_type_of, known))


def _type_of(known: dict[str, str], cell: str) -> tuple[str, str]:
    word = cells.needed_text(cell)
    found = known.get(_folded(word))
    if found is None:
        raise cells.CellError(f'no type of incident is known for "{shorten(word)}"')
    return found, word


def _folded(value: str) -> str:
    return " ".join(value.split()).casefold()
