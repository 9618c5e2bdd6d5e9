"""The job of forecast-bench in Prefect: a fetch, a recalibration, and the review.

Where the workspace lies, and what else differs from place to place, comes from the environment of
the worker: FORECAST_BENCH_WORKSPACE, and if need be FORECAST_BENCH_PROGRAM, FORECAST_BENCH_RETRIES
and FORECAST_BENCH_RETRY_SECONDS. A fetch runs where FORECAST_BENCH_FETCH is "true".

Run as a program it serves the flow every night, one at a time. Where another run is under way all
the same, the program's own lock keeps the second one waiting; it then ends with the status 3.
"""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_link_artifact, create_markdown_artifact
from prefect.schedules import Cron
from prefect.states import Completed, Failed, State

WORKSPACE = os.environ["FORECAST_BENCH_WORKSPACE"]
PROGRAM = os.environ.get("FORECAST_BENCH_PROGRAM", "forecast-bench")
RETRIES = int(os.environ.get("FORECAST_BENCH_RETRIES", "3"))
RETRY_SECONDS = int(os.environ.get("FORECAST_BENCH_RETRY_SECONDS", "900"))
FETCH = os.environ.get("FORECAST_BENCH_FETCH") == "true"
LOCKED = 3
# What the fetch logs in with, and nothing but the fetch may see.
SECRETS = {
    "FORECAST_BENCH_UCDP_TOKEN",
    "FORECAST_BENCH_ACLED_USER",
    "FORECAST_BENCH_ACLED_PASSWORD",
}
KEPT = {"PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "HTTPS_PROXY", "SSL_CERT_FILE"}


def run(*command: str, secrets: bool) -> "subprocess.CompletedProcess[str]":
    """Run the program without a shell, and with nothing of the environment but what it needs."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name in KEPT or (name.startswith("FORECAST_BENCH_") and (secrets or name not in SECRETS))
    }
    return subprocess.run(
        [PROGRAM, *command, "--workspace", WORKSPACE],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


class LockedError(Exception):
    """Another job held the lock of the workspace for as long as this one waited."""


class NotDoneError(Exception):
    """The program left with a status that another try does not mend."""


def only_locked(_task: Any, _run: Any, state: State[Any]) -> bool:
    """Say whether a failed task is tried again."""
    return isinstance(state.result(raise_on_failure=False), LockedError)


@task
def fetch() -> None:
    """Fetch what sources have now."""
    done = run("incidents", "fetch", secrets=True)
    get_run_logger().info(done.stdout)
    if done.returncode:
        raise NotDoneError(f"incidents fetch left with status {done.returncode}\n{done.stderr}")


@task(retries=RETRIES, retry_delay_seconds=RETRY_SECONDS, retry_condition_fn=only_locked)
def recalibrate() -> dict[str, Any]:
    """Run the job. Only where another one held the lock is it tried again."""
    done = run("recalibrate", "--wait", "600", "--format", "json", secrets=False)
    if done.returncode == LOCKED:
        raise LockedError("another job held the lock of this workspace")
    if done.stdout:
        create_markdown_artifact(f"```json\n{done.stdout}\n```", key="forecast-bench-result")
    if done.returncode:
        raise NotDoneError(f"recalibrate left with status {done.returncode}\n{done.stderr}")
    return json.loads(done.stdout)


@task
def review(result: dict[str, Any]) -> None:
    """Show where the review of the run in force is."""
    create_link_artifact(
        Path(result["review"]).resolve().as_uri(),
        key="forecast-bench-review",
        description=f"{result['ending']}: run {result['run']}",
    )


@flow(name="forecast-bench")
def forecast_bench() -> State[Any]:
    """Fetch, then recalibrate, then show the review; a fetch that failed is told at the end."""
    # With its state in hand, a failure does not skip the job.
    fetched = fetch(return_state=True) if FETCH else Completed()
    result = recalibrate()
    review(result)
    if fetched.is_failed():
        return Failed(message=f"{result['ending']}, but the fetch failed: see its log")
    return Completed(message=f"{result['ending']}: run {result['run']}")


if __name__ == "__main__":
    forecast_bench.serve(
        name="nightly", schedule=Cron("0 3 * * *", timezone="Etc/UTC"), limit=1, global_limit=1
    )
