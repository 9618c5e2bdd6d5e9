"""Judgments updated on incidents: Jeffrey's rule, and what it leaves believed of a statement.

The word says where to start, the counts say how far to move. All of it works on log odds, for any
question whose base-rate law gives the odds of the event before and after the counts.
"""

from forecast_bench.updating.live import (
    bayes_factor,
    live_log_odds,
    live_probability,
    log_bayes_factor,
    log_odds,
)
from forecast_bench.updating.mixture import (
    Mixture,
    mixture_distribution,
    mixture_interval,
    mixture_mean,
)
from forecast_bench.updating.revisions import Move, Statement, revised, split_move

__all__ = [
    "Mixture",
    "Move",
    "Statement",
    "bayes_factor",
    "live_log_odds",
    "live_probability",
    "log_bayes_factor",
    "log_odds",
    "mixture_distribution",
    "mixture_interval",
    "mixture_mean",
    "revised",
    "split_move",
]
