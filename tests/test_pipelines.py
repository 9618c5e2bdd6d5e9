"""The files for tools of pipelines, each run by its own tool, in an environment of its own.

`make pipelines` makes the environments; a tool that is not in its place is left out.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from first_case import small_case

pytestmark = pytest.mark.pipelines

ROOT = Path(__file__).parents[1]
PROGRAM = Path(sys.prefix) / "bin" / "forecast-bench"
# Nothing of it is ever settled, so no fit is made: the job takes seconds.
OPEN = """\
report: {id: small, title: A judgment that stays open}
analyst: a.name
issued: 2017-12-31
lexicon: uk-phia@2018
questions:
  abductions:
    change: {of: {actor: JNIM, type: abduction}, direction: increase, against: 12 months}
    within: 40 years
judgments:
  - {id: abductions, statement: More., probability: highly likely, question: abductions}
"""
PREFECT = "from forecast_bench_flow import forecast_bench; forecast_bench()"
PREFECT_SHOWN = """
from prefect.client.orchestration import get_client
with get_client(sync_client=True) as client:
    for one in client.request("POST", "/artifacts/filter", json={}).json():
        print(one["key"], one["data"])
"""
DAGSTER_SHOWN = """
import dagster
found = dagster.DagsterInstance.get().get_latest_materialization_event(
    dagster.AssetKey("forecast_bench_review"))
print(found.asset_materialization.metadata["review"].value)
"""
AIRFLOW_SHOWN = """
from airflow.models.xcom import XComModel
from airflow.utils.session import create_session
with create_session() as session:
    for one in session.query(XComModel):
        print(one.task_id, one.key, one.value)
"""


@dataclass(frozen=True)
class Tool:
    """How a tool runs its file, and shows what it kept of a run."""

    name: str
    run: tuple[str, ...]
    shown: str
    before: tuple[str, ...] = ()
    retried: bool = True

    @property
    def bin(self) -> Path:
        return ROOT / ".venv" / "pipelines" / self.name / "bin"


TOOLS = (
    Tool(
        "dagster",
        ("dagster", "job", "execute", "-j", "forecast_bench", "-f", "{file}"),
        DAGSTER_SHOWN,
    ),
    Tool("prefect", ("python", "-c", PREFECT), PREFECT_SHOWN),
    Tool(
        "airflow",
        ("airflow", "dags", "test", "forecast_bench"),
        AIRFLOW_SHOWN,
        before=("airflow", "db", "migrate"),
    ),
)


@dataclass(frozen=True)
class Runner:
    """A tool with a home of its own."""

    tool: Tool
    home: Path

    def environment(self, given: dict[str, str]) -> dict[str, str]:
        folder = ROOT / "templates" / self.tool.name
        return {
            "PATH": f"{self.tool.bin}:{os.environ['PATH']}",
            "HOME": str(self.home),
            "NO_COLOR": "1",
            "DO_NOT_TRACK": "1",
            "PYTHONPATH": str(folder),
            "PYTHONDONTWRITEBYTECODE": "1",
            "DAGSTER_HOME": str(self.home),
            "DAGSTER_DISABLE_TELEMETRY": "1",
            "PREFECT_HOME": str(self.home),
            "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
            "AIRFLOW_HOME": str(self.home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(folder),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "FORECAST_BENCH_RETRIES": "2",
            "FORECAST_BENCH_RETRY_SECONDS": "0",
        } | given

    def __call__(self, *command: str, **given: str) -> tuple[int, str]:
        (file,) = (ROOT / "templates" / self.tool.name).glob("*.py")
        words = [one.replace("{file}", str(file)) for one in command]
        done = subprocess.run(
            [self.tool.bin / words[0], *words[1:]],
            cwd=self.home,
            env=self.environment(given),
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        return done.returncode, done.stdout + done.stderr


@pytest.fixture(params=TOOLS, ids=lambda one: one.name)
def runner(request, tmp_path):
    tool = request.param
    if not (tool.bin / tool.run[0]).exists():
        pytest.skip(f"{tool.name} is not in {tool.bin.parent}: make pipelines installs it")
    home = tmp_path / "home"
    home.mkdir()
    (home / "dagster.yaml").touch()
    made = Runner(tool, home)
    if tool.before:
        left, said = made(*tool.before)
        assert left == 0, said
    return made


def ledger(desk):
    lines = (desk / ".forecast-bench" / "ledger.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["ending"] for line in lines]


def test_published_then_unchanged_then_a_problem_that_is_not_tried_again(runner, tmp_path):
    desk = tmp_path / "desk"
    desk.mkdir()
    small_case(desk, OPEN)
    given = {"FORECAST_BENCH_WORKSPACE": str(desk), "FORECAST_BENCH_PROGRAM": str(PROGRAM)}
    for ending in ("published", "unchanged"):
        left, said = runner(*runner.tool.run, **given)
        assert (left, ledger(desk)[-1]) == (0, ending), said
    (review,) = (desk / ".forecast-bench" / "runs").glob("2*/review/review.html")
    left, said = runner("python", "-c", runner.tool.shown, **given)
    assert (left, str(review) in said) == (0, True), said
    judgments = desk / "judgments" / "small.yaml"
    judgments.write_text(OPEN.replace("highly likely", "perhaps"), encoding="utf-8")
    left, said = runner(*runner.tool.run, **given)
    assert left != 0
    assert "recalibrate left with status 1" in said
    assert '"perhaps" is not a phrase of uk-phia@2018' in said
    assert ledger(desk) == ["published", "unchanged", "problems"]


STUB = """\
#!/bin/sh
# Says what it was given, and leaves with the next status of a list.
here={here}
echo "$1 $(env | grep -c -E 'ACLED_PASSWORD|ELSEWHERE')" >> $here/asked
status=$(head -n 1 $here/$1)
[ "$(wc -l < $here/$1)" -eq 1 ] || sed -i 1d $here/$1
[ "$1" = incidents ] || [ "$status" -ne 0 ] || echo '{result}'
[ "$status" -eq 0 ] || echo "the reason of $1" >&2
exit $status
"""


def stub(folder, *, incidents, recalibrate):
    """A program that leaves with given statuses, the last of them ever after."""
    result = {"ending": "published", "run": "r", "review": "/r/review.html", "alarms": []}
    text = STUB.format(here=folder, result=json.dumps(result))
    for name, statuses in (("incidents", incidents), ("recalibrate", recalibrate)):
        (folder / name).write_text("".join(f"{one}\n" for one in statuses))
    (folder / "program").write_text(text)
    (folder / "program").chmod(0o755)
    return {
        "FORECAST_BENCH_WORKSPACE": str(folder),
        "FORECAST_BENCH_PROGRAM": str(folder / "program"),
        "FORECAST_BENCH_FETCH": "true",
        "FORECAST_BENCH_ACLED_PASSWORD": "p",
        "ELSEWHERE_TOKEN": "t",
    }


def asked(folder):
    """Which commands were run, each with how many secrets it could see."""
    return (folder / "asked").read_text(encoding="utf-8").splitlines()


def test_a_failed_fetch_skips_nothing_and_is_told_and_a_lock_is_tried_again(runner, tmp_path):
    given = stub(tmp_path, incidents=[4], recalibrate=[3, 3, 0])
    left, said = runner(*runner.tool.run, **given)
    assert asked(tmp_path) == ["incidents 1", *["recalibrate 0"] * 3], said
    # The secret of the fetch and those of the tool are not the job's.
    assert left != 0
    assert "incidents fetch left with status 4" in said


@pytest.mark.parametrize(("status", "tries"), [(3, 3), (4, 1)])
def test_only_a_lock_is_tried_again_and_not_for_ever(runner, tmp_path, status, tries):
    given = stub(tmp_path, incidents=[0], recalibrate=[status])
    left, said = runner(*runner.tool.run, **given)
    assert asked(tmp_path) == ["incidents 1", *["recalibrate 0"] * tries], said
    assert left != 0
    told = "lock" if status == 3 else "recalibrate left with status 4\nthe reason of recalibrate"
    assert told in said
