"""Annotations and SARIF: read back by the rules of those who take them."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sarif_pydantic import Sarif

from conftest import SURROUNDINGS, write
from forecast_bench.problems import CATALOGUE, Location, as_annotation, as_sarif, problem
from test_checks_verdict import EARLY

texts = st.text(max_size=30)


def undone(text: str) -> str:
    """Decode as GitHub's runner does."""
    for code, character in (("%2C", ","), ("%3A", ":"), ("%0A", "\n"), ("%0D", "\r")):
        text = text.replace(code, character)
    return text.replace("%25", "%")


@given(texts, texts)
def test_an_annotation_is_one_line_and_comes_back(message: str, file: str) -> None:
    said = as_annotation(problem("file-empty", message, Location(file, 3, 4, 9)), prefix="desk/")
    assert "\n" not in said
    assert "\r" not in said
    read = re.fullmatch(r"::error file=(.*?),line=3,col=4,endColumn=9,title=file-empty::(.*)", said,
                        re.DOTALL)  # fmt: skip
    assert read is not None
    assert (undone(read[1]), undone(read[2])) == (f"desk/{file}", message)


def test_sarif_holds_what_was_found() -> None:
    one = problem("unknown-phrase", "no phrase", Location("a b.yaml", 2, 3, 9), excerpt="xx yy")
    two = problem("outside-coverage", "early", Location("c.yaml", 5))
    read = Sarif.model_validate(as_sarif([one, two], [(two, "known")], version="1", prefix="d/"))
    run = read.runs[0]
    rules = run.tool.driver.rules or []
    assert [rule.id for rule in rules] == ["outside-coverage", "unknown-phrase"]
    results = run.results or []
    for result in results:
        assert rules[result.rule_index or 0].id == result.rule_id
    assert [result.rule_id for result in results] == [
        "unknown-phrase", "outside-coverage", "outside-coverage",
    ]  # fmt: skip
    raw = as_sarif([one], [(two, "known")], version="1")["runs"][0]["results"]
    place = raw[0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "a%20b.yaml"
    assert place["region"]["startLine"] == 2
    assert raw[1]["suppressions"][0]["justification"] == "known"


def test_sarif_of_nothing_is_a_whole_document() -> None:
    read = Sarif.model_validate(as_sarif([], version="1"))
    assert read.version == "2.1.0"
    assert read.runs[0].results == []


@pytest.mark.parametrize("identifier", sorted(CATALOGUE))
def test_every_problem_has_its_rule(identifier: str) -> None:
    found = as_sarif([problem(identifier, "m", Location("a.yaml"))], version="1")
    rule = found["runs"][0]["tool"]["driver"]["rules"][0]
    assert rule["shortDescription"]["text"] == CATALOGUE[identifier].title
    Sarif.model_validate(found)


def test_moved_lines_keep_the_fingerprint() -> None:
    above, below = (
        as_sarif([problem("file-empty", "m", Location("a.yaml", line))], version="1")["runs"][0]
        for line in (1, 8)
    )
    prints = [run["results"][0]["partialFingerprints"] for run in (above, below)]
    assert prints[0] == prints[1]


def test_every_format_gives_the_same_verdict(tmp_path: Path) -> None:
    text = EARLY.format(above="", beside="").replace("probability: likely", "probability: maybe")
    write(tmp_path / "repository/desk", {**SURROUNDINGS, "judgments/a.yaml": text})
    home = tmp_path / "repository"
    program = str(Path(sys.executable).with_name("forecast-bench"))
    said = {}
    for name in ("text", "json", "github", "sarif", None):
        more = ["--format", name] if name else []
        environment = {**os.environ, "GITHUB_ACTIONS": "false" if name else "true"}
        done = subprocess.run(
            [program, "check", "--workspace", "desk", *more],
            cwd=home, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 1
        said[name] = done.stdout + done.stderr
    wanted = ["outside-coverage", "unknown-phrase"]
    assert sorted(re.findall(r"\[([a-z-]+)\]$", said["text"], re.MULTILINE)) == wanted
    assert sorted(one["id"] for one in json.loads(said["json"])["problems"]) == wanted
    assert sorted(re.findall(r"title=([a-z-]+)", said["github"])) == wanted
    assert said[None] == said["github"]
    assert "file=desk/judgments/a.yaml," in said["github"]
    results = json.loads(said["sarif"])["runs"][0]["results"]
    assert sorted(one["ruleId"] for one in results) == wanted
