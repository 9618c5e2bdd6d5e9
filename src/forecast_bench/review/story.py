"""The story of a judgment on its card: every move, who made it, and what happened besides."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from forecast_bench.review.document import Block, Details, Facts, Paragraph, table
from forecast_bench.review.row import Row, rows_of
from forecast_bench.review.wording import clean, counted, number, percent
from forecast_bench.tracking import NOTICEABLE

FEW_MOVES = 3
"""In a large review, so many moves of each judgment are told; the rest is summed."""

_COLUMNS = ("Date", "Live", "Analyst", "Counts", "What happened")


def moves_details(moves: pd.DataFrame, events: tuple[Row, ...], *, brief: bool) -> Details | None:
    """Fold every move of a judgment's live probability, with its two parts.

    Parameters
    ----------
    moves : pandas.DataFrame
        Rows of `moves.parquet` of this judgment, in any order.
    events : tuple of Row
        Its dated events: `on`, `kind`, `text`. Those in no row shown are told below the table.
    brief : bool
        Whether only the `FEW_MOVES` largest are shown.

    Returns
    -------
    Details or None
        None where nothing moved it by half a percentage point or more.
    """
    steps = tuple(sorted(rows_of(moves), key=lambda one: one.text("date")))
    shown = shown_moves(steps, most=FEW_MOVES if brief else len(steps))
    if not shown:
        return None
    lines = [
        (
            one.text("date"),
            move_text(one),
            signed(one.number("analyst")),
            "decided" if one.flag("decided") else signed(one.number("counts")),
            clean(one.text("what")),
        )
        for one in shown
    ]
    blocks: list[Block] = [
        table(
            "Analyst and counts in log odds; they add up to the move",
            _COLUMNS,
            list(lines),
            numeric=("Analyst", "Counts"),
        )
    ]
    rest = rest_of(steps, shown)
    if rest:
        blocks.append(Paragraph(rest, "quiet"))
    dates = {one.text("date") for one in shown}
    others = (
        ()
        if brief
        else tuple(
            (one.text("on"), clean(one.text("text")))
            for one in events
            if one.text("on") not in dates
        )
    )
    if others:
        blocks.append(Facts(others, title="Other dates"))
    return Details("Every move, and who made it", tuple(blocks))


def move_text(move: Row) -> str:
    """Print a move as live before and after.

    Examples
    --------
    >>> move_text(Row({"live_before": 0.85, "live_after": 0.912})).replace(chr(160), " ")
    '85 % → 91 %'
    """
    return f"{percent(move.number('live_before'))} \u2192 {percent(move.number('live_after'))}"


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


def _size(move: Row) -> float:
    return abs((move.number("live_after") or 0.0) - (move.number("live_before") or 0.0))


def shown_moves(steps: tuple[Row, ...], *, most: int) -> tuple[Row, ...]:
    """Give the steps worth a row in order of date: of many the largest, and what decided it."""
    found = [one for one in steps if _size(one) >= NOTICEABLE or one.flag("decided")]
    largest = sorted(found, key=lambda one: (not one.flag("decided"), -_size(one)))[:most]
    return tuple(one for one in found if one in largest)


def rest_of(steps: tuple[Row, ...], shown: tuple[Row, ...]) -> str:
    """Sum the steps without a row; empty where there are none."""
    decided = next((one.text("date") for one in steps if one.flag("decided")), "")
    after = [one for one in steps if decided and one.text("date") > decided]
    left = [one for one in steps if one not in shown and one not in after]
    said = []
    if left:
        parts = [sum(one.number(name) or 0.0 for one in left) for name in ("analyst", "counts")]
        said.append(
            f"{counted(len(left), 'other step')}: analyst {signed(parts[0])}, "
            f"counts {signed(parts[1])} together."
        )
    if after:
        said.append(f"Decided on {decided}: nothing moved it in the {len(after)} dates after.")
    return " ".join(said)


def story_of(stories: Mapping[str, Any], identifier: str) -> Row:
    """Give the story that a run holds of a judgment, empty where it holds none."""
    return Row(stories.get(identifier) or {})


def events_of(story: Row) -> tuple[Row, ...]:
    """Give the events of a story, in order of date."""
    return tuple(sorted(story.listed("events"), key=lambda one: one.text("on")))
