"""The map in force, applied to judgments: beside what was stated, never in its place."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from forecast_bench import bayes
from forecast_bench.job.calibration import days_to_the_end, phrases_of
from forecast_bench.job.maps import (
    LineageError,
    StateChange,
    decisions_folder,
    find_map,
    in_force,
    state_changes,
)
from forecast_bench.lexicons import Lexicon
from forecast_bench.records import RecalibrationSettings
from forecast_bench.workspace import shown

# Of a Gregorian year, so that twelve months are a year.
_DAYS_A_MONTH = 365.2425 / 12
_CODES = ("log_odds", "analyst", "phrase", "topic", "trials", "occurred")
_LEVELS = ("analysts", "phrases", "topics")


@dataclass(frozen=True, slots=True, eq=False)
class ActiveMap:
    """The map in force on a day.

    Parameters
    ----------
    record : mapping
        As it was made.
    since : StateChange
        What put it in force.
    posterior : LaplacePosterior
        Its effects, made anew from its counts: the road by which the gate judged it.
    correction : Correction
        Which part of it is made.
    """

    record: Mapping[str, Any]
    since: StateChange
    posterior: bayes.LaplacePosterior
    correction: bayes.Correction


def active_map(workspace: Path, *, as_of: datetime.date) -> ActiveMap | None:
    """Find the map in force on a day; None where statements stay as they are.

    Raises
    ------
    LineageError
        If the states cannot be read, or the map is missing or was altered.
    """
    since = in_force(state_changes(workspace, as_of=as_of))
    if since is None:
        return None
    record = find_map(workspace, since.map)
    if record is None:
        place = shown(decisions_folder(workspace) / f"{since.map}.json", workspace)
        raise LineageError(f"{place}: the map in force since {since.on} is missing")
    settings = RecalibrationSettings.model_validate(record["model"])
    correction = bayes.Correction(**record["correction"])
    posterior = posterior_of(cells_of(record), settings, correction)
    return ActiveMap(record, since, posterior, correction)


def posterior_of(
    counted: bayes.Cells, settings: RecalibrationSettings, correction: bayes.Correction
) -> bayes.LaplacePosterior:
    """Fit what a correction is a share of."""
    model = settings if correction.groups else bayes.without_groups(settings)
    return bayes.nested_laplace(counted, model)


def stored_cells(counted: bayes.Cells) -> dict[str, Any]:
    """Counts of outcomes as a map keeps them, ready for JSON."""
    codes = {name: getattr(counted, name).tolist() for name in _CODES}
    steps = {name: own.tolist() for name, own in counted.covariates.items()}
    kept = codes | {name: list(getattr(counted, name)) for name in _LEVELS}
    return {**kept, "covariates": steps} if steps else kept


def cells_of(record: Mapping[str, Any]) -> bayes.Cells:
    """Give the counts that a map was made of."""
    kept: dict[str, Any] = {
        **{name: np.array(record["cells"][name], dtype=np.int64) for name in _CODES[1:]},
        **{name: tuple(record["cells"][name]) for name in _LEVELS},
        "covariates": {
            name: np.array(steps, dtype=np.int64)
            for name, steps in record["cells"].get("covariates", {}).items()
        },
    }
    return bayes.Cells(log_odds=np.array(record["cells"]["log_odds"], dtype=np.float64), **kept)


def recalibrated_by(
    active: ActiveMap, judgments: pd.DataFrame, lexicons: Mapping[str, Lexicon]
) -> pd.DataFrame:
    """Recalibrate every judgment that states a probability.

    Parameters
    ----------
    active : ActiveMap
        The map.
    judgments : DataFrame
        The table of judgments.
    lexicons : mapping of str to Lexicon
        What phrases are of.

    Returns
    -------
    DataFrame
        Columns judgment, recalibrated, recalibrated_low, recalibrated_high.
    """
    stated, columns = to_map(judgments, lexicons)
    share = active.correction.share
    return as_table(stated, bayes.laplace_recalibrate(active.posterior, columns, share=share))


def recalibrated_median(active: ActiveMap, columns: pd.DataFrame) -> pd.Series:
    """Recalibrate rows of the columns that a map reads; the median alone, which is quick."""
    share = active.correction.share
    mapped = bayes.laplace_recalibrate(active.posterior, columns, with_interval=False, share=share)
    median: pd.Series = mapped["median"]
    return median


def to_map(
    judgments: pd.DataFrame, lexicons: Mapping[str, Lexicon]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Judgments that state a probability, and the columns of them that a map reads."""
    stated = judgments[judgments["prior_mean"].notna()]
    columns = map_columns(
        stated["prior_mean"],
        stated["analyst"],
        phrases_of(stated, lexicons) + "@" + stated["lexicon"],
        stated["topic"],
    )
    return stated, columns.assign(**steps_of(days_to_the_end(stated), stated["confidence"]))


def steps_of(horizon_days: pd.Series, confidence: pd.Series) -> dict[str, Any]:
    """Steps of the covariates, by the names of their columns."""
    return {
        "horizon_step": bayes.horizon_steps(horizon_days / _DAYS_A_MONTH),
        "confidence_step": bayes.confidence_steps(confidence),
    }


def as_table(stated: pd.DataFrame, mapped: pd.DataFrame) -> pd.DataFrame:
    """Recalibrated probabilities by the id of the judgment."""
    return pd.DataFrame(
        {
            "judgment": stated["id"].to_numpy(),
            "recalibrated": mapped["median"].to_numpy(),
            "recalibrated_low": mapped["low"].to_numpy(),
            "recalibrated_high": mapped["high"].to_numpy(),
        }
    )


def map_columns(
    probability: pd.Series, analyst: pd.Series, phrase: pd.Series, topic: pd.Series
) -> pd.DataFrame:
    """Columns that the model reads; a stated number stands for its own phrase."""
    value = probability.astype(float)
    return pd.DataFrame(
        {
            "probability": value,
            "analyst": analyst.astype(str),
            "phrase": phrase.astype(object).where(phrase.notna(), value.map("{:g}".format)),
            "topic": topic.astype(object).where(topic.notna(), "no topic"),
        }
    ).reset_index(drop=True)
