"""Two jobs at the same moment, again and again: `python jobs_at_once.py [TIMES [WORKSPACE]]`.

Exactly one may publish; the other leaves with 3 or, where it waits, finds nothing changed. Works
on a copy of the workspace, by default of the small case, and looks at each time at another day.
"""

import datetime
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from first_case import small_case
from forecast_bench.job.integrity import verify
from forecast_bench.job.ledger import read_ledger
from forecast_bench.job.runs import latest_run, run_folders, runs_folder

FIRST = datetime.date(2018, 3, 31)
COMMAND = (sys.executable, "-c", "from forecast_bench.cli import main; main()", "recalibrate")


def jobs_at_once(workspace: Path, *, times: int) -> list[str]:
    """Start pairs of jobs, every second one with `--wait`; give what was not as it must be."""
    faults = []
    for number in range(times):
        waits = number % 2 == 1
        found = pair(workspace, FIRST + datetime.timedelta(days=number), waits=waits)
        expected = [(0, "published", None), (0, "unchanged", None)]
        if not waits:
            expected[1] = (3, "locked", "the other")
        if found != expected:
            faults.append(f"pair {number + 1}, wait {waits}: {found}")
        if len(run_folders(workspace)) != number + 1:
            faults.append(f"pair {number + 1}: {len(run_folders(workspace))} runs")
    faults += verify(workspace).faults + verify(workspace).notes
    endings = [line.entry.get("ending") for line in read_ledger(workspace)]
    if (endings.count("published"), endings.count("unchanged")) != (times, times // 2):
        faults.append(f"the ledger has {endings}")
    if latest_run(workspace) != run_folders(workspace)[-1].resolve():
        faults.append("the last run is not in force")
    left = [one.name for one in runs_folder(workspace).glob(".*")]
    left += [one.name for one in runs_folder(workspace).parent.glob("*job.*")]
    return faults if left == ["job.lock"] else [*faults, f"left behind: {left}"]


def pair(workspace: Path, day: datetime.date, *, waits: bool) -> list[tuple[int, str, str | None]]:
    """Status, ending and who was told to hold the lock, of both jobs, who publishes first."""
    command = [*COMMAND, "--workspace", str(workspace), "--as-of", str(day), "--format", "json"]
    jobs = [
        subprocess.Popen(
            [*command, *(["--wait", "600"] if waits else [])],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    known = {job.pid: "the other" for job in jobs}
    found = []
    for job in jobs:
        out, failed = job.communicate()
        told = json.loads(out) if out else {"ending": failed.decode(), "holder": None}
        holder = told["holder"] and known.get(told["holder"]["pid"], str(told["holder"]))
        found.append((job.returncode, told["ending"], holder))
    return sorted(found, key=lambda one: one[1] != "published")


def main(times: int = 50, workspace: str | None = None) -> int:
    """Make a copy, try it, and say how often it held."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        if workspace is None:
            copy.mkdir()
            small_case(copy)
        else:
            shutil.copytree(
                workspace, copy, ignore=shutil.ignore_patterns(".forecast-bench", ".venv", ".git")
            )
        began = datetime.datetime.now(tz=datetime.UTC)
        faults = jobs_at_once(copy, times=times)
        took = (datetime.datetime.now(tz=datetime.UTC) - began).total_seconds()
    sys.stdout.write(
        f"{times} pairs of jobs at once in {took:.0f} s, {times // 2} of them with --wait: "
        f"{f'{len(faults)} faults: {faults}' if faults else 'one published each time, all whole'}\n"
    )
    return 1 if faults else 0


if __name__ == "__main__":
    given = sys.argv[1:]
    sys.exit(main(int(given[0]) if given else 50, *given[1:2]))
