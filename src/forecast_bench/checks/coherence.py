"""Checks on what one analyst says in several places, and over how long."""

from collections.abc import Iterator

from forecast_bench.problems import Problem
from forecast_bench.workspace import RecordedJudgment, Workspace

# Beyond this, high confidence is more often a slip: a convention of this project.
LONGEST_SURE_DAYS = 731


def confidence_and_horizon(workspace: Workspace) -> Iterator[Problem]:
    """High confidence does not reach over years."""
    for one in workspace.judgments:
        asked = workspace.question_of(one)
        if one.judgment.confidence != "high" or asked is None or one.issued is None:
            continue
        try:
            window = asked.question.window_from(one.issued)
        except OverflowError:
            continue  # reported by the check of windows
        if window is not None and (window.end - one.issued).days > LONGEST_SURE_DAYS:
            message = f"high confidence in what is open until {window.end}, issued {one.issued}"
            yield one.problem("confidence-horizon", message, "confidence")


def revisions_that_change(workspace: Workspace) -> Iterator[Problem]:
    """A revision states another probability, or another confidence, than stood before."""
    for one in workspace.judgments:
        stood, confidence = one.judgment.probability, one.judgment.confidence
        for index, revision in enumerate(one.judgment.revisions):
            sure = revision.confidence or confidence
            if revision.probability == stood and sure == confidence:
                message = f"the revision of {revision.on} states {stood}, as stood before"
                yield one.problem("idle-revision", message, "revisions", index, "probability")
            stood, confidence = revision.probability, sure


def one_mind(workspace: Workspace) -> Iterator[Problem]:
    """One analyst issues one probability for one question on one day."""
    seen: dict[tuple[str, str, object], RecordedJudgment] = {}
    for one in workspace.judgments:
        if one.judgment.probability is None or one.issued is None:
            continue
        for analyst in one.analysts:
            first = seen.setdefault((analyst, one.question_name, one.issued), one)
            if first is one or first.judgment.probability == one.judgment.probability:
                continue
            place = first.document.place((*first.path, "probability"))
            message = (
                f"{analyst} states {one.judgment.probability} here and "
                f"{first.judgment.probability} at {place.file}:{place.line}, on one question"
            )
            yield one.problem("two-minds", message, "probability")
            break
