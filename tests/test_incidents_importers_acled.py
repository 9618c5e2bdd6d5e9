"""ACLED exports: dyadic and monadic, of both eras, in every form of file."""

import datetime
import json
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from forecast_bench.incidents import taxonomy
from forecast_bench.incidents.importers import RejectedRow
from reading_events import opened, read_all, read_csv, without, write_csv
from sample_events import (
    COMPOUND,
    JNIM,
    NEW,
    OLD,
    acled_rows,
    csv_text,
    events,
    expected,
    write_workbook,
)

ERAS = pytest.mark.parametrize("old", [False, True], ids=["since 2019", "before 2019"])


@ERAS
@pytest.mark.parametrize("iso_dates", [False, True], ids=["written dates", "ISO dates"])
def test_a_dyadic_export_gives_its_events(tmp_path, old, iso_dates):
    made = events(old=old)
    rows, rejected = read_csv(tmp_path, csv_text(*acled_rows(made, iso_dates=iso_dates)))

    assert rejected == []
    assert [without(row, ("line", "side_a", "side_b")) for row in rows] == list(map(expected, made))
    assert [(row["side_a"], row["side_b"]) for row in rows] == [
        (list(one.side_a), list(one.side_b)) for one in made
    ]


@ERAS
def test_a_monadic_export_gives_a_row_for_each_side(tmp_path, old):
    made = events(old=old)
    file = opened(write_csv(tmp_path, csv_text(*acled_rows(made, monadic=True))))
    rows, rejected = read_all(file)

    assert file.by_actor
    assert rejected == []
    assert len(rows) == len(made) + sum(1 for one in made if one.side_b)
    assert {row["event_id"] for row in rows} == {one.id for one in made}
    assert all(row["side_b"] == [] for row in rows)
    together: dict[str, list[str]] = {}
    for row in rows:
        together.setdefault(row["event_id"], []).extend(row["side_a"])
    assert together == {one.id: [*one.side_a, *one.side_b] for one in made}


@ERAS
def test_the_twins_agree_event_by_event(tmp_path, old):
    made = events(old=old)
    dyadic, _ = read_csv(tmp_path, csv_text(*acled_rows(made)))
    monadic, _ = read_csv(tmp_path, csv_text(*acled_rows(made, monadic=True)))

    sides = ("line", "side_a", "side_b")
    one_each = {row["event_id"]: without(row, sides) for row in monadic}
    assert one_each == {row["event_id"]: without(row, sides) for row in dyadic}


def test_a_compound_label_stays_whole(tmp_path):
    made = [one for one in events() if one.side_a[0] == COMPOUND]
    rows, _ = read_csv(tmp_path, csv_text(*acled_rows(made)))

    assert len(made) > 100
    assert all(row["side_a"][0] == COMPOUND and JNIM not in row["side_a"] for row in rows)


@pytest.mark.parametrize(
    ("precision", "first", "last"),
    [
        ("1", "2020-02-10", "2020-02-10"),
        ("2", "2020-02-04", "2020-02-16"),
        ("3", "2020-02-01", "2020-02-29"),
        ("3.0", "2020-02-01", "2020-02-29"),
    ],
)
def test_an_imprecise_date_is_a_range(tmp_path, precision, first, last):
    header, (row,) = acled_rows(events(1))
    row[header.index("event_date")] = "10 February 2020"
    row[header.index("time_precision")] = precision
    (found,), _ = read_csv(tmp_path, csv_text(header, [row]))

    assert (str(found["date_from"]), str(found["date_to"])) == (first, last)


def test_every_week_that_holds_the_date_is_in_the_range():
    # Whichever day a week begins on, it reaches at most six days to either side.
    one = datetime.date(2020, 2, 12)
    weeks = [one - datetime.timedelta(days=back) for back in range(7)]
    assert min(weeks) == datetime.date(2020, 2, 6)
    assert max(week + datetime.timedelta(days=6) for week in weeks) == datetime.date(2020, 2, 18)


def test_later_exports_have_other_columns_and_inter_as_words(tmp_path):
    header, rows = acled_rows(events(50), iso_dates=True)
    dropped = {"data_id", "event_id_no_cnty", "iso3"}
    kept = [at for at, name in enumerate(header) if name not in dropped]
    later = [*(header[at] for at in kept), "disorder_type", "civilian_targeting", "tags"]
    changed = [
        [*(row[at] for at in kept), "Political violence", "", "crowd size=no"] for row in rows
    ]
    for row in changed:
        row[later.index("inter1")] = "Rebel group"
    found, rejected = read_csv(tmp_path, csv_text(later, changed))

    assert rejected == []
    assert [without(row, ("line", "side_a", "side_b")) for row in found] == [
        expected(one) | {"country_code": None} for one in events(50)
    ]


def _forms(folder: Path) -> dict[str, Path]:
    header, rows = acled_rows(events(300))
    text = csv_text(header, rows)
    table = {name: [row[at] or None for row in rows] for at, name in enumerate(header)}
    pq.write_table(pa.table(table), folder / "a.parquet", row_group_size=77)
    typed = {
        **table,
        "fatalities": pa.array([int(row[header.index("fatalities")]) for row in rows]),
        "latitude": pa.array([float(row[header.index("latitude")]) for row in rows]),
        "country": pa.array(table["country"]).dictionary_encode(),
        "event_date": pa.array([one.day for one in events(300)]),
    }
    pq.write_table(pa.table(typed), folder / "typed.parquet")
    lines = [json.dumps(dict(zip(header, row, strict=True))) for row in rows]
    write_workbook(folder / "a.xlsx", {"events": [header, *rows]})
    return {
        "semicolons": write_csv(folder, csv_text(header, rows, delimiter=";"), "s.csv"),
        "tabs": write_csv(folder, csv_text(header, rows, delimiter="\t"), "t.tsv"),
        "mark": write_csv(folder, b"\xef\xbb\xbf" + text.encode(), "m.csv"),
        "carriage returns": write_csv(folder, text.replace("\n", "\r\n"), "r.csv"),
        "old ends of line": write_csv(folder, text.replace("\n", "\r"), "o.csv"),
        "blank lines": write_csv(folder, text.replace("1580000000,MLI\n", "1,MLI\n\n \n"), "b.csv"),
        "JSON lines": write_csv(folder, "\n".join(lines), "a.jsonl"),
        "Parquet": folder / "a.parquet",
        "typed Parquet": folder / "typed.parquet",
        "XLSX": folder / "a.xlsx",
    }


def test_every_form_of_file_gives_the_same(tmp_path):
    plain, _ = read_csv(tmp_path, csv_text(*acled_rows(events(300))))
    for form, path in _forms(tmp_path).items():
        rows, rejected = read_all(opened(path))
        assert rejected == [], form
        assert [without(row, ["line"]) for row in rows] == [
            without(row, ["line"]) for row in plain
        ], form


def test_lines_are_those_on_which_rows_begin(tmp_path):
    # Each row has a note over two lines; a workbook and Parquet have rows instead.
    forms = _forms(tmp_path)
    lines = {
        name: [row["line"] for row in read_all(opened(path))[0]][:3] for name, path in forms.items()
    }

    assert (
        lines["semicolons"] == lines["carriage returns"] == lines["old ends of line"] == [2, 4, 6]
    )
    assert lines["blank lines"] == [2, 6, 10]
    assert lines["JSON lines"] == [1, 2, 3]
    assert lines["Parquet"] == [1, 2, 3]
    assert lines["XLSX"] == [2, 3, 4]


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("event_id_cnty", " ", "it is empty"),
        ("event_id_cnty", "1.97E+11", "a spreadsheet has cut this id; export it as text"),
        ("event_date", "", "it is empty"),
        (
            "event_date",
            "31/12/2020",
            '"31/12/2020" is not a date; 2020-12-31 or 31 December 2020 would be one',
        ),
        ("event_date", "0000-01-01", "the year 0 is not between 1900 and 2100"),
        ("event_date", "9999-12-31", "the year 9999 is not between 1900 and 2100"),
        ("event_date", "30 February 2020", "2020-02-30 is not a day of the calendar"),
        ("time_precision", "4", '"4" is not a precision; it is 1, 2 or 3'),
        ("time_precision", "", '"" is not a precision; it is 1, 2 or 3'),
        ("country", "", "it is empty"),
        ("event_type", "", "it is empty"),
        ("event_type", "Duels", 'no type of incident is known for "Duels / Armed clash"'),
        ("latitude", "91", "91 is not between -90 and 90 degrees"),
        ("latitude", "north", '"north" is not a number of degrees'),
        ("longitude", "-180.5", "-180.5 is not between -180 and 180 degrees"),
        ("longitude", "1e999", '"1e999" is not a number of degrees'),
        ("fatalities", "-1", '"-1" is negative'),
        ("fatalities", "2.5", '"2.5" is a fraction'),
        ("fatalities", "many", '"many" is not a whole number'),
        ("fatalities", "1" * 13, f'"{"1" * 13}" is not written in at most 12 digits'),
        ("actor1", "JN\x00IM", "it holds the control character U+0000"),
        ("assoc_actor_1", "A; B\u202eC", "it holds the control character U+202E"),
        ("actor2", "A\nB", "it holds the control character U+000A"),
        ("admin1", "Ga\x1bo", "it holds the control character U+001B"),
        ("iso3", "Mali", '"Mali" is not a country code of three letters'),
    ],
)
def test_a_cell_that_cannot_be_read_rejects_its_row(tmp_path, column, cell, reason):
    made = [one for one in events(200) if one.coded[1] == "Armed clash"][:3]
    header, rows = acled_rows(made)
    rows[1][header.index(column)] = cell
    found, rejected = read_csv(tmp_path, csv_text(header, rows))

    assert [row["event_id"] for row in found] == [made[0].id, made[2].id]
    (one,) = rejected
    assert (one.line, one.column, one.reason) == (4, column, reason)


def test_what_is_optional_may_be_empty(tmp_path):
    header, (row,) = acled_rows(events(1))
    optional = ("iso3", "admin1", "admin2", "latitude", "longitude", "fatalities")
    for name in (*optional, "actor1", "assoc_actor_1", "actor2", "assoc_actor_2"):
        row[header.index(name)] = ""
    (found,), rejected = read_csv(tmp_path, csv_text(header, [row]))

    assert rejected == []
    empty = ("country_code", "admin1", "admin2", "latitude", "longitude", "fatalities_best")
    assert {name: found[name] for name in empty} == dict.fromkeys(empty)
    assert (found["side_a"], found["side_b"]) == ([], [])


def test_names_are_split_trimmed_and_kept_once(tmp_path):
    header, (row,) = acled_rows(events(1))
    row[header.index("actor1")] = "  Katiba\u00a0  Macina "
    row[header.index("assoc_actor_1")] = "JNIM;;Katiba Macina ; =cmd|' /C calc'!A0; ../../etc"
    (found,), _ = read_csv(tmp_path, csv_text(header, [row]))

    assert found["side_a"] == ["Katiba Macina", "JNIM", "=cmd|' /C calc'!A0", "../../etc"]


def test_an_old_export_without_sub_types_says_so(tmp_path):
    header, rows = acled_rows(events(20, old=True))
    at = header.index("sub_event_type")
    file = opened(
        write_csv(
            tmp_path,
            csv_text(
                [name for name in header if name != "sub_event_type"],
                [[*row[:at], *row[at + 1 :]] for row in rows],
            ),
        )
    )

    assert file.notes == ("there are no sub-types: abductions are not told apart",)
    assert len(read_all(file)[0]) == 20


def test_new_types_without_a_sub_type_are_rejected(tmp_path):
    header, (row,) = acled_rows(events(1))
    row[header.index("event_type")], row[header.index("sub_event_type")] = "Battles", ""
    _, rejected = read_csv(tmp_path, csv_text(header, [row]))

    assert rejected == [
        RejectedRow(2, "event_type", "Battles", 'no type of incident is known for "Battles"')
    ]


def test_types_by_hand_are_those_of_the_table():
    coding = taxonomy().sources["acled"]
    for event_type, sub_type, name in (*NEW, *OLD):
        assert coding.type_of(event_type, sub_type) == name
        assert coding.type_of(event_type.upper(), f" {sub_type} ") == name


def test_counts_by_type_are_those_of_pandas(tmp_path):
    import pandas as pd

    made = events()
    path = write_csv(tmp_path, csv_text(*acled_rows(made)))
    rows, _ = read_all(opened(path))

    frame = pd.read_csv(path)
    by_code = {(first, second): name for first, second, name in NEW}
    coded = zip(frame["event_type"], frame["sub_event_type"], strict=True)
    assert Counter(row["event_type"] for row in rows) == Counter(by_code[one] for one in coded)
    assert sum(row["fatalities_best"] for row in rows) == int(frame["fatalities"].sum())
