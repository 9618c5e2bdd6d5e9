"""One piece of work on a store, to be killed: `python incident_killed.py import|compact FOLDER`."""

import datetime
import random
import resource
import sys
from pathlib import Path

from forecast_bench.incidents import ImportResult, LocalStorage, compact
from incident_replay import SOURCE, Export, Made, bring

SEED = 20260701
FIRST = datetime.date(2016, 1, 1)
_ROWS = 3000


def export(number: int) -> Export:
    """Exports revise, withdraw and add some of the rows; the fourth lies before all others."""
    rng = random.Random(SEED)
    rows = {}
    for at in range(_ROWS):
        day = FIRST + datetime.timedelta(days=rng.randrange(1000))
        made = Made(day, rng.choice((1, 1, 2, 3)), side_a=(rng.choice("ABC"),), deaths=at % 5)
        if at % 17 != number:
            rows[f"E{at}"] = made if at % 13 else Made(day, deaths=number)
    retrieved = datetime.date(2019, 6, 10) + datetime.timedelta(days=number if number < 3 else -1)
    return Export(rows, retrieved, FIRST, datetime.date(2018, 12, 31))


def begin(folder: Path, *, upto: int) -> LocalStorage:
    """Make a store of the first exports."""
    storage = LocalStorage(folder / "store")
    for number in range(upto):
        assert work(folder, number).added
    return storage


def work(folder: Path, number: int) -> ImportResult:
    """Import one export."""
    return bring(LocalStorage(folder / "store"), export(number), folder)


def main(what: str, folder: Path, number: int, largest_file: int | None) -> int:
    """Do it, having said so: what is loaded before need not be killed."""
    import duckdb  # noqa: F401
    import pyarrow.parquet  # noqa: F401

    if largest_file is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    if what == "compact":
        compact(LocalStorage(folder / "store"), SOURCE, keep=number)
        return 0
    result = work(folder, number)
    for one in result.problems:
        sys.stdout.write(f"{one.identifier}: {one.message}\n")
    return 4 if result.problems else 0


if __name__ == "__main__":
    given = sys.argv[1:]
    limit = int(given[3]) if len(given) > 3 else None
    sys.exit(main(given[0], Path(given[1]), int(given[2]), limit))
