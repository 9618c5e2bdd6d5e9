"""Files by which a scheduler runs the job, ready to be put in their places.

`scheduled_files` gives their texts, `write_files` writes them and leaves what others wrote.
"""

from forecast_bench.job.scheduling.files import KINDS, Kind, Schedule, scheduled_files
from forecast_bench.job.scheduling.quoting import ScheduleError
from forecast_bench.job.scheduling.writing import OccupiedError, repository_of, write_files

__all__ = [
    "KINDS",
    "Kind",
    "OccupiedError",
    "Schedule",
    "ScheduleError",
    "repository_of",
    "scheduled_files",
    "write_files",
]
