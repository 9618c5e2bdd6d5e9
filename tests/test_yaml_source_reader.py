import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast_bench.yaml_source import DEEPEST_NESTING, read_file, read_text, value_at
from strategies import plain_values

BOTH_MARKS = "\r\n \t:-[]{},#&*!|>'\"%@`?ab\x00\x85\u2028\ufeff"


def _values(text: str):
    document, problems = read_text(text, file="a.yaml")
    assert not problems
    return document.values


def _ids(text: str) -> list[tuple[int, int, str]]:
    _, problems = read_text(text, file="a.yaml")
    return [(one.location.line, one.location.column, one.identifier) for one in problems]


@pytest.mark.parametrize(
    "written",
    [
        "1.10",
        "12:30",
        "1_000",
        "0o17",
        "0x1f",
        "yes",
        "no",
        "on",
        "null",
        "~",
        "true",
        "2018-06-30",
        ".inf",
        ".nan",
        "1e3",
        "+1",
        "01",
        "=",
        "<<",
        "-1",
        "085",
    ],
)
def test_every_scalar_stays_the_text_that_was_written(written):
    assert _values(f"a: {written}\n") == {"a": written}
    assert _values(f"- {written}\n") == [written]


def test_an_empty_value_is_none_and_an_empty_text_is_a_text():
    assert _values("a:\nb: ''\nc: \"\"\n") == {"a": None, "b": "", "c": ""}


@given(plain_values)
def test_what_json_writes_is_read_as_it_was(values):
    if not values:
        return
    assert _values(json.dumps({"a": values}, ensure_ascii=False)) == {"a": values}


@given(plain_values)
def test_each_scalar_stands_where_its_location_says(values):
    text = json.dumps({"a": values}, ensure_ascii=False, indent=1)
    document, _ = read_text(text, file="a.yaml")
    lines = text.split("\n")
    for path, place in document.places.items():
        value = value_at(document, path)
        shown = lines[place.line - 1][place.column - 1 : place.end_column - 1]
        if isinstance(value, str):
            assert json.loads(shown) == value
        else:
            assert shown[0] in "[{"
    for path, place in document.key_places.items():
        shown = lines[place.line - 1][place.column - 1 : place.end_column - 1]
        assert json.loads(shown) == path[-1]


@given(
    st.lists(
        st.tuples(
            st.from_regex(r"[a-z]{1,5}", fullmatch=True), st.from_regex(r"\w{1,9}", fullmatch=True)
        ),
        unique_by=lambda pair: pair[0],
        min_size=1,
    ),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["", "\ufeff"]),
    st.sampled_from(["", "# é漢\U0001f600", "# \u2028 \x85"]),
)
def test_lines_and_columns_are_an_editors_whatever_the_ends_of_line(pairs, end, mark, comment):
    text = mark + comment + end + "".join(f"{key}: {value}{end}" for key, value in pairs)
    document, problems = read_text(text, file="a.yaml")
    assert not problems
    for number, (key, value) in enumerate(pairs, start=2):
        place = document.place((key,))
        assert place[1:] == (number, len(key) + 3, len(key) + 3 + len(value))
        assert document.key_place((key,))[1:] == (number, 1, len(key) + 1)


@given(st.text() | st.text(alphabet=BOTH_MARKS, max_size=60))
def test_reading_text_never_raises_and_says_why_there_is_nothing(text):
    document, problems = read_text(text, file="a.yaml")
    assert document is not None or problems
    count = len(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    assert all(1 <= one.location.line <= count for one in problems)


@given(st.binary(max_size=200))
def test_reading_bytes_never_raises(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "bytes.yaml"
    path.write_bytes(content)
    document, problems = read_file(path, shown_as="bytes.yaml")
    assert document is not None or problems
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        assert [one.identifier for one in problems] == ["not-utf8"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [(1, 1, "file-empty")]),
        ("# only\n", [(1, 1, "file-empty")]),
        ("a: 1\na: 2\n", [(2, 1, "duplicate-key")]),
        ("a: {b: 1, b: 2}\n", [(1, 11, "duplicate-key")]),
        ("a: &x 1\n", [(1, 4, "anchor")]),
        ("a: &x [1]\nb: *x\n", [(1, 4, "anchor"), (2, 4, "alias")]),
        ("a: !!int 1\n", [(1, 4, "tag")]),
        ("a: !own {b: 1}\n", [(1, 4, "tag")]),
        ("a: 1\n---\nb: 2\n", [(2, 1, "several-documents")]),
        ("? [a]\n: b\n", [(1, 3, "wrong-shape")]),
        ("{a: b}: c\n", [(1, 1, "wrong-shape")]),
        ("a: 'b\n\n", [(1, 4, "yaml-syntax")]),
        ("a: b: c\n", [(1, 5, "yaml-syntax")]),
        ("a:\n\tb: c\n", [(2, 1, "yaml-syntax")]),
        ("a: é\x07\n", [(1, 5, "yaml-syntax")]),
        ("a: [1,\n", [(1, 7, "yaml-syntax")]),
        ("a: @b\n", [(1, 4, "yaml-syntax")]),
    ],
)
def test_what_would_hide_meaning_is_refused_where_it_stands(text, expected):
    assert _ids(text) == expected


def test_a_fault_under_a_refused_key_is_still_found_and_its_value_kept_out():
    document, problems = read_text("a: {c: 1}\na: {b: &x 2}\n", file="a.yaml")
    assert document.values == {"a": {"c": "1"}}
    assert [one.identifier for one in problems] == ["duplicate-key", "anchor"]


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ("{a: ", "}"), ("- ", "")])
def test_nesting_has_a_limit_and_no_depth_exhausts_the_reader(opening, closing):
    def nested(depth: int) -> str:
        return opening * depth + "x" + closing * depth

    assert _ids(nested(DEEPEST_NESTING)) == []
    assert [one[2] for one in _ids(nested(DEEPEST_NESTING + 1))] == ["too-deep"]
    assert [one[2] for one in _ids(nested(20_000))] == ["too-deep"]


def test_a_place_of_nothing_is_that_of_what_is_around_it():
    document, _ = read_text("a:\n  b: 1\n", file="a.yaml")
    assert document.place(("a", "missing", 3)) == document.place(("a",))
    assert document.place(()) == document.place(("nowhere",))


def test_a_list_on_one_line_ends_where_it_ends():
    document, _ = read_text("a: {b: [1, 2], c: d}\n", file="a.yaml")
    assert document.place(("a", "b"))[1:] == (1, 8, 14)
    assert document.place(("a",))[1:] == (1, 4, 21)


def test_a_byte_that_is_not_utf8_is_located_in_characters(tmp_path: Path):
    path = tmp_path / "a.yaml"
    for content, place in ((b"\xc3\xa9: \xff", (1, 4)), (b"a: 1\r\nb: \xff", (2, 4)),
                           (b"\xef\xbb\xbfab\xff", (1, 3))):  # fmt: skip
        path.write_bytes(content)
        _, (fault,) = read_file(path, shown_as="a.yaml")
        assert (fault.identifier, fault.location[1:3]) == ("not-utf8", place)


def test_a_message_of_the_parser_is_said_in_words():
    for text, words in (
        ("a: b: c\n", "in quotes"),
        ("a:\n\tb: c\n", "a tab"),
        ("a: 'b\n", "not closed"),
        ("a: [1\nb: 2\n", "closing ]"),
        ("a: {b: 1\nc: 2\n", "closing }"),
        ("a: @b\n", 'no text begins with "@"'),
        ("a\nb: 1\n", "colon"),
        ("a:\n  - b\n c: d\n", "indentation"),
        ('a: "\\q"\n', "backslash"),
        ("a: \x00\n", "U+0000"),
    ):
        _, (fault,) = read_text(text, file="a.yaml")
        assert words in fault.message, (text, fault.message)
