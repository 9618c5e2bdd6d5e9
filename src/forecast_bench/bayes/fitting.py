"""Fits of the recalibration model: cells in, a posterior with its own pedigree out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from forecast_bench.bayes.cell_counts import Cells
from forecast_bench.bayes.covariates import enabled_covariates
from forecast_bench.bayes.groups import INTERCEPT, LOG_SLOPE, enabled_groups, stored_variables
from forecast_bench.bayes.identity import data_hash
from forecast_bench.bayes.libraries import prepare, versions
from forecast_bench.bayes.model import centred_groups, recalibration_model
from forecast_bench.bayes.sampling import sampled, without_text, without_times
from forecast_bench.bayes.settings import RecalibrationSettings
from forecast_bench.bayes.time_limit import Deadline, begun


@dataclass(frozen=True, eq=False)
class Fit:
    """A posterior and what it was made of.

    Attributes
    ----------
    idata
        DataTree: ``posterior`` (its variables: see `stored_variables`), ``sample_stats``,
        ``observed_data``, ``constant_data``. Its attributes name model, sampler, seed, versions,
        settings and data hash.
    data_hash
        Hash of cells and settings: equal hashes need no refit.
    seed
        Seed the draws came from.
    """

    idata: Any
    data_hash: str
    seed: int


def fit(
    cells: Cells, settings: RecalibrationSettings, *, seed: int, cache: Path | None = None
) -> Fit:
    """Sample the posterior of the recalibration model.

    The same cells, settings, seed and versions give the same draws, bit for bit, in any process on
    the same kind of processor, with compiled code cached or not. Without any outcome the posterior
    is the prior, and exact independent draws of it are returned, in mirrored sets so that the
    medians of ``intercept`` and ``log_slope`` are zero.

    Parameters
    ----------
    cells
        Counts per cell; none is legal.
    settings
        Priors, groups, draws.
    seed
        Non-negative; `seed_from` derives one from the data.
    cache
        Folder under which compiled code is kept (see `prepare`).

    Returns
    -------
    Fit
        Not judged yet: see `diagnose`.

    Raises
    ------
    ValueError
        If the seed is negative or counts are impossible.
    TimeLimitExceededError
        If compiling and sampling take longer than the settings' ``time_limit``.
    """
    if seed < 0:
        raise ValueError(f"seed must not be negative, got {seed}")
    deadline = begun(settings.time_limit)
    prepare(cache)
    content = data_hash(cells, settings)
    if cells.outcomes:
        idata, sampler = _sampled(cells, settings, seed, deadline), "nutpie"
    else:
        idata, sampler = _prior(settings, seed), "prior"
    idata = without_times(idata)
    for name, meaning in stored_variables(settings).items():
        if name in idata["posterior"]:
            idata["posterior"][name].attrs["description"] = meaning
    idata.attrs.update(
        {
            "model_name": settings.name,
            "model_version": settings.version,
            "sampler": sampler,
            "seed": seed,
            "data_hash": content,
            "outcomes": cells.outcomes,
            "settings": settings.model_dump_json(),
            "versions": json.dumps(versions(), sort_keys=True),
        }
    )
    return Fit(idata=idata, data_hash=content, seed=seed)


def _sampled(cells: Cells, settings: RecalibrationSettings, seed: int, deadline: Deadline) -> Any:
    from pymc.backends.arviz import patch_nutpie_idata

    model = recalibration_model(cells, settings)
    # Centred effects trade with the common shift along narrow ridges, which a mass for each
    # parameter by itself cannot follow.
    ridges = bool(centred_groups(cells, settings))
    idata = sampled(
        model,
        settings,
        deadline,
        seed=_handed_on(seed),
        adaptation="low_rank" if ridges else "diag",
    )
    # As pymc.sample does: counts, and what they are of, stand beside the draws.
    patch_nutpie_idata(idata, model, sampling_time=0.0)
    # Effects in units of their scale are left out: scales and effects determine them.
    idata["posterior"] = idata["posterior"].dataset[list(stored_variables(settings))]
    # Divergences are counted elsewhere.
    return without_text(idata)


def _handed_on(seed: int) -> int:
    """Give the seed that `pymc.sample` hands to nutpie, so that the draws are the same."""
    first = np.random.default_rng(seed).spawn(1)[0]
    return int(first.integers(2**30))


def _prior(settings: RecalibrationSettings, seed: int) -> Any:
    """Draw from the prior; chains repeat one set of draws with each combination of signs."""
    import arviz

    generator = np.random.default_rng(seed)
    chains, draws = settings.chains, settings.draws
    sets = -(-chains // 4)
    signs = np.array([(1, 1), (-1, -1), (1, -1), (-1, 1)])
    posterior = {}
    for column, (name, scale) in enumerate(
        ((INTERCEPT, settings.intercept_scale), (LOG_SLOPE, settings.log_slope_scale))
    ):
        base = generator.normal(0, scale, (sets, 1, draws))
        mirrored = (base * signs[:, column][:, None]).reshape(-1, draws)
        posterior[name] = mirrored[:chains]
    for name in enabled_groups(settings):
        scales = np.abs(generator.normal(0, settings.group_scale, (chains, draws)))
        posterior[f"{name}_scale"] = scales
    for name in enabled_covariates(settings):
        posterior[name] = generator.normal(0, settings.covariate_scale, (chains, draws))
    return arviz.from_dict({"posterior": posterior})
