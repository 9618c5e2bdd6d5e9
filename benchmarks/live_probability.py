"""How long a million live probabilities take, and how that compares with sampling each of them.

Run ``python benchmarks/live_probability.py`` for a table, with ``--json`` for one JSON document.
The peer is a PyMC model of the same judgment (a Gamma rate, a Poisson count), compiled once and
sampled with NUTS for one judgment after the other; its compilation is not counted against it.
"""

import argparse
import json
import logging
import resource
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from scipy import special

from forecast_bench.rates import (
    RateParameters,
    count_path_log_odds,
    mixed_law,
    rate_law,
    threshold_log_odds,
)
from forecast_bench.updating import live_probability, log_odds

SIZES = (10_000, 100_000, 1_000_000)
GOAL_SECONDS, GOAL_JUDGMENTS = 2.0, 1_000_000
GOAL_RATIO = 1_000.0
POINTS = 16


def judgments(*, size: int, seed: int = 0) -> dict[str, np.ndarray]:
    """Make up change judgments half way through their windows, from rare to daily incidents."""
    generator = np.random.default_rng(seed)
    baseline_months = generator.choice([6.0, 12.0, 24.0], size)
    exposure_months = generator.choice([3.0, 6.0, 12.0, 18.0], size)
    monthly = generator.gamma(0.7, 3.0, size)
    baseline_incidents = generator.poisson(monthly * baseline_months).astype(float)
    # Daily dates: months to a thirtieth, the first day at the earliest.
    elapsed_months = np.ceil(generator.random(size) * exposure_months * 30.0) / 30.0
    return {
        "baseline_incidents": baseline_incidents,
        "baseline_months": baseline_months,
        "threshold": np.floor(baseline_incidents * exposure_months / baseline_months) + 1.0,
        "exposure_months": exposure_months,
        "incidents": generator.poisson(monthly * elapsed_months).astype(float),
        "elapsed_months": elapsed_months,
        "stated_log_odds": log_odds(generator.beta(8.0, 2.0, size)),
    }


def live(data: dict[str, np.ndarray], *, dispersion: float | None = None) -> np.ndarray:
    """Return the live probability of every judgment."""
    question = {name: value for name, value in data.items() if name != "stated_log_odds"}
    odds = threshold_log_odds(**question, dispersion=dispersion)
    return live_probability(
        stated_log_odds=data["stated_log_odds"],
        base_log_odds=odds.base,
        after_log_odds=odds.after,
    )


def best_seconds(
    data: dict[str, np.ndarray], *, repeats: int = 3, dispersion: float | None = None
) -> tuple[float, float]:
    """Return the shortest of several runs: by the clock, and in processor time (one core)."""
    seconds, processor = [], []
    for _ in range(repeats):
        start, busy = time.perf_counter(), time.process_time()
        result = live(data, dispersion=dispersion)
        seconds.append(time.perf_counter() - start)
        processor.append(time.process_time() - busy)
        if np.isnan(result).any():
            msg = "a live probability is NaN"
            raise ArithmeticError(msg)
    return min(seconds), min(processor)


def believed(*, dispersed: bool) -> RateParameters:
    """Return an uncertain drift, and Poisson months or an uncertain dispersion: 16 points."""
    drift, scatter = np.meshgrid(np.linspace(0.2, 0.8, 4), [0.5, 1.0, 2.0, 4.0])
    return RateParameters(
        np.linspace(0.2, 0.8, POINTS) if not dispersed else drift.ravel(),
        scatter.ravel() if dispersed else np.full(POINTS, np.inf),
        np.full(POINTS, 1.0 / POINTS),
    )


def mixed_seconds() -> dict[str, float]:
    """Take processor seconds with 16 points of drift and dispersion, and with the one of before.

    Of 100,000 judgments in one call; and of questions followed through 18 months one by one, as
    the job does it, 250 and 1,000 of them.
    """
    question = {
        name: value for name, value in judgments(size=100_000).items() if name != "stated_log_odds"
    }
    fixed = _processor(lambda: threshold_log_odds(**question))
    mixed = _processor(lambda: threshold_log_odds(**question, parameters=believed(dispersed=False)))
    found = {"plain_for_100000": fixed, "poisson_for_100000": mixed, "ratio": mixed / fixed}
    one = RateParameters.known(drift=0.5, dispersion=None)
    for name, parameters in (
        ("plain", one),
        ("poisson", believed(dispersed=False)),
        ("dispersed", believed(dispersed=True)),
    ):
        for size in (250, 1_000):
            found[f"followed_{name}_for_{size}"] = _processor(
                lambda parameters=parameters, size=size: follow(parameters, size=size)
            )
    return found


def follow(parameters: RateParameters, *, size: int) -> None:
    """Follow questions through 18 months, one by one."""
    generator = np.random.default_rng(2)
    for baseline in generator.poisson(12, size):
        count_path_log_odds(
            mixed_law(incidents=int(baseline), exposure_months=12.0, parameters=parameters),
            fewest=int(1.5 * baseline) + 1,
            most=None,
            exposure_months=18.0,
            period_counts=generator.poisson(baseline / 12, 18),
            elapsed_months=np.arange(1.0, 19.0),
        )


def _processor(work: Callable[[], object]) -> float:
    busy = time.process_time()
    work()
    return time.process_time() - busy


def compiled_model() -> Any:
    """Compile the peer's model once; its four numbers are data that can be exchanged."""
    import nutpie
    import pymc as pm

    logging.getLogger("pymc").setLevel(logging.ERROR)
    with pm.Model() as model:
        shape, rate = pm.Data("shape", 1.0), pm.Data("rate", 1.0)
        elapsed, incidents = pm.Data("elapsed", 1.0), pm.Data("incidents", np.int64(1))
        monthly = pm.Gamma("monthly", alpha=shape, beta=rate)
        pm.Poisson("counted", mu=monthly * elapsed, observed=incidents)
    return nutpie.compile_pymc_model(model)


def sampled_probability(compiled: Any, one: dict[str, np.ndarray], *, seed: int) -> float:
    """Return one judgment's live probability by sampling its rate."""
    import nutpie

    law = rate_law(
        incidents=one["baseline_incidents"][0], exposure_months=one["baseline_months"][0]
    )
    ready = compiled.with_data(
        shape=float(law.shape),
        rate=float(law.rate),
        elapsed=float(one["elapsed_months"][0]),
        incidents=np.int64(one["incidents"][0]),
    )
    trace = nutpie.sample(
        ready, draws=1000, tune=500, chains=2, cores=1, seed=seed, progress_bar=False
    )
    draws = trace.posterior["monthly"].values.ravel()
    after = _reached(one, draws * (one["exposure_months"] - one["elapsed_months"]))
    prior = np.random.default_rng(seed).gamma(law.shape, 1.0 / law.rate, draws.size)
    base = _reached({**one, "incidents": np.zeros(1)}, prior * one["exposure_months"])
    sampled = live_probability(
        stated_log_odds=one["stated_log_odds"],
        base_log_odds=log_odds(base),
        after_log_odds=log_odds(after),
    )
    return float(sampled[0])


def sampling_seconds(data: dict[str, np.ndarray], *, judged: int) -> dict[str, float]:
    """Sample judgments one by one; return seconds per judgment and the largest difference."""
    start = time.perf_counter()
    compiled = compiled_model()
    compile_seconds = time.perf_counter() - start
    seconds, differences = [], []
    for row in range(judged):
        one = {name: value[row : row + 1] for name, value in data.items()}
        start = time.perf_counter()
        sampled = sampled_probability(compiled, one, seed=row)
        seconds.append(time.perf_counter() - start)
        differences.append(abs(sampled - float(live(one)[0])))
    return {
        "judgments_sampled": judged,
        "compile_seconds": compile_seconds,
        "seconds_per_judgment": float(np.median(seconds)),
        "largest_difference": max(differences),
    }


def _reached(one: dict[str, np.ndarray], means: np.ndarray) -> float:
    """Average P(enough incidents to come) over draws of their Poisson mean."""
    needed = float(one["threshold"][0] - one["incidents"][0])
    if needed <= 0:
        return 1.0
    if means.max() <= 0:
        return 0.0
    return float(special.gammainc(needed, means).mean())


def measure(*, sizes: Sequence[int], judged: int) -> dict[str, Any]:
    """Take all measurements and compare them with the goals."""
    live(judgments(size=1_000))
    curve = []
    for size in sizes:
        clock, processor = best_seconds(judgments(size=size))
        curve.append({"judgments": size, "seconds": clock, "processor_seconds": processor})
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds = curve[-1]["seconds"]
    report: dict[str, Any] = {
        "curve": curve,
        "seconds": seconds,
        "processor_seconds": curve[-1]["processor_seconds"],
        "peak_memory_mib": peak_mib,
        "overdispersed_seconds_for_10000": best_seconds(
            judgments(size=10_000), repeats=1, dispersion=2.0
        )[0],
        "mixed_processor_seconds": mixed_seconds(),
    }
    if len(sizes) > 1:
        grown = np.log(sizes[-1] / sizes[0])
        report["growth_exponent"] = float(np.log(seconds / curve[0]["seconds"]) / grown)
    if sizes[-1] == GOAL_JUDGMENTS:
        report |= {"goal_seconds": GOAL_SECONDS, "meets_seconds": seconds < GOAL_SECONDS}
    if judged:
        peer = sampling_seconds(judgments(size=max(judged, 1), seed=1), judged=judged)
        ratio = peer["seconds_per_judgment"] / (seconds / sizes[-1])
        report |= {
            "peer": peer,
            "ratio": ratio,
            "goal_ratio": GOAL_RATIO,
            "meets_ratio": ratio >= GOAL_RATIO,
        }
    return report


def main() -> int:
    """Measure, print, and return 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=SIZES, help="numbers of judgments, rising"
    )
    parser.add_argument("--judged", type=int, default=5, help="judgments to sample; 0 for none")
    options = parser.parse_args()
    report = measure(sizes=options.sizes, judged=options.judged)
    if options.json:
        print(json.dumps(report, indent=2))
    else:
        for point in report["curve"]:
            clock, processor = point["seconds"], point["processor_seconds"]
            print(
                f"{point['judgments']:>9,} judgments {clock:8.4f} s (processor {processor:.4f} s)"
            )
        print(f"peak memory {report['peak_memory_mib']:.0f} MiB (whole process)")
        if "growth_exponent" in report:
            print(f"growth: seconds ~ judgments ** {report['growth_exponent']:.2f}")
        scattered = report["overdispersed_seconds_for_10000"]
        print(f"over-dispersed: {scattered:.2f} s for 10,000 judgments")
        mixed = report["mixed_processor_seconds"]
        print(
            f"{POINTS} points of drift: {mixed['ratio']:.1f} times the processor time of one "
            f"({mixed['poisson_for_100000']:.2f} s for 100,000 judgments)"
        )
        for name in ("plain", "poisson", "dispersed"):
            few, many = (mixed[f"followed_{name}_for_{size}"] for size in (250, 1_000))
            print(
                f"followed through 18 months one by one, {name}: processor {few:.2f} s for 250 "
                f"questions, {many:.2f} s for 1,000"
            )
        if "peer" in report:
            peer = report["peer"]
            print(
                f"sampling: {peer['seconds_per_judgment']:.3f} s per judgment (compiled before, in "
                f"{peer['compile_seconds']:.1f} s); largest difference "
                f"{peer['largest_difference']:.3f}"
            )
            print(f"ratio: {report['ratio']:,.0f} times")
    return 0 if report.get("meets_seconds", True) and report.get("meets_ratio", True) else 1


if __name__ == "__main__":
    sys.exit(main())
