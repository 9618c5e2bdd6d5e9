import json
import subprocess
import sys

import pytest
from filelock import FileLock

from conftest import write
from forecast_bench.cli import main
from forecast_bench.sealing import LEDGER, appending

GOOD = """\
report: {id: r, title: T}
analyst: r.lee
issued: 2017-12-31
judgments:
  - id: one
    statement: s
    probability: 0.3
    question: {by_hand: {asks: a, settled_by: b}, within: 6 months}
  - id: two
    analyst: a.name
    statement: s
    probability: 0.4
    question: {by_hand: {asks: a, settled_by: b}, within: 6 months}
    revisions: [{on: 2018-02-01, probability: 0.5, because: b}]
"""
DRAFT = GOOD[: GOOD.index("  - id: two")].replace("one", "blind")


@pytest.fixture
def team(tmp_path, monkeypatch):
    write(tmp_path / "team", {"judgments/a.yaml": GOOD, "judgments/.b.yaml": DRAFT})
    monkeypatch.chdir(tmp_path / "team")
    return tmp_path / "team"


@pytest.fixture
def run(capsys):
    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main(arguments)
        said = capsys.readouterr()
        return int(left.value.code or 0), said.out, said.err

    return run


def document(run, *arguments: str):
    status, out, _ = run("seal", "--format", "json", *arguments)
    return status, json.loads(out)


def test_sealing_prints_what_is_new_and_the_head(team, run):
    status, out, err = run("seal", "--judgment", "two")
    lines = [json.loads(one) for one in (team / LEDGER).read_text().splitlines()]
    assert (status, err) == (0, "")
    assert out.splitlines() == [
        "     1  two",
        "     2  two, revision 1",
        "sealed: 2",
        f"head: {lines[1]['hash']}",
    ]
    status, out, _ = run("seal")
    assert out.splitlines()[:2] == ["     3  one", "sealed: 1, and 2 before"]
    status, again = document(run)
    assert (status, again["sealed"], again["already"], again["round"]) == (0, [], 3, None)
    assert again["head"] == json.loads((team / LEDGER).read_text().splitlines()[2])["hash"]
    assert run("check")[0] == 0


def test_a_published_head_is_found(team, run):
    _, first = document(run, "--judgment", "two")
    _, second = document(run)
    for head, line in ((first["head"], 2), (second["head"][:16], 3)):
        status, found = document(run, "--verify", head)
        assert (status, found["found"], found["line"], found["problems"]) == (0, True, line, [])
        assert f"{3 - line} below it" in run("seal", "--verify", head)[1]
    status, found = document(run, "--verify", "0" * 64)
    assert (status, found["found"]) == (1, False)
    assert "is not in the ledger" in run("seal", "--verify", "0" * 64)[1]
    assert run("seal", "--verify", "0" * 8)[0] == 2
    content = (team / LEDGER).read_text()
    (team / LEDGER).write_text(content.replace('"two"', '"2wo"', 1))
    status, _, err = run("seal", "--verify", first["head"])
    assert status == 1
    assert "seal 1 was edited" in err


def test_nothing_faulty_is_sealed(team, run):
    write(team, {"judgments/a.yaml": GOOD.replace("0.3", "3")})
    status, out, err = run("seal")
    assert (status, out) == (1, "")
    assert err.endswith("nothing was sealed\n")
    assert not (team / LEDGER).exists()
    assert run("seal", "--judgment", "nobody")[2] == 'no judgment has the id "nobody"\n'


def test_what_was_altered_hinders_no_other_seal(team, run):
    run("seal", "--judgment", "two")
    write(team, {"judgments/a.yaml": GOOD.replace("0.4", "0.6")})
    status, out, _ = run("seal")
    assert (status, out.splitlines()[1]) == (0, "sealed: 1, and 2 before")
    status, _, err = run("check")
    assert status == 1
    assert '"probability" of "two" was changed after it was sealed' in err


def test_a_broken_ledger_is_not_added_to(team, run):
    run("seal", "--judgment", "two")
    lines = (team / LEDGER).read_text().splitlines(keepends=True)
    (team / LEDGER).write_text(lines[1])
    status, out, err = run("seal")
    assert (status, out) == (1, "nothing was sealed\n")
    assert f"{LEDGER}:1:1: error: seal 2 follows" in err
    status, said = document(run)
    assert (status, [one["id"] for one in said["problems"]]) == (1, ["broken-ledger"])


@pytest.mark.parametrize(
    "arguments",
    [
        ("--verify", "0" * 64, "--judgment", "one"),
        ("--round", "winter"),
        ("--blind", "judgments/.b.yaml"),
        ("--blind", "judgments/.b.yaml", "--reveal", "judgments/.b.yaml", "--round", "winter"),
        ("--blind", "nowhere.yaml", "--round", "winter"),
    ],
)
def test_what_does_not_go_together_is_usage(team, run, arguments):
    assert run("seal", *arguments)[0] == 2
    assert not (team / LEDGER).exists()


def test_a_lock_that_is_held_is_waited_for_and_told(team, run):
    (team / ".forecast-bench").mkdir()
    with FileLock(team / ".forecast-bench" / appending.LOCK):
        status, _, err = run("seal", "--wait", "0")
    assert (status, err) == (3, "another process seals in this workspace; nothing was sealed\n")
    assert run("seal")[0] == 0


def test_a_ledger_that_is_a_folder_is_no_bug(team, run):
    (team / LEDGER).mkdir()
    assert run("check")[0] == 1
    status, _, err = run("seal")
    assert status == 1
    assert "cannot be opened" in err


def test_a_disk_that_refuses_leaves_with_its_own_status(team, run, monkeypatch):
    def refuse(*_, **__):
        raise OSError(28, "No space left on device", str(team / LEDGER))

    monkeypatch.setattr(appending, "replace_file", refuse)
    status, out, err = run("seal")
    assert (status, out) == (4, "")
    assert "No space left on device; the ledger stays as it was" in err


def test_a_blind_round(team, run):
    status, out, _ = run("seal", "--blind", "judgments/.b.yaml", "--round", "winter")
    assert status == 0
    assert "committed to in round winter: 1" in out
    assert "keep .blind/winter.json" in out
    assert 'round "winter" is not revealed' in run("check")[2]
    write(team, {"judgments/.b.yaml": DRAFT.replace("0.3", "0.9")})
    status, out, err = run("seal", "--reveal", "judgments/.b.yaml", "--round", "winter")
    assert (status, out) == (1, "")
    assert "changed since: probability" in err
    write(team, {"judgments/.b.yaml": DRAFT})
    status, said = document(run, "--reveal", "judgments/.b.yaml", "--round", "winter")
    assert (status, said["round"], said["sealed"][0]["judgment"]) == (0, "winter", "blind")
    # Once more, as after a kill: the file is there already, and nothing is done twice.
    status, out, _ = run("seal", "--reveal", "judgments/.b.yaml", "--round", "winter")
    assert (status, out.splitlines()[0]) == (0, "revealed in round winter: 0, and 1 before")
    assert (team / "judgments" / "b.yaml").read_text() == DRAFT


def test_a_reveal_killed_between_file_and_ledger_is_finished(team, run):
    run("seal", "--blind", "judgments/.b.yaml", "--round", "winter")
    write(team, {"judgments/b.yaml": DRAFT})
    status, out, _ = run("seal", "--reveal", "judgments/.b.yaml", "--round", "winter")
    assert (status, out.splitlines()[1]) == (0, "revealed in round winter: 1")
    assert run("seal")[1].splitlines()[-2] == "sealed: 3, and 1 before"


def test_checking_loads_neither_the_lock_nor_a_process(team):
    program = (
        "import sys; from forecast_bench.sealing import sealed_record;"
        "from forecast_bench.workspace import load_workspace; from pathlib import Path;"
        "list(sealed_record(load_workspace(Path('.')))); print('filelock' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=team
    )
    assert done.stdout == "False\n"
