"""A team's own models: one contract, a process of its own, fits kept by their content.

`Series` is what a model is told; `fit_own_model` fits it or finds the fit; `own_paths` follows its
draws through the months of a window. `ModelStopped` says what a team can mend.
"""

from forecast_bench.bayes.own_models.fits import OwnFit, OwnFitRequest, fit_own_model, own_paths
from forecast_bench.bayes.own_models.process import ModelStopped
from forecast_bench.bayes.own_models.series import Series

__all__ = ["ModelStopped", "OwnFit", "OwnFitRequest", "Series", "fit_own_model", "own_paths"]
