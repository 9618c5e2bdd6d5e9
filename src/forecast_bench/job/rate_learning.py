"""Drift and dispersion of every question, learned from the panel of its family."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from forecast_bench import bayes
from forecast_bench.incidents import VintageChoice, expand_types
from forecast_bench.job.feeds import Alarm
from forecast_bench.job.fits import Fitting, TellFit, fit_folder, untold
from forecast_bench.job.kept_fits import (
    approximated_fit,
    believed,
    kept_fit,
    sampled_fit,
    stored_beliefs,
)
from forecast_bench.job.panels import panel_table, panel_until
from forecast_bench.limits import MemoryLimitExceededError
from forecast_bench.records import Duration, PanelPriors, RatePanel, RateSpecification
from forecast_bench.tracking import AskedQuestion, ParameterOrigin
from forecast_bench.workspace import Workspace

DEFAULT: Final = "default"
_TRY: Final = (
    "raise `time_limit` of its sampler, or lower `draws`; until then --fit never approximates it"
)
_TRY_LESS: Final = (
    "lower `draws` of its sampler, or raise limits.memory in the settings; until then --fit never "
    "approximates it"
)
type _Panel = tuple[str, datetime.date]


@dataclass(frozen=True, slots=True, eq=False)
class LearnedRates:
    """What the panels gave.

    Parameters
    ----------
    asked : mapping of str to AskedQuestion
        Every question, with what is believed of its drift and dispersion where a panel says.
    records : tuple of dict
        For the manifest: each panel with its state, numbers, hash, seed and diagnostics.
    folders : mapping of str to Path
        Where a fit and its plots lie, by the name of its family; only those sampled.
    alarms : tuple of Alarm
        Fits that cannot be trusted.
    """

    asked: Mapping[str, AskedQuestion]
    records: tuple[dict[str, Any], ...] = ()
    folders: Mapping[str, Path] = field(default_factory=dict)
    alarms: tuple[Alarm, ...] = ()


@dataclass(frozen=True, slots=True)
class _Family:
    """A file of models/rates with a panel, and the panel in force on a day."""

    name: str
    rates: RateSpecification
    panel: RatePanel
    until: datetime.date

    @property
    def window_months(self) -> int:
        """Months between which the rate walks."""
        return _months(self.panel.window or self.rates.baseline)

    @property
    def stretch(self) -> float:
        """Factor from the drift between windows of the panel to that after a baseline."""
        return math.sqrt(_months(self.rates.baseline) / self.window_months)

    @property
    def priors(self) -> PanelPriors:
        """Priors, with the drift that the file expects between windows of the panel."""
        expected = self.panel.priors.drift or self.rates.drift
        return self.panel.priors.model_copy(update={"drift": expected / self.stretch})


def learn_rates(
    workspace: Workspace,
    asked: Mapping[str, AskedQuestion],
    choices: Mapping[str, VintageChoice],
    *,
    fits: Fitting,
    tell: TellFit = untold,
) -> LearnedRates:
    """Give every question whose family has a panel what the panel says.

    A question learns from counts up to the new year's eve on or before its day of issue, in windows
    counted back from there. The newest panel of a family is sampled; earlier ones, and all where
    nobody publishes, are approximated, unless a fit of the same months was kept.

    Parameters
    ----------
    workspace : Workspace
        As read; fits are kept in its derived folder.
    asked : mapping of str to AskedQuestion
        By key.
    choices : mapping of str to VintageChoice
        The vintage counted of each source.
    fits : str or None
        When to sample, which takes a while: where nothing may be, a panel not yet sampled is
        approximated.
    tell : callable
        Told of each panel as its turn comes.
    """
    families, keys = _families(asked)
    newest = {name: max(day for one, day in families if one == name) for name, _ in families}
    told = dict(asked)
    records, alarms, folders = [], [], {}
    for number, ((name, until), family) in enumerate(sorted(families.items()), 1):
        tell(_place(family), number, len(families))
        is_newest = until == newest[name]
        try:
            record = _learned(workspace, family, choices, fits=fits, is_newest=is_newest)
        except bayes.TimeLimitExceededError as stopped:
            alarms.append(Alarm("fit-stopped", f"{_place(family)}: the fit was {stopped}: {_TRY}"))
            continue
        except MemoryLimitExceededError as over:
            said = f"{_place(family)}: the fit was stopped: {over}: {_TRY_LESS}"
            alarms.append(Alarm("fit-over-memory", said))
            continue
        points, origin = believed(record), _origin(record)
        for key in keys[name, until]:
            told[key] = told[key].believing(points[_type_of(told[key], points)], origin)
        record["questions"] = sorted({asked[key].name for key in keys[name, until]})
        records.append(record)
        alarms.extend(_alarms(family, record))
        if record["method"] == "NUTS":
            folders[family.name] = fit_folder(workspace.folder, record["hash"])
    return LearnedRates(told, tuple(records), folders, tuple(alarms))


def _families(
    asked: Mapping[str, AskedQuestion],
) -> tuple[dict[_Panel, _Family], dict[_Panel, list[str]]]:
    """Give each panel that is needed, and the keys of the questions that need it."""
    families: dict[_Panel, _Family] = {}
    keys: dict[_Panel, list[str]] = {}
    for key, one in asked.items():
        if one.rates.panel is not None:
            panel = (one.question.rates or DEFAULT, panel_until(one.issued))
            families[panel] = _Family(panel[0], one.rates, one.rates.panel, panel[1])
            keys.setdefault(panel, []).append(key)
    return families, keys


def _learned(
    workspace: Workspace,
    family: _Family,
    choices: Mapping[str, VintageChoice],
    *,
    fits: Fitting,
    is_newest: bool,
) -> dict[str, Any]:
    """Learn from one panel; the prior speaks where it is too small."""
    counted, record = _counted(workspace, family, choices)
    because = _too_small(counted, family.panel)
    if counted is None or because:
        prior = bayes.grid_beliefs(bayes.panel_prior(family.priors), stretch=family.stretch)
        return {
            **record,
            "state": "prior speaks",
            "because": because,
            "method": None,
            "hash": None,
            "seed": None,
            "fitted": False,
            "beliefs": stored_beliefs(prior),
            "effects": {},
            "diagnostics": None,
            "agreement": None,
        }
    folder = workspace.folder
    content = bayes.panel_hash(counted, family.priors, family.panel.sampler, family.panel.limits)
    sample = is_newest and fits in ("changed", "always")
    kept = is_newest and not (sample and fits == "always")
    found = kept_fit(folder, content, "sampled") if kept else None
    # A quick look shows a sampled fit that stands, never one that failed.
    if found is not None and not sample and not found["diagnostics"]["passed"]:
        found = None
    fitted = False
    if found is None and sample:
        found, fitted = (
            sampled_fit(
                folder,
                counted,
                family.panel,
                family.priors,
                content=content,
                stretch=family.stretch,
                base_seed=workspace.settings.seed,
            ),
            True,
        )
    if found is None:
        found = kept_fit(folder, content, "approximated")
    if found is None:
        found = approximated_fit(folder, counted, family.priors, content, family.stretch)
        fitted = True
    return {**record, "state": "fitted", "because": "", "fitted": fitted, **found}


def _counted(
    workspace: Workspace, family: _Family, choices: Mapping[str, VintageChoice]
) -> tuple[bayes.PanelCounts | None, dict[str, Any]]:
    """Count a panel; None where there is not one whole window of it."""
    panel = family.panel
    name = panel.source or next(iter(workspace.sources))
    record: dict[str, Any] = {
        "family": family.name,
        "source": name,
        "until": family.until.isoformat(),
        "window_months": family.window_months,
        "baseline_months": _months(family.rates.baseline),
        **dict.fromkeys(("series", "active_series", "windows", "months", "incidents"), 0),
    }
    if name not in choices:
        return None, record
    table = panel_table(
        panel,
        choices[name].vintage,
        workspace.actors,
        until=family.until,
        settings=workspace.settings.counting,
    )
    if table["month"].nunique() < family.window_months:
        return None, record
    counted = bayes.panel_counts(
        table,
        family.priors,
        window_months=family.window_months,
        seasonality=panel.seasonality,
        coverage_steps=panel.coverage_steps,
    )
    return counted, record | {
        "series": len(counted.series),
        **{
            one: getattr(counted, one)
            for one in ("active_series", "windows", "months", "incidents")
        },
    }


def _too_small(counted: bayes.PanelCounts | None, panel: RatePanel) -> str:
    """Say which threshold a panel does not reach; empty where it reaches all."""
    if counted is None:
        return "it has not one whole window"
    least = panel.least
    missed = [
        f"{found} of {needed} {what}"
        for what, found, needed in (
            ("series with an incident", counted.active_series, least.series),
            ("windows", counted.windows, least.windows),
            ("incidents", counted.incidents, least.incidents),
        )
        if found < needed
    ]
    return f"it has {' and '.join(missed)}" if missed else ""


def _origin(record: Mapping[str, Any]) -> ParameterOrigin:
    return ParameterOrigin(
        state="fitted" if record["state"] == "fitted" else "prior",
        series=record["series"],
        months=record["months"],
    )


def _type_of(asked: AskedQuestion, known: Mapping[str, object]) -> str:
    """Type of the panel that a question counts; any type where it counts several, or none of it."""
    counted = asked.question.counted
    kinds = None if counted is None else counted.of.type
    if kinds is None:
        return bayes.ANY_TYPE
    wanted = expand_types(kinds)
    alike = (one for one in known if one != bayes.ANY_TYPE and expand_types((one,)) == wanted)
    return next(alike, bayes.ANY_TYPE)


def _alarms(family: _Family, record: Mapping[str, Any]) -> list[Alarm]:
    found = record["diagnostics"]
    if found is None or found["passed"]:
        return []
    place = _place(family)
    return [Alarm("rates-fit-failed", f"{place}: {reason}") for reason in found["reasons"]]


def _place(family: _Family) -> str:
    return f"models/rates/{family.name}.yaml, panel up to {family.until}"


def _months(length: Duration) -> int:
    return length.number * (12 if length.unit == "year" else 1)
