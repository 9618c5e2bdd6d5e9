"""Scores of a judgment as columns of its row."""

from typing import Any

from forecast_bench.scoring import brier_score, log_score, skill, time_weighted_score
from forecast_bench.tracking.follow import FollowedJudgment

type Row = dict[str, Any]


def score_columns(one: FollowedJudgment) -> Row:
    """Scores of the first statement and of its base rate, and over the days statements stood.

    All are None for a judgment without a number or without an outcome.
    """
    row: Row = dict.fromkeys(
        [
            "brier",
            "log_score",
            "base_brier",
            "base_log_score",
            "skill",
            "time_weighted_brier",
            "time_weighted_coverage",
        ]
    )
    if not (one.made and one.resolution.is_final):
        return row
    outcome = float(one.resolution.outcome == "occurred")
    stated = one.made[0].prior.mean
    brier = float(brier_score(probability=stated, outcome=outcome))
    row |= {"brier": brier, "log_score": float(log_score(probability=stated, outcome=outcome))}
    row |= _time_weighted(one, outcome)
    base_rate = None if one.path is None else one.path.base_rate
    if base_rate is None:
        return row
    base_brier = float(brier_score(probability=base_rate, outcome=outcome))
    return row | {
        "base_brier": base_brier,
        "base_log_score": float(log_score(probability=base_rate, outcome=outcome)),
        # Against a base rate that was all but right, no number says how much worse one did.
        "skill": float(skill(score=brier, reference=base_brier)) if base_brier > 1e-4 else None,
    }


def _time_weighted(one: FollowedJudgment, outcome: float) -> Row:
    """Score the stated probability over the days it stood, to the outcome or the window's end."""
    issued = one.recorded.issued
    window = None if issued is None else one.asked.question.window_from(issued)
    settled = one.resolution.on
    if issued is None or window is None or settled is None:
        return {}
    end = min(window.end, settled)
    standing = [made for made in one.made if made.on < end]
    if not standing:
        # Stated on or after the day on which the counts had settled it.
        return {}
    starts = [made.on for made in standing]
    days = [(until - start).days for start, until in zip(starts, [*starts[1:], end], strict=True)]
    scored = time_weighted_score(
        score=[
            float(brier_score(probability=made.prior.mean, outcome=outcome)) for made in standing
        ],
        days=days,
        days_open=(end - issued).days,
    )
    return {
        "time_weighted_brier": scored.score,
        "time_weighted_coverage": scored.coverage,
    }
