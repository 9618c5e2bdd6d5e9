"""Questions asked of a team's own models: fitted before the issue, weighed or refitted after it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import numpy as np

from forecast_bench import bayes
from forecast_bench.job.feeds import Alarm
from forecast_bench.job.fits import Fitting, TellFit, untold
from forecast_bench.limits import MemoryLimitExceededError
from forecast_bench.problems import Location, Problem, problem
from forecast_bench.rates import PathEstimate, TooFewDraws, path_odds
from forecast_bench.records import exposure_months
from forecast_bench.tracking import (
    AskedQuestion,
    CountedQuestion,
    ModelOdds,
    path_event,
    window_periods,
)
from forecast_bench.workspace import DERIVED, MODELS, Workspace

_TRY_LESS: Final = "try fewer draws or a smaller model, or raise limits.memory in the settings"
type Counts = np.typing.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Modelled:
    """What a team's own models said.

    Parameters
    ----------
    counted : mapping of str to CountedQuestion
        All questions, those that ask a model with its odds.
    records : tuple of dict
        For the manifest: each fit with its file, hash, seed and diagnostics.
    problems, alarms
        What is wrong with a file, and why nothing may be published.
    """

    counted: Mapping[str, CountedQuestion]
    records: tuple[dict[str, Any], ...] = ()
    problems: tuple[Problem, ...] = ()
    alarms: tuple[Alarm, ...] = ()


class _Untrusted(Exception):  # noqa: N818
    """A fit whose draws show that they may not be believed."""


def ask_models(
    workspace: Workspace,
    counted: Mapping[str, CountedQuestion],
    *,
    fits: Fitting,
    tell: TellFit = untold,
) -> Modelled:
    """Ask the models that rate laws of the family own name about every question under them.

    A question without a baseline has no base rate, and no model is asked.

    Parameters
    ----------
    workspace : Workspace
        Checked: the settings allow each model.
    counted : mapping of str to CountedQuestion
        By key.
    fits : str or None
        Whether a file may be run; a quick look takes what it has said, and without that the
        question has no base rate.
    tell : callable
        Told of each question as its turn comes.
    """
    answered: dict[str, CountedQuestion] = {}
    records: list[dict[str, Any]] = []
    problems: list[Problem] = []
    alarms: list[Alarm] = []
    stopped_at: set[str] = set()  # what does not run once is not waited for again
    own = [
        (key, one)
        for key, one in counted.items()
        if one.asked.rates.family == "own" and one.baseline_gap is None
    ]
    for number, (key, one) in enumerate(own, 1):
        shown = f"{MODELS}/{one.asked.rates.model}"
        if shown in stopped_at:
            continue
        tell(f"{shown}, asked about {one.asked.name}", number, len(own))
        try:
            odds, made = _asked(workspace, one, fits)
        except bayes.ModelStopped as stopped:
            if stopped.reason == "unrun" and fits is None:
                gap = f"{shown} has not been run on these months: forecast-bench recalibrate does"
                answered[key] = replace(one, model_gap=gap)
                continue
            said = f"{shown}, asked about {one.asked.name}: {stopped.message}"
            if stopped.reason == "fault":
                problems.append(_located(workspace, shown, stopped))
                said = f"{shown} has a fault, so {one.asked.name} has no base rate"
            alarms.append(Alarm("model-failed", said))
            stopped_at.add(shown)
            continue
        except MemoryLimitExceededError as over:
            said = (
                f"{shown}, asked about {one.asked.name}: the fit was stopped: {over}: {_TRY_LESS}"
            )
            alarms.append(Alarm("fit-over-memory", said))
            stopped_at.add(shown)
            continue
        except _Untrusted as failure:
            alarms.append(Alarm("fit-failed", f"{shown}, asked about {one.asked.name}: {failure}"))
            continue
        answered[key] = replace(one, model=odds)
        records.extend(_record(one.asked, fit, months) for months, fit in made)
    unique = tuple(dict.fromkeys(problems))
    return Modelled({**counted, **answered}, tuple(records), unique, tuple(alarms))


def _located(workspace: Workspace, shown: str, stopped: bayes.ModelStopped) -> Problem:
    lines = (workspace.folder / shown).read_text("utf-8", errors="replace").splitlines()
    line = lines[stopped.line - 1] if stopped.line <= len(lines) else ""
    start = len(line) - len(line.lstrip()) + 1
    place = Location(shown, stopped.line, start, max(len(line.rstrip()), start) + 1)
    return problem("own-model", stopped.message, place, excerpt=line)


def _asked(
    workspace: Workspace, one: CountedQuestion, fits: Fitting
) -> tuple[ModelOdds, list[tuple[int, bayes.OwnFit]]]:
    """Fit, and weigh the draws by the months seen; where too few are left, fit with those months.

    Raises
    ------
    ModelStopped, _Untrusted
        If a fit cannot be had, or not be believed.
    """
    first = _request(workspace, one, fits)
    seen, event = one.counts.window.count.T, path_event(one.asked, one.counts.baseline)
    estimates: list[PathEstimate] = []
    fitted_to: list[int] = []
    made: list[tuple[int, bayes.OwnFit]] = []
    while len(estimates) <= seen.shape[1]:
        start = len(estimates)
        fit = _trusted(replace(first, series=first.series.after(seen[:, :start])))
        made.append((start, fit))
        for known, paths in enumerate(bayes.own_paths(fit, seen=seen[:, start:]), start):
            try:
                estimate = path_odds(
                    event,
                    observed=seen[:, :known],
                    to_come=paths.to_come,
                    log_weight=paths.log_weight,
                )
            except TooFewDraws as few:
                if known == start:
                    raise _Untrusted(f"{few}: raise sampler.draws.") from few
                break
            estimates.append(estimate)
            fitted_to.append(start)
    odds = ModelOdds(
        model=str(one.asked.rates.model),
        seed=made[0][1].seed,
        estimates=tuple(estimates),
        fitted_to=tuple(fitted_to),
    )
    return odds, made


def _trusted(request: bayes.OwnFitRequest) -> bayes.OwnFit:
    fit = bayes.fit_own_model(request)
    if not fit.diagnostics.passed:
        raise _Untrusted(" ".join(fit.diagnostics.reasons))
    return fit


def _request(workspace: Workspace, one: CountedQuestion, fits: Fitting) -> bayes.OwnFitRequest:
    rates, derived = one.asked.rates, workspace.folder / DERIVED
    return bayes.OwnFitRequest(
        model=(workspace.folder / MODELS / str(rates.model)).read_bytes(),
        series=_series(one),
        prior=rates.priors,
        sampler=rates.sampler,
        base_seed=workspace.settings.seed,
        limits=workspace.settings.model_limits,
        judged_by=workspace.recalibration.limits,
        kept_in=derived / "fits",
        compiled_in=derived / "compiled",
        may_run=fits in ("changed", "always"),
        anew=fits == "always",
    )


def _series(one: CountedQuestion) -> bayes.Series:
    asked, baseline = one.asked, one.counts.baseline
    of = asked.filters["of"]
    whose = " against ".join(of.between) if of.between else ", ".join(of.actor or ("any",))
    where = ", ".join((*(of.countries or ()), *(of.admin1 or ()))) or "everywhere"
    places = [f"{area}, {country}" if area else where for country, area in asked.areas]
    ahead = window_periods(asked)
    return bayes.Series(
        counts=baseline.count.T,
        exposure=_exposures(baseline.periods),
        actor=(whose,) * len(places),
        place=tuple(places),
        kind=(", ".join(of.type or ("any",)),) * len(places),
        months=_months(baseline.periods),
        future_exposure=_exposures(ahead),
        future_months=_months(ahead),
    )


def _exposures(parts: Any) -> np.typing.NDArray[np.float64]:
    return np.array([float(exposure_months(one.start, one.end)) for one in parts])


def _months(parts: Any) -> tuple[str, ...]:
    return tuple(f"{one.start:%Y-%m}" for one in parts)


def _record(asked: AskedQuestion, fit: bayes.OwnFit, months: int) -> dict[str, Any]:
    return {
        "model": f"{MODELS}/{asked.rates.model}",
        "sha256": fit.asked.model_hash,
        "question": asked.key,
        "window_months_fitted": months,
        "fit": fit.folder.name,
        "fitted": not fit.reused,
        "seed": fit.seed,
        "draws": fit.draws,
        "diagnostics": asdict(fit.diagnostics),
    }
