"""The recalibration stage: fitted when its data changed, else taken from the fit before."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from forecast_bench import bayes
from forecast_bench.job.calibration import phrases_of
from forecast_bench.lexicons import Lexicon
from forecast_bench.records import RecalibrationSettings, Settings
from forecast_bench.workspace import DERIVED

_POSTERIOR = "posterior.nc"
_MAP_GRID = tuple(percent / 100 for percent in range(1, 100))


@dataclass(frozen=True, slots=True, eq=False)
class Recalibration:
    """What the stage found.

    Parameters
    ----------
    record : dict
        State, reason, slope and diagnostics for the manifest.
    table : DataFrame
        Recalibrated probability of each judgment with its interval; columns judgment,
        recalibrated, recalibrated_low, recalibrated_high.
    map, effects : DataFrame
        The map for an average analyst, and the effects of the groups.
    folder : Path or None
        Where the posterior and its plots lie; None where nothing had resolved.
    failed : tuple of str
        Why the fit cannot be trusted; empty where it can.
    """

    record: dict[str, Any]
    table: pd.DataFrame
    map: pd.DataFrame | None = None
    effects: pd.DataFrame | None = None
    folder: Path | None = None
    failed: tuple[str, ...] = ()


def recalibrating(
    workspace: Path,
    judgments: pd.DataFrame,
    resolved: pd.DataFrame,
    *,
    lexicons: Mapping[str, Lexicon],
    model: RecalibrationSettings,
    settings: Settings,
) -> Recalibration:
    """Fit the recalibration model to what has resolved, or load the fit of the same data.

    Parameters
    ----------
    workspace : Path
        Folder of the workspace; fits are kept in its derived folder, by the hash of their data.
    judgments : DataFrame
        The table of judgments; those with a stated probability are recalibrated.
    resolved : DataFrame
        The record of resolved judgments, as `resolved_record` gives it.
    lexicons : mapping of str to Lexicon
        What phrases are of; one phrase of two lexicons is two.
    model, settings : RecalibrationSettings, Settings
        Priors and limits of the model; the base seed.
    """
    frame = _columns(
        resolved["probability"],
        resolved["forecaster"],
        resolved["phrase"] + "@" + resolved["lexicon"],
        resolved["topic"],
    ).assign(outcome=resolved["outcome"])
    counted = bayes.cells(frame)
    data_hash = bayes.data_hash(counted, model)
    folder = workspace / DERIVED / "fits" / data_hash[:16]
    reused = (folder / _POSTERIOR).is_file()
    seed = bayes.seed_from(data_hash, settings.seed)
    if reused:
        idata = bayes.load(folder / _POSTERIOR)
    else:
        idata = bayes.fit(counted, model, seed=seed, cache=workspace / DERIVED / "compiled").idata
        folder.mkdir(parents=True, exist_ok=True)
        bayes.diagnostic_figures(idata, folder)
        bayes.save(idata, folder / _POSTERIOR)
    diagnostics = bayes.diagnose(idata, model.limits)
    questions = int(resolved["question"].nunique())
    state = bayes.recalibration_state(idata, diagnostics, questions=questions)
    record = {
        **asdict(state),
        "fitted": not reused,
        "data_hash": data_hash,
        # A fit that is reused keeps the seed it was drawn with.
        "seed": int(idata.attrs["seed"]),
        "diagnostics": asdict(diagnostics),
    }
    stated = judgments[judgments["prior_mean"].notna()]
    to_map = _columns(
        stated["prior_mean"],
        stated["analyst"],
        phrases_of(stated, lexicons) + "@" + stated["lexicon"],
        stated["topic"],
    )
    mapped = bayes.recalibrate(idata, to_map)
    table = pd.DataFrame(
        {
            "judgment": stated["id"].to_numpy(),
            "recalibrated": mapped["median"].to_numpy(),
            "recalibrated_low": mapped["low"].to_numpy(),
            "recalibrated_high": mapped["high"].to_numpy(),
        }
    )
    return Recalibration(
        record=record,
        table=table,
        map=bayes.recalibration_map(idata, _MAP_GRID),
        effects=bayes.effects_table(idata),
        folder=folder,
        failed=() if diagnostics.passed else diagnostics.reasons,
    )


def _columns(
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
