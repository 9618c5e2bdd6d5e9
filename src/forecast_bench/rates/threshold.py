"""Threshold questions by the million: base rate and base rate after the counts, in one call."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from forecast_bench.rates.count import count_log_tails, log_odds_at_least
from forecast_bench.rates.evidence import log_evidence
from forecast_bench.rates.law import rate_law
from forecast_bench.rates.mixed_law import log_mixture, mixed_law, normalised
from forecast_bench.rates.numeric import FloatArray, plain
from forecast_bench.rates.parameters import RateParameters

_BLOCK_ROWS = 32_768


class ThresholdLogOdds(NamedTuple):
    """Log odds of one threshold question each, under the base-rate law.

    Attributes
    ----------
    base : ndarray or float
        At the issue date.
    after : ndarray or float
        After the incidents counted so far.
    """

    base: FloatArray
    after: FloatArray


def threshold_log_odds(
    *,
    baseline_incidents: npt.ArrayLike,
    baseline_months: npt.ArrayLike,
    threshold: npt.ArrayLike,
    exposure_months: npt.ArrayLike,
    incidents: npt.ArrayLike = 0,
    elapsed_months: npt.ArrayLike = 0,
    drift: npt.ArrayLike = 0.5,
    dispersion: npt.ArrayLike | None = None,
    parameters: RateParameters | None = None,
) -> ThresholdLogOdds:
    """Return the log odds of "at least" questions, at issue and after the counts so far.

    All arguments broadcast against each other; the work goes block by block, so that memory beyond
    the two results does not grow with the number of questions. For "at most" pass the threshold
    plus one and turn the signs.

    Parameters
    ----------
    baseline_incidents, baseline_months, drift, dispersion : array_like
        As for `rate_law`.
    threshold, exposure_months, incidents, elapsed_months : array_like
        As for `log_odds_at_least`.
    parameters : RateParameters, optional
        What is believed of drift and dispersion, to be integrated over in place of `drift` and
        `dispersion`. The incidents so far are then observed as one number; where months are
        over-dispersed and known one by one, `count_path_log_odds` learns more from them.

    Returns
    -------
    ThresholdLogOdds
        Arrays of the common shape (numbers for numbers).

    Raises
    ------
    ValueError
        If any number is outside its domain.

    Examples
    --------
    >>> odds = threshold_log_odds(baseline_incidents=5, baseline_months=12, threshold=8,
    ...                           exposure_months=18, incidents=[0, 3], elapsed_months=[3, 6])
    >>> odds.base.round(6), odds.after.round(6)
    (array([0.104189, 0.104189]), array([-1.368398,  0.507769]))
    """
    named = {
        "baseline_incidents": baseline_incidents,
        "baseline_months": baseline_months,
        "threshold": threshold,
        "exposure_months": exposure_months,
        "incidents": incidents,
        "elapsed_months": elapsed_months,
        "drift": drift,
    }
    if dispersion is not None:
        named["dispersion"] = dispersion
    if parameters is not None:
        del named["drift"]
        if dispersion is not None:
            msg = "parameters hold a dispersion; pass one or the other."
            raise ValueError(msg)
    values = {name: np.asarray(value, dtype=np.float64) for name, value in named.items()}
    shape = np.broadcast_shapes(*(value.shape for value in values.values()))
    # One drift for all is kept as one number: the widening is then solved once per distinct count.
    rows = {
        name: value if value.ndim == 0 else np.broadcast_to(value, shape).reshape(-1)
        for name, value in values.items()
    }
    base, after = np.empty(shape), np.empty(shape)
    flat_base, flat_after = base.reshape(-1), after.reshape(-1)
    for start in range(0, flat_base.size, _BLOCK_ROWS):
        block = slice(start, start + _BLOCK_ROWS)
        part = {name: value[block] if value.ndim else value for name, value in rows.items()}
        both = _both(part) if parameters is None else _both_mixed(part, parameters)
        flat_base[block], flat_after[block] = both
    return ThresholdLogOdds(base=plain(base), after=plain(after))


def _both(part: dict[str, FloatArray]) -> tuple[FloatArray, FloatArray]:
    law = rate_law(
        incidents=part["baseline_incidents"],
        exposure_months=part["baseline_months"],
        drift=part["drift"],
        dispersion=part.get("dispersion"),
    )
    window = {"threshold": part["threshold"], "exposure_months": part["exposure_months"]}
    seen = {"incidents": part["incidents"], "elapsed_months": part["elapsed_months"]}
    return log_odds_at_least(law, **window), log_odds_at_least(law, **window, **seen)


def _both_mixed(
    part: dict[str, FloatArray], parameters: RateParameters
) -> tuple[FloatArray, FloatArray]:
    law = mixed_law(
        incidents=part["baseline_incidents"],
        exposure_months=part["baseline_months"],
        parameters=parameters,
    )
    window = {"threshold": part["threshold"], "exposure_months": part["exposure_months"]}
    seen = {"incidents": part["incidents"], "elapsed_months": part["elapsed_months"]}
    counted, elapsed = np.broadcast_arrays(*(np.atleast_1d(one) for one in seen.values()))
    base = law.of_each(lambda one: np.stack(count_log_tails(one, **window), axis=1))
    after = law.of_each(lambda one: np.stack(count_log_tails(one, **window, **seen), axis=1))
    evidence = law.of_each(
        lambda one: log_evidence(
            one,
            period_counts=counted[None, :],
            elapsed_months=elapsed[None, :],
        )[:, 1]
    )
    first = law.log_weights[:, None]
    later = normalised(first + evidence)
    return (
        log_mixture(first, base[:, 0]) - log_mixture(first, base[:, 1]),
        log_mixture(later, after[:, 0]) - log_mixture(later, after[:, 1]),
    )
