"""What each phrase promised and what came true."""

from typing import TYPE_CHECKING, Any

import pandas as pd

from forecast_bench.review.figures import theme

if TYPE_CHECKING:
    import altair

# Width of a letter of a label, in a wide font.
_LETTER = 7.6

_SHAPES = (
    "band of the lexicon (bar)",
    "share that came true, mean (dot)",
    "its 90 % credible interval (line)",
    "readers: median, middle half (below)",
)


def phrase_chart(phrases: pd.DataFrame) -> "altair.LayerChart | altair.FacetChart":
    """Draw a lexicon: the band of each phrase, and the frequency with which its statements held.

    Parameters
    ----------
    phrases : pandas.DataFrame
        One row per phrase in the order of the lexicon: `label` (the phrase with its band),
        `band_low`, `band_high`, `posterior_mean`, `low`, `high` (0..1), `n`, `tally` (text). A
        phrase with `n` = 0 shows its band alone: there is nothing to estimate from. `heard`,
        `heard_low`, `heard_high` (median and quartiles of what readers hear, 0..1) are missing
        where nobody was asked.

    Examples
    --------
    >>> frame = pd.DataFrame({"label": ["likely (55 to 75 %)"], "band_low": [0.55],
    ...     "band_high": [0.75], "posterior_mean": [0.6], "low": [0.4], "high": [0.8], "n": [3],
    ...     "tally": ["2 of 3"], "heard": [0.75], "heard_low": [0.67], "heard_high": [0.8]})
    >>> type(phrase_chart(frame)).__name__
    'LayerChart'
    """
    import altair as alt

    order = list(phrases["label"])
    rows: Any = alt.Y(
        "label:N",
        sort=order,
        title=None,
        axis=alt.Axis(
            labelColor=theme.INK,
            ticks=False,
            domain=False,
            labelLimit=260,
            # A browser without the font that was measured may print wider letters.
            minExtent=_LETTER * max(map(len, order)),
            labelPadding=8,
        ),
    )
    scale = alt.Scale(domain=[0, 1])
    axis = theme.percent_axis(
        title=None,
        orient="bottom",
        labelFlush=False,
    )
    colour = alt.Color(
        "shown:N",
        scale=alt.Scale(
            domain=list(_SHAPES), range=[theme.BAND, theme.LIVE, theme.INK, theme.REFERENCE]
        ),
        legend=alt.Legend(columns=1, symbolType="square", rowPadding=1, offset=10),
    )
    seen = phrases[phrases["n"] > 0]
    band = (
        alt.Chart(phrases.assign(shown=_SHAPES[0]))
        .mark_bar(height=16)
        .encode(
            x=alt.X("band_low:Q", scale=scale, axis=axis), x2="band_high:Q", y=rows, color=colour
        )
    )
    interval = (
        alt.Chart(seen.assign(shown=_SHAPES[2]))
        .mark_rule(strokeWidth=2)
        .encode(x=alt.X("low:Q", scale=scale), x2="high:Q", y=rows, color=colour)
    )
    point = (
        alt.Chart(seen.assign(shown=_SHAPES[1]))
        .mark_point(size=70, filled=True, opacity=1, stroke=theme.PLATE, strokeWidth=1)
        .encode(x=alt.X("posterior_mean:Q", scale=scale), y=rows, color=colour)
    )
    tally = (
        alt.Chart(phrases)
        .mark_text(align="left", fontSize=12.5, color=theme.INK)
        .encode(x=alt.value(225), y=rows, text="tally:N")
    )
    return theme.themed(
        alt.layer(band, interval, point, *_heard(phrases, rows, colour), tally).properties(
            width=215, height=alt.Step(36), padding={"right": 60}
        )
    )


def _heard(phrases: pd.DataFrame, rows: Any, colour: Any) -> list[Any]:
    """What readers hear, below the bar of each phrase: a diamond in its middle half."""
    import altair as alt

    heard = alt.Chart(phrases[phrases["heard"].notna()].assign(shown=_SHAPES[3]))
    below = {"y": rows, "yOffset": alt.value(29), "color": colour}
    halves = heard.mark_rule(strokeWidth=1.4).encode(
        x=alt.X("heard_low:Q", scale=alt.Scale(domain=[0, 1])), x2="heard_high:Q", **below
    )
    middle = heard.mark_point(
        size=34, shape="diamond", filled=True, opacity=1, stroke=theme.PLATE, strokeWidth=0.8
    ).encode(x=alt.X("heard:Q", scale=alt.Scale(domain=[0, 1])), **below)
    return [halves, middle]
