"""The desk, the hook and the Action give one verdict, in a fresh clone."""

import json
import os
import re
import subprocess
import sys
from importlib import resources
from pathlib import Path

import jsonschema
import pytest
import yaml

from conftest import SURROUNDINGS, write
from forecast_bench.workspace.beginning import begin_workspace

ROOT = Path(__file__).parents[1]
FAULTY = """\
report: {id: r, title: T}
analyst: r.lee
issued: 2018-01-31
lexicon: uk-phia@2018
judgments:
  - id: a
    statement: The road may open.
    probability: lkely
    question: {by_hand: {asks: a, settled_by: b}, within: 6 months}
  - id: b
    statement: The road opens.
    probability: 0.6
    question: nobody-asks
"""


def environment(folder: Path) -> dict[str, str]:
    """Variables of a machine that has forecast-bench and nothing of ours set."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT")}
    who = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b.test"}
    who |= {"GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b.test"}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    home = {"HOME": str(folder), "PRE_COMMIT_HOME": str(folder / "pre-commit")}
    return {**kept, **who, **home, "PATH": path, "NO_COLOR": "1"}


def run(folder: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words,
        cwd=folder,
        env={**environment(folder.parent), **more},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def clone(tmp_path):
    """A clone of a repository whose workspace is a folder of it, with faults in it."""
    origin = tmp_path / "origin"
    begin_workspace(origin / "desk")
    write(origin / "desk", {"judgments/faulty.yaml": FAULTY, **SURROUNDINGS})
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "first"]):
        assert run(origin, "git", *words).returncode == 0
    assert run(tmp_path, "git", "clone", "-q", "origin", "clone").returncode == 0
    return tmp_path / "clone"


@pytest.fixture
def desk(clone):
    """What the desk says: file, line, column and id of each problem."""
    done = run(clone / "desk", "forecast-bench", "check", "--format", "json")
    assert done.returncode == 1
    found = json.loads(done.stdout)["problems"]
    assert len(found) == 3
    return {(one["file"], one["line"], one["column"], one["id"]) for one in found}


def told(text: str) -> set[tuple[str, int, int, str]]:
    lines = re.findall(r"^(\S+?):(\d+):(\d+): \w+: .* \[([a-z0-9-]+)\]$", text, re.MULTILINE)
    return {(file, int(line), int(column), name) for file, line, column, name in lines}


def annotated(text: str) -> set[tuple[str, int, int, str]]:
    pattern = r"^::\w+ file=desk/([^,]+),line=(\d+),.*?col=(\d+),.*?title=([a-z0-9-]+)"
    return {
        (file, int(line), int(column), name)
        for file, line, column, name in re.findall(pattern, text, re.MULTILINE)
    }


def hooked(clone: Path) -> None:
    """Switch on the hook that `init` wrote."""
    configured = (clone / "desk" / ".pre-commit-config.yaml").read_text("utf-8")
    # The workspace is a folder of the repository here, and the hook runs at its root.
    moved = configured.replace(
        "entry: forecast-bench check", "entry: forecast-bench check --workspace desk"
    )
    (clone / ".pre-commit-config.yaml").write_text(moved, encoding="utf-8")
    assert run(clone, "pre-commit", "install").returncode == 0


def checked_on_a_server(folder: Path, **given: str) -> subprocess.CompletedProcess[str]:
    """Run the step of the Action that checks, as GitHub runs it."""
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    (step,) = [one for one in action["runs"]["steps"] if one.get("name") == "Check"]
    values = {
        name: re.sub(r"\$\{\{ inputs\.(\S+) \}\}", lambda found: given[found[1]], value)
        for name, value in step["env"].items()
    }
    return run(
        *(folder, "bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]),
        **{"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": str(folder), **values},
    )


def test_the_hook_refuses_the_commit_with_the_same_problems(clone, desk):
    hooked(clone)
    path = clone / "desk" / "judgments" / "faulty.yaml"
    path.write_text(FAULTY + "# changed\n", encoding="utf-8")
    run(clone, "git", "add", "-A")
    done = run(clone, "git", "commit", "-m", "second")
    assert done.returncode == 1
    assert told(done.stderr + done.stdout) == desk
    path.write_text(FAULTY.replace("lkely", "likely").replace("nobody-asks", "port-reopens"))
    run(clone, "git", "add", "-A")
    assert run(clone, "git", "commit", "-m", "third").returncode == 0


def test_the_action_gives_the_same_problems(clone, desk):
    done = checked_on_a_server(clone, workspace="desk", sarif="found.sarif")
    assert done.returncode == 1
    assert annotated(done.stdout) == desk
    sarif = json.loads((clone / "found.sarif").read_text("utf-8"))
    assert {
        (
            result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
            result["locations"][0]["physicalLocation"]["region"]["startLine"],
            result["locations"][0]["physicalLocation"]["region"]["startColumn"],
            result["ruleId"],
        )
        for result in sarif["runs"][0]["results"]
    } == {(f"desk/{file}", line, column, name) for file, line, column, name in desk}


def test_the_action_passes_where_nothing_is_wrong(tmp_path):
    begin_workspace(tmp_path / "desk")
    done = checked_on_a_server(tmp_path, workspace="desk", sarif="")
    assert (done.returncode, annotated(done.stdout)) == (0, set())


def test_the_action_fails_where_there_is_nothing_to_check(tmp_path):
    done = checked_on_a_server(tmp_path, workspace="nowhere", sarif="found.sarif")
    assert done.returncode == 2
    assert not (tmp_path / "found.sarif").exists()


@pytest.fixture
def sealed(tmp_path):
    """A clone with a sealed record, and the hook switched on."""
    origin = tmp_path / "origin"
    begin_workspace(origin / "desk")
    other = FAULTY.replace("lkely", "likely").replace("nobody-asks", "port-reopens")
    write(origin / "desk", {"judgments/other.yaml": other, **SURROUNDINGS})
    assert run(origin / "desk", "forecast-bench", "seal").returncode == 0
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "first"]):
        assert run(origin, "git", *words).returncode == 0
    assert run(tmp_path, "git", "clone", "-q", "origin", "clone").returncode == 0
    hooked(tmp_path / "clone")
    run(tmp_path / "clone", "git", "add", "-A")
    done = run(tmp_path / "clone", "git", "commit", "-m", "hooks")
    assert done.returncode == 0, done.stdout + done.stderr
    return tmp_path / "clone"


@pytest.mark.parametrize("taken", ["judgments/example.yaml", "seals.jsonl"])
def test_a_commit_that_only_takes_away_is_judged_too(sealed, taken):
    assert run(sealed, "git", "rm", "-q", f"desk/{taken}").returncode == 0
    said = run(sealed / "desk", "forecast-bench", "check")
    done = run(sealed, "git", "commit", "-m", "second")
    assert (said.returncode, done.returncode) == (1, 1)
    expected = told(said.stderr)
    assert expected
    assert told(done.stderr + done.stdout) == expected
    assert annotated(checked_on_a_server(sealed, workspace="desk", sarif="").stdout) == expected


def checkouts(text: str) -> list[dict[str, int]]:
    """What each step that checks out is given, in the workflows of a text."""
    found = re.findall(r"- uses: actions/checkout@\S+\n((?: {8,}.*\n)*)", text)
    return [(yaml.safe_load(given) or {}).get("with", {}) for given in found]


@pytest.mark.parametrize(
    "path",
    [
        "docs/how-to/check-in-a-pull-request.md",
        "src/forecast_bench/workspace/template/workflow.yaml",
    ],
)
def test_a_server_has_the_history_that_the_desk_has(sealed, tmp_path, path):
    """A line that an earlier commit of the branch took out of the ledger shows on both."""
    given = checkouts((ROOT / path).read_text("utf-8"))
    assert given
    run(sealed, "git", "rm", "-q", "desk/seals.jsonl")
    run(sealed, "git", "commit", "--no-verify", "-qm", "taken out")
    desk = run(sealed / "desk", "forecast-bench", "check")
    assert "broken-ledger" in {name for *_, name in told(desk.stderr)}
    for number, one in enumerate(given):
        depth = one.get("fetch-depth", 1)
        cut = [f"--depth={depth}"] if depth else []
        server = tmp_path / f"server-{number}"
        assert (
            run(tmp_path, "git", "clone", "-q", *cut, sealed.as_uri(), server.name).returncode == 0
        )
        done = checked_on_a_server(server, workspace="desk", sarif="")
        assert done.returncode == 1
        assert annotated(done.stdout) == told(desk.stderr)


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        ("github-actions.json", "action.yml"),
        ("github-workflows.json", "src/forecast_bench/workspace/template/workflow.yaml"),
    ],
)
def test_github_reads_what_is_written_for_it(schema, path):
    vendored = resources.files("check_jsonschema") / "builtin_schemas" / "vendor" / schema
    judge = jsonschema.Draft7Validator(json.loads(vendored.read_text("utf-8")))
    # A workflow's key `on` is a truth to YAML 1.1, and a word to GitHub.
    text = re.sub(r"^on:", '"on":', (ROOT / path).read_text("utf-8"), flags=re.MULTILINE)
    assert [one.message for one in judge.iter_errors(yaml.safe_load(text))] == []


def test_the_hook_of_the_project_is_that_of_init():
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    template = ROOT / "src/forecast_bench/workspace/template/pre-commit.yaml"
    (repository,) = yaml.safe_load(template.read_text("utf-8"))["repos"]
    (local,) = repository["hooks"]
    assert {key: hook[key] for key in ("id", "entry", "always_run", "pass_filenames")} == {
        key: local[key] for key in ("id", "entry", "always_run", "pass_filenames")
    }
