"""What several analysts hold of one question, and the pooled probability."""

from typing import TYPE_CHECKING, Final

import pandas as pd

from forecast_bench.review.figures import theme

if TYPE_CHECKING:
    import altair

SHOWN: Final = ("an analyst (dot)", "pooled (diamond)")


def opinion_chart(opinions: pd.DataFrame) -> "altair.LayerChart | altair.FacetChart":
    """Draw one row for each analyst, and the pooled probability as a line through all of them.

    Parameters
    ----------
    opinions : pandas.DataFrame
        One row per analyst, the pooled one last: `label`, `probability` (0..1), `shown` (one of
        `SHOWN`).

    Examples
    --------
    >>> frame = pd.DataFrame({"label": ["a.name", "b.name", "pooled"],
    ...     "probability": [0.3, 0.8, 0.57], "shown": [SHOWN[0], SHOWN[0], SHOWN[1]]})
    >>> type(opinion_chart(frame)).__name__
    'LayerChart'
    """
    import altair as alt

    scale = alt.Scale(domain=[0, 1])
    axis = theme.percent_axis(title=None, labelFlush=False)
    across = alt.X("probability:Q", scale=scale, axis=axis)
    rows = alt.Y(
        "label:N",
        sort=list(opinions["label"]),
        title=None,
        axis=alt.Axis(labelColor=theme.INK, ticks=False, domain=False, grid=True),
    )
    # A shape as well as a colour tells the pooled one.
    shape = alt.Shape(
        "shown:N",
        scale=alt.Scale(domain=list(SHOWN), range=["circle", "diamond"]),
        legend=alt.Legend(columns=1, rowPadding=1, offset=10),
    )
    colour = alt.Color(
        "shown:N", scale=alt.Scale(domain=list(SHOWN), range=[theme.LIVE, theme.REFERENCE])
    )
    pooled = opinions[opinions["shown"] == SHOWN[1]]
    return theme.themed(
        alt.layer(
            alt.Chart(pooled)
            .mark_rule(color=theme.REFERENCE, strokeWidth=1.5, strokeDash=[4, 3])
            .encode(x=across),
            alt.Chart(opinions)
            .mark_point(size=90, filled=True, opacity=1)
            .encode(x=across, y=rows, shape=shape, color=colour),
        ).properties(width=theme.WIDTH - 120, height=alt.Step(24))
    )
