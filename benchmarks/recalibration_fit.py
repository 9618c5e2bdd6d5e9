"""Time the recalibration fit: 2,000 and 1,000,000 outcomes, and one Bernoulli per outcome.

Each fit runs in a process of its own with an empty cache, so that seconds include compilation.
The peer is the same model with a cell for each outcome.

    python benchmarks/recalibration_fit.py [--cases cells-2000 cells-1000000 outcomes-2000]
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from forecast_bench.bayes import Cells, RecalibrationSettings, cells, diagnose, fit

CASES = {"cells-2000": 2_000, "cells-1000000": 1_000_000, "outcomes-2000": 2_000}
TARGETS = {"cells-2000": 25.0, "cells-1000000": 35.0}
STATED = np.array([0.03, 0.15, 0.3, 0.45, 0.55, 0.65, 0.85, 0.97])


def simulated(outcomes: int, *, seed: int = 20_171_231) -> pd.DataFrame:
    """Draw resolved judgments of 20 analysts, 8 phrases and 5 topics, somewhat over-confident."""
    generator = np.random.default_rng(seed)
    analyst, phrase, topic = (generator.integers(0, size, outcomes) for size in (20, 8, 5))
    shift = sum(
        generator.normal(0, scale, size)[codes]
        for scale, size, codes in ((0.3, 20, analyst), (0.2, 8, phrase), (0.2, 5, topic))
    )
    slope = np.exp(-0.3 + generator.normal(0, 0.2, 20)[analyst])
    true = expit(0.1 + shift + slope * logit(STATED[phrase]))
    return pd.DataFrame(
        {
            "probability": STATED[phrase],
            "outcome": (generator.random(outcomes) < true).astype(int),
            "analyst": np.char.mod("analyst %02d", analyst),
            "phrase": np.char.mod("phrase %d", phrase),
            "topic": np.char.mod("topic %d", topic),
        }
    )


def per_outcome(frame: pd.DataFrame) -> Cells:
    """Give each outcome a cell of its own: the Bernoulli form of the same model."""
    levels = {
        name: np.unique(frame[name], return_inverse=True) for name in ("analyst", "phrase", "topic")
    }
    return Cells(
        log_odds=logit(frame["probability"].to_numpy()),
        trials=np.ones(len(frame), dtype=np.int64),
        occurred=frame["outcome"].to_numpy(dtype=np.int64),
        **{name: codes.astype(np.int64) for name, (_, codes) in levels.items()},
        **{f"{name}s": tuple(map(str, found)) for name, (found, _) in levels.items()},
    )


def one(case: str) -> dict[str, object]:
    """Fit one case in this process."""
    frame = simulated(CASES[case])
    settings = RecalibrationSettings()
    began, worked = time.perf_counter(), time.process_time()
    counted = per_outcome(frame) if case.startswith("outcomes") else cells(frame)
    with tempfile.TemporaryDirectory() as cache:
        fitted = fit(counted, settings, seed=1, cache=Path(cache))
        verdict = diagnose(fitted.idata, settings.limits)
        seconds = time.perf_counter() - began
    return {
        "case": case,
        "outcomes": CASES[case],
        "cells": len(counted.trials),
        "seconds": round(seconds, 2),
        "processor_seconds": round(time.process_time() - worked, 2),
        "target_seconds": TARGETS.get(case),
        "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "diagnostics": asdict(verdict),
    }


def main() -> None:
    """Run the cases one after the other and print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("--one", choices=CASES)
    chosen = parser.parse_args()
    if chosen.one:
        print(json.dumps(one(chosen.one)))
        return
    found = []
    for case in chosen.cases:
        done = subprocess.run(
            [sys.executable, __file__, "--one", case], check=True, capture_output=True, text=True
        )
        found.append(json.loads(done.stdout.splitlines()[-1]))
    by_case = {row["case"]: row for row in found}
    ratio = None
    if {"cells-2000", "outcomes-2000"} <= by_case.keys():
        ratio = by_case["outcomes-2000"]["seconds"] / by_case["cells-2000"]["seconds"]
    print(json.dumps({"fits": found, "peer_over_cells": ratio}, indent=2))


if __name__ == "__main__":
    main()
