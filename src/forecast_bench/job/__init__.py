"""The recalibration job: unattended, locked, and published whole or not at all.

Importing this package is cheap, so that a job with nothing to do is done in about a second.
"""

from forecast_bench.job.maps import HARMLESS_ALARMS
from forecast_bench.job.recalibrate import STAGES, JobResult, recalibrate
from forecast_bench.job.runs import find_run, latest_run, read_manifest

__all__ = [
    "HARMLESS_ALARMS",
    "STAGES",
    "JobResult",
    "find_run",
    "latest_run",
    "read_manifest",
    "recalibrate",
]
