"""The job of forecast-bench in Airflow: a fetch, a recalibration, and the review.

Put it into the folder of DAGs. Where the workspace lies, and what else differs from place to place,
comes from the environment of the worker: FORECAST_BENCH_WORKSPACE, and if need be
FORECAST_BENCH_PROGRAM, FORECAST_BENCH_RETRIES and FORECAST_BENCH_RETRY_SECONDS. A fetch runs where
FORECAST_BENCH_FETCH is "true".

One run at a time. Where another job is under way all the same, the program's own lock keeps this
one waiting; it then ends with the status 3.
"""

import datetime
import json
import logging
import os
import subprocess
from pathlib import Path
from typing import Any

from airflow.sdk import dag, task
from airflow.sdk.exceptions import AirflowFailException

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


LOG = logging.getLogger(__name__)


@task
def fetch() -> None:
    """Fetch what sources have now."""
    done = run("incidents", "fetch", secrets=True)
    LOG.info("%s", done.stdout)
    if done.returncode:
        LOG.error("%s", done.stderr)
        raise AirflowFailException(f"incidents fetch left with status {done.returncode}")


# Whatever became of the fetch, the job works with the vintages that are there.
@task(
    trigger_rule="all_done",
    retries=RETRIES,
    retry_delay=datetime.timedelta(seconds=RETRY_SECONDS),
    execution_timeout=datetime.timedelta(hours=2),
)
def recalibrate() -> dict[str, Any]:
    """Run the job. Only where another one held the lock is it tried again."""
    done = run("recalibrate", "--wait", "600", "--format", "json", secrets=False)
    LOG.info("%s", done.stdout)
    if done.returncode == LOCKED:
        raise RuntimeError("another job held the lock of this workspace")
    if done.returncode:
        # Not another try: it would end alike.
        raise AirflowFailException(
            f"recalibrate left with status {done.returncode}\n{done.stderr or done.stdout}"
        )
    return json.loads(done.stdout)  # the result of the task, as an XCom


@task
def review(result: dict[str, Any]) -> str:
    """Give the address of the review of the run in force, as the result of the task."""
    LOG.info("%s: run %s", result["ending"], result["run"])
    return Path(result["review"]).resolve().as_uri()


@task(trigger_rule="all_success")
def tell_fetch() -> None:
    """Fail where the fetch did, so that the run does; the job itself was not skipped for it."""


@dag(
    dag_id="forecast_bench",
    schedule="0 3 * * *",
    start_date=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC),
    catchup=False,
    max_active_runs=1,
)
def forecast_bench() -> None:
    """Fetch, then recalibrate, then show the review."""
    result = recalibrate()
    shown = review(result)
    # Not a task that skips itself: the last one would be skipped with it, and the run look well.
    if FETCH:
        fetched = fetch()
        fetched >> result
        [fetched, shown] >> tell_fetch()


forecast_bench()
