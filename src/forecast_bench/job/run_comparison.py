"""What two runs differ in: what went in, what made them, and what came out."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from forecast_bench.job.changes import changes
from forecast_bench.job.runs import read_manifest
from forecast_bench.workspace.run_files import read_document, read_table


def compare_runs(before: Path, after: Path) -> dict[str, Any]:
    """Compare two runs, the older one first.

    Returns
    -------
    dict
        `before` and `after` (ids), `as_of` (two days), and what changed: `inputs` (files added,
        removed, changed), `vintages`, `versions`, `settings` (name to the two values), `judgments`
        (as `changes` tells them), `alarms` (new and gone), `scores` (Brier and log score).
    """
    old, new = read_manifest(before), read_manifest(after)
    return {
        "before": old["run"],
        "after": new["run"],
        "as_of": [old["as_of"], new["as_of"]],
        "inputs": _inputs(
            *({one["file"]: one["sha256"] for one in run["inputs"]} for run in (old, new))
        ),
        "vintages": _differing(
            *({one["source"]: one["vintage"] for one in run["sources"]} for run in (old, new))
        ),
        "versions": _differing(
            {**old["versions"], "forecast-bench": old["version"]},
            {**new["versions"], "forecast-bench": new["version"]},
        ),
        "settings": _differing(old["settings"], new["settings"]),
        "judgments": changes(_judgments(before), _judgments(after)),
        "alarms": _alarms(old, new),
        "scores": _differing(_scores(before), _scores(after)),
    }


def _inputs(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, list[str]]:
    return {
        "added": sorted(new.keys() - old.keys()),
        "removed": sorted(old.keys() - new.keys()),
        "changed": sorted(name for name in old.keys() & new.keys() if old[name] != new[name]),
    }


def _differing(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, list[Any]]:
    names = [*old, *(name for name in new if name not in old)]
    return {
        name: [old.get(name), new.get(name)] for name in names if old.get(name) != new.get(name)
    }


def _alarms(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, list[str]]:
    before, after = (
        {f"{one['text']} [{one['id']}]" for one in manifest["alarms"]} for manifest in (old, new)
    )
    return {"new": sorted(after - before), "gone": sorted(before - after)}


def _judgments(run: Path) -> pd.DataFrame:
    return read_table(run / "judgments.parquet")


def _scores(run: Path) -> dict[str, float | None]:
    found = read_document(run / "calibration.json")
    return {name: found.get(name) for name in ("n", "effective_n", "brier", "log_score")}
