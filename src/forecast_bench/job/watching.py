"""From the run before and this one to alarms about a run that is sound but needs a look."""

import datetime
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pandas as pd

from forecast_bench.job.feeds import Alarm, vintage_age
from forecast_bench.job.runs import read_manifest
from forecast_bench.records import AlarmSettings, Duration, add, number_of
from forecast_bench.workspace.run_files import read_document

_WITHOUT_OUTCOME: Final = ("void", "cannot resolve")
_WAITING: Final = ("open", "settling")
_MOST_NAMES: Final = 5


@dataclass(frozen=True, slots=True)
class Watched:
    """What alarms are told from, of one run.

    Parameters
    ----------
    states : mapping of str to int
        Judgments by state.
    sources : sequence of mapping
        What a manifest says of the sources that were counted.
    scores : mapping
        What `calibration.json` says of the whole record.
    """

    states: Mapping[str, int] = field(default_factory=dict)
    sources: Sequence[Mapping[str, Any]] = ()
    scores: Mapping[str, Any] = field(default_factory=dict)


def watched_run(run: Path | None) -> Watched | None:
    """Read what was watched of a published run; None where there is none."""
    if run is None:
        return None
    manifest = read_manifest(run)
    scores = read_document(run / "calibration.json")
    return Watched(manifest["counts_of_states"], manifest["sources"], scores)


def watch(
    before: Watched | None,
    now: Watched,
    judgments: pd.DataFrame,
    *,
    lags: Mapping[str, Duration],
    settings: AlarmSettings,
    as_of: datetime.date,
) -> list[Alarm]:
    """Tell what needs a look in a run that is sound.

    Parameters
    ----------
    before, now : Watched
        The run before, None before the first, and this one.
    judgments : DataFrame
        The table of judgments of this run.
    lags : mapping of str to Duration
        Settlement lag of each source.
    settings : AlarmSettings
        Thresholds.
    as_of : date
        The day looked at.
    """
    rows = [
        {str(key): None if pd.isna(value) else value for key, value in row.items()}
        for row in judgments[["id", "state", "source", "window_end"]].to_dict("records")
    ]
    found = overdue(rows, now.sources, lags=lags, days=settings.overdue_days, as_of=as_of)
    if before is None:
        return found
    needed = {str(row["source"]) for row in rows if row["state"] in _WAITING}
    return [
        *nothing_new(before, now, needed, days=settings.feed_quiet_days, as_of=as_of),
        *more_voids(before, now, most=settings.more_voids),
        *found,
        *score_jumps(before, now, settings),
    ]


def nothing_new(
    before: Watched, now: Watched, needed: Collection[str], *, days: int, as_of: datetime.date
) -> list[Alarm]:
    """Sources that open judgments need, unchanged, whose vintage is older than so many days.

    Examples
    --------
    >>> run = Watched(sources=[{"source": "acled", "vintage": "2018-01-31", "sha256": "a"}])
    >>> [one] = nothing_new(run, run, {"acled"}, days=45, as_of=datetime.date(2018, 3, 31))
    >>> one.text
    'the source acled has brought nothing new for 59 days, since 2018-01-31'
    """
    known = {one["source"]: one["sha256"] for one in before.sources}
    alarms = []
    for one in now.sources:
        name = one["source"]
        age = vintage_age(str(one["vintage"]), as_of=as_of)
        if name in needed and known.get(name) == one["sha256"] and age > days:
            said = f"has brought nothing new for {number_of(age, 'days')}, since {one['vintage']}"
            alarms.append(Alarm("nothing-new", f"the source {name} {said}"))
    return alarms


def more_voids(before: Watched, now: Watched, *, most: float) -> list[Alarm]:
    """Whether the share of judgments that came to no outcome rose by more than `most`.

    Examples
    --------
    >>> [one] = more_voids(Watched({"open": 4}), Watched({"open": 3, "void": 1}), most=0.05)
    >>> one.text
    '1 of 4 judgments are void or cannot resolve, and 0 of 4 were in the run before'
    """
    (less, former), (more, total) = _without_outcome(before), _without_outcome(now)
    # Shares in whole numbers where they are compared: a rise of exactly `most` is no alarm.
    if not former or not total or round(more / total - less / former, 12) <= most:
        return []
    said = (
        f"{more} of {number_of(total, 'judgments')} are void or cannot resolve, and {less} of "
        f"{former} were in the run before"
    )
    return [Alarm("more-voids", said)]


def _without_outcome(run: Watched) -> tuple[int, int]:
    return sum(run.states.get(name, 0) for name in _WITHOUT_OUTCOME), sum(run.states.values())


def overdue(
    rows: Iterable[Mapping[str, Any]],
    sources: Iterable[Mapping[str, Any]],
    *,
    lags: Mapping[str, Duration],
    days: int,
    as_of: datetime.date,
) -> list[Alarm]:
    """Judgments without an outcome so many days after their counts should have settled.

    Where counts end before the window does, a judgment "cannot resolve" yet: it waits as well.

    Examples
    --------
    >>> row = {"id": "a", "state": "open", "source": None, "window_end": "2018-03-31"}
    >>> [one] = overdue([row], [], lags={}, days=30, as_of=datetime.date(2018, 5, 1))
    >>> one.text
    'no outcome more than 30 days after it was due: a'
    """
    ends = {one["source"]: str(one["coverage_to"]) for one in sources}
    late = []
    for row in rows:
        if row["window_end"] is None or not _waits(row, ends):
            continue
        due = datetime.date.fromisoformat(str(row["window_end"]))
        if row["source"] in lags:
            due = add(due, lags[row["source"]])
        if (as_of - due).days > days:
            late.append(str(row["id"]))
    if not late:
        return []
    listed = ", ".join(late[:_MOST_NAMES])
    rest = f" and {len(late) - _MOST_NAMES} more" if len(late) > _MOST_NAMES else ""
    said = f"no outcome more than {number_of(days, 'days')} after it was due: {listed}{rest}"
    return [Alarm("settlement-overdue", said)]


def _waits(row: Mapping[str, Any], ends: Mapping[str, str]) -> bool:
    if row["state"] in _WAITING:
        return True
    # Days are ISO texts, which sort as days do.
    short = ends.get(row["source"], "9999") < str(row["window_end"])
    return bool(row["state"] == "cannot resolve" and short)


def score_jumps(before: Watched, now: Watched, settings: AlarmSettings) -> list[Alarm]:
    """Scores of the whole record that moved by more than their threshold, either way.

    Examples
    --------
    >>> old = Watched(scores={"n": 20, "brier": 0.18, "log_score": 0.5})
    >>> new = Watched(scores={"n": 21, "brier": 0.25, "log_score": 0.6})
    >>> [one] = score_jumps(old, new, AlarmSettings())
    >>> one.text
    'the Brier score of the record moved from 0.180 (20 outcomes) to 0.250 (21)'
    """
    numbers = [run.scores.get("n") or 0 for run in (before, now)]
    if min(numbers) < settings.least_scored:
        return []
    limits = (
        ("brier", "Brier score", settings.brier_jump),
        ("log_score", "log score", settings.log_score_jump),
    )
    alarms = []
    for key, name, most in limits:
        old, new = before.scores.get(key), now.scores.get(key)
        if old is None or new is None or round(abs(new - old), 12) <= most:
            continue
        said = (
            f"the {name} of the record moved from {old:.3f} ({numbers[0]} outcomes) to {new:.3f} "
            f"({numbers[1]})"
        )
        alarms.append(Alarm("score-jumped", said))
    return alarms
