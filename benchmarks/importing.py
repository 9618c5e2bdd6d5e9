"""Read files of events shaped like an ACLED export, against pandas reading the same file.

Run as ``python benchmarks/importing.py [MEGABYTES ...]``; sizes are 10, 100 and 1000 by default.
Each reading is a process of its own, so that its peak memory is its own; its seconds hold the
loading of the libraries, half a second of a small file.
"""

import datetime
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from forecast_bench.incidents import taxonomy
from sample_events import acled_rows, csv_text, events

DISTINCT = 20_000
NOTE = (
    "On the day, members of the group came to the village and took what they found; "
    "two were wounded, and the others left towards the border. Made up for a measurement, "
    'with a "quoted" word, and as long as such notes are on the whole.'
)


def write_events(path: Path, megabytes: int) -> int:
    """Write made events until the file is large enough; give how many."""
    header, rows = acled_rows(events(DISTINCT))
    note, identifier = header.index("notes"), header.index("event_id_cnty")
    rng = random.Random(1)
    written = size = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(csv_text(header, []))
        while size < megabytes * 1_000_000:
            for row in rows:
                written += 1
                row[identifier] = f"MLI{written}"
                row[note] = NOTE[: rng.randrange(100, len(NOTE))]
            text = csv_text(header, rows).partition("\n")[2]
            size += file.write(text)
    return written


def imported(path: Path) -> int:
    """Bring the file into the store beside it, empty or with an export of the day before."""
    from forecast_bench.incidents import Delivery, LocalStorage, import_delivery, vintages
    from forecast_bench.records import SourceDescription

    storage = LocalStorage(path.parent / "store")
    day = datetime.date(2024, 1, 1) + datetime.timedelta(days=len(vintages(storage, "made")))
    description = SourceDescription.model_validate(
        {
            **dict.fromkeys(("source", "title", "licence", "attribution"), "made"),
            "kind": "acled",
            "settlement": "14 days",
            "coverage": {
                "countries": {"Mali": []},
                "types": sorted(set(taxonomy().sources["acled"].types.values())),
            },
        }
    )
    delivery = Delivery(
        description=description,
        path=path,
        retrieved=day,
        start=None,
        end=None,
        replaces=True,
        shown_as=path.name,
        described_in=path.name,
    )
    result = import_delivery(storage, delivery, rejects_in=path.parent)
    if result.vintage is None:
        raise SystemExit(str(result.problems))
    manifest = result.vintage.manifest
    if manifest.read.outside:
        raise SystemExit(f"{manifest.read.outside} rows are outside: {result.outside}")
    return manifest.read.rows


def ours(path: Path) -> int:
    """Read with the importer."""
    from forecast_bench.incidents.importers import open_incidents

    opened, problems = open_incidents(path, kind="auto", shown_as=path.name)
    if opened is None:
        raise SystemExit(str(problems))
    rows = rejected = 0
    for batch in opened.batches():
        rows += batch.rows.num_rows
        rejected += len(batch.rejected)
    if rejected:
        raise SystemExit(f"{rejected} rows were rejected")
    return rows


def pandas(path: Path) -> int:
    """Read with pandas, which types cells and makes no incidents of them."""
    import pandas as pd

    return len(pd.read_csv(path, low_memory=False))


# By name; what is listed twice is run twice, the second time upon the first one's store.
ROADS = {"read": ours, "import": imported, "again": imported, "pandas": pandas}
MOST_FOR_PANDAS = 1000


def measure(road: str, path: Path) -> tuple[int, float, float]:
    """Rows, seconds and the peak memory in MiB of one reading in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, "--read", road, str(path)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    rows, seconds, memory = done.stdout.split()
    return int(rows), float(seconds), float(memory)


def main() -> None:
    """Measure and print."""
    sizes = [int(one) for one in sys.argv[1:]] or [10, 100, 1000]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.csv"
        for megabytes in sizes:
            written = write_events(path, megabytes)
            print(f"{path.stat().st_size / 1e6:,.0f} MB, {written:,} rows")
            shutil.rmtree(path.parent / "store", ignore_errors=True)
            for road in ROADS:
                if road == "pandas" and megabytes > MOST_FOR_PANDAS:
                    continue  # it takes three times the file in memory
                rows, seconds, memory = measure(road, path)
                if rows != written:
                    raise SystemExit(f"{road} read {rows:,} rows")
                rate = rows / seconds
                print(f"  {road:6} {seconds:7.2f} s  {rate:9,.0f} rows/s  {memory:6,.0f} MiB")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--read"]:
        began = time.perf_counter()
        read = ROADS[sys.argv[2]](Path(sys.argv[3]))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(read, time.perf_counter() - began, peak)
    else:
        main()
