"""The settings of the models, from the records: nothing heavy is loaded for them."""

from forecast_bench.records.recalibration import (
    DiagnosticLimits,
    GateSettings,
    RecalibrationSettings,
)
from forecast_bench.records.series import SeriesSettings
from forecast_bench.records.settings import FitSettings

__all__ = [
    "DiagnosticLimits",
    "FitSettings",
    "GateSettings",
    "RecalibrationSettings",
    "SeriesSettings",
]
