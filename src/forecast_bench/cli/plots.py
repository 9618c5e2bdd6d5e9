"""Plots made of characters: a probability on a bar, a path over time, counts as a sparkline."""

import datetime
import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.text import Text

from forecast_bench.cli.terminal import BLUE, ORANGE, QUIET, Signs

_LABELS = {1.0: "100 %", 0.5: " 50 %", 0.0: "  0 %"}
_MARGIN = 7


@dataclass(frozen=True, slots=True)
class Shown:
    """What a bar from 0 to 100 % shows; each probability may be missing.

    Parameters
    ----------
    low, high : float or None
        The band, in 0..1.
    stated, live : float or None
        Probabilities in 0..1: a tick and a dot.
    outside : bool
        Whether the dot is drawn in the colour of what is outside.
    """

    low: float | None
    high: float | None
    stated: float | None
    live: float | None
    outside: bool = False


def probability_bar(shown: Shown, *, width: int, signs: Signs) -> Text:
    """Draw a probability on a bar from 0 to 100 %.

    Parameters
    ----------
    shown : Shown
        What to draw.
    width : int
        Cells, each worth 100 / `width` per cent.
    signs : Signs
        The characters to draw with.

    Returns
    -------
    rich.text.Text
        Of exactly `width` cells.

    Examples
    --------
    >>> from forecast_bench.cli.terminal import ASCII
    >>> probability_bar(Shown(0.8, 0.9, 0.85, 0.2), width=20, signs=ASCII).plain
    '----o-----------=|--'
    """
    cells = [(signs.track, QUIET)] * width
    if shown.low is not None and shown.high is not None:
        first, last = _cell(shown.low, width), _last_cell(shown.high, width)
        for place in range(first, max(first, last) + 1):
            cells[place] = (signs.band, BLUE)
    tick = None if shown.stated is None else _cell(shown.stated, width)
    if tick is not None:
        cells[tick] = (signs.stated, "bold")
    if shown.live is not None:
        place = _cell(shown.live, width)
        colour = f"bold {ORANGE if shown.outside else BLUE}"
        cells[place] = (signs.both if place == tick else signs.live, colour)
    return _joined(cells)


def bar_scale(width: int) -> str:
    """Head of a column of bars, its ends above theirs.

    Examples
    --------
    >>> bar_scale(12)
    '0      100 %'
    """
    return "0" + "100 %".rjust(width - 1)


def wrapped(facts: Sequence[Text], *, width: int, signs: Signs) -> list[Text]:
    """Put facts on lines so that none is broken that has room on a line of its own.

    Examples
    --------
    >>> from forecast_bench.cli.terminal import ASCII
    >>> [one.plain for one in wrapped([Text("a 1"), Text("b 2")], width=9, signs=ASCII)]
    ['a 1 . b 2']
    """
    between = f" {signs.dot} "
    lines: list[Text] = []
    for fact in facts:
        if lines and lines[-1].cell_len + len(between) + fact.cell_len <= width:
            lines[-1] = Text.assemble(lines[-1], (between, QUIET), fact)
        else:
            lines.append(fact)
    return lines


def bar_key(signs: Signs, *, stated: str, live: str, band: str) -> Text:
    """Say what the signs of a bar mean."""
    return Text.assemble(
        ("0 to 100 %:  ", QUIET),
        (signs.band, BLUE),
        f" {band}  ",
        (signs.stated, "bold"),
        f" {stated}  ",
        (signs.live, f"bold {BLUE}"),
        f" {live}  ",
        (signs.both, f"bold {BLUE}"),
        " both",
    )


def path_plot(
    path: Sequence[Mapping[str, Any]], *, width: int, height: int, signs: Signs
) -> list[Text]:
    """Draw live probability over time, the stated band shaded behind it.

    Parameters
    ----------
    path : sequence of mapping
        Rows in the order of time: `date` (ISO), `live` (0..1), `band_low`, `band_high` (0..1, or
        None where no band stood).
    width, height : int
        Cells of the plot, without its labels. A row is 100 / `height` per cent; within it, the
        line lies low, in the middle or high.
    signs : Signs
        The characters to draw with.

    Returns
    -------
    list of rich.text.Text
        The rows of the plot from 100 % down, its axis, and the dates under it.
    """
    days = [datetime.date.fromisoformat(str(row["date"])) for row in path]
    columns = [path[at] for at in _columns(days, width)]
    lines = []
    for row in range(height):
        label = {0: _LABELS[1.0], height // 2: _LABELS[0.5], height - 1: _LABELS[0.0]}.get(row, "")
        cells = [_plot_cell(one, height - 1 - row, height, signs) for one in columns]
        lines.append(_joined([(f"{label:>{_MARGIN - 2}} {signs.axis}", QUIET), *cells]))
    floor = f"{'':{_MARGIN - 1}}{signs.corner}{signs.floor * width}"
    return [*lines, Text(floor, style=QUIET), Text(_dates(days, width), style=QUIET)]


def count_sparkline(counts: Sequence[int], *, signs: Signs) -> Text:
    """Draw counts as heights, one cell each: a dot for none, the full height for the most.

    Examples
    --------
    >>> from forecast_bench.cli.terminal import UNICODE
    >>> count_sparkline([0, 1, 4, 8], signs=UNICODE).plain
    '·▁▄█'
    """
    top = max(counts, default=0)
    drawn = "".join(
        signs.heights[max(0, math.ceil(len(signs.heights) * one / top) - 1)] if one else signs.dot
        for one in counts
    )
    return Text(drawn, style=BLUE)


def _joined(cells: Sequence[tuple[str, str]]) -> Text:
    """Join cells, with one change of colour where several share one."""
    runs = itertools.groupby(cells, key=lambda one: one[1])
    return Text.assemble(*(("".join(sign for sign, _ in run), style) for style, run in runs))


def _cell(probability: float, width: int) -> int:
    """Cell in which a probability lies; the last one for 1."""
    return min(width - 1, max(0, int(probability * width + 1e-9)))


def _last_cell(probability: float, width: int) -> int:
    """Last cell that a band up to a probability reaches into."""
    return min(width - 1, max(0, math.ceil(probability * width - 1e-9) - 1))


def _columns(days: Sequence[datetime.date], width: int) -> list[int]:
    """Row of the path that holds at each column: the last one whose date has come."""
    extent = max(1, (days[-1] - days[0]).days)
    found, at = [], 0
    for column in range(width):
        day = days[0].toordinal() + extent * column / max(1, width - 1)
        while at + 1 < len(days) and days[at + 1].toordinal() <= day + 1e-9:
            at += 1
        found.append(at)
    return found


def _plot_cell(row: Mapping[str, Any], at: int, height: int, signs: Signs) -> tuple[str, str]:
    """Sign of a row of the path in the `at`-th of `height` cells, counted from 0 %."""
    live, low, high = row["live"], row.get("band_low"), row.get("band_high")
    band = None if low is None or high is None else (low, high)
    if live is not None and _cell(live, height) == at:
        level = int((live * height - at) * len(signs.levels))
        outside = band is not None and not band[0] <= live <= band[1]
        sign = signs.levels[min(len(signs.levels) - 1, max(0, level))]
        return sign, f"bold {ORANGE if outside else BLUE}"
    if band is not None and _cell(band[0], height) <= at <= _last_cell(band[1], height):
        return signs.shade, QUIET
    return " ", ""


def _dates(days: Sequence[datetime.date], width: int) -> str:
    """First and last date under their ends, and the one between where there is room."""
    first, last = str(days[0]), str(days[-1])
    if width < len(first) + len(last) + 2 or first == last:
        return f"{'':{_MARGIN}}{first}" + ("" if first == last else f" to {last}")
    middle = str(days[0] + (days[-1] - days[0]) / 2)
    space = width - len(first) - len(last)
    between = middle.center(space) if space >= len(middle) + 4 else " " * space
    return f"{'':{_MARGIN}}{first}{between}{last}"
