"""What a server does with a pull request: the steps of the files are run as they stand there."""

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

from forge_server import Forge, forge
from sample_repository import begin, commit, git, rewrite

ROOT = Path(__file__).parents[1]
ACTION = yaml.safe_load((ROOT / "actions/review/action.yml").read_text("utf-8"))
TEMPLATE = yaml.safe_load((ROOT / "templates/gitlab/forecast-bench.yml").read_text("utf-8"))
MAY = {"FORECAST_BENCH_TOKEN": "secret"}
MARKER = "<!-- forecast-bench review of desk -->"


@pytest.fixture
def clone(tmp_path):
    """A fresh clone at the merge of a pull request, as a server checks it out."""
    origin = tmp_path / "origin"
    desk = begin(origin, inside="desk")
    git(origin, "checkout", "-q", "-b", "change")
    rewrite(desk, "    topic: tempo\n", REVISION)
    # Of the branch, with names that a program might take for its own.
    (origin / "httpx.py").write_text("raise SystemExit('the code of the branch was run')\n")
    (origin / "desk" / "note.md").write_text("of the branch\n")
    commit(origin, "change")
    git(origin, "checkout", "-q", "main")
    git(origin, "merge", "-q", "--no-ff", "-m", "merge", "change")
    git(tmp_path, "clone", "-q", origin.as_uri(), "clone")
    return tmp_path / "clone"


REVISION = """\
    topic: tempo
    revisions:
      - {on: 2018-05-31, probability: unlikely, because: "Few; ask @octocat, #12"}
"""


@pytest.fixture
def service():
    with forge() as kept:
        yield kept


def environment(folder: Path, **more: str) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("GIT", "CI", "PYTHON"))
    }
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**kept, "PATH": path, "HOME": str(folder.parent), "NO_COLOR": "1", **more}


def filled(text: str, values: dict[str, str]) -> str:
    return re.sub(r"\$\{\{ (\S+) \}\}", lambda found: values[found[1]], text)


def step(name: str, clone: Path, values: dict[str, str], **more: str):
    """Run a step of the Action as GitHub runs it."""
    (one,) = [each for each in ACTION["runs"]["steps"] if each.get("name") == name]
    given = {key: filled(str(value), values) for key, value in one["env"].items()}
    runner = clone.parent / "runner"
    runner.mkdir(exist_ok=True)
    files = {name: str(runner / name) for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT")}
    for path in files.values():
        Path(path).touch()
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", one["run"]],
        cwd=clone,
        env=environment(clone, RUNNER_TEMP=str(runner), **files, **given, **more),
        capture_output=True,
        text=True,
        check=False,
    )


def on_github(clone: Path, service: Forge) -> list[str]:
    """Run the steps from the review to the verdict; give what each said, and the status last."""
    reviewed = step("Review", clone, values(clone))
    assert reviewed.returncode == 0, reviewed.stderr
    verdict = step("Verdict", clone, values(clone))
    return [reviewed.stdout, commented(clone, service), str(verdict.returncode)]


def commented(clone: Path, service: Forge) -> str:
    """Run the step that comments; it never fails."""
    server = {"GITHUB_API_URL": service.address, "GITHUB_REPOSITORY": "octo/repo"}
    done = step("Comment", clone, values(clone), **server)
    assert done.returncode == 0, done.stderr
    return done.stdout


def values(clone: Path) -> dict[str, str]:
    """What GitHub puts into the expressions of the steps."""
    given = {
        "inputs.workspace": "desk",
        "inputs.base": ACTION["inputs"]["base"]["default"],
        "inputs.as-of": "2018-06-30",
        "inputs.author": ACTION["inputs"]["author"]["default"],
        "inputs.token": Forge().token,
        "github.action_path": str(ROOT / "actions/review"),
        "github.event.pull_request.number": "5",
    }
    output = clone.parent / "runner" / "GITHUB_OUTPUT"
    for line in output.read_text("utf-8").splitlines() if output.is_file() else ():
        name, _, value = line.partition("=")
        given[f"steps.review.outputs.{name}"] = value
    return given


def test_a_comment_is_posted_then_written_anew_and_a_refusal_is_no_failure(clone, service):
    service.posted(f"{MARKER}\nof somebody else", login="octocat", number=1)
    for number in range(2, 103):
        service.posted("a talk", login="octocat", number=number)
    found, told, status = on_github(clone, service)
    assert json.loads(found)["judgments"]["revised"] == 1
    assert (told, status) == ("the comment was posted\n", "0")
    own = service.comments[-1]
    assert own["body"].startswith(f"{MARKER}\n## forecast-bench: what this changes\n")
    assert "1 judgment revised" in own["body"]
    assert "of the branch" not in own["body"]
    assert not re.search(r"@\w|#\d|!\[", own["body"])
    # The second time on a change that has an error.
    rewrite(clone / "desk", "probability: unlikely", "probability: unlikley")
    _, told, status = on_github(clone, service)
    assert (told, status) == ("the comment was written anew\n", "1")
    assert len(service.comments) == 103
    assert "unknown-phrase" in own["body"]
    assert service.comments[0]["body"] == f"{MARKER}\nof somebody else"
    summary = (clone.parent / "runner" / "GITHUB_STEP_SUMMARY").read_text("utf-8")
    assert summary.count("## forecast-bench: what this changes") == 2
    assert (clone.parent / "runner/forecast-bench/review/figures/changes.png").is_file()
    # With a token that may not write, as in a fork; and where nobody answers.
    service.refuses = 403
    told = commented(clone, service)
    assert told.startswith(
        "::warning::no comment: 403 from the service. A pull request from a fork"
    )
    service.address = "http://127.0.0.1:9"
    assert commented(clone, service).startswith("::warning::no comment: ConnectError.")


def test_nothing_is_posted_where_nothing_differs(clone, service):
    git(clone, "reset", "-q", "--hard", "HEAD^1")
    git(
        clone,
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@b.test",
        "commit",
        "--allow-empty",
        "-qm",
        "x",
    )
    _, told, status = on_github(clone, service)
    assert (told, status) == ("nothing differs, and nothing is posted\n", "0")
    assert not service.comments
    assert [method for method, _ in service.asked] == ["GET"]


def test_without_the_base_the_status_says_so_and_nothing_is_posted(clone, service):
    git(clone, "checkout", "-q", "--orphan", "alone")
    git(clone, "-c", "user.name=a", "-c", "user.email=a@b.test", "commit", "-qm", "alone")
    found, told, status = on_github(clone, service)
    assert (found, told, status) == ("", "there is no review to post\n", "2")


def on_gitlab(clone: Path, service: Forge, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the job of the template as a runner of GitLab does."""
    job = TEMPLATE["forecast-bench-review"]
    given = {
        **job["variables"],
        "FORECAST_BENCH_WORKSPACE": "desk",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": git(clone, "rev-parse", "HEAD^1").strip(),
        "CI_API_V4_URL": f"{service.address}/api/v4",
        "CI_PROJECT_ID": "3",
        "CI_MERGE_REQUEST_IID": "5",
        **more,
    }
    return subprocess.run(
        ["bash", "-eo", "pipefail", "-c", "\n".join(job["script"])],
        cwd=clone,
        env=environment(clone, **given),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_gitlab_gets_one_note_or_the_artifact(clone, service):
    service.posted("<!-- forecast-bench review of desk -->", login="somebody", number=1)
    for number in range(2, 103):
        service.posted("a talk", login="somebody", number=number)
    done = on_gitlab(clone, service, **MAY)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("the note was posted\n")
    own = service.comments[-1]
    assert own["body"].startswith(f"{MARKER}\n## forecast-bench: what this changes\n")
    assert "of the branch" not in own["body"]
    rewrite(clone / "desk", "probability: unlikely", "probability: unlikley")
    done = on_gitlab(clone, service, **MAY)
    assert done.stdout.endswith("the note was written anew\n")
    assert done.returncode == 1
    assert "unknown-phrase" in own["body"]
    service.refuses = 403
    done = on_gitlab(clone, service, **MAY)
    assert done.stdout.endswith("no note: 403 from the service; see the artifacts\n")
    assert done.returncode == 1
    done = on_gitlab(clone, service)
    assert done.stdout.endswith("no note: no FORECAST_BENCH_TOKEN\n")
    assert (clone / "forecast-bench-review/comparison.md").is_file()


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        ("github-actions.json", "actions/review/action.yml"),
        ("gitlab-ci.json", "templates/gitlab/forecast-bench.yml"),
    ],
)
def test_the_forges_read_what_is_written_for_them(schema, path):
    vendored = resources.files("check_jsonschema") / "builtin_schemas" / "vendor" / schema
    judge = jsonschema.Draft7Validator(json.loads(vendored.read_text("utf-8")))
    document = yaml.safe_load((ROOT / path).read_text("utf-8"))
    assert [one.message for one in judge.iter_errors(document)] == []


def workflows() -> list[dict]:
    page = (ROOT / "docs/how-to/review-a-pull-request.md").read_text("utf-8")
    blocks = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    # A workflow's key `on` is a truth to YAML 1.1, and a word to GitHub.
    return [yaml.safe_load(re.sub(r"^on:", '"on":', one, flags=re.MULTILINE)) for one in blocks]


def test_the_workflow_of_the_page_is_one_and_may_do_no_more_than_it_must():
    vendored = resources.files("check_jsonschema") / "builtin_schemas" / "vendor"
    schema = json.loads((vendored / "github-workflows.json").read_text("utf-8"))
    (one,) = [each for each in workflows() if "jobs" in each]
    assert [each.message for each in jsonschema.Draft7Validator(schema).iter_errors(one)] == []
    # Never pull_request_target, which gives a branch of anybody a token that may write.
    assert one["on"] == ["pull_request"]
    assert one["permissions"] == {"contents": "read", "pull-requests": "write"}
    (job,) = one["jobs"].values()
    assert job["steps"][0]["with"]["fetch-depth"] == 0
