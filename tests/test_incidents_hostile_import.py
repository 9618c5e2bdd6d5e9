"""What is wrong with a file, a name or a day, through `incidents import FILE`."""

import csv
import io
import json
import zipfile
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import sample_events as made
from forecast_bench.cli import main
from forecast_bench.incidents import LocalStorage, vintages

EVENTS = made.events(60)
HEADER, ROWS = made.acled_rows(EVENTS)
WHOLE = made.csv_text(HEADER, ROWS)
ACLED = ("--source", "acled", "--retrieved", "2021-01-01")
OF_ONE = "1 of 60 rows cannot be read, more than the 1.0% that may be left out [incident-rejects]"
FORMULA = "=cmd|' /C calc'!A0"
DESCRIPTION = """\
source: {name}
title: Made up
kind: {kind}
settlement: 14 days
licence: none
attribution: nobody
coverage:
  countries: {{Mali: [Gao]}}
  types: [battle]
"""


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    (tmp_path / "judgments").mkdir()
    (tmp_path / "incidents").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(workspace, capsys):
    def run(*words):
        with pytest.raises(SystemExit) as left:
            main(["incidents", *map(str, words)])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return SimpleNamespace(status=left.value.code or 0, out=said.out, err=said.err)

    return run


@pytest.fixture
def bring(workspace, run):
    def bring(content, *words, name="x.csv"):
        content = content.encode() if isinstance(content, str) else content
        (workspace / name).write_bytes(content)
        return run("import", name, *(words or ACLED))

    return bring


def with_cells(column, value, number=1):
    rows = [list(row) for row in ROWS]
    for row in rows[:number]:
        row[HEADER.index(column)] = value
    return made.csv_text(HEADER, rows)


def kept(workspace):
    """What of an import is there, but for rejected rows and the lock."""
    folders = [workspace / ".forecast-bench", workspace / "incidents"]
    found = [one for folder in folders for one in folder.rglob("*") if one.is_file()]
    names = {one.relative_to(workspace).as_posix() for one in found if one.name != ".lock"}
    return {one for one in names if "/rejected/" not in one}


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("actor1", "A\x00B", "line 2, actor1: it holds the control character U+0000"),
        ("notes", "x" * 10_000_000, "line 2: the row has more than 131,072 characters"),
        ("event_date", "0000-01-01", "the year 0 is not between 1900 and 2100"),
        ("event_date", "9999-01-01", "the year 9999 is not between 1900 and 2100"),
        ("event_date", "2100-01-01", "it begins on 2100-01-01, and the source was read on 2021-"),
        ("fatalities", "-3", '"-3" is negative'),
        ("fatalities", "1.5", '"1.5" is a fraction'),
        ("fatalities", FORMULA, "is not a whole number"),
    ],
)
def test_a_cell_that_cannot_be_read_stops_the_import(workspace, bring, column, value, reason):
    done = bring(with_cells(column, value))
    assert done.status == 4
    assert done.err.startswith(f"x.csv:2:1: error: {OF_ONE}\n")
    assert reason in done.err
    assert len(done.err) < 1000
    assert kept(workspace) == set()
    # All rows are like that: then there is none, and why is still said.
    done = bring(with_cells(column, value[:200_000], 60))
    assert done.status == 4
    assert done.err.startswith("x.csv:")
    assert reason in done.err
    assert kept(workspace) == set()


def test_bytes_of_two_encodings_stop_the_import(workspace, bring):
    done = bring(WHOLE.encode() + "MLI9,Façade\n".encode("latin-1"))
    assert done.status == 4
    assert "[incident-rejects]" in done.err
    assert kept(workspace) == set()


def test_rejected_rows_hold_no_live_formula(workspace, bring):
    (workspace / "pyproject.toml").write_text("[tool.forecast-bench]\nmost_rejected = 0.05\n")
    starts = ("=1+1", "+1+1", "-1+1", "@SUM(1)", FORMULA)
    rows = [list(row) for row in ROWS]
    for row, start in zip(rows, starts[:3], strict=False):
        row[HEADER.index("fatalities")] = start
    done = bring(made.csv_text(HEADER, rows))
    assert done.status == 0
    assert "3 of 60 rows cannot be read" in done.out
    text = (workspace / ".forecast-bench/rejected/acled-2021-01-01.csv").read_text()
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]
    assert "'=1+1" in cells


def test_two_percent_of_rejects_stop_it_until_they_are_allowed(workspace, bring):
    rows = made.acled_rows(made.events(100))[1]
    for row in rows[:2]:
        row[HEADER.index("fatalities")] = "many"
    text = made.csv_text(HEADER, rows)
    done = bring(text)
    assert done.status == 4
    assert "2 of 100 rows cannot be read, more than the 1.0% that may be left out" in done.err
    assert kept(workspace) == set()
    (workspace / "pyproject.toml").write_text("[tool.forecast-bench]\nmost_rejected = 0.05\n")
    done = bring(text, *ACLED, "--format", "json")
    assert done.status == 0
    document = json.loads(done.out)
    assert document["read"] == {"rows": 100, "taken": 98, "rejected": 2, "outside": 0}
    assert document["events"] == 98


def parquet(**changed):
    columns = {name: [row[at] for row in ROWS] for at, name in enumerate(HEADER)}
    file = io.BytesIO()
    pq.write_table(pa.table(columns | changed), file)
    return file.getvalue()


def bomb():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        archive.writestr("xl/workbook.xml", "<x/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"<a>" + b" " * 100_000_000)
    return file.getvalue()


def damaged():
    content = bytearray(parquet())
    third = len(content) // 3
    content[third : third + 200] = b"\xff" * 200
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (lambda: b"", "x.csv", "the file is empty [file-empty]"),
        (lambda: made.csv_text(HEADER, []), "x.csv", "the file holds no row that can be read"),
        (lambda: b"PAR1" + b"x" * 100, "x.parquet", "the Parquet file is damaged"),
        (lambda: parquet()[:5000], "x.parquet", "the Parquet file is damaged"),
        (damaged, "x.parquet", "the Parquet file is damaged behind row"),
        (bomb, "x.xlsx", "more than 200 times its size [incident-file]"),
        (lambda: b"<html>sign in</html>", "x.csv", "this is a page of the web or XML"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused(workspace, bring, content, name, message):
    done = bring(content(), name=name)
    assert done.status == 4
    assert done.err.startswith(f"{name}:1:1: error: ")
    assert message in done.err
    assert kept(workspace) == set()


def test_a_folder_and_a_file_that_is_not_there(workspace, run):
    for name, message in (
        ("judgments", "this is a folder, not a file"),
        ("no.csv", "No such file"),
    ):
        done = run("import", name, "--retrieved", "2021-01-01")
        assert done.status == 4
        assert done.err.startswith(f"{name}:1:1: error: ")
        assert message in done.err
    assert kept(workspace) == set()


@pytest.mark.parametrize("column", ["event_id_cnty", "country", "admin1", "actor1"])
@pytest.mark.parametrize("value", ["../../x", "/etc/x", "' OR 1=1 --", "*", "año\u2019s"])
def test_names_that_look_like_paths_are_names(workspace, bring, column, value):
    before = set(workspace.parent.rglob("*"))
    done = bring(with_cells(column, value))
    assert (done.status, done.err) == (0, "")
    fresh = set(workspace.parent.rglob("*")) - before
    assert all(one.is_relative_to(workspace) for one in fresh)
    (only,) = vintages(LocalStorage(workspace / ".forecast-bench/incidents"), "acled")
    found = [row for path in only.state.rows for row in pq.read_table(path).to_pylist()]
    assert len(found) == 60
    assert value in str(found)


@pytest.mark.parametrize("name", ["../../x", "/etc/x", "a b", " ", ".hidden", "x" * 101])
def test_a_name_of_a_source_that_is_no_id_is_a_mistake_of_usage(workspace, bring, name):
    done = bring(WHOLE, *ACLED, "--name", name)
    assert done.status == 2
    assert "can be described by x.csv: source: " in " ".join(done.err.split())
    assert kept(workspace) == set()


def test_a_country_as_long_as_a_book_is_a_mistake_of_usage(workspace, bring):
    done = bring(with_cells("country", "M" * 30_000, 60))
    assert done.status == 2
    assert len(done.err) < 1000
    assert kept(workspace) == set()


def test_days_that_cannot_be(workspace, bring):
    late = bring(WHOLE, "--source", "acled", "--retrieved", "2018-01-01")
    assert late.status == 4
    assert "it begins on 2018-09-29, and the source was read on 2018-01-01" in late.err
    turned = bring(WHOLE, *ACLED, "--from", "2019-01-01", "--to", "2018-01-01")
    assert turned.status == 2
    assert "2019-01-01 is after the last day that the file can cover" in turned.err
    early = bring(WHOLE, *ACLED, "--to", "2010-01-01")
    assert early.status == 4
    assert "no row of the file lies inside" in early.err
    beyond = bring(WHOLE, *ACLED, "--to", "2021-01-02")
    assert beyond.status == 2
    assert "cannot cover days after it" in beyond.err
    assert bring(WHOLE, "--source", "acled").status == 2
    assert kept(workspace) == set()


def test_nothing_is_covered_after_the_day_of_retrieval(workspace, bring):
    # Known to the month only, and read in its first half: filed on the 16th, which was yet to come.
    rows = [list(row) for row in ROWS]
    for at, (date, precision) in enumerate((("2020-01-05", "1"), ("2020-01-03", "3"))):
        rows[at][HEADER.index("event_date")] = date
        rows[at][HEADER.index("time_precision")] = precision
    asked = ("--source", "acled", "--retrieved", "2020-01-10", "--format", "json")
    document = json.loads(bring(made.csv_text(HEADER, rows), *asked).out)
    assert document["coverage"]["window"]["end"] == "2020-01-10"
    assert document["outside"] == {"other days": 1}


def test_counts_of_a_month_cover_all_its_days(workspace, bring):
    text = DESCRIPTION.format(name="counted", kind="monthly-counts")
    (workspace / "incidents/counted.yaml").write_text(text)
    counts = (
        "month,country,admin1,side_a,side_b,event_type,incidents\n2017-02,Mali,Gao,A,,battle,1\n"
    )
    asked = ("--source", "counted", "--retrieved", "2021-01-01", "--format", "json")
    document = json.loads(bring(counts, *asked).out)
    assert document["coverage"]["window"] == {"start": "2017-02-01", "end": "2017-02-28"}


@pytest.mark.parametrize(
    ("kind", "source", "status", "message"),
    [
        ("acled", "tea", 2, '"tea" is neither a source nor a kind of one'),
        ("tea", "described", 1, '"tea" is not a kind of source [source-kind]'),
        ("mapped", "described", 1, "the kind mapped needs a mapping"),
        ("gtd", "described", 4, "x.csv:1:1: error: "),
        ("acled\nfile: own.csv\nretrieved: 2020-01-31", "described", 2, "a file of its own"),
    ],
)
def test_sources_that_the_file_is_not_of(workspace, bring, kind, source, status, message):
    text = DESCRIPTION.format(name="described", kind=kind)
    if "own.csv" in kind:
        window = "  window: {from: 2017-01-01, to: 2018-12-31}\n"
        text = text.replace("coverage:\n", f"coverage:\n{window}")
        (workspace / "incidents/own.csv").write_text(WHOLE)
    (workspace / "incidents/described.yaml").write_text(text)
    before = kept(workspace)
    done = bring(WHOLE, "--source", source, "--retrieved", "2021-01-01")
    assert done.status == status
    assert message in " ".join(done.err.split())
    assert kept(workspace) == before


@pytest.mark.parametrize("name", ["a [b] 'c*.csv", "új fájl.csv", "x\ny.csv"])
def test_files_and_folders_with_odd_names(tmp_path, run, bring, monkeypatch, name):
    folder = tmp_path / "w [1] 'q' *?"
    (folder / "judgments").mkdir(parents=True)
    monkeypatch.chdir(folder)
    (folder / name).write_text(WHOLE)
    assert run("import", name, *ACLED).status == 0
    asked = ("--from", "2017-02-01", "--to", "2019-11-30", "--format", "json")
    counted = json.loads(run("count", *asked).out)
    first, last = (made.datetime.date.fromisoformat(one) for one in (asked[1], asked[3]))
    inside = [first <= one.days[0] and one.days[1] <= last for one in EVENTS]
    assert counted["count"] == sum(inside)


@pytest.mark.parametrize("store", ["pyproject.toml", "nosuch://x/y"])
def test_a_store_that_cannot_be(workspace, bring, run, store):
    (workspace / "pyproject.toml").write_text(f'[tool.forecast-bench]\nstore = "{store}"\n')
    done = bring(WHOLE)
    assert done.status == 4
    assert done.err.startswith("x.csv:1:1: error: ")
    assert "[incident-store]" in done.err
    assert run("status").status in (0, 4)
    assert kept(workspace) == set()


def test_a_store_by_the_address_of_a_folder(workspace, bring):
    address = f"file://{workspace / 'elsewhere'}"
    (workspace / "pyproject.toml").write_text(f'[tool.forecast-bench]\nstore = "{address}"\n')
    assert bring(WHOLE).status == 0
    assert (workspace / "elsewhere/acled/catalogue.json").is_file()
