"""Whom a record serves better than the base rates would: a Murphy diagram of the difference."""

from typing import TYPE_CHECKING, Final

import pandas as pd

from forecast_bench.review.figures import theme

if TYPE_CHECKING:
    import altair

SHOWN: Final = (
    "as stated (solid; shaded: 90 % interval)",
    "recalibrated by the map in force (dashed)",
)


def murphy_chart(
    gains: pd.DataFrame, *, title: str, warning: str
) -> "altair.LayerChart | altair.FacetChart":
    """Draw the gain over the base rates at each threshold of action.

    Parameters
    ----------
    gains : pandas.DataFrame
        One row per forecast and threshold: `shown` (one of `SHOWN`), `threshold` (0..1), `gain`,
        `low`, `high` (missing where it has no interval).
    title : str
        Says the number of judgments.
    warning : str
        Printed on the figure; empty where the numbers are enough.

    References
    ----------
    Ehm, Gneiting, Jordan and Krüger (2016), doi:10.1111/rssb.12154.

    Examples
    --------
    >>> frame = pd.DataFrame({"shown": SHOWN[0], "threshold": [0.3, 0.6], "gain": [0.02, 0.01],
    ...     "low": [0.0, -0.01], "high": [0.04, 0.03]})
    >>> type(murphy_chart(frame, title="n = 40", warning="")).__name__
    'LayerChart'
    """
    import altair as alt

    shown = [one for one in SHOWN if (gains["shown"] == one).any()]
    colours = dict(zip(SHOWN, (theme.LIVE, theme.REFERENCE), strict=True))
    colour = alt.Color(
        "shown:N",
        scale=alt.Scale(domain=shown, range=[colours[one] for one in shown]),
        legend=alt.Legend(
            columns=1, symbolType="stroke", symbolStrokeWidth=3, rowPadding=1, offset=10
        ),
    )
    axis = theme.percent_axis(labelFlush=False)
    across = alt.X(
        "threshold:Q",
        scale=alt.Scale(domain=[0, 1]),
        axis=axis,
        title="a user acts from this probability on",
    )
    ends = gains[["low", "high", "gain"]].to_numpy(dtype=float)
    most = max(float(pd.DataFrame(ends).abs().max().max()), 0.001) * 1.12
    scale = alt.Scale(domain=[-most, most], nice=False)
    upward = alt.Y("gain:Q", scale=scale, axis=alt.Axis(title="loss spared", tickCount=5))
    plain = gains[gains["shown"] == SHOWN[0]]
    words = pd.DataFrame(
        {
            "gain": [most * 0.92, -most * 0.92],
            "text": ["stated serves better", "base rates serve better"],
        }
    )
    layers = [
        alt.Chart(plain)
        .mark_area(color=theme.BAND, opacity=0.7, interpolate="step")
        .encode(x=across, y=alt.Y("low:Q", scale=scale), y2="high:Q"),
        alt.Chart(pd.DataFrame({"gain": [0.0]}))
        .mark_rule(color=theme.INK, strokeWidth=1)
        .encode(y=upward),
        alt.Chart(gains[gains["shown"] == SHOWN[1]])
        .mark_line(strokeWidth=1.8, strokeDash=[5, 4], interpolate="step")
        .encode(x=across, y=upward, color=colour),
        alt.Chart(plain)
        .mark_line(strokeWidth=2.4, interpolate="step")
        .encode(x=across, y=upward, color=colour),
        alt.Chart(words)
        .mark_text(align="right", fontSize=12.5, color=theme.QUIET)
        .encode(x=alt.value(theme.WIDTH - 24), y=upward, text="text:N"),
    ]
    return theme.themed(
        alt.layer(*layers).properties(width=theme.WIDTH - 20, height=220),
        title=title,
        subtitle=warning,
    )
