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
from forecast_bench.tracking import ALL_HAD_SPOKEN, NOW, table
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
    rows = []
    by_id = judgments.set_index("id")
    for event, found in opinions.groupby("event", sort=False):
        now, then = (found[found["part"] == part] for part in (NOW, ALL_HAD_SPOKEN))
        if now.empty:
            continue
        own = by_id.loc[list(dict.fromkeys(found["judgment"]))]
        first = own.iloc[0]
        states = set(own["state"])
        state = states.pop() if len(states) == 1 else DIFFER
        outcome_on = own["outcome_on"].dropna().max() if state in OUTCOMES else None
        spoken = None if then.empty else then["day"].iloc[0]
        why = _not_scored(state, outcome_on, spoken, list(then["used"]))
        rows.append(
            {
                "event": event,
                **{name: first[name] for name in ("question", "question_text")},
                **{name: first[name] for name in ("window_start", "window_end")},
                "situation": next(iter(own["situation"].dropna()), None),
                "state": state,
                "outcome_on": outcome_on,
                "known_on": max(
                    [*own["outcome_on"].dropna(), *own["window_end"].dropna()], default=None
                ),
                "all_spoken_on": spoken,
                "not_scored": why,
                "in_calibration": state in OUTCOMES and not why and _counted(own),
            }
        )
    return pd.DataFrame(rows)


def _counted(own: pd.DataFrame) -> bool:
    return bool(own["in_calibration"].fillna(value=False).astype(bool).all())


def _not_scored(
    state: str, outcome_on: str | None, spoken: str | None, used: Sequence[float]
) -> str:
    if state == DIFFER:
        return "its judgments came to different outcomes"
    if state not in OUTCOMES:
        return ""
    if spoken is None:
        return "on no day were two voices heard"
    # Days are ISO texts, which sort as days do.
    if outcome_on is None or outcome_on <= spoken or any(one in (0.0, 1.0) for one in used):
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
    by_event = dict(iter(opinions.groupby("event", sort=False)))
    return table(
        (_row(event, by_event[event["event"]], learned) for event in events.to_dict("records")),
        POOLED_COLUMNS,
    )


def _row(event: Mapping[Any, Any], found: pd.DataFrame, learned: "LearnedPool") -> Row:
    now, then = (found[found["part"] == part] for part in (NOW, ALL_HAD_SPOKEN))
    names = ("event", "question", "question_text", "window_start", "window_end")
    more = ("all_spoken_on", "state", "outcome_on", "not_scored", "in_calibration")
    before = None if then.empty else learned.on(pd.Timestamp(then["day"].iloc[0]))
    scored = event["state"] in OUTCOMES and not event["not_scored"]
    row = {
        **{name: event[name] for name in (*names, *more)},
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


def _pooled(part: pd.DataFrame, name: str, in_force: "PoolInForce | None") -> float | None:
    """Pool a column; None where certainties contradict each other."""
    held = part[name].to_numpy(dtype=float)
    if held.min() == 0 and held.max() == 1:
        return None
    if in_force is None:
        return pooled_probability(held)
    weight = skill_weights(list(part["analyst"]), in_force.log_weights)
    return pooled_probability(held, weight=weight, factor=in_force.factor)


def _apart(part: pd.DataFrame, prefix: str) -> Row:
    """How far opinions lie apart; of what is settled nobody has one."""
    names = ("lowest", "highest", "spread")
    held = part["used"].to_numpy(dtype=float)
    if not held.size or held.min() == 0 or held.max() == 1:
        return {f"{prefix}{name}": None for name in names}
    found = disagreement(held)
    return {f"{prefix}{name}": getattr(found, name) for name in names}


def far_apart(part: pd.DataFrame) -> str:
    """Name the two who lie furthest apart, where their bands are far from each other."""
    bands = [
        (float(stated), float(stated)) if pd.isna(low) else (float(low), float(high))
        for low, high, stated in zip(
            part["band_low"], part["band_high"], part["stated"], strict=True
        )
    ]
    pair = widest_gap(bands)
    if pair is None:
        return ""
    low, high = ((part.iloc[at], bands[at]) for at in pair)
    return f"{_said(*low)}, and {_said(*high)}"


def _said(one: "pd.Series[Any]", band: tuple[float, float]) -> str:
    if band[0] == band[1]:
        return f"{one['analyst']} states {band[0]:g}"
    return f"{one['analyst']} states {one['text']} ({band[0] * 100:g}-{band[1] * 100:g} %)"


def _opinions(
    now: pd.DataFrame,
    then: pd.DataFrame,
    in_force: "PoolInForce",
    before: "PoolInForce | None",
) -> str:
    weights = skill_weights(list(now["analyst"]), in_force.log_weights)
    at_first: dict[str, float] = dict(zip(then["analyst"], then["used"], strict=True))
    weighed: dict[str, float] = {}
    if before is not None:
        earlier = skill_weights(list(then["analyst"]), before.log_weights)
        weighed = dict(zip(then["analyst"], earlier.tolist(), strict=True))
    return json.dumps(
        [
            {
                **{name: one[name] for name in ("analyst", "judgment", "text", "on")},
                **{name: one[name] for name in ("stated", "live", "used")},
                "weight": weight,
                "first": at_first.get(one["analyst"]),
                "first_weight": weighed.get(one["analyst"]),
            }
            for one, weight in zip(now.to_dict("records"), weights.tolist(), strict=True)
        ],
        ensure_ascii=False,
    )


def _scores(row: Row, then: pd.DataFrame) -> Row:
    outcome = int(row["state"] == "occurred")
    held = {
        "": row["first_pooled"],
        "plain_": row["first_plain"],
        "individual_": then["used"].to_numpy(dtype=float),
    }
    rules = {"brier": brier_score, "log_score": log_score}
    return {
        f"{prefix}{name}": float(rule(probability=probability, outcome=outcome).mean())
        for prefix, probability in held.items()
        for name, rule in rules.items()
    }
