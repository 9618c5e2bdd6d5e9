"""What may change how far to trust a statement: how long its horizon is, how confident its analyst.

Each is a step of -1, 0 or 1, so that outcomes still share cells. A step adds to the log slope: a
team may be sounder on short horizons than on long ones. It does not shift, since what shifts all
statements of a horizon alike is no matter of confidence; a shift stays with phrase, topic, analyst.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from forecast_bench.bayes.settings import RecalibrationSettings

COVARIATES: Final[Mapping[str, str]] = MappingProxyType(
    {"horizon_log_slope": "horizon_step", "confidence_log_slope": "confidence_step"}
)
"""Effect of each covariate, and the column that holds its steps."""

STEPS: Final = (-1, 0, 1)
HORIZONS: Final = ("under 3 months", "3 to 12 months", "over 12 months")
CONFIDENCES: Final = ("low", "moderate", "high")
LEVELS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"horizon_log_slope": HORIZONS, "confidence_log_slope": CONFIDENCES}
)
"""What the steps -1, 0 and 1 of each covariate stand for."""

_SHORT, _LONG = 3.0, 12.0
_SWITCHES: Final[Mapping[str, str]] = MappingProxyType(
    {"horizon_log_slope": "horizons", "confidence_log_slope": "confidences"}
)


def enabled_covariates(settings: RecalibrationSettings) -> tuple[str, ...]:
    """Name the covariate effects that the settings switch on.

    Parameters
    ----------
    settings
        Which covariates there are.

    Returns
    -------
    tuple of str
        Keys of ``COVARIATES``, in its order.

    Examples
    --------
    >>> enabled_covariates(RecalibrationSettings(horizons=True))
    ('horizon_log_slope',)
    """
    return tuple(name for name in COVARIATES if getattr(settings, _SWITCHES[name]))


def horizon_steps(months: ArrayLike) -> NDArray[np.int64]:
    """Give the step of each horizon: its logarithm, binned and centred.

    The bins are under 3, 3 to 12 and over 12 months; 1.5, 6 and 24 months stand for them, each
    four times the one before. So a step is the logarithm of the months over 6, to the base 4.

    Parameters
    ----------
    months
        From the statement to the end of its window, not negative; NaN where there is no window.

    Returns
    -------
    ndarray of int
        -1, 0 or 1; 0, the centre, where the horizon is not known.

    Raises
    ------
    ValueError
        If a horizon is negative.

    Examples
    --------
    >>> horizon_steps([1.5, 6, 24, float("nan")]).tolist()
    [-1, 0, 1, 0]
    >>> (np.log([1.5, 6, 24]) - np.log(6)).round(3).tolist(), round(float(np.log(4)), 3)
    ([-1.386, 0.0, 1.386], 1.386)
    """
    found = np.asarray(months, dtype=np.float64)
    if (found < 0).any():
        raise ValueError(f"a horizon must not be negative, got {found[found < 0][0]} months")
    # NaN is neither short nor long.
    steps = np.where(found > _LONG, 1, 0) - np.where(found < _SHORT, 1, 0)
    return steps.astype(np.int64)


def confidence_steps(confidence: Sequence[str | None] | pd.Series) -> NDArray[np.int64]:
    """Give the step of each analytic confidence: low, moderate, high.

    Parameters
    ----------
    confidence
        Words; missing where none was stated.

    Returns
    -------
    ndarray of int
        -1, 0 or 1; 0 where none was stated.

    Raises
    ------
    ValueError
        If a word is none of the three.

    Examples
    --------
    >>> confidence_steps(["low", "high", None, "moderate"]).tolist()
    [-1, 1, 0, 0]
    """
    said = pd.Series(confidence, dtype=object)
    steps = said.map(dict(zip(CONFIDENCES, STEPS, strict=True)))
    strange = said[steps.isna() & said.notna()]
    if not strange.empty:
        raise ValueError(f"confidence must be low, moderate or high, got {strange.iloc[0]}")
    return np.asarray(steps.fillna(0).to_numpy(), dtype=np.int64)


def covariate_columns(frame: pd.DataFrame) -> list[str]:
    """Columns of covariates that a frame has.

    Parameters
    ----------
    frame
        One row per judgment.

    Examples
    --------
    >>> covariate_columns(pd.DataFrame({"probability": [0.5], "horizon_step": [0]}))
    ['horizon_step']
    """
    return [name for name in COVARIATES.values() if name in frame.columns]


def checked_steps(frame: pd.DataFrame) -> dict[str, NDArray[np.int64]]:
    """Give the steps of each covariate that a frame has.

    Parameters
    ----------
    frame
        One row per judgment.

    Raises
    ------
    ValueError
        If a step is none of -1, 0 and 1.

    Examples
    --------
    >>> checked_steps(pd.DataFrame({"horizon_step": [0.0, -1.0]}))["horizon_step"].tolist()
    [0, -1]
    """
    found = {}
    for name in covariate_columns(frame):
        values = pd.to_numeric(frame[name]).to_numpy(dtype=np.float64, na_value=np.nan)
        wrong = ~np.isin(values, STEPS)
        if wrong.any():
            raise ValueError(f"{name} must be -1, 0 or 1, got {values[wrong][0]}")
        found[name] = values.astype(np.int64)
    return found


def refuse_lacking(held: Sequence[str], settings: RecalibrationSettings) -> None:
    """Refuse what lacks a covariate that the settings switch on.

    Parameters
    ----------
    held
        Names of the columns of steps that are there.
    settings
        Which covariates there are.

    Raises
    ------
    ValueError
        If one is lacking.

    Examples
    --------
    >>> refuse_lacking(["horizon_step"], RecalibrationSettings(horizons=True))
    """
    wanted = [COVARIATES[name] for name in enabled_covariates(settings)]
    lacking = [name for name in wanted if name not in held]
    if lacking:
        raise ValueError(f"the settings ask for {lacking}, which the outcomes do not have")
