"""Scores of resolved judgments: pure mathematics on probabilities and outcomes."""

from forecast_bench.scoring.counts import (
    Uniformity,
    crps_negative_binomial,
    crps_poisson,
    pit_uniformity,
    randomised_pit,
)
from forecast_bench.scoring.expected import expected_brier, expected_skill
from forecast_bench.scoring.inputs import checked_forecasts, checked_outcome, checked_probability
from forecast_bench.scoring.ranked import ranked_probability_score
from forecast_bench.scoring.rules import (
    LOG_SCORE_CLAMP,
    SCORING_RULES,
    Score,
    ScoringRule,
    brier_score,
    log_score,
    scoring_rule,
    unclamped_log_score,
)
from forecast_bench.scoring.skill_score import skill
from forecast_bench.scoring.time_weighted import (
    TimeWeightedScore,
    time_weighted_score,
    time_weighted_table,
)

__all__ = [
    "LOG_SCORE_CLAMP",
    "SCORING_RULES",
    "Score",
    "ScoringRule",
    "TimeWeightedScore",
    "Uniformity",
    "brier_score",
    "checked_forecasts",
    "checked_outcome",
    "checked_probability",
    "crps_negative_binomial",
    "crps_poisson",
    "expected_brier",
    "expected_skill",
    "log_score",
    "pit_uniformity",
    "randomised_pit",
    "ranked_probability_score",
    "scoring_rule",
    "skill",
    "time_weighted_score",
    "time_weighted_table",
    "unclamped_log_score",
]
