"""Rates of areas that share a regional factor, for questions of how many areas are reached.

Each area has a rate of its own, drawn from a Gamma law around a common level. From the history to
the window every rate moves: by a factor that all areas share, and by one of its own,

    log(rate ahead / rate before) = drift * (share * regional + sqrt(1 - share^2) * own)

with standard normal factors. A share of 0 leaves the areas independent of each other, given the
level; one of 1 moves them together, so that many areas or few are reached and the numbers between
are less likely. Months are Poisson given their rate.
"""

import numpy as np


def model(series, prior):
    """Fit the rates of areas before the window, and let them move together into it."""
    import pymc as pm

    areas, before = len(series.counts), series.exposure.sum()
    with pm.Model(coords=series.coords) as made:
        level = _level(prior)
        rate = pm.Gamma("rate", prior["shape"], prior["shape"] / level, dims="series")
        pm.Poisson("seen", rate * before, observed=series.counts.sum(axis=1), dims="series")
        moved = 0.0
        if prior["drift"] > 0:
            regional = pm.Normal("regional", 0, 1)
            own = pm.Normal("own", 0, 1, shape=areas)
            alone = np.sqrt(1 - prior["share"] ** 2)
            moved = prior["drift"] * (prior["share"] * regional + alone * own)
        ahead = (rate * pm.math.exp(moved))[:, None] * np.ones((1, series.ahead))
        pm.Deterministic("future_rate", ahead, dims=("series", "future_month"))
    return made


def _level(prior):
    """Mean rate of the areas: unknown, or where its scale is 0 as stated."""
    import pymc as pm

    if prior["level_scale"] == 0:
        return prior["level"]
    return pm.LogNormal("level", np.log(prior["level"]), prior["level_scale"])
