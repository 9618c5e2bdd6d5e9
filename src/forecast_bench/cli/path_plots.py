"""The plots of `show` on a terminal: live probability over time, and counts by month."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.text import Text

from forecast_bench.cli.plots import count_sparkline, path_plot
from forecast_bench.cli.terminal import BLUE, ORANGE, QUIET, console, signs

_WIDTH, _HEIGHT, _MARGIN = 60, 10, 7


def print_path_plots(
    path: Sequence[Mapping[str, Any]], counts: Sequence[Mapping[str, Any]]
) -> None:
    """Print what a judgment's numbers did over time.

    Parameters
    ----------
    path : sequence of mapping
        Rows of `forecast_bench.tracking.path_table` of one judgment.
    counts : sequence of mapping
        Rows of `forecast_bench.tracking.count_table` of the same.
    """
    shown, drawn = console(), signs()
    if len(path) > 1:
        width = max(20, min(_WIDTH, shown.width - _MARGIN - 1))
        shown.print()
        shown.print(_key())
        for line in path_plot(path, width=width, height=_HEIGHT, signs=drawn):
            shown.print(line, no_wrap=True, overflow="ignore", crop=False)
    for name, months in _months(counts).items():
        by = _period(months)
        first, last = (day[:7] if by == "month" else day for day in (months[0][0], months[-1][0]))
        said = f"  incidents by {by}, {name}: "
        ends = f" {first} to {last}, at most {max(number for _, number in months)}"
        shown.print(Text.assemble((said, QUIET), _summed(months), (ends, QUIET), overflow="fold"))


def _key() -> Text:
    drawn = signs()
    key = Text("  live probability ").append(drawn.levels[1], style=f"bold {BLUE}")
    key.append(" over the stated band ").append(drawn.shade, style=QUIET)
    shown = console()
    if shown.color_system is not None and not shown.no_color:
        key.append("; ").append(drawn.levels[1], style=f"bold {ORANGE}").append(" outside it")
    return key


def _months(counts: Sequence[Mapping[str, Any]]) -> dict[str, list[tuple[str, int]]]:
    """Counts of each part in the order of time, summed over places."""
    parts: dict[str, dict[str, int]] = {}
    for row in counts:
        periods = parts.setdefault(str(row["part"]), {})
        start = str(row["period_start"])
        periods[start] = periods.get(start, 0) + int(row["count"])
    return {name: sorted(periods.items()) for name, periods in parts.items()}


def _period(months: Sequence[tuple[str, int]]) -> str:
    return "month" if len({start[:7] for start, _ in months}) == len(months) else "day"


def _summed(months: Sequence[tuple[str, int]]) -> Text:
    return count_sparkline([number for _, number in months], signs=signs())
