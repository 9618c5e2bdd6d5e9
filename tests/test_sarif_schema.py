"""What `check --format sarif` prints, held against the JSON Schema of SARIF 2.1.0 itself.

`make sarif` brings the schema and names it in SARIF_SCHEMA; a copy of it is not ours to carry.
"""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from typer.testing import CliRunner

from forecast_bench.cli.application import application

FOLDERS = sorted(
    one for one in (Path(__file__).parent / "problems").iterdir() if (one / "judgments").is_dir()
)
pytestmark = pytest.mark.npm


@cache
def validator() -> jsonschema.Draft4Validator:
    schema = json.loads(Path(os.environ["SARIF_SCHEMA"]).read_text("utf-8"))
    jsonschema.Draft4Validator.check_schema(schema)
    return jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker())


def checked(folder: Path, form: str) -> Any:
    command = ["check", "--workspace", str(folder), "--format", form]
    return json.loads(CliRunner().invoke(application, command).stdout)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda one: one.name)
def test_every_problem_is_sarif(folder: Path) -> None:
    log = checked(folder, "sarif")
    assert [one.message for one in validator().iter_errors(log)] == []
    (run,) = log["runs"]
    found = sorted(one["id"] for one in checked(folder, "json")["problems"])
    open_ones = [one for one in run["results"] if not one.get("suppressions")]
    assert sorted(one["ruleId"] for one in open_ones) == found


def test_the_schema_refuses_what_is_no_sarif() -> None:
    broken = {"version": "2.1.0", "runs": [{"tool": {}, "results": [{"level": "loud"}]}]}
    assert len(list(validator().iter_errors(broken))) >= 2
