"""Stated probabilities against what came true."""

from typing import TYPE_CHECKING, Any

import pandas as pd

from forecast_bench.review.figures import theme

if TYPE_CHECKING:
    import altair

_SHOWN = (
    "pooled value (diamond)",
    "observed share (circle)",
    "90 % consistency band (bar)",
    "perfect reliability (dots)",
)

# Neighbours that share an edge are told apart by their shade.
STRIPS = ("#efeae0", "#f7f4ed")
_HEIGHT = 300

_STRIP = ("phrase", "low", "high", "label_at", "shade")


def reliability_chart(
    points: pd.DataFrame, bands: pd.DataFrame | None = None, *, title: str, warning: str
) -> "altair.VConcatChart":
    """Draw the reliability diagram: pooled values, their band if calibrated, and n below.

    Pooled values are drawn as points with a bar over the stated values that share one; nothing is
    drawn between them, because the curve says nothing there.

    Parameters
    ----------
    points : pandas.DataFrame
        One row per distinct stated probability: `probability`, `n`, `frequency`, `recalibrated`,
        `band_low`, `band_high` (consistency band: where the point would lie if the statements were
        reliable), `pooled_to` (the last probability that shares its pooled value).
    bands : pandas.DataFrame, optional
        One row per phrase in use, a strip behind the points: `phrase`, `low`, `high`, `label_at`
        (0..1: where its name stands above the plot), `shade` (0 or 1 by turns); none where no
        phrase was used.
    title : str
        Says n and the effective n.
    warning : str
        Printed on the figure; empty where the numbers are enough.

    References
    ----------
    Dimitriadis, Gneiting and Jordan (2021), PNAS 118(8), doi:10.1073/pnas.2016191118.

    Examples
    --------
    >>> frame = pd.DataFrame({"probability": [0.85], "n": [3], "frequency": [0.67],
    ...     "recalibrated": [0.67], "band_low": [0.3], "band_high": [1.0], "pooled_to": [0.85]})
    >>> bands = pd.DataFrame({"phrase": ["highly likely"], "low": [0.8], "high": [0.9],
    ...     "label_at": [0.85], "shade": [0]})
    >>> type(reliability_chart(frame, bands, title="n = 3", warning="")).__name__
    'VConcatChart'
    """
    import altair as alt

    strips = pd.DataFrame(columns=list(_STRIP)) if bands is None else bands
    diagram = _diagram(points, strips)
    amounts = (
        alt.Chart(points)
        .mark_bar(color=theme.COUNTED, width=6)
        .encode(
            x=_across(labels=True),
            y=alt.Y("n:Q", axis=alt.Axis(title=None, tickMinStep=1, tickCount=2, format="d")),
        )
    )
    numbers = amounts.mark_text(dy=-8, fontSize=12, color=theme.INK).encode(text="n:Q")
    below = alt.layer(amounts, numbers).properties(
        width=theme.WIDTH - 20,
        height=56,
        title=alt.TitleParams(
            "number of judgments",
            anchor="start",
            fontSize=12.5,
            fontWeight="normal",
            color=theme.QUIET,
            offset=12,
            frame="group",
        ),
    )
    return theme.themed(alt.vconcat(diagram, below, spacing=8), title=title, subtitle=warning)


def _across(*, labels: bool) -> Any:
    import altair as alt

    return alt.X(
        "probability:Q",
        scale=alt.Scale(domain=[0, 1]),
        axis=theme.percent_axis(
            labels=labels,
            title="stated probability" if labels else None,
        ),
    )


def _diagram(points: pd.DataFrame, bands: pd.DataFrame) -> Any:
    import altair as alt

    def coloured(frame: pd.DataFrame, shown: int) -> Any:
        return alt.Chart(frame.assign(shown=_SHOWN[shown]))

    colour = alt.Color(
        "shown:N",
        scale=alt.Scale(
            domain=list(_SHOWN), range=[theme.LIVE, theme.REFERENCE, theme.BAND, theme.BEFORE]
        ),
        # The names of phrases stand between: leave room where a browser's letters are wider.
        legend=alt.Legend(
            columns=1, symbolType="square", rowPadding=1, offset=10 if bands.empty else 24
        ),
    )
    upward = theme.percent_axis(title="share that occurred")
    scale = alt.Scale(domain=[0, 1])
    line = pd.DataFrame({"probability": [0.0, 1.0], "value": [0.0, 1.0]})
    across = _across(labels=False)
    layers = [
        *_strips(bands),
        coloured(line, 3)
        .mark_line(strokeDash=[3, 3], strokeWidth=1.5)
        .encode(x=across, y=alt.Y("value:Q", scale=scale, axis=upward), color=colour),
        coloured(points, 2)
        .mark_bar(width=14)
        .encode(x=across, y=alt.Y("band_low:Q", scale=scale), y2="band_high:Q", color=colour),
        coloured(points, 0)
        .mark_rule(strokeWidth=2.5)
        .encode(x=across, x2="pooled_to:Q", y=alt.Y("recalibrated:Q", scale=scale), color=colour),
        coloured(points, 1)
        .mark_point(size=90, shape="circle", filled=False, strokeWidth=1.8, opacity=1)
        .encode(x=across, y=alt.Y("frequency:Q", scale=scale), color=colour),
        coloured(points, 0)
        .mark_point(size=70, shape="diamond", filled=True, opacity=1)
        .encode(x=across, y=alt.Y("recalibrated:Q", scale=scale), color=colour),
    ]
    return alt.layer(*layers).properties(width=theme.WIDTH - 20, height=_HEIGHT)


def _strips(bands: pd.DataFrame) -> list[Any]:
    """A faint strip for the band of each phrase, with its name above the plot."""
    if bands.empty:
        return []
    import altair as alt

    scale = alt.Scale(domain=[0, 1])
    base = alt.Chart(bands)
    return [
        *[
            base.transform_filter(alt.datum.shade == shade)
            .mark_rect(color=colour)
            .encode(
                x=alt.X("low:Q", scale=scale), x2="high:Q", y=alt.value(0), y2=alt.value(_HEIGHT)
            )
            for shade, colour in enumerate(STRIPS)
        ],
        base.mark_text(
            angle=270, align="left", baseline="middle", fontSize=12, color=theme.QUIET
        ).encode(x=alt.X("label_at:Q", scale=scale), y=alt.value(-10), text="phrase:N"),
    ]
