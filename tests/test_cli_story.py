"""`show` tells every move and, once there is an outcome, a post-mortem."""

import json
import math

import pytest
from typer.testing import CliRunner

from first_case import small_case
from forecast_bench.cli.application import application

JUDGED = """\
report: {id: small, title: A test}
analyst: a.name
issued: 2017-12-31
lexicon: uk-phia@2018
judgments:
  - id: clash
    statement: They clash.
    probability: likely
    question:
      count: {of: {between: [JNIM, ISGS], type: battle}, any: true}
      within: 3 months
    revisions: [{on: 2018-02-10, probability: unlikely, because: a truce}]
    assumptions: [{text: They want the same routes., lynchpin: true}]
  - {id: silent, statement: They talk., cannot_assess: nobody knows, question: talks}
questions:
  talks: {by_hand: {asks: Do they talk?, settled_by: Reports.}, within: 18 months}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return small_case(tmp_path_factory.mktemp("told"), JUDGED)


def show(folder, identifier, *more, as_of="2018-07-31"):
    arguments = ["show", identifier, "--workspace", str(folder), "--as-of", as_of, *more]
    shown = CliRunner().invoke(application, arguments, catch_exceptions=False)
    assert shown.exit_code == 0, shown.output
    return shown.stdout


def test_the_story_in_the_terminal(folder):
    """None in 12 months: Gamma(0.486, 11.166).

    That is 0.1092, 0.0713 and 0.0350 after 0, 1 and 2 months; log odds -2.099, -2.567 and -3.318:
    January -0.47, February -0.75. The analyst: logit(0.301) - logit(0.534) = -0.841 - 0.134.
    """
    told = show(folder, "clash").split("\n\n")
    assert told[2].splitlines() == [
        "date        live        analyst   counts  what happened",
        "2018-01-31  65% to 53%        0    -0.47  "
        "no incidents; live went below the band of likely",
        "2018-02-10  53% to 30%    -0.98        0  restated as unlikely (30%): a truce",
        "2018-02-28  30% to 17%        0    -0.75  no incidents",
        "2018-03-31  17% to 0%         0  decided  no incidents; the window ended",
        "(analyst and counts in log odds)",
        "2018-04-14: its counts were final enough: did not occur",
    ]
    lines = told[3].splitlines()
    assert lines[0] == "post-mortem"
    assert lines[2].split()[:5] == ["2017-12-31", "at", "issue", "65%", "11%"]
    assert lines[-1] == "lynchpin, did it hold? They want the same routes."
    assert any(one.startswith("nearer at issue: the base rate (Brier 0.0") for one in lines)
    assert "another vintage: no earlier one was known by that day" in lines


def test_the_story_as_a_document(folder):
    found = json.loads(show(folder, "clash", "--format", "json"))
    assert found.keys() >= {"judgment", "path", "moves", "events", "post_mortem"}
    path = {one["date"]: one for one in found["path"]}
    for one in found["moves"]:
        assert one["live_after"] == path[one["date"]]["live"]
        if one["counts"] is not None:
            before, after = (math.log(x / (1 - x)) for x in (one["live_before"], one["live_after"]))
            assert one["analyst"] + one["counts"] == pytest.approx(after - before, abs=1e-9)
    assert [one["decided"] for one in found["moves"]] == [False, False, False, True]
    assert found["post_mortem"]["outcome"] == "did not occur"


def test_an_open_judgment_has_moves_and_no_post_mortem(folder):
    found = json.loads(show(folder, "clash", "--format", "json", as_of="2018-02-28"))
    assert (len(found["moves"]), found["post_mortem"]) == (3, None)
    assert "post-mortem" not in show(folder, "clash", as_of="2018-02-28")


def test_a_judgment_without_a_number_has_neither(folder):
    found = json.loads(show(folder, "silent", "--format", "json"))
    assert (found["moves"], found["events"], found["post_mortem"]) == ([], [], None)
    assert "analyst and counts" not in show(folder, "silent")
