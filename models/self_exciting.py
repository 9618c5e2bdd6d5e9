"""Self-exciting months: each incident makes further ones likelier, less so from month to month.

The rate of a month is

    background + excitation * sum over earlier months of (1 - decay) * decay^(lag - 1) * count

and its count is Poisson given the months before. `excitation` is how many further incidents one
incident leads to on average; at 1 and above the process would grow without end, so it is held
below. With an excitation of 0 the months are Poisson with one unknown rate.

The history is short (12 months in the first case), so the priors matter: see the file under
models/rates/ that names this one. The months before the history are taken as empty.

Source: Hawkes, A. G. (1971), Biometrika 58(1), doi:10.1093/biomet/58.1.83, in whole months.
"""

import numpy as np


def model(series, prior):
    """Fit one series: a background rate, how much it excites itself, and for how long."""
    import pymc as pm

    months = len(series.months)
    lag = np.arange(months)[:, None] - np.arange(months)[None, :]
    before = np.where(lag > 0, series.counts[0].astype(float), 0.0)
    power = np.where(lag > 0, lag - 1, 0)
    with pm.Model(coords=series.coords) as made:
        background = pm.LogNormal(
            "background", np.log(prior["background"]), prior["background_scale"]
        )
        weight = prior["excitation_weight"]
        excitation = pm.Beta(
            "excitation", prior["excitation"] * weight, (1 - prior["excitation"]) * weight
        )
        decay = pm.Beta("decay", 2, 2)
        # A sum of products: as a product of matrices it takes three times as long to compile.
        felt = (1 - decay) * (pm.math.exp(power * pm.math.log(decay)) * before).sum(axis=1)
        rate = background + excitation * felt
        pm.Poisson("seen", rate * series.exposure, observed=series.counts[0], dims="month")
    return made


def next_rate(draws, history):
    """Rates of the next month, from every draw and its own history."""
    decay = draws["decay"][:, None, None]
    lag = np.arange(history.shape[2], 0, -1)
    felt = ((1 - decay) * decay ** (lag - 1) * history).sum(axis=2)
    return draws["background"][:, None] + draws["excitation"][:, None] * felt
