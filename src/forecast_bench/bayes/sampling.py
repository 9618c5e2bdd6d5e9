"""NUTS for a model that is published: compiled and sampled alike in every process, in time."""

from __future__ import annotations

from typing import Any, Final, Literal, Protocol

from forecast_bench.bayes.time_limit import Deadline, sample_within
from forecast_bench.limits import in_force

_TIMES: Final = ("created_at", "sampling_time")


class Sampler(Protocol):
    """How a posterior is sampled."""

    @property
    def draws(self) -> int:
        """Draws kept in each chain."""

    @property
    def tune(self) -> int:
        """Draws of adaptation, not kept."""

    @property
    def chains(self) -> int:
        """Independent chains."""

    @property
    def target_accept(self) -> float:
        """Acceptance that the step size is adapted to."""


def sampled(
    model: Any,
    sampler: Sampler,
    deadline: Deadline,
    *,
    seed: int,
    adaptation: Literal["diag", "low_rank"] = "diag",
) -> Any:
    """Compile a model and sample it.

    Parameters
    ----------
    model
        A ``pymc.Model``.
    sampler
        Draws, chains and acceptance.
    deadline
        When both must have ended.
    seed
        Of the draws.
    adaptation
        Whether the mass matrix has an entry for each parameter, or follows ridges too.

    Returns
    -------
    xarray.DataTree
        As nutpie gives it, without warmup.

    Raises
    ------
    TimeLimitExceededError, JobTimeExceededError, MemoryLimitExceededError
        If it takes too long, or too much memory.
    """
    import nutpie
    from pytensor.configdefaults import config

    # With fast-math the same code rounds differently when numba has just compiled it and when it
    # comes from the cache, so that a second process would draw other numbers.
    with config.change_flags(numba__fastmath=False):
        # With the data as constants numba compiles a third less, even for new data.
        compiled = nutpie.compile_pymc_model(model, freeze_model=True, backend="numba")
        return sample_within(
            compiled,
            deadline,
            draws=sampler.draws,
            tune=sampler.tune,
            chains=sampler.chains,
            cores=min(in_force().cores, sampler.chains),
            target_accept=sampler.target_accept,
            seed=seed,
            save_warmup=False,
            adaptation=adaptation,
        )


def without_times(idata: Any) -> Any:
    """Take out what differs from run to run, so that the same draws are the same file."""
    for group in idata.subtree:
        for name in _TIMES:
            group.attrs.pop(name, None)
    return idata


def without_text(idata: Any) -> Any:
    """Take out a column of text or nothing, which netCDF cannot keep."""
    idata["sample_stats"] = idata["sample_stats"].dataset.drop_vars(
        "divergence_message", errors="ignore"
    )
    return idata
