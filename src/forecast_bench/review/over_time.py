"""How the measures of the record moved, month by month."""

from typing import Final

import pandas as pd

from forecast_bench.review.document import Block, Details, Figure, Paragraph, Table, table
from forecast_bench.review.figures.over_time import SHOWN
from forecast_bench.review.row import Row, rows_of
from forecast_bench.review.run import Run
from forecast_bench.review.sources import all_sources_line
from forecast_bench.review.wording import clean, count, counted, ends, number

PANELS: Final = (
    ("brier", "Brier score (lower is better)", False),
    ("over_under", "over-confidence (above 0), under-confidence (below)", True),
    ("in_the_large", "stated too high (above 0), too low (below)", True),
)
"""Measures that are drawn, their titles, and whether 0 is drawn in."""


def over_time_blocks(run: Run) -> list[Block]:
    """A figure of the last twelve months and of all so far, and the numbers behind it."""
    if run.over_time is None or run.over_time.empty:
        why = "Over time: not available, because the run has no months with outcomes."
        return [Paragraph(why, "absent")]
    rows = rows_of(run.over_time)
    rolling = [one for one in rows if one.text("span") == "rolling"]
    judged = [one for one in rolling if one.flag("judgeable")]
    few = len(rolling) - len(judged)
    lead = (
        f"{counted(len(rolling), 'month')} in which something was stated that has come to an end."
    )
    if not judged:
        lead += " In none do the last 12 months hold enough to be judged, so nothing is drawn."
    elif few:
        lead += f" In {count(few)} the last 12 months hold too few to judge."
    blocks: list[Block] = [Paragraph(lead)]
    if judged and len(rolling) > 1:
        blocks.append(_figure(run, rows, rolling, judged, few))
    numbers = Details("Month by month", (_table(rows),))
    return [*blocks, numbers]


def _figure(
    run: Run, rows: tuple[Row, ...], rolling: list[Row], judged: list[Row], few: int
) -> Figure:
    hollow = (
        f" {counted(few, 'month')} with too few to judge: hollow, joined by no line." if few else ""
    )
    return Figure(
        name="over-time",
        kind="over-time",
        alternative=f"Measures by month of statement, {counted(len(rolling), 'month')}. "
        f"{_words(judged)}{hollow}",
        caption="Solid: the last 12 months with the 90 % interval (clustered, one month at a time)"
        f"; dashed: all since the beginning.{hollow} Time is that of the statement. Neighbouring "
        "months share most of their judgments, so they wander together: two whose bands overlap "
        "tell of no change, nor do two that are less than a year apart.",
        source=all_sources_line(run),
        frames={"over-time": _frame(rows)},
    )


def _words(shown: list[Row]) -> str:
    """First and last month in words."""
    said = []
    for one in (shown[0], shown[-1]):
        said.append(
            f"{one.text('month')}: Brier {number(one.number('brier'))} "
            f"({ends(one.number('brier_low'), one.number('brier_high'), places=2)}), "
            f"over-confidence {number(one.number('over_under'))}, n = {count(one.number('n'))}"
        )
    return f"Last 12 months to {'; to '.join(said)}."


def _frame(rows: tuple[Row, ...]) -> pd.DataFrame:
    made = []
    for key, title, signed in PANELS:
        stretch = {"rolling": 0, "cumulative": 0}
        for one in rows:
            span = one.text("span")
            judged = one.flag("judgeable")
            if not judged:
                # what follows a month with too few is not joined to what came before
                stretch[span] += 1
            if not judged and span == "cumulative":
                continue
            shown = SHOWN[1] if span == "cumulative" else SHOWN[0 if judged else 2]
            rolled = span == "rolling" and judged
            made.append(
                {
                    "panel": title,
                    "date": f"{one.text('month')}-01",
                    "shown": shown,
                    "value": one.number(key),
                    "low": one.number(f"{key}_low") if rolled else None,
                    "high": one.number(f"{key}_high") if rolled else None,
                    "stretch": stretch[span],
                    "zero": 0.0 if signed else None,
                    "n": one.number("n"),
                    "effective_n": one.number("effective_n"),
                }
            )
    frame = pd.DataFrame(made)
    together = frame.groupby(["panel", "shown", "stretch"])["date"].transform("size")
    return frame.assign(alone=together == 1)


def _table(rows: tuple[Row, ...]) -> Table:
    return table(
        "Measures by month of statement, the newest first (90 % intervals, clustered)",
        (
            "Month",
            "Span",
            "n",
            "Effective n",
            "Brier",
            "90 % interval",
            "Over-confidence",
            "In the large",
            "Verdict",
        ),
        [
            (
                clean(one.text("month")),
                "12 months" if one.text("span") == "rolling" else "all so far",
                count(one.number("n")),
                count(one.number("effective_n")),
                number(one.number("brier")),
                ends(one.number("brier_low"), one.number("brier_high"), places=2),
                number(one.number("over_under")),
                number(one.number("in_the_large")),
                clean(one.text("verdict")),
            )
            for one in reversed(rows)
        ],
        numeric=("n", "Effective n", "Brier", "90 % interval", "Over-confidence", "In the large"),
    )
