"""The stages of the job between its inputs and a finished run, in memory."""

import datetime
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from forecast_bench.bayes import TimeLimitExceededError
from forecast_bench.incidents import VintageChoice
from forecast_bench.job.calibration import resolved_record
from forecast_bench.job.changes import changes, read_judgments
from forecast_bench.job.discrimination import murphy_table
from forecast_bench.job.feeds import Alarm, source_record
from forecast_bench.job.fits import FitWhen, NoFitError
from forecast_bench.job.judgment_tables import judgment_stories, judgment_tables
from forecast_bench.job.looking import Clock, look
from forecast_bench.job.maps import LineageError
from forecast_bench.job.measuring import lexicons_in_use, measures
from forecast_bench.job.pooling import Pooled, pooling
from forecast_bench.job.recalibrating import Recalibration, recalibrating
from forecast_bench.job.reuse import Reuse
from forecast_bench.job.runs import read_manifest
from forecast_bench.job.watching import Watched, watch, watched_run
from forecast_bench.limits import MemoryLimitExceededError
from forecast_bench.problems import Problem, as_record
from forecast_bench.workspace import Workspace, shown


@dataclass(frozen=True, slots=True, eq=False)
class Finished:
    """What the stages found; nothing of it is written yet.

    Parameters
    ----------
    ending : str
        published where the tables may be published; problems or failed where they may not.
    problems, alarms
        What to mend, and what must not pass in silence.
    manifest : dict
        What the manifest says of the content.
    tables : mapping of str to DataFrame
        By file name.
    documents : mapping of str to JSON value
        By file name.
    made_of : mapping of str to JSON value
        Hashes of what the parts of it were made of.
    recalibration : Recalibration or None
        The fit, with its folder.
    panels : mapping of str to Path
        Folders of the sampled panels of rates, by family.
    """

    ending: Literal["published", "problems", "failed"]
    problems: tuple[Problem, ...] = ()
    alarms: tuple[dict[str, str], ...] = ()
    manifest: dict[str, Any] = field(default_factory=dict)
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    documents: Mapping[str, Any] = field(default_factory=dict)
    made_of: Mapping[str, Any] = field(default_factory=dict)
    recalibration: Recalibration | None = None
    panels: Mapping[str, Path] = field(default_factory=dict)


def run_stages(
    workspace_folder: Path,
    *,
    as_of: datetime.date,
    previous: Path | None,
    clock: Clock,
    decides: bool = True,
    fits: FitWhen = "changed",
    reuse: Reuse,
) -> Finished:
    """Read, check, import, count, follow, score, fit and diagnose.

    Parameters
    ----------
    workspace_folder : Path
        The workspace.
    as_of : date
        The day whose world is looked at.
    previous : Path or None
        The run published last, to say what changed since.
    clock : Clock
        Told of every stage.
    decides : bool
        Whether a map that loses is taken out of force; a replay of the past decides nothing.
    fits : str
        When models are fitted: never, changed or always.
    reuse : Reuse
        What earlier runs may lend.
    """
    seen = look(workspace_folder, as_of=as_of, clock=clock, fits=fits, reuse=reuse)
    if seen.broken == "problems":
        return Finished("problems", seen.problems)
    if seen.broken:
        return Finished("failed", seen.problems, _listed(seen.alarms))
    workspace, judgments = seen.workspace, seen.judgments
    with clock.stage("measure reliability"):
        record = resolved_record(judgments, workspace.lexicons, workspace.settings.teams)
        measured = measures(workspace, judgments, record, reuse)
        clock.reused("measures", number=int(measured.reused), of=1)
    with clock.stage("recalibrate"):
        try:
            fit = recalibrating(
                workspace_folder,
                judgments,
                record,
                lexicons=workspace.lexicons,
                model=workspace.recalibration,
                settings=workspace.settings,
                as_of=as_of,
                may_withdraw=decides,
                fits=fits,
            )
            tables = judgment_tables(seen, as_of=as_of)
            pooled = pooling(seen, tables["opinions"], as_of=as_of, decided=fit.decided)
        except (
            LineageError,
            NoFitError,
            TimeLimitExceededError,
            MemoryLimitExceededError,
        ) as fault:
            return Finished("failed", seen.problems, _listed([_alarm_of(fault)]))
    if fit.failed:
        return Finished("failed", seen.problems, _listed(_failures(workspace_folder, fit)))
    with clock.stage("tell stories"):
        stories = judgment_stories(seen, as_of=as_of)
    judgments = judgments.merge(
        fit.table, how="left", left_on="id", right_on="judgment", validate="one_to_one"
    ).drop(columns="judgment")
    manifest = _manifest(workspace, judgments, seen.choices, fit, previous)
    watched = watch(
        watched_run(previous),
        Watched(manifest["counts_of_states"], manifest["sources"], measured.calibration),
        judgments,
        lags={name: one.vintage.manifest.settlement for name, one in seen.choices.items()},
        settings=workspace.settings.alarms,
        as_of=as_of,
    )
    return Finished(
        "published",
        seen.problems,
        _listed((*seen.alarms, *fit.alarms, *watched)),
        manifest={
            **manifest,
            "pooling": pooled.record,
            "models": list(seen.models),
            "suppressed": [
                {**as_record(one.problem), "reason": one.reason} for one in seen.verdict.suppressed
            ],
            "turned_off": list(seen.verdict.off),
            "rates": list(seen.rates.records),
        },
        tables={
            "judgments": judgments,
            **tables,
            "pooled": pooled.table,
            **measured.tables,
            "murphy": murphy_table(record, fit.table if fit.record["state"] == "active" else None),
        },
        documents={
            "calibration": _with_pooled(measured.calibration, pooled),
            "stories": stories,
        },
        made_of={"judgments": dict(seen.keys), "measures": measured.made_of},
        recalibration=fit,
        panels=seen.rates.folders,
    )


def _failures(workspace_folder: Path, fit: Recalibration) -> list[Alarm]:
    where = "" if fit.folder is None else f" Pictures: {shown(fit.folder, workspace_folder)}"
    return [Alarm("fit-failed", f"models/recalibration.yaml: {why}{where}") for why in fit.failed]


def _alarm_of(fault: Exception) -> Alarm:
    if isinstance(fault, TimeLimitExceededError):
        return Alarm(
            "fit-stopped",
            f"models/recalibration.yaml: the fit was {fault}: raise `time_limit`, lower `draws` or "
            "leave out a group; until then --fit never uses the last good fit",
        )
    if isinstance(fault, MemoryLimitExceededError):
        return Alarm(
            "fit-over-memory",
            f"models/recalibration.yaml: the fit was stopped: {fault}: lower `draws`, leave out a "
            "group or raise limits.memory in the settings; until then --fit never uses the last "
            "good fit",
        )
    return Alarm("fit-missing" if isinstance(fault, NoFitError) else "lineage", str(fault))


def _with_pooled(calibration: dict[str, Any], pooled: Pooled) -> dict[str, Any]:
    """Add the scores of pooled probabilities, where a question of several analysts resolved."""
    return calibration if pooled.scores is None else {**calibration, "pooled": pooled.scores}


def _manifest(
    workspace: Workspace,
    judgments: pd.DataFrame,
    choices: Mapping[str, VintageChoice],
    fit: Recalibration,
    previous: Path | None,
) -> dict[str, Any]:
    return {
        "workspace_name": workspace.settings.title or workspace.folder.resolve().name,
        "judgments": len(judgments),
        "counts_of_states": judgments["state"].value_counts().sort_index().to_dict(),
        # No number rests on who is told of a run, and a run is shown to others than those.
        "settings": workspace.settings.model_dump(exclude={"notify"}),
        "seed": workspace.settings.seed,
        "lexicons": lexicons_in_use(judgments),
        "sources": [source_record(one, workspace.actors) for one in choices.values()],
        "changed": changes(
            read_judgments(previous),
            judgments,
            new_vintages=_new_vintages(previous, choices),
        ),
        "recalibration": fit.record,
    }


def _new_vintages(previous: Path | None, choices: Mapping[str, VintageChoice]) -> set[str]:
    if previous is None:
        return set()
    before = {one["source"]: one["sha256"] for one in read_manifest(previous)["sources"]}
    return {
        name
        for name, choice in choices.items()
        if before.get(name) != choice.vintage.manifest.file_sha256
    }


def _listed(alarms: list[Alarm] | tuple[Alarm, ...]) -> tuple[dict[str, str], ...]:
    return tuple(asdict(one) for one in alarms)
