"""What is to be learned of a judgment whose question has an outcome."""

import datetime
from collections.abc import Iterator
from typing import Any

import numpy as np

from forecast_bench.scoring import brier_score
from forecast_bench.tracking.follow import FollowedJudgment
from forecast_bench.tracking.judgment_table import live_now
from forecast_bench.tracking.moves import biggest_moves
from forecast_bench.tracking.path import JudgmentPath

type Row = dict[str, Any]


def post_mortem(one: FollowedJudgment, *, as_of: datetime.date) -> Row | None:
    """Say what was believed when, what moved it, and who was nearer; None without an outcome.

    Parameters
    ----------
    one : FollowedJudgment
        Followed to `as_of`.
    as_of : date
        The day.

    Returns
    -------
    dict or None
        `outcome` and the day it was determined, `on`; `beliefs`, dated: at issue, at each revision,
        half-way from the issue to the outcome and last before it where counts bear on it, and at
        the end, with `stated`, `base_rate` (after the counts known that day) and `live`; `scores`,
        the Brier score of each; `nearer`, whether *stated* or *base rate* was nearer at issue,
        *equal*, or None without a base rate; `before_the_outcome`, what the analyst and the counts
        had moved it (log odds) by the last date before; `moves`, the biggest; `lynchpins`, for the
        analyst to mark. None for a judgment without a probability too.
    """
    path, outcome = one.path, one.resolution
    if path is None or not outcome.is_final or outcome.on is None:
        return None
    happened = float(outcome.outcome == "occurred")
    beliefs = _beliefs(one, path, outcome.on)
    scores = list(_scores(path, beliefs, happened))
    return {
        "outcome": outcome.outcome,
        "on": outcome.on.isoformat(),
        "beliefs": beliefs,
        "scores": scores,
        "nearer": _nearer(scores),
        "before_the_outcome": _moved_before(path, outcome.on),
        "moves": biggest_moves(one, as_of=as_of),
        "lynchpins": [
            {"text": each.text, "basis": each.basis}
            for each in one.recorded.judgment.assumptions
            if each.lynchpin
        ],
    }


def _brier(probability: float, happened: float) -> float:
    return float(brier_score(probability=probability, outcome=happened))


def _moved_before(path: JudgmentPath, ended: datetime.date) -> Row | None:
    """What each had moved by the last date before the outcome; None where nothing had."""
    at = sum(1 for day in path.dates if day < ended) - 1
    if at < 1 or not (path.from_analyst[at] or path.from_counts[at]):
        return None
    return {
        "live_before": float(path.live[0]),
        "live_after": float(path.live[at]),
        "analyst": float(path.from_analyst[at]),
        "counts": float(path.from_counts[at]) if np.isfinite(path.from_counts[at]) else None,
    }


def _beliefs(one: FollowedJudgment, path: JudgmentPath, ended: datetime.date) -> list[Row]:
    """What was believed on the days that matter; a day with two reasons has both."""
    told: dict[int, list[str]] = {}
    for when, at in _moments(one, path, ended):
        told.setdefault(at, []).append(when)
    after = path.after
    found: list[Row] = [
        {
            "on": path.dates[at].isoformat(),
            "when": ", ".join(told[at]),
            "stated": path.in_force[at].prior.mean,
            "base_rate": None if after is None else float(after[at]),
            "live": float(path.live[at]),
        }
        for at in sorted(told)
    ]
    return [*found, _at_the_end(one, path, ended)]


def _moments(
    one: FollowedJudgment, path: JudgmentPath, ended: datetime.date
) -> Iterator[tuple[str, int]]:
    """Name the dates before the outcome that matter, as places in the path."""
    yield "at issue", 0
    made = {each.on for each in one.made[1:]}
    before = [at for at, day in enumerate(path.dates) if day < ended]
    yield from (("revised", at) for at in before if path.dates[at] in made)
    # Where no counts bear on it, nothing happens between its revisions.
    if path.law is not None and len(before) > 1:
        middle = path.dates[0] + (ended - path.dates[0]) // 2
        yield "half-way", max(at for at in before if path.dates[at] <= middle)
        yield "last before the outcome", before[-1]


def _at_the_end(one: FollowedJudgment, path: JudgmentPath, ended: datetime.date) -> Row:
    at = int(np.searchsorted(np.array(path.dates, dtype="datetime64[D]"), np.datetime64(ended)))
    at = min(at, len(path.dates) - 1)
    after = path.after
    return {
        "on": ended.isoformat(),
        "when": "at the end",
        "stated": path.in_force[at].prior.mean,
        "base_rate": None if after is None else float(after[at]),
        "live": live_now(one),
    }


def _scores(path: JudgmentPath, beliefs: list[Row], happened: float) -> Iterator[Row]:
    """Score what was known at issue, what stood last, and what the counts said half-way."""
    first, *rest = beliefs[:-1]
    last = (first, *rest)[-1]
    asked = [("at issue", "stated", first["stated"])]
    if path.base_rate is not None:
        asked.append(("at issue", "base rate", path.base_rate))
    if last["stated"] != first["stated"]:
        asked.append(("last before the outcome", "stated", last["stated"]))
    if path.base_rate is not None:
        for each in (first, *rest):
            if "half-way" in each["when"]:
                asked += [("half-way", name, each[name.replace(" ", "_")]) for name in _BY_COUNTS]
    for when, of, value in asked:
        yield {"when": when, "of": of, "probability": value, "brier": _brier(value, happened)}


_BY_COUNTS = ("live", "base rate")


def _nearer(scores: list[Row]) -> str | None:
    """Say which of the two that knew no counts came nearer."""
    at_issue = {one["of"]: one["brier"] for one in scores if one["when"] == "at issue"}
    if len(at_issue) < 2:
        return None
    if at_issue["stated"] == at_issue["base rate"]:
        return "equal"
    return "stated" if at_issue["stated"] < at_issue["base rate"] else "base rate"
