"""What changed between two runs, judgment by judgment."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

import pandas as pd

from forecast_bench.workspace.run_files import read_table

# A move of less than this many percentage points is not worth a reader's time.
_NOTICEABLE = 0.005


def changes(
    before: pd.DataFrame | None, now: pd.DataFrame, *, new_vintages: Collection[str] = ()
) -> list[dict[str, Any]]:
    """Judgments that are new, gone, revised, settled, or whose live probability moved.

    Parameters
    ----------
    before, now : DataFrame
        Tables of judgments; nothing has changed where there is no run before.
    new_vintages : collection of str
        Sources that were counted in another vintage than before.

    Returns
    -------
    list of dict
        `judgment`, `what`, `before` and `after` in words, and `because` where the source of a
        judgment has a new vintage; in the order of judgments.
    """
    if before is None:
        return []
    old = {row["id"]: row for row in before.to_dict("records")}
    new = {row["id"]: row for row in now.to_dict("records")}
    found = []
    for name, row in new.items():
        if name not in old:
            found.append(_change(name, "new", "", _probability(row, "prior_mean")))
            continue
        found.extend(_between(name, old[name], row))
    for one in found:
        if new[one["judgment"]].get("source") in new_vintages:
            one["because"] = f"a new vintage of {new[one['judgment']]['source']}"
    found.extend(
        _change(name, "gone", row["state"], "") for name, row in old.items() if name not in new
    )
    return found


def read_judgments(run: Path | None) -> pd.DataFrame | None:
    """Table of judgments of a run; None where there is no run."""
    return None if run is None else read_table(run / "judgments.parquet")


def _between(name: str, old: dict[Any, Any], new: dict[Any, Any]) -> list[dict[str, Any]]:
    found = []
    if old["state"] != new["state"]:
        found.append(_change(name, "state", old["state"], new["state"]))
    if _text(old["now_text"]) != _text(new["now_text"]):
        found.append(_change(name, "revised", _text(old["now_text"]), _text(new["now_text"])))
    if pd.notna(old["live"]) and pd.notna(new["live"]):
        settled = {float(old["live"]), float(new["live"])} & {0.0, 1.0}
        size = abs(float(new["live"]) - float(old["live"]))
        if size >= _NOTICEABLE or (settled and size > 0):
            found.append(
                _change(name, "live", _probability(old, "live"), _probability(new, "live"))
            )
    return found


def _change(name: str, what: str, before: str, after: str) -> dict[str, Any]:
    return {"judgment": name, "what": what, "before": before, "after": after}


def _probability(row: dict[Any, Any], column: str) -> str:
    return f"{row[column]:.1%}" if pd.notna(row[column]) else "no probability"


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
