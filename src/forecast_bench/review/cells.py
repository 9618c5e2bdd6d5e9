"""The record in parts: by phrase, analyst, team, topic, horizon, confidence and source grade."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from forecast_bench.review.document import Block, Bullets, Details, Paragraph, Table, table
from forecast_bench.review.findings import faults_of
from forecast_bench.review.row import Row, rows_of
from forecast_bench.review.run import Run
from forecast_bench.review.wording import (
    clean,
    count,
    counted,
    ends,
    listed,
    number,
)

ORDERS: Final = {
    "phrase": "in the order of the yardstick",
    "horizon": "from near to far",
    "confidence": "from low to high",
}
"""How the rows of a grouping are sorted, where not by name."""


def cell_blocks(run: Run) -> list[Block]:
    """What is wrong in which part, then a folded table for each grouping."""
    groups = {name: of for name, of in Row(run.calibration).within("by").items() if of}
    if not groups:
        return []
    cells = {name: tuple(cells_of(run, name)) for name in groups}
    judged = [
        (name, value, one)
        for name, found in cells.items()
        for value, one in found
        if one.flag("judgeable")
    ]
    total = sum(len(found) for found in cells.values())
    lead = f"{counted(total, 'part')} of the record; {count(len(judged)) if judged else 'none'} "
    lead += "can be judged."
    if judged:
        lead += " Each of these has its own chance of one in ten to be wronged: of many, some are."
    wrong = [
        f"{name} {clean(value, longest=60)}: {listed(faults_of(one))}"
        for name, value, one in judged
        if faults_of(one)
    ]
    blocks: list[Block] = [Paragraph(lead)]
    if wrong:
        blocks.append(Bullets(tuple(wrong), "caveat"))
    for name, found in cells.items():
        blocks.append(Details(f"By {clean(name)} ({len(found)})", (_table(clean(name), found),)))
    return blocks


def cells_of(run: Run, grouping: str) -> Iterator[tuple[str, Row]]:
    """Give each cell of a grouping with its value, in the order in which it is shown."""
    entries: Mapping[str, Any] = Row(run.calibration).within("by").within(grouping).values
    if grouping == "phrase":
        place = {one.text("phrase"): at for at, one in enumerate(rows_of(run.phrases))}
        names = sorted(entries, key=lambda name: (place.get(name, len(place)), name))
    else:
        # the measures come sorted by name, or in the grouping's own order
        names = list(entries)
    for name in names:
        yield name, Row(entries[name])


def cell_verdict(one: Row) -> str:
    """What is said of a cell: its faults, that none is found, or that it is too small."""
    if not one.flag("judgeable"):
        return "too few to judge"
    return clean(one.text("verdict")) or "not available"


_SCORES: Final = (
    *("n", "Effective n", "Brier", "90 % interval", "Skill", "In the large"),
    "90 % interval of it",
)


def _table(grouping: str, cells: tuple[tuple[str, Row], ...]) -> Table:
    order = ORDERS.get(grouping, "in the order of names")
    return score_table(
        f"By {grouping}, {order}: no order of merit (Brier 0 to 1, lower is better; skill against "
        "the base rates, 1 is best; in the large above 0 is stated too high)",
        grouping.capitalize(),
        cells,
    )


def score_table(caption: str, of: str, cells: Iterable[tuple[str, Row]]) -> Table:
    """Table of cells: the verdict, then the scores with their intervals; `of` heads the names."""
    return table(
        caption,
        (of, "Verdict", *_SCORES),
        [(clean(name, longest=60), cell_verdict(one), *_measures(one)) for name, one in cells],
        numeric=_SCORES,
    )


def _measures(one: Row) -> tuple[str, ...]:
    """The numbers of a cell: n, effective n, Brier, skill and in the large with their intervals."""
    return (
        count(one.number("n")),
        count(one.number("effective_n")),
        number(one.number("brier")),
        ends(one.number("brier_low"), one.number("brier_high"), places=2),
        number(one.number("skill"), places=2) if one.number("skill") is not None else "\u2013",
        number(one.number("in_the_large")),
        ends(one.number("in_the_large_low"), one.number("in_the_large_high"), places=2),
    )
