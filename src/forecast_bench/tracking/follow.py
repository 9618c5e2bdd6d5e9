"""Every judgment followed to a day: its counts, its law, its path and its outcome."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from forecast_bench.records import Duration, HandResolution, add
from forecast_bench.resolving import (
    Progress,
    Resolution,
    resolve_by_hand,
    resolve_counted,
    resolve_share,
    under_condition,
)
from forecast_bench.tracking.asked import AskedQuestion, ask
from forecast_bench.tracking.law_path import LawPath, law_path, totals_of
from forecast_bench.tracking.model_odds import ModelOdds
from forecast_bench.tracking.month_totals import months_within_reach
from forecast_bench.tracking.path import JudgmentPath, judgment_path, path_dates
from forecast_bench.tracking.path_event import event_bounds
from forecast_bench.tracking.periods import PartCounts, QuestionCounts
from forecast_bench.tracking.statements import DatedStatement, statements
from forecast_bench.workspace import RecordedJudgment, RecordedQuestion, Workspace


@dataclass(frozen=True, slots=True, eq=False)
class CountedQuestion:
    """An asked question with what was counted for it, or with why that may not be used.

    Parameters
    ----------
    asked : AskedQuestion
        The question.
    counts : QuestionCounts
        What the store holds.
    covered_until : date
        Last day that the vintage covers.
    baseline_gap, window_gap : str or None
        Why the source's coverage does not allow a count before, or in, the window.
    model : ModelOdds or None
        What a team's own model says, where the question asks one and the baseline has no gap.
    model_gap : str or None
        Why it says nothing.
    """

    asked: AskedQuestion
    counts: QuestionCounts
    covered_until: datetime.date
    baseline_gap: str | None = None
    window_gap: str | None = None
    model: ModelOdds | None = None
    model_gap: str | None = None

    def law_path(self) -> LawPath | None:
        """Follow the law of the question; None where the baseline or the model says nothing."""
        if self.baseline_gap or self.model_gap:
            return None
        return law_path(self.asked, self.counts, self.model)

    def event(self) -> tuple[int, int | None] | None:
        """Totals that make the event; None where they hang on a baseline that has a gap."""
        question = self.asked.question
        held_against = question.change is not None or (
            question.reach is not None and question.reach.at_least is None
        )
        if held_against and self.baseline_gap is not None:
            return None
        return event_bounds(self.asked, self.counts.baseline)


@dataclass(frozen=True, slots=True, eq=False)
class FollowedJudgment:
    """A judgment with all that is known of it on a day.

    `path` is None where no probability was stated; `law` where there is no base rate.
    """

    recorded: RecordedJudgment
    asked: RecordedQuestion
    counted: CountedQuestion | None
    law: LawPath | None
    made: tuple[DatedStatement, ...]
    path: JudgmentPath | None
    resolution: Resolution
    condition: Resolution | None


def questions_to_count(
    workspace: Workspace, judgments: Iterable[RecordedJudgment]
) -> dict[str, AskedQuestion]:
    """Every counted question that the judgments and their conditions ask, by its key."""
    found: dict[str, AskedQuestion] = {}
    for recorded in judgments:
        asked = workspace.question_of(recorded)
        while asked is not None and recorded.issued is not None:
            counted = ask(workspace, asked, recorded.issued)
            if counted is not None:
                found[counted.key] = counted
            given = asked.question.given
            asked = workspace.questions.get(given.question or "") if given else None
    return found


def follow(
    workspace: Workspace,
    recorded: RecordedJudgment,
    counted: Mapping[str, CountedQuestion],
    *,
    as_of: datetime.date,
) -> FollowedJudgment:
    """Follow one judgment to a day.

    Parameters
    ----------
    workspace : Workspace
        Checked: no problem of level error.
    recorded : RecordedJudgment
        Issued by `as_of`.
    counted : mapping of str to CountedQuestion
        What was counted, by the key of the asked question.
    as_of : date
        Nothing after this day is looked at.

    Raises
    ------
    ValueError
        If the workspace was not checked or the judgment was issued later.
    """
    asked = workspace.question_of(recorded)
    if asked is None or recorded.issued is None or recorded.issued > as_of:
        raise ValueError(f"judgment {recorded.id} cannot be followed to {as_of}")
    own = _counted(asked, recorded.issued, counted)
    law = None if own is None else own.law_path()
    made = statements(workspace, recorded, as_of=as_of)
    condition = _condition(workspace, asked, recorded.issued, counted, as_of)
    path = None
    if made:
        window = asked.question.window_from(recorded.issued)
        dates = path_dates(
            made,
            window,
            as_of=as_of,
            every=workspace.settings.tracking,
            covered_until=None if own is None else own.covered_until,
        )
        window_counts = None if own is None else own.counts.window
        path = judgment_path(made, dates, law=law, window_counts=window_counts)
    resolution = outcome_of(workspace, recorded, counted, as_of=as_of)
    return FollowedJudgment(recorded, asked, own, law, made, path, resolution, condition)


def outcome_of(
    workspace: Workspace,
    recorded: RecordedJudgment,
    counted: Mapping[str, CountedQuestion],
    *,
    as_of: datetime.date,
) -> Resolution:
    """Resolve a judgment on what was counted, without following it.

    Parameters, and errors, as for `follow`.
    """
    asked = workspace.question_of(recorded)
    if asked is None or recorded.issued is None:
        raise ValueError(f"judgment {recorded.id} cannot be resolved")
    own = _counted(asked, recorded.issued, counted)
    by_hand = recorded.judgment.resolution or workspace.resolution_of(asked)
    found = _resolve(asked, recorded.issued, own, by_hand, as_of)
    return under_condition(found, _condition(workspace, asked, recorded.issued, counted, as_of))


def progress_of(asked: AskedQuestion, part: PartCounts) -> Progress:
    """Totals by the end of each period: incidents, areas reached, or months that count.

    Incidents under compound labels count by the policy of the label; what they might have added is
    shown beside the count and does not make an outcome doubtful.
    """
    totals = _totals(asked, part)
    return Progress(part.ends, totals, totals, months_within_reach(asked, part))


def progress_after(asked: AskedQuestion, counts: QuestionCounts) -> Progress:
    """What was added after the window's end, as if the window had run on."""
    later = counts.after_window
    within = _totals(asked, counts.window)
    at_end = within[-1] if within else 0
    both = PartCounts(
        counts.window.periods + later.periods,
        np.vstack([counts.window.count, later.count]),
        np.vstack([counts.window.ambiguous, later.ambiguous]),
        np.vstack([counts.window.matching, later.matching]),
    )
    added = tuple(total - at_end for total in _totals(asked, both)[len(within) :])
    return Progress(later.ends, added, added)


def _totals(asked: AskedQuestion, part: PartCounts) -> tuple[int, ...]:
    return tuple(totals_of(asked, part, ambiguous=False).tolist())


def noun_of(asked: AskedQuestion) -> str:
    """What the totals of a question are totals of."""
    if asked.question.months is not None:
        return "successive months" if asked.question.months.in_a_row else "qualifying months"
    return "areas" if asked.question.reach is not None else "incidents"


def settlement_of(asked: AskedQuestion) -> datetime.timedelta:
    """How long the source's counts keep changing after the window's end."""
    return _timedelta(asked.source.settlement, asked.window.end)


def _counted(
    asked: RecordedQuestion, issued: datetime.date, counted: Mapping[str, CountedQuestion]
) -> CountedQuestion | None:
    if asked.question.counted is None:
        return None
    return counted[f"{asked.name}@{issued.isoformat()}"]


def _resolve(
    asked: RecordedQuestion,
    issued: datetime.date,
    own: CountedQuestion | None,
    by_hand: HandResolution | None,
    as_of: datetime.date,
) -> Resolution:
    if own is None or (by_hand is not None and by_hand.outcome == "void" and by_hand.on <= as_of):
        return resolve_by_hand(by_hand, window=asked.question.window_from(issued), as_of=as_of)
    settlement = settlement_of(own.asked)
    share = asked.question.share
    if share is not None:
        return resolve_share(
            matching=int(own.counts.window.matching.sum()),
            total=int(own.counts.window.count.sum()),
            at_least=Fraction(str(share.at_least)),
            window=own.asked.window,
            as_of=as_of,
            settlement=settlement,
            gap=own.window_gap,
            covered_until=own.covered_until,
        )
    gap = own.window_gap
    event = own.event()
    if event is None:
        gap = gap or f"the baseline cannot be counted: {own.baseline_gap}"
    fewest, most = event or (0, None)
    return resolve_counted(
        progress_of(own.asked, own.counts.window),
        fewest=fewest,
        most=most,
        window=own.asked.window,
        as_of=as_of,
        settlement=settlement,
        gap=gap,
        covered_until=own.covered_until,
        noun=noun_of(own.asked),
    )


def _condition(
    workspace: Workspace,
    asked: RecordedQuestion,
    issued: datetime.date,
    counted: Mapping[str, CountedQuestion],
    as_of: datetime.date,
) -> Resolution | None:
    given = asked.question.given
    if given is None or given.question is None:
        return None
    condition = workspace.questions[given.question]
    own = _counted(condition, issued, counted)
    by_hand = workspace.resolution_of(condition)
    own_outcome = _resolve(condition, issued, own, by_hand, as_of)
    return under_condition(own_outcome, _condition(workspace, condition, issued, counted, as_of))


def _timedelta(duration: Duration, after: datetime.date) -> datetime.timedelta:
    return add(after, duration) - after
