"""A run folder of a simulated record, with the tables that the job makes of one."""

import json

import numpy as np
import pandas as pd

from forecast_bench.job.calibration import (
    calibration_summary,
    measure_tables,
    part_intervals,
    record_summary,
)
from forecast_bench.job.discrimination import murphy_table, outcome_table
from forecast_bench.job.phrase_tables import phrases_in_practice
from forecast_bench.lexicons.shipped import load_shipped
from forecast_bench.records import Settings
from forecast_bench.reliability import reliability_points
from simulated_analysts import analyst, yardstick

LEXICON = "uk-phia@2018"
START = pd.Timestamp("2019-01-10")


def judged(fault, *, questions, seed, days=1400):
    """A record of one kind of analyst, in the columns of `resolved_record`."""
    random = np.random.default_rng(seed)
    made = analyst(random, fault, yardstick(), questions=questions)
    n = len(made)
    stated = START + pd.to_timedelta(np.sort(random.integers(0, days, n)), "D")
    return made.assign(
        judgment=[f"j{one}" for one in range(n)],
        lexicon=LEXICON,
        forecaster=random.choice(["a.kim", "m.diallo", "r.lee"], n, p=[0.5, 0.3, 0.2]),
        question=[f"q{one}" for one in made["question"]],
        situation=None,
        topic=random.choice(["border", "talks"], n),
        date=stated,
        known_on=stated + pd.Timedelta(90, "D"),
        confidence=random.choice(["low", "moderate", "high"], n),
        source_grade=random.choice(["A1", "B2", "C3"], n),
        horizon_days=random.choice([20.0, 90.0, 300.0], n),
    )


def write(folder, record, *, effects=None, recalibrated=None, settings=Settings()):  # noqa: B008
    """Write the run of a record, without judgments of its own, and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    found = record_summary(record)
    calibration = {**calibration_summary(found), **part_intervals(record, seed=1)}
    (folder / "calibration.json").write_text(json.dumps(calibration), encoding="utf-8")
    manifest = {"run": "r", "as_of": "2024-01-31", "workspace_name": "simulated"}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (folder / "problems.json").write_text("[]", encoding="utf-8")
    tables = {
        **phrases_in_practice(record, load_shipped(), [LEXICON], settings),
        **measure_tables(record, found),
        "reliability": reliability_points(record, seed=1),
        "by_outcome": outcome_table(record),
        "murphy": murphy_table(record, recalibrated),
    }
    for name, table in tables.items():
        table.to_parquet(folder / f"{name}.parquet", index=False)
    if effects is not None:
        (folder / "recalibration").mkdir(exist_ok=True)
        effects.to_parquet(folder / "recalibration" / "effects.parquet", index=False)
    return folder
