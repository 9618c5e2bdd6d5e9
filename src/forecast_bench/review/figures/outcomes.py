"""What was stated of what occurred, and of what did not."""

from typing import TYPE_CHECKING, Any

import pandas as pd

from forecast_bench.review.figures import theme

if TYPE_CHECKING:
    import altair

_HEIGHT = 92


def outcome_chart(
    shares: pd.DataFrame, means: pd.DataFrame, *, title: str, warning: str
) -> "altair.VConcatChart":
    """Draw two distributions of stated probabilities, back to back.

    Parameters
    ----------
    shares : pandas.DataFrame
        One row per distinct stated probability: `probability`, `share_occurred`, `share_did_not`
        (0..1).
    means : pandas.DataFrame
        One row per outcome: `outcome` ("occurred" or "did not occur"), `mean` (stated, 0..1).
    title : str
        Says the ROC area.
    warning : str
        Printed on the figure; empty where the numbers are enough.

    References
    ----------
    Murphy and Winkler (1987), Monthly Weather Review 115(7).

    Examples
    --------
    >>> shares = pd.DataFrame({"probability": [0.2, 0.9], "share_occurred": [0.1, 0.9],
    ...     "share_did_not": [0.8, 0.2]})
    >>> means = pd.DataFrame({"outcome": ["occurred", "did not occur"], "mean": [0.83, 0.34]})
    >>> type(outcome_chart(shares, means, title="ROC area 0.85", warning="")).__name__
    'VConcatChart'
    """
    import altair as alt

    highest = float(shares[["share_occurred", "share_did_not"]].max().max())
    parts = [
        _half(shares, means, name="occurred", field="share_occurred", highest=highest),
        _half(shares, means, name="did not occur", field="share_did_not", highest=highest),
    ]
    finished: alt.VConcatChart = theme.themed(
        alt.vconcat(*parts, spacing=10).resolve_scale(x="shared"), title=title, subtitle=warning
    )
    return finished


def _half(
    shares: pd.DataFrame, means: pd.DataFrame, *, name: str, field: str, highest: float
) -> Any:
    import altair as alt

    upper = name == "occurred"
    colour = theme.LIVE if upper else theme.REFERENCE
    across = alt.X(
        "probability:Q",
        scale=alt.Scale(domain=[0, 1]),
        axis=theme.percent_axis(
            labels=not upper,
            ticks=not upper,
            title=None if upper else "stated probability (line: its mean)",
            labelFlush=False,
        ),
    )
    upward = alt.Y(
        f"{field}:Q",
        scale=alt.Scale(domain=[0, highest], reverse=not upper, nice=False),
        axis=alt.Axis(labelExpr=theme.PER_CENT, title=None, tickCount=3),
    )
    width = 12 if len(shares) <= 24 else 3
    bars = alt.Chart(shares).mark_bar(width=width, color=colour).encode(x=across, y=upward)
    mean = (
        alt.Chart(means[means["outcome"] == name])
        .mark_rule(color=theme.INK, strokeWidth=1.6, strokeDash=[4, 3])
        .encode(x=alt.X("mean:Q", scale=alt.Scale(domain=[0, 1])))
    )
    return alt.layer(bars, mean).properties(
        width=theme.WIDTH - 20,
        height=_HEIGHT,
        title=alt.TitleParams(
            f"of what {name}",
            anchor="start",
            frame="group",
            fontSize=12.5,
            fontWeight="normal",
            color=colour,
            offset=6,
        ),
    )
