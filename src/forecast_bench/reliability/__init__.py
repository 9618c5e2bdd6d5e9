"""How reliable stated probabilities have been: curves, decompositions, bands, phrases."""

from forecast_bench.reliability.analyst_phrase import ALIKE, phrases_by_analyst, prior_of_one
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
from forecast_bench.reliability.diagram import reliability_points
from forecast_bench.reliability.discrimination import (
    Discrimination,
    discrimination,
    forecasts_by_outcome,
)
from forecast_bench.reliability.drift import (
    CANNOT_TELL,
    LESS_OFTEN,
    MORE_OFTEN,
    NO_CHANGE,
    phrase_drift,
    phrase_years,
    trend,
)
from forecast_bench.reliability.interval import MEASURES, mean_interval, reliability_interval
from forecast_bench.reliability.meanings import MEANINGS
from forecast_bench.reliability.measures import Measures
from forecast_bench.reliability.murphy_diagram import murphy_diagram, murphy_gain
from forecast_bench.reliability.over_time import MONTHS, SPANS, scores_over_time
from forecast_bench.reliability.phrase import PhraseMeaning, phrase_meaning, phrase_table
from forecast_bench.reliability.record_summary import (
    CONVENTIONS,
    GROUPINGS,
    LEAST_OUTCOMES,
    Summary,
    cell_table,
    horizon_of,
    summary,
)
from forecast_bench.reliability.verdict import FALSE_ALARMS, FAULTS, NO_FAULT, TOO_FEW

__all__ = [
    "ALIKE",
    "CANNOT_TELL",
    "CONVENTIONS",
    "FALSE_ALARMS",
    "FAULTS",
    "GROUPINGS",
    "LEAST_OUTCOMES",
    "LESS_OFTEN",
    "MEANINGS",
    "MEASURES",
    "MONTHS",
    "MORE_OFTEN",
    "NO_CHANGE",
    "NO_FAULT",
    "SPANS",
    "TOO_FEW",
    "CorpDecomposition",
    "Discrimination",
    "Measures",
    "MurphyDecomposition",
    "PhraseMeaning",
    "Summary",
    "calibration_in_the_large",
    "cell_table",
    "cluster_codes",
    "consistency_band",
    "corp_decomposition",
    "design_effect",
    "discrimination",
    "effective_number",
    "forecasts_by_outcome",
    "horizon_of",
    "isotonic_curve",
    "last_stated_probability",
    "mean_interval",
    "murphy_decomposition",
    "murphy_diagram",
    "murphy_gain",
    "over_under_confidence",
    "phrase_drift",
    "phrase_meaning",
    "phrase_table",
    "phrase_years",
    "phrases_by_analyst",
    "prior_of_one",
    "reliability_interval",
    "reliability_points",
    "scores_over_time",
    "summary",
    "trend",
]
