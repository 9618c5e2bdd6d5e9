"""Time the recalibration fit: 2,000 outcomes of 20 analysts in 8 phrases, and how it grows.

Each fit runs in a process of its own with an empty cache, so that seconds include imports and
compilation. The peer is the same model of the same data with one Bernoulli per outcome. Growth is
measured at 160 cells for 200, 2,000 and 20,000 outcomes.

Run ``python benchmarks/recalibration_fit.py`` for a table, with ``--json`` for one JSON document.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from forecast_bench.bayes import Cells, RecalibrationSettings, cells, diagnose, fit

MAIN, PEER = "cells, 2000", "one Bernoulli per outcome, 2000"
GROWTH = {f"160 cells, {outcomes}": outcomes for outcomes in (200, 2_000, 20_000)}
CASES = {MAIN: 2_000, PEER: 2_000, **GROWTH}
TARGET_SECONDS = 25.0
STATED = np.array([0.03, 0.15, 0.3, 0.45, 0.55, 0.65, 0.85, 0.97])


def simulated(outcomes: int, *, crossed: bool = False, seed: int = 20_171_231) -> pd.DataFrame:
    """Draw resolved judgments of 20 analysts, 8 phrases and 5 topics, somewhat over-confident.

    Crossed, each analyst uses each phrase equally often, in one topic: 160 cells however many.
    """
    generator = np.random.default_rng(seed)
    analyst, phrase, topic = (generator.integers(0, size, outcomes) for size in (20, 8, 5))
    if crossed:
        analyst, phrase = np.divmod(np.arange(outcomes) % 160, 8)
        topic = (analyst + phrase) % 5
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


def one(case: str) -> dict[str, Any]:
    """Fit one case in this process."""
    frame = simulated(CASES[case], crossed=case in GROWTH)
    settings = RecalibrationSettings()
    began, worked = time.perf_counter(), time.process_time()
    counted = per_outcome(frame) if case == PEER else cells(frame)
    with tempfile.TemporaryDirectory() as cache:
        fitted = fit(counted, settings, seed=1, cache=Path(cache))
    seconds, processor = time.perf_counter() - began, time.process_time() - worked
    return {
        "case": case,
        "outcomes": CASES[case],
        "cells": len(counted.trials),
        "seconds": round(seconds, 2),
        "processor_seconds": round(processor, 2),
        "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "diagnostics": asdict(diagnose(fitted.idata, settings.limits)),
    }


def measure() -> dict[str, Any]:
    """Run the cases one after the other, each in a process of its own."""
    load_before = os.getloadavg()[0]
    fits: dict[str, dict[str, Any]] = {}
    for case in CASES:
        done = subprocess.run(
            [sys.executable, __file__, "--one", case], check=True, capture_output=True, text=True
        )
        fits[case] = json.loads(done.stdout.splitlines()[-1])
    first, *_, last = (fits[case]["processor_seconds"] for case in GROWTH)
    return {
        "fits": list(fits.values()),
        "target_seconds": TARGET_SECONDS,
        "peer_over_cells": fits[PEER]["processor_seconds"] / fits[MAIN]["processor_seconds"],
        "growth_200_to_20000": last / first,
        "load_average": [load_before, os.getloadavg()[0]],
    }


def main() -> None:
    """Print a table, or one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--one", choices=CASES, help="fit this case only, in this process")
    chosen = parser.parse_args()
    if chosen.one:
        print(json.dumps(one(chosen.one)))
        return
    report = measure()
    if chosen.json:
        print(json.dumps(report, indent=2))
        return
    for row in report["fits"]:
        found = row["diagnostics"]
        print(
            f"{row['case']:32} {row['cells']:5} cells {row['seconds']:7.1f} s"
            f" {row['processor_seconds']:7.1f} s processor {row['peak_mib']:5} MiB"
            f"  r_hat {found['r_hat']:.4f}, ESS {found['ess_bulk']:.0f} and"
            f" {found['ess_tail']:.0f}, passed {found['passed']}"
        )
    print(f"One Bernoulli per outcome: {report['peer_over_cells']:.2f} times the processor time.")
    print(f"100 times the outcomes take {report['growth_200_to_20000']:.2f} times.")
    print("Load average before and after: {:.1f}, {:.1f}".format(*report["load_average"]))


if __name__ == "__main__":
    main()
