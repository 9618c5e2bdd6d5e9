"""What commands print: one JSON document, or text with plain tables."""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from forecast_bench.cli.terminal import console, in_line, is_terminal, printable, signs
from forecast_bench.markup import unprintable
from forecast_bench.problems import Problem, as_text, count_line

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


def report_line(text: str) -> None:
    """Print a line on standard error; a terminal is given nothing that commands it."""
    shown = printable(text, stream=sys.stderr) if is_terminal(sys.stderr) else text
    sys.stderr.write(shown + "\n")


def report_problems(problems: Sequence[Problem]) -> None:
    """Print problems on standard error, with their number last."""
    for one in problems:
        report_line(as_text(one))
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
    wanted = [_widths(name, [row[at] for row in rows]) for at, name in enumerate(columns)]
    least = [
        _least(head, longest, is_number=name in numeric, first=at == 0)
        for at, (name, (head, longest)) in enumerate(zip(columns, wanted, strict=True))
    ]
    # A space and a rule between columns, and a space at the end.
    spare = shown.width - sum(least) - 2 * len(columns) + 1
    if spare < 0:
        _row_by_row(columns, rows)
        return
    natural = [
        max(_cells(name), longest) for name, (_, longest) in zip(columns, wanted, strict=True)
    ]
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    for name, width in zip(columns, _shared(least, natural, spare), strict=True):
        table.add_column(
            Text(name),
            width=width,
            justify="right" if name in numeric else "left",
            overflow="fold",
        )
    for row in rows:
        # A text of an analyst is shown as it is, never read as markup.
        table.add_row(*(Text(cell) for cell in row))
    shown.print(table)


def _cells(text: str) -> int:
    """Columns of the terminal that a text takes: two for a wide letter."""
    from rich.cells import cell_len

    return cell_len(text)


def _widths(name: str, cells: Sequence[str]) -> tuple[int, int]:
    """Width of the longest word of a head, and of the widest cell below it."""
    head = max(map(_cells, name.split()), default=0)
    return head, max(map(_cells, cells), default=0)


def _least(head: int, longest: int, *, is_number: bool, first: bool) -> int:
    """Fewest columns in which a column can be read: numbers whole, words folded."""
    return max(head, longest if is_number else min(longest, 2 * _FOLDED if first else _FOLDED))


def _shared(least: Sequence[int], natural: Sequence[int], spare: int) -> list[int]:
    """Widths with what is spare: first to the names, which one types again, then by need."""
    widths = list(least)
    needs = [want - have for want, have in zip(natural, least, strict=True)]
    for at in sorted(range(len(widths)), key=lambda at: (at > 0, needs[at])):
        given = max(0, min(needs[at], spare))
        widths[at] += given
        spare -= given
    return widths


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
