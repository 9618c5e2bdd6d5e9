"""Workbooks and Parquet that are damaged, or unpack to far more than they should."""

import random
import tempfile
import tracemalloc
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forecast_bench.incidents.importers import (
    RejectedRow,
    UnreadableFileError,
    columnar,
    workbook,
)
from forecast_bench.incidents.importers.rows import LONGEST_ROW
from reading_events import never_raises, opened, problems_of, read_all
from sample_events import acled_rows, events, write_workbook

QUICK = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def repack(path: Path, name: str, content: bytes) -> Path:
    """Put other content into one part of a workbook."""
    kept = {}
    with zipfile.ZipFile(path) as packed:
        kept = {one: packed.read(one) for one in packed.namelist()}
    kept[name] = content
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for one, data in kept.items():
            packed.writestr(one, data)
    return path


@pytest.fixture
def book(tmp_path):
    header, made = acled_rows(events(5))
    return write_workbook(tmp_path / "book.xlsx", {"one": [header, *made]})


def test_a_workbook_that_unpacks_to_a_bomb_is_refused(book):
    repack(book, "xl/worksheets/sheet1.xml", b"<worksheet>" + b" " * 30_000_000)
    (found,) = problems_of(book)

    assert found.identifier == "incident-file"
    assert found.message == (
        "the workbook is refused: xl/worksheets/sheet1.xml unpacks to 30,000,011 bytes, more than "
        "200 times its size"
    )


def test_a_workbook_of_too_much_is_refused(book, monkeypatch):
    monkeypatch.setattr(workbook, "MOST_UNPACKED", 1_000)
    (found,) = problems_of(book)
    assert "and at most 1,000 are read" in found.message

    monkeypatch.undo()
    monkeypatch.setattr(workbook, "MOST_ENTRIES", 3)
    (found,) = problems_of(book)
    assert "a workbook has at most 3" in found.message

    monkeypatch.undo()
    monkeypatch.setattr(workbook, "MOST_SHARED", 10)
    repack(book, "xl/sharedStrings.xml", b"<sst></sst> ")
    (found,) = problems_of(book)
    assert "its texts unpack to 12 bytes, and at most 10 do" in found.message


def test_a_bomb_is_not_unpacked(book):
    repack(book, "xl/worksheets/sheet1.xml", b"<worksheet>" + b" " * 100_000_000)
    tracemalloc.start()
    try:
        problems_of(book)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 10_000_000


def test_entities_of_a_workbook_do_not_grow(book):
    many = "".join(f'<!ENTITY e{at} "{f"&e{at - 1};" * 50}">' for at in range(1, 12))
    text = f'<!DOCTYPE x [<!ENTITY e0 "lol">{many}]><worksheet>&e11;</worksheet>'
    (found,) = problems_of(repack(book, "xl/worksheets/sheet1.xml", text.encode()))

    assert found.message.startswith("the workbook is damaged: ")


@pytest.mark.parametrize("cut", [0.1, 0.5, 0.9, 0.999])
def test_a_workbook_that_is_cut_is_damaged(book, cut):
    content = book.read_bytes()
    book.write_bytes(content[: int(len(content) * cut)])
    (found,) = problems_of(book)

    assert found.identifier == "incident-file"
    assert found.message.startswith("the workbook is damaged: ")


def test_a_packed_file_that_is_no_workbook_is_said(tmp_path):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("../../evil.txt", "x")
    (found,) = problems_of(path)

    assert found.message == "the file is packed, and is no workbook (XLSX)"


def test_a_sheet_that_breaks_off_is_no_end_of_the_file(tmp_path):
    header, made = acled_rows(events(500))
    book = write_workbook(tmp_path / "long.xlsx", {"one": [header, *made]})
    with zipfile.ZipFile(book) as packed:
        sheet = packed.read("xl/worksheets/sheet1.xml")
    cut = sheet[: sheet.index(b"</row>", len(sheet) * 2 // 3) + 6]
    # Excel writes the extent first; without it all of a sheet is looked through on opening.
    cut = cut.replace(b"<sheetData>", b'<dimension ref="A1:AE501"/><sheetData>')
    file = opened(repack(book, "xl/worksheets/sheet1.xml", cut))
    with pytest.raises(UnreadableFileError) as raised:
        list(file.batches())

    assert raised.value.problem.message.startswith("the workbook is damaged behind row ")


def test_a_row_far_below_does_not_count_up_to_it(book):
    with zipfile.ZipFile(book) as packed:
        sheet = packed.read("xl/worksheets/sheet1.xml")
    far = sheet.replace(b'<row r="6"', b'<row r="999999999999"').replace(b"<row>", b"<row r='7'>")
    assert far != sheet
    file = opened(repack(book, "xl/worksheets/sheet1.xml", far))
    with pytest.raises(UnreadableFileError) as raised:
        list(file.batches())

    assert raised.value.problem.message.endswith("a sheet has at most 1,048,576 rows")


def parquet(folder: Path, number: int = 5_000, **columns: pa.Array) -> Path:
    header, made = acled_rows(events(number))
    table = {name: pa.array([row[at] for row in made]) for at, name in enumerate(header)} | columns
    pq.write_table(pa.table(table), folder / "a.parquet", row_group_size=500)
    return folder / "a.parquet"


def test_parquet_is_read_in_pieces(tmp_path):
    file = opened(parquet(tmp_path))
    sizes = [batch.rows.num_rows for batch in file.batches()]

    assert sum(sizes) == 5_000
    assert max(sizes) < 5_000


@pytest.mark.parametrize("name", ["actor1", "actor2", "fatalities"])
def test_a_column_of_lists_is_never_read_as_empty(tmp_path, name):
    file = opened(parquet(tmp_path, 3, **{name: pa.array([["a"], ["b"], []])}))
    assert not file.by_actor
    with pytest.raises(UnreadableFileError) as raised:
        list(file.batches())
    said = raised.value.problem
    assert said.identifier == "incident-file"
    assert said.message == f'the column "{name}" holds list<element: string>, not single values'


def test_a_column_of_lists_that_nobody_needs_is_passed_over(tmp_path):
    rows, rejected = read_all(opened(parquet(tmp_path, 3, more=pa.array([["a"], ["b"], []]))))
    assert (len(rows), rejected) == (3, [])


def test_a_long_cell_of_parquet_costs_its_row(tmp_path):
    path = parquet(tmp_path, 3, actor1=pa.array(["a", "x" * 10_000_000, "c"]))
    found, rejected = read_all(opened(path))

    assert [row["line"] for row in found] == [1, 3]
    reason = f"the row has more than {LONGEST_ROW:,} bytes in one cell"
    assert rejected == [RejectedRow(2, "", "", reason)]


def test_a_long_cell_that_many_rows_share_is_not_spread_over_them(tmp_path):
    name = pa.DictionaryArray.from_arrays(pa.array([0] * 3_000, pa.int32()), ["x" * 5_000_000])
    file = opened(parquet(tmp_path, 3_000, actor1=name))
    tracemalloc.start()
    try:
        found, rejected = read_all(file)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert (len(found), len(rejected)) == (0, 3_000)
    assert max(peak, pa.default_memory_pool().max_memory()) < 1 << 30


def test_parquet_that_unpacks_to_too_much_at_once_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(columnar, "MOST_UNPACKED", 10)
    (found,) = problems_of(parquet(tmp_path, 5))

    assert found.identifier == "incident-file"
    assert "bytes at once" in found.message


def test_text_of_parquet_that_is_not_utf8_is_damage(tmp_path):
    raw = pa.array([b"a", b"\xff", b"c"], type=pa.binary())
    path = parquet(tmp_path, 3, actor1=raw.view(pa.string()))
    (found,) = problems_of(path)

    assert found.identifier == "incident-file"
    assert found.message.startswith("the Parquet file is damaged behind row 0: ")


@pytest.mark.parametrize("seed", range(60))
def test_a_damaged_parquet_file_says_so_or_reads(tmp_path, seed):
    rng = random.Random(seed)
    path = parquet(tmp_path, 600)
    content = bytearray(path.read_bytes())
    for _ in range(rng.choice((1, 5, 50))):
        content[rng.randrange(4, len(content))] = rng.randrange(256)
    path.write_bytes(content[: rng.choice((len(content), len(content), len(content) // 2))])
    never_raises(path, "acled")


@QUICK
@given(seed=st.integers(0, 2**32))
def test_a_damaged_workbook_says_so_or_reads(seed):
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        header, made = acled_rows(events(2))
        path = write_workbook(Path(folder) / "a.xlsx", {"one": [header, *made]})
        content = bytearray(path.read_bytes())
        for _ in range(rng.randint(1, 4)):
            content[rng.randrange(len(content))] = rng.randrange(256)
        path.write_bytes(content)
        never_raises(path, "acled")
