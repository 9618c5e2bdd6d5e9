import datetime
from pathlib import Path

import pytest

from conftest import SURROUNDINGS, problems, read, read_files, write
from forecast_bench.checks.kept import check_folder
from forecast_bench.records import OffYardstick, Stated
from forecast_bench.workspace import load_workspace

HEAD = """\
report: {id: r, title: T}
analyst: r.lee
issued: 2017-12-31
lexicon: uk-phia@2018
topic: borders
questions:
  truce:
    by_hand: {asks: Does it hold?, settled_by: reports}
    within: 6 months
judgments:
"""
GOOD = """\
  - id: one
    statement: It holds.
    probability: likely
    question: truce
"""


def test_faults_in_one_judgment_hide_none_in_another():
    text = (
        HEAD
        + """\
  - id: one
    statement: It holds.
    probability: [0.9, 0.1]
    question: truce
  - id: two
    statment: It holds.
    probability: likely
    question: truce
  - id: three
    statement: It holds.
    probability: likley
    question: truce
  - id: four
    statement: It holds.
    probability: likely
    question: peace
"""
    )
    assert problems(text) == [
        (13, 18, "bad-value"),
        (15, 5, "missing-key"),
        (16, 5, "unknown-key"),
        (21, 18, "unknown-phrase"),
        (26, 15, "unknown-question"),
    ]


def test_faults_in_a_question_hide_none_in_another_and_no_judgment():
    text = HEAD.replace("within: 6 months", "within: 6 moons\n  peace:\n    within: 1 day") + GOOD
    found = problems(text.replace("likely", "likley"))
    assert found == [(9, 13, "bad-value"), (10, 3, "question-kind"), (15, 18, "unknown-phrase")]


def test_a_question_with_a_fault_of_its_own_is_not_said_to_be_undefined():
    assert problems(HEAD.replace("within: 6 months", "within: 0 months") + GOOD) == [
        (9, 13, "bad-value")
    ]


def test_faults_of_the_header_are_told_beside_those_of_judgments():
    text = HEAD.replace("2017-12-31", "31/12/2017") + GOOD.replace("likely", "[0.9, 0.1]")
    assert problems(text) == [(3, 9, "bad-value"), (13, 18, "bad-value")]


def test_a_file_that_cannot_be_read_hides_no_other_file():
    files = {"judgments/a.yaml": "a: [", "judgments/b.yaml": HEAD + GOOD.replace("truce", "peace")}
    found = load_and_check(files)
    assert [(one.location.file, one.identifier) for one in found] == [
        ("judgments/a.yaml", "yaml-syntax"),
        ("judgments/b.yaml", "unknown-question"),
    ]
    assert found[1].notes[-1] == "it may be in a file that could not be read"


def load_and_check(files):
    from forecast_bench.checks import check

    return check(read_files(files))


def test_questions_are_shared_by_the_files_of_a_workspace():
    other = (
        "report: {id: s, title: S}\nanalyst: x\nissued: 2018-01-31\n"
        "lexicon: uk-phia@2018\njudgments:\n"
    )
    files = {
        "judgments/a.yaml": HEAD + GOOD,
        "judgments/sub/b.yml": other + GOOD.replace("one", "two"),
    }
    workspace = read_files(files)
    assert [one.id for one in workspace.judgments] == ["one", "two"]
    assert {workspace.question_of(one).name for one in workspace.judgments} == {"truce"}
    assert load_and_check(files) == ()


def test_what_a_judgment_does_not_say_its_file_says():
    text = (
        HEAD
        + GOOD
        + """\
  - id: two
    statement: s
    probability: 0.3
    question: {by_hand: {asks: a, settled_by: b}, within: 1 year}
    analyst: [x, y]
    issued: 2018-02-28
    topic: talks
    lexicon: uk-phia@2025
    revisions:
      - {on: 2018-03-31, probability: 0.4, because: b}
      - {on: 2018-05-31, probability: 0.5, because: c}
"""
    )
    one, two = read(text).judgments
    day = datetime.date
    assert (one.analysts, one.issued, one.topic, one.lexicon("x")) == (
        ("r.lee",),
        day(2017, 12, 31),
        "borders",
        "uk-phia@2018",
    )
    assert (two.analysts, two.issued, two.topic, two.lexicon("x")) == (
        ("x", "y"),
        day(2018, 2, 28),
        "talks",
        "uk-phia@2025",
    )
    assert (one.question_name, two.question_name) == ("truce", "two")
    assert [len(two.revisions(day(2018, month, 28))) for month in (3, 4, 6)] == [0, 1, 2]
    assert one.report.title == "T"


def test_the_answer_is_what_was_said():
    text = (
        HEAD
        + GOOD
        + GOOD.replace("id: one", "id: two").replace(
            "probability: likely", "cannot_assess: no access"
        )
        + GOOD.replace("id: one", "id: three").replace(
            "probability: likely", "off_yardstick: {wording: may well, kind: no number}"
        )
    )
    said = [one.answer() for one in read(text).judgments]
    assert said == [
        Stated(phrase="likely"),
        "no access",
        OffYardstick(wording="may well", kind="no number"),
    ]


def test_models_and_sources_are_read_by_name():
    workspace = read(HEAD + GOOD)
    assert workspace.problems == ()
    assert set(workspace.sources) == {"sahel"}
    assert workspace.source_files["sahel"].data.name == "counts.csv"
    assert workspace.source_files["sahel"].described_in.name == "sahel.yaml"
    assert set(workspace.rates) == {"default"}
    assert workspace.actors.names == {"JNIM", "GSIM", "ISGS"}
    assert workspace.source_of(workspace.questions["truce"]) == "sahel"


def test_without_models_ours_stand_in():
    workspace = read_files({"judgments/a.yaml": HEAD + GOOD})
    asked = workspace.questions["truce"]
    assert workspace.source_of(asked) is None
    assert str(workspace.rates_of(asked).baseline) == "12 months"


@pytest.mark.parametrize(
    ("path", "text", "file", "identifier"),
    [
        (
            "incidents/more.yaml",
            SURROUNDINGS["incidents/sahel.yaml"],
            "incidents/sahel.yaml",
            "duplicate-id",
        ),
        (
            "models/rates/default.yml",
            "baseline: 1 year\n",
            "models/rates/default.yml",
            "duplicate-id",
        ),
        ("models/rates/x.yaml", "baseline: soon\n", "models/rates/x.yaml", "bad-value"),
        ("models/actors.yaml", "actors: []\n", "models/actors.yaml", "wrong-shape"),
        ("models/lexicons/x.yaml", "id: x\n", "models/lexicons/x.yaml", "missing-key"),
        (
            "pyproject.toml",
            "[tool.forecast-bench]\nlexicon = 'x@1'\n",
            "pyproject.toml",
            "settings",
        ),
    ],
)
def test_a_fault_beside_the_judgments_is_reported_in_its_file(path, text, file, identifier):
    found = load_and_check({"judgments/a.yaml": HEAD + GOOD, **SURROUNDINGS, path: text})
    assert {(one.location.file, one.identifier) for one in found} == {(file, identifier)}


COUNTED = HEAD.replace(
    "by_hand: {asks: Does it hold?, settled_by: reports}",
    "count: {of: {actor: JNIM}, any: true}\n    source: sahel\n    rates: default",
)


@pytest.mark.parametrize(
    "path", ["models/actors.yaml", "incidents/sahel.yaml", "models/rates/default.yaml"]
)
def test_what_could_not_be_read_is_not_said_to_lack_a_name(path):
    files = {"judgments/a.yaml": COUNTED + GOOD, **SURROUNDINGS, path: "- broken\n"}
    assert [(one.location.file, one.identifier) for one in load_and_check(files)] == [
        (path, "wrong-shape")
    ]


def test_a_file_outside_is_read_as_if_it_were_inside_and_none_twice(tmp_path):
    write(tmp_path, {"judgments/a.yaml": HEAD + GOOD, "draft.yaml": HEAD + GOOD})
    inside, outside = tmp_path / "judgments" / "a.yaml", tmp_path / "draft.yaml"
    workspace = load_workspace(tmp_path, also=[inside, outside, outside])
    assert [one.shown_as for one in workspace.files] == ["judgments/a.yaml", "draft.yaml"]


def test_a_folder_without_judgments_is_told():
    assert [one.identifier for one in read_files({"judgments/notes.txt": "x"}).problems] == [
        "no-judgments"
    ]


@pytest.mark.parametrize("folder", ["models", "incidents"])
def test_a_folder_that_may_not_be_looked_into_is_told(tmp_path, monkeypatch, folder):
    team = write(tmp_path, {"judgments/a.yaml": HEAD + GOOD, **SURROUNDINGS})

    def refusing(look):
        def stat(path, **more):
            if path.parent.name == folder:
                raise PermissionError(13, "Permission denied")
            return look(path, **more)

        return stat

    monkeypatch.setattr(Path, "stat", refusing(Path.stat))
    monkeypatch.setattr(Path, "lstat", refusing(Path.lstat))
    for read_it in (load_workspace(team).problems, check_folder(team).verdict.problems):
        told = {(one.location.file.split("/")[0], one.identifier) for one in read_it}
        assert (folder, "file-unreadable") in told
