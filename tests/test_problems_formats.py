import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast_bench.problems import (
    CATALOGUE,
    Location,
    Problem,
    as_record,
    as_text,
    count_line,
    in_order,
    problem,
)

ANY = st.text(max_size=300)


def _cells(text: str) -> int:
    """Width on a terminal, counted another way than the code does."""
    wide = sum(unicodedata.east_asian_width(one) in ("W", "F") for one in text)
    marks = sum(unicodedata.combining(one) != 0 for one in text)
    return len(text) + wide - marks


def test_a_problem_is_a_head_a_line_a_caret_and_what_to_do():
    found = problem(
        "unknown-phrase",
        '"x" is not a phrase',
        Location("a.yaml", 12, 8, 9),
        excerpt="  word: x",
        notes=("one", "two"),
    )
    assert as_text(found).splitlines() == [
        'a.yaml:12:8: error: "x" is not a phrase [unknown-phrase]',
        "12 |   word: x",
        "   |        ^",
        "   = one",
        "   = two",
    ]


def test_without_notes_the_catalogue_says_what_to_do():
    assert as_text(problem("window-order", "it ends first", Location("a.yaml"))).splitlines() == [
        "a.yaml:1:1: error: it ends first [window-order]",
        "  = Swap or mend the dates.",
    ]


def test_a_remedy_that_points_back_to_the_message_is_not_repeated():
    assert len(as_text(problem("bad-value", "write a date", Location("a.yaml"))).splitlines()) == 1


@given(ANY, ANY, ANY, st.integers(1, 400), st.integers(1, 400), st.lists(ANY, max_size=3))
def test_no_text_breaks_the_form(message, excerpt, file, column, width, notes):
    place = Location(file, 3, column, column + width)
    found = problem("bad-value", message, place, excerpt=excerpt, notes=tuple(notes))
    lines = as_text(found).split("\n")
    assert len(lines) == 1 + 2 * bool(excerpt.strip()) + len(notes)
    assert all(one.isprintable() for one in lines)
    assert lines[0].endswith("[bad-value]")


@given(st.text(max_size=400), st.integers(1, 400), st.integers(1, 30))
def test_the_caret_stands_under_the_fault(excerpt, column, width):
    found = problem("anchor", "x", Location("a", 1, column, column + width), excerpt=excerpt)
    lines = as_text(found).splitlines()
    if not excerpt.strip():
        assert len(lines) == 2
        return
    shown, caret = lines[1].removeprefix("1 | "), lines[2].removeprefix("  | ")
    assert set(caret.strip()) == {"^"}
    assert _cells(caret) <= _cells(shown) + 1
    assert len(shown) <= 120


def test_wide_letters_and_marks_move_the_caret_by_their_width():
    # Two wide letters are four cells, an e with a mark is one: the x stands in the sixth cell.
    line = "漢字e\u0301x"
    found = problem("anchor", "x", Location("a", 1, 5, 6), excerpt=line)
    assert as_text(found).splitlines()[2] == "  |      ^"
    assert line.index("x") == 4


def test_a_long_line_is_cut_around_the_fault():
    found = problem(
        "anchor", "x", Location("a", 1, 5001, 5002), excerpt="-" * 5000 + "x" + "-" * 99
    )
    _, shown, caret, _ = as_text(found).splitlines()
    assert shown[caret.index("^")] == "x"


def test_a_long_value_in_a_message_is_cut_in_the_middle():
    head = as_text(problem("bad-value", f'"{"x" * 9000}" is not a date', Location("a"))).split(
        "\n"
    )[0]
    assert len(head) < 500
    assert head.endswith('" is not a date [bad-value]')


def test_what_commands_a_terminal_is_written_out():
    said = as_text(problem("bad-value", "\x1b[31mred\u202e\n", Location("a\nb")))
    assert said.startswith("a\\nb:1:1: error: \\x1b[31mred\\u202e\\n [")


def test_a_record_has_the_keys_of_the_json_format_and_is_json():
    record = as_record(problem("anchor", "x", Location("a.yaml", 2, 3, 5), notes=("n",)))
    assert json.loads(json.dumps(record)) == {
        "file": "a.yaml",
        "line": 2,
        "column": 3,
        "end_column": 5,
        "id": "anchor",
        "level": "error",
        "message": "x",
        "notes": ["n"],
        "mend": CATALOGUE["anchor"].mend,
    }


def test_an_id_without_a_page_is_a_mistake_of_ours():
    with pytest.raises(ValueError, match="nonsense"):
        problem("nonsense", "x", Location("a"))
    with pytest.raises(ValueError, match="nonsense"):
        Problem("nonsense", "x", Location("a"))


def test_the_level_is_the_catalogues():
    for identifier, entry in CATALOGUE.items():
        assert problem(identifier, "x", Location("a")).level == entry.level


def test_every_entry_says_why_and_what_to_do_in_sentences():
    for identifier, entry in CATALOGUE.items():
        assert identifier == identifier.lower()
        assert " " not in identifier
        assert entry.why.endswith("."), identifier
        assert entry.mend.endswith("."), identifier
        assert not entry.title.endswith("."), identifier


@pytest.mark.parametrize(
    ("levels", "said"),
    [
        ((), "no problems"),
        (("anchor",), "1 error"),
        (("anchor", "tag", "outside-coverage"), "2 errors, 1 warning"),
        (("outside-coverage", "outside-coverage"), "2 warnings"),
    ],
)
def test_the_count_is_said_in_words(levels, said):
    assert count_line([problem(one, "x", Location("a")) for one in levels]) == said


@given(
    st.lists(
        st.builds(
            lambda file, line, column, identifier: problem(
                identifier, "x", Location(file, line, column, column + 1)
            ),
            st.sampled_from("ab"),
            st.integers(1, 3),
            st.integers(1, 3),
            st.sampled_from(["anchor", "tag"]),
        )
    )
)
def test_order_is_that_of_files_and_lines_each_once(found):
    ordered = in_order(found)
    assert len(ordered) == len(set(found))
    keys = [(one.location.file, one.location.line, one.location.column) for one in ordered]
    assert keys == sorted(keys)
    assert in_order(list(reversed(found))) == ordered
