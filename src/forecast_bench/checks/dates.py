"""Checks on the order of things in time."""

from collections.abc import Iterator

from forecast_bench.problems import Problem
from forecast_bench.workspace import Workspace

# Beyond any judgment: a year with a digit too many, and days near the end of the calendar.
LONGEST_WINDOW_YEARS = 100


def windows_after_issue(workspace: Workspace) -> Iterator[Problem]:
    """A forecast's window is not over when it is issued."""
    for one in workspace.judgments:
        asked = workspace.question_of(one)
        if asked is None or one.issued is None or asked.question.about != "future":
            continue
        try:
            window = asked.question.window_from(one.issued)
        except OverflowError as failure:
            yield asked.problem("bad-value", str(failure), "within")
            continue
        if window is not None and window.end.year - one.issued.year > LONGEST_WINDOW_YEARS:
            message = (
                f"the window ends on {window.end}, more than {LONGEST_WINDOW_YEARS} years after "
                f"the issue on {one.issued}"
            )
            key = "window" if asked.question.window is not None else "within"
            yield asked.problem("bad-value", message, key)
        if window is not None and window.end < one.issued:
            message = f"the window ended on {window.end}, before the issue on {one.issued}"
            yield one.problem("window-before-issue", message, "question")


def revisions_in_order(workspace: Workspace) -> Iterator[Problem]:
    """Revisions come after the issue, and each after the one above it."""
    for one in workspace.judgments:
        before = None
        for index, revision in enumerate(one.judgment.revisions):
            place = ("revisions", index, "on")
            if one.issued is not None and revision.on <= one.issued:
                message = (
                    f"the revision is dated {revision.on}; the judgment was issued {one.issued}"
                )
                yield one.problem("revision-before-issue", message, *place)
            elif before is not None and revision.on <= before:
                message = f"the revision is dated {revision.on}; the one above it {before}"
                yield one.problem("revision-order", message, *place)
            before = revision.on


def revisions_in_time(workspace: Workspace) -> Iterator[Problem]:
    """A revision is made before the window is over and the question settled, not in hindsight."""
    for one in workspace.judgments:
        asked = workspace.question_of(one)
        if asked is None or one.issued is None:
            continue
        try:
            window = asked.question.window_from(one.issued)
        except OverflowError:
            continue  # reported by the check of windows
        settled = one.judgment.resolution or workspace.resolution_of(asked)
        for index, revision in enumerate(one.judgment.revisions):
            if window is not None and revision.on > window.end:
                ended = f"the window ended on {window.end}"
            elif settled is not None and revision.on > settled.on:
                ended = f"its question was settled on {settled.on}"
            else:
                continue
            message = f"the revision is dated {revision.on}; {ended}"
            place = ("revisions", index, "on")
            yield one.problem("revision-after-window", message, *place)


def resolutions_after_issue(workspace: Workspace) -> Iterator[Problem]:
    """What is about the future is settled after it was judged."""
    for one in workspace.judgments:
        asked = workspace.question_of(one)
        if asked is None or one.issued is None or asked.question.about != "future":
            continue
        own = one.judgment.resolution
        if own is not None and own.on <= one.issued:
            message = f"resolved on {own.on}; the judgment was issued on {one.issued}"
            yield one.problem("resolution-before-issue", message, "resolution", "on")
        given = asked.question.given
        condition = workspace.questions.get(given.question or "") if given is not None else None
        for shared in (asked, condition):
            found = shared.question.resolution if shared is not None else None
            if shared is None or found is None or shared.question.about != "future":
                continue
            if found.on <= one.issued:
                message = f'resolved on {found.on}; "{one.id}" was issued on {one.issued}'
                yield shared.problem("resolution-before-issue", message, "resolution", "on")
