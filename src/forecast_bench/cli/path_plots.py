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
    for name, months in monthly(counts).items():
        said = f"  incidents by month, {name}: "
        ends = f" {min(months)} to {max(months)}, at most {max(months.values())}"
        line = count_sparkline(list(months.values()), signs=drawn)
        shown.print(Text.assemble((said, QUIET), line, (ends, QUIET), overflow="fold"))


def _key() -> Text:
    drawn = signs()
    key = Text("  live probability ").append(drawn.levels[1], style=f"bold {BLUE}")
    key.append(" over the stated band ").append(drawn.shade, style=QUIET)
    shown = console()
    if shown.color_system is not None and not shown.no_color:
        key.append("; ").append(drawn.levels[1], style=f"bold {ORANGE}").append(" outside it")
    return key


def monthly(counts: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    """Counts by part and calendar month, in the order of time, summed over places and days.

    Examples
    --------
    >>> monthly([{"part": "window", "period_start": "2018-01-01", "count": 2},
    ...     {"part": "window", "period_start": "2018-01-02", "count": 1}])
    {'window': {'2018-01': 3}}
    """
    parts: dict[str, dict[str, int]] = {}
    for row in sorted(counts, key=lambda one: str(one["period_start"])):
        months = parts.setdefault(str(row["part"]), {})
        month = str(row["period_start"])[:7]
        months[month] = months.get(month, 0) + int(row["count"])
    return parts
