"""Time `forecast-bench recalibrate` on a desk of more and more judgments over 36 months.

Three jobs in cold processes, after the outcomes were fitted once: everything else anew, one
judgment changed, and nothing changed. To hold the first against something, pandas makes the same
number of rows of tracking from dictionaries and writes them, in the same run.

    python benchmarks/recalibrating.py [--sizes 1000 3000 10000] [--tracking monthly|daily] [--json]
"""

import argparse
import json
import math
import shutil
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from desk_of import AS_OF, desk_of
from subprocesses import Timing, program, timed

GOAL_SECONDS = 20.0
GOAL_JUDGMENTS = 1000

_PEER = """
import sys
import pandas
table = pandas.read_parquet(sys.argv[1])
rows = table.to_dict("records")
pandas.DataFrame(rows).to_parquet(sys.argv[2])
"""


def measure(*, sizes: list[int], tracking: str) -> dict[str, Any]:
    """Run the jobs on each size."""
    curve = []
    with tempfile.TemporaryDirectory() as name:
        for size in sizes:
            curve.append(_desk(Path(name) / str(size), size, tracking))
            shutil.rmtree(Path(name) / str(size))
    report: dict[str, Any] = {"tracking": tracking, "curve": curve}
    if len(curve) > 1:
        first, last = curve[-2], curve[-1]
        grown = math.log(last["judgments"] / first["judgments"])
        for what in ("anew", "one_changed", "nothing_changed"):
            faster = math.log(last[what]["best"] / first[what]["best"])
            report[f"growth_exponent_{what}"] = faster / grown
    return report


def _desk(folder: Path, size: int, tracking: str) -> dict[str, Any]:
    desk_of(folder, size, tracking=tracking)
    derived = folder / ".forecast-bench"
    fitted = _job(folder)
    # The fit stays: what is timed next is all else.
    shutil.rmtree(derived / "runs")
    anew = _job(folder)
    stages = _manifest(folder)["stages"]
    rows = derived / "runs" / "latest" / "tracking.parquet"
    peer = timed(
        [sys.executable, "-c", _PEER, str(rows), str(folder / "plain.parquet")],
        folder=folder,
        runs=1,
    )
    path = folder / "judgments" / "report-0.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("statement: At", "statement: In all, at", 1), encoding="utf-8")
    one_changed = _job(folder)
    changed = _manifest(folder)
    nothing = _job(folder)
    return {
        "judgments": size,
        "fitted": asdict(fitted),
        "anew": asdict(anew),
        "one_changed": asdict(one_changed),
        "nothing_changed": asdict(nothing),
        "peer": {"name": "pandas rows to a table", **asdict(peer)},
        "ratio": anew.best / peer.best,
        "stages": stages,
        "stages_one_changed": changed["stages"],
        "reused": changed["reused"],
    }


def _job(folder: Path) -> Timing:
    words = [program("forecast-bench"), "recalibrate", "--as-of", AS_OF, "--quiet"]
    return timed(words, folder=folder, runs=1)


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / ".forecast-bench" / "runs" / "latest" / "manifest.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def show(report: dict[str, Any]) -> None:
    """Print the report as tables."""
    for one in report["curve"]:
        print(f"{one['judgments']:,} judgments, tracked {report['tracking']}")
        for what in ("fitted", "anew", "one_changed", "nothing_changed", "peer"):
            timing = one[what]
            label = what.replace("_", " ")
            print(f"  {label:<16} {timing['best']:>7.1f} s  {timing['memory_mib']:>6.0f} MiB")
        changed = {stage["stage"]: stage for stage in one["stages_one_changed"]}
        print(f"  {'stage':<28} {'anew s':>8} {'MiB':>6} {'changed s':>10} {'MiB':>6}")
        for stage in one["stages"]:
            other = changed[stage["stage"]]
            print(
                f"  {stage['stage']:<28} {stage['seconds']:>8.2f} {stage.get('peak_mib', 0):>6} "
                f"{other['seconds']:>10.2f} {other.get('peak_mib', 0):>6}"
            )
    for what in ("anew", "one_changed", "nothing_changed"):
        if f"growth_exponent_{what}" in report:
            exponent = report[f"growth_exponent_{what}"]
            print(f"growth, {what.replace('_', ' ')}: seconds ~ judgments ** {exponent:.2f}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 3_000, 10_000])
    parser.add_argument("--tracking", choices=["monthly", "daily"], default="monthly")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    options = parser.parse_args()
    report = measure(sizes=options.sizes, tracking=options.tracking)
    if options.json:
        print(json.dumps(report, indent=2))
    else:
        show(report)
    missed = [
        one["anew"]["best"]
        for one in report["curve"]
        if one["judgments"] == GOAL_JUDGMENTS and one["anew"]["best"] > GOAL_SECONDS
    ]
    if missed:
        raise SystemExit(f"the goal was missed: {GOAL_SECONDS} s for {GOAL_JUDGMENTS:,} judgments")


if __name__ == "__main__":
    main()
