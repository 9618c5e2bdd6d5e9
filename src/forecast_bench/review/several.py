"""Several analysts on one question: side by side, pooled, and what pooling was worth."""

from typing import Final

import pandas as pd

from forecast_bench.review.document import (
    Block,
    Cell,
    Details,
    Facts,
    Figure,
    Paragraph,
    Section,
    Table,
    table,
)
from forecast_bench.review.figures.opinions import SHOWN
from forecast_bench.review.row import Row, rows_of
from forecast_bench.review.run import Run
from forecast_bench.review.states import UNDECIDED, mark_of
from forecast_bench.review.wording import (
    anchor,
    clean,
    count,
    counted,
    number,
    percent,
)

DRAWN: Final = 12
"""Questions with a figure and a table of their own; all others are in the one table."""

_RANGE = "\u2013"


def several_section(run: Run) -> Section | None:
    """Say what analysts hold of the questions that they share; None where they share none."""
    if run.pooled is None or run.pooled.empty:
        return None
    rows = tuple(sorted(rows_of(run.pooled), key=_pressing))
    pooling = Row(run.manifest).within("pooling")
    blocks: list[Block] = [Paragraph(_lead(rows, pooling), "lead"), *_gate(pooling)]
    blocks += _scores(Row(run.calibration).within("pooled"))
    blocks += [Paragraph(f"Far apart: {_apart(one)}.", "caveat") for one in rows if _is_apart(one)]
    listing = _all(rows)
    blocks.append(listing if len(rows) <= DRAWN else Details(f"All {len(rows)}", (listing,)))
    for one in rows[:DRAWN]:
        blocks += _one(one)
    if len(rows) > DRAWN:
        blocks.append(
            Paragraph(
                f"Drawn are the {DRAWN} that are undecided and furthest apart; the others are in "
                "the table above and in numbers/pooled.csv.",
                "quiet",
            )
        )
    return Section("several", "Several analysts on one question", tuple(blocks))


def _pressing(row: Row) -> tuple[bool, float, str]:
    decided = row.text("state") not in UNDECIDED
    spread = row.number("first_spread" if decided else "spread")
    return decided, -(spread or 0.0), row.text("event")


def _lead(rows: tuple[Row, ...], pooling: Row) -> str:
    factor = pooling.number("factor") or 1.0
    moved = "not moved from one half" if factor == 1 else f"times {number(factor, places=2)}"
    weights = "by skill" if pooling.text("weights") == "by skill" else "equal for all"
    return (
        f"{counted(len(rows), 'question')} with two analysts or more. Pooled is the mean of their "
        f"log odds, weights {weights}, {moved}."
    )


def _gate(pooling: Row) -> list[Block]:
    factor, weights = pooling.within("factor_gate"), pooling.within("weights_gate")
    if not factor.text("reason"):
        return []
    asked_for = number(pooling.number("factor_estimate"), places=2)
    estimate = f" Outcomes ask for {asked_for}." if pooling.number("resolved") else ""
    in_force = "In force" if factor.flag("passed") else "Not in force, so it is 1"
    by_skill = "In force" if weights.flag("passed") else "Not in force, so all are equal"
    apart = (
        " No difference between analysts is larger than chance."
        if pooling.number("resolved") and pooling.number("credibility") is None
        else ""
    )
    return [
        Facts(
            (
                (
                    "Extremising factor",
                    f"{in_force}.{estimate} {clean(factor.text('reason'))}",
                ),
                ("Weights by skill", f"{by_skill}.{apart} {clean(weights.text('reason'))}"),
            ),
            title="What the gate lets through",
        )
    ]


def _scores(scores: Row) -> list[Block]:
    if scores.number("n") is None:
        return []
    names = (
        ("Pooled", "pooled"),
        ("Plain mean of log odds", "plain_mean"),
        ("Average analyst", "individuals"),
    )
    shown = table(
        f"Scores over {counted(int(scores.number('n') or 0), 'resolved question')}, as of the day "
        "on which all had spoken; lower is better",
        ("What", "Brier", "Log score, nats"),
        [
            (
                name,
                number(scores.within(key).number("brier")),
                number(scores.within(key).number("log_score")),
            )
            for name, key in names
        ],
        numeric=("Brier", "Log score, nats"),
    )
    why = (
        "In log score the plain mean cannot do worse than the average analyst, whatever happens: "
        "that it does better is no evidence. What counts is whether pooled beats the plain mean."
    )
    return [shown, Paragraph(why, "quiet")]


def _is_apart(row: Row) -> bool:
    return row.text("state") in UNDECIDED and bool(row.text("far_apart"))


def _apart(row: Row) -> str:
    return f"{clean(row.text('far_apart'))}, on {clean(row.text('question'))}"


def _all(rows: tuple[Row, ...]) -> Table:
    return table(
        "All questions with two analysts or more; the range and the spread (standard deviation of "
        "log odds) of a decided one are those of the day on which all had spoken",
        ("Question", "Analysts", "Range", "Spread", "Pooled", "State", "Brier", "Average Brier"),
        [
            (
                clean(one.text("question"), longest=60),
                count(one.number("analysts")),
                _ends(one, _prefix(one)),
                number(one.number(f"{_prefix(one)}spread"), places=2),
                percent(_pooled(one)),
                f"{mark_of(one.text('state'))} {clean(one.text('state'))}",
                number(one.number("brier")) if one.flag("scored") else _RANGE,
                number(one.number("individual_brier")) if one.flag("scored") else _RANGE,
            )
            for one in rows
        ],
        numeric=("Analysts", "Range", "Spread", "Pooled", "Brier", "Average Brier"),
    )


def _prefix(row: Row) -> str:
    """Whether what is told is of now, or of the day on which all had spoken."""
    return "" if row.text("state") in UNDECIDED else "first_"


def _pooled(row: Row) -> float | None:
    return row.number("first_pooled" if _prefix(row) else "pooled_live")


def _ends(row: Row, prefix: str) -> str:
    low, high = row.number(f"{prefix}lowest"), row.number(f"{prefix}highest")
    if low is None or high is None:
        return _RANGE
    return f"{percent(low)} to {percent(high)}"


def _one(row: Row) -> list[Block]:
    name = clean(row.text("question"))
    opinions = row.records("opinions")
    blocks: list[Block] = [_side_by_side(row, opinions)]
    figure = _figure(row, opinions)
    if figure is not None:
        blocks.insert(0, figure)
    if row.text("not_scored"):
        blocks.append(Paragraph(f"Not scored: {clean(row.text('not_scored'))}.", "quiet"))
    asked = clean(row.text("question_text"), longest=300)
    state = f"{mark_of(row.text('state'))} {clean(row.text('state'))}"
    return [Details(f"{name}: {asked} {state}", tuple(blocks))]


def _side_by_side(row: Row, opinions: tuple[Row, ...]) -> Table:
    spoken = row.text("all_spoken_on") or "not available"
    return table(
        f"What each holds of {clean(row.text('question'))}; all had spoken on {spoken}",
        ("Analyst", "Judgment", "Stands now", "Live", "Pooled as", "Weight", "When all had spoken"),
        [
            (
                clean(one.text("analyst")),
                Cell(clean(one.text("judgment")), f"#{anchor(one.text('judgment'))}"),
                f"{clean(one.text('text'))} ({percent(one.number('stated'))})",
                percent(one.number("live")),
                percent(one.number("used")),
                percent(one.number("weight")),
                percent(one.number("first")),
            )
            for one in opinions
        ]
        + [
            (
                "Pooled",
                _RANGE,
                percent(row.number("pooled_stated")),
                percent(row.number("pooled_live")),
                percent(row.number("pooled_live")),
                _RANGE,
                percent(row.number("first_pooled")),
            )
        ],
        numeric=("Live", "Pooled as", "Weight", "When all had spoken"),
    )


def _figure(row: Row, opinions: tuple[Row, ...]) -> Figure | None:
    column = "first" if _prefix(row) else "used"
    pooled = _pooled(row)
    held = [(clean(one.text("analyst"), longest=60), one.number(column)) for one in opinions]
    told = [(name, value) for name, value in held if value is not None]
    if pooled is None or len(told) < 2:
        return None
    frame = pd.DataFrame(
        {
            "label": [*(name for name, _ in told), "pooled"],
            "probability": [*(value for _, value in told), pooled],
            "shown": [*(SHOWN[0] for _ in told), SHOWN[1]],
        }
    )
    said = ", ".join(f"{name} {percent(value)}" for name, value in told)
    day = f"on {row.text('all_spoken_on')}, when all had spoken" if _prefix(row) else "now"
    name = clean(row.text("question"), longest=60)
    return Figure(
        name=anchor(row.text("event")).replace("judgment-", "opinions-", 1),
        kind="opinions",
        alternative=f"Probabilities of {name} {day}: {said}; pooled {percent(pooled)}.",
        caption=f"A dot for each analyst, a diamond and a dashed line for the pooled one, {day}.",
        frames={"opinions": frame},
    )
