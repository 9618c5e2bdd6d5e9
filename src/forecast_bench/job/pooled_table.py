"""A row for each question that several analysts judge: pooled, apart, and scored."""

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from forecast_bench.pooling import (
    disagreement,
    pooled_probability,
    skill_weights,
    widest_gap,
)
from forecast_bench.scoring import brier_score, log_score
from forecast_bench.tracking import NOW, table
from forecast_bench.tracking.schema import Kind

if TYPE_CHECKING:
    from forecast_bench.bayes import LearnedPool, PoolInForce

type Row = dict[str, Any]

OUTCOMES: Final = ("occurred", "did not occur")
DIFFER: Final = "outcomes differ"

POOLED_COLUMNS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "event": "text",
        "question": "text",
        "question_text": "text",
        "window_start": "text",
        "window_end": "text",
        "analysts": "whole",
        "opinions": "text",
        "pooled_stated": "number",
        "pooled_live": "number",
        "plain_live": "number",
        "factor": "number",
        "lowest": "number",
        "highest": "number",
        "spread": "number",
        "far_apart": "text",
        "all_spoken_on": "text",
        "first_pooled": "number",
        "first_plain": "number",
        "first_factor": "number",
        "first_lowest": "number",
        "first_highest": "number",
        "first_spread": "number",
        "state": "text",
        "outcome_on": "text",
        "scored": "flag",
        "not_scored": "text",
        "in_calibration": "flag",
        "brier": "number",
        "log_score": "number",
        "plain_brier": "number",
        "plain_log_score": "number",
        "individual_brier": "number",
        "individual_log_score": "number",
    }
)

_OF_QUESTION = ("question", "question_text", "window_start", "window_end")
_OF_OUTCOME = ("all_spoken_on", "state", "outcome_on", "not_scored", "in_calibration")
_SCORES = (
    "brier",
    "log_score",
    "plain_brier",
    "plain_log_score",
    "individual_brier",
    "individual_log_score",
)


def events_of(opinions: pd.DataFrame, judgments: pd.DataFrame) -> pd.DataFrame:
    """Say of each event what its judgments say of its outcome, and why it is not scored.

    Parameters
    ----------
    opinions : DataFrame
        As `opinion_table` gives them, with ``used``: live, recalibrated where a map is in force.
    judgments : DataFrame
        The table of judgments.

    Returns
    -------
    DataFrame
        By event, in order: question, question_text, window_start, window_end, situation, state,
        outcome_on, known_on, all_spoken_on, not_scored (empty where it is scored or open) and
        in_calibration. Events that fewer than two judge now are left out.
    """
    by_id = {one["id"]: one for one in _records(judgments)}
    rows = []
    for event, (now, then) in _by_event(opinions).items():
        if not now:
            continue
        own = [by_id[name] for name in dict.fromkeys(one["judgment"] for one in (*then, *now))]
        states = {one["state"] for one in own}
        state = states.pop() if len(states) == 1 else DIFFER
        settled = _known(own, "outcome_on") if state in OUTCOMES else []
        spoken = then[0]["day"] if then else None
        why = _not_scored(state, max(settled, default=None), then)
        rows.append(
            {
                "event": event,
                **{name: own[0][name] for name in _OF_QUESTION},
                "situation": next(iter(_known(own, "situation")), None),
                "state": state,
                "outcome_on": max(settled, default=None),
                "known_on": max([*settled, *_known(own, "window_end")], default=None),
                "all_spoken_on": spoken,
                "not_scored": why,
                "in_calibration": state in OUTCOMES
                and not why
                and all(one["in_calibration"] for one in own),
            }
        )
    return pd.DataFrame(rows)


def _records(frame: pd.DataFrame) -> list[Row]:
    """Rows as plain values, None where there is none; a slice of a table for each is slow."""
    plain = frame.astype(object).where(frame.notna(), None)
    return [{str(key): value for key, value in row.items()} for row in plain.to_dict("records")]


def _by_event(opinions: pd.DataFrame) -> dict[str, tuple[list[Row], list[Row]]]:
    """Opinions on each event: as they stand now, and as they stood when all had spoken."""
    found: dict[str, tuple[list[Row], list[Row]]] = {}
    for one in _records(opinions):
        now, then = found.setdefault(one["event"], ([], []))
        (now if one["part"] == NOW else then).append(one)
    return found


def _known(rows: Sequence[Row], name: str) -> list[Any]:
    return [one[name] for one in rows if one[name] is not None]


def _not_scored(state: str, outcome_on: str | None, then: Sequence[Row]) -> str:
    if state == DIFFER:
        return "its judgments came to different outcomes"
    if state not in OUTCOMES:
        return ""
    if not then:
        return "on no day were two voices heard"
    # Days are ISO texts, which sort as days do.
    late = outcome_on is None or outcome_on <= then[0]["day"]
    if late or any(one["used"] in (0.0, 1.0) for one in then):
        return "it was settled before all had spoken"
    return ""


def pooled_table(
    opinions: pd.DataFrame, events: pd.DataFrame, learned: "LearnedPool"
) -> pd.DataFrame:
    """Pool the opinions on each event, as they stood when all had spoken and as they stand now.

    Parameters
    ----------
    opinions, events : DataFrame
        See `events_of`.
    learned : LearnedPool
        What pools them, on each day.

    Returns
    -------
    DataFrame
        The columns of `POOLED_COLUMNS`.
    """
    by_event = _by_event(opinions)
    return table(
        (_row(event, *by_event[event["event"]], learned) for event in _records(events)),
        POOLED_COLUMNS,
    )


def _row(event: Row, now: Sequence[Row], then: Sequence[Row], learned: "LearnedPool") -> Row:
    before = learned.on(pd.Timestamp(then[0]["day"])) if then else None
    scored = event["state"] in OUTCOMES and not event["not_scored"]
    row = {
        **{name: event[name] for name in ("event", *_OF_QUESTION, *_OF_OUTCOME)},
        "analysts": len(now),
        "opinions": _opinions(now, then, learned.in_force, before),
        "pooled_stated": _pooled(now, "used_stated", learned.in_force),
        "pooled_live": _pooled(now, "used", learned.in_force),
        "plain_live": _pooled(now, "used", None),
        "factor": learned.in_force.factor,
        **_apart(now, ""),
        "far_apart": far_apart(now),
        "first_pooled": None if before is None else _pooled(then, "used", before),
        "first_plain": None if before is None else _pooled(then, "used", None),
        "first_factor": None if before is None else before.factor,
        **_apart(then, "first_"),
        "scored": scored,
    }
    return row | (_scores(row, then) if scored else dict.fromkeys(_SCORES))


def _pooled(opinions: Sequence[Row], name: str, in_force: "PoolInForce | None") -> float | None:
    """Pool a column; None where certainties contradict each other."""
    held = [one[name] for one in opinions]
    if min(held) == 0 and max(held) == 1:
        return None
    if in_force is None:
        return pooled_probability(held)
    return pooled_probability(held, weight=_weights(opinions, in_force), factor=in_force.factor)


def _weights(opinions: Sequence[Row], in_force: "PoolInForce") -> list[float]:
    found: list[float] = skill_weights(
        [one["analyst"] for one in opinions], in_force.log_weights
    ).tolist()
    return found


def _apart(opinions: Sequence[Row], prefix: str) -> Row:
    """How far opinions lie apart; of what is settled nobody has one."""
    names = ("lowest", "highest", "spread")
    held = [one["used"] for one in opinions]
    if not held or min(held) == 0 or max(held) == 1:
        return {f"{prefix}{name}": None for name in names}
    found = disagreement(held)
    return {f"{prefix}{name}": getattr(found, name) for name in names}


def far_apart(opinions: Sequence[Row]) -> str:
    """Name the two who lie furthest apart, where their bands are far from each other.

    Parameters
    ----------
    opinions : sequence of mapping
        Each with analyst, text, stated, and band_low and band_high, None for a number.

    Examples
    --------
    >>> one = {"analyst": "a", "text": "0.2", "stated": 0.2, "band_low": None, "band_high": None}
    >>> far_apart([one, {**one, "analyst": "b", "stated": 0.7}])
    'a states 0.2, and b states 0.7'
    """
    bands = [
        (one["stated"], one["stated"])
        if one["band_low"] is None
        else (one["band_low"], one["band_high"])
        for one in opinions
    ]
    pair = widest_gap(bands)
    if pair is None:
        return ""
    return ", and ".join(_said(opinions[at], bands[at]) for at in pair)


def _said(one: Row, band: tuple[float, float]) -> str:
    if one["band_low"] is None:
        return f"{one['analyst']} states {one['stated']:g}"
    return f"{one['analyst']} states {one['text']} ({band[0] * 100:g}-{band[1] * 100:g} %)"


def _opinions(
    now: Sequence[Row],
    then: Sequence[Row],
    in_force: "PoolInForce",
    before: "PoolInForce | None",
) -> str:
    at_first = {one["analyst"]: one["used"] for one in then}
    weighed: dict[str, float] = {}
    if before is not None:
        weighed = dict(zip(at_first, _weights(then, before), strict=True))
    names = ("analyst", "judgment", "text", "on", "stated", "live", "used")
    return json.dumps(
        [
            {
                **{name: one[name] for name in names},
                "weight": weight,
                "first": at_first.get(one["analyst"]),
                "first_weight": weighed.get(one["analyst"]),
            }
            for one, weight in zip(now, _weights(now, in_force), strict=True)
        ],
        ensure_ascii=False,
    )


def _scores(row: Row, then: Sequence[Row]) -> Row:
    outcome = int(row["state"] == OUTCOMES[0])
    held = {
        "": row["first_pooled"],
        "plain_": row["first_plain"],
        "individual_": [one["used"] for one in then],
    }
    rules = {"brier": brier_score, "log_score": log_score}
    return {
        f"{prefix}{name}": float(rule(probability=probability, outcome=outcome).mean())
        for prefix, probability in held.items()
        for name, rule in rules.items()
    }
