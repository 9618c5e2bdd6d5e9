"""Checks judge what was read: every rule is a function from a workspace to problems."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from forecast_bench.checks.coherence import (
    confidence_and_horizon,
    one_mind,
    revisions_that_change,
)
from forecast_bench.checks.conditions import conditions_leave_it_open
from forecast_bench.checks.counted import COUNTED, CountFacts, against_counts
from forecast_bench.checks.coverage import (
    baselines_exist,
    baselines_known,
    inside_coverage,
    months_in_window,
    whole_months,
)
from forecast_bench.checks.dates import (
    resolutions_after_issue,
    revisions_in_order,
    revisions_in_time,
    windows_after_issue,
)
from forecast_bench.checks.identity import authorship, duplicate_ids
from forecast_bench.checks.language import known_lexicons, known_phrases
from forecast_bench.checks.panels import panels_countable
from forecast_bench.checks.questions import (
    conditions_end,
    countable,
    known_questions,
    resolved_one_way,
    share_filters,
    thresholds,
)
from forecast_bench.checks.statements import plain_statements
from forecast_bench.checks.together import coherent_thresholds, minds_apart
from forecast_bench.checks.verdict import Suppressed, Verdict, give_verdict
from forecast_bench.checks.wording import one_row, plain_wording
from forecast_bench.problems import Problem
from forecast_bench.sealing import sealed_record
from forecast_bench.workspace import Workspace

type Check = Callable[[Workspace], Iterator[Problem]]

CHECKS: Final[tuple[Check, ...]] = (
    duplicate_ids,
    authorship,
    known_lexicons,
    known_phrases,
    plain_statements,
    plain_wording,
    one_row,
    known_questions,
    conditions_end,
    one_mind,
    minds_apart,
    coherent_thresholds,
    conditions_leave_it_open,
    confidence_and_horizon,
    revisions_that_change,
    windows_after_issue,
    revisions_in_order,
    revisions_in_time,
    resolutions_after_issue,
    resolved_one_way,
    countable,
    panels_countable,
    thresholds,
    share_filters,
    baselines_exist,
    inside_coverage,
    whole_months,
    months_in_window,
    baselines_known,
    sealed_record,
)


def judge(workspace: Workspace, facts: Mapping[str, CountFacts] | None = None) -> Verdict:
    """Hold a workspace against every rule, and the result against its settings and comments.

    Parameters
    ----------
    workspace : Workspace
        As read; what reading found is included.
    facts : mapping of str to CountFacts, optional
        What the counts say of judgments, for the rules that need it.
    """
    found = list(workspace.problems)
    for rule in CHECKS:
        found.extend(rule(workspace))
    if facts is not None:
        found.extend(against_counts(workspace, facts))
    return give_verdict(workspace, found, unseen=COUNTED if facts is None else frozenset())


def check(workspace: Workspace) -> tuple[Problem, ...]:
    """Give everything that is wrong in a workspace and counts, in the order of files and lines."""
    return judge(workspace).problems


__all__ = ["CHECKS", "Check", "CountFacts", "Suppressed", "Verdict", "check", "judge"]
