"""The figure of one judgment: its curve thinned, its months counted, its dates marked."""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecast_bench.review.card_facts import counted_noun
from forecast_bench.review.document import Figure, Table, table
from forecast_bench.review.row import Row, rows_of
from forecast_bench.review.run import Run
from forecast_bench.review.story import events_of, story_of
from forecast_bench.review.wording import anchor, capitalised, clean, count, interval, percent

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
    """What the tables hold of one judgment.

    Parameters
    ----------
    row : Row
        Its row among the judgments.
    tracking : pandas.DataFrame
        Its dates, thinned.
    counts : pandas.DataFrame
        Its months; empty where only a small curve is drawn.
    is_thin : bool
        Whether dates were left out.
    reached : str
        First date at which an "at least" threshold was passed, of all dates; empty if it was not.
    events : tuple of Row
        Its dated events, where it is drawn in full.
    """

    row: Row
    tracking: pd.DataFrame
    counts: pd.DataFrame
    is_thin: bool = False
    reached: str = ""
    events: tuple[Row, ...] = ()


def judged_rows(run: Run, rows: tuple[Row, ...], *, in_full: frozenset[str]) -> Iterator[Judged]:
    """Gather the rows of every judgment; of months only for those that are drawn in full."""
    kept = _by_judgment(_plain(thinned(run.tracking)))
    lengths = run.tracking["judgment"].value_counts().to_dict()
    whole, counts = (
        _by_judgment(table[table["judgment"].isin(in_full)]) for table in (run.tracking, run.counts)
    )
    for row in rows:
        name = row.text("id")
        tracking = kept.get(name, run.tracking.iloc[:0])
        yield Judged(
            row,
            tracking,
            counts.get(name, run.counts.iloc[:0]),
            is_thin=len(tracking) < lengths.get(name, 0),
            reached=_reached(row, whole[name]) if name in whole else "",
            events=events_of(story_of(run.stories, name)) if name in in_full else (),
        )


def _by_judgment(frame: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return {str(name): part for name, part in frame.groupby("judgment", sort=False)}


def _plain(tracking: pd.DataFrame) -> pd.DataFrame:
    """Give columns in the plain types of numpy, as a table of these is cut up fast."""
    columns = {}
    for name, column in tracking.items():
        if pd.api.types.is_bool_dtype(column.dtype):
            columns[name] = pd.Series(_flags(column))
        elif pd.api.types.is_numeric_dtype(column.dtype):
            columns[name] = pd.Series(_numbers(tracking, str(name)))
        else:
            columns[name] = pd.Series(column.to_numpy(dtype=object), dtype=object)
    return pd.DataFrame(columns)


def thinned(tracking: pd.DataFrame) -> pd.DataFrame:
    """Keep of each judgment the first and last date, month ends, and dates of a new statement.

    Examples
    --------
    >>> days = pd.DataFrame({"judgment": ["j"] * 3, "stated": [0.8] * 3,
    ...     "date": ["2018-01-01", "2018-01-02", "2018-01-31"]})
    >>> list(thinned(days)["date"])
    ['2018-01-01', '2018-01-31']
    """
    if tracking.empty:
        return tracking
    names = tracking["judgment"].to_numpy(dtype=object)
    months = np.array([str(day)[:7] for day in tracking["date"].to_numpy(dtype=object)])
    # What is not stated does not differ from no statement before it, as NaN would.
    stated = np.nan_to_num(_numbers(tracking, "stated"), nan=-1.0)
    begins = np.r_[True, names[1:] != names[:-1]]
    ends = np.r_[begins[1:], True]
    closing = np.r_[months[1:] != months[:-1], True]
    revised = np.r_[True, stated[1:] != stated[:-1]]
    kept: pd.DataFrame = tracking.loc[begins | ends | closing | revised]
    return kept


def curve_figure(judged: Judged, *, as_of: str, source: str, full: bool) -> Figure | None:
    """Give the figure of a judgment, or None where there is nothing to draw.

    A judgment settled by hand has a path only if its statement was revised.
    """
    tracking = judged.tracking
    after, stated = _numbers(tracking, "after"), _numbers(tracking, "stated")
    counted = not np.isnan(after).all()
    revised = len(set(stated[~np.isnan(stated)])) > 1
    if len(tracking) < 2 or not (counted or revised):
        return None
    curve = pd.DataFrame(
        {
            "date": pd.Series(tracking["date"].to_numpy(dtype=object), dtype=object),
            "live": _numbers(tracking, "live"),
            "after": after,
            "provisional": _flags(tracking["provisional"]) if "provisional" in tracking else False,
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
        alternative=_alternative(judged, curve, brief=not full),
        # What would be the same under every small curve is said once, above them.
        caption=_caption(counted=counted, thin=judged.is_thin) if full else "",
        source=(source if counted else "Source: the judgments file; no counts bear on it.")
        if full
        else "",
        frames=frames,
        behind=_behind(judged, tracking) if full else None,
    )


def _numbers(frame: pd.DataFrame, name: str) -> npt.NDArray[np.float64]:
    return frame[name].to_numpy(dtype=np.float64, na_value=np.nan)


def _flags(column: pd.Series) -> npt.NDArray[np.bool_]:
    return column.to_numpy(dtype=np.bool_, na_value=False)


def _bands(tracking: pd.DataFrame) -> pd.DataFrame:
    """One row for each band that stood, from its first date to the next band's."""
    low, high = _numbers(tracking, "band_low"), _numbers(tracking, "band_high")
    banded = ~(np.isnan(low) | np.isnan(high))
    low, high, days = low[banded], high[banded], tracking["date"].to_numpy(dtype=object)[banded]
    begins = np.flatnonzero(
        np.r_[True, (low[1:] != low[:-1]) | (high[1:] != high[:-1])][: len(low)]
    )
    starts = days[begins]
    bands = {"start": starts, "end": np.r_[starts[1:], days[-1:]]}
    return pd.DataFrame(
        {name: pd.Series(values, dtype=object) for name, values in bands.items()}
        | {"low": low[begins], "high": high[begins]}
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
    if judged.reached:
        found.append((judged.reached, "threshold passed"))
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


def _reached(row: Row, tracking: pd.DataFrame) -> str:
    """Give the first date at which an "at least" threshold was passed, if it was."""
    wanted = re.match(r"at least (\d+)\b", row.text("threshold_text"))
    if wanted is None or row.text("question_kind") not in ("count", "change", "months"):
        return ""
    past = tracking[tracking["count"] >= int(wanted[1])]
    return str(past["date"].iloc[0]) if len(past) else ""


def _alternative(judged: Judged, curve: pd.DataFrame, *, brief: bool) -> str:
    """Say the picture in words; briefly where the band and the counts stand beside it."""
    row, live = judged.row, [one for one in curve["live"].tolist() if not math.isnan(one)]
    first, last = curve["date"].iloc[0], curve["date"].iloc[-1]
    parts = [] if brief else [f"Judgment {clean(row.text('id'))}:"]
    if len(live):
        parts.append(
            f"live probability {percent(live[0])} on {first} and {percent(live[-1])} on "
            f"{last}, between {percent(min(live))} and {percent(max(live))};"
        )
    if brief:
        return capitalised(" ".join(parts).rstrip(";")) + "."
    if row.number("now_band_low") is not None:
        band = interval(row.number("now_band_low"), row.number("now_band_high"))
        parts.append(f"stated band {band};")
    if row.number("count") is not None:
        parts.append(
            f"{count(row.number('count'))} {counted_noun(row)} counted in the window so far."
        )
    return " ".join(parts).rstrip(";") + ("" if parts[-1].endswith(".") else ".")


def _caption(*, counted: bool, thin: bool) -> str:
    if not counted:
        return "Only the statement moves: no counts bear on it."
    drawn = "Drawn at month ends and at revisions." if thin else "A step at each date tracked."
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
