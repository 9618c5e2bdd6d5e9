"""Columns of the tables of judgments and of their paths, declared once."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

type FloatArray = npt.NDArray[np.float64]
type Kind = Literal["text", "number", "whole", "flag"]

# Dates are ISO texts: a table reads the same in Parquet, CSV and JSON. Lists are JSON texts.
_DTYPES: Final[Mapping[str, str]] = MappingProxyType(
    {"text": "string", "number": "Float64", "whole": "Int64", "flag": "boolean"}
)


def _columns(kind: Kind, names: str) -> dict[str, Kind]:
    return dict.fromkeys(names.split(), kind)


JUDGMENT_COLUMNS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        **_columns("text", "id statement file"),
        **_columns("whole", "line"),
        **_columns("text", "report report_title report_source analyst issued topic situation"),
        **_columns("text", "lexicon stated_kind stated_text stated_reason"),
        **_columns("number", "band_low band_high"),
        **_columns("text", "confidence"),
        **_columns("number", "prior_a prior_b prior_mean prior_weight prior_low prior_high"),
        **_columns("text", "now_text"),
        **_columns("number", "now_mean now_band_low now_band_high"),
        **_columns("text", "revisions question question_kind question_text"),
        **_columns("text", "window_start window_end about given given_state source"),
        **_columns("text", "threshold_text baseline_text"),
        **_columns("whole", "baseline_count"),
        **_columns("number", "baseline_months law_shape law_rate rate_mean drift dispersion"),
        **_columns("number", "drift_low drift_high dispersion_low dispersion_high"),
        **_columns("text", "parameters_from parameters_text"),
        **_columns("whole", "parameters_series parameters_months parameters_points"),
        **_columns("number", "base_rate"),
        **_columns("text", "model"),
        **_columns("whole", "model_fitted_to"),
        **_columns("flag", "tests_little"),
        **_columns("whole", "path_draws path_seed"),
        **_columns("number", "path_effective_draws path_error_at_issue path_error"),
        **_columns("whole", "count ambiguous"),
        **_columns("number", "elapsed_months window_months"),
        **_columns("whole", "days_left"),
        **_columns("flag", "provisional"),
        **_columns("number", "after live live_low live_high posterior_mean"),
        **_columns("number", "moved_by_counts moved_by_analyst"),
        **_columns("text", "moved_text band_state left_band_on state outcome_on state_reason"),
        **_columns("text", "evidence resolved_by nearness"),
        **_columns("flag", "near_miss early scored in_calibration"),
        **_columns("text", "calibration_note"),
        **_columns("number", "brier log_score base_brier base_log_score skill"),
        **_columns("number", "time_weighted_brier time_weighted_coverage"),
        **_columns("text", "assumptions indicators sources note"),
    }
)

PATH_COLUMNS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        **_columns("text", "judgment date"),
        **_columns("number", "elapsed_months"),
        **_columns("whole", "count ambiguous"),
        **_columns("number", "stated band_low band_high base_rate after live"),
        **_columns("number", "from_analyst from_counts effective_draws path_error"),
        **_columns("flag", "provisional settled"),
    }
)

MOVE_COLUMNS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        **_columns("text", "judgment since date"),
        **_columns("number", "live_before live_after log_odds_before log_odds_after"),
        **_columns("number", "analyst counts"),
        **_columns("flag", "decided"),
        **_columns("whole", "added"),
        **_columns("text", "what"),
    }
)

COUNT_COLUMNS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        **_columns("text", "judgment period_start period_end part place"),
        **_columns("whole", "count ambiguous"),
    }
)


def table(rows: Iterable[Mapping[str, Any]], columns: Mapping[str, Kind]) -> pd.DataFrame:
    """Rows as a table with exactly the declared columns, in their order and types.

    Raises
    ------
    ValueError
        If a row has a column that is not declared, or lacks one.

    Examples
    --------
    >>> small = table([{"name": "a", "n": None}], {"name": "text", "n": "whole"})
    >>> [str(one) for one in small.dtypes]
    ['string', 'Int64']
    """
    listed = list(rows)
    for row in listed:
        if row.keys() != columns.keys():
            raise ValueError(f"columns differ: {sorted(row.keys() ^ columns.keys())}")
    return table_of({name: [row[name] for row in listed] for name in columns}, columns)


def table_of(values: Mapping[str, Any], columns: Mapping[str, Kind]) -> pd.DataFrame:
    """Whole columns, each a list or an array, as a table in the order and types declared.

    Examples
    --------
    >>> table_of({"n": [1, None]}, {"n": "whole"})["n"].tolist()
    [1, <NA>]
    """
    series = {name: pd.array(values[name], dtype=_DTYPES[kind]) for name, kind in columns.items()}
    return pd.DataFrame(series)


def finite(values: FloatArray) -> FloatArray:
    """Numbers for a column, in which what is infinite is missing.

    Examples
    --------
    >>> finite(np.array([0.5, np.inf])).tolist()
    [0.5, nan]
    """
    return np.where(np.isfinite(values), values, np.nan)
