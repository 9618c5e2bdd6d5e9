"""`new`, `revise` and `resolve` as their users run them."""

import json
import os
import stat
from pathlib import Path

import pytest
from filelock import FileLock

from conftest import SURROUNDINGS, found_in, write
from forecast_bench.checks import check
from forecast_bench.cli import editing, main
from forecast_bench.editing import change
from forecast_bench.workspace import load_workspace
from terminal import at_terminal

GOOD = """\
# A comment at the head.
report: {id: r, title: T}   # the report
analyst: r.lee
issued: 2017-12-31
lexicon: uk-phia@2018

judgments:
  # of the road
  - id: one
    statement: The road opens.
    probability: likely        # so far
    question: {by_hand: {asks: Is it open?, settled_by: The office}, within: 6 months}

  - id: two
    statement: A battle is fought.
    probability: 0.3
    question:
      count: {of: {actor: JNIM, type: battle, countries: Mali}, at_least: 1}
      window: {from: 2018-01-01, to: 2018-06-30}
# the end
"""


@pytest.fixture
def team(tmp_path, monkeypatch):
    write(tmp_path / "team", {"judgments/a.yaml": GOOD, **SURROUNDINGS})
    monkeypatch.chdir(tmp_path / "team")
    return tmp_path / "team"


@pytest.fixture
def run(capsys):
    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main(list(arguments))
        said = capsys.readouterr()
        return int(left.value.code or 0), said.out, said.err

    return run


def text(team: Path) -> str:
    return (team / "judgments/a.yaml").read_text("utf-8")


def test_the_workspace_of_these_tests_is_good():
    assert found_in({"judgments/a.yaml": GOOD, **SURROUNDINGS}) == ()


def test_a_revision_is_appended_and_nothing_else_changes(team, run):
    first = ("revise", "one", "highly likely", "--because", "thaw: early", "--on", "2018-02-01")
    assert run(*first) == (0, "revised: one, judgments/a.yaml:13\n", "")
    added = "    revisions:\n      - on: 2018-02-01\n        probability: highly likely\n"
    added += "        because: 'thaw: early'\n"
    at = GOOD.index("\n  - id: two")
    assert text(team) == GOOD[:at] + added + GOOD[at:]
    status, out, _ = run(
        *("revise", "one", "0.65", "--because", "frost", "--on", "2018-03-01"),
        *("--confidence", "low", "--format", "json"),
    )
    assert (status, json.loads(out)) == (0, {"file": "judgments/a.yaml", "line": 17, "id": "one"})
    (one, _) = load_workspace(team).judgments
    stated = [(str(each.on), str(each.probability)) for each in one.judgment.revisions]
    assert stated == [("2018-02-01", "highly likely"), ("2018-03-01", "0.65")]


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("revise", "none", "likely", "--because", "x"), 1, 'no judgment has the id "none"'),
        (("revise", "one", "lkely", "--because", "x"), 2, '"lkely" is not a phrase'),
        (("revise", "one", "1.5", "--because", "x"), 2, "not between 0 and 1"),
        (("revise", "one", "likely"), 2, "no terminal to ask at; give also --because"),
        (("revise", "one"), 2, "give also PHRASE, --because"),
        (("revise", "one", "likely", "--because", "x", "--on", "2017-01-01"), 1, "revision-before"),
        (("revise", "one", "likely", "--because", "x", "--on", "1.1.18"), 2, "not a day"),
        (("revise", "one", "likely", "--because", "x", "--confidence", "sure"), 2, "not one of"),
        (("resolve", "two", "occurred", "--evidence", "x"), 1, "resolves itself"),
        (("resolve", "none", "occurred", "--evidence", "x"), 1, "no judgment and no question"),
        (("resolve", "one", "maybe", "--evidence", "x"), 2, "not one of"),
        (("resolve", "one", "void", "--evidence", "x"), 2, "give also --reason"),
        (("resolve", "one", "occurred", "--evidence", "x", "--on", "2016-01-01"), 1, "before"),
        (("new",), 2, "give also STATEMENT, --probability, --question"),
        (("new", "It snows.", "--asks", "x"), 2, "go together"),
        (("new", "It snows.", "--actor", "JNIM"), 2, "go with --at-least"),
        (("new", "It snows.", "--within", "soon"), 2, "--within"),
        (("new", "It snows.", "--within", "1 month", "--from", "2018-01-01"), 2, "--within, or"),
        (("new", "It snows.", "--file", "../a.yaml"), 2, "no YAML file in judgments/"),
        (("new", "It snows.", "--file", "judgments/.a.yaml"), 2, "no YAML file in judgments/"),
        (
            ("new", "x", "--probability", "likely", "--question", "q", "--file", "a"),
            1,
            "nobody def",
        ),
    ],
)
def test_what_is_refused_changes_nothing(team, run, arguments, status, said):
    left, out, err = run(*arguments)
    assert (left, out) == (status, "")
    assert said in " ".join(err.split())
    assert text(team) == GOOD
    assert sorted(path.name for path in (team / "judgments").iterdir()) == ["a.yaml"]


def test_a_question_is_resolved_once(team, run):
    done = ("resolve", "one", "did not occur", "--evidence", "snow", "--on", "2018-07-15")
    assert run(*done) == (0, "resolved: one, judgments/a.yaml:12\n", "")
    assert "resolution: {outcome: did not occur, on: 2018-07-15, evidence: snow}}" in text(team)
    status, _, err = run(*done)
    assert (status, err) == (1, '"one" is resolved already: did not occur on 2018-07-15\n')


def test_a_condition_in_words_may_have_failed_of_what_is_counted(team, run):
    on_it = GOOD.replace("at_least: 1}\n", "at_least: 1}\n      given: {text: The truce ends.}\n")
    as_well = "  - {id: three, statement: S., probability: 0.3, question: two}\n"
    write(team, {"judgments/a.yaml": on_it.replace("# the end", f"{as_well}# the end")})
    assert run("resolve", "two", "occurred", "--evidence", "x")[0] == 1
    done = ("resolve", "two", "void", "--reason", "the truce held", "--on", "2018-06-30")
    assert run(*done) == (0, "resolved: two, judgments/a.yaml:21\n", "")
    read = load_workspace(team)
    assert check(read) == ()
    assert read.judgments[1].judgment.resolution.outcome == "void"
    # It is so for all who judged it.
    status, _, err = run("resolve", "three", *done[2:])
    assert (status, err) == (1, '"two" is resolved already: void on 2018-06-30\n')
    again = "question: two, resolution: {outcome: void, on: 2018-06-30, reason: x}}"
    write(team, {"judgments/a.yaml": text(team).replace("question: two}", again)})
    (fault,) = check(load_workspace(team))
    said = 'the question "two" is resolved by the judgment "two"; that is enough'
    assert (fault.identifier, fault.message) == ("hand-resolution", said)


def test_a_judgment_in_a_file_that_is_there(team, run):
    status, out, err = run(
        *("new", "Snow: it falls.", "--probability", "0.78", "--at-least", "3", "--file", "a"),
        *("--actor", "JNIM", "--type", "battle", "--country", "Mali", "--confidence", "low"),
        *("--from", "2018-02-01", "--to", "2018-06-30", "--issued", "2018-01-31"),
        *("--assumption", "no truce", "--raises", "talks end", "--lowers", "rain", "--topic", "t"),
    )
    assert (status, out) == (0, "recorded: snow-it-falls, judgments/a.yaml:20\n")
    assert "0.78 lies between likely (55-75 %) and highly likely (80-90 %)" in err
    at = GOOD.index("# the end")
    assert text(team).startswith(GOOD[:at])
    assert text(team).endswith("# the end\n")
    one = load_workspace(team).judgments[-1]
    assert (one.id, one.judgment.statement) == ("snow-it-falls", "Snow: it falls.")
    assert [each.would for each in one.judgment.indicators] == ["raise", "lower"]
    assert found_in({"judgments/a.yaml": text(team), **SURROUNDINGS}) == ()


def test_a_judgment_in_a_new_file(team, run):
    status, out, _ = run(
        *("new", "The pass closes.", "--probability", "likely"),
        *("--file", "judgments/winter/pass.yaml", "--title", "Winter", "--issued", "2018-01-31"),
        *("--asks", "Is it closed?", "--settled-by", "The office", "--within", "3 months"),
        *("--analyst", "lee", "--analyst", "kim", "--lexicon", "uk-phia@2018"),
    )
    assert (status, out) == (0, "recorded: the-pass-closes, judgments/winter/pass.yaml:1\n")
    made = (team / "judgments/winter/pass.yaml").read_text("utf-8")
    assert made.startswith(
        "# yaml-language-server: $schema=../../.forecast-bench/judgments.schema.json\n"
        "report: {id: pass, title: Winter}\nanalyst: [lee, kim]\nissued: 2018-01-31\n"
    )
    assert found_in({"judgments/a.yaml": made, **SURROUNDINGS}) == ()


def test_faults_elsewhere_are_no_hindrance(team, run):
    write(team, {"judgments/b.yaml": GOOD.replace("id: one", "id: three").replace("0.3", "3")})
    assert run("revise", "one", "unlikely", "--because", "x", "--on", "2018-02-01")[0] == 0


def test_an_error_that_stands_elsewhere_already_is_still_one_here(team, run):
    revised = "    revisions: [{on: 2017-01-01, probability: 0.2, because: x}]\n"
    early = GOOD.replace("# the end", revised + "# the end")
    write(team, {"judgments/a.yaml": early})
    status, _, err = run("revise", "one", "unlikely", "--because", "x", "--on", "2017-01-01")
    assert status == 1
    assert "judgments/a.yaml:14:13: error: the revision is dated 2017-01-01" in err
    assert text(team) == early


def test_lines_that_move_make_no_fault_new(team, run):
    again = GOOD[GOOD.index("  - id: two") :]
    write(team, {"judgments/a.yaml": GOOD + again.replace("0.3", "0.8")})
    # The first one is taken "by judgments/a.yaml:14", and after the change by :17.
    done = run("revise", "one", "unlikely", "--because", "x", "--on", "2018-02-01")
    assert done == (0, "revised: one, judgments/a.yaml:13\n", "")


def test_a_line_is_one_of_an_editor(team, run):
    folded = GOOD.replace("The road opens.", '"The\u2028       road opens."')
    write(team, {"judgments/a.yaml": folded})
    done = ("revise", "one", "unlikely", "--because", "x", "--on", "2018-02-01")
    assert run(*done) == (0, "revised: one, judgments/a.yaml:13\n", "")


def test_a_file_is_replaced_whole_or_not_at_all(team, run, monkeypatch):
    def stop(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", stop)
    status, out, err = run("revise", "one", "unlikely", "--because", "x", "--on", "2018-02-01")
    said = "judgments/a.yaml cannot be written: No space left on device; it stays as it was\n"
    assert (status, out, err) == (4, "", said)
    assert text(team) == GOOD
    assert [path.name for path in (team / "judgments").iterdir()] == ["a.yaml"]


def test_mode_and_link_of_a_file_survive(team, run):
    path = team / "judgments/a.yaml"
    path.rename(team / "kept.yaml")
    (team / "kept.yaml").chmod(0o640)
    path.symlink_to(team / "kept.yaml")
    assert run("revise", "one", "unlikely", "--because", "x", "--on", "2018-02-01")[0] == 0
    assert path.is_symlink()
    assert stat.S_IMODE((team / "kept.yaml").stat().st_mode) == 0o640
    assert "unlikely" in (team / "kept.yaml").read_text("utf-8")


def test_a_file_that_nobody_may_write_is_left_alone(team, run):
    (team / "judgments/a.yaml").chmod(0o444)
    status, out, err = run("revise", "one", "unlikely", "--because", "x", "--on", "2018-02-01")
    said = "judgments/a.yaml cannot be written: it is read-only; it stays as it was\n"
    assert (status, out, err) == (4, "", said)
    assert text(team) == GOOD


def test_a_judgment_is_not_revised_once_it_is_settled(team, run):
    run("resolve", "one", "occurred", "--evidence", "x", "--on", "2018-03-01")
    settled = text(team)
    late = ("revise", "one", "almost certain", "--because", "it opened", "--on")
    status, _, err = run(*late, "2018-03-02")
    assert status == 1
    said = "the revision is dated 2018-03-02; its question was settled on 2018-03-01"
    assert f"judgments/a.yaml:14:13: error: {said} [revision-after-window]" in err
    assert text(team) == settled
    assert run(*late, "2018-03-01")[0] == 0


def test_an_outcome_is_not_recorded_before_its_day(team, run):
    status, _, err = run("resolve", "one", "occurred", "--evidence", "x", "--on", "2999-01-01")
    assert status == 2
    assert "2999-01-01 is still to come" in " ".join(err.split())
    assert text(team) == GOOD


def test_a_file_is_known_without_its_ending(team, run):
    (team / "judgments/a.yaml").rename(team / "judgments/a.yml")
    status, out, _ = run(
        *("new", "Snow falls.", "--probability", "likely", "--question", "one", "--file", "a"),
        *("--issued", "2018-01-31"),
    )
    assert (status, out) == (0, "recorded: snow-falls, judgments/a.yml:20\n")


def test_another_writer_is_waited_for_and_then_told(team, run, monkeypatch):
    monkeypatch.setattr(change, "_WAIT_SECONDS", 0.05)
    (team / ".forecast-bench").mkdir()
    with FileLock(team / ".forecast-bench" / change.LOCK):
        status, _, err = run("revise", "one", "unlikely", "--because", "x", "--on", "2018-02-01")
    assert (status, err) == (3, "another process edits this workspace; nothing was written\n")
    assert text(team) == GOOD


def test_a_change_of_somebody_else_meanwhile_is_kept(team, run, monkeypatch):
    judged = change._judged

    def slow(*arguments: object, **more: object) -> object:
        (team / "judgments/a.yaml").write_text(GOOD + "# mine\n", encoding="utf-8")
        return judged(*arguments, **more)

    monkeypatch.setattr(change, "_judged", slow)
    status, _, err = run("revise", "one", "unlikely", "--because", "x", "--on", "2018-02-01")
    assert (status, err) == (1, "judgments/a.yaml was changed meanwhile; nothing was written\n")
    assert text(team) == GOOD + "# mine\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("revise", "one", "unlikely", "--because", "x", "--on", "2018-02-01"),
        ("resolve", "one", "occurred", "--evidence", "x", "--on", "2018-07-01"),
    ],
)
def test_a_judgment_that_moved_while_a_person_thought_is_not_mistaken(
    team, run, monkeypatch, arguments
):
    """Places are those of the file as it was read: another one may stand there by now."""
    first = GOOD.index("  # of the road")
    other = GOOD[first : GOOD.index("  - id: two")].replace("id: one", "id: zero")
    changed = GOOD[:first] + other + GOOD[first:]

    def thinking(folder: Path) -> object:
        read = load_workspace(folder)
        write(folder, {"judgments/a.yaml": changed})
        return read

    monkeypatch.setattr(editing, "load_workspace", thinking)
    status, out, err = run(*arguments)
    said = "judgments/a.yaml was changed meanwhile; nothing was written\n"
    assert (status, out, err) == (1, "", said)
    assert text(team) == changed


def test_prompts_of_a_revision(team):
    shown, status = at_terminal(
        ["revise", "one", "--on", "2018-02-01"],
        ["likley\n", "0.78\n", "n\n", "unlikely\n", "\n", "a thaw\n"],
        team,
    )
    assert status == 0, shown
    assert "stated: likely" in shown
    rows = [line for line in shown.splitlines() if " %" in line and "-" in line][:7]
    # Ascending, with the band and what readers hear.
    assert [row.split("  ")[0].strip() for row in rows][:4] == [
        "remote chance",
        "highly unlikely",
        "unlikely",
        "realistic possibility",
    ]
    assert "40-50 %" in rows[3]
    assert "60 %" in rows[3]
    assert '"likley" is not a phrase of uk-phia@2018' in shown
    assert "0.78 lies between likely (55-75 %) and highly likely (80-90 %)" in shown
    assert "probability: unlikely\n        because: a thaw\n" in text(team)


def test_prompts_of_a_new_judgment(team):
    shown, status = at_terminal(
        ["new"],
        [
            *("pass\n", "uk@1\n", "uk-phia@2018\n", "Winter\n", "lee\n"),
            *("Snow closes the pass.\n", "likely\n"),
            *("Is the pass closed?\n", "The office\n", "not an id\n", "pass-closed\n"),
            *("soon\n", "3 months\n", "moderate\n"),
        ],
        team,
    )
    assert status == 0, shown
    assert "recorded: pass-closed, judgments/pass.yaml:1" in shown
    made = (team / "judgments/pass.yaml").read_text("utf-8")
    assert "within: 3 months" in made
    assert "confidence: moderate" in made


def test_leaving_a_prompt_writes_nothing(team):
    shown, status = at_terminal(["revise", "one"], ["\x03"], team)
    assert status != 0
    assert "Traceback" not in shown
    assert text(team) == GOOD
