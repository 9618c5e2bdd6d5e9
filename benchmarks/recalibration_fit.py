"""Time the recalibration fit: 2,000 and 1,000,000 outcomes of 20 analysts in 8 phrases.

Each fit runs in a process of its own, so that seconds include imports and compilation: first with
an empty cache of compiled code, then with the cache of that process, for the same data and for
others of the same shape. The peer is the same model of the same data written with one Bernoulli
for each outcome and sampled with PyMC's defaults; it is stopped after ``--limit`` seconds, and then
took more than these. Growth is measured at 160 cells for 200, 2,000 and 20,000 outcomes.

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
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from forecast_bench.bayes import (
    RecalibrationSettings,
    cells,
    diagnose,
    fit,
    left_out_points,
    nested_laplace,
    predictive_checks,
    prepare,
    versions,
)


@dataclass(frozen=True)
class Case:
    """One fit: of how many outcomes, by which road, with whose compiled code."""

    outcomes: int
    road: str = "cells"
    cache: str | None = None
    crossed: bool = False
    seed: int = 20_171_231


MAIN, MILLION = "2,000 outcomes", "1,000,000 outcomes"
PEERS = {f"one Bernoulli each, {number:,}": number for number in (2_000, 20_000, 1_000_000)}
GROWTH = {f"160 cells, {number:,} outcomes": number for number in (200, 2_000, 20_000)}
CASES = {
    MAIN: Case(2_000, cache="shared"),
    f"{MAIN}, compiled before": Case(2_000, cache="shared"),
    f"other {MAIN}, compiled before": Case(2_000, cache="shared", seed=1),
    MILLION: Case(1_000_000),
    **{name: Case(number, road="outcomes") for name, number in PEERS.items()},
    **{name: Case(number, crossed=True) for name, number in GROWTH.items()},
    "2,000 outcomes, nested Laplace": Case(2_000, road="laplace"),
    "1,000,000 outcomes, nested Laplace": Case(1_000_000, road="laplace"),
}
GOALS = {MAIN: 25.0, MILLION: 35.0}
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


def sampled_by_outcome(frame: pd.DataFrame, cache: Path) -> Any:
    """Write the model as its formula reads, one Bernoulli each, and sample it as PyMC does."""
    prepare(cache)
    import pymc

    code = {name: pd.factorize(frame[name])[0] for name in ("analyst", "phrase", "topic")}
    sizes = {name: int(own.max()) + 1 for name, own in code.items()}
    settings = RecalibrationSettings()

    def group(name: str, of: str) -> Any:
        scale = pymc.HalfNormal(f"{name}_scale", settings.group_scale)
        unit = pymc.Normal(f"{name}_unit", 0, 1, shape=sizes[of])
        return pymc.Deterministic(name, scale * unit)[code[of]]

    with pymc.Model():
        shift = pymc.Normal("intercept", 0, settings.intercept_scale)
        for of in ("analyst", "topic", "phrase"):
            shift = shift + group(f"{of}_shift", of)
        log_slope = pymc.Normal("log_slope", 0, settings.log_slope_scale)
        log_slope = log_slope + group("analyst_log_slope", "analyst")
        eta = shift + pymc.math.exp(log_slope) * logit(frame["probability"].to_numpy())
        pymc.Bernoulli("occurred", logit_p=eta, observed=frame["outcome"].to_numpy())
        return pymc.sample(random_seed=1, progressbar=False, quiet=True)


def one(name: str, cache: Path) -> dict[str, Any]:
    """Fit one case in this process."""
    case, settings = CASES[name], RecalibrationSettings(time_limit="1 hour")
    frame = simulated(case.outcomes, crossed=case.crossed, seed=case.seed)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    began, worked = time.perf_counter(), time.process_time()
    found: dict[str, Any] = {}
    if case.road == "outcomes":
        idata = sampled_by_outcome(frame, cache)
    else:
        counted = cells(frame)
        found = {"cells": len(counted.trials), "counting": time.perf_counter() - began}
        idata = None
        if case.road == "laplace":
            nested_laplace(counted, settings)
        else:
            idata = fit(counted, settings, seed=1, cache=cache).idata
    found |= {
        "seconds": round(time.perf_counter() - began, 2),
        "processor_seconds": round(time.process_time() - worked, 2),
        "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "before_mib": round(before),
    }
    if idata is not None:
        found["diagnostics"] = asdict(diagnose(idata, settings.limits))
    if case.road == "cells":
        began = time.perf_counter()
        predictive_checks(idata, counted)
        left_out_points(idata, counted)
        found["checks_seconds"] = round(time.perf_counter() - began, 2)
    return found


def measure(*, limit: float, names: list[str]) -> dict[str, Any]:
    """Run the cases one after the other, each in a process of its own."""
    fits: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            case = CASES[name]
            cache = Path(folder) / (case.cache or str(len(fits)))
            began, load = time.perf_counter(), os.getloadavg()[0]
            command = [sys.executable, __file__, "--one", name, "--cache", str(cache)]
            try:
                done = subprocess.run(
                    command,
                    check=True,
                    capture_output=True,
                    text=True,
                    timeout=limit if case.road == "outcomes" else None,
                )
                found = json.loads(done.stdout.splitlines()[-1])
            except subprocess.TimeoutExpired:
                found = {"more_than_seconds": limit}
            whole = round(time.perf_counter() - began, 2)
            fits[name] = {
                "case": name,
                "outcomes": case.outcomes,
                **found,
                "process_seconds": whole,
                "goal_seconds": GOALS.get(name),
                "load_before": load,
            }
            # Told at once: on a busy machine the whole takes long.
            print(_line(fits[name]), file=sys.stderr, flush=True)
    report: dict[str, Any] = {"fits": list(fits.values()), "versions": versions()}
    if set(GROWTH) <= set(fits):
        first, *_, last = (fits[name]["processor_seconds"] for name in GROWTH)
        report["growth_200_to_20000"] = last / first
    return report


def main() -> None:
    """Print a table, or one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--limit", type=float, default=300, help="seconds for each peer")
    parser.add_argument("--only", choices=CASES, action="append", help="measure this case")
    parser.add_argument("--one", choices=CASES, help="fit this case in this process")
    parser.add_argument("--cache", type=Path, help="folder of compiled code, with --one")
    chosen = parser.parse_args()
    if chosen.one:
        print(json.dumps(one(chosen.one, chosen.cache)))
        return
    report = measure(limit=chosen.limit, names=chosen.only or list(CASES))
    if chosen.json:
        print(json.dumps(report, indent=2))
        return
    print(f"{len(report['fits'])} cases, {os.cpu_count()} processors")
    if "growth_200_to_20000" in report:
        print(f"100 times the outcomes take {report['growth_200_to_20000']:.2f} times.")


def _line(row: dict[str, Any]) -> str:
    text = f"{row['case']:38}"
    if "more_than_seconds" in row:
        return f"{text} more than {row['more_than_seconds']:.0f} s, stopped"
    counted = f"{row['cells']:,} cells" if "cells" in row else ""
    text += f" {counted:>11} {row['seconds']:7.1f} s {row['processor_seconds']:7.1f} s processor"
    text += f" {row['peak_mib']:5} MiB load {row['load_before']:.1f}"
    if row["goal_seconds"]:
        text += f" goal {row['goal_seconds']:.0f} s"
    if "checks_seconds" in row:
        text += f" checks {row['checks_seconds']:.1f} s"
    if "diagnostics" in row:
        found = row["diagnostics"]
        text += f" r_hat {found['r_hat']:.4f} ESS {found['ess_bulk']:.0f}, {found['ess_tail']:.0f}"
        text += "" if found["passed"] else " not passed"
    return text


if __name__ == "__main__":
    main()
