"""How reliable stated probabilities have been: curves, decompositions, bands, phrases."""

from forecast_bench.reliability.band import consistency_band, last_stated_probability
from forecast_bench.reliability.bias import calibration_in_the_large, over_under_confidence
from forecast_bench.reliability.clusters import cluster_codes, design_effect, effective_number
from forecast_bench.reliability.curve import isotonic_curve
from forecast_bench.reliability.decomposition import (
    CorpDecomposition,
    MurphyDecomposition,
    corp_decomposition,
    murphy_decomposition,
)
from forecast_bench.reliability.interval import MEASURES, mean_interval, reliability_interval
from forecast_bench.reliability.phrase import PhraseMeaning, phrase_meaning, phrase_table
from forecast_bench.reliability.record_summary import (
    GROUPINGS,
    LEAST_OUTCOMES,
    Measures,
    Summary,
    summary,
)

__all__ = [
    "GROUPINGS",
    "LEAST_OUTCOMES",
    "MEASURES",
    "CorpDecomposition",
    "Measures",
    "MurphyDecomposition",
    "PhraseMeaning",
    "Summary",
    "calibration_in_the_large",
    "cluster_codes",
    "consistency_band",
    "corp_decomposition",
    "design_effect",
    "effective_number",
    "isotonic_curve",
    "last_stated_probability",
    "mean_interval",
    "murphy_decomposition",
    "over_under_confidence",
    "phrase_meaning",
    "phrase_table",
    "reliability_interval",
    "summary",
]
