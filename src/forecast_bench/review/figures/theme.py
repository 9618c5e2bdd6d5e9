"""One look for all figures: a light plate, large letters, colours that the colour-blind tell apart.

Colours follow Okabe and Ito's palette, darkened until text in them reads on white.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

PLATE: Final = "#ffffff"
INK: Final = "#22211f"
QUIET: Final = "#5c5952"
GRID: Final = "#e7e3da"
BAND: Final = "#bcd3e6"
LIVE: Final = "#0b4f7d"
REFERENCE: Final = "#a04a00"
COUNTED: Final = "#3f6f8f"
BEFORE: Final = "#a9a59b"
AMBIGUOUS: Final = "#e3b34c"

TEXT_COLOURS: Final = (INK, QUIET, LIVE, REFERENCE)
"""Colours in which the figures print words on the plate."""

WIDTH: Final = 400
FONT: Final = "Liberation Sans, Arial, Helvetica, sans-serif"
PER_CENT: Final = "round(datum.value * 100) + ' %'"
QUARTERS: Final = (0, 0.25, 0.5, 0.75, 1)


def themed[Chart](
    chart: Chart,
    *,
    title: str = "",
    subtitle: str = "",
    datasets: Mapping[str, pd.DataFrame] | None = None,
) -> Chart:
    """Give a finished chart its title and the common look, in place."""
    import altair as alt

    # Attributes, since each of the library's own methods copies the whole chart twice.
    whole: Any = chart
    if title:
        lines: Any = [subtitle] if subtitle else alt.Undefined
        whole.title = alt.TitleParams(
            title, subtitle=lines, anchor="start", frame="group", offset=10
        )
    whole.background = PLATE
    whole.padding = {"left": 4, "right": 10, "top": 6, "bottom": 4}
    whole.config = alt.Config(
        font=FONT,
        aria=False,
        view=alt.ViewConfig(stroke=None),
        title=alt.TitleConfig(
            fontSize=14,
            fontWeight="bold",
            color=INK,
            subtitleColor=REFERENCE,
            subtitleFontSize=13,
            subtitleFontWeight="bold",
            subtitlePadding=5,
        ),
        axis=alt.AxisConfig(
            labelFontSize=12.5,
            titleFontSize=12.5,
            titleFontWeight="normal",
            labelColor=QUIET,
            titleColor=QUIET,
            gridColor=GRID,
            domainColor=BEFORE,
            tickColor=BEFORE,
            labelLimit=230,
        ),
        legend=alt.LegendConfig(
            labelFontSize=12.5,
            labelColor=INK,
            title=None,
            orient="top",
            direction="horizontal",
            symbolSize=110,
            columnPadding=12,
            labelLimit=300,
        ),
    )
    return chart if not datasets else with_tables(chart, datasets)


def with_tables[Chart](chart: Chart, tables: Mapping[str, pd.DataFrame]) -> Chart:
    """Give a chart the tables that it names; last, since the library copies data at every step."""
    named: Any = chart
    named["datasets"] = as_records(tables)
    return chart


def as_records(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Spell tables as the pictures hold them."""
    return {name: json.loads(frame.to_json(orient="records")) for name, frame in tables.items()}


def percent_axis(**more: Any) -> Any:
    """Axis from 0 to 100 % with the quarters named; `more` goes to the library's axis."""
    import altair as alt

    return alt.Axis(values=list(QUARTERS), labelExpr=PER_CENT, **more)
