"""Time `forecast-bench check` in cold processes: one file, and more and more judgments.

The peer is yamllint, which reads the same file for its style alone. Both run in turn on one
machine, so their ratio holds where the seconds do not.

    python benchmarks/check_one_file.py [--runs 9] [--sizes 10 100 1000 10000] [--json]
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

from subprocesses import ROOT, program, timed

GOAL_SECONDS = 0.6
GOAL_SECONDS_FOR_10000 = 6.0
GOAL_SECONDS_UNCHANGED = 1.0
JUDGMENTS_IN_A_FILE = 20
KEPT = ".forecast-bench/verdicts"
PHRASES = ("highly likely", "likely", "unlikely", "realistic possibility", "almost certain")


def judgments_file(number: int, judgments: int) -> str:
    """Write a file as an analyst would: a question named once, grounds, some revisions."""
    lines = [
        f"report: {{id: report-{number}, title: Report {number}}}",
        "analyst: a.name",
        "issued: 2017-12-31",
        "lexicon: uk-phia@2018",
        "questions:",
        f"  up-{number}:",
        "    change:",
        "      of: {actor: JNIM, type: abduction, countries: [Mali, Burkina Faso]}",
        "      direction: increase",
        "      against: 12 months",
        "    within: 18 months",
        "    source: acled",
        "judgments:",
    ]
    for one in range(judgments):
        lines += [
            f"  - id: judgment-{number}-{one}",
            f"    analyst: analyst-{one}",
            f"    statement: Abductions will rise, for reason {one}.",
            f"    probability: {PHRASES[one % len(PHRASES)]}",
            "    confidence: moderate",
            f"    question: up-{number}",
            "    assumptions:",
            "      - {text: Ransom stays a main source of income., lynchpin: true}",
        ]
        if one % 4 == 0:
            lines += [
                "    revisions:",
                "      - {on: 2018-06-30, probability: 0.9, because: three seizures in May}",
            ]
    return "\n".join(lines) + "\n"


def workspace(folder: Path, judgments: int) -> Path:
    """Make a workspace with so many judgments and the models and settings of the first case."""
    for name in ("models", "incidents"):
        shutil.copytree(ROOT / name, folder / name)
    # Without the settings that allow them, its own models would be errors.
    shutil.copy(ROOT / "pyproject.toml", folder)
    (folder / "judgments").mkdir(parents=True)
    for number, start in enumerate(range(0, judgments, JUDGMENTS_IN_A_FILE)):
        text = judgments_file(number, min(JUDGMENTS_IN_A_FILE, judgments - start))
        (folder / "judgments" / f"report-{number}.yaml").write_text(text, encoding="utf-8")
    return folder


def measure(*, runs: int, sizes: list[int]) -> dict[str, Any]:
    """Measure one file against the peer, then the curve."""
    file = str(ROOT / "judgments" / "mali-2017.yaml")
    own = timed([program("forecast-bench"), "check", file], folder=ROOT, runs=runs)
    # yamllint finds the style of the file wanting or not: both are its work.
    peer = timed([program("yamllint"), "-d", "relaxed", file], folder=ROOT, runs=runs)
    curve = []
    with tempfile.TemporaryDirectory() as name:
        for size in sizes:
            folder = workspace(Path(name) / str(size), size)
            command = [program("forecast-bench"), "check"]
            # What an earlier check has kept goes first, for a check of everything.
            timing = timed(command, folder=folder, runs=min(runs, 3), forget=folder / KEPT)
            again = timed(command, folder=folder, runs=min(runs, 3))
            lint = timed([program("yamllint"), "-d", "relaxed", "judgments"], folder=folder, runs=1)
            row = {"judgments": size, "files": math.ceil(size / JUDGMENTS_IN_A_FILE)}
            unchanged = {"unchanged_seconds": again.best, "unchanged_memory_mib": again.memory_mib}
            peer_row = {"peer_seconds": lint.best, "ratio": timing.best / lint.best}
            curve.append({**row, **asdict(timing), **unchanged, **peer_row})
    report: dict[str, Any] = {
        "one_file": asdict(own),
        "peer": {"name": "yamllint", **asdict(peer)},
        "ratio": own.best / peer.best,
        "goal_seconds": GOAL_SECONDS,
        "curve": curve,
    }
    if len(curve) > 1:
        first, last = curve[-2], curve[-1]
        report["growth_exponent"] = math.log(last["best"] / first["best"]) / math.log(
            last["judgments"] / first["judgments"]
        )
    return report


def show(report: dict[str, Any]) -> None:
    """Print the report as a table."""
    own, peer = report["one_file"], report["peer"]
    print(f"check one file, cold, {own['runs']} runs (goal {GOAL_SECONDS} s)")
    print(f"  forecast-bench check  best {own['best']:.3f} s  median {own['median']:.3f} s")
    print(f"  yamllint              best {peer['best']:.3f} s  median {peer['median']:.3f} s")
    print(f"  ratio of the best     {report['ratio']:.2f}")
    print(f"goals for 10,000: {GOAL_SECONDS_FOR_10000} s, unchanged {GOAL_SECONDS_UNCHANGED} s")
    print("judgments  files   best s   median s  unchanged s  memory MiB  yamllint s  ratio")
    for row in report["curve"]:
        print(
            f"{row['judgments']:>9,} {row['files']:>6} {row['best']:>8.3f} {row['median']:>10.3f} "
            f"{row['unchanged_seconds']:>12.3f} {row['memory_mib']:>11.0f} "
            f"{row['peer_seconds']:>11.3f} {row['ratio']:>6.2f}"
        )
    if "growth_exponent" in report:
        print(
            f"growth between the last two: seconds ~ judgments ** {report['growth_exponent']:.2f}"
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--sizes", type=int, nargs="*", default=[10, 100, 1_000, 10_000])
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    options = parser.parse_args()
    report = measure(runs=options.runs, sizes=options.sizes)
    if options.json:
        json.dump(report, sys.stdout, indent=2)
        print()
    else:
        show(report)


if __name__ == "__main__":
    main()
