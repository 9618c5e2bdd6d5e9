"""Moves and stories of a sample run, from its tracked dates."""

import json
import math
from itertools import pairwise
from typing import Any

from sample_judgments import NASTY, Made


def sample_moves(tracking: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Steps between the dates of one judgment, with their parts as differences of the totals."""
    return [_step(before, after) for before, after in pairwise(tracking)]


def _step(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    ruled = [one["live"] in (0.0, 1.0) for one in (before, after)]
    analyst = (after["from_analyst"] or 0.0) - (before["from_analyst"] or 0.0)
    counts: float | None = _odds(after) - _odds(before) - analyst if not any(ruled) else 0.0
    decided = ruled[1] and not ruled[0]
    added = None if after["count"] is None else int(after["count"] - before["count"])
    return {
        "judgment": after["judgment"],
        "since": before["date"],
        "date": after["date"],
        "live_before": before["live"],
        "live_after": after["live"],
        "log_odds_before": None if ruled[0] else _odds(before),
        "log_odds_after": None if ruled[1] else _odds(after),
        "analyst": analyst if not any(ruled) else 0.0,
        "counts": None if decided else counts,
        "decided": decided,
        "added": added,
        "what": "" if added is None else f"{added} incidents" if added else "no incidents",
    }


def _odds(row: dict[str, Any]) -> float:
    live = row["live"]
    return math.log(live / (1 - live)) if 0 < live < 1 else math.inf


def sample_story(made: Made, *, nasty: bool) -> dict[str, Any]:
    """Events of a sample judgment, and a post-mortem where it has a path and an outcome."""
    row = made.judgment
    events = [
        {"on": one["on"], "kind": "revised", "text": f"restated as {one['text']}"}
        for one in json.loads(row["revisions"])
    ]
    if row["window_end"]:
        events.append({"on": row["window_end"], "kind": "window ended", "text": "the window ended"})
    return {"events": events, "post_mortem": _post_mortem(made, nasty=nasty)}


def _post_mortem(made: Made, *, nasty: bool) -> dict[str, Any] | None:
    row = made.judgment
    if row["state"] not in ("occurred", "did not occur") or not made.tracking:
        return None
    outcome = float(row["state"] == "occurred")
    counted = made.tracking[0]["base_rate"] is not None
    places = {"at issue": 0, "half-way": len(made.tracking) // 2, "at the end": -1}
    beliefs = [
        {
            "on": made.tracking[at]["date"],
            "when": when,
            "stated": made.tracking[at]["stated"],
            "base_rate": made.tracking[at]["after"],
            "live": made.tracking[at]["live"],
        }
        for when, at in places.items()
    ]
    asked = [("at issue", "stated", beliefs[0]["stated"])]
    if counted:
        asked += [
            ("at issue", "base rate", made.tracking[0]["base_rate"]),
            ("half-way", "live", beliefs[1]["live"]),
            ("half-way", "base rate", beliefs[1]["base_rate"]),
        ]
    scores = [
        {"when": when, "of": of, "probability": value, "brier": (value - outcome) ** 2}
        for when, of, value in asked
    ]
    steps = sample_moves(made.tracking)
    steps.sort(key=lambda one: -abs(one["live_after"] - one["live_before"]))
    return {
        "outcome": row["state"],
        "on": row["outcome_on"],
        "beliefs": beliefs,
        "scores": scores,
        "nearer": ("stated" if scores[0]["brier"] < scores[1]["brier"] else "base rate")
        if counted
        else None,
        "before_the_outcome": None,
        "moves": steps[:3] if counted else [],
        "lynchpins": [{"text": NASTY[0] if nasty else "The border stays open.", "basis": None}],
        "vintage": {
            "source": "acled",
            "retrieved": "2019-07-05",
            "hindsight": False,
            "days_after": 5,
            "settlement_days": 14,
            "had_settled": False,
            "former": {"retrieved": "2019-06-01", "outcome": "cannot resolve"},
        }
        if counted
        else None,
    }
