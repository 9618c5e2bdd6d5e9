"""What a terminal is given: nothing that commands it, and signs that it has."""

import io
import json
import re
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from forecast_bench.cli import output, terminal

UGLY = "\x1b]0;owned\x07\x1b[31m \x9b2J \u202eover\u2066 z\u200be\ufeffro\u200f \r back\x08 \ud800"


@pytest.fixture
def seen(monkeypatch):
    """As if standard output were a terminal."""
    monkeypatch.setenv("TTY_COMPATIBLE", "1")


@given(st.text(alphabet=st.characters(), max_size=60))
def test_nothing_printable_commands_a_terminal(text):
    shown = terminal.printable(text)
    kinds = {unicodedata.category(one) for one in shown if one != "\n"}
    assert kinds.isdisjoint({"Cc", "Cf", "Cs", "Zl", "Zp"})
    assert shown.count("\n") == text.count("\n")
    assert terminal.printable(shown) == shown


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=60))
def test_letters_of_every_script_stay(text):
    assert terminal.printable(text) == text


def test_hostile_text_is_made_plain():
    assert terminal.printable(UGLY) == (
        "\ufffd]0;owned\ufffd\ufffd[31m \ufffd2J \ufffdover\ufffd zero \ufffd back\ufffd \ufffd"
    )


def test_a_word_of_ten_thousand_letters_is_cut():
    shown = terminal.printable("one\n" + "A" * 10_000)
    assert shown == "one\n" + "A" * terminal.LONGEST + " ... (cut)"


def test_what_an_encoding_lacks_is_a_question_mark():
    stream = io.TextIOWrapper(io.BytesIO(), encoding="latin-1")
    assert terminal.printable("søger \u25cf", stream=stream) == "søger ?"


@pytest.mark.parametrize(
    ("environment", "at_tty", "expected"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"NO_COLOR": "1"}, True, True),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": ""}, True, False),
        ({"CLICOLOR_FORCE": "1"}, False, True),
        ({"CLICOLOR_FORCE": "0"}, False, False),
        ({"TTY_COMPATIBLE": "0"}, True, False),
        ({"TTY_COMPATIBLE": "1"}, False, True),
        ({"TTY_COMPATIBLE": "0", "FORCE_COLOR": "1"}, False, False),
    ],
)
def test_what_is_a_terminal_is_as_rich_has_it(monkeypatch, environment, at_tty, expected):
    from rich.console import Console

    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    stream = io.StringIO()
    stream.isatty = lambda: at_tty

    assert terminal.is_terminal(stream) is expected
    if "CLICOLOR_FORCE" not in environment:
        assert Console(file=stream).is_terminal is expected


@pytest.mark.parametrize(
    ("encoding", "signs"),
    [("utf-8", terminal.UNICODE), ("UTF8", terminal.UNICODE), ("latin-1", terminal.ASCII)],
)
def test_signs_are_those_the_encoding_has(encoding, signs):
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    assert terminal.signs(stream) is signs
    for one in (
        signs.track,
        signs.band,
        signs.shade,
        signs.levels,
        signs.heights,
        signs.above,
        signs.both,
    ):
        assert one.encode(encoding).decode(encoding) == one


def test_all_marks_differ_in_both_encodings():
    from forecast_bench.review.states import STATES

    assert STATES.keys() == terminal.ASCII_MARKS.keys()
    assert len(set(terminal.ASCII_MARKS.values())) == len(STATES)
    assert all(one.isascii() for one in terminal.ASCII_MARKS.values())


def test_lines_are_plain_on_a_terminal_and_untouched_in_a_pipe(capsys, monkeypatch):
    ugly = UGLY.replace("\ud800", "")
    monkeypatch.setenv("TTY_COMPATIBLE", "0")
    output.print_line(ugly)
    assert capsys.readouterr().out == f"{ugly}\n"
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    output.print_line(ugly)
    assert "\x1b" not in capsys.readouterr().out


def test_json_on_a_terminal_says_the_same_without_commanding_it(seen, capsys):
    document = {"text": "\x9b2J \u202eover\u2066", "nested": [{"name": "å"}]}
    output.print_json(document)
    shown = capsys.readouterr().out
    assert json.loads(shown) == document
    assert "\x9b" not in shown
    assert "\u202e" not in shown
    assert "å" in shown


def test_a_table_on_a_terminal_reads_no_markup(seen, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("NO_COLOR", "1")
    output.print_table(["name", "n"], [["[red]a[/red] :smile: \x1b[2J", 7]], numeric=["n"])
    shown = capsys.readouterr().out
    assert "[red]a[/red] :smile: \ufffd[2J" in shown
    assert "7" in shown


@pytest.mark.parametrize("width", [20, 40, 60, 80, 120])
def test_no_number_of_a_table_is_broken_or_left_out(seen, capsys, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("LINES", "40")
    numbers = ["0.123456", "-1.000 to 1.000", "98765.4"]
    names = ["brier", "90 % interval", "effective n"]
    output.print_table(
        ["who", *names, "said"], [["an.analyst", *numbers, "words " * 12]], numeric=names
    )
    shown = capsys.readouterr().out
    for one in numbers:
        assert one in shown
    assert max(map(len, shown.splitlines())) <= max(width, len("90 % interval -1.000 to 1.000") + 2)
    assert shown.split().count("words") == 12


@given(
    st.lists(
        st.lists(st.text(alphabet="ab 界", max_size=30), min_size=4, max_size=4),
        min_size=1,
        max_size=6,
    ),
    st.integers(20, 130),
)
def test_no_letter_of_a_table_is_lost_at_any_width(rows, width):
    stream = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", stream)
        for name, value in (("TTY_COMPATIBLE", "1"), ("TERM", "xterm"), ("NO_COLOR", "1")):
            patch.setenv(name, value)
        patch.setenv("COLUMNS", str(width))
        patch.setenv("LINES", "40")
        output.print_table(["Q", "R", "S", "T"], rows, numeric=["S"])
    shown = re.sub(r"\x1b\[[\d;]*m", "", stream.getvalue())
    given_letters = sorted("".join(cell for row in rows for cell in row).replace(" ", ""))
    assert sorted(one for one in shown if one in "ab界") == given_letters
    assert max(cell_len(line) for line in shown.splitlines()) <= max(width, 64)


def test_problems_are_made_plain_where_somebody_looks(capsys, monkeypatch):
    from forecast_bench.problems import Location, problem

    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    output.report_problems([problem("incident-store", "bad \x1b[2J", Location("a"))])
    assert "\x1b" not in capsys.readouterr().err
    assert sys.stderr is not None


def test_drafts_of_a_hostile_report_are_plain_and_whole_at_a_terminal(
    seen, capsys, tmp_path, monkeypatch
):
    from forecast_bench.cli import main

    monkeypatch.chdir(tmp_path)
    report = tmp_path / "report.txt"
    report.write_text(f"It is likely that {UGLY[:9]} war comes, {'B' * 3000}.", encoding="utf-8")
    with pytest.raises(SystemExit):
        main(["extract", str(report)])
    shown = capsys.readouterr().out
    assert "likely" in shown
    assert "\x1b" not in shown
    assert "(cut)" not in shown
