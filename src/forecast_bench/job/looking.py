"""A workspace looked at on a day: read, checked, counted, followed; nothing is published."""

import datetime
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

import pandas as pd

from forecast_bench.checks import CountFacts, Verdict, judge
from forecast_bench.incidents import VintageChoice
from forecast_bench.job.counting import count_questions, silent_names
from forecast_bench.job.feeds import Alarm, StoreOf, bring_in, own_store
from forecast_bench.job.fits import Fitting
from forecast_bench.job.modelling import ask_models
from forecast_bench.job.rate_learning import LearnedRates, learn_rates
from forecast_bench.job.reuse import (
    NOTHING,
    Reuse,
    ReusedJudgments,
    joined,
    judgment_keys,
    places_of,
    reused_judgments,
)
from forecast_bench.job.sound_part import sound_part
from forecast_bench.problems import Problem
from forecast_bench.rates import TooFewDraws
from forecast_bench.tracking import (
    CountedQuestion,
    FollowedJudgment,
    follow,
    judgment_table,
    questions_to_count,
)
from forecast_bench.workspace import RecordedJudgment, Workspace, load_workspace


class Clock(Protocol):
    """Something that is told of every stage, and of what it took over from an earlier run."""

    def stage(self, name: str) -> AbstractContextManager[None]:
        """Time one stage."""

    def reused(self, what: str, *, number: int, of: int) -> None:
        """Note how much of its work the stage found done."""

    def fit(self, name: str, number: int, of: int, /) -> None:
        """Be told of a fit as it begins, of a stage that makes several."""


class NoClock:
    """Nobody watches."""

    def stage(self, name: str) -> AbstractContextManager[None]:  # noqa: ARG002 - the protocol's
        """Let the stage pass."""
        return nullcontext()

    def reused(self, what: str, *, number: int, of: int) -> None:
        """Let it pass."""

    def fit(self, name: str, number: int, of: int, /) -> None:
        """Let the fit pass."""


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What a workspace says on a day.

    Parameters
    ----------
    workspace : Workspace
        As read.
    problems : tuple of Problem
        Of the files people write, and of the feeds.
    broken : {"", "problems", "failed"}
        Whether errors in the files, or a feed or draws that failed, ended the look; then nothing
        below is filled.
    alarms : tuple of Alarm
        What must not pass in silence.
    choices : mapping of str to VintageChoice
        The vintage counted of each source.
    followed : tuple of FollowedJudgment
        Every judgment issued by that day, but for those of which an earlier run lent the rows.
    judgments : DataFrame
        The table of all of them.
    verdict : Verdict
        What the checks say.
    models : tuple of dict
        Fits of a team's own models.
    rates : LearnedRates
        What the panels of the families gave.
    reused : ReusedJudgments
        What an earlier run lent.
    keys : mapping of str to str
        What the rows of each judgment were made of.
    """

    workspace: Workspace
    problems: tuple[Problem, ...]
    broken: str = ""
    alarms: tuple[Alarm, ...] = ()
    choices: Mapping[str, VintageChoice] = field(default_factory=dict)
    followed: tuple[FollowedJudgment, ...] = ()
    judgments: pd.DataFrame = field(default_factory=pd.DataFrame)
    verdict: Verdict = field(default_factory=lambda: Verdict(()))
    models: tuple[dict[str, Any], ...] = ()
    rates: LearnedRates = field(default_factory=lambda: LearnedRates({}))
    reused: ReusedJudgments = NOTHING
    keys: Mapping[str, str] = field(default_factory=dict)

    def _repr_html_(self) -> str:
        from forecast_bench.job.look_html import look_html

        return look_html(self)


def look(
    folder: Path,
    *,
    as_of: datetime.date,
    clock: Clock | None = None,
    instead: Mapping[str, VintageChoice] = MappingProxyType({}),
    fits: Fitting = None,
    store: StoreOf = own_store,
    despite_errors: bool = False,
    reuse: Reuse | None = None,
) -> Look:
    """Read, check, import, count, update, resolve and score, as of a day.

    Parameters
    ----------
    folder : Path
        The workspace.
    as_of : date
        The day whose world is looked at.
    clock : Clock, optional
        Told of every stage.
    instead : mapping of str to VintageChoice
        The vintage to count of a source, in place of the one known on the day.
    fits : str or None
        When panels of rates are sampled and a team's own models run, as for what is published. A
        quick look, None, approximates panels and takes from own models what they have said.
    store : callable
        Where a source is kept; in the store of the workspace by default.
    despite_errors : bool
        Whether judgments that no error concerns are followed where others have errors. Nothing
        of such a look may be published.
    reuse : Reuse, optional
        An earlier run, whose rows are taken over where nothing has changed that they depend on.
    """
    clock = clock or NoClock()
    with clock.stage("read and check"):
        read = load_workspace(folder)
        verdict = judge(read)
        problems = verdict.problems
        errors = [one for one in problems if one.level == "error"]
        workspace = sound_part(read, errors) if despite_errors or not errors else None
    if workspace is None:
        return Look(read, problems, "problems")
    with clock.stage("import incidents"):
        feeds = bring_in(workspace, as_of=as_of, store=store)
    if feeds.alarms:
        return Look(read, (*problems, *feeds.problems), "failed", feeds.alarms)
    choices = {**feeds.choices, **instead}
    issued = [one for one in workspace.judgments if one.issued and one.issued <= as_of]
    with clock.stage("learn rates"):
        questions = questions_to_count(workspace, issued)
        rates = learn_rates(workspace, questions, choices, fits=fits, tell=clock.fit)
    if rates.alarms:
        return Look(read, problems, "failed", rates.alarms, choices, rates=rates)
    with clock.stage("count"):
        keys: dict[str, str] = {}
        reused = NOTHING
        if reuse is not None:
            keys = judgment_keys(
                workspace, issued, rates.asked, choices, as_of=as_of, made_by=reuse.made_by
            )
            reused = reused_judgments(reuse.former, keys)
        clock.reused("judgments", number=len(reused.ids), of=len(issued))
        making = [one for one in issued if one.id not in reused.ids]
        asked = rates.asked
        if reused.ids:
            asked = {key: asked[key] for key in questions_to_count(workspace, making)}
        counted = count_questions(
            asked,
            choices,
            workspace.actors,
            as_of=as_of,
            settings=workspace.settings.counting,
        )
        alarms = silent_names(rates.asked, choices, workspace.actors)
    with clock.stage("ask models"):
        modelled = ask_models(workspace, counted, fits=fits, tell=clock.fit)
    if modelled.alarms:
        return Look(read, (*problems, *modelled.problems), "failed", modelled.alarms)
    with clock.stage("update, resolve and score"):
        followed, spent = _followed(workspace, making, modelled.counted, as_of)
        if spent:
            return Look(read, problems, "failed", (*alarms, *spent), choices)
        made = judgment_table(followed, as_of=as_of, default_lexicon=workspace.settings.lexicon)
        order = places_of(one.id for one in issued)
        judgments = joined(reused.tables.get("judgments"), made, order=order, by="id")
    found = (followed, judgments, verdict, modelled.records, rates, reused, keys)
    return Look(read, problems, "", tuple(alarms), choices, *found)


def _followed(
    workspace: Workspace,
    issued: Sequence[RecordedJudgment],
    counted: Mapping[str, CountedQuestion],
    as_of: datetime.date,
) -> tuple[tuple[FollowedJudgment, ...], tuple[Alarm, ...]]:
    """Follow every judgment; an alarm for each whose counts its draws do not explain."""
    followed, alarms = [], []
    for one in issued:
        try:
            followed.append(follow(workspace, one, counted, as_of=as_of))
        except TooFewDraws as failure:
            alarms.append(Alarm("too-few-draws", f"judgment {one.id}: {failure}"))
    return tuple(followed), tuple(alarms)


def count_facts(seen: Look) -> dict[str, CountFacts]:
    """Give what the counts of a look say of each judgment, for the checks that need counts."""
    facts = {}
    for row in seen.judgments.to_dict("records"):
        known = {key: None if pd.isna(value) else value for key, value in row.items()}
        months, elapsed = known["window_months"], known["elapsed_months"]
        facts[str(known["id"])] = CountFacts(
            base_rate=known["base_rate"],
            after=known["after"],
            elapsed=elapsed / months if months and elapsed is not None else 0,
            is_open=known["state"] == "open",
        )
    return facts
