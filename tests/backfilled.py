"""Hold a backfill against as many single runs, each in a process of its own.

python tests/backfilled.py WORKSPACE FROM TO
"""

import datetime
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

from forecast_bench.job.backfilling import backfill_days
from forecast_bench.job.runs import read_manifest, run_folders

PROGRAM = str(Path(sys.executable).parent / "forecast-bench")
# Of a run these say when and how it was made, and of which files.
_OF_THE_MOMENT = ("made_at", "stages", "peak_mib", "files", "fingerprint", "run", "inputs")
_MOMENT = re.compile(
    r"\d{8}T\d{6}Z|\d+(?:\.\d+)? (?:s|MiB)\b|\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d\S*)?"
)
# Of the pages Markdown says the same as HTML.
_COMPARED = (".json", ".md", ".csv", ".svg")


def said(run: Path, *, but: tuple[str, ...] = ()) -> dict[str, str]:
    """All that a run says by file, without what is of the moment in which it was made."""
    found = {}
    for path in sorted(run.rglob("*")):
        name = path.relative_to(run).as_posix()
        if path.suffix == ".parquet":
            found[name] = pd.read_parquet(path).to_csv()
        elif name == "manifest.json":
            leave = (*_OF_THE_MOMENT, *but)
            kept = {key: one for key, one in read_manifest(run).items() if key not in leave}
            found[name] = _MOMENT.sub("…", json.dumps(kept))
        elif path.suffix in _COMPARED:
            found[name] = _MOMENT.sub("…", path.read_text(encoding="utf-8"))
    return found


def alone(folder: Path, start: str, end: str) -> None:
    """Run the job for each month, each time in a new process."""
    days = (datetime.date.fromisoformat(one) for one in (start, end))
    for day in backfill_days(*days, every="month"):
        words = ["recalibrate", "--workspace", str(folder), "--as-of", str(day), "--quiet"]
        subprocess.run([PROGRAM, *words], check=True)


def together(folder: Path, start: str, end: str) -> None:
    """Run the backfill."""
    words = ["backfill", "--workspace", str(folder), "--from", start, "--to", end]
    subprocess.run([PROGRAM, *words], check=True, stdout=subprocess.DEVNULL)


def differences(one: Path, other: Path) -> list[str]:
    """Say in which runs and files two workspaces differ."""
    found = []
    # By day: of two runs made in one second the name says nothing of their order.
    for (day, first), (other_day, second) in zip(_by_day(one), _by_day(other), strict=True):
        found += [] if day == other_day else [f"{day} there, {other_day} here"]
        here, there = said(first), said(second)
        found += [f"{day}: {name}" for name in here.keys() ^ there.keys()]
        found += [
            f"{day}: {name}" for name in here.keys() & there.keys() if here[name] != there[name]
        ]
    return found


def _by_day(folder: Path) -> list[tuple[str, Path]]:
    return sorted((str(read_manifest(run)["as_of"]), run) for run in run_folders(folder))


def main(workspace: Path, start: str, end: str) -> int:
    """Run both on copies of a workspace, and say how they differ."""
    with tempfile.TemporaryDirectory() as folder:
        derived = shutil.ignore_patterns(".forecast-bench", ".venv", ".git")
        copies = [Path(folder) / name for name in ("alone", "together")]
        seconds = []
        for copy, work in zip(copies, (alone, together), strict=True):
            shutil.copytree(workspace, copy, ignore=derived)
            began = time.perf_counter()
            work(copy, start, end)
            seconds.append(time.perf_counter() - began)
        found, number = differences(*copies), len(run_folders(copies[0]))
    sys.stdout.write(
        f"{number} single runs in {seconds[0]:.0f} s, as a backfill in {seconds[1]:.0f} s\n"
    )
    sys.stdout.write(
        "\n".join([*found, "" if found else "every file of every run says the same\n"])
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *sys.argv[2:]))
