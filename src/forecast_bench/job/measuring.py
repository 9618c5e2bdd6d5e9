"""The measures of what has resolved, taken over where the record is the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from forecast_bench.job.calibration import (
    calibration_summary,
    measure_tables,
    part_intervals,
    record_summary,
)
from forecast_bench.job.discrimination import outcome_table
from forecast_bench.job.phrase_tables import phrases_in_practice
from forecast_bench.job.reuse import Reuse, content_hash
from forecast_bench.reliability import reliability_points
from forecast_bench.workspace import Workspace


@dataclass(frozen=True, slots=True, eq=False)
class Measures:
    """Reliability of a record.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        By the name of their file.
    calibration : dict
        Scores of the whole and of its cells, ready for JSON.
    made_of : str
        Hash of the record and of all else that they depend on.
    reused : bool
        Whether an earlier run lent them.
    """

    tables: Mapping[str, pd.DataFrame]
    calibration: dict[str, Any]
    made_of: str
    reused: bool


_TABLES = (
    *("phrases", "analyst_phrases", "phrase_years"),
    *("by_outcome", "reliability", "cells", "over_time"),
)


def measures(
    workspace: Workspace, judgments: pd.DataFrame, record: pd.DataFrame, reuse: Reuse
) -> Measures:
    """Measure a record, unless an earlier run measured the same.

    Parameters
    ----------
    workspace : Workspace
        Its lexicons and settings.
    judgments : DataFrame
        The table of judgments, which says what lexicons are in use.
    record : DataFrame
        As `resolved_record` gives it.
    reuse : Reuse
        What earlier runs may lend.
    """
    in_use, settings = lexicons_in_use(judgments), workspace.settings
    lexicons = [workspace.lexicons[name] for name in in_use]
    conventions = (settings.seed, settings.band_mass, settings.phrase_weight)
    made_of = content_hash(
        reuse.made_by, record, in_use, lexicons, conventions, settings.analyst_weight
    )
    former = reuse.former
    lent = None
    if former is not None and former.made_of.get("measures") == made_of:
        lent = former.parts(tables=_TABLES, document="calibration")
    if lent is not None:
        tables, calibration = lent
        # What is pooled depends on opinions of today.
        calibration.pop("pooled", None)
        return Measures(tables, calibration, made_of, reused=True)
    found = record_summary(record)
    tables = {
        **phrases_in_practice(record, workspace.lexicons, in_use, settings),
        "by_outcome": outcome_table(record),
        "reliability": reliability_points(record, seed=settings.seed),
        **measure_tables(record, found),
    }
    calibration = {**calibration_summary(found), **part_intervals(record, seed=settings.seed)}
    return Measures(tables, calibration, made_of, reused=False)


def lexicons_in_use(judgments: pd.DataFrame) -> list[str]:
    """Lexicons of which a judgment states a phrase."""
    words = judgments[judgments["stated_kind"] == "phrase"]
    return sorted(words["lexicon"].dropna().unique())
