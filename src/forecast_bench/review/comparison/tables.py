"""A comparison as tables for programs, and as the figure of the judgments that differ."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from forecast_bench.problems import Problem
from forecast_bench.review.comparison.difference import Comparison, JudgmentChange
from forecast_bench.review.comparison.side import Standing
from forecast_bench.review.document import Figure
from forecast_bench.review.wording import clean, percent

MOST_DRAWN: Final = 30
"""Most judgments in the figure; those that are left out are in the tables."""

_LONGEST_LABEL: Final = 34
_NUMBERS: Final = (
    "low",
    "high",
    "stated",
    "base_rate",
    "live",
    "expected",
    "unavoidable",
    "expected_skill",
    "scored",
)


def comparison_tables(comparison: Comparison) -> Mapping[str, pd.DataFrame]:
    """Give every number and finding of a comparison, by the name of its file.

    Returns
    -------
    mapping of str to pandas.DataFrame
        `judgments`: one row for each that differs; `fields`: one for each field that differs;
        `problems`: new and gone; `files`: those that numbers rest on.
    """
    changes = comparison.judgments
    problems = [
        *(_problem(one, "new") for one in comparison.new_problems),
        *(_problem(one, "gone") for one in comparison.gone_problems),
    ]
    fields = [
        {
            "judgment": one.id,
            "field": field.name,
            "before": field.before,
            "after": field.after,
            "rewrites": field.rewrites,
        }
        for one in changes
        for field in one.fields
    ]
    files = [
        {"file": name, "what": what, "group": group}
        for group, paths in comparison.files.grouped().items()
        for name, what in paths
    ]
    names = {
        "judgments": _columns(),
        "fields": ["judgment", "field", "before", "after", "rewrites"],
        "problems": ["what", "level", "id", "file", "line", "column", "message"],
        "files": ["file", "what", "group"],
    }
    rows: dict[str, list[dict[str, Any]]] = {
        "judgments": [_row(one) for one in changes],
        "fields": fields,
        "problems": problems,
        "files": files,
    }
    tables = {name: pd.DataFrame(rows[name], columns=columns) for name, columns in names.items()}
    numbers = [one for one in _columns() if one.removesuffix("_before") in _NUMBERS]
    numbers += [one for one in _columns() if one.removesuffix("_after") in _NUMBERS]
    # An empty column of numbers is one of numbers all the same.
    tables["judgments"] = tables["judgments"].astype(dict.fromkeys(numbers, "float64"))
    return tables


def changes_figure(comparison: Comparison) -> Figure | None:
    """Give the picture of the judgments that differ; None where there is nothing to draw."""
    drawable = [one for one in comparison.judgments if _is_drawable(one)]
    drawn = drawable[:MOST_DRAWN]
    if not drawn:
        return None
    frame = pd.DataFrame([_drawn(one) for one in drawn])
    # Two names that differ only where they are cut must not share a row.
    again = frame.groupby("label").cumcount()
    frame["label"] = [
        label if not number else f"{label} ({number + 1})"
        for label, number in zip(frame["label"], again, strict=True)
    ]
    left = len(drawable) - len(drawn)
    said = "; ".join(_in_words(one) for one in drawn)
    return Figure(
        name="changes",
        kind="changes",
        alternative=f"Bands and live probabilities before and after: {clean(said)}.",
        caption="Each judgment that differs: its stated band and its live probability, before and "
        f"after.{f' {left} more are in the tables.' if left else ''}",
        frames={"changes": frame},
    )


def _is_drawable(one: JudgmentChange) -> bool:
    sides = (one.stood, one.stands)
    return any(side is not None and side.stated is not None for side in sides)


def _columns() -> list[str]:
    own = [
        f"{name}_{when}" for when in ("before", "after") for name in ("text", *_NUMBERS, "state")
    ]
    return ["judgment", "kinds", "statement", "file", "line", "was_sealed", *own, "because"]


def _row(one: JudgmentChange) -> dict[str, Any]:
    written = one.after or one.before
    row: dict[str, Any] = {
        "judgment": one.id,
        "kinds": ", ".join(one.kinds),
        "statement": None if written is None else written.statement,
        "file": None if written is None else written.file,
        "line": None if written is None else written.line,
        "was_sealed": one.was_sealed,
        "because": "; ".join(one.because),
    }
    for when, side in (("before", one.stood), ("after", one.stands)):
        for name in ("text", *_NUMBERS, "state"):
            row[f"{name}_{when}"] = None if side is None else getattr(side, name)
    return row


def _problem(one: Problem, what: str) -> dict[str, Any]:
    return {
        "what": what,
        "level": one.level,
        "id": one.identifier,
        "file": one.location.file,
        "line": one.location.line,
        "column": one.location.column,
        "message": one.message,
    }


def _drawn(one: JudgmentChange) -> dict[str, Any]:
    row: dict[str, Any] = {"label": clean(one.id, longest=_LONGEST_LABEL)}
    for when, side in (("before", one.stood), ("after", one.stands)):
        low, high = _ends(side)
        row |= {f"low_{when}": low, f"high_{when}": high}
        row[f"live_{when}"] = float("nan") if side is None or side.live is None else side.live
    return row


def _ends(side: Standing | None) -> tuple[float, float]:
    """Ends of the band; of a single number a band too narrow to be taken for one."""
    if side is None or side.stated is None:
        return float("nan"), float("nan")
    if side.low is None or side.high is None:
        return max(0.0, side.stated - 0.004), min(1.0, side.stated + 0.004)
    return side.low, side.high


def _in_words(one: JudgmentChange) -> str:
    before, after = (
        "none" if side is None else f"{percent(side.stated)} stated, {percent(side.live)} live"
        for side in (one.stood, one.stands)
    )
    return f"{one.id}: before {before}, after {after}"
