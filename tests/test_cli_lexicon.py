"""`lexicon` as its user sees it."""

import contextlib
import io
import json
from pathlib import Path
from typing import Any

import pytest

from conftest import SURROUNDINGS, write
from forecast_bench.cli import main

JUDGMENTS = """\
report: {id: r, title: R}
analyst: a
issued: 2018-01-01
lexicon: uk-phia@2018
questions:
  open: {by_hand: {asks: Is it open?, settled_by: a notice}, within: 1 year}
  shut:
    by_hand: {asks: Is it shut?, settled_by: a notice}
    within: 1 year
    resolution: {outcome: occurred, on: 2018-02-01, evidence: a notice}
judgments:
  - id: first
    statement: It opens.
    probability: unlikely
    question: open
    revisions: [{on: 2018-03-01, probability: almost certain, because: news}]
  - {id: second, statement: It shuts., probability: likely, question: shut}
  - {id: third, statement: It opens., probability: 0.7, question: open}
"""


def run(*arguments: str) -> tuple[int, str]:
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(io.StringIO()):
        try:
            main(list(arguments))
            status = 0
        except SystemExit as left:
            status = int(left.code or 0)
    return status, said.getvalue()


def document(*arguments: str) -> Any:
    status, said = run(*arguments, "--format", "json")
    assert status == 0
    return json.loads(said)


@pytest.fixture
def desk(tmp_path: Path) -> str:
    settings = "[tool.forecast-bench]\nband_mass = 0.9\n"
    files = {**SURROUNDINGS, "judgments/a.yaml": JUDGMENTS, "pyproject.toml": settings}
    return str(write(tmp_path, files))


def test_difference_of_judgments_is_of_what_stands_now_and_is_not_settled(desk: str) -> None:
    found = document("lexicon", "diff", "uk-phia@2018", "nato-ajp-2.1@2016", "--workspace", desk)
    assert [(one["id"], one["phrase"], one["kind"]) for one in found["judgments"]] == [
        ("first", "almost certain", "absent")
    ]
    assert found["judgments"][0]["nearby"] == ["highly likely 90-100 %"]
    kinds = {one["phrase"]: one["kind"] for one in found["phrases"]}
    assert kinds["likely"] == "moved"
    assert kinds["realistic possibility"] == "absent"
    _, said = run("lexicon", "diff", "uk-phia@2018", "nato-ajp-2.1@2016", "--workspace", desk)
    assert "same band 0, another band 0, cannot be expressed by the same word 1" in said


def test_reading_uses_the_settings_of_the_workspace_and_tells_what_readers_hear(
    desk: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    asked = ("lexicon", "read", "unlikely", "--lexicon", "uk-phia@2018", "--workspace")
    assert document(*asked, desk)["mass"] == 0.9
    elsewhere = str(write(tmp_path_factory.mktemp("other"), {"judgments/a.yaml": JUDGMENTS}))
    found = document(*asked, elsewhere)
    assert found["mass"] == 0.8
    assert (found["readers"]["median"], found["readers"]["outside_the_band"]) == (0.2, True)
    _, said = run(*asked, elsewhere)
    assert "warning: the band is 25% to 35% and readers hear 20 %" in said
    assert "CC BY 4.0" in said
    _, said = run("lexicon", "read", "improbable", "--lexicon", "nz-govt@2023")
    assert "hears 10 %" in said


def test_a_number_is_asked_of_every_row() -> None:
    found = document("lexicon", "phrase", "0.7", "--lexicon", "efsa@2018")
    assert (found["kind"], found["terms"]) == ("term", ["likely"])
    assert [one["terms"] for one in found["rows"]] == [["likely"], ["more likely than not"]]
    nested = document("lexicon", "phrase", "0.995", "--lexicon", "ipcc-ar5@2010")
    assert nested["kind"] == "nested"
    assert nested["terms"][0] == "virtually certain"


def test_a_lexicon_is_shown_with_its_edges_and_its_readers() -> None:
    _, said = run("lexicon", "show", "nato-ajp-2.1@2016")
    assert "structure: open tails; language: en" in said
    lines = {line.split("  ")[0]: line.split() for line in said.splitlines()}
    assert lines["highly likely"][-3:] == [">90%", "100%", "90%"]
    assert lines["highly unlikely"][-3:] == ["0%", "<10%", "5%"]
