import datetime
from pathlib import Path

import pytest

from forecast_bench.incidents import incident_schema, read_monthly_counts
from forecast_bench.incidents.importers.monthly_counts import MOST_PROBLEMS
from forecast_bench.records import SourceDescription

HEADER = "month,country,admin1,side_a,side_b,event_type,incidents\n"
DESCRIPTION = SourceDescription.model_validate(
    {
        "source": "made",
        "title": "Made up",
        "kind": "monthly-counts",
        "file": "counts.csv",
        "retrieved": "2018-01-31",
        "settlement": "14 days",
        "licence": "none",
        "attribution": "nobody",
        "coverage": {
            "window": {"from": "2017-01-01", "to": "2017-12-31"},
            "countries": {"Mali": ["Gao", "Gao, north"], "Niger": ["Diffa"]},
            "types": ["battle", "abduction"],
        },
    }
)


def read(tmp_path: Path, text: str | bytes):
    path = tmp_path / "counts.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_monthly_counts(path, DESCRIPTION, "incidents/counts.csv")


def faults(tmp_path: Path, rows: str | bytes):
    table, problems = read(
        tmp_path, HEADER.encode() + rows if isinstance(rows, bytes) else HEADER + rows
    )
    assert table is None
    return [(one.location.line, one.location.column, one.identifier) for one in problems]


def test_rows_become_the_canonical_record(tmp_path):
    table, problems = read(
        tmp_path,
        "# a comment\n" + HEADER + '2017-02,Mali,"Gao, north",JNIM; ISGS,CMA,battle,3\r\n'
        "2017-12,Niger,,JNIM,,abduction,0\n\n",
    )
    assert problems == ()
    assert table is not None
    assert table.schema == incident_schema()
    first, second = table.to_pylist()
    assert (first["date_from"], first["date_to"]) == (
        datetime.date(2017, 2, 1),
        datetime.date(2017, 2, 28),
    )
    assert (first["side_a"], first["side_b"], first["weight"]) == (["JNIM", "ISGS"], ["CMA"], 3)
    assert (first["country"], first["admin1"], first["country_code"]) == (
        "Mali",
        "Gao, north",
        None,
    )
    assert (first["source"], first["vintage"]) == ("made", datetime.date(2018, 1, 31))
    assert (second["admin1"], second["side_b"], second["weight"]) == (None, [], 0)


def test_ids_do_not_depend_on_the_count_or_the_order_of_names(tmp_path):
    rows = ["2017-02,Mali,Gao,A; B,,battle,3\n", "2017-02,Mali,Gao,B; A,,battle,9\n"]
    ids = [read(tmp_path, HEADER + row)[0].column("event_id").to_pylist() for row in rows]
    assert ids[0] == ids[1]
    other = read(tmp_path, HEADER + "2017-02,Mali,Gao,A; B,,abduction,3\n")[0]
    assert other.column("event_id").to_pylist() != ids[0]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("2017-13,Mali,Gao,A,,battle,1\n", (2, 1, "incident-row")),
        ("0000-01,Mali,Gao,A,,battle,1\n", (2, 1, "incident-row")),
        ("2017-1,Mali,Gao,A,,battle,1\n", (2, 1, "incident-row")),
        ("2018-01,Mali,Gao,A,,battle,1\n", (2, 1, "incident-outside-coverage")),
        ("2017-01,Chad,Gao,A,,battle,1\n", (2, 9, "incident-outside-coverage")),
        ("2017-01,Mali,Diffa,A,,battle,1\n", (2, 14, "incident-outside-coverage")),
        ("2017-01,Mali,Gao,A,,fight,1\n", (2, 21, "unknown-type")),
        ("2017-01,Mali,Gao,A,,riot,1\n", (2, 21, "incident-outside-coverage")),
        ("2017-01,Mali,Gao,A,,battle,-1\n", (2, 28, "incident-row")),
        ("2017-01,Mali,Gao,A,,battle,1.5\n", (2, 28, "incident-row")),
        ("2017-01,Mali,Gao,A,,battle,\n", (2, 28, "incident-row")),
        ("2017-01,Mali,Gao,A,,battle,1_0\n", (2, 28, "incident-row")),
        ("2017-01,Mali,Gao,A;,,battle,1\n", (2, 18, "incident-row")),
        ("2017-01,Mali,Gao,A; a,,battle,1\n", (2, 18, "incident-row")),
        ("2017-01,Mali,Gao,A\x1fB,,battle,1\n", (2, 18, "incident-row")),
        ("2017-01,Mali,Gao,A,battle,1\n", (2, 1, "incident-row")),
        ('2017-01,Mali,"Gao,A,,battle,1\n', (2, 1, "incident-row")),
    ],
)
def test_bad_row_is_located(tmp_path, row, expected):
    assert faults(tmp_path, row) == [expected]


def test_all_faults_are_reported_and_nothing_is_imported(tmp_path):
    rows = "2017-01,Mali,Gao,A,,battle,1\nx,Chad,Gao,A,,fight,?\n2017-01, Mali ,Gao,a,,battle,2\n"
    assert faults(tmp_path, rows) == [
        (3, 1, "incident-row"),
        (3, 3, "incident-outside-coverage"),
        (3, 15, "unknown-type"),
        (3, 21, "incident-row"),
        (4, 1, "duplicate-incidents"),
    ]


def test_reading_stops_after_many_faults_and_says_so(tmp_path):
    found = faults(tmp_path, "x,Mali,Gao,A,,battle,1\n" * (MOST_PROBLEMS + 50))
    assert len(found) == MOST_PROBLEMS + 1


def test_not_utf8(tmp_path):
    assert faults(tmp_path, "2017-01,Mali,Ménaka".encode("latin-1")) == [(2, 15, "not-utf8")]


def test_files_without_rows(tmp_path):
    for text, identifier in (
        ("", "file-empty"),
        (" \n\n", "file-empty"),
        ("# only\n# comments\n", "incident-header"),
        ("month,country,incidents\n2017-01,Mali,1\n", "incident-header"),
        ("2017-01,Mali,Gao,A,,battle,1\n", "incident-header"),
        (HEADER, "no-incidents"),
    ):
        table, problems = read(tmp_path, text)
        assert table is None
        assert [one.identifier for one in problems] == [identifier]


def test_missing_file(tmp_path):
    table, problems = read_monthly_counts(tmp_path / "none.csv", DESCRIPTION, "none.csv")
    assert table is None
    assert [one.identifier for one in problems] == ["file-unreadable"]
