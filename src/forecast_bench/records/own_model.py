"""How a team's own model is sampled, and what its process may take."""

from pydantic import BaseModel, ConfigDict, Field

from forecast_bench.records.base import Record
from forecast_bench.records.scalars import Number, WholeNumber

_UNITS = {"MB": 10**6, "GB": 10**9, "TB": 10**12}


class OwnSampler(Record):
    """Draws of a team's own model.

    Examples
    --------
    >>> OwnSampler().draws * OwnSampler().chains
    8000
    """

    draws: WholeNumber = Field(
        default=2000, ge=100, le=20_000, description="Draws kept in each chain."
    )
    tune: WholeNumber = Field(
        default=1000, ge=100, le=20_000, description="Draws of adaptation in each chain, not kept."
    )
    chains: WholeNumber = Field(default=4, ge=2, le=16, description="Independent chains.")
    target_accept: Number = Field(
        default=0.95, gt=0.5, lt=1, description="Acceptance the step size is adapted to."
    )


class ModelLimits(BaseModel):
    """What the process of a team's own model may take before it is stopped.

    Examples
    --------
    >>> ModelLimits().memory_bytes
    6000000000
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    seconds: float = Field(
        default=300, gt=0, le=86_400, description="Seconds of the clock for one fit."
    )
    memory: str = Field(
        default="6GB",
        pattern=r"^[0-9]{1,6}(MB|GB|TB)$",
        description="Addresses that the process may take, of which it uses a part.",
    )
    output: str = Field(
        default="500MB",
        pattern=r"^[0-9]{1,6}(MB|GB|TB)$",
        description="Size of the largest file that it may write.",
    )

    @property
    def memory_bytes(self) -> int:
        """Limit of memory in bytes."""
        return _in_bytes(self.memory)

    @property
    def output_bytes(self) -> int:
        """Limit of a file in bytes."""
        return _in_bytes(self.output)


def _in_bytes(size: str) -> int:
    return int(size[:-2]) * _UNITS[size[-2:]]
