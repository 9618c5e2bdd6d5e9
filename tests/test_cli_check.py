import json

import pytest

from conftest import SURROUNDINGS, write
from forecast_bench.cli import main

GOOD = """\
report: {id: r, title: T}
analyst: r.lee
issued: 2017-12-31
questions:
  q: {by_hand: {asks: a, settled_by: b}, within: 6 months}
judgments:
  - {id: one, statement: s, probability: 0.3, question: q}
"""
DRAFT = GOOD.replace("one", "two").replace("  q:", "  p:").replace("question: q", "question: p")


@pytest.fixture
def team(tmp_path, monkeypatch):
    files = {"judgments/a.yaml": GOOD, "drafts/b.yaml": DRAFT, **SURROUNDINGS}
    write(tmp_path / "team", files)
    monkeypatch.chdir(tmp_path / "team")
    return tmp_path / "team"


def _check(capsys, *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        main(["check", *arguments])
    said = capsys.readouterr()
    return int(left.value.code or 0), said.out, said.err


@pytest.mark.parametrize(
    ("paths", "files"),
    [
        ([], 1),
        (["."], 1),
        (["judgments"], 1),
        (["judgments/a.yaml"], 1),
        # Models, sources and settings are read as what they are, not as judgments.
        (["models", "incidents"], 1),
        (["models/actors.yaml", "incidents/sahel.yaml"], 1),
        # A draft outside the folder of judgments is read with the workspace around it.
        (["drafts"], 2),
        (["drafts/b.yaml", "drafts/b.yaml"], 2),
    ],
)
def test_any_path_of_a_workspace_can_be_checked(team, capsys, paths, files):
    ending = "s" if files > 1 else ""
    said = f"{files} judgment{ending} in {files} file{ending}: no problems\n"
    assert _check(capsys, *paths) == (0, said, "")


def test_only_problems_of_the_paths_given_are_told(team, capsys):
    write(team, {"judgments/a.yaml": GOOD.replace("0.3", "3"), "drafts/b.yaml": DRAFT + "x: y\n"})
    for path, told in (("judgments", "judgments/a.yaml:7"), ("drafts/b.yaml", "drafts/b.yaml:8")):
        status, out, err = _check(capsys, path)
        assert (status, out) == (1, "")
        assert err.startswith(told)
        assert err.endswith("\n1 error\n")
    assert _check(capsys, "models")[0] == 0


def test_a_file_outside_any_workspace_is_checked_on_its_own(tmp_path, capsys):
    write(tmp_path, {"alone.yaml": GOOD})
    assert _check(capsys, str(tmp_path / "alone.yaml"))[:2] == (
        0,
        "1 judgment in 1 file: no problems\n",
    )


def test_json_has_the_keys_that_programs_read(team, capsys):
    write(team, {"judgments/a.yaml": GOOD.replace("0.3", "likely")})
    status, out, err = _check(capsys, "--format", "json")
    document = json.loads(out)
    assert (status, err) == (1, "")
    assert (document["files"], document["judgments"]) == (1, 1)
    (fault,) = document["problems"]
    assert {"file", "line", "column", "id", "level", "message"} <= set(fault)
    assert (fault["file"], fault["line"], fault["id"]) == ("judgments/a.yaml", 7, "unknown-lexicon")


def test_a_path_that_does_not_exist_is_a_mistake_of_usage(team, capsys):
    status, _, err = _check(capsys, "nowhere.yaml")
    assert status == 2
    assert "nowhere.yaml does not exist" in err
