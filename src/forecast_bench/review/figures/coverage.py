"""What sources cover: a bar for the days of every country, over the days of the vintages."""

from typing import TYPE_CHECKING, Any

import pandas as pd

from forecast_bench.review.figures import theme

if TYPE_CHECKING:
    import altair

_ROW_HEIGHT = 18


def coverage_chart(spans: pd.DataFrame, vintages: pd.DataFrame) -> "altair.LayerChart":
    """Draw which days each source covers of each country, and when it was read.

    Parameters
    ----------
    spans : pandas.DataFrame
        One row per stretch of days: `row` (source and country), `start`, `end` (ISO; the day after
        the last one).
    vintages : pandas.DataFrame
        One row per vintage and row: `row`, `date` (ISO).

    Returns
    -------
    altair.Chart
        Bars are covered days, ticks are the days on which the source was read.

    Examples
    --------
    >>> spans = pd.DataFrame(
    ...     {"row": ["ucdp: Mali"], "start": ["2017-01-01"], "end": ["2018-01-01"]})
    >>> vintages = pd.DataFrame({"row": ["ucdp: Mali"], "date": ["2018-06-01"]})
    >>> type(coverage_chart(spans, vintages)).__name__
    'LayerChart'
    """
    import altair as alt

    # UTC, so that the bytes do not depend on where the machine stands.
    scale = alt.Scale(type="utc")
    rows = list(dict.fromkeys(spans["row"]))
    height = _ROW_HEIGHT * len(rows)
    row: Any = alt.Y("row:N", sort=rows, title=None, axis=alt.Axis(labelLimit=260, ticks=False))
    bars = (
        alt.Chart(alt.NamedData("spans"))
        .mark_bar(height=10, color=theme.LIVE)
        .encode(y=row, x=alt.X("start:T", scale=scale, title=None), x2="end:T")
    )
    ticks = (
        alt.Chart(alt.NamedData("vintages"))
        .mark_tick(color=theme.REFERENCE, thickness=2, size=14)
        .encode(y=row, x=alt.X("date:T", scale=scale))
    )
    layered: Any = alt.layer(bars, ticks).properties(width=theme.WIDTH, height=height)
    finished: alt.LayerChart = theme.themed(
        layered,
        title="Days covered",
        subtitle="bars: covered; ticks: days on which the source was read",
        datasets={"spans": spans, "vintages": vintages},
    )
    return finished
