"""Count 10,000 questions over synthetic events, against a loop over a pandas table.

Run as ``python benchmarks/counting.py [EVENTS] [QUESTIONS] [THREADS]``. The loop does a sample of
the questions, and its time is scaled up; it also checks that both count the same.
"""

import datetime
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from forecast_bench.incidents import CountRequest, counts_by_month, expand_types, incident_schema
from forecast_bench.records import ActorBook, IncidentFilter

SEED = 20171231
FIRST = datetime.date(2014, 1, 1)
DAYS = 6 * 365
ACTORS = [f"Group {number}" for number in range(200)]
TYPES = sorted(expand_types(["violent", "demonstration"]))
COUNTRIES = [f"Country {number}" for number in range(20)]
SAMPLE = 50


def write_events(path: Path, number: int, rng: np.random.Generator) -> None:
    """Write events of one day each; a few actors make most of them."""
    popular = rng.zipf(1.3, size=(number, 2)) % len(ACTORS)
    names = pa.array(ACTORS)
    sides = [
        pa.ListArray.from_arrays(
            pa.array(np.arange(number + 1), type=pa.int32()), names.take(pa.array(popular[:, side]))
        )
        for side in (0, 1)
    ]
    epoch = (FIRST - datetime.date(1970, 1, 1)).days
    days = pa.array((epoch + rng.integers(0, DAYS, number)).astype(np.int32)).cast(pa.date32())
    country = rng.integers(0, len(COUNTRIES), number)
    areas = pa.array([f"{name} area {area}" for name in COUNTRIES for area in range(10)])
    types = pa.array(TYPES).take(pa.array(rng.integers(0, len(TYPES), number)))
    known = {
        "source": pa.array(["made"] * number),
        "event_id": pa.array(np.arange(number)).cast(pa.string()),
        "vintage": pa.array([datetime.date(2020, 1, 31)] * number),
        "date_from": days,
        "date_to": days,
        "country": pa.array(COUNTRIES).take(pa.array(country)),
        "admin1": areas.take(pa.array(country * 10 + rng.integers(0, 10, number))),
        "event_type": types,
        "source_type": types,
        "side_a": sides[0],
        "side_b": sides[1],
        "weight": pa.array(np.ones(number, dtype=np.int64)),
    }
    schema = incident_schema()
    columns = [
        known[one.name].cast(one.type) if one.name in known else pa.nulls(number, one.type)
        for one in schema
    ]
    pq.write_table(pa.Table.from_arrays(columns, schema=schema), path)


def make_requests(number: int, rng: np.random.Generator) -> list[CountRequest]:
    """Make questions of a year and a half about an actor, a type and two countries."""
    requests = []
    for key in range(number):
        start = FIRST.replace(year=int(rng.integers(2014, 2018)), month=int(rng.integers(1, 13)))
        end = start + datetime.timedelta(days=546)
        chosen = rng.choice(len(COUNTRIES), 2, replace=False)
        wanted = IncidentFilter(
            actor=(ACTORS[int(rng.zipf(1.3)) % len(ACTORS)],),
            type=(TYPES[int(rng.integers(0, len(TYPES)))],),
            countries=tuple(COUNTRIES[one] for one in chosen),
        )
        requests.append(CountRequest(str(key), wanted, start, end))
    return requests


def loop(path: Path, requests: list[CountRequest]) -> tuple[list[int], float]:
    """Count with a mask over the whole table for each question."""
    table = pq.read_table(path).to_pandas()
    table["date_from"] = table["date_from"].astype("datetime64[s]")
    first, second = table["side_a"].str[0], table["side_b"].str[0]
    began = time.perf_counter()
    counts = []
    for one in requests:
        wanted = one.filter
        mask = (
            table["date_from"].between(str(one.start), str(one.end))
            & table["event_type"].isin(wanted.type)
            & table["country"].isin(wanted.countries)
            & (first.isin(wanted.actor) | second.isin(wanted.actor))
        )
        counts.append(int(table.loc[mask, "weight"].sum()))
    return counts, time.perf_counter() - began


def main() -> None:
    """Measure and print."""
    events, questions, threads = (
        int(value) for value in (*sys.argv[1:], *("1000000", "10000", "1")[len(sys.argv) - 1 :])
    )
    rng = np.random.default_rng(SEED)
    book = ActorBook.model_validate({"actors": {name: {} for name in ACTORS}})
    requests = make_requests(questions, rng)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "incidents.parquet"
        write_events(path, events, rng)
        counts_by_month(requests[:1], book, path, threads=threads)
        began = time.perf_counter()
        frame = counts_by_month(requests, book, path, threads=threads)
        seconds = time.perf_counter() - began
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
        counts, sampled = loop(path, requests[:SAMPLE])
    totals = frame.groupby("key")["count"].sum()
    if [int(totals.get(one.key, 0)) for one in requests[:SAMPLE]] != counts:
        raise SystemExit("the two counts differ")
    peer = sampled / SAMPLE * questions
    print(f"{questions:,} questions, {events:,} events, {threads} threads: {len(frame):,} rows")
    print(f"  one expression {seconds:.2f} s, memory at most {memory:.2f} GiB")
    print(f"  loop over pandas {peer:.0f} s (from {SAMPLE}): {peer / seconds:.0f} times as long")


if __name__ == "__main__":
    main()
