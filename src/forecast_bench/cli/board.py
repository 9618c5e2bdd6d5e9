"""`status` on a terminal: a bar for each judgment; what does not fit side by side goes below."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from forecast_bench.cli.plots import Shown, bar_key, bar_scale, probability_bar, wrapped
from forecast_bench.cli.terminal import BLUE, ORANGE, QUIET, console, in_line, mark, signs

_STATE_COLOURS = {"occurred": BLUE, "did not occur": ORANGE, "open": "", "settling": ""}
_BAR = (12, 32)
_NAME = (20, 40)
_STATED = (16, 36)
_GAP = 2
_LONGEST = 120


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the board: its head, its texts, and whether they are numbers."""

    head: str
    cells: tuple[Text, ...]
    numeric: bool = False

    @property
    def width(self) -> int:
        """Cells of its widest text."""
        return max(cell_len(self.head), *(one.cell_len for one in self.cells))


def print_board(
    rows: Sequence[Mapping[str, Any]],
    *,
    said: Callable[[Any], str],
    percent: Callable[[float | None], str],
    more: Sequence[str],
) -> None:
    """Print every judgment with a bar from 0 to 100 %.

    Parameters
    ----------
    rows : sequence of mapping
        Rows of the table of judgments, in the order in which they are shown.
    said, percent : callable
        How the statement of a row, and a probability, are written.
    more : sequence of str
        Further columns of probabilities.
    """
    columns = _columns(rows, said=said, percent=percent, more=more)
    shown = console()
    name, stated, *others = columns
    taken = sum(one.width + _GAP for one in others)
    room = shown.width - taken
    least = min(name.width, _NAME[0]) + min(stated.width, _STATED[0]) + 3 * _GAP + _BAR[0]
    if room >= least:
        _print_table(rows, columns, room)
    else:
        _print_stacked(rows, columns, width=shown.width)
    key = bar_key(signs(), stated="stated", live="live", band="band")
    shown.print(key)


def _columns(
    rows: Sequence[Mapping[str, Any]],
    *,
    said: Callable[[Any], str],
    percent: Callable[[float | None], str],
    more: Sequence[str],
) -> tuple[Column, ...]:
    def numbers(name: str) -> tuple[Text, ...]:
        return tuple(Text(percent(row[name])) for row in rows)

    return (
        Column(
            "judgment",
            tuple(Text(in_line(row["id"], longest=_LONGEST), style="bold") for row in rows),
        ),
        Column("stated", tuple(Text(in_line(said(row), longest=_LONGEST)) for row in rows)),
        *(Column(name, numbers(name), numeric=True) for name in more),
        Column("base rate", numbers("base_rate"), numeric=True),
        Column("live", numbers("live"), numeric=True),
        Column("band", tuple(_band(row) for row in rows)),
        Column("days left", tuple(_days(row) for row in rows), numeric=True),
        Column("state", tuple(_state(row) for row in rows)),
    )


def _print_table(rows: Sequence[Mapping[str, Any]], columns: Sequence[Column], room: int) -> None:
    name, stated, *others = columns
    spare = room - 3 * _GAP - _BAR[0]
    name_width = min(name.width, _NAME[1], spare - min(stated.width, _STATED[0]))
    stated_width = min(stated.width, _STATED[1], spare - name_width)
    bar_width = min(_BAR[1], room - name_width - stated_width - 3 * _GAP)
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    table.add_column(Text(name.head), min_width=name_width, max_width=name_width, overflow="fold")
    table.add_column(
        Text(stated.head), min_width=stated_width, max_width=stated_width, overflow="fold"
    )
    for one in others[:-2]:
        _add(table, one)
    table.add_column(Text(bar_scale(bar_width)), min_width=bar_width, no_wrap=True)
    for one in others[-2:]:
        _add(table, one)
    for index, row in enumerate(rows):
        cells = [one.cells[index] for one in columns]
        cells.insert(-2, _bar(row, bar_width))
        table.add_row(*cells)
    console().print(table)


def _add(table: Table, column: Column) -> None:
    table.add_column(
        Text(column.head),
        justify="right" if column.numeric else "left",
        min_width=column.width,
        no_wrap=True,
    )


def _print_stacked(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[Column], *, width: int
) -> None:
    """Print each judgment on a few lines: its name and state, its bar, its numbers."""
    shown, bar_width = console(), max(10, min(_BAR[1], width - 4))
    for index, row in enumerate(rows):
        name, stated, *others = (one.cells[index] for one in columns)
        state = others.pop()
        shown.print(Text.assemble(state, "  ", name, overflow="fold"))
        if row["prior_mean"] is not None or row["live"] is not None:
            shown.print(Text.assemble("  ", _bar(row, bar_width)))
        heads = [one.head for one in columns[2:-1]]
        facts = [Text.assemble("stated ", stated)]
        facts += [
            Text.assemble(f"{head} ", cell)
            for head, cell in zip(heads, others, strict=True)
            if cell.plain
        ]
        for line in wrapped(facts, width=width - 2, signs=signs()):
            shown.print(Text.assemble("  ", line, overflow="fold"))


def _bar(row: Mapping[str, Any], width: int) -> Text:
    if row["prior_mean"] is None and row["live"] is None:
        return Text("")
    shown = Shown(
        row["now_band_low"],
        row["now_band_high"],
        row["now_mean"],
        row["live"],
        outside=row["band_state"] in ("above", "below"),
    )
    return probability_bar(shown, width=width, signs=signs())


def _band(row: Mapping[str, Any]) -> Text:
    state = row["band_state"]
    if state in (None, "none"):
        return Text("")
    if state not in ("above", "below"):
        return Text(str(state))
    arrow = signs().above if state == "above" else signs().below
    return Text(f"{arrow} {state}", style=f"bold {ORANGE}")


def _days(row: Mapping[str, Any]) -> Text:
    return Text("" if row["days_left"] is None else str(row["days_left"]))


def _state(row: Mapping[str, Any]) -> Text:
    state = str(row["state"])
    if state == "open" and (row["state_reason"] or "").startswith("overdue"):
        return Text(f"{mark(state)} {state}, overdue", style=f"bold {ORANGE}")
    return Text(f"{mark(state)} {state}", style=_STATE_COLOURS.get(state, QUIET))
