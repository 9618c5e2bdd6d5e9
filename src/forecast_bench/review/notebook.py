"""A run in a notebook: its tables as data frames, its figures as charts, and short overviews."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from forecast_bench.markup import gauge_svg, table_html, text_html
from forecast_bench.review.content import review_content
from forecast_bench.review.document import Figure, Review, figures_of
from forecast_bench.review.figures import FIGURES, reliability_chart
from forecast_bench.review.numbers import plotted
from forecast_bench.review.overview import verdict
from forecast_bench.review.pictures import as_svg
from forecast_bench.review.row import Row, rows_of
from forecast_bench.review.run import Run
from forecast_bench.review.stated import now_stated
from forecast_bench.review.states import mark_of
from forecast_bench.review.wording import clean, count, counted, percent

if TYPE_CHECKING:
    import altair


@dataclass(frozen=True, slots=True, eq=False)
class ReliabilityFigure:
    """A reliability diagram with its numbers.

    Parameters
    ----------
    chart : altair.VConcatChart
        The diagram.
    table : pandas.DataFrame
        What it shows, as `forecast_bench.reliability.reliability_points` gives it, with
        `pooled_to`: the last stated probability that shares the pooled value.
    title, warning : str
        n and the effective n; and that they are too few, where they are.
    """

    chart: "altair.VConcatChart"
    table: pd.DataFrame
    title: str
    warning: str

    def _repr_html_(self) -> str:
        figure = Figure(
            name="reliability",
            kind="reliability",
            alternative="",
            caption="",
            frames={"reliability": self.table},
            options={"title": self.title, "warning": self.warning},
        )
        return as_svg(figure)


def tables(run: Run) -> Mapping[str, pd.DataFrame]:
    """Tables of a run: the judgments, and every number that a figure of its review shows.

    Parameters
    ----------
    run : Run
        As `read_run` gives it.

    Returns
    -------
    mapping of str to pandas.DataFrame
        By name, as they are written to ``numbers/``. Tables of figures have a first column
        `figure`, a key of `charts`. Probabilities are in 0..1, dates are ISO text.

    Examples
    --------
    >>> from pathlib import Path
    >>> none = pd.DataFrame({"judgment": [], "id": []})
    >>> run = Run(Path(), {"run": "r", "as_of": "2019-07-31"}, {}, (), none, none, none, none,
    ...     none, None, None, {}, ())
    >>> list(tables(run))
    ['judgments']
    """
    return plotted(run, review_content(run))


def charts(run: Run) -> Mapping[str, "altair.TopLevelMixin"]:
    """Figures of the review of a run, as charts of Vega-Altair.

    Parameters
    ----------
    run : Run
        As `read_run` gives it.

    Returns
    -------
    mapping of str to altair chart
        By name of the figure, in the order of the review. Finished pictures of a fit, and the
        small curves of a large review, are no charts and not among them.

    Examples
    --------
    >>> from pathlib import Path
    >>> none = pd.DataFrame({"judgment": [], "id": []})
    >>> run = Run(Path(), {"run": "r", "as_of": "2019-07-31"}, {}, (), none, none, none, none,
    ...     none, None, None, {}, ())
    >>> charts(run)
    {}
    """
    return {
        one.name: FIGURES[one.kind](one.frames, one.options)
        for one in figures_of(review_content(run))
        if one.kind in FIGURES
    }


def reliability_figure(record: pd.DataFrame, *, seed: int = 20171231) -> ReliabilityFigure:
    """Draw the reliability diagram of any record of resolved forecasts; no workspace is needed.

    Parameters
    ----------
    record : DataFrame
        `probability` (0..1) and `outcome` (0 or 1); optional `question`, `situation`, `date` and
        `forecaster`, as in `forecast_bench.reliability.summary`.
    seed : int
        Seed of the draws of the consistency band; that of the settings by default.

    Returns
    -------
    ReliabilityFigure
        Its chart and its table.

    Raises
    ------
    ValueError
        If a needed column is missing, there is no row, or a value is outside its domain.

    References
    ----------
    Dimitriadis, Gneiting and Jordan (2021), PNAS 118(8), doi:10.1073/pnas.2016191118.

    Examples
    --------
    >>> record = pd.DataFrame({"probability": [0.2, 0.2, 0.9, 0.9], "outcome": [0, 0, 0, 1]})
    >>> found = reliability_figure(record)
    >>> found.table[["probability", "n", "frequency"]]
       probability  n  frequency
    0          0.2  2        0.0
    1          0.9  2        0.5
    >>> found.title, found.warning
    ('n = 4 judgments, effective n = 4', 'Too few to judge: effective n = 4 of the 30 needed.')
    """
    from forecast_bench.reliability import reliability_points, summary

    measured = summary(record)
    points = reliability_points(record, seed=seed)
    last = points.groupby("recalibrated")["probability"].transform("max")
    table = points.assign(pooled_to=last)
    effective = count(measured.effective_n)
    title = f"n = {measured.n} judgments, effective n = {effective}"
    warning = (
        ""
        if measured.judgeable
        else f"Too few to judge: effective n = {effective} of the "
        f"{count(measured.least_outcomes)} needed."
    )
    return ReliabilityFigure(
        reliability_chart(table, title=title, warning=warning), table, title, warning
    )


def run_html(run: Run) -> str:
    """Overview of a run as HTML: what it found in one sentence, and its judgments."""
    rows = rows_of(run.judgments)
    name = clean(str(run.manifest.get("workspace_name") or "workspace"))
    head = f"{name}, as of {run.manifest.get('as_of')}, run {run.manifest.get('run')}"
    alarms = len(run.manifest.get("alarms") or ())
    said = f"{verdict(run, rows)} {counted(alarms, 'alarm') if alarms else 'No alarms'}."
    return f"<p><strong>{text_html(head)}</strong><br>{text_html(said)}</p>" + judgments_html(
        rows, caption="Judgments; from 0 to 100 %: band, stated, live"
    )


def judgments_html(rows: tuple[Row, ...], *, caption: str) -> str:
    """Table of judgments as HTML, with a small picture of the band for each."""
    return table_html(
        caption,
        ["judgment", "statement", "stated", "base rate", "live", "0 to 100 %", "state"],
        [
            [
                clean(one.text("id")),
                clean(one.text("statement"), longest=110),
                now_stated(one),
                _percent(one.number("base_rate")),
                _percent(one.number("live")),
                gauge_svg(
                    low=one.number("now_band_low"),
                    high=one.number("now_band_high"),
                    stated=one.number("now_mean"),
                    live=one.number("live"),
                ),
                f"{mark_of(one.text('state'))} {one.text('state')}",
            ]
            for one in rows
        ],
        numeric=["base rate", "live"],
    )


def review_html(review: Review) -> str:
    """Overview of a review as HTML: its verdict, and what its sections hold."""
    rows = [
        [one.title, len(one.cards), len(figures_of(replace(review, sections=(one,))))]
        for one in review.sections
    ]
    head = f"{review.title}. {review.subtitle}"
    return f"<p><strong>{text_html(head)}</strong><br>{text_html(review.verdict)}</p>" + table_html(
        "Sections", ["section", "cards", "figures"], rows, numeric=["cards", "figures"]
    )


def _percent(value: float | None) -> str:
    return "" if value is None else percent(value)
