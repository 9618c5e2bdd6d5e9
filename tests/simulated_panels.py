"""Panels of known drift and dispersion, drawn month by month."""

import numpy as np
import pandas as pd
from scipy.stats import norm

from forecast_bench.bayes import panel_counts, panel_laplace
from forecast_bench.records import PanelPriors


def simulated_panel(
    seed,
    *,
    drift=(0.5,),
    dispersion=(2.0,),
    series=20,
    windows=5,
    window_months=12,
    trend=0.0,
    log_rate=(0.0, 1.0),
    effects=None,
):
    """A table with the columns of a panel: so many series for each type."""
    generator = np.random.default_rng(seed)
    month = pd.date_range("2015-01-01", periods=windows * window_months, freq="MS")
    added = np.zeros(len(month)) if effects is None else effects(month)
    tables = []
    for code, (own, scatter) in enumerate(zip(drift, dispersion, strict=True)):
        for one in range(series):
            steps = generator.normal(trend, own, windows)
            steps[0] = generator.normal(*log_rate)
            rate = np.exp(np.repeat(steps.cumsum(), window_months) + added)
            count = generator.negative_binomial(scatter, scatter / (scatter + rate))
            tables.append(
                pd.DataFrame(
                    {
                        "series": f"type {code} series {one:03}",
                        "type": f"type {code}",
                        "month": month,
                        "count": count,
                        "exposure_months": 1.0,
                    }
                )
            )
    return pd.concat(tables, ignore_index=True)


def from_prior(generator, priors: PanelPriors, *, types):
    """Drift and dispersion of each type, and the trend, as the priors have them."""
    drawn = []
    for centre, scale, spread in (
        (priors.drift, priors.drift_scale, priors.drift_spread),
        (priors.dispersion, priors.dispersion_scale, priors.dispersion_spread),
    ):
        common = generator.normal(np.log(centre), scale)
        apart = abs(generator.normal(0, spread))
        drawn.append(np.exp(generator.normal(common, apart, types)))
    return drawn[0], drawn[1], generator.normal(0, priors.trend_scale)


def calibration_ranks(data_sets, *, seed, types=3, series=12, windows=4, window_months=6):
    """Posterior probability below what was drawn, by the nested Laplace, for panels from the prior.

    Simulation-based calibration (Talts et al. 2018, arXiv:1804.06788): over many panels drawn as
    the model says, each row must be uniform. Columns: log drift and log dispersion of the first
    type, of a type not in the panel, and the trend.
    """
    priors = PanelPriors(drift=0.5)
    generator = np.random.default_rng(seed)
    rows = []
    for _ in range(data_sets):
        drift, dispersion, trend = from_prior(generator, priors, types=types + 1)
        table = simulated_panel(
            int(generator.integers(2**31)),
            drift=drift[:types],
            dispersion=dispersion[:types],
            series=series,
            windows=windows,
            window_months=window_months,
            trend=trend,
            log_rate=(priors.log_rate, priors.log_rate_scale),
        )
        found = panel_laplace(panel_counts(table, priors, window_months=window_months), priors)
        rows.append(
            {
                "drift": below(found.log_drift, found.mass[0].sum(axis=1), np.log(drift[0])),
                "dispersion": below(
                    found.log_dispersion, found.mass[0].sum(axis=0), np.log(dispersion[0])
                ),
                "drift of a new type": below(
                    found.log_drift, found.mass[-1].sum(axis=1), np.log(drift[-1])
                ),
                "dispersion of a new type": below(
                    found.log_dispersion, found.mass[-1].sum(axis=0), np.log(dispersion[-1])
                ),
                "trend": norm.cdf((trend - found.effect_mean[0]) / found.effect_scale[0]),
            }
        )
    return pd.DataFrame(rows)


def below(axis, mass, value):
    """Posterior probability below a value, each point of the grid at the middle of its mass."""
    return float(np.interp(value, axis, np.cumsum(mass) - mass / 2))
