"""Several analysts on one question: their probabilities pooled, and how far they lie apart."""

from forecast_bench.pooling.disagreement import (
    WIDE_GAP,
    Disagreement,
    disagreement,
    widest_gap,
)
from forecast_bench.pooling.extremising import FACTOR_SCALE, extremising_factor
from forecast_bench.pooling.pool import pooled_log_odds, pooled_probability, probability_of
from forecast_bench.pooling.skill import Skills, skill_weights, skills

__all__ = [
    "FACTOR_SCALE",
    "WIDE_GAP",
    "Disagreement",
    "Skills",
    "disagreement",
    "extremising_factor",
    "pooled_log_odds",
    "pooled_probability",
    "probability_of",
    "skill_weights",
    "skills",
    "widest_gap",
]
