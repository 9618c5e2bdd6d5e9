"""A verdict that is kept is the verdict that would be given."""

import datetime
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import SURROUNDINGS, write
from forecast_bench.checks import judge, kept
from forecast_bench.checks.kept import KEPT, Checked, check_folder
from forecast_bench.cli import main
from forecast_bench.sealing import history, seal
from forecast_bench.workspace import DERIVED, load_workspace
from forecast_bench.yaml_source.reader import LARGEST_FILE_BYTES

NOON = datetime.datetime(2018, 1, 2, 12, 0, tzinfo=datetime.UTC)
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
    return sorted((folder / DERIVED / KEPT).glob("*.jsonl"))


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
    "models/lexicons/.hidden.yaml": "id: 3\n",
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


def test_data_behind_a_link_are_not_taken_for_known(team, tmp_path):
    (tmp_path / "disk").mkdir()
    (team / "incidents/counts.csv").rename(tmp_path / "disk/counts.csv")
    (team / "incidents/disk").symlink_to(tmp_path / "disk")
    described = SURROUNDINGS["incidents/sahel.yaml"].replace("counts.csv", "disk/counts.csv")
    write(team, {"incidents/sahel.yaml": described})
    assert check_folder(team) == fresh(team)
    (tmp_path / "disk/counts.csv").unlink()
    assert "file-unreadable" in {one.identifier for one in check_folder(team).verdict.problems}


def test_the_order_of_what_is_asked_for_counts(team, tmp_path):
    same = GOOD.replace("id: one", "id: same")
    one, two = (write(tmp_path, {name: same}) / name for name in ("one.yaml", "two.yaml"))
    for also in ([one, two], [two, one]):
        read = load_workspace(team, also=also)
        assert check_folder(team, also=also).verdict == judge(read)


def test_a_file_that_is_asked_for_counts_whatever_its_name(team, tmp_path):
    draft = write(tmp_path, {"draft.txt": GOOD.replace("id: one", "id: two")}) / "draft.txt"
    before = check_folder(team, also=[draft])
    draft.write_text(draft.read_text("utf-8").replace("0.3", "7.3"), encoding="utf-8")
    after = check_folder(team, also=[draft])
    assert after.verdict == judge(load_workspace(team, also=[draft]))
    assert after != before


def test_the_libraries_that_read_count(team, monkeypatch):
    check_folder(team)
    monkeypatch.setattr("pydantic.VERSION", "0")
    check_folder(team)
    monkeypatch.setattr("yaml.__version__", "0")
    check_folder(team)
    assert len(files(team)) == 3


NAMES = ("judgments/a.yaml", "models/actors.yaml", "incidents/sahel.yaml", "pyproject.toml")
EDITS = st.tuples(
    st.sampled_from(NAMES), st.integers(0, 400), st.sampled_from(["", "x", "3", "\n", "#", ": "])
)


@settings(max_examples=25)
@given(st.lists(st.one_of(EDITS, st.none()), min_size=2, max_size=6))
def test_edits_and_their_undoing_give_what_a_fresh_check_gives(edits):
    """An edit puts text in at a place of a file; None takes all edits back."""
    with tempfile.TemporaryDirectory() as name:
        good = {"judgments/a.yaml": GOOD, "pyproject.toml": "", **SURROUNDINGS}
        folder = write(Path(name), good)
        for edit in edits:
            if edit is None:
                write(folder, good)
            else:
                path = folder / edit[0]
                text = path.read_text("utf-8")
                path.write_text(text[: edit[1]] + edit[2] + text[edit[1] :], encoding="utf-8")
            assert check_folder(folder) == fresh(folder)


def _flipped(content: bytes) -> bytes:
    return content.replace(b"It may snow", b"It may know")


def _cut(content: bytes) -> bytes:
    return content[:-9]


@pytest.mark.parametrize(
    "damage", [_flipped, _cut, lambda _: b"", lambda _: b"\xff", lambda _: b"[1]"]
)
def test_what_is_damaged_is_not_used(team, damage):
    expected = check_folder(team)
    (path,) = files(team)
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    assert path.read_bytes() != whole
    assert check_folder(team) == expected
    assert path.read_bytes() == whole


def test_something_else_in_the_place_of_the_verdicts(team):
    write(team, {f"{DERIVED}/{KEPT}": "a file"})
    assert check_folder(team) == fresh(team)
    assert check_folder(team) == fresh(team)


def test_a_file_that_belongs_to_no_workspace_gets_no_folder_beside_it(tmp_path):
    alone = write(tmp_path, {"alone.yaml": GOOD}) / "alone.yaml"
    assert check_folder(tmp_path, also=[alone]).judgments == 1
    assert [path.name for path in tmp_path.iterdir()] == ["alone.yaml"]


def test_a_long_ledger_is_read_too(team):
    write(team, {"seals.jsonl": b" " * LARGEST_FILE_BYTES + b"x"})
    before = check_folder(team)
    assert len(files(team)) == 1
    write(team, {"seals.jsonl": b""})
    assert check_folder(team) == fresh(team) != before


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


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not here")
def test_a_shallow_clone_that_is_deepened_counts(team, tmp_path):
    git(team, "init", "-q")
    seal(load_workspace(team), now=NOON)
    sealed = (team / "seals.jsonl").read_bytes()
    git(team, "add", "-A")
    git(team, "commit", "-qm", "sealed")
    write(team, {"seals.jsonl": b""})
    git(team, "commit", "-qam", "taken out")
    git(tmp_path, "clone", "-q", "--depth", "1", team.as_uri(), "clone")
    clone = tmp_path / "clone"
    assert sealed
    assert check_folder(clone) == fresh(clone)
    git(clone, "fetch", "-q", "--unshallow")
    deepened = check_folder(clone)
    assert deepened == fresh(clone)
    assert "broken-ledger" in {one.identifier for one in deepened.verdict.problems}


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not here")
@pytest.mark.parametrize("word", ["replace", "promisor", "grafts", "reference"])
def test_where_git_may_say_more_tomorrow_nothing_is_kept(team, word):
    git(team, "init", "-q", "-b", "main")
    git(team, "add", "-A")
    git(team, "commit", "-qm", "one")
    git(team, "commit", "-qm", "two", "--allow-empty")
    assert history.reach_of(team) == history.head_of(team)
    if word == "replace":
        git(team, "replace", "--graft", "HEAD")
    elif word == "promisor":
        write(team, {".git/objects/pack/a.promisor": ""})
    elif word == "grafts":
        write(team, {".git/info/grafts": ""})
    else:
        git(team, "symbolic-ref", "refs/heads/other", "refs/heads/main")
        git(team, "symbolic-ref", "HEAD", "refs/heads/other")
        write(team, {".git/HEAD": "ref: refs/heads/other\n"})
    assert history.reach_of(team) is None
    assert check_folder(team) == fresh(team)
    assert files(team) == []
    if word == "replace":
        git(team, "pack-refs", "--all")
        assert history.reach_of(team) is None


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not here")
def test_a_git_that_does_not_answer_is_asked_again(team, monkeypatch):
    git(team, "init", "-q")
    seal(load_workspace(team), now=NOON)
    git(team, "add", "-A")
    git(team, "commit", "-qm", "sealed")
    write(team, {"seals.jsonl": b""})
    monkeypatch.setattr(history, "SECONDS", 0.0)
    assert "broken-ledger" not in {one.identifier for one in check_folder(team).verdict.problems}
    assert files(team) == []
    monkeypatch.undo()
    monkeypatch.setattr(kept, "FEWEST_JUDGMENTS", 0)
    assert "broken-ledger" in {one.identifier for one in check_folder(team).verdict.problems}
    assert len(files(team)) == 1


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
