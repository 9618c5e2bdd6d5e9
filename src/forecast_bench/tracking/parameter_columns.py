"""Columns that tell which drift and which dispersion a base rate rests on."""

import math
from typing import Any

from forecast_bench.rates import ParameterRanges, parameter_ranges
from forecast_bench.rates.parameter_ranges import Range
from forecast_bench.tracking.asked import AskedQuestion
from forecast_bench.tracking.law_path import believed_parameters
from forecast_bench.tracking.parameter_origin import ParameterOrigin

type Row = dict[str, Any]

_NAMES = (
    "drift",
    "drift_low",
    "drift_high",
    "dispersion",
    "dispersion_low",
    "dispersion_high",
    "parameters_from",
    "parameters_text",
    "parameters_series",
    "parameters_months",
    "parameters_points",
)


def parameter_columns(asked: AskedQuestion | None) -> Row:
    """Give the columns of drift and dispersion of a question; empty where nothing is counted.

    A dispersion is missing where months are Poisson, its upper end where they may be; the ends of
    fixed parameters are missing.
    """
    if asked is None:
        return dict.fromkeys(_NAMES)
    ranges, origin = parameter_ranges(believed_parameters(asked)), asked.origin
    drift, dispersion = ranges.drift, ranges.dispersion
    uncertain = origin.state != "fixed"
    return {
        "drift": drift.median,
        "drift_low": drift.low if uncertain else None,
        "drift_high": drift.high if uncertain else None,
        "dispersion": _finite(dispersion.median) if dispersion else None,
        "dispersion_low": _finite(dispersion.low) if dispersion and uncertain else None,
        "dispersion_high": _finite(dispersion.high) if dispersion and uncertain else None,
        "parameters_from": origin.state,
        "parameters_text": describe_parameters(ranges, origin),
        "parameters_series": origin.series if uncertain else None,
        "parameters_months": origin.months if uncertain else None,
        "parameters_points": ranges.points,
    }


def describe_parameters(ranges: ParameterRanges, origin: ParameterOrigin) -> str:
    """Say which drift and dispersion a base rate rests on, and where they come from.

    Examples
    --------
    >>> learned = ParameterRanges(Range(0.42, 0.3, 0.61), Range(2.0, 1.0, math.inf), points=16)
    >>> describe_parameters(learned, ParameterOrigin(state="fitted", series=57, months=3420))
    'drift 0.42 (0.30 to 0.61), dispersion 2.0 (1.0 to no limit), learned from 57 series'
    >>> fixed = ParameterRanges(Range(0.5, 0.5, 0.5), None, points=1)
    >>> describe_parameters(fixed, ParameterOrigin(state="fixed"))
    'drift 0.50, Poisson months, both fixed'
    """
    uncertain = origin.state != "fixed"
    drift = f"drift {_said(ranges.drift, 2, uncertain=uncertain)}"
    if ranges.dispersion is None:
        dispersion = "Poisson months"
    else:
        dispersion = f"dispersion {_said(ranges.dispersion, 1, uncertain=uncertain)}"
    return f"{drift}, {dispersion}, {_describe_origin(origin)}"


def _describe_origin(origin: ParameterOrigin) -> str:
    if origin.state == "fixed":
        return "both fixed"
    if origin.state == "fitted":
        return f"learned from {origin.series} series"
    if origin.series == 0:
        return "no panel to learn from: the prior speaks"
    return f"a panel of {origin.series} series is too small: the prior speaks"


def _said(one: Range, places: int, *, uncertain: bool) -> str:
    median, low, high = (
        "no limit" if math.isinf(value) else f"{value:.{places}f}" for value in one
    )
    return f"{median} ({low} to {high})" if uncertain else median


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
