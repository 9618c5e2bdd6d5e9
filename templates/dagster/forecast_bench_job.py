"""The job of forecast-bench in Dagster: a fetch, a recalibration, and the review.

Where the workspace lies, and what else differs from place to place, comes from the environment of
the code location: FORECAST_BENCH_WORKSPACE, and if need be FORECAST_BENCH_PROGRAM,
FORECAST_BENCH_RETRIES and FORECAST_BENCH_RETRY_SECONDS. A fetch runs where FORECAST_BENCH_FETCH is
"true".

One at a time: give the pool "forecast-bench" the limit 1, once per instance:
    dagster instance concurrency set forecast-bench 1
Without it the program's own lock keeps a second job waiting; it then ends with the status 3.
"""

import json
import os
import subprocess
from typing import Any

import dagster as dg

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


@dg.op(pool="forecast-bench")
def fetch(context: dg.OpExecutionContext) -> int:
    """Fetch what sources have now. A failure is told at the end, and does not skip the job."""
    if not FETCH:
        return 0
    done = run("incidents", "fetch", secrets=True)
    context.log.info(done.stdout)
    if done.returncode:
        context.log.error(f"incidents fetch left with status {done.returncode}\n{done.stderr}")
    return done.returncode


@dg.op(pool="forecast-bench", ins={"fetched": dg.In(int)})
def recalibrate(context: dg.OpExecutionContext, fetched: int) -> dict[str, Any]:
    """Run the job. Only where another one held the lock is it tried again."""
    del fetched  # whatever became of the fetch, the job works with the vintages that are there
    done = run("recalibrate", "--wait", "600", "--format", "json", secrets=False)
    if done.returncode == LOCKED:
        raise dg.RetryRequested(max_retries=RETRIES, seconds_to_wait=RETRY_SECONDS)
    result = json.loads(done.stdout) if done.stdout else {}
    if done.returncode:
        raise dg.Failure(
            description=f"recalibrate left with status {done.returncode}\n{done.stderr}",
            metadata={"status": done.returncode, "result": dg.MetadataValue.json(result)},
            allow_retries=False,
        )
    context.add_output_metadata({"result": dg.MetadataValue.json(result)})
    return result


@dg.op
def review(context: dg.OpExecutionContext, result: dict[str, Any]) -> None:
    """Show where the review of the run in force is."""
    context.log_event(
        dg.AssetMaterialization(
            asset_key="forecast_bench_review",
            description=f"{result['ending']}: run {result['run']}",
            metadata={
                "review": dg.MetadataValue.path(result["review"]),
                "ending": result["ending"],
                "alarms": dg.MetadataValue.json(result["alarms"]),
            },
        )
    )


@dg.op(ins={"after": dg.In(dg.Nothing)})
def tell_fetch(fetched: int) -> None:
    """Fail at the end where the fetch did, so that somebody looks at it."""
    if fetched:
        raise dg.Failure(description=f"incidents fetch left with status {fetched}, see its log")


@dg.job(executor_def=dg.in_process_executor)
def forecast_bench() -> None:
    """Fetch, then recalibrate, then show the review."""
    fetched = fetch()
    tell_fetch(fetched=fetched, after=review(recalibrate(fetched)))


nightly = dg.ScheduleDefinition(
    job=forecast_bench, cron_schedule="0 3 * * *", execution_timezone="Etc/UTC"
)
definitions = dg.Definitions(jobs=[forecast_bench], schedules=[nightly])
