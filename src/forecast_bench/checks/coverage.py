"""Checks on the days that questions reach over, against the days that sources cover."""

import datetime
from collections.abc import Iterator

from forecast_bench.problems import Problem
from forecast_bench.records import Window, month_ends, number_of, whole_months_until
from forecast_bench.workspace import RecordedJudgment, RecordedQuestion, Workspace


def inside_coverage(workspace: Workspace) -> Iterator[Problem]:
    """A window, and the baseline it is held against, do not begin before what is covered."""
    warned = set()
    for one, asked, window in _counted(workspace):
        source = workspace.description_of(asked)
        if source is None or source.coverage.window is None or asked.name in warned:
            continue  # without days of its own, each import says which it covers
        covered = source.coverage.window
        baseline = (
            None if asked.question.against is None else _baseline(workspace, one, asked, window)
        )
        for name, days in (("window", window), ("baseline", baseline)):
            # What lies after the days covered, a newer export may cover.
            if days is not None and days.start < covered.start:
                warned.add(asked.name)
                message = (
                    f"the {name} {days.start} to {days.end} begins before what {source.source} "
                    f"covers, {covered.start} to {covered.end}"
                )
                yield asked.problem("outside-coverage", message, at_key=True)


def whole_months(workspace: Workspace) -> Iterator[Problem]:
    """Neither a window nor its baseline cuts a month of a source that counts by month."""
    for one, asked, window in _counted(workspace):
        source = workspace.description_of(asked)
        if source is None or not source.counts_months:
            continue
        baseline = _baseline(workspace, one, asked, window)
        for name, days in (("window", window), ("baseline", baseline)):
            if days is None or _is_whole(days):
                continue
            message = (
                f"the {name} {days.start} to {days.end} cuts a month, and {source.source} counts "
                "by month"
            )
            whole = _whole(days)
            notes = (f"whole months: {{from: {whole.start}, to: {whole.end}}}",) if whole else ()
            yield one.problem("cut-month", message, "question", notes=notes)
            break


def months_in_window(workspace: Workspace) -> Iterator[Problem]:
    """A question of months asks for no more whole months than its window has."""
    told = set()
    for one, asked, window in _counted(workspace):
        months = asked.question.months
        cut = window.start.day != 1
        has = max(0, len(month_ends(window.start, window.end)) - cut)
        if months is None or months.at_least <= has or asked.name in told:
            continue
        told.add(asked.name)
        message = (
            f"{number_of(months.at_least, 'months')} cannot happen: the window {window.start} to "
            f"{window.end}, judged on {one.issued}, has {number_of(has, 'whole months')}"
        )
        yield asked.problem("threshold", message, "months", "at_least")


def baselines_known(workspace: Workspace) -> Iterator[Problem]:
    """What an event is held against is over when the event is judged."""
    for one, asked, window in _counted(workspace):
        baseline = _baseline(workspace, one, asked, window)
        issued = one.issued
        if asked.question.against is None or baseline is None or issued is None:
            continue
        if baseline.end > issued:
            message = (
                f"the baseline runs to {baseline.end}, past the issue on {issued}: what must be "
                "exceeded is not known yet"
            )
            yield one.problem("baseline-after-issue", message, "question")


def baselines_exist(workspace: Workspace) -> Iterator[Problem]:
    """A baseline does not begin before the calendar does."""
    for one, asked, window in _counted(workspace):
        if _baseline(workspace, one, asked, window) is None:
            length = asked.question.against or workspace.rates_of(asked).baseline
            message = f"a baseline of {length} before {window.start} lies outside the calendar"
            path = () if asked.question.against is None else (asked.question.kind, "against")
            yield asked.problem("bad-value", message, *path, at_key=not path)


def _counted(
    workspace: Workspace,
) -> Iterator[tuple[RecordedJudgment, RecordedQuestion, Window]]:
    """Every counted question that a judgment or its conditions ask, with its window."""
    for one in workspace.judgments:
        asked, seen = workspace.question_of(one), set[str]()
        while asked is not None and asked.name not in seen and one.issued is not None:
            seen.add(asked.name)
            try:
                window = asked.question.window_from(one.issued)
            except OverflowError:
                break  # reported by the check of windows
            if window is not None and asked.question.counted is not None:
                yield one, asked, window
            given = asked.question.given
            asked = workspace.questions.get(given.question or "") if given else None


def _baseline(
    workspace: Workspace, one: RecordedJudgment, asked: RecordedQuestion, window: Window
) -> Window | None:
    """Days of the baseline; None where they lie outside the calendar."""
    try:
        source = workspace.description_of(asked)
        return asked.question.baseline_from(
            one.issued or window.start,
            window,
            otherwise=workspace.rates_of(asked).baseline,
            whole_months=source is not None and source.counts_months,
        )
    except OverflowError:
        return None


def _is_whole(days: Window) -> bool:
    return days.start.day == 1 and days.end == whole_months_until(days.end)


def _whole(days: Window) -> Window | None:
    """Whole months inside some days; None where there is none."""
    start = days.start
    if start.day != 1:
        start = (start.replace(day=1) + datetime.timedelta(days=32)).replace(day=1)
    end = whole_months_until(days.end)
    return Window(start=start, end=end) if start < end else None
