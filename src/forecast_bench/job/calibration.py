"""Reliability of what has resolved: by stated value, by phrase, by analyst and topic."""

import json
import math
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import pandas as pd

from forecast_bench.lexicons import Lexicon, look_up
from forecast_bench.records import number_of
from forecast_bench.reliability import (
    CONVENTIONS,
    LEAST_OUTCOMES,
    Summary,
    cell_table,
    reliability_interval,
    scores_over_time,
    summary,
)

_NO_TEAMS: Mapping[str, Iterable[str]] = MappingProxyType({})
_DRAWS = 1000
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


def teams_of(analysts: "pd.Series[str]", teams: Mapping[str, Iterable[str]]) -> "pd.Series[str]":
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


def part_intervals(record: pd.DataFrame, *, seed: int) -> dict[str, float | None]:
    """Ends of the 90 % intervals of the parts of both scores, by a bootstrap of whole clusters.

    By name as in `calibration_summary`, with ``_low`` and ``_high``; missing with one cluster.
    """
    if record.empty:
        return {}
    found: dict[str, float | None] = {}
    for rule, prefix in (("brier", ""), ("log", "log_")):
        table = reliability_interval(
            probability=record["probability"],
            outcome=record["outcome"],
            question=record["question"],
            situation=record["situation"],
            rule=rule,
            draws=_DRAWS,
            seed=seed,
        )
        for part in ("mcb", "dsc", "unc", *(() if prefix else ("ci", "di"))):
            for end in ("low", "high"):
                found[f"{prefix}{part}_{end}"] = _without_nan(float(table.loc[part, end]))
        found[f"{prefix}vi_low"], found[f"{prefix}vi_high"] = (
            found[f"{prefix}unc_low"],
            found[f"{prefix}unc_high"],
        )
    return {name: value for name, value in found.items() if not name.startswith("log_vi")}


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


def _canonical(lexicon: Lexicon, text: object) -> str | None:
    found = look_up(lexicon, text) if isinstance(text, str) else None
    return None if found is None else found.phrase


def _without_nan(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _without_nan(one) for key, one in value.items()}
    return value
