"""The model of one monthly series, compiled once in a process, sampled for any number of series.

For a month with exposure e, in months, and count y::

    log rate       ~ Normal(log_rate_mean, log_rate_scale)
    log dispersion ~ Normal(log_dispersion_mean, log_dispersion_scale)
    y              ~ negative binomial, mean rate * e, variance e * (rate + rate^2 / dispersion)

Two half months are then one month: the size of the negative binomial is ``dispersion * e``.
"""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from forecast_bench.bayes.diagnostics import Diagnostics, diagnose
from forecast_bench.bayes.libraries import prepare
from forecast_bench.bayes.month_counts import SeriesMonths
from forecast_bench.bayes.settings import SeriesSettings

FITTED, FAILED = "fitted", "failed diagnostics"
_COMPILING = threading.Lock()
# What a sampler raises over data that it cannot start from or go on with.
_SAMPLING_ERRORS = (RuntimeError, ValueError, ArithmeticError)


@dataclass(frozen=True, slots=True)
class SeriesFit:
    """What came out of one series; NaN and none where nothing may be concluded.

    Attributes
    ----------
    series, months
        Name, and number of months that were fitted.
    rate_median, rate_low, rate_high
        Incidents a month: posterior median and equal-tailed interval.
    dispersion_median, dispersion_low, dispersion_high
        Dispersion of a month; the larger, the nearer to Poisson.
    draws
        Draws of all chains.
    r_hat, ess_bulk, ess_tail, divergences, e_bfmi
        Worst figures over both parameters.
    seconds
        Sampling and diagnosing, without compilation.
    state
        "fitted", "failed diagnostics", or why there was no fit.
    reasons
        Sentences of failed diagnostics, joined; empty otherwise.
    """

    series: str
    months: int
    rate_median: float = math.nan
    rate_low: float = math.nan
    rate_high: float = math.nan
    dispersion_median: float = math.nan
    dispersion_low: float = math.nan
    dispersion_high: float = math.nan
    draws: int = 0
    r_hat: float = math.nan
    ess_bulk: float = math.nan
    ess_tail: float = math.nan
    divergences: int | None = None
    e_bfmi: float = math.nan
    seconds: float = 0.0
    state: str = FITTED
    reasons: str = ""


def series_model(settings: SeriesSettings) -> Any:
    """Build the PyMC model of one series; its months are ``pm.Data``, to be replaced.

    Parameters
    ----------
    settings
        Priors.

    Returns
    -------
    pymc.Model
        Data ``count``, ``exposure_months`` and ``months`` (how many there are of such a month).
    """
    import pymc

    with pymc.Model() as model:
        count = pymc.Data("count", np.zeros(1))
        exposure = pymc.Data("exposure_months", np.ones(1))
        months = pymc.Data("months", np.ones(1))
        log_rate = pymc.Normal("log_rate", settings.log_rate_mean, settings.log_rate_scale)
        log_dispersion = pymc.Normal(
            "log_dispersion", settings.log_dispersion_mean, settings.log_dispersion_scale
        )
        law = pymc.NegativeBinomial.dist(
            mu=pymc.math.exp(log_rate) * exposure, alpha=pymc.math.exp(log_dispersion) * exposure
        )
        pymc.Potential("log_likelihood", (months * pymc.logp(law, count)).sum())
    return model


def sampled_series(one: SeriesMonths, settings: SeriesSettings, *, seed: int) -> Any:
    """Sample the posterior of one series.

    The same months, settings, seed and versions give the same draws, bit for bit, in any process
    on the same kind of processor.

    Parameters
    ----------
    one
        A series without a fault.
    settings
        Priors and sampler.
    seed
        Non-negative.

    Returns
    -------
    xarray.DataTree
        ``posterior`` with ``log_rate`` and ``log_dispersion``, and ``sample_stats``.

    Raises
    ------
    RuntimeError
        If the sampler finds no place to start from.
    """
    import nutpie

    held = _compiled_once(settings).with_data(
        count=one.count, exposure_months=one.exposure_months, months=one.months
    )
    return nutpie.sample(
        held,
        draws=settings.draws,
        tune=settings.tune,
        chains=settings.chains,
        cores=1,
        seed=seed,
        target_accept=settings.target_accept,
        save_warmup=False,
        progress_bar=False,
    )


def fit_one_series(
    one: SeriesMonths, settings: SeriesSettings, *, seed: int, cache: Path | None = None
) -> SeriesFit:
    """Fit one series and judge the fit; what goes wrong with it is its state, not an error.

    Parameters
    ----------
    one
        The series.
    settings
        Priors, sampler, limits.
    seed
        Non-negative.
    cache
        Folder under which compiled code is kept, on the machine of this process.

    Returns
    -------
    SeriesFit
        Figures of the posterior where the diagnostics hold.
    """
    months = int(one.months.sum())
    if one.fault is not None:
        return SeriesFit(one.name, months, state=one.fault)
    prepare(cache)
    # Outside of what is caught: a model that does not compile is no fault of this series.
    _compiled_once(settings)
    began = time.perf_counter()
    try:
        idata = sampled_series(one, settings, seed=seed)
        found = diagnose(idata, settings.limits)
    except _SAMPLING_ERRORS as error:
        # Below its first line nutpie prints addresses of the stack.
        said = f"not fitted: {type(error).__name__}: {str(error).partition(chr(10))[0]}"
        return SeriesFit(one.name, months, seconds=time.perf_counter() - began, state=said)
    figures: dict[str, Any] = _figures(idata, settings) if found.passed else {}
    return SeriesFit(
        series=one.name,
        months=months,
        **figures,
        draws=settings.chains * settings.draws,
        seconds=time.perf_counter() - began,
        **_verdict(found),
    )


def _figures(idata: Any, settings: SeriesSettings) -> dict[str, Any]:
    """Medians and intervals of rate and dispersion; quantiles of a log are logs of quantiles."""
    tail = (1 - settings.interval) / 2
    found: dict[str, Any] = {}
    for name in ("rate", "dispersion"):
        logs = np.asarray(idata["posterior"].dataset[f"log_{name}"].values, dtype=np.float64)
        low, median, high = np.exp(np.quantile(logs, [tail, 0.5, 1 - tail])).tolist()
        found |= {f"{name}_median": median, f"{name}_low": low, f"{name}_high": high}
    return found


def _verdict(found: Diagnostics) -> dict[str, Any]:
    return {
        "r_hat": found.r_hat,
        "ess_bulk": found.ess_bulk,
        "ess_tail": found.ess_tail,
        "divergences": found.divergences,
        "e_bfmi": math.nan if found.e_bfmi is None else found.e_bfmi,
        "state": FITTED if found.passed else FAILED,
        "reasons": " ".join(found.reasons),
    }


def _compiled_once(settings: SeriesSettings) -> Any:
    """Give the compiled model; a worker may have several threads, and one of them compiles."""
    priors = settings.model_dump(
        include={
            "log_rate_mean",
            "log_rate_scale",
            "log_dispersion_mean",
            "log_dispersion_scale",
        }
    )
    with _COMPILING:
        return _compiled(tuple(sorted(priors.items())))


@lru_cache(maxsize=8)
def _compiled(priors: tuple[tuple[str, float], ...]) -> Any:
    import nutpie
    from pytensor.configdefaults import config

    # With fast-math freshly compiled code and code from a cache round differently.
    with config.change_flags(numba__fastmath=False):
        return nutpie.compile_pymc_model(
            series_model(SeriesSettings(**dict(priors))), freeze_model=False
        )
