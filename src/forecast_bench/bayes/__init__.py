"""Models that are sampled: what a stated probability turned out to be worth, and series of counts.

The only package that uses PyMC, ArviZ, nutpie and PyTensor, and it imports them inside functions:
importing it is cheap. The road: `cells` counts outcomes, `fit` samples, `diagnose` judges,
`recalibration_state` says whether the fit may be proposed, `recalibration_map` and `recalibrate`
say what it means, `save` and `load` keep it. `nested_laplace` is the quick road to the same
posterior, without sampling, and `gate` holds its maps against outcomes not seen.
`learn_pool` asks the same gate how opinions of several analysts are to be pooled.
`fit_series` fits many monthly series, each by itself. A panel of series is counted by
`panel_counts`, sampled by `fit_panel` or approximated by `panel_laplace`, and then reduced to few
points.
"""

from forecast_bench.bayes.cell_counts import Cells, cells
from forecast_bench.bayes.covariates import (
    COVARIATES,
    confidence_steps,
    enabled_covariates,
    horizon_steps,
)
from forecast_bench.bayes.diagnostics import Diagnostics, diagnose
from forecast_bench.bayes.effects import confidence_statement, effects_table
from forecast_bench.bayes.figures import diagnostic_figures, panel_figures, predictive_figure
from forecast_bench.bayes.fitting import Fit, fit
from forecast_bench.bayes.gate import WHOLE, Correction, GateVerdict, gate
from forecast_bench.bayes.groups import stored_variables, without_groups
from forecast_bench.bayes.identity import data_hash, panel_hash, seed_from
from forecast_bench.bayes.laplace_effects import laplace_effects
from forecast_bench.bayes.laplace_map import laplace_map, laplace_recalibrate
from forecast_bench.bayes.left_out import left_out_comparison, left_out_points
from forecast_bench.bayes.libraries import compile_folder, prepare, versions
from forecast_bench.bayes.model import recalibration_model
from forecast_bench.bayes.month_counts import SERIES_COLUMNS, SeriesMonths, series_months
from forecast_bench.bayes.nested_laplace import LaplacePosterior, nested_laplace
from forecast_bench.bayes.one_series import SeriesFit, series_model
from forecast_bench.bayes.own_models import (
    ModelStopped,
    OwnFit,
    OwnFitRequest,
    Series,
    fit_own_model,
    own_paths,
)
from forecast_bench.bayes.panel_counts import PANEL_COLUMNS, PanelCounts, panel_counts
from forecast_bench.bayes.panel_fit import PanelFit, fit_panel
from forecast_bench.bayes.panel_laplace import PanelPosterior, panel_laplace, panel_prior
from forecast_bench.bayes.panel_model import panel_model
from forecast_bench.bayes.pooling_gate import OPINIONS, LearnedPool, PoolInForce, learn_pool
from forecast_bench.bayes.predictive import (
    REPLICATES,
    PredictiveChecks,
    predictive_checks,
    predictive_statement,
)
from forecast_bench.bayes.rate_points import (
    ANY_TYPE,
    RateBelief,
    farthest_apart,
    grid_beliefs,
    rate_points,
    sampled_beliefs,
)
from forecast_bench.bayes.recalibration import recalibrate, recalibration_map, settings_of
from forecast_bench.bayes.rolling_origin import (
    Comparison,
    gain_over_identity,
    origins,
    out_of_sample,
)
from forecast_bench.bayes.series_fits import FIT_COLUMNS, fit_series
from forecast_bench.bayes.settings import (
    DiagnosticLimits,
    FitSettings,
    RecalibrationSettings,
    SeriesSettings,
)
from forecast_bench.bayes.state import RecalibrationState, gated, recalibration_state
from forecast_bench.bayes.storage import DamagedPosteriorError, load, save
from forecast_bench.bayes.time_limit import (
    Deadline,
    TimeLimitExceededError,
    begun,
    sample_within,
)

__all__ = [
    "ANY_TYPE",
    "COVARIATES",
    "FIT_COLUMNS",
    "OPINIONS",
    "PANEL_COLUMNS",
    "REPLICATES",
    "SERIES_COLUMNS",
    "WHOLE",
    "Cells",
    "Comparison",
    "Correction",
    "DamagedPosteriorError",
    "Deadline",
    "DiagnosticLimits",
    "Diagnostics",
    "Fit",
    "FitSettings",
    "GateVerdict",
    "LaplacePosterior",
    "LearnedPool",
    "ModelStopped",
    "OwnFit",
    "OwnFitRequest",
    "PanelCounts",
    "PanelFit",
    "PanelPosterior",
    "PoolInForce",
    "PredictiveChecks",
    "RateBelief",
    "RecalibrationSettings",
    "RecalibrationState",
    "Series",
    "SeriesFit",
    "SeriesMonths",
    "SeriesSettings",
    "TimeLimitExceededError",
    "begun",
    "cells",
    "compile_folder",
    "confidence_statement",
    "confidence_steps",
    "data_hash",
    "diagnose",
    "diagnostic_figures",
    "effects_table",
    "enabled_covariates",
    "farthest_apart",
    "fit",
    "fit_own_model",
    "fit_panel",
    "fit_series",
    "gain_over_identity",
    "gate",
    "gated",
    "grid_beliefs",
    "horizon_steps",
    "laplace_effects",
    "laplace_map",
    "laplace_recalibrate",
    "learn_pool",
    "left_out_comparison",
    "left_out_points",
    "load",
    "nested_laplace",
    "origins",
    "out_of_sample",
    "own_paths",
    "panel_counts",
    "panel_figures",
    "panel_hash",
    "panel_laplace",
    "panel_model",
    "panel_prior",
    "predictive_checks",
    "predictive_figure",
    "predictive_statement",
    "prepare",
    "rate_points",
    "recalibrate",
    "recalibration_map",
    "recalibration_model",
    "recalibration_state",
    "sample_within",
    "sampled_beliefs",
    "save",
    "seed_from",
    "series_model",
    "series_months",
    "settings_of",
    "stored_variables",
    "versions",
    "without_groups",
]
