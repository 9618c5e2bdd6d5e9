"""The story of a judgment on its card: every move, who made it, and what happened besides."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecast_bench.review.document import Block, Details, Facts, Paragraph, table
from forecast_bench.review.row import Row, rows_of
from forecast_bench.review.wording import clean, counted, number, percent
from forecast_bench.tracking import NOTICEABLE

type BoolArray = npt.NDArray[np.bool_]
type FloatArray = npt.NDArray[np.float64]
type IntArray = npt.NDArray[np.int64]

FEW_MOVES = 3
"""In a large review, so many moves of each judgment are told; the rest is summed."""

_COLUMNS = ("Date", "Live", "Analyst", "Counts", "What happened")


@dataclass(frozen=True, slots=True)
class ToldMoves:
    """The moves of one judgment that are worth a row, and the others in a sentence.

    `every` is whether all that are worth a row have one.
    """

    shown: tuple[Row, ...] = ()
    rest: str = ""
    every: bool = True


def moves_details(told: ToldMoves, events: tuple[Row, ...], *, brief: bool) -> Details | None:
    """Fold every move of a judgment's live probability, with its two parts.

    Parameters
    ----------
    told : ToldMoves
        As `told_moves` gives them.
    events : tuple of Row
        Its dated events: `on`, `kind`, `text`. Those in no row shown are told below the table.
    brief : bool
        Whether they are told in a line each and without the other dates.

    Returns
    -------
    Details or None
        None where nothing moved it by half a percentage point or more.
    """
    if not told.shown:
        return None
    blocks: list[Block] = [_in_lines(told) if brief else _in_rows(told)]
    if told.rest:
        blocks.append(Paragraph(told.rest, "quiet"))
    dates = {one.text("date") for one in told.shown}
    others = tuple(
        (one.text("on"), clean(one.text("text"))) for one in events if one.text("on") not in dates
    )
    if others and not brief:
        blocks.append(Facts(others, title="Other dates"))
    title = "Every move, and who made it" if told.every else "The largest moves, and who made them"
    return Details(title, tuple(blocks))


def _in_rows(told: ToldMoves) -> Block:
    lines = [
        (
            one.text("date"),
            move_text(one),
            signed(one.number("analyst")),
            "decided" if one.flag("decided") else signed(one.number("counts")),
            clean(one.text("what")),
        )
        for one in told.shown
    ]
    caption = "What each moved, in log odds; the two parts add up to the move"
    return table(caption, _COLUMNS, list(lines), numeric=("Analyst", "Counts"))


def _in_lines(told: ToldMoves) -> Block:
    return Facts(tuple((one.text("date"), move_line(one)) for one in told.shown))


def move_line(move: Row) -> str:
    """Tell a move with its parts and what happened in one line.

    Examples
    --------
    >>> line = move_line(Row({"live_before": 0.1, "live_after": 0.05, "counts": 0.72,
    ...     "analyst": 0.0, "what": "no incidents; the window ended"}))
    >>> line.replace(chr(160), " ")
    '10 % → 5 % (counts +0.72), no incidents, the window ended'
    """
    what = clean(move.text("what")).replace("; ", ", ")
    return f"{move_text(move)} ({parts_text(move)})" + (f", {what}" if what else "")


def parts_text(move: Row) -> str:
    """Print the parts of a move that are not nothing.

    Examples
    --------
    >>> parts_text(Row({"analyst": 0.5, "counts": 0.0})), parts_text(Row({"analyst": 0.0}))
    ('analyst +0.50', 'the counts decided it')
    """
    by_analyst, by_counts = move.number("analyst"), move.number("counts")
    said = [f"analyst {signed(by_analyst)}"] if by_analyst else []
    if by_counts is None:
        said.append("the counts decided it")
    elif by_counts or not said:
        said.append(f"counts {signed(by_counts)}")
    return ", ".join(said)


def move_text(move: Row) -> str:
    """Print a move as live before and after, with a decimal more where they would look the same.

    Examples
    --------
    >>> moves = (Row({"live_before": 0.85, "live_after": after}) for after in (0.912, 0.854))
    >>> [move_text(one).replace(chr(160), " ") for one in moves]
    ['85 % → 91 %', '85.0 % → 85.4 %']
    """
    ends = [move.number("live_before"), move.number("live_after")]
    shown = [percent(one) for one in ends]
    if shown[0] == shown[1] and ends[0] != ends[1] and "." not in shown[0]:
        shown = [f"{100 * (one or 0.0):.1f}\u00a0%" for one in ends]
    return " \u2192 ".join(shown)


def signed(value: float | None) -> str:
    """Print a part of a move in log odds with its sign.

    Examples
    --------
    >>> signed(0.634878), signed(0.001), signed(0.0)
    ('+0.63', '0.00', '0')
    >>> signed(-0.116).replace(chr(0x2212), "-")
    '-0.12'
    """
    shown = number(value or 0.0, places=2) if value else "0"
    return f"+{shown}" if (value or 0.0) >= 0.005 else shown


def told_moves(moves: pd.DataFrame, *, most: int | None) -> dict[str, ToldMoves]:
    """Choose the moves of each judgment that are worth a row, and sum the others.

    Parameters
    ----------
    moves : pandas.DataFrame
        Rows of `moves.parquet`, in any order.
    most : int or None
        How many of a judgment are shown: the one that decided it, then the largest. None: all.

    Returns
    -------
    dict of str to ToldMoves
        By judgment. Shown are, in order of date, moves of `NOTICEABLE` size and the deciding one.
    """
    if moves.empty:
        return {}
    ordered = moves.sort_values(["judgment", "date"], kind="stable", ignore_index=True)
    names, dates = (ordered[name].to_numpy(str) for name in ("judgment", "date"))
    values = {name: ordered[name].to_numpy(float, na_value=0.0) for name in _NUMBERS}
    size = np.abs(values["live_after"] - values["live_before"])
    decided = ordered["decided"].to_numpy(bool, na_value=False)
    worth = (size >= NOTICEABLE) | decided
    starts = np.flatnonzero(np.r_[True, names[1:] != names[:-1]])
    ends = np.r_[starts[1:], len(names)]
    shown = worth & (_rank(starts, (-size, ~decided, ~worth)) < (most or len(names)))
    left = ~shown & ((values["analyst"] != 0) | (values["counts"] != 0))
    rows, places = rows_of(ordered[shown]), np.r_[0, np.cumsum(shown)]
    told = {}
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        part = slice(start, end)
        parts = [values[name][part][left[part]] for name in ("analyst", "counts")]
        told[str(names[start])] = ToldMoves(
            rows[places[start] : places[end]],
            _rest(parts[0], parts[1], decided[part], dates[part]),
            every=int(worth[part].sum()) == int(shown[part].sum()),
        )
    return told


_NUMBERS = ("live_before", "live_after", "analyst", "counts")


def _rank(starts: IntArray, keys: tuple[npt.NDArray[Any], ...]) -> IntArray:
    """Rank each row among those of its judgment, by the last key first."""
    rows = len(keys[0])
    group = np.repeat(np.arange(len(starts)), np.diff(np.r_[starts, rows]))
    order = np.lexsort((*keys, group))
    rank = np.empty(rows, dtype=np.int64)
    rank[order] = np.arange(rows) - starts[group[order]]
    return rank


def _rest(
    analyst: FloatArray, counts: FloatArray, decided: BoolArray, dates: npt.NDArray[np.str_]
) -> str:
    said = []
    if analyst.size:
        steps = counted(analyst.size, "other step")
        parts = f"analyst {signed(float(analyst.sum()))}, counts {signed(float(counts.sum()))}"
        said.append(f"{steps}: {parts}{', together' if analyst.size > 1 else ''}.")
    at = int(np.argmax(decided))
    if decided[at] and at + 1 < len(decided):
        said.append(f"Decided on {dates[at]}: nothing moved it any more.")
    return " ".join(said)


def story_of(stories: Mapping[str, Any], identifier: str) -> Row:
    """Give the story that a run holds of a judgment, empty where it holds none."""
    return Row(stories.get(identifier) or {})


def events_of(story: Row) -> tuple[Row, ...]:
    """Give the events of a story, in order of date."""
    return tuple(sorted(story.listed("events"), key=lambda one: one.text("on")))
