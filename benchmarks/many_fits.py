"""Time many independent fits: 50 and 200 series of 60 months, on one process, on two, on Dask.

Each case runs in a process of its own, so that seconds include imports, compilation and the start
of workers. Memory is that of all processes of a case at once, shared pages counted once. The peer
is ``pymc.sample`` called for each series with PyMC's defaults, on a few series, scaled up.

Run ``python benchmarks/many_fits.py`` for a table, with ``--json`` for one JSON document.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import time
from collections import defaultdict
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from forecast_bench.bayes import FitSettings, SeriesSettings, fit_series

BACKENDS: Final = {
    "1 process": FitSettings(),
    "loky, 2 workers": FitSettings(workers=2),
    "dask, 2 workers": FitSettings(backend="dask", workers=2),
}
PEER: Final = "peer"
SIZES: Final = (50, 200)
MONTHS: Final = 60
SEED: Final = 20_171_231
LOOK_EVERY: Final = 0.25


def simulated(series: int) -> pd.DataFrame:
    """Draw series of 60 months from the priors of the model."""
    priors, generator = SeriesSettings(), np.random.default_rng(SEED)
    rate = np.exp(generator.normal(priors.log_rate_mean, priors.log_rate_scale, (series, 1)))
    dispersion = np.exp(
        generator.normal(priors.log_dispersion_mean, priors.log_dispersion_scale, (series, 1))
    )
    counts = generator.negative_binomial(
        dispersion, dispersion / (dispersion + rate), (series, MONTHS)
    )
    return pd.DataFrame(
        {
            "series": np.repeat(np.char.mod("series %04d", np.arange(series)), MONTHS),
            "month": np.tile(np.arange(MONTHS), series),
            "count": counts.ravel(),
        }
    )


def fits(series: int, backend: str) -> dict[str, Any]:
    """Fit all series in this process and its workers."""
    table, began = simulated(series), time.perf_counter()
    fitted = fit_series(table, SeriesSettings(), seed=SEED, workers=BACKENDS[backend])
    return {
        "fit_seconds": time.perf_counter() - began,
        "seconds_a_fit": float(fitted["seconds"].median()),
        "fitted": int((fitted["state"] == "fitted").sum()),
        "same": hashlib.sha256(
            fitted.drop(columns="seconds").to_json(double_precision=15).encode()
        ).hexdigest(),
    }


def peer(series: int) -> dict[str, Any]:
    """Sample each series with a model of its own and PyMC's defaults."""
    import pymc

    seconds = []
    for _, months in simulated(series).groupby("series"):
        began = time.perf_counter()
        with pymc.Model():
            rate = pymc.math.exp(pymc.Normal("log_rate", 0, 2))
            dispersion = pymc.math.exp(pymc.Normal("log_dispersion", np.log(2), 1))
            pymc.NegativeBinomial(
                "count", mu=rate, alpha=dispersion, observed=months["count"].to_numpy()
            )
            pymc.sample(random_seed=SEED, progressbar=False, quiet=True)
        seconds.append(time.perf_counter() - began)
    # The first one also fills caches that the others find.
    return {"first": seconds[0], "each": float(np.mean(seconds[1:]))}


def memory_mib(root: int) -> float:
    """Proportional memory of a process and its descendants, now."""
    children: dict[int, list[int]] = defaultdict(list)
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
            children[int(parent)].append(int(folder.name))
    total, left = 0, [root]
    while left:
        one = left.pop()
        left += children[one]
        with suppress(OSError):  # it has ended meanwhile
            for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
    return total / 1024


def case(backend: str, series: int) -> dict[str, Any]:
    """Run one case in a process of its own and look at its memory from outside."""
    began, most = time.perf_counter(), 0.0
    with subprocess.Popen(
        [sys.executable, __file__, "--one", backend, "--series", str(series)],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        while process.poll() is None:
            most = max(most, memory_mib(process.pid))
            time.sleep(LOOK_EVERY)
        seconds = time.perf_counter() - began
        said = process.stdout.read() if process.stdout is not None else ""
    if process.returncode:
        raise SystemExit(f"{backend}, {series} series: left with {process.returncode}")
    found = json.loads(said.splitlines()[-1])
    return {"backend": backend, "series": series, "seconds": seconds, "peak_mib": most, **found}


def measure(sizes: list[int], sampled: int) -> dict[str, Any]:
    """Run the cases one after the other, and the peer on a few series."""
    before = os.getloadavg()[0]
    rows = [case(backend, size) for size in sizes for backend in BACKENDS]
    for size in sizes:
        if len({row["same"] for row in rows if row["series"] == size}) > 1:
            raise SystemExit(f"{size} series: the backends drew different numbers")
    other = case(PEER, sampled)
    for row in rows:
        del row["same"]
        scaled = other["first"] + other["each"] * (row["series"] - 1)
        row["peer_seconds"], row["ratio"] = scaled, scaled / row["seconds"]
    growth = {
        backend: rows[-len(BACKENDS) + at]["seconds"] / rows[at]["seconds"]
        for at, backend in enumerate(BACKENDS)
    }
    return {
        "cases": rows,
        "peer": other,
        "growth": growth,
        "load_average": [before, os.getloadavg()[0]],
    }


def main() -> None:
    """Print a table, or one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="numbers of series")
    parser.add_argument("--sampled", type=int, default=5, help="series of the peer, 2 or more")
    parser.add_argument("--one", choices=[*BACKENDS, PEER], help="this case only, in this process")
    parser.add_argument("--series", type=int, default=SIZES[0], help="series of this case")
    chosen = parser.parse_args()
    if chosen.one:
        done = peer(chosen.series) if chosen.one == PEER else fits(chosen.series, chosen.one)
        print(json.dumps(done))
        return
    report = measure(list(chosen.sizes), chosen.sampled)
    if chosen.json:
        print(json.dumps(report, indent=2))
        return
    for row in report["cases"]:
        print(
            f"{row['series']:4} series, {row['backend']:16} {row['seconds']:6.1f} s,"
            f" {row['seconds_a_fit']:.2f} s a fit, {row['peak_mib']:5.0f} MiB,"
            f" {row['fitted']} fitted; peer {row['peer_seconds']:.0f} s, {row['ratio']:.1f} times"
        )
    print(
        "Peer: {first:.1f} s the first, {each:.1f} s each, {peak_mib:.0f} MiB".format(
            **report["peer"]
        )
    )
    first, *_, last = sorted(chosen.sizes) if len(chosen.sizes) > 1 else [chosen.sizes[0]] * 2
    for backend, times in report["growth"].items():
        print(f"{last / first:.0f} times the series take {times:.1f} times as long on {backend}")
    print("Load average before and after: {:.1f}, {:.1f}".format(*report["load_average"]))


if __name__ == "__main__":
    main()
