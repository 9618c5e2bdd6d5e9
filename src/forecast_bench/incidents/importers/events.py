"""The layouts of the sources of events that are known by their own columns."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from functools import partial

from forecast_bench.incidents.importers.cells import (
    CellError,
    Days,
    Names,
    calendar_day,
    country_code,
    day,
    days_between,
    identifier,
    latitude,
    longitude,
    needed_text,
    side,
    text,
    whole_month,
    whole_number,
)
from forecast_bench.incidents.importers.rows import shorten
from forecast_bench.incidents.importers.staging import Conversion, Layout
from forecast_bench.incidents.taxonomy import SourceCoding, taxonomy

# ACLED joins the names of associated actors so; other sources give one name in a cell.
ACLED_SEPARATOR = ";"
_WITHIN_A_WEEK = datetime.timedelta(days=6)
_GTD_NO_NAME = "unknown"


def ucdp_ged(columns: Collection[str]) -> Layout:  # noqa: ARG001
    """Layout of UCDP GED, yearly releases and candidate ones, older and newer columns alike."""
    return Layout(
        (
            Conversion(("id",), ("event_id",), identifier, unique=True),
            Conversion(("date_start", "date_end"), ("date_from", "date_to"), days_between),
            *_places("country", "iso3", "adm_1", "adm_2"),
            Conversion(
                ("type_of_violence",), ("event_type", "source_type"), partial(_coded, "ucdp-ged")
            ),
            Conversion(("side_a",), ("side_a",), side),
            Conversion(("side_b",), ("side_b",), side),
            Conversion(("best",), ("fatalities_best",), whole_number),
            Conversion(("low",), ("fatalities_low",), whole_number),
            Conversion(("high",), ("fatalities_high",), whole_number),
        )
    )


def acled(columns: Collection[str]) -> Layout:
    """Layout of ACLED exports: dyadic, or monadic where there is no column actor2."""
    split = partial(side, separator=ACLED_SEPARATOR)
    by_actor = "actor2" not in columns
    notes = []
    if by_actor:
        notes.append("without a column actor2 there is a row for every actor")
    if "sub_event_type" not in columns:
        notes.append("there are no sub-types: abductions are not told apart")
    return Layout(
        (
            Conversion(("event_id_cnty",), ("event_id",), identifier, unique=True),
            Conversion(("event_date", "time_precision"), ("date_from", "date_to"), _acled_days),
            *_places("country", "iso3", "admin1", "admin2"),
            Conversion(
                ("event_type", "sub_event_type"),
                ("event_type", "source_type"),
                partial(_coded, "acled"),
            ),
            Conversion(("actor1", "assoc_actor_1"), ("side_a",), split),
            *(() if by_actor else (Conversion(("actor2", "assoc_actor_2"), ("side_b",), split),)),
            Conversion(("fatalities",), ("fatalities_best",), whole_number),
        ),
        by_actor=by_actor,
        notes=tuple(notes),
    )


def gtd(columns: Collection[str]) -> Layout:  # noqa: ARG001
    """Layout of the GTD: perpetrators on side a, and none on side b."""
    return Layout(
        (
            Conversion(("eventid",), ("event_id",), identifier, unique=True),
            Conversion(("iyear", "imonth", "iday"), ("date_from", "date_to"), _gtd_days),
            *_places("country_txt", "", "provstate", ""),
            Conversion(
                ("attacktype1_txt", "targtype1_txt"),
                ("event_type", "source_type"),
                partial(_coded, "gtd"),
            ),
            Conversion(("gname", "gname2", "gname3"), ("side_a",), _gtd_names),
            Conversion(("nkill",), ("fatalities_best",), whole_number),
        )
    )


def _places(country: str, code: str, first: str, second: str) -> tuple[Conversion, ...]:
    given = (
        Conversion((country,), ("country",), needed_text),
        Conversion((code,), ("country_code",), country_code),
        Conversion((first,), ("admin1",), text),
        Conversion((second,), ("admin2",), text),
        Conversion(("latitude",), ("latitude",), latitude),
        Conversion(("longitude",), ("longitude",), longitude),
    )
    return tuple(one for one in given if one.columns[0])


def _coded(source: str, *cells: str) -> tuple[str, str]:
    """Canonical type of a source's own coding, and that coding in its own words."""
    coding: SourceCoding = taxonomy().sources[source]
    words = [_word(cell, at) for at, cell in enumerate(cells)]
    if source == "ucdp-ged":
        words = [words[0].removesuffix(".0")]
    if not words[0]:
        raise CellError("it is empty")
    found = coding.type_of(*words)
    said = " / ".join(word for word in words if word)
    if found is None:
        raise CellError(f'no type of incident is known for "{shorten(said)}"')
    return found, said


def _word(cell: str, at: int) -> str:
    try:
        return text(cell) or ""
    except CellError as fault:
        raise CellError(str(fault), at) from None


def _acled_days(date: str, precision: str) -> Days:
    """Days that enclose a date: itself, all weeks that hold it, or its month."""
    one = day(date)
    known = precision.strip().removesuffix(".0")
    if known == "1":
        return one, one
    if known == "2":
        return one - _WITHIN_A_WEEK, one + _WITHIN_A_WEEK
    if known == "3":
        return whole_month(one)
    raise CellError(f'"{shorten(precision)}" is not a precision; it is 1, 2 or 3', 1)


def _gtd_days(year: str, month: str, number: str) -> Days:
    """Days of a date of which the day, or also the month, may be 0 for unknown."""
    parts = []
    for at, cell in enumerate((year, month, number)):
        try:
            part = whole_number(cell)
        except CellError as fault:
            raise CellError(str(fault), at) from None
        if part is None:
            raise CellError("it is empty", at)
        parts.append(part)
    if parts[1] == 0:
        return calendar_day(parts[0], 1, 1), calendar_day(parts[0], 12, 31)
    if parts[2] == 0:
        return whole_month(calendar_day(parts[0], parts[1], 1))
    one = calendar_day(*parts)
    return one, one


def _gtd_names(*cells: str) -> Names:
    return tuple(one for one in side(*cells) if one.casefold() != _GTD_NO_NAME)
