"""Models that are sampled: what a stated probability turned out to be worth, and series of counts.

The only package that uses PyMC, ArviZ, nutpie and PyTensor, and it imports them inside functions:
importing it is cheap. The road: `cells` counts outcomes, `fit` samples, `diagnose` judges,
`recalibration_state` says whether the fit may be proposed, `recalibration_map` and `recalibrate`
say what it means, `save` and `load` keep it. `nested_laplace` is the quick road to the same
posterior, without sampling, and `rolling_origin` holds its maps against outcomes not seen.
`fit_series` fits many monthly series, each by itself. A panel of series is counted by
`panel_counts`, sampled by `fit_panel` or approximated by `panel_laplace`, and then reduced to few
points.
"""

from forecast_bench.bayes.cell_counts import Cells, cells
from forecast_bench.bayes.diagnostics import Diagnostics, diagnose
from forecast_bench.bayes.effects import confidence_statement, effects_table
from forecast_bench.bayes.figures import diagnostic_figures, panel_figures
from forecast_bench.bayes.fitting import Fit, fit
from forecast_bench.bayes.groups import stored_variables
from forecast_bench.bayes.identity import data_hash, panel_hash, seed_from
from forecast_bench.bayes.laplace_map import (
    laplace_effects,
    laplace_map,
    laplace_recalibrate,
)
from forecast_bench.bayes.libraries import compile_folder, prepare, versions
from forecast_bench.bayes.model import recalibration_model
from forecast_bench.bayes.month_counts import SERIES_COLUMNS, SeriesMonths, series_months
from forecast_bench.bayes.nested_laplace import LaplacePosterior, nested_laplace
from forecast_bench.bayes.one_series import SeriesFit, series_model
from forecast_bench.bayes.panel_counts import PANEL_COLUMNS, PanelCounts, panel_counts
from forecast_bench.bayes.panel_fit import PanelFit, fit_panel
from forecast_bench.bayes.panel_laplace import PanelPosterior, panel_laplace, panel_prior
from forecast_bench.bayes.panel_model import panel_model
from forecast_bench.bayes.rate_points import (
    ANY_TYPE,
    RateBelief,
    farthest_apart,
    grid_beliefs,
    rate_points,
    sampled_beliefs,
)
from forecast_bench.bayes.recalibration import recalibrate, recalibration_map
from forecast_bench.bayes.rolling_origin import (
    Comparison,
    gain_over_identity,
    origins,
    out_of_sample,
    rolling_origin,
)
from forecast_bench.bayes.series_fits import FIT_COLUMNS, fit_series
from forecast_bench.bayes.settings import (
    DiagnosticLimits,
    FitSettings,
    RecalibrationSettings,
    SeriesSettings,
)
from forecast_bench.bayes.state import RecalibrationState, gated, recalibration_state
from forecast_bench.bayes.storage import load, save

__all__ = [
    "ANY_TYPE",
    "FIT_COLUMNS",
    "PANEL_COLUMNS",
    "SERIES_COLUMNS",
    "Cells",
    "Comparison",
    "DiagnosticLimits",
    "Diagnostics",
    "Fit",
    "FitSettings",
    "LaplacePosterior",
    "PanelCounts",
    "PanelFit",
    "PanelPosterior",
    "RateBelief",
    "RecalibrationSettings",
    "RecalibrationState",
    "SeriesFit",
    "SeriesMonths",
    "SeriesSettings",
    "cells",
    "compile_folder",
    "confidence_statement",
    "data_hash",
    "diagnose",
    "diagnostic_figures",
    "effects_table",
    "farthest_apart",
    "fit",
    "fit_panel",
    "fit_series",
    "gain_over_identity",
    "gated",
    "grid_beliefs",
    "laplace_effects",
    "laplace_map",
    "laplace_recalibrate",
    "load",
    "nested_laplace",
    "origins",
    "out_of_sample",
    "panel_counts",
    "panel_figures",
    "panel_hash",
    "panel_laplace",
    "panel_model",
    "panel_prior",
    "prepare",
    "rate_points",
    "recalibrate",
    "recalibration_map",
    "recalibration_model",
    "recalibration_state",
    "rolling_origin",
    "sampled_beliefs",
    "save",
    "seed_from",
    "series_model",
    "series_months",
    "stored_variables",
    "versions",
]
