"""Made events, and files of them as the sources hand them out."""

import csv
import datetime
import io
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SEED = 20190101
MALI = "Military Forces of Mali (2013-2020)"
JNIM = "JNIM: Group for Support of Islam and Muslims"
ISGS = "Islamic State (Greater Sahara)"
COMPOUND = "JNIM: Group for Support of Islam and Muslims and/or Islamic State (Greater Sahara)"
CIVILIANS = "Civilians (Mali)"

# Coded type and sub-type with the type expected, by hand.
NEW = (
    ("Battles", "Armed clash", "battle"),
    ("Battles", "Non-state actor overtakes territory", "territory taken"),
    ("Battles", "Government regains territory", "territory taken"),
    ("Explosions/Remote violence", "Remote explosive/landmine/IED", "explosion"),
    ("Explosions/Remote violence", "Air/drone strike", "explosion"),
    ("Violence against civilians", "Attack", "violence against civilians"),
    ("Violence against civilians", "Abduction/forced disappearance", "abduction"),
    ("Strategic developments", "Looting/property destruction", "strategic development"),
    ("Protests", "Peaceful protest", "protest"),
    ("Riots", "Mob violence", "riot"),
)
OLD = (
    ("Battle-No change of territory", "", "battle"),
    ("Battle-Non-state actor overtakes territory", "", "territory taken"),
    ("Battle-Government regains territory", "", "territory taken"),
    ("Remote violence", "", "explosion"),
    ("Violence against civilians", "", "violence against civilians"),
    ("Riots/Protests", "", "protest"),
    ("Strategic development", "", "strategic development"),
)
_ONE_SIDED = ("Strategic developments", "Protests", "Strategic development", "Riots/Protests")
_HEAD = (
    *("data_id", "iso", "event_id_cnty", "event_id_no_cnty", "event_date", "year"),
    *("time_precision", "event_type", "sub_event_type", "actor1", "assoc_actor_1", "inter1"),
)
_SECOND = ("actor2", "assoc_actor_2", "inter2")
_TAIL = (
    *("interaction", "region", "country", "admin1", "admin2", "admin3", "location", "latitude"),
    *("longitude", "geo_precision", "source", "source_scale", "notes", "fatalities", "timestamp"),
    "iso3",
)


@dataclass(frozen=True, slots=True)
class Event:
    """An event, as coded, with what is expected of it."""

    number: int
    day: datetime.date
    precision: int
    coded: tuple[str, str]
    type: str
    side_a: tuple[str, ...]
    side_b: tuple[str, ...]
    admin1: str
    admin2: str
    latitude: float
    longitude: float
    deaths: int

    @property
    def id(self) -> str:
        return f"MLI{self.number}"

    @property
    def days(self) -> tuple[datetime.date, datetime.date]:
        if self.precision == 1:
            return self.day, self.day
        if self.precision == 2:
            six = datetime.timedelta(days=6)
            return self.day - six, self.day + six
        following = (self.day.replace(day=28) + datetime.timedelta(days=4)).replace(day=1)
        return self.day.replace(day=1), following - datetime.timedelta(days=1)


def events(number: int = 2000, *, old: bool = False) -> list[Event]:
    """Made events in Mali, of one era of the taxonomy."""
    rng = random.Random(SEED + old)
    return [_event(one, rng, old) for one in range(1, number + 1)]


def _event(number: int, rng: random.Random, old: bool) -> Event:
    event_type, sub_type, expected = rng.choice(OLD if old else NEW)
    first = rng.choice((MALI, JNIM, ISGS, COMPOUND))
    partners = rng.sample(("Barkhane", "Katiba Macina", "MSA: Movement, Azawad"), rng.randint(0, 2))
    second: tuple[str, ...] = ()
    if event_type not in _ONE_SIDED:
        second = (rng.choice((CIVILIANS, "Dan Na Ambassagou")), "Farmers (Mali)")
        second = second[: rng.randint(1, 2)]
    return Event(
        number,
        datetime.date(2017, 1, 1) + datetime.timedelta(days=rng.randrange(1095)),
        rng.choices((1, 2, 3), (8, 1, 1))[0],
        (event_type, sub_type),
        expected,
        (first, *partners),
        second,
        rng.choice(("Gao", "Mopti", "Tombouctou", "Ségou")),
        rng.choice(("Ansongo", "Koro", "Tenenkou")),
        round(rng.uniform(10.2, 25), 4),
        round(rng.uniform(-12, 4.2), 4),
        rng.choices((0, 1, 2, 3, 7, 12), (60, 15, 10, 8, 5, 2))[0],
    )


def acled_rows(
    made: Iterable[Event], *, monadic: bool = False, iso_dates: bool = False
) -> tuple[list[str], list[list[str]]]:
    """Header and rows of an ACLED export; a monadic one has a row for each side of an event."""
    header = [*_HEAD, *(() if monadic else _SECOND), *_TAIL]
    rows = []
    for one in made:
        sides = [one.side_a, *([one.side_b] if one.side_b else [])]
        for side in sides if monadic else [one.side_a]:
            values = _acled(one, side, iso_dates=iso_dates)
            if not monadic and one.side_b:
                values |= {"actor2": one.side_b[0], "assoc_actor_2": "; ".join(one.side_b[1:])}
            rows.append([values.get(name, "") for name in header])
    return header, rows


def _acled(one: Event, side: tuple[str, ...], *, iso_dates: bool) -> dict[str, str]:
    written = f"{one.day:%d %B %Y}".lstrip("0")
    return {
        "data_id": str(8_000_000 + one.number),
        "iso": "466",
        "event_id_cnty": one.id,
        "event_id_no_cnty": str(one.number),
        "event_date": one.day.isoformat() if iso_dates else written,
        "year": str(one.day.year),
        "time_precision": str(one.precision),
        "event_type": one.coded[0],
        "sub_event_type": one.coded[1],
        "actor1": side[0],
        "assoc_actor_1": "; ".join(side[1:]),
        "inter1": "2",
        "interaction": "12",
        "region": "Western Africa",
        "country": "Mali",
        "admin1": one.admin1,
        "admin2": one.admin2,
        "location": "Kidal",
        "latitude": str(one.latitude),
        "longitude": str(one.longitude),
        "geo_precision": "1",
        "source": "Made up",
        "source_scale": "National",
        "notes": f'Event {one.number}, as "coded",\nover two lines; made up.',
        "fatalities": str(one.deaths),
        "timestamp": "1580000000",
        "iso3": "MLI",
    }


UCDP_HEADER = (
    *("id", "relid", "year", "active_year", "code_status", "type_of_violence"),
    *("conflict_new_id", "conflict_name", "dyad_new_id", "dyad_name", "side_a_new_id", "side_a"),
    *("side_b_new_id", "side_b", "number_of_sources", "where_prec", "adm_1", "adm_2", "latitude"),
    *("longitude", "country", "country_id", "iso3", "region", "event_clarity", "date_prec"),
    *("date_start", "date_end", "deaths_a", "best", "high", "low"),
)
UCDP_TAGS = {"id": "#event+id", "side_a": "#group+name+a", "country": "#country+name"}
_VIOLENCE = ("state-based", "non-state", "one-sided")


def ucdp_rows(
    made: Iterable[Event], *, old: bool = False, tags: bool = False, times: bool = False
) -> tuple[list[str], list[list[str]]]:
    """Header and rows of UCDP GED; older releases name other columns and write ids as 15960.0."""
    header = [
        name.replace("_new_id", "_dset_id") if old else name
        for name in UCDP_HEADER
        if old or name != "iso3"
    ]
    rows = [[UCDP_TAGS.get(name, "") for name in header]] if tags else []
    for one in made:
        first, last = one.days
        clock = " 00:00:00.000" if times else ""
        values = {
            "id": f"{one.number}.0" if old else str(one.number),
            "type_of_violence": str(ucdp_type(one) + 1),
            "side_a": one.side_a[0],
            "side_b": (one.side_b or ("Civilians",))[0],
            "adm_1": one.admin1,
            "adm_2": one.admin2,
            "latitude": str(one.latitude),
            "longitude": str(one.longitude),
            "country": "Mali",
            "iso3": "MLI",
            "date_start": f"{first}{clock}",
            "date_end": f"{last}{clock}",
            "best": str(one.deaths),
            "high": str(one.deaths + 2),
            "low": str(max(0, one.deaths - 1)),
        }
        rows.append([values.get(name, "") for name in header])
    return header, rows


def ucdp_type(one: Event) -> int:
    return one.number % 3


def ucdp_expected(one: Event) -> str:
    return _VIOLENCE[ucdp_type(one)]


GTD_HEADER = (
    *("eventid", "iyear", "imonth", "iday", "approxdate", "extended", "country", "country_txt"),
    *("region_txt", "provstate", "city", "latitude", "longitude", "crit1", "doubtterr"),
    *("attacktype1_txt", "targtype1_txt", "gname", "gname2", "weaptype1_txt", "nkill", "nwound"),
)
# How a row says it, and what is expected, by hand: days, type, names, deaths.
GTD_CASES: tuple[tuple[dict[str, str], tuple[str, str, str, list[str], int | None]], ...] = (
    (
        {"eventid": "201701010001", "imonth": "1", "iday": "31", "nkill": "3.0", "gname2": ""},
        ("2017-01-31", "2017-01-31", "battle", ["Façade du Nord"], 3),
    ),
    (
        {"eventid": "201702000002", "imonth": "2", "iday": "0", "nkill": "", "gname2": "JNIM"},
        ("2017-02-01", "2017-02-28", "battle", ["Façade du Nord", "JNIM"], None),
    ),
    (
        {"eventid": "201700000003", "imonth": "0", "iday": "0", "nkill": "0", "gname": "Unknown"},
        ("2017-01-01", "2017-12-31", "battle", [], 0),
    ),
    (
        {
            "eventid": "201703010004",
            "attacktype1_txt": "Hostage Taking (Kidnapping)",
            "targtype1_txt": "Journalists & Media",
        },
        ("2017-05-06", "2017-05-06", "abduction", ["Façade du Nord"], 1),
    ),
    (
        {"eventid": "201703010005", "targtype1_txt": "Private Citizens & Property"},
        ("2017-05-06", "2017-05-06", "violence against civilians", ["Façade du Nord"], 1),
    ),
)


def gtd_rows() -> tuple[list[str], list[list[str]]]:
    """Header and rows of the GTD, one for each of `GTD_CASES`."""
    usual = {
        "iyear": "2017",
        "imonth": "5",
        "iday": "6",
        "country": "123",
        "country_txt": "Mali",
        "provstate": "Ségou",
        "latitude": "13.4317",
        "longitude": "-6.2157",
        "attacktype1_txt": "Armed Assault",
        "targtype1_txt": "Military",
        "gname": "Façade du Nord",
        "nkill": "1",
    }
    rows = [[(usual | case).get(name, "") for name in GTD_HEADER] for case, _ in GTD_CASES]
    return list(GTD_HEADER), rows


def csv_text(header: Sequence[str], rows: Iterable[Sequence[str]], *, delimiter: str = ",") -> str:
    """Rows as delimited text."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def write_workbook(path: Path, sheets: dict[str, list[list[Any]]]) -> Path:
    """Write sheets of rows as XLSX."""
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def expected(one: Event) -> dict[str, Any]:
    """What an ACLED importer has to make of an event, but for its line and its sides."""
    return {
        "event_id": one.id,
        "date_from": one.days[0],
        "date_to": one.days[1],
        "country": "Mali",
        "country_code": "MLI",
        "admin1": one.admin1,
        "admin2": one.admin2,
        "latitude": one.latitude,
        "longitude": one.longitude,
        "event_type": one.type,
        "source_type": " / ".join(filter(None, one.coded)),
        "fatalities_best": one.deaths,
        "fatalities_low": None,
        "fatalities_high": None,
        "weight": 1,
    }


def mutated(rows: list[list[str]], rng: random.Random) -> Iterator[list[str]]:
    """Rows of which some have a cell too many, too few, or one that cannot be read."""
    for row in rows:
        kind = rng.randrange(6)
        if kind == 0:
            yield [*row, "more"]
        elif kind == 1:
            yield row[:-1]
        elif kind == 2:
            at = rng.randrange(len(row))
            yield [*row[:at], rng.choice(("", "-1", "\x00", "9999-12-31", "=1+1")), *row[at + 1 :]]
        else:
            yield row
