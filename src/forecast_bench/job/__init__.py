"""The recalibration job: unattended, locked, and published whole or not at all.

Importing this package is cheap, so that a job with nothing to do is done in about a second.
"""

from forecast_bench.job.alarms import ALARMS, HARMLESS_ALARMS, failing_alarms
from forecast_bench.job.recalibrate import STAGES, JobResult, recalibrate
from forecast_bench.job.runs import find_run, latest_run, read_manifest

__all__ = [
    "ALARMS",
    "HARMLESS_ALARMS",
    "STAGES",
    "JobResult",
    "failing_alarms",
    "find_run",
    "latest_run",
    "read_manifest",
    "recalibrate",
]
