"""What the fitted recalibration would do to a stated probability."""

from typing import TYPE_CHECKING

import pandas as pd

from forecast_bench.review.figures import theme

if TYPE_CHECKING:
    import altair

_SHOWN = ("median of the map (solid)", "90 % credible interval (shaded)", "no change (dots)")


def recalibration_chart(
    curve: pd.DataFrame, *, title: str
) -> "altair.LayerChart | altair.FacetChart":
    """Draw the recalibration map with its uncertainty over the line of no change.

    Parameters
    ----------
    curve : pandas.DataFrame
        `probability` (stated), `median`, `low`, `high` (recalibrated), all 0..1, sorted.
    title : str
        Says the state: active, or candidate and so not in force.

    References
    ----------
    Turner, Steyvers, Merkle, Budescu and Wallsten (2014), Machine Learning 95, 261-289,
    doi:10.1007/s10994-013-5401-4.

    Examples
    --------
    >>> frame = pd.DataFrame({"probability": [0.1, 0.9], "median": [0.15, 0.85],
    ...     "low": [0.05, 0.7], "high": [0.3, 0.95]})
    >>> type(recalibration_chart(frame, title="candidate")).__name__
    'LayerChart'
    """
    import altair as alt

    colour = alt.Color(
        "shown:N",
        scale=alt.Scale(domain=list(_SHOWN), range=[theme.LIVE, theme.BAND, theme.BEFORE]),
        legend=alt.Legend(columns=1, symbolType="square", rowPadding=1, offset=10),
    )
    scale = alt.Scale(domain=[0, 1])
    axis = theme.percent_axis()
    across = alt.X("probability:Q", scale=scale, axis=axis, title="stated probability")
    title_up = "recalibrated probability"
    line = pd.DataFrame({"probability": [0.0, 1.0], "median": [0.0, 1.0]})
    return theme.themed(
        alt.layer(
            alt.Chart(curve.assign(shown=_SHOWN[1]))
            .mark_area()
            .encode(
                x=across,
                y=alt.Y("low:Q", scale=scale, axis=axis, title=title_up),
                y2="high:Q",
                color=colour,
            ),
            alt.Chart(line.assign(shown=_SHOWN[2]))
            .mark_line(strokeDash=[3, 3], strokeWidth=1.5)
            .encode(x=across, y=alt.Y("median:Q", scale=scale), color=colour),
            alt.Chart(curve.assign(shown=_SHOWN[0]))
            .mark_line(strokeWidth=2.5)
            .encode(x=across, y=alt.Y("median:Q", scale=scale), color=colour),
        ).properties(width=theme.WIDTH - 20, height=280),
        title=title,
    )
