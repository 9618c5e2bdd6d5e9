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
from forecast_bench.rates.draw_paths import DrawPaths, draw_paths, rates_told
from forecast_bench.rates.evidence import log_evidence
from forecast_bench.rates.law import RateLaw, after, rate_law, widened
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
from forecast_bench.rates.path_events import (
    PathEvent,
    attainable_months,
    decided_by_counts,
    month_hits,
    months_reached,
    occurs_on_paths,
    path_odds,
)
from forecast_bench.rates.paths import (
    LEAST_EFFECTIVE_DRAWS,
    PathEstimate,
    TooFewDraws,
    effective_draws,
    months_log_weight,
    paths_log_odds,
    simulated_months,
)
from forecast_bench.rates.rate_draws import RateDraws, rate_draws
from forecast_bench.rates.reach import area_laws, log_odds_reach, log_probability_reach, rate_spread
from forecast_bench.rates.share import ShareCounts, log_odds_share, log_probability_share
from forecast_bench.rates.threshold import ThresholdLogOdds, threshold_log_odds

__all__ = [
    "LEAST_EFFECTIVE_DRAWS",
    "DrawPaths",
    "MixedLaw",
    "ParameterRanges",
    "PathEstimate",
    "PathEvent",
    "RateDraws",
    "RateLaw",
    "RateParameters",
    "ShareCounts",
    "ThresholdLogOdds",
    "TooFewDraws",
    "after",
    "area_laws",
    "attainable_months",
    "change_threshold",
    "count_interval",
    "count_path_log_odds",
    "decided_by_counts",
    "draw_paths",
    "effective_draws",
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
    "mixed_law",
    "month_hits",
    "months_log_weight",
    "months_reached",
    "occurs_on_paths",
    "parameter_ranges",
    "path_odds",
    "paths_log_odds",
    "predictive_log_pmf",
    "rate_draws",
    "rate_law",
    "rate_spread",
    "rates_told",
    "reach_path_log_odds",
    "share_path_log_odds",
    "simulated_months",
    "threshold_log_odds",
    "widened",
]
