"""Files that are damaged, hostile or odd: every row is read or rejected, and nothing raises."""

import io
import json
import random
import tempfile
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forecast_bench.incidents.importers import (
    RejectedRow,
    rows,
)
from forecast_bench.incidents.importers.rows import BATCH_ROWS, LONGEST_ROW
from reading_events import never_raises, opened, read_all, read_csv, write_csv
from sample_events import acled_rows, csv_text, events, mutated

SMALL = ["event_id_cnty", "event_date", "time_precision", "event_type", "actor1", "country"]
HEAD = ",".join(SMALL) + "\n"
GOOD = "{id},2018-01-01,1,Remote violence,{actor},Mali\n"


def good(identifier, actor="JNIM"):
    return GOOD.format(id=identifier, actor=actor)


def read(folder, text, kind="acled"):
    """Ids, and the rejected rows as line and reason."""
    found, rejected = read_csv(folder, text, kind)
    return [row["event_id"] for row in found], [(one.line, one.reason) for one in rejected]


QUOTES = "the quotes in this row do not match"


@pytest.mark.parametrize(
    ("text", "ids", "rejected"),
    [
        (
            good("a") + "x,y\n" + good("b"),
            "ab",
            [(3, "the row has 2 fields, and the header has 6")],
        ),
        (good("a") + "x\n" + good("b"), "ab", [(3, "the row has 1 field, and the header has 6")]),
        (good("a") + "1,2,3,4,5,6,7\n", "a", [(3, "the row has 7 fields, and the header has 6")]),
        (good("a", '"JNIM') + good("b") + good("c"), "bc", [(2, QUOTES)]),
        (good("a", '"JNIM') + good("b", '"x"') + good("c"), "bc", [(2, QUOTES)]),
        (good("a") + good("b", '"never closed'), "a", [(3, QUOTES)]),
        (good("a") + '"', "a", [(3, QUOTES)]),
        (good("a", '"JN"IM') + good("b"), "b", [(2, QUOTES)]),
        (good("a", 'JN"IM') + good("b"), "ab", []),
        (good("a", '"JN\nIM"') + good("b"), "b", [(2, "it holds the control character U+000A")]),
        (good("a") + ",,,,,\n \n\n" + good("b"), "ab", []),
        (good("a", "J\0M") + good("b"), "b", [(2, "it holds the control character U+0000")]),
        (good("a") + "\x1a", "a", [(3, "the row has 1 field, and the header has 6")]),
        (good("a").rstrip("\n"), "a", []),
    ],
    ids=range(14),
)
def test_rows_that_are_none_cost_a_line_each(tmp_path, text, ids, rejected):
    assert read(tmp_path, HEAD + text) == (list(ids), rejected)


def test_bytes_that_are_not_utf8_cost_their_row(tmp_path):
    bad = good("b", "S\xe9gou").encode("latin-1")
    text = (HEAD + good("a", "Ségou")).encode() + bad + good("c").encode()
    found, rejected = read_csv(tmp_path, text, "acled")

    assert [row["side_a"] for row in found] == [["Ségou"], ["JNIM"]]
    assert rejected == [RejectedRow(3, "actor1", "S\\xe9gou", "byte 0xe9 is not UTF-8 text")]


def test_a_bad_byte_in_a_column_that_is_not_needed_is_said_too(tmp_path):
    text = HEAD.replace("\n", ",notes\n").encode() + good("a").encode().replace(b"\n", b",\xff\n")
    _, rejected = read_csv(tmp_path, text, "acled")

    assert rejected == [RejectedRow(2, "notes", "\\xff", "byte 0xff is not UTF-8 text")]


def test_a_cell_of_ten_megabytes_costs_its_row(tmp_path):
    text = HEAD + good("a") + good("b", "x" * 10_000_000) + good("c")
    ids, rejected = read(tmp_path, text)

    assert ids == ["a", "c"]
    assert rejected == [(3, f"the row has more than {LONGEST_ROW:,} characters")]


def test_a_cell_of_ten_megabytes_over_many_lines_costs_no_other_row(tmp_path):
    cell = '"' + "x" * 99 + "\n"
    cell += ("x" * 99 + "\n") * 99_999 + '"'
    ids, rejected = read(tmp_path, HEAD + good("a") + good("b", cell) + good("c"))

    assert ids == ["a", "c"]
    # Each of its lines is said to be no row, so that none is lost in silence.
    assert [line for line, _ in rejected] == list(range(3, 100_004))
    assert (
        rejected[0][1] == f"a quote that opens here is not closed within {LONGEST_ROW:,} characters"
    )


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("length", range(LONGEST_ROW - 3, LONGEST_ROW + 4))
def test_line_numbers_hold_behind_a_line_of_about_the_limit(tmp_path, end, length):
    text = HEAD + "x" * length + "\n" + good("a")
    found, rejected = read_csv(tmp_path, text.replace("\n", end), "acled")

    assert [row["line"] for row in found] == [3]
    assert [one.line for one in rejected] == [2]


def test_a_file_of_one_line_is_read_in_bounded_memory(tmp_path):
    path = write_csv(tmp_path, HEAD.encode() + b"x" * 50_000_000)
    tracemalloc.start()
    try:
        found, rejected = read_all(opened(path))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert (found, len(rejected)) == ([], 1)
    assert peak < 20_000_000


def test_names_of_any_length_are_not_remembered_for_ever(tmp_path):
    path = tmp_path / "long.csv"
    with path.open("w") as file:
        file.write(HEAD)
        for number in range(1_200):
            file.write(good(number, f"{number}{'x' * 100_000}"))
    tracemalloc.start()
    try:
        read = sum(batch.rows.num_rows for batch in opened(path).batches())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert read == 1_200
    assert peak < path.stat().st_size


def test_what_looks_like_a_formula_or_a_path_is_text(tmp_path):
    for cell in ("=cmd|' /C calc'!A0", "../../../etc/passwd", "C:\\windows", "<script>", "%s%n"):
        (row,), rejected = read_csv(tmp_path, HEAD + good("../x", f'"{cell}"'))
        assert (row["event_id"], row["side_a"], rejected) == ("../x", [cell], [])


def test_halves_of_characters_in_json_are_rejected(tmp_path):
    rows_of = [dict(zip(SMALL, good(one).strip().split(","), strict=True)) for one in "abc"]
    rows_of[1]["actor1"] = "\ud800"
    rows_of[2]["event_id_cnty"] = "\udcff"
    found, rejected = read_csv(tmp_path, "\n".join(map(json.dumps, rows_of)))

    assert [row["event_id"] for row in found] == ["a"]
    assert [(one.line, one.column, one.value) for one in rejected] == [
        (2, "actor1", "\\ud800"),
        (3, "event_id_cnty", "\\xff"),
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"event_id_cnty": "x"', "this is not JSON: column 22: Expecting ',' delimiter"),
        ("[1, 2]", "this is not a row: it is no object in braces"),
        ("[" * 100_000, "this is not a row: it is nested too deep"),
        ('"' + "x" * 10_000_000 + '"', f"the row has more than {LONGEST_ROW:,} characters"),
        (
            json.dumps(dict(zip(SMALL, [["x"], "", "", "", "", ""], strict=True))),
            "the value is a list or an object",
        ),
    ],
)
def test_lines_that_are_no_objects_cost_themselves(tmp_path, line, reason):
    one, two = (json.dumps(dict(zip(SMALL, good(x).strip().split(","), strict=True))) for x in "ab")
    found, rejected = read_csv(tmp_path, f"{one}\n{line}\n\n{two}\n")

    assert [row["event_id"] for row in found] == ["a", "b"]
    assert [(one.line, one.reason) for one in rejected] == [(2, reason)]


def test_numbers_of_json_are_read_as_they_are_written(tmp_path):
    text = (
        '{"event_id_cnty": 15960.0, "event_date": "2018-01-01", "time_precision": 1, '
        '"event_type": "Remote violence", "actor1": null, "country": "Mali", "fatalities": 2.0, '
        '"latitude": 1e1}'
    )
    (row,), rejected = read_csv(tmp_path, text)

    assert (row["event_id"], row["fatalities_best"], row["latitude"], row["side_a"]) == (
        "15960",
        2,
        10.0,
        [],
    )
    assert rejected == []


QUICK = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
KINDS = st.sampled_from(["auto", "acled", "gtd", "ucdp-ged"])
STARTS = st.sampled_from(
    [b"", b"PK\x03\x04", b"PAR1", b"{", HEAD.encode(), b"\xef\xbb\xbf", b"\xff"]
)


@QUICK
@given(start=STARTS, content=st.binary(max_size=400), kind=KINDS)
def test_arbitrary_bytes_never_raise(start, content, kind):
    with tempfile.TemporaryDirectory() as folder:
        never_raises(write_csv(Path(folder), start + content), kind)


LINES = st.lists(
    st.text(st.sampled_from('a,"1;\t\x00é=\u202e'), max_size=12)
    | st.sampled_from([good("a").strip(), good("b", '"x, y"').strip(), ",,,,,", " "]),
    max_size=12,
)


def filled(lines):
    """Lines with more than blanks, delimiters and quotes."""
    return [at for at, line in enumerate(lines, start=2) if line.strip(' \t,"')]


@QUICK
@given(lines=LINES)
def test_every_line_is_in_a_row_or_rejected(lines):
    # Where no quote can reach over a line.
    lines = [line for line in lines if line.count('"') % 2 == 0]
    with tempfile.TemporaryDirectory() as folder:
        found = never_raises(write_csv(Path(folder), HEAD + "\n".join(lines)), "acled")

    assert found is not None
    assert len(filled(lines)) <= sum(found) <= sum(bool(line.strip()) for line in lines)


@QUICK
@given(lines=LINES)
def test_whatever_the_quotes_reading_goes_on(lines):
    with tempfile.TemporaryDirectory() as folder:
        path = write_csv(Path(folder), HEAD + "\n".join([*lines, good("last")]))
        found, rejected = read_all(opened(path, "acled"))

    covered = {row["line"] for row in found} | {one.line for one in rejected}
    first = next(iter(filled(lines)), None)
    assert first is None or min(covered) <= first
    quoted = any('"' in line for line in lines)
    assert quoted or found[-1]["event_id"] == "last"


@QUICK
@given(seed=st.integers(0, 2**32), number=st.integers(0, 40))
def test_mutated_exports_lose_nothing(seed, number):
    header, made = acled_rows(events(40)[:number])
    notes = header.index("notes")
    for row in made:
        row[notes] = "one line"
    text = csv_text(header, mutated(made, random.Random(seed)))
    with tempfile.TemporaryDirectory() as folder:
        assert never_raises(write_csv(Path(folder), text), "acled") is not None
        found, rejected = read_csv(Path(folder), text, "acled")
    assert len(found) + len(rejected) == number


def test_batches_are_bounded_and_can_be_read_again(tmp_path, monkeypatch):
    text = io.StringIO()
    text.write(HEAD)
    for number in range(BATCH_ROWS * 2 + 5):
        text.write(good(f"a{number}"))
    file = opened(write_csv(tmp_path, text.getvalue()))

    for _ in range(2):
        sizes = [batch.rows.num_rows for batch in file.batches()]
        assert sizes == [BATCH_ROWS, BATCH_ROWS, 5]
    assert rows.BATCH_CHARACTERS // LONGEST_ROW < BATCH_ROWS
