"""Ordinal scales: an order of phrases, with no numbers."""

import json

import pytest

from conftest import found_in, write
from forecast_bench.cli import main
from forecast_bench.lexicons import read_lexicons, read_scales

SCALE = """\
id: desk
version: "1"
title: The order of the desk
source: The desk, 2007
structure: ordinal
phrases:
  - {phrase: remote}
  - {phrase: unlikely, synonyms: [improbable]}
  - {phrase: even chance}
  - {phrase: likely}
"""
JUDGMENTS = """\
report: {id: r, title: T}
analyst: r.lee
issued: 2018-01-31
%s
judgments:
  - id: a
    statement: The road opens.
    probability: %s
    question: {by_hand: {asks: a, settled_by: b}, within: 6 months}
"""


@pytest.fixture
def team(tmp_path, monkeypatch):
    files = {"models/lexicons/desk.yaml": SCALE, "judgments/a.yaml": JUDGMENTS % ("", "0.6")}
    write(tmp_path, files)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(capsys, *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        main(["lexicon", *arguments])
    said = capsys.readouterr()
    return int(left.value.code or 0), said.out, said.err


def test_an_order_is_read_beside_the_lexicons(team):
    scales, problems = read_scales(team / "models/lexicons")
    assert problems == ()
    assert [one.phrase for one in scales["desk@1"].phrases] == [
        "remote",
        "unlikely",
        "even chance",
        "likely",
    ]
    assert read_lexicons(team / "models/lexicons") == ({}, ())
    assert (
        found_in({"models/lexicons/d.yaml": SCALE, "judgments/a.yaml": JUDGMENTS % ("", "0.6")})
        == ()
    )


@pytest.mark.parametrize(
    ("pinned", "stated", "expected"),
    [
        ("lexicon: desk@1", "likely", ["ordinal-lexicon"]),
        ("lexicon: desk@1", "0.6", ["ordinal-lexicon"]),
        ("lexicon: desk@2", "likely", ["unknown-lexicon"]),
    ],
)
def test_who_pins_one_is_told_why_nothing_can_be_computed(pinned, stated, expected):
    files = {"models/lexicons/d.yaml": SCALE, "judgments/a.yaml": JUDGMENTS % (pinned, stated)}
    assert [one.identifier for one in found_in(files)] == expected


@pytest.mark.parametrize(
    ("old", "new", "identifier"),
    [
        ("even chance", "Likely", "duplicate-phrase"),
        ("{phrase: likely}", "{phrase: likely, low: 0.5}", "unknown-key"),
        ("  - {phrase: remote}\n", "  - {phrase: 50}\n", "bad-value"),
        ("id: desk", "id: kent\nversion: '1964'\nx: y", "duplicate-key"),
    ],
)
def test_faults_of_the_file(old, new, identifier):
    files = {
        "models/lexicons/d.yaml": SCALE.replace(old, new, 1),
        "judgments/a.yaml": JUDGMENTS % ("", "0.6"),
    }
    assert identifier in [one.identifier for one in found_in(files)]


def test_the_commands_know_an_order(team, capsys):
    status, out, _ = run(capsys, "list")
    assert (status, "desk@1" in out, "ordinal" in out) == (0, True, True)
    status, out, _ = run(capsys, "show", "desk@1")
    assert status == 0
    assert "from the least to the most likely, with no numbers" in out
    assert out.splitlines()[-1].split() == ["4", "likely"]
    status, out, _ = run(capsys, "read", "Improbable", "--lexicon", "desk@1")
    assert out.startswith(
        "unlikely (desk@1): 2 of 4, from the least likely\nabove remote and below"
    )
    status, out, _ = run(capsys, "read", "likely", "--lexicon", "desk@1", "--format", "json")
    record = json.loads(out)
    assert (record["place"], record["of"], record["above"], record["low"]) == (4, 4, None, None)
    for arguments in (
        ("read", "certain", "--lexicon", "desk@1"),
        ("phrase", "0.5", "--lexicon", "desk@1"),
        ("diff", "desk@1", "kent@1964"),
    ):
        status, out, err = run(capsys, *arguments)
        assert (status, out) == (1, "")
        assert "desk@1" in err


def test_an_order_and_a_lexicon_do_not_share_a_name():
    numbered = 'id: desk\nversion: "1"\ntitle: T\nextends: uk-phia@2018\n'
    found = found_in({
        "models/lexicons/desk.yaml": SCALE,
        "models/lexicons/numbers.yaml": numbered,
        "judgments/a.yaml": JUDGMENTS % ("", "0.6"),
    })  # fmt: skip
    assert [(one.identifier, one.message) for one in found] == [
        ("duplicate-lexicon", "desk@1 is defined already")
    ]
