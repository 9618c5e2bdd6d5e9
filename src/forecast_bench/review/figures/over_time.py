"""How the scores of a record move from month to month."""

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from forecast_bench.review.figures import theme

if TYPE_CHECKING:
    import altair

SHOWN: Final = (
    "last 12 months (solid; shaded: 90 % interval)",
    "since the beginning (dashed)",
    "too few to judge (hollow)",
)
_HEIGHT = 96


def over_time_chart(months: pd.DataFrame) -> "altair.VConcatChart":
    """Draw measures of a record over the months, one panel for each measure.

    Parameters
    ----------
    months : pandas.DataFrame
        One row per panel, month and span: `panel` (its title, in order), `date` (ISO, the first
        of the month), `shown` (one of `SHOWN`), `value`, `low`, `high` (ends of the interval,
        missing where it has none), `stretch` (what is joined by a line), `alone` (true where a
        stretch is one month) and `zero` (0 in panels of signed measures, else missing).

    Examples
    --------
    >>> frame = pd.DataFrame({"panel": "Brier score", "date": ["2020-01-01", "2020-02-01"],
    ...     "shown": SHOWN[0], "value": [0.2, 0.21], "low": [0.1, 0.1], "high": [0.3, 0.3],
    ...     "stretch": 0, "alone": False, "zero": [None, None]})
    >>> type(over_time_chart(frame)).__name__
    'VConcatChart'
    """
    import altair as alt

    panels = list(dict.fromkeys(months["panel"]))
    parts = [
        _panel(name, is_last=name == panels[-1], is_signed=bool(months["zero"][rows].notna().any()))
        for name in panels
        for rows in [months["panel"] == name]
    ]
    finished: alt.VConcatChart = theme.themed(
        alt.vconcat(*parts, spacing=14).resolve_scale(x="shared", color="shared"),
        datasets={"months": months},
    )
    return finished


def _panel(name: str, *, is_last: bool, is_signed: bool) -> Any:
    import altair as alt

    base = alt.Chart(alt.NamedData("months")).transform_filter(alt.datum.panel == name)
    across = alt.X(
        "date:T",
        scale=alt.Scale(type="utc"),
        axis=alt.Axis(
            title=None,
            grid=False,
            format="%b %Y",
            labels=is_last,
            ticks=is_last,
            labelOverlap="greedy",
            labelFlush=False,
            tickCount=5,
        ),
    )
    scale = alt.Scale(zero=is_signed)
    upward = alt.Y("value:Q", scale=scale, axis=alt.Axis(title=None, tickCount=4))
    layers = [*_intervals(base, across, scale), *_lines(base, across, upward)]
    if is_signed:
        layers.insert(
            2,
            alt.Chart(pd.DataFrame({"zero": [0.0]}))
            .mark_rule(color=theme.BEFORE, strokeDash=[3, 3], strokeWidth=1.2)
            .encode(y=alt.Y("zero:Q", scale=scale)),
        )
    return alt.layer(*layers).properties(
        width=theme.WIDTH - 20,
        height=_HEIGHT,
        title=alt.TitleParams(
            name,
            anchor="start",
            fontSize=12.5,
            fontWeight="normal",
            color=theme.QUIET,
            offset=6,
            frame="group",
        ),
    )


def _intervals(base: Any, across: Any, scale: Any) -> list[Any]:
    import altair as alt

    ends = {"x": across, "y": alt.Y("low:Q", scale=scale), "y2": "high:Q"}
    rolling = base.transform_filter(alt.datum.shown == SHOWN[0])
    return [
        rolling.mark_area(color=theme.BAND, opacity=0.7).encode(**ends, detail="stretch:N"),
        # A month that stands alone has no area.
        rolling.transform_filter("datum.alone")
        .mark_rule(color=theme.BAND, strokeWidth=3)
        .encode(**ends),
    ]


def _lines(base: Any, across: Any, upward: Any) -> list[Any]:
    import altair as alt

    colour = alt.Color(
        "shown:N",
        scale=alt.Scale(domain=list(SHOWN), range=[theme.LIVE, theme.REFERENCE, theme.QUIET]),
        legend=alt.Legend(columns=1, symbolType="square", rowPadding=1, offset=10),
    )
    shown = {"x": across, "y": upward, "color": colour}

    def of(which: int) -> Any:
        return base.transform_filter(alt.datum.shown == SHOWN[which])

    dashed = of(1).mark_line(strokeDash=[5, 4], strokeWidth=1.8)
    alone = of(0).transform_filter("datum.alone")
    return [
        dashed.encode(**shown, detail="stretch:N"),
        of(0).mark_line(strokeWidth=2.4).encode(**shown, detail="stretch:N"),
        alone.mark_point(size=20, filled=True, opacity=1).encode(**shown),
        of(2).mark_point(size=26, filled=False, strokeWidth=1.4, opacity=1).encode(**shown),
    ]
