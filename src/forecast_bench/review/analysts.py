"""The record of each analyst, in the order of names."""

from bisect import bisect_right
from typing import Final

from forecast_bench.review.cells import cells_of, score_table
from forecast_bench.review.document import Block, Details, Paragraph, Section, table
from forecast_bench.review.findings import OFTEN
from forecast_bench.review.row import Row, rows_of
from forecast_bench.review.run import Run
from forecast_bench.review.wording import clean, count, counted, ends, listed, number

NOTHING: Final = "\u2013"
_CAPTION: Final = (
    "Scores of each analyst (Brier 0 to 1, lower is better; skill against the base rates, 1 is "
    "best; in the large above 0 is stated too high; 90 % intervals, clustered)"
)


def analysts_section(run: Run) -> Section:
    """One row for each analyst: scores with intervals, verdict, effects, phrases."""
    title = "Analysts"
    cells = sorted(cells_of(run, "analyst"))
    if not cells:
        why = "Not available, because no judgment of an analyst is in calibration yet (n = 0)."
        return Section("analysts", title, (Paragraph(why, "absent"),))
    judged = [one for _, one in cells if one.flag("judgeable")]
    lead = (
        f"{counted(len(cells), 'analyst')} with outcomes; {count(len(judged))} can be judged. "
        "In the order of names."
    )
    blocks: list[Block] = [
        Paragraph(lead, "lead"),
        Paragraph(_no_ranking(judged), "caveat"),
        score_table(_CAPTION, "Analyst", cells),
    ]
    blocks += _faults(cells)
    blocks += _effects(run)
    blocks += _phrases(run, [name for name, _ in cells])
    return Section("analysts", title, tuple(blocks))


def _no_ranking(judged: list[Row]) -> str:
    """Why the rows are in no order of merit, with how many pairs the intervals tell apart."""
    why = (
        "This is no ranking: a score depends on how hard the questions were, and intervals say how "
        "little many scores mean."
    )
    ranges = [
        (low, high)
        for one in judged
        for low, high in [(one.number("skill_low"), one.number("skill_high"))]
        if low is not None and high is not None
    ]
    pairs = len(ranges) * (len(ranges) - 1) // 2
    if not pairs and len(judged) > 1:
        return f"{why} Without base rates there is no skill by which two could be compared."
    if not pairs:
        return f"{why} No two can be compared yet."
    lows = sorted(low for low, _ in ranges)
    # of each, those that lie wholly above it
    apart = sum(len(lows) - bisect_right(lows, high) for _, high in ranges)
    return (
        f"{why} Of {counted(pairs, 'pair')} who can be judged, the 90 % intervals of skill of "
        f"{count(apart)} do not overlap."
    )


def _faults(cells: list[tuple[str, Row]]) -> list[Block]:
    """The signed measures and the skill of each with their intervals, folded away."""

    def shown(one: Row, key: str) -> str:
        if one.number(key) is None:
            return NOTHING
        between = ends(one.number(f"{key}_low"), one.number(f"{key}_high"), places=2)
        return f"{number(one.number(key), places=2)} ({between})"

    made = table(
        "Signed measures and skill of each analyst, with 90 % intervals: above 0 is "
        "over-confident, and too far from base rates",
        ("Analyst", "Over- or under-confidence", "From base rates", "Skill", "n with a base rate"),
        [
            (
                clean(name, longest=60),
                *(shown(one, key) for key in ("over_under", "from_base_rate", "skill")),
                count(one.number("skill_n")),
            )
            for name, one in cells
        ],
        numeric=("Over- or under-confidence", "From base rates", "Skill", "n with a base rate"),
    )
    return [Details("Over- and under-confidence, distance from base rates, skill", (made,))]


def _effects(run: Run) -> list[Block]:
    if run.effects is None or run.effects.empty:
        return [Paragraph("Effects: not available, because no recalibration was fitted.", "absent")]
    found = sorted(
        (one for one in rows_of(run.effects) if one.text("group") == "analyst"),
        key=lambda one: (one.text("level"), one.text("quantity")),
    )
    if not found:
        return [Paragraph("Effects: the fitted recalibration has none of analysts.", "absent")]
    made = table(
        "Effects of the fitted recalibration, beside the whole team: a shift above 0 is true more "
        "often than stated, a slope under 1 is over-confident (90 % credible intervals)",
        ("Analyst", "Quantity", "Median", "90 % credible interval", "Reading"),
        [
            (
                clean(one.text("level"), longest=60),
                clean(one.text("quantity")) or "shift",
                number(one.number("median"), places=2),
                ends(one.number("low"), one.number("high"), places=2),
                clean(one.text("statement")) or NOTHING,
            )
            for one in found
        ],
        numeric=("Median", "90 % credible interval"),
    )
    return [Details(f"{counted(len(found), 'effect')} of the recalibration", (made,))]


def _phrases(run: Run, names: list[str]) -> list[Block]:
    """Which phrases each analyst uses, and which of them lie outside their band."""
    if run.analyst_phrases is None or run.analyst_phrases.empty:
        return []
    own: dict[str, list[Row]] = {}
    for one in rows_of(run.analyst_phrases):
        own.setdefault(one.text("analyst"), []).append(one)

    def used(rows: list[Row]) -> str:
        said = [f"{clean(o.text('phrase'), longest=60)} {count(o.number('n'))}" for o in rows]
        return listed(said) or NOTHING

    def off(rows: list[Row]) -> str:
        said = [
            f"{clean(one.text('phrase'), longest=60)} {OFTEN[one.text('verdict')]}"
            for one in rows
            if one.text("verdict") in OFTEN
        ]
        return "; ".join(said) or "none found"

    made = table(
        "The phrases of each analyst with how often they were used; outside the band from "
        "posterior probability 0.9 on, drawn towards what the phrase means to the others",
        ("Analyst", "Phrases", "Outside the band"),
        [
            (clean(name, longest=60), used(own.get(name, [])), off(own.get(name, [])))
            for name in names
        ],
    )
    return [Details("Their phrases", (made,))]
