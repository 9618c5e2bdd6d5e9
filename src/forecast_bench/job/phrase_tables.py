"""What phrases have meant in practice: to all, to each analyst, in each year."""

from collections.abc import Iterable, Mapping

import pandas as pd

from forecast_bench.lexicons import Lexicon
from forecast_bench.priors import encode_band
from forecast_bench.records import Settings
from forecast_bench.reliability import (
    phrase_drift,
    phrase_table,
    phrase_years,
    phrases_by_analyst,
)

_POSTERIOR = {"a": "posterior_a", "b": "posterior_b", "mean": "posterior_mean"}


def phrases_in_practice(
    record: pd.DataFrame, lexicons: Mapping[str, Lexicon], in_use: Iterable[str], settings: Settings
) -> dict[str, pd.DataFrame]:
    """For each phrase of the lexicons in use: what it has meant, to each analyst, in each year."""
    found: dict[str, list[pd.DataFrame]] = {}
    for identifier in in_use:
        own = record[record["lexicon"] == identifier]
        for name, table in _of_lexicon(own, lexicons[identifier], settings).items():
            found.setdefault(name, []).append(table.assign(lexicon=identifier))
    return {
        name: pd.concat(found[name], ignore_index=True) if name in found else pd.DataFrame()
        for name in ("phrases", "analyst_phrases", "phrase_years")
    }


def _of_lexicon(own: pd.DataFrame, lexicon: Lexicon, settings: Settings) -> dict[str, pd.DataFrame]:
    bands = pd.DataFrame(
        [
            {
                "phrase": one.phrase,
                "low": one.low,
                "high": one.high,
                "mean": _mean(one.low, one.high, settings.band_mass),
            }
            for one in lexicon.phrases
        ]
    )
    weight = settings.phrase_weight
    table = phrase_table(lexicon=bands, record=own, prior_weight=weight)
    table = table.assign(prior_a=bands["mean"] * weight, prior_b=(1 - bands["mean"]) * weight)
    by_analyst = phrases_by_analyst(
        lexicon=bands, record=own, prior_weight=weight, alike=settings.analyst_weight
    )
    return {
        "phrases": table.merge(
            phrase_drift(lexicon=bands, record=own), on="phrase", validate="one_to_one"
        ).rename(columns=_POSTERIOR),
        "analyst_phrases": by_analyst.rename(columns={**_POSTERIOR, "forecaster": "analyst"}),
        "phrase_years": phrase_years(lexicon=bands, record=own, prior_weight=weight).rename(
            columns=_POSTERIOR
        ),
    }


def _mean(low: float, high: float, mass: float) -> float:
    a, b = encode_band(low, high, mass=mass)
    return a / (a + b)
