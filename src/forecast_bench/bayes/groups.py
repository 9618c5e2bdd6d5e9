"""The effects of the recalibration model by name: which there are, and over what they vary."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from forecast_bench.bayes.covariates import COVARIATES, enabled_covariates
from forecast_bench.bayes.settings import RecalibrationSettings

INTERCEPT: Final = "intercept"
LOG_SLOPE: Final = "log_slope"
# Shifts add to the log odds; log slopes add to the log of the factor on the stated log odds.
GROUPS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "analyst_shift": "analyst",
        "topic_shift": "topic",
        "phrase_shift": "phrase",
        "analyst_log_slope": "analyst",
    }
)
_SWITCHES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "analyst_shift": "analysts",
        "topic_shift": "topics",
        "phrase_shift": "phrases",
        "analyst_log_slope": "analyst_slopes",
    }
)


def enabled_groups(settings: RecalibrationSettings) -> tuple[str, ...]:
    """Name the group effects that the settings switch on.

    Parameters
    ----------
    settings
        Which groups there are.

    Returns
    -------
    tuple of str
        Keys of ``GROUPS``, in its order.

    Examples
    --------
    >>> enabled_groups(RecalibrationSettings(topics=False, phrases=False))
    ('analyst_shift', 'analyst_log_slope')
    """
    return tuple(name for name in GROUPS if getattr(settings, _SWITCHES[name]))


def without_groups(settings: RecalibrationSettings) -> RecalibrationSettings:
    """Give the model with one shift and one slope for all, and nothing else.

    Examples
    --------
    >>> lean = without_groups(RecalibrationSettings(horizons=True))
    >>> enabled_groups(lean), lean.horizons
    ((), False)
    """
    switches = (*_SWITCHES.values(), "horizons", "confidences")
    return settings.model_copy(update=dict.fromkeys(switches, False))


def stored_variables(settings: RecalibrationSettings) -> dict[str, str]:
    """Name every variable of a posterior and say what it is.

    Parameters
    ----------
    settings
        Which groups there are.

    Returns
    -------
    dict
        Name to meaning, in the order in which a posterior keeps them. A fit without outcomes has
        no members of groups, so it keeps the scales and not the effects.

    Examples
    --------
    >>> for name, meaning in stored_variables(RecalibrationSettings(
    ...     analysts=False, analyst_slopes=False, topics=False)).items():
    ...     print(f"{name}: {meaning}")
    intercept: shift of the log odds common to all judgments (a)
    log_slope: log of the factor on the stated log odds common to all judgments (b)
    phrase_shift_scale: standard deviation of phrase_shift over phrases
    phrase_shift: shift of the log odds of each phrase, in log odds
    """
    meanings = {
        INTERCEPT: "shift of the log odds common to all judgments (a)",
        LOG_SLOPE: "log of the factor on the stated log odds common to all judgments (b)",
    }
    for name in enabled_groups(settings):
        what = "log slope" if name.endswith(LOG_SLOPE) else "shift of the log odds"
        unit = "added to log_slope" if name.endswith(LOG_SLOPE) else "in log odds"
        meanings[f"{name}_scale"] = f"standard deviation of {name} over {GROUPS[name]}s"
        meanings[name] = f"{what} of each {GROUPS[name]}, {unit}"
    for name in enabled_covariates(settings):
        what = COVARIATES[name].removesuffix("_step")
        meanings[name] = f"change of log_slope with each step of {what}"
    return meanings
