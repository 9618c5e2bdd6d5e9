"""The gate: what a fit gains on outcomes it has not seen, kept with it as a map."""

import datetime
import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from forecast_bench import bayes
from forecast_bench.job.applying import ActiveMap, posterior_of, recalibrated_median, stored_cells
from forecast_bench.job.maps import IDENTITY, find_map, keep_map, map_id, map_record
from forecast_bench.records import RecalibrationSettings

_SHOWN = tuple(percent / 100 for percent in range(5, 100, 5))
_GRID = tuple(percent / 100 for percent in range(1, 100))

AGREEMENT = 0.2
"""Posterior standard deviations by which the two roads to the map may differ."""


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """A fit with what the gate needs: its outcomes, sampled and counted.

    Parameters
    ----------
    frame : DataFrame
        One row per outcome: the columns of the model with known_on, question and situation.
    counted : Cells
        The same, counted.
    idata, diagnostics
        The sampled fit and its verdict.
    model : RecalibrationSettings
        The model and the gate.
    data_hash : str
        Of counts and model.
    seed : int
        Of the bootstrap.
    """

    frame: pd.DataFrame
    counted: bayes.Cells
    idata: Any
    diagnostics: bayes.Diagnostics
    model: RecalibrationSettings
    data_hash: str
    seed: int


def judged_map(
    workspace: Path, fit: Fitted, *, as_of: datetime.date, parent: ActiveMap | None
) -> dict[str, Any]:
    """Give the map of a fit, as kept or made and held against what it had not seen.

    Parameters
    ----------
    workspace : Path
        Maps are kept in its derived folder.
    fit : Fitted
        What to judge.
    as_of : date
        The day it is first made for.
    parent : ActiveMap or None
        The map in force.
    """
    gate_hash = _gate_hash(fit)
    kept = find_map(workspace, map_id(fit.data_hash, gate_hash))
    if kept is not None:
        return kept
    questions = int(fit.frame["question"].nunique())
    state = bayes.recalibration_state(fit.idata, fit.diagnostics, questions=questions)
    posterior = bayes.nested_laplace(fit.counted, fit.model)
    apart = _apart(fit.idata, posterior)
    if state.state == "candidate" and apart > AGREEMENT:
        reason = (
            f"Sampling and nested Laplace differ by {apart:.2f} posterior standard deviations; "
            f"{AGREEMENT} are allowed."
        )
        state = replace(state, state="inactive", reason=reason)
    verdict = bayes.gate(fit.frame, fit.model, seed=fit.seed)
    state = bayes.gated(state, verdict)
    passed = state.state == "candidate" and verdict.passed
    correction = verdict.best[0] if passed else bayes.WHOLE
    made = posterior if correction.groups else posterior_of(fit.counted, fit.model, correction)
    record = map_record(
        {
            "data_hash": fit.data_hash,
            "gate_hash": gate_hash,
            "as_of": as_of.isoformat(),
            "parents": [IDENTITY if parent is None else parent.since.map],
            **asdict(state),
            "gate": {
                **asdict(verdict.best[1]),
                "passed": passed,
                "tried": [asdict(one) | asdict(found) for one, found in verdict.tried],
            },
            "correction": asdict(correction),
            "agreement": round(apart, 4),
            "diagnostics": asdict(fit.diagnostics),
            "map": bayes.laplace_map(made, _SHOWN, share=correction.share).round(6).to_dict("list"),
            "model": fit.model.model_dump(mode="json"),
            "cells": stored_cells(fit.counted),
        }
    )
    keep_map(workspace, record)
    return record


def gain_in_force(
    active: ActiveMap, frame: pd.DataFrame, model: RecalibrationSettings, *, seed: int
) -> bayes.Comparison:
    """Hold the map in force against the outcomes known since the day it was put in force.

    Parameters
    ----------
    active : ActiveMap
        The map.
    frame : DataFrame
        Every outcome, as for `judged_map`.
    model : RecalibrationSettings
        Its gate and interval.
    seed : int
        Of the bootstrap.
    """
    since = pd.Timestamp(active.since.on)
    later = frame[frame["known_on"] > since]
    mapped = recalibrated_median(active, later)
    return bayes.gain_over_identity(later.assign(recalibrated=mapped), model, seed=seed)


def in_words(record: Mapping[str, Any]) -> str:
    """Say how a map stands, and what somebody may do about it."""
    if record["gate"]["passed"]:
        do = f"forecast-bench recalibration activate {record['id']} puts it in force."
        return f"{record['reason']} {do}"
    return str(record["reason"])


def _gate_hash(fit: Fitted) -> str:
    """Hash of what the gate depends on beside the counts: days, questions and its settings."""
    names = ["known_on", "question", "situation", "probability", "outcome", "analyst", "phrase"]
    rows = fit.frame[names].astype(str).sort_values(names, ignore_index=True)
    text = fit.model.gate.model_dump_json() + f":{fit.seed}:" + rows.to_csv(index=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _apart(idata: Any, posterior: bayes.LaplacePosterior) -> float:
    """How far the medians of the two maps lie apart at most, in posterior standard deviations."""
    from scipy.special import ndtri

    sampled = bayes.recalibration_map(idata, _GRID)
    quick = bayes.laplace_map(posterior, _GRID)
    widths = 2 * float(ndtri(0.5 + posterior.settings.interval / 2))
    spread = (sampled["high"] - sampled["low"]) / widths
    return float(((sampled["median"] - quick["median"]).abs() / spread).max())
