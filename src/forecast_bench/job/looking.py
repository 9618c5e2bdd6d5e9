"""A workspace looked at on a day: read, checked, counted, followed; nothing is published."""

import datetime
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

import pandas as pd

from forecast_bench.checks import CountFacts, Verdict, judge
from forecast_bench.incidents import VintageChoice
from forecast_bench.job.counting import count_questions, silent_names
from forecast_bench.job.feeds import Alarm, bring_in
from forecast_bench.job.rate_learning import LearnedRates, learn_rates
from forecast_bench.problems import Problem
from forecast_bench.tracking import FollowedJudgment, follow, judgment_table, questions_to_count
from forecast_bench.workspace import Workspace, load_workspace


class Clock(Protocol):
    """Something that is told of every stage."""

    def stage(self, name: str) -> AbstractContextManager[None]:
        """Time one stage."""


class NoClock:
    """Nobody watches."""

    def stage(self, name: str) -> AbstractContextManager[None]:  # noqa: ARG002 - the protocol's
        """Let the stage pass."""
        return nullcontext()


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
        Whether errors in the files, or a feed, ended the look; then nothing below is filled.
    alarms : tuple of Alarm
        What must not pass in silence.
    choices : mapping of str to VintageChoice
        The vintage counted of each source.
    followed : tuple of FollowedJudgment
        Every judgment issued by that day.
    judgments : DataFrame
        The table of them.
    verdict : Verdict
        What the checks found.
    rates : LearnedRates
        What the panels of the families gave.
    """

    workspace: Workspace
    problems: tuple[Problem, ...]
    broken: str = ""
    alarms: tuple[Alarm, ...] = ()
    choices: Mapping[str, VintageChoice] = field(default_factory=dict)
    followed: tuple[FollowedJudgment, ...] = ()
    judgments: pd.DataFrame = field(default_factory=pd.DataFrame)
    verdict: Verdict = field(default_factory=lambda: Verdict(()))
    rates: LearnedRates = field(default_factory=lambda: LearnedRates({}))


def look(
    folder: Path,
    *,
    as_of: datetime.date,
    clock: Clock | None = None,
    instead: Mapping[str, VintageChoice] = MappingProxyType({}),
    sample: bool = False,
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
    sample : bool
        Whether panels of rates are sampled, as what is published is; else they are approximated.
    """
    clock = clock or NoClock()
    with clock.stage("read and check"):
        workspace = load_workspace(folder)
        verdict = judge(workspace)
    problems = verdict.problems
    if any(one.level == "error" for one in problems):
        return Look(workspace, problems, "problems")
    with clock.stage("import incidents"):
        feeds = bring_in(workspace, as_of=as_of)
    if feeds.alarms:
        return Look(workspace, (*problems, *feeds.problems), "failed", feeds.alarms)
    choices = {**feeds.choices, **instead}
    issued = [one for one in workspace.judgments if one.issued and one.issued <= as_of]
    with clock.stage("learn rates"):
        rates = learn_rates(
            workspace, questions_to_count(workspace, issued), choices, sample=sample
        )
    if rates.alarms:
        return Look(workspace, problems, "failed", rates.alarms, choices, rates=rates)
    with clock.stage("count"):
        asked = rates.asked
        counted = count_questions(
            asked,
            choices,
            workspace.actors,
            as_of=as_of,
            settings=workspace.settings.counting,
        )
        alarms = silent_names(asked, choices, workspace.actors)
    with clock.stage("update, resolve and score"):
        followed = tuple(follow(workspace, one, counted, as_of=as_of) for one in issued)
        judgments = judgment_table(
            followed, as_of=as_of, default_lexicon=workspace.settings.lexicon
        )
    return Look(
        workspace, problems, "", tuple(alarms), choices, followed, judgments, verdict, rates
    )


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
