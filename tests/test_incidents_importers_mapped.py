"""Any table, by a mapping file; what is wrong with the mapping is said with its place."""

import datetime
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from forecast_bench.incidents.importers import RejectedRow
from forecast_bench.problems import as_text
from reading_events import opened, problems_of, read_all, write_csv
from sample_events import write_workbook

MAPPING = """\
id: no
date: day
date_format: "%d/%m/%Y"
country: {constant: Mali}
country_code: {constant: mli}
admin1: region
latitude: lat
longitude: lon
type:
  column: what
  values: {clash: battle, Taken away: abduction}
side_a: {columns: [who, with], separator: " and "}
side_b: [whom]
fatalities: dead
weight: events
"""
HEADER = ["no", "day", "region", "lat", "lon", "what", "who", "with", "whom", "dead", "events"]
ROWS = [
    [
        "a-1",
        "31/01/2017",
        "Gao",
        "16.3",
        "-0.1",
        "Clash",
        "JNIM and ISGS",
        "CMA",
        "FAMa",
        "3.0",
        "1",
    ],
    ["a-2", "01/02/2017", "", "", "", "taken  away", "Mandinka", "", "", "", "12"],
]
EXPECTED = [
    {
        "event_id": "a-1",
        "date_from": datetime.date(2017, 1, 31),
        "date_to": datetime.date(2017, 1, 31),
        "country": "Mali",
        "country_code": "MLI",
        "admin1": "Gao",
        "admin2": None,
        "latitude": 16.3,
        "longitude": -0.1,
        "event_type": "battle",
        "source_type": "Clash",
        "side_a": ["JNIM", "ISGS", "CMA"],
        "side_b": ["FAMa"],
        "fatalities_best": 3,
        "fatalities_low": None,
        "fatalities_high": None,
        "weight": 1,
    },
    {
        "event_id": "a-2",
        "date_from": datetime.date(2017, 2, 1),
        "date_to": datetime.date(2017, 2, 1),
        "country": "Mali",
        "country_code": "MLI",
        "admin1": None,
        "admin2": None,
        "latitude": None,
        "longitude": None,
        "event_type": "abduction",
        "source_type": "taken away",
        "side_a": ["Mandinka"],
        "side_b": [],
        "fatalities_best": None,
        "fatalities_low": None,
        "fatalities_high": None,
        "weight": 12,
    },
]


def mapping_file(folder, text=MAPPING):
    return write_csv(folder, text, "mapping.yaml")


def table(rows=ROWS, header=HEADER):
    return "".join(f"{','.join(row)}\n" for row in [header, *rows])


def test_every_form_of_file_is_mapped(tmp_path):
    records = [dict(zip(HEADER, row, strict=True)) for row in ROWS]
    columns = {name: [row[name] for row in records] for name in HEADER}
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    paths = [
        write_csv(tmp_path, table()),
        write_csv(tmp_path, "\n".join(json.dumps(one) for one in records), "a.jsonl"),
        write_workbook(tmp_path / "a.xlsx", {"one": [HEADER, *ROWS]}),
        tmp_path / "a.parquet",
    ]
    for path in paths:
        file = opened(path, mapping=mapping_file(tmp_path))
        rows, rejected = read_all(file)
        lines = [row.pop("line") for row in rows]
        assert rejected == []
        assert rows == EXPECTED
        assert lines == ([2, 3] if path.suffix in (".csv", ".xlsx") else [1, 2])
        assert (file.kind, file.by_actor) == ("mapped", False)


def test_a_sheet_and_an_encoding_are_taken_from_the_mapping(tmp_path):
    short = "id: no\ndate: day\ncountry: {constant: Mali}\ntype: {constant: riot}\nadmin1: place\n"
    sheets = {"cover": [["nothing"]], "data": [["no", "day", "place"], [1, "2017-01-02", "Ségou"]]}
    book = write_workbook(tmp_path / "a.xlsx", sheets)
    text = write_csv(tmp_path, "no;day;place\n1;2017-01-02;Ségou\n".encode("latin-1"))

    for path, more in ((book, "sheet: data\n"), (text, "encoding: latin-1\n")):
        (row,), rejected = read_all(opened(path, mapping=mapping_file(tmp_path, short + more)))
        assert (row["admin1"], row["event_type"], row["source_type"]) == ("Ségou", "riot", "riot")
        assert rejected == []


def test_dates_of_a_workbook_are_days(tmp_path):
    short = "id: no\ndate_from: a\ndate_to: b\ncountry: c\ntype: t\n"
    rows = [
        ["no", "a", "b", "c", "t"],
        [
            1.0,
            datetime.datetime.fromisoformat("2017-01-02"),
            datetime.date(2017, 1, 4),
            "Mali",
            "battle",
        ],
    ]
    path = write_workbook(tmp_path / "a.xlsx", {"one": rows})
    (row,), _ = read_all(opened(path, mapping=mapping_file(tmp_path, short)))

    assert (row["event_id"], str(row["date_from"]), str(row["date_to"])) == (
        "1",
        "2017-01-02",
        "2017-01-04",
    )


def test_rows_for_actors_are_said_by_the_mapping(tmp_path):
    text = "id: no\ndate: day\ncountry: c\ntype: t\nside_a: who\nby_actor: true\n"
    path = write_csv(tmp_path, "no,day,c,t,who\n1,2017-01-02,Mali,battle,JNIM\n")

    assert opened(path, mapping=mapping_file(tmp_path, text)).by_actor


@pytest.mark.parametrize(
    ("at", "cell", "column", "reason"),
    [
        (0, "", "no", "it is empty"),
        (1, "2017-01-31", "day", '"2017-01-31" is not a date written as %d/%m/%Y'),
        (1, "31/01/0999", "day", "the year 999 is not between 1900 and 2100"),
        (5, "raid", "what", 'no type of incident is known for "raid"'),
        (10, "", "events", "it is empty"),
        (10, "-1", "events", '"-1" is negative'),
    ],
)
def test_a_cell_that_cannot_be_read_rejects_its_row(tmp_path, at, cell, column, reason):
    first = [*ROWS[0][:at], cell, *ROWS[0][at + 1 :]]
    file = opened(write_csv(tmp_path, table([first, ROWS[1]])), mapping=mapping_file(tmp_path))
    rows, rejected = read_all(file)

    assert len(rows) == 1
    assert rejected == [RejectedRow(2, column, cell, reason)]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("admin1: region", "admin1: area", '6:9: the file has no column "area" [incident-mapping]'),
        ("[who, with]", "[who, wth]", '12:25: the file has no column "wth" [incident-mapping]'),
        (
            "side_b: [whom]",
            "side_b: whim",
            '13:9: the file has no column "whim" [incident-mapping]',
        ),
        ("column: what", "column: wat", '10:11: the file has no column "wat" [incident-mapping]'),
        (
            "country: {constant: Mali}",
            "country: land",
            '4:10: the file has no column "land" [incident-mapping]',
        ),
        (
            "clash: battle",
            "clash: fight",
            '11:19: "fight" is not a type of incident [unknown-type]',
        ),
        (
            "%d/%m/%Y",
            "%d/%m",
            '3:14: "date_format": "%d/%m" does not hold a year, a month and a day [bad-value]',
        ),
        (
            "%d/%m/%Y",
            "%d/%m/%Y %c",
            '3:14: "date_format": "%d/%m/%Y %c" has %c, which is no part of a date that is '
            "read [bad-value]",
        ),
        (
            "date: day",
            "date_from: day",
            "1:1: the file: date_from and date_to are needed together [bad-value]",
        ),
        (
            "{constant: mli}",
            "{}",
            '5:15: "country_code": write either a column or a constant [bad-value]',
        ),
        ("admin1:", "amdin1:", '6:1: "amdin1" is not a key here [unknown-key]'),
        ("id: no\n", "", '1:1: "id" is missing [missing-key]'),
        (
            "weight: events",
            "encoding: utf-16",
            '15:11: "encoding" must be utf-8 or latin-1, not "utf-16" [bad-value]',
        ),
        (
            "weight: events",
            "by_actor: true",
            "1:1: the file: with by_actor the names are on side_a, and there is no side_b "
            "[bad-value]",
        ),
        ("[who, with]", "[]", '12:19: "columns" needs at least 1 entry, not 0 [wrong-shape]'),
    ],
)
def test_a_fault_of_the_mapping_has_its_place(tmp_path, old, new, said):
    assert MAPPING.count(old) == 1
    path = mapping_file(tmp_path, MAPPING.replace(old, new))
    data = write_csv(tmp_path, table())
    (found,) = problems_of(data, mapping=path, mapping_shown_as="mapping.yaml")

    assert as_text(found).splitlines()[0].replace(" error:", "") == f"mapping.yaml:{said}"


@pytest.mark.parametrize(
    ("constant", "said"),
    [
        (
            "{constant: Mali!}",
            '5:26: error: "country_code" cannot be "Mali!": "Mali!" is not a country code of three '
            "letters [bad-value]",
        ),
        (
            '{constant: "M\\0LI"}',
            '5:26: error: "country_code" cannot be "M\\x00LI": "M\\x00LI" is not a country code of '
            "three letters [bad-value]",
        ),
    ],
)
def test_a_constant_that_would_reject_every_row_is_said(tmp_path, constant, said):
    path = mapping_file(tmp_path, MAPPING.replace("{constant: mli}", constant))
    data = write_csv(tmp_path, table())
    (found,) = problems_of(data, mapping=path, mapping_shown_as="mapping.yaml")

    assert as_text(found).splitlines()[0] == f"mapping.yaml:{said}"


def test_all_missing_columns_are_said_with_those_that_there_are(tmp_path):
    path = write_csv(tmp_path, "a,b\n1,2\n")
    found = problems_of(path, mapping=mapping_file(tmp_path))

    assert {one.identifier for one in found} == {"incident-mapping"}
    assert len(found) == len(HEADER)
    assert {one.notes for one in found} == {("columns: a, b",)}


def test_the_kind_mapped_needs_a_mapping(tmp_path):
    (found,) = problems_of(write_csv(tmp_path, table()), "mapped")

    assert (found.identifier, found.location.file) == ("incident-mapping", "events.csv")


def test_a_mapping_that_is_not_there_is_a_problem(tmp_path):
    (found,) = problems_of(write_csv(tmp_path, table()), mapping=tmp_path / "no.yaml")

    assert found.identifier == "file-unreadable"


def test_a_sheet_that_is_not_there_is_a_problem(tmp_path):
    book = write_workbook(tmp_path / "a.xlsx", {"one": [HEADER, *ROWS]})
    (found,) = problems_of(book, mapping=mapping_file(tmp_path, f"{MAPPING}sheet: two\n"))

    assert (found.identifier, found.message) == (
        "incident-file",
        'the workbook has no sheet "two"',
    )
