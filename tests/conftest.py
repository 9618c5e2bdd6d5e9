"""What several test files share: workspaces written as text in the test."""

import logging
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from fetch_server import Desk, serving
from forecast_bench.checks import check
from forecast_bench.cli import main
from forecast_bench.problems import Problem
from forecast_bench.workspace import Workspace, load_workspace

# How long one example takes says more about the machine than about the code. On a machine for
# continuous integration Hypothesis chooses its own profile, which repeats its examples.
settings.register_profile("unhurried", deadline=None)
if not os.environ.get("CI"):
    settings.load_profile("unhurried")

# A machine that forces colours would make every pipe of the tests a terminal.
for _forced in ("FORCE_COLOR", "CLICOLOR_FORCE", "TTY_COMPATIBLE"):
    os.environ.pop(_forced, None)

# A workspace of one source, one actor and two areas, for what a test does not itself write.
SURROUNDINGS = {
    "models/actors.yaml": "actors:\n  JNIM: {aliases: [GSIM]}\n  ISGS: {}\n",
    "models/rates/default.yaml": "baseline: 12 months\n",
    "incidents/sahel.yaml": """\
source: sahel
title: Monthly counts of two areas
kind: monthly-counts
file: counts.csv
retrieved: 2020-01-31
settlement: 14 days
licence: made for a test
attribution: nobody
coverage:
  window: {from: 2016-01-01, to: 2019-12-31}
  countries: {Mali: [Gao, Kidal]}
  types: [battle, abduction]
""",
    "incidents/counts.csv": "month,country,admin1,side_a,side_b,event_type,incidents\n"
    "2017-01,Mali,Gao,JNIM,,battle,1\n",
}


def write(folder: Path, files: dict[str, str | bytes]) -> Path:
    """Write files by their path in a folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return folder


def read_files(files: dict[str, str | bytes]) -> Workspace:
    """Read a workspace of exactly these files."""
    with tempfile.TemporaryDirectory() as folder:
        return load_workspace(write(Path(folder), files))


def found_in(files: dict[str, str | bytes]) -> tuple[Problem, ...]:
    """Give everything that is wrong with exactly these files."""
    return check(read_files(files))


def read(text: str | bytes) -> Workspace:
    """Read a workspace with one file of judgments in good surroundings."""
    return read_files({"judgments/a.yaml": text, **SURROUNDINGS})


def problems(text: str | bytes, **files: str | bytes) -> list[tuple[int, int, str]]:
    """Line, column and id of everything wrong with one file of judgments in good surroundings."""
    named = {"judgments/a.yaml": text, **SURROUNDINGS, **files}
    return [(one.location.line, one.location.column, one.identifier) for one in found_in(named)]


@pytest.fixture
def desk(tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd) -> Iterator[Desk]:
    """A server and a folder for fetches; at the end no secret was written or said anywhere."""
    caplog.set_level(logging.DEBUG)
    with serving([]) as server:
        made = Desk(server, tmp_path / "fetches")
        yield made
    made.has_no_secret_on_disk()
    made.shows_no_secret("".join([caplog.text, *capfd.readouterr()]))


@pytest.fixture
def command(capsys):
    """Run a command; give its exit status, its output and its messages."""

    def run_command(*arguments):
        with pytest.raises(SystemExit) as left:
            main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return left.value.code or 0, captured.out, captured.err

    return run_command
