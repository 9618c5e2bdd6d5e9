"""Posterior probabilities below the truth, over data sets drawn from the recalibration model."""

from dataclasses import replace

import numpy as np
from scipy.special import expit, ndtr

from forecast_bench.bayes import RecalibrationSettings, cells, nested_laplace
from test_bayes_recalibration import simulated

SIZES = {"analyst_shift": 6, "topic_shift": 3, "phrase_shift": 8, "analyst_log_slope": 6}
EFFECTS = (
    *("intercept", "log slope"),
    *(f"{name.replace('_', ' ')} {at + 1}" for name, size in SIZES.items() for at in range(size)),
)
MODEL = RecalibrationSettings()


def ranks_of_the_truth(data_sets):
    """Parameters from the prior, data from them, and the posterior probability below the truth
    (Talts et al. 2018); a mixture of normals gives it exactly, so nothing is drawn. A row for each
    data set, a column for each of `EFFECTS`."""
    generator = np.random.default_rng(12)
    base = cells(simulated(600, seed=1))
    below = []
    for _ in range(data_sets):
        common = np.array([generator.normal(0, 0.5), generator.normal(0, 0.3)])
        effect = {
            name: generator.normal(0, abs(generator.normal(0, 0.3)), size)
            for name, size in SIZES.items()
        }
        shift = common[0] + sum(
            effect[f"{name}_shift"][getattr(base, name)] for name in ("analyst", "topic", "phrase")
        )
        slope = np.exp(common[1] + effect["analyst_log_slope"][base.analyst])
        true = np.concatenate([common, *(effect[name] for name in SIZES)])
        hits = generator.binomial(base.trials, expit(shift + slope * base.log_odds))
        found = nested_laplace(replace(base, occurred=hits), MODEL)
        assert list(found.levels) == list(SIZES)
        spread = np.sqrt(np.diagonal(found.covariance, axis1=1, axis2=2))
        below.append(found.weight @ ndtr((true - found.mean) / spread))
    return np.array(below)


def histograms(ranks, *, bins=10):
    """Data sets in each tenth of the unit interval, a row for each effect."""
    return np.stack([np.histogram(one, bins=bins, range=(0, 1))[0] for one in ranks.T])
