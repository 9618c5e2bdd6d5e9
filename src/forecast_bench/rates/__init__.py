"""What incident history says: laws of rates, and the base rates of questions under them.

A rate law is learned from a baseline (`rate_law`); each kind of question asks it for a probability,
always as a log, so that no tail is lost: counts, changes, shares and reach over areas.
"""

from forecast_bench.rates.between import log_odds_between, log_probability_between
from forecast_bench.rates.change import change_threshold
from forecast_bench.rates.count import (
    count_interval,
    log_odds_at_least,
    log_odds_at_most,
    log_probability_at_least,
    log_probability_at_most,
    predictive_log_pmf,
)
from forecast_bench.rates.evidence import log_evidence
from forecast_bench.rates.law import RateLaw, after, rate_law, widened
from forecast_bench.rates.mixed_interval import mixed_count_interval
from forecast_bench.rates.mixed_law import (
    MixedLaw,
    log_weights_after,
    mixed_area_laws,
    mixed_law,
)
from forecast_bench.rates.mixed_path import (
    count_path_log_odds,
    reach_path_log_odds,
    share_path_log_odds,
)
from forecast_bench.rates.parameter_ranges import ParameterRanges, parameter_ranges
from forecast_bench.rates.parameters import RateParameters
from forecast_bench.rates.reach import area_laws, log_odds_reach, log_probability_reach, rate_spread
from forecast_bench.rates.share import ShareCounts, log_odds_share, log_probability_share
from forecast_bench.rates.threshold import ThresholdLogOdds, threshold_log_odds

__all__ = [
    "MixedLaw",
    "ParameterRanges",
    "RateLaw",
    "RateParameters",
    "ShareCounts",
    "ThresholdLogOdds",
    "after",
    "area_laws",
    "change_threshold",
    "count_interval",
    "count_path_log_odds",
    "log_evidence",
    "log_odds_at_least",
    "log_odds_at_most",
    "log_odds_between",
    "log_odds_reach",
    "log_odds_share",
    "log_probability_at_least",
    "log_probability_at_most",
    "log_probability_between",
    "log_probability_reach",
    "log_probability_share",
    "log_weights_after",
    "mixed_area_laws",
    "mixed_count_interval",
    "mixed_law",
    "parameter_ranges",
    "predictive_log_pmf",
    "rate_law",
    "rate_spread",
    "reach_path_log_odds",
    "share_path_log_odds",
    "threshold_log_odds",
    "widened",
]
