"""Reliability of what has resolved: by stated value, by phrase, by analyst and topic."""

import json
import math
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import pandas as pd

from forecast_bench.lexicons import Lexicon, look_up
from forecast_bench.priors import encode_band
from forecast_bench.records import Settings, number_of
from forecast_bench.reliability import (
    CONVENTIONS,
    LEAST_OUTCOMES,
    Summary,
    cell_table,
    consistency_band,
    forecasts_by_outcome,
    isotonic_curve,
    last_stated_probability,
    murphy_gain,
    phrase_drift,
    phrase_table,
    phrase_years,
    phrases_by_analyst,
    scores_over_time,
    summary,
)

_POSTERIOR = {"a": "posterior_a", "b": "posterior_b", "mean": "posterior_mean"}
_NO_TEAMS: Mapping[str, Iterable[str]] = MappingProxyType({})
_NAMES = {"forecaster": "analyst", "source_grade": "source grade"}


def resolved_record(
    judgments: pd.DataFrame,
    lexicons: Mapping[str, Lexicon],
    teams: Mapping[str, Iterable[str]] = _NO_TEAMS,
) -> pd.DataFrame:
    """Judgments that calibration may count, in the columns that the measures read.

    Those settled early wait for the scheduled end of their window. A phrase stands as its lexicon
    writes it, and a question with its window: asked of other days it is another event. Where teams
    are named, a column `team` says whose each judgment is.
    """
    rows = judgments[judgments["in_calibration"].fillna(value=False).astype(bool)]
    record = pd.DataFrame(
        {
            "judgment": rows["id"].astype(str),
            "probability": rows["prior_mean"].astype(float),
            "outcome": (rows["state"] == "occurred").astype(int),
            "phrase": phrases_of(rows, lexicons),
            "lexicon": rows["lexicon"],
            "forecaster": rows["analyst"].astype(str),
            "question": rows["question"].astype(str)
            + rows["window_start"].fillna("").astype(str).radd(" ")
            + rows["window_end"].fillna("").astype(str).radd(" "),
            "situation": rows["situation"],
            "topic": rows["topic"],
            "date": rows["issued"],
            "known_on": _known_on(rows),
            "reference": rows["base_rate"].astype("Float64").astype(float),
            "confidence": rows["confidence"],
            "source_grade": [_best_grade(text) for text in rows["sources"]],
            "horizon_days": days_to_the_end(rows),
        }
    ).reset_index(drop=True)
    return record if not teams else record.assign(team=teams_of(record["forecaster"], teams))


def teams_of(
    analysts: "pd.Series[str]", teams: Mapping[str, Iterable[str]]
) -> "pd.Series[str]":
    """Team of each analyst, or of several who judged together and are all of one.

    Examples
    --------
    >>> names = pd.Series(["r.lee", "a.kim, r.lee", "r.lee, m.diallo"])
    >>> teams_of(names, {"north": ["r.lee", "a.kim"], "south": ["m.diallo"]}).tolist()
    ['north', 'north', None]
    """
    of = {analyst: team for team, members in teams.items() for analyst in members}

    def team(name: str) -> str | None:
        found = {of.get(one) for one in ([name] if name in of else name.split(", "))}
        return found.pop() if len(found) == 1 else None

    return pd.Series([team(name) for name in analysts], index=analysts.index, dtype=object)


def _best_grade(sources: object) -> str | None:
    """Admiralty grade of the best source: the letter goes before the digit."""
    listed = json.loads(sources) if isinstance(sources, str) else []
    return min((one["grade"] for one in listed if one.get("grade")), default=None)


def days_to_the_end(rows: pd.DataFrame) -> "pd.Series[float]":
    """Days from the day of issue to the end of the window; missing where there is no window."""
    issued, end = (pd.to_datetime(rows[name]) for name in ("issued", "window_end"))
    days: pd.Series[float] = (end - issued).dt.days.astype("float64")
    return days.where(days >= 0)


def _known_on(rows: pd.DataFrame) -> "pd.Series[pd.Timestamp]":
    """Day from which calibration may count an outcome: not before the end of its window."""
    days = [pd.to_datetime(rows[name], errors="raise") for name in ("outcome_on", "window_end")]
    return pd.concat(days, axis=1).max(axis=1).astype("datetime64[s]")


def phrases_of(judgments: pd.DataFrame, lexicons: Mapping[str, Lexicon]) -> "pd.Series[str]":
    """Phrase of each judgment as its lexicon writes it; missing where it used none."""
    found = [
        _canonical(lexicons[lexicon], text) if kind == "phrase" else None
        for kind, lexicon, text in judgments[["stated_kind", "lexicon", "stated_text"]].itertuples(
            index=False, name=None
        )
    ]
    return pd.Series(found, index=judgments.index, dtype="string")


def record_summary(record: pd.DataFrame) -> Summary | None:
    """Measures of a record and its cells; None where nothing has resolved."""
    return (
        None if record.empty else summary(record.drop(columns=["lexicon", "judgment", "known_on"]))
    )


def calibration_summary(found: Summary | None) -> dict[str, Any]:
    """Scores and reliability of a record, ready for JSON; unknown measures are null."""
    if found is None:
        return {
            "n": 0,
            "effective_n": 0,
            "judgeable": False,
            "least": LEAST_OUTCOMES,
            "note": "no judgment has resolved and reached the end of its window",
            "by": {},
        }
    document: dict[str, Any] = found.model_dump()
    document["by"] = {_NAMES.get(name, name): groups for name, groups in document["by"].items()}
    document["conventions"] = list(CONVENTIONS)
    document["least"] = document.pop("least_outcomes")
    document["note"] = (
        ""
        if found.judgeable
        else f"worth {found.effective_n:.1f} independent outcomes in "
        f"{number_of(found.clusters, 'groups')} without a situation in common; "
        f"{LEAST_OUTCOMES:g} are needed before calibration can be judged"
    )
    plain: dict[str, Any] = _without_nan(document)
    return plain


def measure_tables(record: pd.DataFrame, found: Summary | None) -> dict[str, pd.DataFrame]:
    """Measures of each cell, and month by month; without rows where nothing has resolved."""
    if found is None:
        return {
            "cells": pd.DataFrame({"grouping": [], "value": []}, dtype="string"),
            "over_time": pd.DataFrame({"month": [], "span": []}, dtype="string"),
        }
    cells = cell_table(found)
    return {
        "cells": cells.assign(grouping=cells["grouping"].replace(_NAMES)),
        "over_time": scores_over_time(record),
    }


def reliability_table(record: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """CORP curve with its consistency band, one row for each distinct stated probability."""
    if record.empty:
        names = [
            "probability",
            "n",
            "occurred",
            "frequency",
            "recalibrated",
            "band_low",
            "band_high",
        ]
        return pd.DataFrame({name: pd.Series(dtype="float64") for name in names})
    curve = isotonic_curve(probability=record["probability"], outcome=record["outcome"])
    band = consistency_band(
        probability=record["probability"],
        question=record["question"],
        situation=record["situation"],
        last_probability=last_stated_probability(
            probability=record["probability"],
            question=record["question"],
            date=record["date"],
            forecaster=record["forecaster"],
        ),
        seed=seed,
    )
    return curve.assign(band_low=band["low"].to_numpy(), band_high=band["high"].to_numpy())


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


def _of_lexicon(
    own: pd.DataFrame, lexicon: Lexicon, settings: Settings
) -> dict[str, pd.DataFrame]:
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


def outcome_table(record: pd.DataFrame) -> pd.DataFrame:
    """How often each probability was stated of what occurred and of what did not."""
    if record.empty:
        names = ("probability", "occurred", "did_not", "share_occurred", "share_did_not")
        more = ("hit_rate", "false_alarm_rate")
        return pd.DataFrame({name: pd.Series(dtype="float64") for name in (*names, *more)})
    return forecasts_by_outcome(probability=record["probability"], outcome=record["outcome"])


def murphy_table(record: pd.DataFrame, recalibrated: pd.DataFrame | None) -> pd.DataFrame:
    """Gain over the base rates at each threshold of action: as stated, and as recalibrated.

    Parameters
    ----------
    record : DataFrame
        As `resolved_record` gives it; judgments without a base rate are left out.
    recalibrated : DataFrame or None
        `judgment` and `recalibrated`, by the map in force; None where none is.
    """
    known = record[record["reference"].notna()]
    forecasts = {"stated": known["probability"]}
    if recalibrated is not None:
        mapped = recalibrated.set_index("judgment")["recalibrated"]
        forecasts["recalibrated"] = known["judgment"].map(mapped)
    tables = [
        murphy_gain(
            probability=probability,
            reference=known["reference"],
            outcome=known["outcome"],
            question=known["question"],
            situation=known["situation"],
        ).assign(forecast=name, n=len(known))
        for name, probability in forecasts.items()
        if len(known)
    ]
    names = ("threshold", "score", "reference_score", "gain", "low", "high", "forecast", "n")
    empty = pd.DataFrame({name: pd.Series(dtype="float64") for name in names})
    return pd.concat(tables, ignore_index=True) if tables else empty


def _mean(low: float, high: float, mass: float) -> float:
    a, b = encode_band(low, high, mass=mass)
    return a / (a + b)


def _canonical(lexicon: Lexicon, text: object) -> str | None:
    found = look_up(lexicon, text) if isinstance(text, str) else None
    return None if found is None else found.phrase


def _without_nan(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _without_nan(one) for key, one in value.items()}
    return value
