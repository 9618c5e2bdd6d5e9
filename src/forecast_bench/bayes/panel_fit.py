"""Fits of a panel by sampling: what is published."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forecast_bench.bayes.diagnostics import Diagnostics, diagnose
from forecast_bench.bayes.libraries import prepare
from forecast_bench.bayes.panel_counts import PanelCounts
from forecast_bench.bayes.panel_model import STORED, panel_model
from forecast_bench.bayes.sampling import sampled
from forecast_bench.bayes.time_limit import begun
from forecast_bench.records import DiagnosticLimits, PanelPriors, PanelSampler


@dataclass(frozen=True, eq=False, slots=True)
class PanelFit:
    """A sampled posterior of a panel and what its diagnostics say.

    Attributes
    ----------
    idata
        DataTree with ``posterior`` (the variables of `STORED`) and ``sample_stats``.
    diagnostics
        Over every parameter, the log rates of all series included.
    seed
        Seed the draws came from.
    """

    idata: Any
    diagnostics: Diagnostics
    seed: int


def fit_panel(
    counts: PanelCounts,
    priors: PanelPriors,
    sampler: PanelSampler,
    limits: DiagnosticLimits,
    *,
    seed: int,
    cache: Path | None = None,
) -> PanelFit:
    """Sample the posterior of a panel with NUTS, and judge the draws.

    The same counts, settings, seed and versions give the same draws, bit for bit, in any process on
    the same kind of processor.

    Parameters
    ----------
    counts
        The panel.
    priors, sampler, limits
        As in the file of the family; the `drift` of the priors is that between windows.
    seed
        Non-negative.
    cache
        Folder under which compiled code is kept (see `prepare`).

    Returns
    -------
    PanelFit
        Also where the diagnostics fail.

    Raises
    ------
    ValueError
        If the seed is negative or the priors name no drift.
    TimeLimitExceededError
        If compiling and sampling take longer than the sampler's ``time_limit``.
    """
    if seed < 0:
        raise ValueError(f"seed must not be negative, got {seed}")
    prepare(cache)
    deadline = begun(sampler.time_limit)
    idata = sampled(panel_model(counts, priors), sampler, deadline, seed=seed)
    found = diagnose(idata, limits)
    idata["posterior"] = idata["posterior"].dataset[list(STORED)]
    idata["sample_stats"] = idata["sample_stats"].dataset[
        [name for name in ("diverging", "energy") if name in idata["sample_stats"]]
    ]
    return PanelFit(idata, found, seed)
