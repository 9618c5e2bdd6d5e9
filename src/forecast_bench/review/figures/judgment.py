"""The live probability of one judgment over time, over the counts that moved it."""

from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from forecast_bench.review.figures import theme

if TYPE_CHECKING:
    import altair

# Each name also says how it is drawn, so that nobody depends on its colour.
_SERIES = ("live probability (solid)", "base rate after counts (dashed)", "stated band (shaded)")


def judgment_chart(
    curve: pd.DataFrame, bands: pd.DataFrame, counts: pd.DataFrame, marks: pd.DataFrame
) -> "altair.VConcatChart":
    """Draw a judgment: its band, its live probability, and the monthly counts on the same months.

    Parameters
    ----------
    curve : pandas.DataFrame
        One row per date: `date` (ISO), `live`, `after` (0..1, nullable), `provisional` (bool:
        counts may still be filled up; drawn hollow).
    bands : pandas.DataFrame
        One row per band that stood: `start`, `end` (ISO), `low`, `high` (0..1).
    counts : pandas.DataFrame
        One row per month and kind: `start`, `end` (ISO), `kind` (text of the legend), `count`,
        `below` (what the bar stands on).
    marks : pandas.DataFrame
        One row per vertical rule: `date` (ISO), `label`, `level` (0, 1, …: the line of the label)
        and `align` ("left" or "right": on which side of the rule the label ends).

    Returns
    -------
    altair.Chart
        Probabilities always run from 0 to 100 %.

    Examples
    --------
    >>> curve = pd.DataFrame({"date": ["2018-01-31"], "live": [0.85], "after": [0.5],
    ...     "provisional": [False]})
    >>> bands = pd.DataFrame(
    ...     {"start": ["2018-01-01"], "end": ["2018-02-28"], "low": [0.8], "high": [0.9]})
    >>> counts = pd.DataFrame(columns=["start", "end", "kind", "count", "below"])
    >>> marks = pd.DataFrame(columns=["date", "label", "level", "align"])
    >>> type(judgment_chart(curve, bands, counts, marks)).__name__
    'VConcatChart'
    """
    import altair as alt

    form, values, tables = _filled(curve, bands, counts, marks)
    drawn: Any = _drawn(form).copy(deep=False)
    drawn.params = [alt.VariableParameter(name=name, value=one) for name, one in values.items()]
    finished: alt.VConcatChart = theme.with_tables(drawn, tables)
    return finished


def judgment_specification(
    curve: pd.DataFrame, bands: pd.DataFrame, counts: pd.DataFrame, marks: pd.DataFrame
) -> dict[str, Any]:
    """Give the picture of `judgment_chart` in Vega-Lite at once, since a large review draws many.

    Parameters are those of `judgment_chart`; what it gives is what its chart would be spelled as.
    """
    form, values, tables = _filled(curve, bands, counts, marks)
    parameters = [{"name": name, "value": one} for name, one in values.items()]
    return {**_specified(form), "params": parameters, "datasets": theme.as_records(tables)}


class _Form(NamedTuple):
    """What many pictures share: lines and sides of labels, kinds of counts, whether any are."""

    labels: tuple[tuple[int, str], ...]
    kinds: tuple[str, ...]
    counted: bool


def _filled(
    curve: pd.DataFrame, bands: pd.DataFrame, counts: pd.DataFrame, marks: pd.DataFrame
) -> tuple[_Form, dict[str, int], dict[str, pd.DataFrame]]:
    """Tell what a picture shares with others from its own parameters and tables."""
    days = (curve["date"], bands["end"], counts["start"], counts["end"], marks["date"])
    dates = [day for column in days for day in column]
    labels = tuple(sorted(set(zip(marks["level"], marks["align"], strict=True))))
    kinds = tuple(dict.fromkeys(counts.loc[counts["count"] > 0, "kind"]))
    lined = pd.concat(
        [
            curve.assign(value=curve["live"], series=_SERIES[0]),
            curve.assign(value=curve["after"], series=_SERIES[1], provisional=False),
        ]
    ).dropna(subset=["value"])
    values = {"first": _instant(min(dates)), "last": _instant(max(dates)), "top": _top(counts)}
    tables = {
        "curve": lined,
        "bands": bands.assign(series=_SERIES[2]),
        "counts": counts,
        "marks": marks,
    }
    return _Form(labels, kinds, counted=len(counts) > 0), values, tables


@lru_cache(maxsize=64)
def _specified(form: _Form) -> dict[str, Any]:
    specification: dict[str, Any] = _drawn(form).to_dict(validate=False)
    return specification


@lru_cache(maxsize=64)
def _drawn(form: _Form) -> "altair.VConcatChart":
    """Put the picture together without its numbers: most judgments share it, and it takes a while.

    Its data are named tables; where its axes end are parameters.
    """
    import altair as alt

    # UTC throughout: the bytes must not depend on where the machine stands.
    scale = alt.Scale(type="utc", domain=[alt.ExprRef("first"), alt.ExprRef("last")])
    parts = [_probabilities(form.labels, scale)]
    if form.counted:
        parts.append(_counts(form.kinds, scale))
    whole = alt.vconcat(*parts, spacing=10).resolve_scale(x="shared", color="independent")
    finished: alt.VConcatChart = theme.themed(whole)
    return finished


def _instant(day: str) -> int:
    """Milliseconds since 1970, as the pictures count time."""
    return (date.fromisoformat(day) - date(1970, 1, 1)).days * 86_400_000


def _axis(*, labels: bool) -> Any:
    import altair as alt

    return alt.Axis(
        labels=labels,
        ticks=labels,
        grid=False,
        title=None,
        tickCount={"interval": "month", "step": 6},
        format="%b %Y",
        labelOverlap="greedy",
        labelFlush=False,
    )


def _probabilities(labels: tuple[tuple[int, str], ...], scale: Any) -> Any:
    import altair as alt

    across = alt.X("date:T", scale=scale, axis=_axis(labels=False))
    colours = alt.Color(
        "series:N",
        scale=alt.Scale(domain=list(_SERIES), range=[theme.LIVE, theme.REFERENCE, theme.BAND]),
        legend=alt.Legend(
            columns=1,
            symbolType="square",
            rowPadding=1,
            offset=22 + 14 * len({level for level, _ in labels}),
        ),
    )
    percent = alt.Y(
        "value:Q",
        scale=alt.Scale(domain=[0, 1]),
        axis=theme.percent_axis(title=None),
    )
    base = alt.Chart(alt.NamedData("curve"))
    layers: list[Any] = [
        alt.Chart(alt.NamedData("bands"))
        .mark_rect()
        .encode(
            x=alt.X("start:T", scale=scale, axis=_axis(labels=False)),
            x2="end:T",
            y=alt.Y("low:Q"),
            y2="high:Q",
            color=colours,
        ),
        _rules(scale),
        base.transform_filter(alt.datum.series == _SERIES[1])
        .mark_line(strokeDash=[5, 4], strokeWidth=1.8, interpolate="step-after")
        .encode(x=across, y=percent, color=colours),
        base.transform_filter(alt.datum.series == _SERIES[0])
        .mark_line(strokeWidth=2.4, interpolate="step-after")
        .encode(x=across, y=percent, color=colours),
        base.transform_filter(alt.datum.series == _SERIES[0])
        .mark_point(size=26, opacity=1, strokeWidth=1.6)
        .encode(
            x=across,
            y=percent,
            color=colours,
            fill=alt.condition("datum.provisional", alt.value(theme.PLATE), alt.value(theme.LIVE)),
        ),
        *(_label(int(level), align, scale) for level, align in labels),
    ]
    return alt.layer(*layers).properties(width=theme.WIDTH, height=190)


def _label(level: int, align: Any, scale: Any) -> Any:
    """Print the names of rules above the plot, where no curve runs through them."""
    import altair as alt

    return (
        alt.Chart(alt.NamedData("marks"))
        .transform_filter((alt.datum.level == level) & (alt.datum.align == align))
        .mark_text(align=align, fontSize=12, color=theme.INK, baseline="bottom")
        .encode(x=alt.X("date:T", scale=scale), y=alt.value(-4 - 14 * level), text="label:N")
    )


def _rules(scale: Any) -> Any:
    import altair as alt

    return (
        alt.Chart(alt.NamedData("marks"))
        .mark_rule(color=theme.QUIET, strokeWidth=1)
        .encode(x=alt.X("date:T", scale=scale))
    )


def _counts(kinds: tuple[str, ...], scale: Any) -> Any:
    import altair as alt

    shades = {
        "before the window": theme.BEFORE,
        "in the window": theme.COUNTED,
        "after the window": "#d5d1c7",
    }
    bars = (
        alt.Chart(alt.NamedData("counts"))
        .transform_calculate(top="datum.below + datum.count")
        .transform_filter("datum.count > 0")
        .mark_bar(stroke=theme.PLATE, strokeWidth=0.8)
        .encode(
            x=alt.X("start:T", scale=scale, axis=_axis(labels=True)),
            x2="end:T",
            y=alt.Y(
                "below:Q",
                axis=alt.Axis(title=None, values=alt.ExprRef("[0, top / 2, top]"), format="d"),
                scale=alt.Scale(domain=[0, alt.ExprRef("top")], nice=False),
            ),
            y2="top:Q",
            color=alt.Color(
                "kind:N",
                scale=alt.Scale(
                    domain=list(kinds), range=[shades.get(one, theme.AMBIGUOUS) for one in kinds]
                ),
                # A legend of nothing has no size, and the picture would have none either.
                legend=alt.Legend(
                    columns=2, symbolType="square", rowPadding=1, columnPadding=30, offset=8
                )
                if kinds
                else None,
            ),
        )
    )
    return alt.layer(bars, _rules(scale)).properties(
        width=theme.WIDTH,
        height=80,
        title=alt.TitleParams(
            "incidents a month" if kinds else "incidents a month: none was counted",
            anchor="start",
            fontSize=12.5,
            fontWeight="normal",
            color=theme.QUIET,
            offset=2,
        ),
    )


def _top(counts: pd.DataFrame) -> int:
    """Top of the axis: even, so that its half is a whole number, as no incident is half."""
    highest = int((counts["below"] + counts["count"]).max()) if len(counts) else 0
    return max(2, highest + highest % 2)
