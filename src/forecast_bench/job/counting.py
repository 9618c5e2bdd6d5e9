"""All questions counted at once, each with what its source covers."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from forecast_bench.incidents import (
    COUNT_COLUMNS,
    CountRequest,
    Grain,
    VintageChoice,
    counts,
    coverage_gap,
    filter_labels,
)
from forecast_bench.job.feeds import Alarm
from forecast_bench.records import ActorBook, CountingSettings, IncidentFilter, Window
from forecast_bench.tracking import (
    PARTS,
    AskedQuestion,
    CountedQuestion,
    part_window,
    periods,
    question_counts,
)

_COLUMNS = ["question", "part", "filter", "month", "country", "admin1", "count", "ambiguous"]


def count_questions(
    asked: Mapping[str, AskedQuestion],
    choices: Mapping[str, VintageChoice],
    book: ActorBook,
    *,
    as_of: datetime.date,
    settings: CountingSettings,
) -> dict[str, CountedQuestion]:
    """Count every question in the vintage of its source, up to a day.

    Parameters
    ----------
    asked : mapping of str to AskedQuestion
        By key.
    choices : mapping of str to VintageChoice
        By source; every source asked has one.
    book : ActorBook
        What actors are called.
    as_of : date
        No incident after this day is counted.
    settings : CountingSettings
        Where they are counted.
    """
    asked = {key: _of_vintage(one, choices[one.source.source]) for key, one in asked.items()}
    counted = _count(asked, choices, book, as_of=as_of, settings=settings)
    rows: dict[str, list[dict[Any, Any]]] = {key: [] for key in asked}
    for row in counted.to_dict("records"):
        rows[row["question"]].append(row)
    labels = _labels(asked.values(), book)
    return {
        key: _counted_question(one, rows[key], choices, labels, as_of) for key, one in asked.items()
    }


def _of_vintage(one: AskedQuestion, choice: VintageChoice) -> AskedQuestion:
    vintage = choice.vintage
    return one.as_covered(vintage.extent.hull, vintage.manifest.settlement)


def silent_names(
    asked: Mapping[str, AskedQuestion], choices: Mapping[str, VintageChoice], book: ActorBook
) -> list[Alarm]:
    """Alarm where a name matches nothing in its source: its zero is no quiet month."""
    found = {}
    labels = _labels(asked.values(), book)
    for one in asked.values():
        extent = choices[one.source.source].vintage.extent
        for incident_filter in one.filters.values():
            names = IncidentFilter(actor=incident_filter.actor, between=incident_filter.between)
            gap = coverage_gap(names, extent.hull.window, extent, labels)
            if gap is not None:
                found[one.name] = Alarm("name-matches-nothing", f"question {one.name}: {gap}")
    return [found[name] for name in sorted(found)]


def _known_until(choice: VintageChoice, as_of: datetime.date) -> datetime.date:
    return min(as_of, choice.vintage.extent.hull.window.end)


def _count(
    asked: Mapping[str, AskedQuestion],
    choices: Mapping[str, VintageChoice],
    book: ActorBook,
    *,
    as_of: datetime.date,
    settings: CountingSettings,
) -> pd.DataFrame:
    requests = {
        request.key: (request, (key, part, name))
        for key, one in asked.items()
        for part, name, request in _requests(key, one, choices, as_of)
    }
    if not requests:
        return pd.DataFrame(columns=_COLUMNS)
    alike: dict[tuple[str, Grain], list[CountRequest]] = {}
    for request, (key, _, _) in requests.values():
        by: Grain = "month" if asked[key].question.reach is None else "area"
        alike.setdefault((asked[key].source.source, by), []).append(request)
    frames = [
        counts(own, book, [choices[source].vintage.state], by=by, settings=settings)
        for (source, by), own in alike.items()
    ]
    frame = pd.concat(frames, ignore_index=True).reindex(columns=[*COUNT_COLUMNS])
    for place, name in enumerate(("question", "part", "filter")):
        frame[name] = [requests[key][1][place] for key in frame["key"]]
    frame["month"] = frame["month"].dt.date
    return frame[_COLUMNS]


def _requests(
    key: str, one: AskedQuestion, choices: Mapping[str, VintageChoice], as_of: datetime.date
) -> Iterable[tuple[str, str, CountRequest]]:
    known_until = _known_until(choices[one.source.source], as_of)
    for part in PARTS:
        found = periods(part_window(one, part, known_until=known_until), known_until=known_until)
        if not found:
            continue
        for name, incident_filter in one.filters.items():
            request = CountRequest(
                f"{key} {part} {name}", incident_filter, found[0].start, found[-1].end
            )
            yield part, name, request


def _counted_question(
    one: AskedQuestion,
    counted: Sequence[Mapping[Any, Any]],
    choices: Mapping[str, VintageChoice],
    labels: Mapping[str, frozenset[str]],
    as_of: datetime.date,
) -> CountedQuestion:
    choice = choices[one.source.source]
    known_until = _known_until(choice, as_of)
    covered_until = choice.vintage.extent.hull.window.end
    # A later vintage may cover the days that this one does not reach yet.
    end = min(one.window.end, covered_until)
    window = Window(start=min(one.window.start, end), end=end)
    return CountedQuestion(
        asked=one,
        counts=question_counts(one, counted, known_until=known_until),
        covered_until=covered_until,
        baseline_gap=_gap(one.filters.values(), one.baseline, choice, labels),
        window_gap=_gap(one.filters.values(), window, choice, labels),
    )


def _labels(asked: Iterable[AskedQuestion], book: ActorBook) -> Mapping[str, frozenset[str]]:
    return filter_labels(
        *(one for question in asked for one in question.filters.values()), book=book
    )


def _gap(
    filters: Iterable[IncidentFilter],
    window: Window,
    choice: VintageChoice,
    labels: Mapping[str, frozenset[str]],
) -> str | None:
    extent = choice.vintage.extent
    reasons = (coverage_gap(one, window, extent, labels) for one in filters)
    return next((reason for reason in reasons if reason is not None), None)
