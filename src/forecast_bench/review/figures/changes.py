"""Judgments of two states: the band and the live probability, before and after."""

from typing import TYPE_CHECKING, Final

import pandas as pd

from forecast_bench.review.figures import theme

if TYPE_CHECKING:
    import altair

SHOWN: Final = (
    "band before (upper bar)",
    "band after (lower bar)",
    "live before (ring)",
    "live after (dot)",
)


def change_chart(changes: pd.DataFrame) -> "altair.LayerChart | altair.FacetChart":
    """Draw one row for each judgment: two bars for its bands, a line from live to live.

    Parameters
    ----------
    changes : pandas.DataFrame
        One row per judgment: `label`, each once; `low_before`, `high_before`, `live_before`,
        `low_after`, `high_after`, `live_after` (0..1, missing where there is none).

    Examples
    --------
    >>> frame = pd.DataFrame({"label": ["a"], "low_before": [0.55], "high_before": [0.75],
    ...     "live_before": [0.6], "low_after": [0.8], "high_after": [0.9], "live_after": [0.7]})
    >>> type(change_chart(frame)).__name__
    'LayerChart'
    """
    import altair as alt

    scale = alt.Scale(domain=[0, 1])
    axis = theme.percent_axis(
        title=None,
        orient="bottom",
        labelFlush=False,
    )
    rows = alt.Y(
        "label:N",
        sort=list(changes["label"]),
        title=None,
        axis=alt.Axis(
            labelColor=theme.INK, ticks=False, domain=False, labelLimit=260, labelPadding=8
        ),
    )
    colours = [theme.BEFORE, theme.BAND, theme.INK, theme.LIVE]
    colour = alt.Color(
        "shown:N",
        scale=alt.Scale(domain=list(SHOWN), range=colours),
        legend=alt.Legend(columns=2, symbolType="square", rowPadding=1, offset=10),
    )
    layers = []
    for name, shift, shown in (("before", -8, SHOWN[0]), ("after", 8, SHOWN[1])):
        there = changes.dropna(subset=[f"low_{name}", f"high_{name}"]).assign(shown=shown)
        layers.append(
            alt.Chart(there)
            .mark_bar(height=6, yOffset=shift)
            .encode(
                x=alt.X(f"low_{name}:Q", scale=scale, axis=axis),
                x2=f"high_{name}:Q",
                y=rows,
                color=colour,
            )
        )
    both = changes.dropna(subset=["live_before", "live_after"])
    layers.append(
        alt.Chart(both)
        .mark_rule(color=theme.INK, strokeWidth=1.5)
        .encode(x=alt.X("live_before:Q", scale=scale), x2="live_after:Q", y=rows)
    )
    for name, filled, size, shown in (
        ("before", theme.PLATE, 75, SHOWN[2]),
        ("after", theme.LIVE, 60, SHOWN[3]),
    ):
        stroke = theme.INK if name == "before" else theme.PLATE
        there = changes.dropna(subset=[f"live_{name}"]).assign(shown=shown)
        layers.append(
            alt.Chart(there)
            .mark_point(size=size, filled=True, opacity=1, strokeWidth=1.5, stroke=stroke)
            .encode(
                x=alt.X(f"live_{name}:Q", scale=scale),
                y=rows,
                color=alt.value(filled),
            )
        )
    return theme.themed(alt.layer(*layers).properties(width=theme.WIDTH, height=alt.Step(34)))
