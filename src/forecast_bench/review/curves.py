"""The figure of one judgment: its curve thinned, its months counted, its dates marked."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from forecast_bench.review.card_facts import counted_noun
from forecast_bench.review.document import Figure, Table, table
from forecast_bench.review.row import Row, rows_of
from forecast_bench.review.wording import anchor, clean, count, interval, percent

_PARTS: Mapping[str, str] = {
    "baseline": "before the window",
    "window": "in the window",
    "after window": "after the window",
}
_AMBIGUOUS = "ambiguous labels"
# Events with a mark of their own; the others have one already, or move no curve.
_MARKED: Mapping[str, str] = {"left its band": "leaves band", "condition failed": "condition fails"}
# Units of the figure: how wide it is, and about how wide a letter of its labels.
_WIDTH, _LETTER = 400, 7


@dataclass(frozen=True, slots=True)
class Judged:
    """The rows of one judgment in all tables, and its dated events."""

    row: Row
    tracking: pd.DataFrame
    counts: pd.DataFrame
    events: tuple[Row, ...] = ()


def thinned(tracking: pd.DataFrame) -> pd.DataFrame:
    """Keep the first and last date, the last of each month, and every date of a new statement.

    Examples
    --------
    >>> days = pd.DataFrame({"date": ["2018-01-01", "2018-01-02", "2018-01-31"],
    ...     "stated": [0.8, 0.8, 0.8]})
    >>> list(thinned(days)["date"])
    ['2018-01-01', '2018-01-31']
    """
    if len(tracking) < 3:
        return tracking
    months = [str(day)[:7] for day in tracking["date"].to_numpy()]
    stated = tracking["stated"].to_numpy(dtype=float, na_value=math.nan).tolist()
    last = len(months) - 1
    kept = [
        at
        for at, month in enumerate(months)
        if at in (0, last) or month != months[at + 1] or stated[at] != stated[at - 1]
    ]
    return tracking.iloc[kept]


def curve_figure(judged: Judged, *, as_of: str, source: str, full: bool) -> Figure | None:
    """Give the figure of a judgment, or None where there is nothing to draw.

    A judgment settled by hand has a path only if its statement was revised.
    """
    tracking = thinned(judged.tracking)
    counted = bool(tracking["after"].notna().any())
    revised = len(set(tracking["stated"].dropna())) > 1
    if len(tracking) < 2 or not (counted or revised):
        return None
    curve = pd.DataFrame(
        {
            "date": tracking["date"].astype(str),
            "live": tracking["live"].astype(float).to_numpy(),
            "after": tracking["after"].astype(float).to_numpy(),
            "provisional": [one.flag("provisional") for one in rows_of(tracking)],
        }
    )
    name = anchor(judged.row.text("id"))
    frames = {"curve": curve, "bands": _bands(tracking)}
    if full:
        months = _months(judged.counts)
        frames |= {"counts": months, "marks": _marks(judged, curve, months, as_of=as_of)}
    return Figure(
        name=name,
        kind="judgment" if full else "sparkline",
        alternative=_alternative(judged, curve),
        caption=_caption(full=full, counted=counted, thin=len(tracking) < len(judged.tracking)),
        source=source if counted else "Source: the judgments file; no counts bear on it.",
        frames=frames,
        behind=_behind(judged, tracking) if full else None,
    )


def _bands(tracking: pd.DataFrame) -> pd.DataFrame:
    """One row for each band that stood, from its first date to the next band's."""
    banded = tracking.dropna(subset=["band_low", "band_high"])
    low, high = banded["band_low"].astype(float), banded["band_high"].astype(float)
    begins = banded[low.ne(low.shift()) | high.ne(high.shift())]
    starts = [str(day) for day in begins["date"]]
    ends = [*starts[1:], *(str(day) for day in banded["date"].iloc[-1:])]
    return pd.DataFrame(
        {
            "start": pd.Series(starts, dtype=object),
            "end": pd.Series(ends[: len(starts)], dtype=object),
            "low": begins["band_low"].to_numpy(dtype=float),
            "high": begins["band_high"].to_numpy(dtype=float),
        }
    )


def _months(counts: pd.DataFrame) -> pd.DataFrame:
    """Incidents of each month over all places, ambiguous ones standing on the clear ones."""
    columns = ["start", "end", "kind", "count", "below"]
    if counts.empty:
        return pd.DataFrame(columns=columns)
    summed = counts.groupby(["period_start", "period_end", "part"], sort=True, as_index=False)[
        ["count", "ambiguous"]
    ].sum()
    ends = [_shift(day, days=1) for day in summed["period_end"].astype(str)]
    clear = pd.DataFrame(
        {
            "start": summed["period_start"].astype(str),
            "end": ends,
            "kind": [_PARTS.get(one, one) for one in summed["part"]],
            "count": summed["count"].astype(float),
            "below": 0.0,
        }
    )
    unclear = clear.assign(
        kind=_AMBIGUOUS, below=clear["count"], count=summed["ambiguous"].astype(float)
    )
    return pd.concat([clear, unclear[unclear["count"] > 0]], ignore_index=True)


def _shift(day: str, *, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def _marks(
    judged: Judged, curve: pd.DataFrame, months: pd.DataFrame, *, as_of: str
) -> pd.DataFrame:
    """Dates to mark, with a place for each label where no other label stands."""
    row = judged.row
    found = [(one.text("on"), "revised") for one in row.records("revisions")]
    first_day = curve["date"].iloc[0]
    found += [
        (one.text("on"), _MARKED[one.text("kind")])
        for one in judged.events
        if one.text("kind") in _MARKED and one.text("on") > first_day
    ]
    reached = _reached(judged)
    if reached:
        found.append((reached, "threshold passed"))
    if row.text("window_end"):
        found.append((row.text("window_end"), "window ends"))
    if row.text("state") in ("open", "settling") and as_of:
        found.append((as_of, "as of"))
    days = [*curve["date"], *months["start"], *months["end"], *(day for day, _ in found)]
    first, last = date.fromisoformat(min(days)), date.fromisoformat(max(days))
    extent = max(1, (last - first).days)
    taken: list[list[tuple[float, float]]] = []
    rows = []
    for day, label in sorted(found):
        at = _WIDTH * (date.fromisoformat(day) - first).days / extent
        wide = _LETTER * len(label)
        align = "right" if at > wide else "left"
        span = (at - wide, at + 4) if align == "right" else (at - 4, at + wide)
        level = next(
            (n for n, line in enumerate(taken) if all(span[0] > b or span[1] < a for a, b in line)),
            len(taken),
        )
        if level == len(taken):
            taken.append([])
        taken[level].append(span)
        rows.append({"date": day, "label": label, "level": level, "align": align})
    return pd.DataFrame(rows, columns=["date", "label", "level", "align"])


def _reached(judged: Judged) -> str:
    """Give the first date at which an "at least" threshold was passed, if it was."""
    wanted = re.match(r"at least (\d+)\b", judged.row.text("threshold_text"))
    if wanted is None or judged.row.text("question_kind") not in ("count", "change", "months"):
        return ""
    past = judged.tracking[judged.tracking["count"] >= int(wanted[1])]
    return str(past["date"].iloc[0]) if len(past) else ""


def _alternative(judged: Judged, curve: pd.DataFrame) -> str:
    row, live = judged.row, curve["live"].dropna()
    first, last = curve["date"].iloc[0], curve["date"].iloc[-1]
    parts = [f"Judgment {clean(row.text('id'))}:"]
    if len(live):
        parts.append(
            f"live probability {percent(live.iloc[0])} on {first} and {percent(live.iloc[-1])} on "
            f"{last}, between {percent(live.min())} and {percent(live.max())};"
        )
    if row.number("now_band_low") is not None:
        band = interval(row.number("now_band_low"), row.number("now_band_high"))
        parts.append(f"stated band {band};")
    if row.number("count") is not None:
        parts.append(
            f"{count(row.number('count'))} {counted_noun(row)} counted in the window so far."
        )
    return " ".join(parts).rstrip(";") + ("" if parts[-1].endswith(".") else ".")


def _caption(*, full: bool, counted: bool, thin: bool) -> str:
    if not counted:
        return "Only the statement moves: no counts bear on it."
    drawn = "Drawn at month ends and at revisions." if thin else "A step at each date tracked."
    if not full:
        return f"Live probability over the stated band, 0 to 100 %. {drawn}"
    return f"{drawn} Hollow points rest on provisional counts; months without a bar count 0."


def _behind(judged: Judged, tracking: pd.DataFrame) -> Table:
    rows: list[tuple[str, ...]] = [
        (
            one.text("date"),
            percent(one.number("stated")),
            percent(one.number("after")),
            percent(one.number("live")),
            count(one.number("count")),
            count(one.number("ambiguous")),
        )
        for one in rows_of(tracking)
    ]
    return table(
        f"Numbers behind the curve of {clean(judged.row.text('id'))}",
        ("Date", "Stated", "Base rate after", "Live", "Count", "Ambiguous"),
        list(rows),
        numeric=("Stated", "Base rate after", "Live", "Count", "Ambiguous"),
    )
