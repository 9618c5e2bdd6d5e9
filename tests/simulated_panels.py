"""Panels of known drift and dispersion, drawn month by month."""

import numpy as np
import pandas as pd

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
