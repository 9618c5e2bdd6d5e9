"""Time `forecast-bench review` in cold processes, for more and more judgments tracked by day.

No other program draws such a review. To hold it against something, pandas writes the same
judgments and their daily numbers as one bare table of HTML, in the same run.

    python benchmarks/reviewing.py [--sizes 100 1000 5000] [--runs 1] [--json]
"""

import argparse
import json
import math
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from subprocesses import ROOT, program, timed

sys.path.insert(0, str(ROOT / "tests"))
import sample_run

GOAL_SECONDS, GOAL_MEGABYTES, GOAL_JUDGMENTS = 15.0, 5.0, 1000

_PEER = """
import pandas, sys
run, out = sys.argv[1:]
judgments = pandas.read_parquet(f"{run}/judgments.parquet")
tracking = pandas.read_parquet(f"{run}/tracking.parquet")
with open(out, "w", encoding="utf-8") as file:
    for table in (judgments, tracking):
        table.to_html(file)
"""


def workspace(folder: Path, judgments: int) -> Path:
    """Make a workspace with one run of so many judgments."""
    (folder / "judgments").mkdir(parents=True)
    runs = folder / ".forecast-bench" / "runs"
    sample_run.build(runs / "20190731T060000Z-1a2b3c4d", judgments=judgments, daily=True)
    (runs / "latest").symlink_to("20190731T060000Z-1a2b3c4d")
    return folder


def measure(*, sizes: list[int], runs: int) -> dict[str, Any]:
    """Draw a review of each size, and the peer's table."""
    curve = []
    with tempfile.TemporaryDirectory() as name:
        for size in sizes:
            folder = workspace(Path(name) / str(size), size)
            out = folder / "review"
            command = [program("forecast-bench"), "review", "--out", str(out)]
            timing = timed(command, folder=folder, runs=runs)
            run = folder / ".forecast-bench" / "runs" / "latest"
            plain = [sys.executable, "-c", _PEER, str(run), str(folder / "plain.html")]
            peer = timed(plain, folder=folder, runs=1)
            pages = [path.stat().st_size for path in out.rglob("*.html")]
            curve.append(
                {
                    "judgments": size,
                    **asdict(timing),
                    "pages": len(pages),
                    "html_megabytes": sum(pages) / 1e6,
                    "largest_page_megabytes": max(pages) / 1e6,
                    "peer_seconds": peer.best,
                    "peer_megabytes": (folder / "plain.html").stat().st_size / 1e6,
                }
            )
    report: dict[str, Any] = {"curve": curve, "peer": {"name": "pandas.DataFrame.to_html"}}
    if len(curve) > 1:
        first, last = curve[-2], curve[-1]
        report["growth_exponent"] = math.log(last["best"] / first["best"]) / math.log(
            last["judgments"] / first["judgments"]
        )
    return report


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 1000, 5000])
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    options = parser.parse_args()
    report = measure(sizes=options.sizes, runs=options.runs)
    if options.json:
        print(json.dumps(report, indent=2))
    else:
        for one in report["curve"]:
            print(
                f"{one['judgments']:>6,} judgments  {one['best']:>5.1f} s  "
                f"{one['memory_mib']:>5.0f} MiB  {one['pages']:>4} pages  "
                f"{one['html_megabytes']:.2f} MB of HTML, largest "
                f"{one['largest_page_megabytes']:.2f}; plain table {one['peer_seconds']:.1f} s, "
                f"{one['peer_megabytes']:.0f} MB"
            )
        if "growth_exponent" in report:
            print(f"growth: seconds ~ judgments ** {report['growth_exponent']:.2f}")
    missed = [
        one
        for one in report["curve"]
        if one["judgments"] == GOAL_JUDGMENTS
        and (one["best"] > GOAL_SECONDS or one["html_megabytes"] > GOAL_MEGABYTES)
    ]
    if missed:
        raise SystemExit("the goal was missed: 15 s and 5 MB for 1,000 judgments")


if __name__ == "__main__":
    main()
