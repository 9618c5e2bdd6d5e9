"""The check of the sealed record, with git, without it, and after merges."""

import datetime
import subprocess
from pathlib import Path

import pytest

from conftest import SURROUNDINGS, write
from forecast_bench.checks import check
from forecast_bench.sealing import LEDGER, history, read_ledger, seal, sealed_record
from forecast_bench.workspace import load_workspace

NOW = datetime.datetime(2018, 1, 2, 9, 0, tzinfo=datetime.UTC)
TEXT = """\
report: {id: r, title: T}
analyst: r.lee
issued: 2017-12-31
lexicon: uk-phia@2018
questions:
  q: {by_hand: {asks: Is the post given up?, settled_by: The reports.}, within: 6 months}
judgments:
  - id: one
    statement: It is likely that the post will be given up.
    probability: likely
    question: q
    revisions:
      - {on: 2018-02-28, probability: highly likely, because: the garrison was halved}
      - {on: 2018-03-31, probability: almost certain, because: the road was cut}
  - id: two
    analyst: a.name
    statement: It is unlikely that the post will be given up.
    probability: unlikely
    question: q
"""
A = "judgments/a.yaml"
MORE = """\
report: {id: ID, title: T}
analyst: r.lee
issued: 2017-12-31
judgments:
  - id: ID
    statement: s
    probability: 0.3
    question: {by_hand: {asks: a, settled_by: b}, within: 6 months}
"""


def git(folder: Path, *words: str) -> str:
    identity = ["-c", "user.name=n", "-c", "user.email=n@example.org"]
    done = subprocess.run(
        ["git", *identity, *words], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout


def seal_all(folder: Path):
    return seal(load_workspace(folder), now=NOW)


def commit(folder: Path, message: str = "m") -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", message)


@pytest.fixture
def plain(tmp_path) -> Path:
    """A sealed workspace outside git."""
    folder = write(tmp_path / "team", {A: TEXT, ".gitignore": ".forecast-bench/\n"})
    seal_all(folder)
    return folder


@pytest.fixture
def team(plain) -> Path:
    """A sealed workspace that was committed."""
    git(plain, "init", "-q", "-b", "main")
    commit(plain)
    return plain


def found(folder: Path):
    return list(sealed_record(load_workspace(folder)))


def told(folder: Path) -> list[tuple[str, int, str]]:
    return [(one.identifier, one.location.line, one.message) for one in found(folder)]


def test_what_is_as_it_was_says_nothing(team):
    assert found(team) == []
    # Another layout, a note, an outcome, another file: nothing that was judged.
    text = TEXT.replace("probability: likely", 'probability:   "likely"')
    text = text.replace("  - id: two", "  - id: two\n    note: n\n    topic: t")
    outcome = (
        "settled_by: The reports.}, resolution: {outcome: occurred, on: 2018-05-01, evidence: e}"
    )
    (team / A).unlink()
    write(team, {"judgments/b/moved.yaml": text.replace("settled_by: The reports.}", outcome)})
    assert found(team) == []


def test_added_revisions_are_fine_and_can_be_sealed(team):
    line = "      - {on: 2018-04-30, probability: likely, because: it came back}\n"
    write(team, {A: TEXT.replace("  - id: two", f"{line}  - id: two")})
    assert told(team) == [("not-sealed", 4, "1 revision is not sealed")]
    result = seal_all(team)
    assert [(one["judgment"], one["revision"]) for one in result.sealed] == [("one", 3)]
    assert found(team) == []


def test_the_old_value_is_taken_from_git(team):
    write(team, {A: TEXT.replace("probability: likely", "probability: highly likely")})
    (fault,) = found(team)
    assert (fault.identifier, fault.location.line, fault.location.column) == (
        "altered-judgment",
        10,
        18,
    )
    assert fault.message == '"probability" of "one" was changed after it was sealed on 2018-01-02'
    commit_id = git(team, "rev-parse", "HEAD").strip()
    assert fault.notes[0].startswith(f"sealed: likely (in commit {commit_id[:12]} of ")
    assert fault.notes[1] == "now: highly likely"
    # Committing the change, and moving the file, hides nothing.
    commit(team)
    git(team, "mv", A, "judgments/moved.yaml")
    commit(team)
    (fault,) = found(team)
    assert fault.notes[0].startswith(f"sealed: likely (in commit {commit_id[:12]} of ")
    assert fault in check(load_workspace(team))


@pytest.mark.parametrize("without", ["git", "repository"])
def test_without_git_the_field_and_the_digest_are_told(team, monkeypatch, without):
    if without == "git":
        monkeypatch.setenv("PATH", str(team / "judgments"))
    else:
        (team / ".git").rename(team.parent / "elsewhere")
    write(
        team, {A: TEXT.replace("up.\n    probability: unlikely", "in.\n    probability: unlikely")}
    )
    (fault,) = found(team)
    digest = (read_ledger(team).lines[3].entry.fields or {})["statement"]
    assert fault.notes == (
        f"sealed: what has the digest {digest[:16]}…; the folder is not in git",
        "now: It is unlikely that the post will be given in.",
        "put back what was sealed; a new view is a revision",
    )


def test_git_that_does_not_answer_is_as_none(team, monkeypatch):
    monkeypatch.setattr(history, "SECONDS", 0.000_001)
    write(team, {A: TEXT.replace("probability: unlikely", "probability: likely")})
    (fault,) = found(team)
    assert "no commit of git has it" in fault.notes[0]


def test_a_shallow_clone_tells_what_it_has(team, tmp_path):
    write(team, {A: TEXT.replace("probability: unlikely", "probability: likely")})
    commit(team)
    clone = tmp_path / "shallow"
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{team}", str(clone))
    (fault,) = found(clone)
    assert fault.message.startswith('"probability" of "two"')
    assert "no commit of git has it" in fault.notes[0]
    assert "sealed: unlikely" in found(team)[0].notes[0]


def test_a_hook_s_variables_do_not_lead_elsewhere(team, monkeypatch, tmp_path):
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    write(team, {A: TEXT.replace("probability: unlikely", "probability: likely")})
    assert "sealed: unlikely" in found(team)[0].notes[0]


def test_a_shared_question_is_told_once(team):
    write(team, {A: TEXT.replace("6 months", "12 months")})
    (fault,) = found(team)
    assert (fault.identifier, fault.location.line) == ("altered-question", 6)
    assert fault.message == (
        '"within" of the question "q" was changed after "one" and "two" were sealed on 2018-01-02'
    )
    assert fault.notes[0].startswith("sealed: 6 months (in commit ")


def test_another_question_is_told_and_a_renamed_one_is_none(team):
    renamed = TEXT.replace("  q:", "  post:").replace("question: q", "question: post")
    write(team, {A: renamed})
    assert found(team) == []
    other = "  p: {by_hand: {asks: Is it?, settled_by: Us.}, within: 1 month}\n  q:"
    write(
        team,
        {A: TEXT.replace("  q:", other).replace("question: q\n    rev", "question: p\n    rev")},
    )
    assert told(team) == [
        ("altered-judgment", 12, '"one" asks "p"; when it was sealed on 2018-01-02 it asked "q"')
    ]


def _swapped(text: str, first: str, second: str) -> str:
    one, other = (
        next(line for line in text.splitlines(True) if line.startswith(start))
        for start in (first, second)
    )
    return text.replace(one, "ASIDE").replace(other, one).replace("ASIDE", other)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            lambda text: text.replace("highly likely, because", "unlikely, because"),
            (13, '"probability" of sealed revision 1 of "one" was changed'),
        ),
        (
            lambda text: text.replace("the road was cut", "we knew"),
            (14, '"because" of sealed revision 2 of "one" was changed'),
        ),
        (
            lambda text: "".join(x for x in text.splitlines(True) if "2018-02-28" not in x),
            (12, 'sealed revision 1 of "one" is not there'),
        ),
        (
            lambda text: "".join(x for x in text.splitlines(True) if "2018-03-31" not in x),
            (12, 'sealed revision 2 of "one" is not there'),
        ),
        (
            lambda text: text.replace(
                "revisions:\n",
                "revisions:\n      - {on: 2018-01-31, probability: 0.5, because: b}\n",
            ),
            (
                13,
                'sealed revision 1 of "one" stands as revision 2: another was put in above it',
            ),
        ),
        (
            lambda text: _swapped(text, "      - {on: 2018-02", "      - {on: 2018-03"),
            (14, 'sealed revision 1 of "one" stands as revision 2: the order was changed'),
        ),
    ],
)
def test_revisions_that_were_sealed_stay(team, change, expected):
    write(team, {A: change(TEXT)})
    faults = [one for one in found(team) if one.identifier == "altered-revision"]
    assert [(one.location.line, one.message) for one in faults][:1] == [expected]
    assert len(faults) <= 2


def test_a_deleted_judgment_and_a_renamed_one_are_told(team):
    write(team, {A: TEXT[: TEXT.index("  - id: two")]})
    assert told(team) == [
        ("missing-judgment", 4, f'"two" of {A}, sealed on 2018-01-02, is not there')
    ]
    write(team, {A: TEXT.replace("id: two", "id: second")})
    assert told(team) == [
        ("missing-judgment", 4, '"two", sealed on 2018-01-02, stands under another id, "second"'),
        ("not-sealed", 4, "1 judgment is not sealed"),
    ]


def test_what_cannot_be_read_is_not_called_deleted(team):
    for broken in (TEXT + "x: [", TEXT.replace("probability: unlikely", "probability: 7")):
        write(team, {A: broken})
        read = load_workspace(team)
        assert read.problems
        assert [one.identifier for one in sealed_record(read)] == []


def test_a_settings_file_that_cannot_be_read_alters_no_judgment(plain):
    files = {
        "pyproject.toml": '[tool.forecast-bench]\nlexicon = "uk-phia@2018"\n',
        "judgments/w.yaml": MORE.replace("ID", "words").replace("0.3", "likely"),
    }
    write(plain, files)
    seal_all(plain)
    write(plain, {"pyproject.toml": "[tool.forecast-bench\n"})
    assert found(plain) == []
    write(plain, {"pyproject.toml": '[tool.forecast-bench]\nlexicon = "uk-phia@2025"\n'})
    assert [one.message for one in found(plain)] == [
        '"lexicon" of "words" was changed after it was sealed on 2018-01-02'
    ]


COUNTED = """\
report: {id: c, title: T}
analyst: r.lee
issued: 2017-12-31
questions:
  battles: {count: {of: {type: battle, countries: Mali}, at_least: 3}, within: 6 months}
judgments:
  - {id: c, statement: s, probability: 0.3, question: battles}
"""


def test_naming_the_only_source_changes_nothing_and_another_one_shows(plain):
    write(plain, {**SURROUNDINGS, "judgments/c.yaml": COUNTED})
    seal_all(plain)
    named = COUNTED.replace("within", "source: sahel, within")
    write(plain, {"judgments/c.yaml": named})
    assert found(plain) == []
    write(plain, {"judgments/c.yaml": COUNTED, "incidents/sahel.yaml": "source: [\n"})
    assert found(plain) == []
    write(plain, {"judgments/c.yaml": named.replace("sahel", "other"), **SURROUNDINGS})
    assert [one.message for one in found(plain)] == [
        '"source" of the question "battles" was changed after "c" was sealed on 2018-01-02'
    ]
    write(plain, {"judgments/c.yaml": COUNTED.replace("at_least: 3", "at_least: 2")})
    (fault,) = found(plain)
    assert (fault.location.file, fault.location.line) == ("judgments/c.yaml", 5)
    assert '"at_least": "2"' in fault.notes[1]


def test_lines_taken_off_the_end_are_found_by_git_also_when_committed(team):
    lines = (team / LEDGER).read_text().splitlines(keepends=True)
    write(team, {LEDGER: "".join(lines[:3]), A: TEXT[: TEXT.index("  - id: two")]})
    commit_id = git(team, "rev-parse", "HEAD").strip()
    expected = f"1 line that git has of commit {commit_id[:12]} is not here"
    assert told(team) == [("broken-ledger", 3, expected)]
    commit(team)
    assert told(team) == [("broken-ledger", 3, expected)]
    (team / LEDGER).unlink()
    assert told(team)[0][2].startswith("4 lines that git has of commit")
    commit(team)
    assert told(team)[0][2].startswith("4 lines that git has of commit")


@pytest.mark.parametrize("attribute", ["-diff", "binary", "diff=none"])
def test_attributes_and_settings_of_git_hide_no_line(team, attribute):
    write(team, {".gitattributes": f"*.jsonl {attribute}\n"})
    for setting in ("log.showRoot=false", "log.diffMerges=off", "color.ui=always"):
        git(team, "config", *setting.split("="))
    git(team, "config", "diff.none.binary", "true")
    lines = (team / LEDGER).read_text().splitlines(keepends=True)
    (team / LEDGER).write_text("".join(lines[:-1]))
    assert told(team)[0][2].startswith("1 line that git has of commit")


def test_a_ledger_written_anew_is_found_by_git(team):
    write(team, {A: TEXT.replace("probability: unlikely", "probability: likely")})
    (team / LEDGER).unlink()
    seal_all(team)
    commit(team)
    (fault,) = found(team)
    assert fault.message.startswith("1 line that git has")


def branches(team: Path) -> None:
    """Two branches that seal one judgment each."""
    for name in ("left", "right"):
        git(team, "checkout", "-q", "-b", name, "main")
        write(team, {f"judgments/{name}.yaml": MORE.replace("ID", name)})
        seal_all(team)
        commit(team)


@pytest.mark.parametrize("union", [True, False])
def test_branches_that_seal_are_merged_by_keeping_both_sides(team, union):
    if union:
        write(team, {".gitattributes": f"{LEDGER} merge=union\n"})
        commit(team)
    branches(team)
    if union:
        git(team, "merge", "-q", "left", "-m", "merge")
    else:
        with pytest.raises(subprocess.CalledProcessError):
            git(team, "merge", "-q", "left", "-m", "merge")
        marks = [one.message for one in found(team) if "mark of a merge" in one.message]
        assert len(marks) == 3
        content = (team / LEDGER).read_text().splitlines(keepends=True)
        kept = [line for line in content if line.startswith("{")]
        write(team, {LEDGER: "".join(kept)})
        commit(team)
    assert found(team) == []
    ledger = read_ledger(team)
    assert (len(ledger.heads), ledger.number, len(ledger.lines)) == (2, 5, 6)
    # The next seal follows both, and so vouches for both.
    write(team, {"judgments/more.yaml": MORE.replace("ID", "more")})
    (new,) = seal_all(team).sealed
    assert (tuple(new["previous"]), new["number"]) == (ledger.heads, 6)
    assert read_ledger(team).heads == (new["hash"],)
    assert found(team) == []


def test_a_merge_that_throws_a_side_away_is_found(team):
    branches(team)
    git(team, "merge", "-q", "-s", "ours", "left", "-m", "merge")
    messages = [one.message for one in found(team)]
    assert len(messages) == 1
    assert messages[0].startswith("1 line that git has of commit")


def test_a_house_lexicon_whose_band_moved_is_told_with_its_old_band(plain):
    house = """\
id: house
version: "1"
title: House words
source: made for a test
structure: gapped
phrases:
  - {phrase: likely, low: 0.60, high: 0.80}
"""
    text = MORE.replace("ID", "words").replace("0.3", "likely")
    files = {"models/lexicons/house.yaml": house, "judgments/w.yaml": "lexicon: house@1\n" + text}
    write(plain, files)
    git(plain, "init", "-q")
    seal_all(plain)
    commit(plain)
    write(plain, {"models/lexicons/house.yaml": house.replace("0.60", "0.50")})
    (fault,) = found(plain)
    assert (fault.location.file, fault.location.line) == ("judgments/w.yaml", 8)
    assert fault.message.startswith('"band" of "words" was changed')
    assert fault.notes[0].startswith("sealed: likely, 0.6 to 0.8 (in commit ")
    assert fault.notes[1] == "now: likely, 0.5 to 0.8"


def test_git_is_asked_for_old_values_only_where_something_was_altered(team, monkeypatch):
    asked = []
    run = history.run_git

    def watch(folder, *arguments, **more):
        asked.append(arguments[0][0])
        return run(folder, *arguments, **more)

    monkeypatch.setattr(history, "run_git", watch)
    assert found(team) == []
    assert asked == ["log"]
    write(team, {A: TEXT.replace("probability: unlikely", "probability: likely")})
    assert len(found(team)) == 1
    assert asked == ["log", "log", "log", "cat-file"]
