"""Monthly series of counts, simulated from the model of one series."""

import numpy as np
import pandas as pd

from forecast_bench.records import SeriesSettings


def simulated_series(
    number: int, *, months: int = 60, seed: int = 0
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give a table of series, and the rates and dispersions, drawn from the priors, behind it."""
    priors, generator = SeriesSettings(), np.random.default_rng(seed)
    rate = np.exp(generator.normal(priors.log_rate_mean, priors.log_rate_scale, number))
    dispersion = np.exp(
        generator.normal(priors.log_dispersion_mean, priors.log_dispersion_scale, number)
    )
    counts = generator.negative_binomial(
        dispersion[:, None], (dispersion / (dispersion + rate))[:, None], (number, months)
    )
    names = [f"series {index:03d}" for index in range(number)]
    table = pd.DataFrame(
        {
            "series": np.repeat(names, months),
            "month": np.tile(pd.date_range("2015-01-01", periods=months, freq="MS"), number),
            "count": counts.ravel(),
        }
    )
    return table, pd.DataFrame({"series": names, "rate": rate, "dispersion": dispersion})
