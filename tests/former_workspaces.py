"""Workspaces as former programs left them, put together from the fixtures in `formats/`."""

import datetime
import hashlib
import itertools
import json
import shutil
import sys
from pathlib import Path

from first_case import small_case
from forecast_bench.incidents import (
    CountRequest,
    Storage,
    counts,
    coverage_gap,
    filter_labels,
    vintage_as_of,
    vintages,
)
from forecast_bench.records import ActorBook, IncidentFilter, Window

FORMATS = Path(__file__).parent / "formats"
sys.path.insert(0, str(FORMATS))
from make_store import BOOK, DAYS, FILTERS, WINDOWS  # noqa: E402 - it lies beside the fixtures

FORMER_STORES = ("store-1", "store-2-without-sums", "store-2-with-sides")
RUNS = ("run-1-first", "run-1-with-maps-1", "run-1-before-hashes", "run-1")


def with_run(folder: Path, name: str) -> Path:
    """Put the run, the ledger, the maps and the list of fits of a fixture into a workspace."""
    source, derived = FORMATS / name, folder / ".forecast-bench"
    derived.mkdir(exist_ok=True)
    shutil.copytree(source / "runs", derived / "runs")
    shutil.copy(source / "ledger.jsonl", derived)
    (derived / "runs" / "latest").symlink_to(run_of(name))
    if (source / "recalibrations").is_dir():
        shutil.copytree(source / "recalibrations", derived / "recalibrations")
    if (source / "models-recalibrations").is_dir():
        decided = folder / "models" / "recalibrations"
        shutil.copytree(source / "models-recalibrations", decided)
    if (source / "good.jsonl").is_file():
        (derived / "fits").mkdir()
        shutil.copy(source / "good.jsonl", derived / "fits")
    return folder


def with_store(folder: Path, name: str) -> Path:
    """Put the store of a fixture into a workspace."""
    shutil.copytree(FORMATS / name / "incidents", folder / ".forecast-bench" / "incidents")
    return folder


def former_workspace(
    folder: Path, *, run: str = "run-1-with-maps-1", store: str = "store-1"
) -> Path:
    """Two judgments, a run and a store of former programs."""
    return with_store(with_run(small_case(folder), run), store)


def run_of(name: str) -> str:
    """Id of the run of a fixture."""
    (run,) = (FORMATS / name / "runs").iterdir()
    return run.name


def answers_of(name: str) -> dict[str, object]:
    """What the program that wrote a store answered."""
    found: dict[str, object] = json.loads((FORMATS / name / "expected.json").read_text("utf-8"))
    return found


def answered(storage: Storage) -> dict[str, object]:
    """What this program answers of such a store: all counts of a vintage in one go."""
    known = {source: vintages(storage, source) for source in ("made", "second")}
    told = [
        {
            "source": source,
            "name": one.name,
            "retrieved": str(one.retrieved),
            "sequence": one.manifest.sequence,
            "rows": one.manifest.rows,
            "incidents": one.manifest.incidents,
        }
        for source, found in known.items()
        for one in found
    ]
    asked = list(itertools.product(known, FILTERS, WINDOWS, DAYS))
    return {"vintages": told, "answers": _counted(known, asked)}


def _counted(known, asked):
    book, by_vintage, choices, rows = ActorBook.model_validate(BOOK), {}, {}, []
    for at, (source, name, window, day) in enumerate(asked):
        as_of = datetime.date.fromisoformat(day)
        choice = vintage_as_of(known[source], as_of)
        start, end = map(datetime.date.fromisoformat, window)
        window = Window(start=start, end=min(end, as_of))
        wanted = IncidentFilter.model_validate(FILTERS[name])
        choices[at] = choice, wanted, window
        request = CountRequest(str(at), wanted, window.start, window.end)
        by_vintage.setdefault((source, choice.vintage.name), (choice.vintage, []))[1].append(
            request
        )
    found = {}
    for vintage, requests in by_vintage.values():
        for row in counts(requests, book, [vintage.state], by="total").to_dict("records"):
            found[int(row["key"])] = row
    for at, (source, name, window, day) in enumerate(asked):
        choice, wanted, counted = choices[at]
        row = found.get(at, {"count": 0, "ambiguous": 0})
        gap = coverage_gap(wanted, counted, choice.vintage.extent, filter_labels(wanted, book=book))
        rows.append(
            {
                "source": source,
                "asked": name,
                "window": list(window),
                "as_of": day,
                "count": int(row["count"]),
                "ambiguous": int(row["ambiguous"]),
                "gap": gap,
                "vintage": choice.vintage.name,
                "hindsight": choice.hindsight,
            }
        )
    return rows


_LOCKS = (".lock", "job.lock", "job.lease", "job.holder")


def tree(folder: Path) -> dict[str, str]:
    """Hash of every file and target of every link below a folder, by path; locks are left out."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = f"-> {path.readlink()}"
        elif path.is_file() and path.name not in _LOCKS:
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found
