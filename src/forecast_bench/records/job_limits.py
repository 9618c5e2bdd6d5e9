"""What the job may take of the machine it runs on."""

from pydantic import BaseModel, ConfigDict, Field

from forecast_bench.records.memory_size import MemorySizeText
from forecast_bench.records.time_limit import TimeLimitText


class JobLimits(BaseModel):
    """Cores, memory and time of the job as a whole; none for what the machine allows.

    Examples
    --------
    >>> JobLimits(time="2 hours").over(JobLimits(cores=2, time="1 hour"))
    JobLimits(cores=2, memory=None, time=TimeLimit(number=2, unit='hour'))
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    cores: int | None = Field(
        default=None,
        ge=1,
        le=1024,
        description="Cores that may be used at once; else those that the process may use.",
    )
    memory: MemorySizeText | None = Field(
        default=None,
        description="Most memory that the job may hold; else nine tenths of what it may have.",
    )
    time: TimeLimitText | None = Field(
        default=None, description="Time after which the job as a whole is stopped."
    )

    def over(self, others: "JobLimits") -> "JobLimits":
        """Give these limits, and those of others where these say nothing."""
        return JobLimits(
            cores=others.cores if self.cores is None else self.cores,
            memory=others.memory if self.memory is None else self.memory,
            time=others.time if self.time is None else self.time,
        )
