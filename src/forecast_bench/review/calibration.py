"""How reliable the record is: what is wrong with it, its diagram, its measures, its parts."""

from typing import Final

import pandas as pd

from forecast_bench.review.cells import cell_blocks
from forecast_bench.review.discrimination import discrimination_blocks
from forecast_bench.review.document import Figure, Paragraph, Section, table
from forecast_bench.review.findings import findings, size_of, too_few
from forecast_bench.review.measures import measure_blocks
from forecast_bench.review.over_time import over_time_blocks
from forecast_bench.review.row import Row, rows_of
from forecast_bench.review.run import Run
from forecast_bench.review.sources import all_sources_line
from forecast_bench.review.wording import clean, count, interval, percent

# Share of the width of the figure that a name standing upright takes up.
_NAME_WIDTH: Final = 0.04


def calibration_section(run: Run) -> Section:
    """What is wrong and what is not, the diagram, every measure, discrimination, time, parts."""
    title = "How reliable the record is"
    measured = Row(run.calibration)
    if not measured.number("n"):
        why = (
            "Not available, because no judgment is in calibration yet (n = 0): none has both a "
            "number and an outcome, or its window has not ended."
        )
        return Section("calibration", title, (Paragraph(why, "absent"),))
    blocks = findings(run)
    if not run.reliability.empty:
        blocks.append(_diagram(run, size_of(measured), too_few(measured)))
    blocks += measure_blocks(measured)
    blocks += discrimination_blocks(run)
    blocks += over_time_blocks(run)
    blocks += cell_blocks(run)
    return Section("calibration", title, tuple(blocks))


def _diagram(run: Run, size: str, warning: str) -> Figure:
    rows = rows_of(run.reliability.sort_values("probability"))
    pooled = [one.number("recalibrated") for one in rows]
    stated = [one.number("probability") for one in rows]
    last = [
        max(p for p, r in zip(stated, pooled, strict=True) if r == here and p is not None)
        for here in pooled
    ]
    names = ("probability", "n", "frequency", "recalibrated", "band_low", "band_high")
    frame = run.reliability.sort_values("probability")[list(names)].assign(pooled_to=last)
    said = "; ".join(
        f"stated {percent(one.number('probability'))}: {percent(one.number('frequency'))} of "
        f"{count(one.number('n'))} occurred, pooled {percent(one.number('recalibrated'))}"
        for one in rows
    )
    behind = table(
        "Numbers behind the reliability diagram",
        ("Stated", "n", "Occurred", "Observed share", "Pooled (CORP)", "90 % consistency band"),
        [
            (
                percent(one.number("probability")),
                count(one.number("n")),
                count(one.number("occurred")),
                percent(one.number("frequency")),
                percent(one.number("recalibrated")),
                interval(one.number("band_low"), one.number("band_high")),
            )
            for one in rows
        ],
        numeric=("Stated", "n", "Occurred", "Observed share", "Pooled (CORP)"),
    )
    return Figure(
        name="reliability",
        kind="reliability",
        alternative=f"Reliability diagram, {size}. {warning} {said}.",
        caption="Diamonds are pooled values (isotonic regression, ties pooled first); a bar joins "
        "those that share one. The shaded bars are consistency bands: where a reliable record of "
        "this size would lie nine times in ten. They are not credible intervals. Strips "
        "behind: the bands of the phrases in use.",
        source=all_sources_line(run),
        frames={"reliability": frame, "bands": _bands(run)},
        options={"title": size, "warning": warning},
        behind=behind,
    )


def _bands(run: Run) -> pd.DataFrame:
    """Bands of the phrases in use, with a place for each name that no other name covers.

    Of several lexicons the one with the most judgments is shown.
    """
    names = ["phrase", "low", "high", "label_at", "shade"]
    rows = [one for one in rows_of(run.phrases) if one.number("n")]
    if not rows:
        return pd.DataFrame(columns=names)
    many: dict[str, float] = {}
    for one in rows:
        many[one.text("lexicon")] = many.get(one.text("lexicon"), 0.0) + (one.number("n") or 0.0)
    first = max(many, key=lambda name: many[name])
    bands = sorted(
        (one.number("band_low") or 0.0, one.number("band_high") or 0.0, one.text("phrase"))
        for one in rows
        if one.text("lexicon") == first and one.number("band_low") is not None
    )
    bands.sort(key=lambda one: one[0] + one[1])
    at = _apart([(low + high) / 2 for low, high, _ in bands])
    return pd.DataFrame(
        [
            (clean(phrase, longest=40), low, high, place, number % 2)
            for number, ((low, high, phrase), place) in enumerate(zip(bands, at, strict=True))
        ],
        columns=names,
    )


def _apart(places: list[float]) -> list[float]:
    """Move places in rising order until neighbours have room, and stay within 0 to 1."""
    moved = list(places)
    for at in range(1, len(moved)):
        moved[at] = max(moved[at], moved[at - 1] + _NAME_WIDTH)
    if moved and moved[-1] > 1.0:
        moved[-1] = 1.0
    for at in range(len(moved) - 2, -1, -1):
        moved[at] = min(moved[at], moved[at + 1] - _NAME_WIDTH)
    return moved
