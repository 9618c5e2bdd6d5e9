"""What commands print: one JSON document, or text with plain tables."""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from forecast_bench.cli.terminal import console, in_line, is_terminal, printable, signs
from forecast_bench.markup import unprintable
from forecast_bench.problems import Problem, as_text, count_line

# A terminal of so many columns has room for whole names.
_WIDE = 120
# Words are folded to no less than so many columns; numbers are never folded.
_FOLDED = 14


def print_json(document: Any) -> None:
    """Print one JSON document; numbers that JSON lacks become null."""
    text = json.dumps(_plain(document), indent=2, ensure_ascii=False)
    if is_terminal():
        # The same document: what would command the screen is written as an escape of JSON.
        text = "".join(
            f"\\u{ord(one):04x}" if unprintable(one) and one != "\n" else one for one in text
        )
    sys.stdout.write(text + "\n")


def print_line(text: str = "") -> None:
    """Print a line of text; a terminal is given nothing that commands it."""
    sys.stdout.write((printable(text) if is_terminal() else text) + "\n")


def report_problems(problems: Sequence[Problem]) -> None:
    """Print problems on standard error, with their number last."""
    seen = is_terminal(sys.stderr)
    for one in problems:
        text = as_text(one)
        sys.stderr.write((printable(text, stream=sys.stderr) if seen else text) + "\n")
    if problems:
        sys.stderr.write(count_line(problems) + "\n")


def print_table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], *, numeric: Sequence[str] = ()
) -> None:
    """Print a table: ruled on a terminal, row by row on a narrow one, aligned text in a pipe."""
    listed = [["" if cell is None else str(cell) for cell in row] for row in rows]
    if is_terminal():
        _ruled(columns, [[in_line(cell) for cell in row] for row in listed], numeric)
        return
    widths = [max(len(row[i]) for row in [list(columns), *listed]) for i in range(len(columns))]
    for row in [list(columns), *listed]:
        cells = [
            cell.rjust(width) if name in numeric else cell.ljust(width)
            for name, cell, width in zip(columns, row, widths, strict=True)
        ]
        print_line("  ".join(cells).rstrip())


def _ruled(columns: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[str]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    shown = console()
    least = [
        _least(name, [row[index] for row in rows], is_number=name in numeric, first=index == 0)
        for index, name in enumerate(columns)
    ]
    if sum(least) + 2 * (len(columns) - 1) > shown.width:
        _row_by_row(columns, rows)
        return
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    for index, name in enumerate(columns):
        # What one types again is never cut where there is room for it; nothing is ever left out.
        longest = max((len(row[index]) for row in rows), default=0)
        table.add_column(
            Text(name),
            justify="right" if name in numeric else "left",
            min_width=longest if index == 0 and shown.width >= _WIDE else least[index],
            overflow="fold",
        )
    for row in rows:
        # A text of an analyst is shown as it is, never read as markup.
        table.add_row(*(Text(cell) for cell in row))
    shown.print(table)


def _least(name: str, cells: Sequence[str], *, is_number: bool, first: bool) -> int:
    """Fewest columns in which a column can be read: numbers whole, words folded."""
    longest = max((len(cell) for cell in cells), default=0)
    head = max(map(len, name.split()), default=0)
    return max(head, longest if is_number else min(longest, 2 * _FOLDED if first else _FOLDED))


def _row_by_row(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print what is too wide for the terminal: the first cell, and under it what it has."""
    from rich.text import Text

    from forecast_bench.cli.plots import wrapped

    shown = console()
    for row in rows:
        shown.print(Text.assemble(f"{columns[0]} ", (row[0], "bold"), overflow="fold"))
        facts = [
            Text(f"{name} {cell}") for name, cell in zip(columns[1:], row[1:], strict=True) if cell
        ]
        for line in wrapped(facts, width=shown.width - 2, signs=signs()):
            shown.print(Text.assemble("  ", line, overflow="fold"))


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else None
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value
