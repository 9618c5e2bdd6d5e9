"""Time a panel of rates: 200 series of 60 months, compilation included, beside the plain model.

Each case runs in a process of its own with an empty cache. The peer is the same model of the same
data with one negative binomial for each month, sampled with PyMC's defaults; it is stopped after a
limit and then reported as taking more. A second process with the cache kept is timed as well, and
the nested Laplace.

Run ``python benchmarks/rate_panel.py`` for a table, with ``--json`` for one JSON document.
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

from forecast_bench.bayes import PanelCounts, fit_panel, panel_counts, panel_laplace
from forecast_bench.records import DiagnosticLimits, PanelPriors, PanelSampler

SERIES, MONTHS, TYPES, WINDOW = 200, 60, 4, 12
PRIORS = PanelPriors(drift=0.5)
COLD, WARM, QUICK, PEER = "NUTS, nothing cached", "NUTS, cached", "nested Laplace", "by month"
TARGET_SECONDS = 120.0


def simulated(seed: int = 20_261_126) -> pd.DataFrame:
    """Draw a panel of four types whose drift and dispersion differ."""
    generator = np.random.default_rng(seed)
    month = pd.date_range("2015-01-01", periods=MONTHS, freq="MS")
    drift, dispersion = np.array([0.3, 0.5, 0.6, 0.8]), np.array([1.0, 2.0, 3.0, 5.0])
    tables = []
    for one in range(SERIES):
        kind = one % TYPES
        steps = generator.normal(0.05, drift[kind], MONTHS // WINDOW)
        steps[0] = generator.normal(-1.0, 1.5)
        rate = np.exp(np.repeat(steps.cumsum(), WINDOW))
        chance = dispersion[kind] / (dispersion[kind] + rate)
        count = generator.negative_binomial(dispersion[kind], chance)
        tables.append(
            pd.DataFrame(
                {
                    "series": f"series {one:03}",
                    "type": f"type {kind}",
                    "month": month,
                    "count": count,
                    "exposure_months": 1.0,
                }
            )
        )
    return pd.concat(tables, ignore_index=True)


def by_month(table: pd.DataFrame, counts: PanelCounts) -> dict[str, Any]:
    """Sample the model written for each month, as one first would, with PyMC's defaults."""
    import arviz
    import pymc

    place = {name: at for at, name in enumerate(counts.series)}
    series = table["series"].map(place).to_numpy()
    first = table["month"].min()
    passed = (table["month"].dt.year - first.year) * 12 + table["month"].dt.month - first.month
    window = (passed // WINDOW).to_numpy()
    with pymc.Model():
        logs = {}
        for name, centre, scale, spread in (
            ("drift", PRIORS.drift, PRIORS.drift_scale, PRIORS.drift_spread),
            ("dispersion", PRIORS.dispersion, PRIORS.dispersion_scale, PRIORS.dispersion_spread),
        ):
            common = pymc.Normal(name, np.log(centre), scale)
            apart = pymc.HalfNormal(f"{name}_spread", spread)
            unit = pymc.Normal(f"{name}_unit", 0, 1, shape=TYPES)
            logs[name] = common + apart * unit
        trend = pymc.Normal("trend", 0, PRIORS.trend_scale)
        begin = pymc.Normal("begin", PRIORS.log_rate, PRIORS.log_rate_scale, shape=(SERIES, 1))
        step = pymc.Normal("step", 0, 1, shape=(SERIES, counts.windows - 1))
        moved = trend + step * pymc.math.exp(logs["drift"])[counts.type_code][:, None]
        walk = pymc.math.concatenate([begin, begin + moved.cumsum(axis=1)], axis=1)
        pymc.NegativeBinomial(
            "count",
            mu=pymc.math.exp(walk[series, window]),
            alpha=pymc.math.exp(logs["dispersion"])[counts.type_code][series],
            observed=table["count"].to_numpy(),
        )
        idata = pymc.sample(progressbar=False, random_seed=1)
    posterior = idata["posterior"].dataset
    return {
        "r_hat": float(arviz.rhat(posterior).to_array().max()),
        "ess_bulk": float(arviz.ess(posterior).to_array().min()),
        "divergences": int(idata["sample_stats"].dataset["diverging"].sum()),
    }


def one(case: str, cache: Path) -> dict[str, Any]:
    """Run one case in this process."""
    table = simulated()
    began, worked = time.perf_counter(), time.process_time()
    counts = panel_counts(table, PRIORS, window_months=WINDOW)
    if case == QUICK:
        panel_laplace(counts, PRIORS)
        found: dict[str, Any] = {}
    elif case == PEER:
        found = by_month(table, counts)
    else:
        fitted = fit_panel(counts, PRIORS, PanelSampler(), DiagnosticLimits(), seed=1, cache=cache)
        told = asdict(fitted.diagnostics)
        found = {name: told[name] for name in ("r_hat", "ess_bulk", "divergences", "passed")}
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    children = usage[1].ru_utime + usage[1].ru_stime
    return {
        "case": case,
        "seconds": round(time.perf_counter() - began, 2),
        "processor_seconds": round(time.process_time() - worked + children, 2),
        "peak_mib": round(max(each.ru_maxrss for each in usage) / 1024),
        **found,
    }


def timed(case: str, cache: Path, limit: float) -> dict[str, Any]:
    """Run one case in a process of its own, the plain model for so many seconds at most."""
    environment = dict(os.environ)
    if case == PEER:
        environment["PYTENSOR_FLAGS"] = f"base_compiledir={cache}-peer"
    command = [sys.executable, __file__, "--one", case, "--cache", str(cache)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=environment, start_new_session=True
    )
    try:
        said, _ = process.communicate(timeout=limit if case == PEER else None)
    except subprocess.TimeoutExpired:
        # The sampler's own processes are in the session that was begun for it.
        os.killpg(process.pid, 9)
        process.communicate()
        return {"case": case, "seconds": None, "more_than": limit}
    if process.returncode:
        raise RuntimeError(f"{case} left with {process.returncode}")
    report: dict[str, Any] = json.loads(said.splitlines()[-1])
    return report


def main() -> None:
    """Print a table, or one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--limit", type=float, default=600.0, help="seconds for the plain model")
    parser.add_argument("--one", help="run this case only, in this process")
    parser.add_argument("--cache", type=Path, help="folder of compiled code")
    chosen = parser.parse_args()
    if chosen.one:
        print(json.dumps(one(chosen.one, chosen.cache)))
        return
    load = [os.getloadavg()[0]]
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder) / "compiled"
        rows = [timed(case, cache, chosen.limit) for case in (COLD, WARM, QUICK, PEER)]
    load.append(os.getloadavg()[0])
    if chosen.json:
        report = {"cases": rows, "target_seconds": TARGET_SECONDS, "load_average": load}
        print(json.dumps(report, indent=2))
        return
    print(f"{SERIES} series of {MONTHS} months, {TYPES} types, windows of {WINDOW} months")
    for row in rows:
        if row["seconds"] is None:
            print(f"{row['case']:22} more than {row['more_than']:.0f} s")
            continue
        told = ", ".join(f"{name} {row[name]}" for name in list(row)[4:])
        print(
            f"{row['case']:22} {row['seconds']:7.1f} s {row['processor_seconds']:7.1f} s processor"
            f" {row['peak_mib']:5} MiB  {told}"
        )
    print("Load average before and after: {:.1f}, {:.1f}".format(*load))


if __name__ == "__main__":
    main()
