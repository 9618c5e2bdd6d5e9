"""What commands print: one JSON document, or text with plain tables."""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from forecast_bench.problems import Problem, as_text, count_line

# A terminal of so many columns has room for whole names.
_WIDE = 120


def print_json(document: Any) -> None:
    """Print one JSON document; numbers that JSON lacks become null."""
    sys.stdout.write(json.dumps(_plain(document), indent=2, ensure_ascii=False) + "\n")


def print_line(text: str = "") -> None:
    """Print a line of text."""
    sys.stdout.write(text + "\n")


def report_problems(problems: Sequence[Problem]) -> None:
    """Print problems on standard error, with their number last."""
    for one in problems:
        sys.stderr.write(as_text(one) + "\n")
    if problems:
        sys.stderr.write(count_line(problems) + "\n")


def print_table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], *, numeric: Sequence[str] = ()
) -> None:
    """Print a table: ruled on a terminal, aligned plain text in a pipe."""
    listed = [["" if cell is None else str(cell) for cell in row] for row in rows]
    if sys.stdout.isatty():
        _ruled(columns, listed, numeric)
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
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=0)
    for index, name in enumerate(columns):
        # What one types again is never cut where there is room for it; nothing is ever left out.
        longest = max((len(row[index]) for row in rows), default=0)
        table.add_column(
            name,
            justify="right" if name in numeric else "left",
            min_width=longest if index == 0 and console.width >= _WIDE else None,
            overflow="fold",
        )
    for row in rows:
        # A text of an analyst is shown as it is, never read as markup.
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)


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
