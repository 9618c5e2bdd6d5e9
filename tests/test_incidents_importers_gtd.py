"""The GTD: Latin-1 text or a workbook, with zeros in its dates."""

import pytest

from forecast_bench.incidents import taxonomy
from forecast_bench.incidents.importers import RejectedRow
from reading_events import opened, read_all, read_csv, write_csv
from sample_events import GTD_CASES, csv_text, gtd_rows, write_workbook

EXPECTED = [one for _, one in GTD_CASES]


def seen(rows):
    return [
        (
            str(row["date_from"]),
            str(row["date_to"]),
            row["event_type"],
            row["side_a"],
            row["fatalities_best"],
        )
        for row in rows
    ]


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8", "utf-8-sig"])
def test_text_in_either_encoding_gives_the_cases(tmp_path, encoding):
    file = opened(write_csv(tmp_path, csv_text(*gtd_rows()).encode(encoding)))
    rows, rejected = read_all(file)

    assert (file.kind, rejected) == ("gtd", [])
    assert seen(rows) == EXPECTED
    assert {row["admin1"] for row in rows} == {"Ségou"}
    assert {row["country"] for row in rows} == {"Mali"}
    assert all(row["side_b"] == [] for row in rows)
    assert rows[0]["source_type"] == "Armed Assault / Military"


def test_a_file_in_both_encodings_is_read_line_by_line(tmp_path):
    lines = csv_text(*gtd_rows()).splitlines(keepends=True)
    content = b"".join(
        line.encode("latin-1" if at % 2 else "utf-8") for at, line in enumerate(lines)
    )
    rows, rejected = read_csv(tmp_path, content)

    assert rejected == []
    assert seen(rows) == EXPECTED


def test_a_workbook_gives_the_cases(tmp_path):
    header, rows = gtd_rows()
    typed = [[int(cell) if cell.isdigit() else cell or None for cell in row] for row in rows]
    path = write_workbook(tmp_path / "gtd.xlsx", {"Sheet1": [header, *typed]})
    found, rejected = read_all(opened(path))

    assert rejected == []
    assert seen(found) == EXPECTED
    assert found[0]["event_id"] == "201701010001"


def test_an_unknown_name_is_no_name_in_any_spelling(tmp_path):
    header, rows = gtd_rows()
    rows[0][header.index("gname")] = "UNKNOWN"
    rows[0][header.index("gname2")] = "Unknown Soldiers"
    (first, *_), _ = read_csv(tmp_path, csv_text(header, rows))

    assert first["side_a"] == ["Unknown Soldiers"]


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("iyear", "", "it is empty"),
        ("iyear", "0", "the year 0 is not between 1900 and 2100"),
        ("imonth", "13", "2017-13-06 is not a day of the calendar"),
        ("iday", "-1", '"-1" is negative'),
        ("nkill", "1.5", '"1.5" is a fraction'),
        ("attacktype1_txt", "Hex", 'no type of incident is known for "Hex / Military"'),
    ],
)
def test_a_cell_that_cannot_be_read_rejects_its_row(tmp_path, column, cell, reason):
    header, rows = gtd_rows()
    rows[0] = [*rows[4]]
    rows[0][header.index("targtype1_txt")] = "Military"
    rows[0][header.index(column)] = cell
    _, rejected = read_csv(tmp_path, csv_text(header, rows))

    named = "iyear" if column == "imonth" else column
    shown = "2017" if column == "imonth" else cell
    assert rejected == [RejectedRow(2, named, shown, reason)]


def test_every_attack_type_of_the_source_has_a_type():
    attacks = (
        "Assassination",
        "Armed Assault",
        "Bombing/Explosion",
        "Hijacking",
        "Hostage Taking (Barricade Incident)",
        "Hostage Taking (Kidnapping)",
        "Facility/Infrastructure Attack",
        "Unarmed Assault",
        "Unknown",
    )
    coding = taxonomy().sources["gtd"]
    assert all(coding.type_of(one, "Unknown") for one in attacks)
    assert coding.type_of("Armed Assault", "Tourists") == "violence against civilians"
    assert coding.type_of("Armed Assault", "Terrorists/Non-State Militia") == "battle"
