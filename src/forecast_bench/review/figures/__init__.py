"""Figures from small tidy tables; they draw and never compute what they draw."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from forecast_bench.review.figures.changes import change_chart
from forecast_bench.review.figures.coverage import coverage_chart
from forecast_bench.review.figures.judgment import judgment_chart, judgment_specification
from forecast_bench.review.figures.murphy import murphy_chart
from forecast_bench.review.figures.opinions import opinion_chart
from forecast_bench.review.figures.outcomes import outcome_chart
from forecast_bench.review.figures.over_time import over_time_chart
from forecast_bench.review.figures.phrases import phrase_chart
from forecast_bench.review.figures.recalibration import recalibration_chart
from forecast_bench.review.figures.reliability import reliability_chart

if TYPE_CHECKING:
    import altair

Draw = Callable[[Mapping[str, pd.DataFrame], Mapping[str, str]], "altair.TopLevelMixin"]


def _judgment(frames: Mapping[str, pd.DataFrame], _options: Mapping[str, str]) -> Any:
    return judgment_chart(frames["curve"], frames["bands"], frames["counts"], frames["marks"])


def _phrases(frames: Mapping[str, pd.DataFrame], _options: Mapping[str, str]) -> Any:
    return phrase_chart(frames["phrases"])


def _reliability(frames: Mapping[str, pd.DataFrame], options: Mapping[str, str]) -> Any:
    return reliability_chart(
        frames["reliability"],
        frames.get("bands"),
        title=options["title"],
        warning=options["warning"],
    )


def _recalibration(frames: Mapping[str, pd.DataFrame], options: Mapping[str, str]) -> Any:
    return recalibration_chart(frames["map"], title=options["title"])


def _opinions(frames: Mapping[str, pd.DataFrame], _options: Mapping[str, str]) -> Any:
    return opinion_chart(frames["opinions"])


def _changes(frames: Mapping[str, pd.DataFrame], _options: Mapping[str, str]) -> Any:
    return change_chart(frames["changes"])


def _murphy(frames: Mapping[str, pd.DataFrame], options: Mapping[str, str]) -> Any:
    return murphy_chart(frames["murphy"], title=options["title"], warning=options["warning"])


def _outcomes(frames: Mapping[str, pd.DataFrame], options: Mapping[str, str]) -> Any:
    return outcome_chart(
        frames["outcomes"], frames["means"], title=options["title"], warning=options["warning"]
    )


def _over_time(frames: Mapping[str, pd.DataFrame], _options: Mapping[str, str]) -> Any:
    return over_time_chart(frames["over-time"])


def _coverage(frames: Mapping[str, pd.DataFrame], _options: Mapping[str, str]) -> Any:
    return coverage_chart(frames["spans"], frames["vintages"])


FIGURES: Final[Mapping[str, Draw]] = MappingProxyType(
    {
        "changes": _changes,
        "coverage": _coverage,
        "judgment": _judgment,
        "murphy": _murphy,
        "opinions": _opinions,
        "outcomes": _outcomes,
        "over-time": _over_time,
        "phrases": _phrases,
        "reliability": _reliability,
        "recalibration": _recalibration,
    }
)
"""How each kind of figure is drawn from its frames and options."""


def specification(
    kind: str, frames: Mapping[str, pd.DataFrame], options: Mapping[str, str]
) -> dict[str, Any]:
    """Give a figure in Vega-Lite, with its data.

    Raises
    ------
    KeyError
        If the kind is not in `FIGURES`.
    """
    import altair as alt

    if kind == "judgment":
        return judgment_specification(
            frames["curve"], frames["bands"], frames["counts"], frames["marks"]
        )
    chart: Any = FIGURES[kind](frames, options)
    with alt.data_transformers.enable("default", max_rows=None):
        drawn: dict[str, Any] = chart.to_dict(validate=False)
    return drawn


__all__ = [
    "FIGURES",
    "change_chart",
    "coverage_chart",
    "judgment_chart",
    "murphy_chart",
    "opinion_chart",
    "outcome_chart",
    "over_time_chart",
    "phrase_chart",
    "recalibration_chart",
    "reliability_chart",
    "specification",
]
