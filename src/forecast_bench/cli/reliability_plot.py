"""The reliability diagram of `score` on a terminal: a bar for each stated value."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from forecast_bench.cli.plots import Shown, bar_key, bar_scale, probability_bar, wrapped
from forecast_bench.cli.terminal import ORANGE, console, signs

if TYPE_CHECKING:
    import pandas as pd

# More distinct values than this are shown in groups.
_MOST = 20
_GROUPS = 20
_ROUNDED_FROM = 1000
_BAR = (12, 50)


@dataclass(frozen=True, slots=True)
class Point:
    """One bar of the diagram: shares in 0..1."""

    stated: float
    n: int
    occurred: int
    pooled: float
    low: float
    high: float

    @property
    def side(self) -> str:
        """Where the pooled share lies: above the band, below it, or inside."""
        if self.pooled > self.high + 1e-9:
            return "above"
        return "below" if self.pooled < self.low - 1e-9 else "inside"


def points_of(table: "pd.DataFrame") -> list[Point]:
    """Points to draw: the stated values, or groups of them 5 % wide where there are many.

    Parameters
    ----------
    table : DataFrame
        As `forecast_bench.reliability.reliability_points` gives it.

    Returns
    -------
    list of Point
        In rising order of what was stated. In a group, counts are summed, and everything else is
        the mean over its judgments.
    """
    if len(table) <= _MOST:
        group = table["probability"]
    else:
        group = (table["probability"] * _GROUPS).clip(upper=_GROUPS - 1) // 1
    names = {"probability": "stated", "recalibrated": "pooled"}
    names |= {"band_low": "low", "band_high": "high"}
    sums = table[list(names)].mul(table["n"], axis=0).rename(columns=names)
    summed = sums.assign(n=table["n"], occurred=table["occurred"]).groupby(group).sum()
    return [
        Point(
            n=int(row["n"]),
            occurred=int(row["occurred"]),
            **{name: float(row[name] / row["n"]) for name in names.values()},
        )
        for _, row in summed.iterrows()
    ]


def print_reliability(record: "pd.DataFrame", *, seed: int) -> None:
    """Print the diagram of a record with its numbers.

    Parameters
    ----------
    record : DataFrame
        As `forecast_bench.reliability.reliability_points` takes it; not empty.
    seed : int
        Seed of the draws of the band.
    """
    from forecast_bench.reliability import reliability_points

    if record["probability"].nunique() > _ROUNDED_FROM:
        # The band is drawn for every value; for a plot of groups it need not be drawn so often.
        record = record.assign(probability=record["probability"].round(3))
    table = reliability_points(record, seed=seed)
    shown, points = console(), points_of(table)
    cells = [_cells(one) for one in points]
    heads = ("stated", "occurred", "pooled", "90 % band", "pooled is")
    widths = [max(len(head), *(row[at].cell_len for row in cells)) for at, head in enumerate(heads)]
    room = shown.width - sum(widths) - len(widths) * 2 - 1
    shown.print()
    if len(table) > _MOST:
        shown.print(f"{len(table)} stated values, in groups of 5 %: means over their forecasts")
    if room >= _BAR[0]:
        _print_table(points, cells, heads, widths, min(room, _BAR[1]))
    else:
        width = min(_BAR[1], shown.width - 2)
        for point, row in zip(points, cells, strict=True):
            facts = [Text.assemble(f"{head} ", cell) for head, cell in zip(heads, row, strict=True)]
            shown.print(Text.assemble("  ", _bar(point, width)))
            for line in wrapped(facts, width=shown.width - 2, signs=signs()):
                shown.print(Text.assemble("  ", line))
    live = "share that occurred, pooled (CORP)"
    shown.print(bar_key(signs(), stated="stated", live=live, band="90 % consistency band"))


def _print_table(
    points: list[Point],
    cells: list[tuple[Text, ...]],
    heads: tuple[str, ...],
    widths: list[int],
    bar_width: int,
) -> None:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    for at, (head, width) in enumerate(zip(heads, widths, strict=True)):
        last = at == len(heads) - 1
        table.add_column(
            Text(head), min_width=width, no_wrap=True, justify="left" if last else "right"
        )
        if at == 0:
            table.add_column(Text(bar_scale(bar_width)), min_width=bar_width, no_wrap=True)
    for point, row in zip(points, cells, strict=True):
        table.add_row(row[0], _bar(point, bar_width), *row[1:])
    console().print(table)


def _cells(point: Point) -> tuple[Text, ...]:
    arrow = {"above": f"{signs().above} ", "below": f"{signs().below} "}.get(point.side, "")
    return (
        Text(f"{point.stated:.1%}"),
        Text(f"{point.occurred} of {point.n}"),
        Text(f"{point.pooled:.1%}"),
        Text(f"{point.low:.0%} to {point.high:.0%}"),
        Text(f"{arrow}{point.side}", style="" if point.side == "inside" else f"bold {ORANGE}"),
    )


def _bar(point: Point, width: int) -> Text:
    drawn = Shown(point.low, point.high, point.stated, point.pooled, outside=point.side != "inside")
    return probability_bar(drawn, width=width, signs=signs())
