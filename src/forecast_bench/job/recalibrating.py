"""The recalibration stage: fitted when data changed, judged by the gate, applied if in force."""

import datetime
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from forecast_bench import bayes
from forecast_bench.job.applying import (
    ActiveMap,
    active_map,
    as_table,
    cells_of,
    map_columns,
    recalibrated_by,
    steps_of,
    to_map,
)
from forecast_bench.job.feeds import Alarm
from forecast_bench.job.fits import (
    FitWhen,
    GoodFit,
    NoFitError,
    fit_folder,
    good_fits,
    last_good,
    note_good,
)
from forecast_bench.job.gating import Fitted, gain_in_force, in_words, judged_map
from forecast_bench.job.kept_diagnostics import diagnostics_of
from forecast_bench.job.maps import (
    WITHDRAWN,
    StateChange,
    find_map,
    state_changes,
    withdrawal,
)
from forecast_bench.job.model_checks import model_checks
from forecast_bench.lexicons import Lexicon
from forecast_bench.records import RecalibrationSettings, Settings
from forecast_bench.workspace import DERIVED

MODEL = "recalibration"
"""Name of the model among the fits that are kept."""

_POSTERIOR = "posterior.nc"
_MAP_GRID = tuple(percent / 100 for percent in range(1, 100))


@dataclass(frozen=True, slots=True, eq=False)
class Recalibration:
    """What the stage found.

    Parameters
    ----------
    record : dict
        State, reason, gate, slope and diagnostics for the manifest.
    table : DataFrame
        Recalibrated probability of each judgment with its interval; columns judgment,
        recalibrated, recalibrated_low, recalibrated_high. By the map in force where there is
        one, else by the fit.
    map, effects : DataFrame
        The map for an average analyst, and the effects of the groups, of the same.
    folder : Path or None
        Where the posterior and its plots lie; None where nothing had resolved.
    failed : tuple of str
        Why the fit cannot be trusted; empty where it can.
    alarms : tuple of Alarm
        What must not pass in silence, though the run stands.
    decided : StateChange or None
        What is to be entered among the states when the run is published.
    """

    record: dict[str, Any]
    table: pd.DataFrame
    map: pd.DataFrame | None = None
    effects: pd.DataFrame | None = None
    folder: Path | None = None
    failed: tuple[str, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    decided: StateChange | None = None


def recalibrating(
    workspace: Path,
    judgments: pd.DataFrame,
    resolved: pd.DataFrame,
    *,
    lexicons: Mapping[str, Lexicon],
    model: RecalibrationSettings,
    settings: Settings,
    as_of: datetime.date,
    may_withdraw: bool,
    fits: FitWhen = "changed",
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
    as_of : date
        The day whose world is looked at.
    may_withdraw : bool
        Whether a map that loses is taken out of force; a replay of the past takes out none.
    fits : str
        When to fit: never (the last good fit is used, however old), changed or always.

    Raises
    ------
    LineageError
        If the maps or their states cannot be read.
    TimeLimitExceededError
        If a fit took longer than the model's time limit.
    NoFitError
        If none may be made and no good one is there.
    """
    frame = _frame(resolved)
    active = active_map(workspace, as_of=as_of)
    if fits == "never":
        fit, folder, judged = _last_good(workspace, frame, settings, as_of=as_of)
        reused = True
    else:
        fit, folder, reused = _fitted(workspace, frame, model, settings, fits=fits)
        judged = judged_map(workspace, fit, as_of=as_of, parent=active)
    if fit.diagnostics.passed:
        note_good(workspace, GoodFit(MODEL, folder.name, as_of.isoformat(), judged["id"]))
    alarms: tuple[Alarm, ...] = ()
    decided: StateChange | None = None
    since = None if active is None else gain_in_force(active, frame, model, seed=fit.seed)
    may_withdraw = may_withdraw and not _decided_later(workspace, as_of)
    if active is not None and since is not None and since.lost and may_withdraw:
        because = f"it loses on outcomes known since {active.since.on}. {since.reason}"
        decided = withdrawal(active.since.map, on=as_of, because=because)
        alarms = (_withdrawn(decided),)
        active = None
    names = (*bayes.RecalibrationState.__dataclass_fields__, "data_hash", "diagnostics", "gate")
    record = {
        **{name: judged[name] for name in (*names, "id", "parents", "agreement")},
        "reason": in_words(judged),
        "fitted": not reused,
        "fit": _age(workspace, folder, as_of=as_of, fits=fits, reused=reused),
        # A fit that is reused keeps the seed it was drawn with.
        "seed": int(fit.idata.attrs["seed"]),
        "diagnostics": asdict(fit.diagnostics),
        **model_checks(fit, folder, of_these_outcomes=fits != "never"),
    }
    found = Recalibration(
        record=record,
        table=pd.DataFrame(),
        folder=folder,
        failed=() if fit.diagnostics.passed else fit.diagnostics.reasons,
        alarms=alarms,
        decided=decided,
    )
    if active is None or since is None:
        return _with_fit(found, fit, judgments, lexicons)
    return _with_active(found, active, since, judgments, lexicons)


def _frame(resolved: pd.DataFrame) -> pd.DataFrame:
    """Outcomes in the columns of the model, with every covariate, and of the gate."""
    columns = map_columns(
        resolved["probability"],
        resolved["forecaster"],
        resolved["phrase"] + "@" + resolved["lexicon"],
        resolved["topic"],
    )
    more = {name: resolved[name] for name in ("outcome", "known_on", "question", "situation")}
    return columns.assign(**more, **steps_of(resolved["horizon_days"], resolved["confidence"]))


def _of_model(frame: pd.DataFrame, model: RecalibrationSettings) -> pd.DataFrame:
    """Leave out the covariates that are off: they would tell apart cells that are alike."""
    on = {bayes.COVARIATES[name] for name in bayes.enabled_covariates(model)}
    return frame.drop(columns=[name for name in bayes.COVARIATES.values() if name not in on])


def _kept(folder: Path, *, of_these_versions: bool = True) -> Any:
    """Load the fit in a folder; None where none is whole, or other libraries would draw anew."""
    path = folder / _POSTERIOR
    if not path.is_file():
        return None
    try:
        idata = bayes.load(path)
    except bayes.DamagedPosteriorError:
        return None
    current = idata.attrs.get("versions") == json.dumps(bayes.versions(), sort_keys=True)
    return idata if current or not of_these_versions else None


def _fitted(
    workspace: Path,
    frame: pd.DataFrame,
    model: RecalibrationSettings,
    settings: Settings,
    *,
    fits: FitWhen,
) -> tuple[Fitted, Path, bool]:
    """Fit, or load the fit of the same data; say where it lies and whether it was loaded."""
    frame = _of_model(frame, model)
    counted = bayes.cells(frame)
    data_hash = bayes.data_hash(counted, model)
    folder = fit_folder(workspace, data_hash)
    idata = None if fits == "always" else _kept(folder)
    reused = idata is not None
    if idata is None:
        seed = bayes.seed_from(data_hash, settings.seed)
        idata = bayes.fit(counted, model, seed=seed, cache=workspace / DERIVED / "compiled").idata
        folder.mkdir(parents=True, exist_ok=True)
        bayes.diagnostic_figures(idata, folder)
        bayes.save(idata, folder / _POSTERIOR)
    diagnostics = diagnostics_of(folder / _POSTERIOR, idata, model.limits, anew=not reused)
    fit = Fitted(frame, counted, idata, diagnostics, model, data_hash, settings.seed)
    return fit, folder, reused


def _last_good(
    workspace: Path, frame: pd.DataFrame, settings: Settings, *, as_of: datetime.date
) -> tuple[Fitted, Path, dict[str, Any]]:
    """Load the last fit that passed, with the map that was made of it."""
    good = last_good(workspace, MODEL, as_of=as_of)
    folder = fit_folder(workspace, good.fit)
    idata = _kept(folder, of_these_versions=False)
    judged = None if good.map is None else find_map(workspace, good.map)
    if idata is None or judged is None:
        raise NoFitError(f"the last good fit of {MODEL}, {good.fit}, is not whole any more")
    model = bayes.settings_of(idata)
    diagnostics = diagnostics_of(folder / _POSTERIOR, idata, model.limits)
    counted = cells_of(judged)
    frame = _of_model(frame, model)
    fit = Fitted(frame, counted, idata, diagnostics, model, judged["data_hash"], settings.seed)
    return fit, folder, judged


def _age(
    workspace: Path, folder: Path, *, as_of: datetime.date, fits: FitWhen, reused: bool
) -> dict[str, Any]:
    """What the manifest says of when the fit was made, and why it is this one."""
    made = [one for one in good_fits(workspace, MODEL, as_of=as_of) if one.fit == folder.name]
    good = made[0] if made and reused else None
    return {
        "when": fits,
        "made_for": as_of.isoformat() if good is None else good.as_of,
        "days_old": 0 if good is None else good.days_old(as_of),
    }


def _decided_later(workspace: Path, as_of: datetime.date) -> bool:
    """Whether a change of state stands that the day looked at does not see."""
    return state_changes(workspace) != state_changes(workspace, as_of=as_of)


def _withdrawn(change: StateChange) -> Alarm:
    said = f"the recalibration {change.map} was withdrawn: {change.because}"
    return Alarm(WITHDRAWN, f"{said} Statements stay as made.")


def _with_fit(
    found: Recalibration, fit: Fitted, judgments: pd.DataFrame, lexicons: Mapping[str, Lexicon]
) -> Recalibration:
    stated, columns = to_map(judgments, lexicons)
    return replace(
        found,
        record={**found.record, "in_force": None},
        table=as_table(stated, bayes.recalibrate(fit.idata, columns)),
        map=bayes.recalibration_map(fit.idata, _MAP_GRID),
        effects=bayes.effects_table(fit.idata),
    )


def _with_active(
    found: Recalibration,
    active: ActiveMap,
    since: bayes.Comparison,
    judgments: pd.DataFrame,
    lexicons: Mapping[str, Lexicon],
) -> Recalibration:
    """Show the map in force; the fit of today is named beside it by its id and its gate."""
    made = active.record
    in_force = {
        "id": active.since.map,
        "since": active.since.on,
        "because": active.since.because,
        "outcomes": made["outcomes"],
        "correction": str(active.correction),
        "gain_since": asdict(since),
    }
    latest = f"The latest fit, {found.record['id']}: {found.record['reason']}"
    if found.record["id"] == active.since.map:
        latest = f"It is the latest fit. {made['reason']}"
    reason = (
        f"Map {active.since.map} is in force since {active.since.on}: "
        f"{active.since.because.rstrip('.')}. Since then: {since.reason} {latest}"
    )
    return replace(
        found,
        record={**found.record, "state": "active", "reason": reason, "in_force": in_force},
        table=recalibrated_by(active, judgments, lexicons),
        map=bayes.laplace_map(active.posterior, _MAP_GRID, share=active.correction.share),
        effects=bayes.laplace_effects(active.posterior),
    )
