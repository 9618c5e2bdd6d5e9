"""A verdict that is kept is the verdict that would be given."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from conftest import SURROUNDINGS, write
from forecast_bench.checks import judge, kept
from forecast_bench.checks.kept import KEPT, Checked, check_folder
from forecast_bench.cli import main
from forecast_bench.sealing import history
from forecast_bench.workspace import DERIVED, load_workspace

FOLDERS = Path(__file__).parent / "problems"
GOOD = """\
report: {id: r, title: T}
analyst: r.lee
issued: 2017-12-31
judgments:
  - id: one
    statement: It may snow.
    probability: 0.3
    question: {by_hand: {asks: a, settled_by: b}, within: 6 months}
"""


@pytest.fixture(autouse=True)
def keep_all(monkeypatch):
    monkeypatch.setattr(kept, "FEWEST_JUDGMENTS", 0)


@pytest.fixture
def team(tmp_path):
    return write(tmp_path / "team", {"judgments/a.yaml": GOOD, **SURROUNDINGS})


def fresh(folder: Path) -> Checked:
    read = load_workspace(folder)
    return Checked(judge(read), len(read.files), len(read.judgments))


def files(folder: Path) -> list[Path]:
    return sorted((folder / DERIVED / KEPT).glob("*.json"))


@pytest.mark.parametrize("name", sorted(path.name for path in FOLDERS.iterdir()))
def test_kept_and_given_are_the_same(tmp_path, name):
    folder = tmp_path / name
    shutil.copytree(FOLDERS / name, folder)
    expected = fresh(folder)
    assert check_folder(folder) == expected
    assert check_folder(folder) == expected


def test_the_second_check_judges_nothing(team, monkeypatch):
    first = check_folder(team)
    assert [one.identifier for one in first.verdict.problems] == ["no-number-word"]
    monkeypatch.setattr(kept, "load_workspace", None)
    assert check_folder(team) == first


CHANGES = {
    "judgments/a.yaml": GOOD.replace("0.3", "3"),
    "judgments/b.yaml": GOOD,
    "judgments/sub/c.yaml": GOOD.replace("one", "two"),
    "models/actors.yaml": "actors: 3\n",
    "models/rates/other.yaml": "baseline: soon\n",
    "models/lexicons/a.yaml": "id: 3\n",
    "models/recalibration.yaml": "x: y\n",
    "incidents/sahel.yaml": "source: x\n",
    "pyproject.toml": '[tool.forecast-bench.levels]\nno-number-word = "error"\n',
    "seals.jsonl": "{}\n",
}


@pytest.mark.parametrize("name", CHANGES)
def test_every_input_counts(team, name):
    before = check_folder(team)
    write(team, {name: CHANGES[name]})
    after = check_folder(team)
    assert after == fresh(team)
    assert after != before


def test_data_that_go_missing_count(team):
    check_folder(team)
    (team / "incidents/counts.csv").unlink()
    after = check_folder(team)
    assert after == fresh(team)
    assert "file-unreadable" in {one.identifier for one in after.verdict.problems}


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b'{"format": 1}', b"[1]"])
def test_what_is_damaged_is_not_used(team, content):
    expected = check_folder(team)
    (path,) = files(team)
    path.write_bytes(content)
    assert check_folder(team) == expected
    assert json.loads(path.read_bytes())["judgments"] == 1


def test_a_folder_that_cannot_be_written_to(team, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(kept, "replace_file", refuse)
    assert check_folder(team) == fresh(team)
    assert files(team) == []


def test_a_change_while_it_is_judged_is_not_kept(team, monkeypatch):
    read = load_workspace

    def slow(folder, **more):
        found = read(folder, **more)
        write(team, {"judgments/a.yaml": GOOD.replace("0.3", "3")})
        return found

    monkeypatch.setattr(kept, "load_workspace", slow)
    check_folder(team)
    assert files(team) == []


def test_a_pipe_is_not_waited_for(team):
    os.mkfifo(team / "judgments/pipe.yaml")
    assert check_folder(team) == fresh(team)
    assert files(team) == []


def test_few_are_kept(team):
    for number in range(12):
        write(team, {"judgments/a.yaml": GOOD.replace("0.3", f"0.{number + 1:02}")})
        check_folder(team)
    assert len(files(team)) == 8


def test_a_small_workspace_is_checked_each_time(team, monkeypatch):
    monkeypatch.setattr(kept, "FEWEST_JUDGMENTS", 2)
    check_folder(team)
    assert not (team / DERIVED).exists()


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@b.test", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not here")
def test_the_commit_counts(team):
    assert history.head_of(team) == ""
    git(team, "init", "-q")
    assert history.head_of(team) == ""
    git(team, "add", "judgments")
    git(team, "commit", "-qm", "one")

    def said(*words: str) -> str:
        return subprocess.check_output(["git", *words], cwd=team, text=True).strip()

    for words in (["pack-refs", "--all"], ["checkout", "-q", "--detach"], ["worktree", "add", "w"]):
        git(team, *words)
        assert history.head_of(team) == said("rev-parse", "HEAD")
    assert history.head_of(team / "w") == said("rev-parse", "HEAD")
    check_folder(team)
    git(team, "commit", "-qm", "two", "--allow-empty")
    check_folder(team)
    assert len(files(team)) == 2


@pytest.mark.parametrize("form", ["text", "json", "github", "sarif"])
def test_the_words_are_the_same(team, capsys, monkeypatch, form):
    monkeypatch.chdir(team)

    def run() -> tuple[object, str, str]:
        with pytest.raises(SystemExit) as left:
            main(["check", "--format", form])
        said = capsys.readouterr()
        return left.value.code, said.out, said.err

    first = run()
    assert files(team)
    assert run() == first
