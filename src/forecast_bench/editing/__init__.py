"""Writing into files that people write: added to, checked, and replaced whole."""

from forecast_bench.editing.acts import StatedValue, judgment_of, resolve, revise
from forecast_bench.editing.change import EditError, Written
from forecast_bench.editing.recording import days, identifier_from, judgment_values, record

__all__ = [
    "EditError",
    "StatedValue",
    "Written",
    "days",
    "identifier_from",
    "judgment_of",
    "judgment_values",
    "record",
    "resolve",
    "revise",
]
