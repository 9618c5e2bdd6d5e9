"""The command `extract` as its user runs it."""

import json
from dataclasses import dataclass

import pytest
import yaml

from forecast_bench.cli import main

REPORT = """Key judgments

It is highly likely that the dam holds over the next 18 months. The mayor said that a flood was
"unlikely". We have low confidence in this. The town will pay. Repairs may be late.
"""


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "report.txt").write_text(REPORT, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(capsys):
    def run(*arguments: str) -> Done:
        with pytest.raises(SystemExit) as left:
            main(list(arguments))
        said = capsys.readouterr()
        return Done(int(left.value.code or 0), said.out, said.err)

    return run


def test_drafts_are_printed_and_counted(folder, run):
    done = run("extract", "report.txt", "--analyst", "lee", "--issued", "2025-12-31")
    assert done.returncode == 0
    drafted = yaml.safe_load(done.stdout)
    assert [one["id"] for one in drafted["judgments"]] == ["report-1", "report-2"]
    assert drafted["lexicon"] == "uk-phia@2025"
    assert done.stderr.splitlines() == [
        "2 drafts, 1 with a phrase of the yardstick; 1 estimate of others; 1 statement of "
        "confidence; 1 sentence without a word of probability"
    ]


def test_as_json(folder, run):
    done = run("extract", "report.txt", "--format", "json")
    document = json.loads(done.stdout)
    first, told, last = document["statements"]
    wanted = {
        "line": 3,
        "column": 7,
        "text": "highly likely",
        "phrase": "highly likely",
        "lexicon": "uk-phia@2025",
        "low": 0.8,
        "high": 0.9,
        "kind": "phrase",
        "conditional": False,
        "horizon": "over the next 18 months",
        "tense": "future",
        "attributed": False,
    }
    assert wanted.items() <= first.items()
    assert (told["text"], told["line"], told["attributed"]) == ("unlikely", 4, True)
    assert (last["text"], last["kind"], last["low"]) == ("may", "no number", None)
    assert [one["text"] for one in document["confidence"]] == ["low confidence"]
    assert [one["sentence"] for one in document["unhedged"]] == ["The town will pay."]


def test_into_a_file_that_check_reads(folder, run):
    (folder / "judgments").mkdir()
    out = folder / "judgments" / "report.yaml"
    done = run("extract", "report.txt", "--out", str(out))
    assert (done.returncode, done.stdout) == (0, "")
    checked = run("check", "--format", "json")
    problems = json.loads(checked.stdout)["problems"]
    lines = out.read_text("utf-8").splitlines()
    assert problems
    assert all("# missing" in lines[one["line"] - 1] for one in problems)
    again = run("extract", "report.txt", "--out", str(out))
    assert again.returncode == 2
    assert "exists already" in again.stderr
    assert out.read_text("utf-8").splitlines() == lines


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("none.txt",), 2, "is not a file"),
        (("report.txt", "--lexicon", "x@1"), 2, 'no lexicon "x@1"'),
        (("report.txt", "--issued", "soon"), 2, "is not a day"),
        (("table.csv",), 1, 'ends in ".csv" is not read'),
        (("report.txt", "--out", "none/there.yaml"), 4, "cannot be written"),
    ],
)
def test_bad_input(folder, run, arguments, status, said):
    (folder / "table.csv").write_text("a,b\n", encoding="utf-8")
    done = run("extract", *arguments)
    assert done.returncode == status
    assert said in " ".join(done.stderr.replace("│", " ").split())
    assert "Traceback" not in done.stderr


FRENCH = """Jugements clés

Il est très probable que le col ferme d\u2019ici dix-huit mois\u00a0; la suite est incertaine.
Si la taxe augmente, une grève n\u2019est pas improbable, mais un lock-out pourrait
suivre avant la fin de 2027. Selon le maire, il est peu probable que le pont soit réparé.
Nous avons un degré de confiance élevé dans le premier jugement. La ville achètera du sable.
"""


def test_a_french_report_is_drafted_and_checked(folder, run):
    (folder / "judgments").mkdir()
    (folder / "note.txt").write_text(FRENCH, encoding="utf-8")
    out = folder / "judgments" / "note.yaml"
    named = ("--lexicon", "grc@2007", "--analyst", "lee", "--issued", "2026-01-31")
    done = run("extract", "note.txt", *named, "--out", str(out))
    assert done.stderr.splitlines() == [
        "3 drafts, 2 with a phrase of the yardstick; 1 estimate of others; 1 statement of "
        "confidence; 1 sentence without a word of probability"
    ]
    text = out.read_text("utf-8")
    first, second, third = yaml.safe_load(text)["judgments"]
    assert (first["probability"], first["question"]["within"]) == ("quasi certaine", "18 months")
    # By hand: improbable is 7 % and 5 % to each side; 1 - 0.12 and 1 - 0.02.
    assert second["probability"] == [0.88, 0.98]
    assert second["question"]["given"]["text"] == "Si la taxe augmente"
    assert third["off_yardstick"] == {"wording": "pourrait", "kind": "no number"}
    assert str(third["question"]["window"]["to"]) == "2027-12-31"
    filled = text.replace("asks: #", "asks: Oui ou non ? #").replace(
        "settled_by: #", "settled_by: la préfecture #"
    )
    out.write_text(filled.replace("within: #", "within: 6 months #"), encoding="utf-8")
    checked = run("check", "--format", "json")
    problems = json.loads(checked.stdout)["problems"]
    assert [(one["id"], one["level"]) for one in problems] == [("double-negative", "warning")]


def test_a_language_without_a_vocabulary(folder, run):
    lexicons = folder / "models" / "lexicons"
    lexicons.mkdir(parents=True)
    (folder / "judgments").mkdir()
    (lexicons / "acme.yaml").write_text(
        """\
id: acme
version: "1"
title: Acme
source: Acme
verified: {mark: primary, meaning: ours}
language: de
structure: gapped
phrases:
  - {phrase: wahrscheinlich, low: 0.6, high: 0.8}
""",
        encoding="utf-8",
    )
    (folder / "report.txt").write_text("Das ist wahrscheinlich. Es wird kommen.", encoding="utf-8")
    done = run("extract", "report.txt", "--lexicon", "acme@1")
    assert done.stderr.splitlines()[0] == (
        'report.txt: there is no vocabulary of the language "de", only of da, en, fr: only phrases '
        "of yardsticks were looked for"
    )
    assert yaml.safe_load(done.stdout)["judgments"][0]["probability"] == "wahrscheinlich"
