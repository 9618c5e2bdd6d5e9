"""The JSON Schema of files of judgments: it accepts what is good, and sees what a schema can."""

import json
import re
from pathlib import Path
from typing import ClassVar

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from conftest import SURROUNDINGS, found_in
from forecast_bench.cli import main
from forecast_bench.lexicons import load_shipped
from forecast_bench.problems.catalogue import CATALOGUE
from forecast_bench.workspace import load_workspace
from forecast_bench.workspace.beginning import begin_workspace
from forecast_bench.workspace.judgments_schema import judgments_schema

ROOT = Path(__file__).parents[1]
FOLDERS = ROOT / "tests" / "problems"
SCHEMA = judgments_schema(load_shipped(), default="uk-phia@2025")
JUDGE = jsonschema.Draft7Validator(SCHEMA)


class Editor(yaml.CSafeLoader):
    """Reads as editors do, by YAML 1.2: `on` is a word and a day is a text."""

    yaml_implicit_resolvers: ClassVar[dict] = {}


for tag, pattern, first in (
    ("bool", "true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", "[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+0123456789."),
    ("null", "~|null|Null|NULL|", ["~", "n", "N", ""]),
):
    Editor.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), first)


Editor.add_constructor("tag:yaml.org,2002:int", lambda _, node: int(node.value))
Editor.add_constructor("tag:yaml.org,2002:float", lambda _, node: float(node.value))


def faults(text: str, judge: jsonschema.Draft7Validator = JUDGE) -> list[str]:
    return [one.message for one in judge.iter_errors(yaml.load(text, Editor))]  # noqa: S506


def test_the_schema_is_one() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)


def named_properties(part: object, path: str = "") -> list[tuple[str, dict]]:
    found = []
    if isinstance(part, dict):
        for name, one in part.get("properties", {}).items():
            if part.get("additionalProperties") is False:
                found.append((f"{path}.{name}", one))
        for key, one in part.items():
            found += named_properties(one, f"{path}/{key}")
    elif isinstance(part, list):
        for index, one in enumerate(part):
            found += named_properties(one, f"{path}/{index}")
    return found


def test_every_key_is_described_and_none_other_is_allowed() -> None:
    properties = named_properties(SCHEMA)
    assert len(properties) > 60
    assert [path for path, one in properties if not one.get("description")] == []


def good_files() -> list[Path]:
    return [
        *sorted((ROOT / "judgments").glob("*.yaml")),
        ROOT / "src/forecast_bench/workspace/template/judgments.yaml",
        ROOT / "tests/fuzz/small.yaml",
    ]


@pytest.mark.parametrize("path", good_files(), ids=lambda path: path.name)
def test_good_files_are_accepted(path: Path) -> None:
    default = load_workspace(ROOT).settings.lexicon
    judge = jsonschema.Draft7Validator(judgments_schema(load_shipped(), default=default))
    assert faults(path.read_text("utf-8"), judge) == []


def examples_of_the_pages() -> list[str]:
    found = []
    for page in sorted((ROOT / "docs").rglob("*.md")):
        blocks = re.findall(r"```yaml\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
        found += [one for one in blocks if "judgments:" in one and "report:" in one]
    # A page may show a mistake on purpose.
    return [one for one in found if "highly likley" not in one]


@pytest.mark.parametrize("text", examples_of_the_pages())
def test_examples_of_the_pages_are_accepted(text: str) -> None:
    assert faults(text) == []


# What a schema sees of each problem that a file of judgments can have.
SEEN = {
    "bad-value",
    "missing-key",
    "no-probability",
    "no-window",
    "question-kind",
    "threshold",
    "unknown-key",
    "unknown-phrase",
    "wrong-shape",
}


def test_what_a_schema_can_see_is_seen() -> None:
    """Problem folders: refused where the fault is of the form, accepted where it is not.

    Each of the first group has a case that the schema refuses; what it does not see, such as a date
    out of order, is found by the checks alone.
    """
    refused = set()
    for folder in sorted(FOLDERS.iterdir()):
        for path in sorted(folder.glob("judgments/**/*.yaml")):
            try:
                said = faults(path.read_text("utf-8"))
            except (yaml.YAMLError, UnicodeDecodeError, ValueError):
                continue  # not YAML at all: an editor says so by itself
            if said:
                refused.add(folder.name)
    assert refused >= SEEN
    # Whatever the schema refuses is an error of the checks too.
    assert {one for one in refused if CATALOGUE[one].level != "error"} == set()


GOOD = """\
report: {id: r, title: T}
analyst: r.lee
issued: 2017-12-31
lexicon: uk-phia@2018
judgments:
  - id: one
    statement: s
    probability: likely
    question: {by_hand: {asks: a, settled_by: b}, within: 6 months}
"""

OF = "{actor: JNIM, type: battle, countries: Mali}"
COUNT = f"count: {{of: {OF}, any: true}}"
CHANGE = f"change: {{of: {OF}, direction: increase, against: 12 months, factor: %s}}"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("likely", "very likely"),
        ("likely", "likley"),
        ("likely", "1.5"),
        ("likely", "0"),
        ("likely", "[0.6]"),
        ("likely", "{low: 0.6}"),
        ("likely", "likely\n    lexicon: us-icd203@2015\n    note: roughly\n    cannot_assess: x"),
        ("probability: likely", "probability: likely\n    cannot_assess: x"),
        ("    probability: likely\n", ""),
        ("within", "withim"),
        ("6 months", "soon"),
        ("2017-12-31", "31.12.2017"),
        ("by_hand: {asks: a, settled_by: b}", "count: {at_least: 1}"),
        ("by_hand: {asks: a, settled_by: b}", "count: {of: {actor: A}, at_least: 0}"),
        ("by_hand: {asks: a, settled_by: b}", "count: {of: {actor: A}, at_least: 1, any: true}"),
        ("within: 6 months", "within: 6 months, window: {from: 2018-01-01, to: 2018-02-01}"),
        ("id: one", "id: one two"),
        ("probability: likely", "probability: likely\n    confidence: sure"),
        ("probability: likely", "probability: likely\n    sources: [{ref: x, grade: G7}]"),
        ("probability: likely", "probability: likely\n    revisions: [{on: 2018-01-31}]"),
        ("probability: likely", "probability: likely\n    topics: x"),
        ("report: {id: r, title: T}", "report: r"),
        ("report: {id: r, title: T}", "report: {id: r, title: '  '}"),
        ("2017-12-31", "2017-13-31"),
        ("2017-12-31", "' 2017-12-31 '"),
        ("6 months", "6"),
        ("6 months", "0 months"),
        ("id: one", "id: -5"),
        ("statement: s", "lexicon:\n    statement: s\n    note: n\n    confidence: sure"),
        ("likely", "very likely\n    lexicon:"),
        ("within", "resolution: {outcome: occurred, on: 2018-01-31}, within"),
        ("within", "resolution: {outcome: void, on: 2018-01-31, evidence: e}, within"),
        ("by_hand: {asks: a, settled_by: b}, within: 6 months", COUNT + ", about: past"),
        (
            "by_hand: {asks: a, settled_by: b}",
            f"{COUNT}, resolution: {{outcome: void, on: 2018-01-31, reason: r}}",
        ),
        ("by_hand: {asks: a, settled_by: b}", CHANGE % "true"),
        ("by_hand: {asks: a, settled_by: b}", CHANGE % "-1"),
    ],
)
def test_faults_of_form_are_refused(old: str, new: str) -> None:
    text = GOOD.replace(old, new, 1)
    assert text != GOOD
    assert found_in({**SURROUNDINGS, "judgments/a.yaml": text}) != ()
    assert faults(text) != []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("likely", "Highly   Likely"),
        ("likely", "0.7"),
        ("likely", '"0.7"'),
        ("likely", "[0.6, 0.8]"),
        ("likely", "very likely\n    lexicon: us-icd203@2015"),
        ("analyst: r.lee", "analyst: [r.lee, a.name]"),
        ("analyst: r.lee", "analyst: 2017"),
        ("analyst: r.lee", "analyst: r.lee\ntopic:"),
        ("statement: s", "statement: 1.10"),
        ("by_hand: {asks: a, settled_by: b}", "by_hand: {asks: true, settled_by: 12:30}"),
        ("within: 6 months", "within: 6 months, given: {text: t}"),
        ("probability: likely", "off_yardstick: {wording: may, kind: no number}"),
        ("probability: likely", "cannot_assess: no reports"),
        ("id: one", 'id: " one "'),
        ("id: one", "id: 2017"),
        ("likely", "likely\n    lexicon:"),
        ("likely", 'likely\n    situation: "a "'),
        ("within", "resolution: {outcome: occurred, on: 2018-01-31, evidence: e}, within"),
        ("within", "resolution: {outcome: void, on: 2018-01-31, reason: 5}, within"),
        ("by_hand: {asks: a, settled_by: b}", CHANGE % "3/2"),
        ("by_hand: {asks: a, settled_by: b}", CHANGE % "1.5"),
        ("by_hand: {asks: a, settled_by: b}", CHANGE % '" 1.5 "'),
        ("by_hand: {asks: a, settled_by: b}", CHANGE % "' 3/2 '"),
    ],
)
def test_forms_that_the_reader_takes_are_accepted(old: str, new: str) -> None:
    text = GOOD.replace(old, new, 1)
    files = {**SURROUNDINGS, "judgments/a.yaml": text}
    assert [one for one in found_in(files) if one.level == "error"] == []
    assert faults(text) == []


VALUES = st.one_of(
    st.sampled_from(["likely", "LIKELY", "0.5", "1", "0", "-1", "1e-3", "[0.1, 0.2]", "[0, 1]"]),
    # Not "null" and "~": a text to the reader, nothing to an editor, which says so.
    st.sampled_from(["yes", "true", "2018-01-31", "18 months", "{a: b}", "[]", "x y"]),
    st.from_regex(r"[a-z0-9.]{1,8}", fullmatch=True),
)
PLACES = ["r.lee", "2017-12-31", "likely", "one", "statement: s", "a,", "6 months", "title: T"]


@given(st.sampled_from(PLACES), VALUES)
def test_what_the_reader_takes_the_schema_takes(place: str, value: str) -> None:
    key, colon, _ = place.partition(": ")
    comma = "," if place.endswith(",") else ""
    text = GOOD.replace(place, f"{key}: {value}" if colon else f"{value}{comma}", 1)
    if not [one for one in found_in({"judgments/a.yaml": text}) if one.level == "error"]:
        assert faults(text) == []


def test_phrases_come_with_their_bands_from_the_lowest() -> None:
    phrases = SCHEMA["definitions"]["phrases of us-icd203@2015"]
    assert phrases["enum"][:2] == ["almost no chance", "remote"]
    assert phrases["enumDescriptions"][0] == "1 to 5 %"
    assert len(phrases["enum"]) == len(phrases["enumDescriptions"])


def test_the_command_writes_it(tmp_path, monkeypatch, capsys) -> None:
    begin_workspace(tmp_path)
    path = tmp_path / ".forecast-bench" / "judgments.schema.json"
    begun = json.loads(path.read_text("utf-8"))
    jsonschema.Draft7Validator.check_schema(begun)
    assert faults((tmp_path / "judgments/example.yaml").read_text("utf-8")) == []
    path.unlink()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as left:
        main(["schema", "--format", "json"])
    assert not left.value.code
    said = json.loads(capsys.readouterr().out)
    assert said == {"written": ".forecast-bench/judgments.schema.json"}
    assert json.loads(path.read_text("utf-8"))["definitions"] == begun["definitions"]
