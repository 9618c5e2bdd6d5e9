"""`status`, `show` and `score` at a terminal: whole at every width, and plain in a pipe."""

import functools
import re

import pytest

from first_case import SMALL, first_case, small_case
from forecast_bench.cli import main, status
from forecast_bench.cli.terminal import ASCII, UNICODE
from terminal import at_terminal

UGLY = r"\e]0;owned\a\e[31m[bold]x[/bold] \u202eover \u200bzero\u200f \x9b2J :smile: "
STYLED = re.compile(r"\x1b\[[\d;]*m")
WIDTHS = (60, 80, 120, 160)
RECORD = """\
probability,outcome,forecaster,question
0.70,1,a,q1
0.60,1,b,q1
0.20,0,a,q2
0.90,1,b,q3
0.30,1,b,q5
"""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return first_case(tmp_path_factory.mktemp("workspace"))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    long = "A" * 10_000
    text = SMALL.replace("statement: They clash.", f'statement: "{UGLY}{long}"')
    text = text.replace("analyst: a.name", f'analyst: "{UGLY}"')
    text += (
        f'  - {{id: words, statement: "{UGLY}", question: clash, '
        f'off_yardstick: {{wording: "{UGLY}{long}", kind: unhedged}}}}\n'
    )
    return small_case(folder, text)


@pytest.fixture(scope="module")
def looks():
    """Each workspace is looked at once for a day."""
    return functools.cache(status.looked)


@pytest.fixture
def run(capsys, monkeypatch, looks):
    """Run a command as at a terminal of a width, or in a pipe; give what it printed."""

    monkeypatch.setattr(status, "looked", looks)

    def run_command(*arguments, width=None, **environment):
        for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "COLORTERM"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("TERM", "xterm-256color")
        monkeypatch.setenv("TTY_COMPATIBLE", "0" if width is None else "1")
        monkeypatch.setenv("COLUMNS", str(width or 80))
        monkeypatch.setenv("LINES", "50")
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(SystemExit) as left:
            main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        assert left.value.code in (None, 0), captured.err
        return captured.out

    return run_command


def plain(shown):
    return STYLED.sub("", shown)


def test_a_pipe_gets_text_without_plots_and_colours(run, workspace):
    for command in (["status"], ["show", "jnim-kidnap-more"]):
        shown = run(*command, "--workspace", workspace, "--as-of", "2018-04-30")
        assert shown.isascii()
        assert shown.isprintable() or set(shown) - set("\n") == set(shown) - {"\n"}
        assert "\x1b" not in shown
        assert "100 %" not in shown
    assert run("status", "--workspace", workspace, "--as-of", "2018-04-30").startswith(
        "judgment                      stated                              base rate    live  band"
    )


@pytest.mark.parametrize("width", WIDTHS)
def test_status_is_whole_at_every_width(run, workspace, width):
    arguments = ["status", "--workspace", workspace, "--as-of", "2018-12-31"]
    piped = run(*arguments).splitlines()
    shown = plain(run(*arguments, width=width))

    assert max(map(len, shown.splitlines())) <= width
    # Every judgment, in the order of the pipe, and every number of it.
    names = [line.split()[0] for line in piped[1:24]]
    places = [shown.index(name) for name in names]
    assert places == sorted(places)
    numbers = re.findall(r"[<>]?\d+\.\d%", "".join(piped))
    assert sorted(re.findall(r"[<>]?\d+\.\d%", shown)) == sorted(numbers)
    assert "● occurred" in shown
    assert "▲ above" in shown
    assert UNICODE.both in shown


def test_states_have_a_mark_a_word_and_a_colour(run, workspace):
    shown = run("status", "--workspace", workspace, "--as-of", "2019-07-31", width=160)
    assert re.search(r"\x1b\[[\d;]*38;5;63m● occurred", shown)
    assert re.search(r"\x1b\[[\d;]*38;5;130m○ did not occur", shown)
    assert re.search(r"\x1b\[[\d;]*38;5;243m\? cannot resolve", shown)


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_no_colour_where_none_is_wanted(run, workspace, environment):
    arguments = ["show", "jnim-isgs-fight", "--workspace", workspace, "--as-of", "2018-12-31"]
    shown = run(*arguments, width=100, **environment)
    assert "38;5" not in shown
    assert "outside it" not in shown
    assert UNICODE.shade in shown
    assert set(re.findall(r"\x1b\[([\d;]*)m", shown)) <= {"1", "0"}


@pytest.mark.parametrize("name", ["FORCE_COLOR", "CLICOLOR_FORCE"])
def test_colour_can_be_forced_in_a_pipe(run, workspace, name, monkeypatch):
    monkeypatch.delenv("TTY_COMPATIBLE", raising=False)
    arguments = ["status", "--workspace", workspace, "--as-of", "2018-12-31"]
    shown = run(*arguments, **{name: "1", "TTY_COMPATIBLE": ""})
    assert "38;5;63" in shown


@pytest.mark.parametrize("width", WIDTHS)
def test_show_draws_the_path_and_the_counts(run, workspace, width):
    arguments = ["show", "jnim-isgs-fight", "--workspace", workspace, "--as-of", "2018-12-31"]
    shown = plain(run(*arguments, width=width))
    lines = shown[shown.index("live probability") :].splitlines()
    assert max(map(len, lines)) <= width
    assert lines[1].startswith("100 % │")
    assert lines[10].startswith("  0 % │")
    assert lines[12].split()[0] == "2017-12-31"
    assert lines[12].split()[-1] == "2018-12-31"
    assert "incidents by month, window: " in shown
    # The first 64.6 % lie in 60 to 70 %, within the band of 55 to 75 %; at the end it has left.
    assert lines[4][7] == "─"
    assert UNICODE.shade in lines[3]


def test_a_judgment_without_a_path_has_no_plot(run, workspace):
    arguments = ["show", "motive-money", "--workspace", workspace, "--as-of", "2018-12-31"]
    assert "100 %" not in run(*arguments, width=80)


@pytest.mark.parametrize("width", WIDTHS)
def test_score_draws_reliability(run, tmp_path, width):
    (tmp_path / "record.csv").write_text(RECORD)
    piped = run("score", tmp_path / "record.csv")
    shown = plain(run("score", tmp_path / "record.csv", width=width))

    # The terminal itself breaks sentences; tables and plots fit.
    table = shown[shown.index("measure") :]
    assert max(map(len, table.splitlines())) <= width
    assert "consistency band" in shown
    assert "consistency band" not in piped
    numbers = re.findall(r"-?\d+\.\d{3,6}", piped)
    found = re.findall(r"-?\d+\.\d{3,6}", shown)
    assert sorted(found) == sorted(numbers)
    assert "0 of 1" in shown
    assert "67% to 100%" in shown


@pytest.mark.parametrize("width", [60, 120])
@pytest.mark.parametrize("command", [["status"], ["show", "clash"], ["show", "words"]])
def test_hostile_text_never_reaches_the_terminal(run, hostile, command, width):
    arguments = [*command, "--workspace", hostile, "--as-of", "2018-04-30"]
    shown = plain(run(*arguments, width=width))
    assert all(one.isprintable() or one == "\n" for one in shown)
    assert "[bold]x[/bold]" in shown or command[-1] == "status"
    assert "A" * 1300 not in shown.replace("\n", "").replace(" ", "")


def test_at_a_real_terminal_it_is_seen(workspace):
    environment = {"TERM": "xterm-256color", "COLUMNS": "160", "LINES": "50"}
    shown, left = at_terminal(["status", "--as-of", "2018-04-30"], [], workspace, environment)
    assert left == 0
    assert "◔ open" in shown
    assert "38;5;63" in shown


def test_a_terminal_without_unicode_gets_ascii(workspace):
    environment = {"TERM": "dumb", "COLUMNS": "60", "PYTHONIOENCODING": "latin-1"}
    arguments = ["show", "jnim-isgs-fight", "--as-of", "2018-04-30"]
    shown, left = at_terminal(arguments, [], workspace, environment)
    assert left == 0
    assert shown.isascii()
    assert f"      |{ASCII.shade * 20}" in shown
    assert "100 % |" in shown
