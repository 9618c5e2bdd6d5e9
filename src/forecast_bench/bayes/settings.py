"""The settings of the model, from the records: nothing heavy is loaded for them."""

from forecast_bench.records.recalibration import DiagnosticLimits, RecalibrationSettings

__all__ = ["DiagnosticLimits", "RecalibrationSettings"]
