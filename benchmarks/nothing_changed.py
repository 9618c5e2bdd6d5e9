"""Time `forecast-bench recalibrate` when nothing has changed, in cold processes.

Two measures to hold it against, in the same run: the job that had everything to do, and `make`
finding that a target is newer than the same files.

    python benchmarks/nothing_changed.py [--runs 9] [--json]
"""

import argparse
import json
import shutil
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from subprocesses import ROOT, program, timed

GOAL_SECONDS = 2.0
AS_OF = "2019-07-31"


def measure(*, runs: int) -> dict[str, Any]:
    """Run the first case once in full, then with nothing to do."""
    job = [program("forecast-bench"), "recalibrate", "--as-of", AS_OF, "--quiet"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("judgments", "models", "incidents"):
            shutil.copytree(ROOT / part, folder / part)
        shutil.copy(ROOT / "pyproject.toml", folder)
        full = timed(job, folder=folder, runs=1)
        nothing = timed(job, folder=folder, runs=runs)
        published = len(list((folder / ".forecast-bench" / "runs").glob("*-*")))
        if published != 1:
            raise RuntimeError(f"{published} runs were published; a job had something to do")
        inputs = " ".join(
            path.relative_to(folder).as_posix()
            for part in ("judgments", "models", "incidents")
            for path in (folder / part).rglob("*")
            if path.is_file()
        )
        (folder / "Makefile").write_text(f"done: {inputs}\n\ttouch done\n", encoding="utf-8")
        timed(["make", "-s"], folder=folder, runs=1)
        peer = timed(["make", "-s"], folder=folder, runs=runs)
    return {
        "nothing_changed": asdict(nothing),
        "everything_new": asdict(full),
        "peer": {"name": "make", **asdict(peer)},
        "share_of_full": nothing.best / full.best,
        "ratio_to_peer": nothing.best / peer.best,
        "goal_seconds": GOAL_SECONDS,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    options = parser.parse_args()
    report = measure(runs=options.runs)
    if options.json:
        json.dump(report, sys.stdout, indent=2)
        print()
        return
    print(f"recalibrate the first case, cold, {options.runs} runs (goal {GOAL_SECONDS} s)")
    for label, key in (
        ("nothing changed", "nothing_changed"),
        ("everything new", "everything_new"),
        ("make, nothing to do", "peer"),
    ):
        row = report[key]
        print(
            f"  {label:<20} best {row['best']:8.3f} s  median {row['median']:8.3f} s  "
            f"memory {row['memory_mib']:6.0f} MiB"
        )
    print(f"  nothing changed takes {report['share_of_full']:.1%} of the full job")


if __name__ == "__main__":
    main()
