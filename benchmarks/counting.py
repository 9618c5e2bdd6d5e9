"""Count 10,000 questions over up to 10,000,000 events, on DuckDB and on Spark, against pandas.

Run as ``python benchmarks/counting.py [--events N ...] [--questions N] [--spark]``. The events are
drawn again from the sample of UCDP GED (``--sample FILE``) or, where it is not at hand, from made
ones: their labels, areas, types and days. The loop over a pandas table does a sample of the
questions, and its time is scaled up; it also checks that both count the same.
"""

import argparse
import datetime
import json
import math
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from forecast_bench.incidents import CountRequest, StateFiles, counts
from forecast_bench.incidents.schema import SIDE_END, stored_schema
from forecast_bench.records import ActorBook, CountingSettings, IncidentFilter

SEED = 20171231
SAMPLE = Path(__file__).parents[2] / "shared" / "data" / "ucdp-ged-syria-sample.csv"
COUNTRIES = tuple(f"Country {number}" for number in range(20))
TYPES = ("state-based", "non-state", "one-sided")
PART = 1_000_000
LOOPED = 50


def pool_of_events(sample: Path, rng: np.random.Generator) -> pd.DataFrame:
    """Events to draw from: those of the sample, or made ones of the same columns."""
    if sample.exists():
        read = pd.read_csv(sample, dtype=str, keep_default_na=False)
        return pd.DataFrame(
            {
                "date_from": pd.to_datetime(read["date_start"].str[:10]),
                "date_to": pd.to_datetime(read["date_end"].str[:10]),
                "admin1": read["adm_1"],
                "event_type": [TYPES[int(float(one)) - 1] for one in read["type_of_violence"]],
                "side_a": read["side_a"],
                "side_b": read["side_b"],
            }
        )
    days = pd.to_datetime("2016-01-01") + pd.to_timedelta(rng.integers(0, 1430, 4000), unit="D")
    names = [f"Group {number}" for number in range(64)]
    return pd.DataFrame(
        {
            "date_from": days,
            "date_to": days + pd.to_timedelta(rng.poisson(0.2, 4000), unit="D"),
            "admin1": [f"Area {number}" for number in rng.integers(0, 14, 4000)],
            "event_type": [TYPES[number] for number in rng.integers(0, 3, 4000)],
            "side_a": [names[number] for number in rng.zipf(1.6, 4000) % 64],
            "side_b": [names[number] for number in rng.zipf(1.6, 4000) % 64],
        }
    )


def write_events(folder: Path, number: int, pool: pd.DataFrame, rng: np.random.Generator) -> None:
    """Draw events with replacement, each in one of twenty countries, moved by some days."""
    for start in range(0, number, PART):
        size = min(PART, number - start)
        drawn = pool.iloc[rng.integers(0, len(pool), size)]
        moved = pd.to_timedelta(rng.integers(-15, 16, size), unit="D")
        sides = [
            pa.ListArray.from_arrays(
                pa.array(np.arange(size + 1), type=pa.int32()), pa.array(drawn[side])
            )
            for side in ("side_a", "side_b")
        ]
        country = pa.array(COUNTRIES).take(pa.array(rng.integers(0, len(COUNTRIES), size)))
        known = {
            "source": pa.array(["made"] * size),
            "event_id": pa.array(np.arange(start, start + size)).cast(pa.string()),
            "vintage": pa.array([datetime.date(2020, 1, 31)] * size),
            "date_from": pa.array((drawn["date_from"] + moved).dt.date),
            "date_to": pa.array((drawn["date_to"] + moved).dt.date),
            "country": country,
            "admin1": pa.array(drawn["admin1"]),
            "event_type": pa.array(drawn["event_type"]),
            "source_type": pa.array(drawn["event_type"]),
            "side_a": sides[0],
            "side_b": sides[1],
            "sides": pa.array(drawn["side_a"] + SIDE_END + drawn["side_b"]),
            "weight": pa.array(np.ones(size, dtype=np.int64)),
            "opened": pa.array(np.ones(size, dtype=np.int64)),
        }
        columns = [
            known[one.name].cast(one.type) if one.name in known else pa.nulls(size, one.type)
            for one in stored_schema()
        ]
        table = pa.Table.from_arrays(columns, schema=stored_schema())
        pq.write_table(table, folder / f"{start:09}.parquet", compression="zstd")


def make_requests(
    number: int, pool: pd.DataFrame, rng: np.random.Generator
) -> tuple[list[CountRequest], ActorBook]:
    """Ask of a year and a half for an actor, a type and two countries; some also for areas."""
    names = sorted(set(pool["side_a"]) | set(pool["side_b"]))
    areas = sorted(set(pool["admin1"]) - {""})
    book = ActorBook.model_validate({"actors": {name: {} for name in names}})
    requests = []
    for key in range(number):
        start = datetime.date(2016, 1, 1) + datetime.timedelta(days=int(rng.integers(0, 900)))
        chosen = rng.choice(len(COUNTRIES), 2, replace=False)
        wanted = IncidentFilter(
            actor=(names[int(rng.integers(0, len(names)))],),
            type=(TYPES[int(rng.integers(0, len(TYPES)))],),
            countries=tuple(COUNTRIES[one] for one in chosen),
            admin1=(areas[int(rng.integers(0, len(areas)))],) if key % 10 == 0 else None,
        )
        days = datetime.timedelta(days=546)
        requests.append(CountRequest(str(key), wanted, start, start + days))
    return requests, book


def loop(state: StateFiles, requests: list[CountRequest]) -> tuple[list[int], float]:
    """Count with a mask over the whole table for each question."""
    wanted = ["date_from", "date_to", "country", "admin1", "event_type", "side_a", "side_b"]
    table = pa.concat_tables(pq.read_table(one, columns=wanted) for one in state.rows).to_pandas()
    for name in ("date_from", "date_to"):
        table[name] = pd.to_datetime(table[name])
    first, second = table["side_a"].str[0], table["side_b"].str[0]
    began = time.perf_counter()
    found = []
    for one in requests:
        asked = one.filter
        mask = (
            (table["date_from"] >= pd.Timestamp(one.start))
            & (table["date_to"] <= pd.Timestamp(one.end))
            & table["event_type"].isin(asked.type)
            & table["country"].isin(asked.countries)
            & (first.isin(asked.actor) | second.isin(asked.actor))
        )
        if asked.admin1 is not None:
            mask &= table["admin1"].isin(asked.admin1)
        found.append(int(mask.sum()))
    return found, time.perf_counter() - began


def measure(asked: argparse.Namespace) -> dict[str, float]:
    """Measure one case in this process, which does nothing else: its peak memory is the case's."""
    rng = np.random.default_rng(SEED)
    requests, book = make_requests(asked.questions, pool_of_events(asked.sample, rng), rng)
    settings = CountingSettings(engine=asked.engine, threads=asked.threads, spark=_spark())
    state = StateFiles(rows=tuple(sorted(asked.folder.glob("*.parquet"))), closings=(), key=1)
    began = time.perf_counter()
    counts(requests[:1], book, [state], by="total", settings=settings)
    first = time.perf_counter() - began
    began = time.perf_counter()
    frame = counts(requests, book, [state], by=asked.by, settings=settings)
    told = {"seconds": time.perf_counter() - began, "first_count_seconds": first}
    ours, others = (
        resource.getrusage(one) for one in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    told |= {"memory_mib": (ours.ru_maxrss + others.ru_maxrss) / 1024, "rows": len(frame)}
    if asked.looped:
        totals = frame.groupby("key")["count"].sum()
        sampled, took = loop(state, requests[:LOOPED])
        if [int(totals.get(one.key, 0)) for one in requests[:LOOPED]] != sampled:
            raise SystemExit("the two counts differ")
        told["peer_seconds"] = took / LOOPED * asked.questions
    return told | {"total": int(frame["count"].sum())}


def _spark() -> dict[str, str]:
    return {
        "spark.master": "local[2]",
        "spark.driver.memory": "3g",
        "spark.sql.shuffle.partitions": "4",
        "spark.driver.maxResultSize": "2g",
    }


def case(asked: argparse.Namespace, *options: str) -> dict[str, float]:
    """Measure one case in a process of its own."""
    command = [sys.executable, __file__, "--case", "--sample", str(asked.sample)]
    command += ["--questions", str(asked.questions), "--threads", str(asked.threads), *options]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told


def cases_of(asked: argparse.Namespace, events: int, folder: str) -> dict[str, dict[str, float]]:
    """Measure every engine and grain over the same events, and print each."""
    found = {}
    cases = [("duckdb", "total"), ("duckdb", "month"), ("duckdb", "area")]
    cases += [("spark", "total"), ("spark", "month")] if asked.spark else []
    for engine, by in cases:
        looped = ["--looped"] if (engine, by) == cases[0] and events <= PART else []
        told = case(asked, "--engine", engine, "--by", by, "--folder", folder, *looped)
        found[f"{engine} {by}"] = told
        line = (
            f"{events:>12,} {engine:>7} {by:>6} {told['seconds']:>8.2f} "
            f"{told['memory_mib']:>7.0f} {told['rows']:>12,}"
        )
        if looped:
            peer = told["peer_seconds"]
            line += f"  loop over pandas {peer:,.0f} s, {peer / told['seconds']:.0f} times as long"
        print(line, flush=True)
    if len({one["total"] for one in found.values()}) > 1:
        raise SystemExit("the engines, or the grains, count differently")
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, nargs="+", default=[100_000, 1_000_000, 10_000_000])
    parser.add_argument("--questions", type=int, default=10_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--spark", action="store_true")
    parser.add_argument("--sample", type=Path, default=SAMPLE)
    own = parser.add_argument_group("of one case")
    own.add_argument("--case", action="store_true")
    own.add_argument("--engine", default="duckdb")
    own.add_argument("--by", default="total")
    own.add_argument("--folder", type=Path)
    own.add_argument("--looped", action="store_true")
    asked = parser.parse_args()
    if asked.case:
        print(json.dumps(measure(asked)))
        return
    source = "the sample of UCDP GED" if asked.sample.exists() else "made events"
    print(f"{asked.questions:,} questions, {asked.threads} threads, drawn from {source}")
    print(f"{'events':>12} {'engine':>7} {'by':>6} {'seconds':>8} {'MiB':>7} {'result rows':>12}")
    seconds: dict[int, float] = {}
    for events in asked.events:
        with tempfile.TemporaryDirectory() as folder:
            rng = np.random.default_rng(SEED)
            write_events(Path(folder), events, pool_of_events(asked.sample, rng), rng)
            found = cases_of(asked, events, folder)
        seconds[events] = found["duckdb total"]["seconds"]
    if len(seconds) > 1:
        low, high = min(seconds), max(seconds)
        grown = math.log(seconds[high] / seconds[low]) / math.log(high / low)
        print(f"growth exponent {grown:.2f}, from {low:,} to {high:,} events, in all")


if __name__ == "__main__":
    main()
