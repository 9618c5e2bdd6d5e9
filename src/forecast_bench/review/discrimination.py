"""How far the record tells what occurs from what does not, and whom that would have served."""

from typing import Final

import pandas as pd

from forecast_bench.review.document import Block, Figure, Paragraph, Table, table
from forecast_bench.review.figures.murphy import SHOWN
from forecast_bench.review.findings import size_of
from forecast_bench.review.row import Row, rows_of
from forecast_bench.review.run import Run
from forecast_bench.review.sources import all_sources_line
from forecast_bench.review.wording import count, ends, interval, listed, number, percent

FORECASTS: Final = {"stated": SHOWN[0], "recalibrated": SHOWN[1]}


def discrimination_blocks(run: Run) -> list[Block]:
    """The split by outcome with the ROC area, and the Murphy diagram against the base rates."""
    return [*_split(run), *_murphy(run)]


def _split(run: Run) -> list[Block]:
    measured = Row(run.calibration)
    if run.by_outcome is None or run.by_outcome.empty:
        why = "Discrimination: not available, because the run has no table of what was stated."
        return [Paragraph(why, "absent")]
    area = measured.number("roc_area")
    if area is None:
        all_of_a_kind = "all" if measured.number("mean_not") is None else "none"
        why = f"Discrimination: cannot be told, because {all_of_a_kind} of the events occurred."
        return [Paragraph(why, "absent")]
    did, did_not = measured.number("mean_occurred"), measured.number("mean_not")
    between = ends(measured.number("roc_area_low"), measured.number("roc_area_high"), places=2)
    doubt = "" if measured.flag("judgeable") else " Too few to judge."
    said = (
        f"ROC area {number(area, places=2)} (90 % interval {between}, {size_of(measured)}): of one "
        "event that occurred and one that did not, the first was given more in "
        f"{percent(area)} of pairs, ties counted half; 50\u00a0% is chance. What occurred had been "
        f"given {percent(did)} on average, what did not {percent(did_not)}.{doubt}"
    )
    means = pd.DataFrame({"outcome": ["occurred", "did not occur"], "mean": [did, did_not]})
    figure = Figure(
        name="outcomes",
        kind="outcomes",
        alternative=f"Stated probabilities of what occurred and of what did not. {said}",
        caption="Upper bars: of all that occurred, the share that had been given each probability; "
        "lower bars: the same of what did not occur. Where the two lie apart, the record tells "
        "cases from one another, whether or not its probabilities are right.",
        source=all_sources_line(run),
        frames={"outcomes": run.by_outcome, "means": means},
        options={
            "title": f"ROC area {number(area, places=2)} ({between})",
            "warning": doubt.strip(),
        },
        behind=_behind(rows_of(run.by_outcome)),
    )
    return [Paragraph(said), figure]


def _behind(rows: tuple[Row, ...]) -> Table:
    return table(
        "What was stated of what occurred and of what did not",
        ("Stated", "Occurred", "Did not", "Share of what occurred", "Share of what did not"),
        [
            (
                percent(one.number("probability")),
                count(one.number("occurred")),
                count(one.number("did_not")),
                percent(one.number("share_occurred")),
                percent(one.number("share_did_not")),
            )
            for one in rows
        ],
        numeric=("Occurred", "Did not", "Share of what occurred", "Share of what did not"),
    )


def _murphy(run: Run) -> list[Block]:
    if run.murphy is None or run.murphy.empty:
        why = "Gain over base rates: not available, because no judgment in calibration has one."
        return [Paragraph(why, "absent")]
    frame = run.murphy.assign(shown=run.murphy["forecast"].map(FORECASTS))
    stated = rows_of(frame[frame["forecast"] == "stated"])
    n = stated[0].number("n")
    better, worse = (_reach(stated, end=end, above=above) for end, above in ENDS)
    clear = _clear(better, "better") + _clear(worse, "worse")
    clear = clear or "At no threshold is the difference clear of zero. "
    doubt = "" if Row(run.calibration).flag("judgeable") else "Too few to judge. "
    again = ""
    if (frame["forecast"] == "recalibrated").any():
        again = " The map in force may have been fitted to these same outcomes, which flatters it."
    figure = Figure(
        name="murphy",
        kind="murphy",
        alternative=f"Gain over the base rates by threshold of action, n = {count(n)}. {clear}"
        f"{doubt}{_extremes(stated)}",
        caption="A user who acts whenever the probability exceeds a threshold loses by acting in "
        "vain and by not acting in time. Drawn is how much less is lost by acting on what was "
        "stated than on the base rates, for each threshold on the axis: above the line the "
        "statements serve such users better, below it the base rates do. Shaded: 90 % interval of "
        f"each threshold by itself.{again}",
        source=all_sources_line(run),
        frames={"murphy": frame},
        options={
            "title": f"Stated against base rates, n = {count(n)}",
            "warning": doubt.strip(),
        },
    )
    return [Paragraph(f"{clear}{doubt}".strip()), figure]


ENDS: Final = (("low", True), ("high", False))


def _reach(rows: tuple[Row, ...], *, end: str, above: bool) -> list[float]:
    """Thresholds whose interval is wholly above, or wholly below, zero."""
    found = []
    for one in rows:
        value, threshold = one.number(end), one.number("threshold")
        if value is not None and threshold is not None and (value > 0 if above else value < 0):
            found.append(threshold)
    return found


def _clear(thresholds: list[float], how: str) -> str:
    if not thresholds:
        return ""
    return (
        f"Clearly {how} than the base rates for users who act from {listed(_ranges(thresholds))} "
        "on (each threshold by itself). "
    )


def _ranges(thresholds: list[float]) -> list[str]:
    """Stretches of neighbouring thresholds, in per cent."""
    found: list[list[float]] = []
    for one in thresholds:
        if found and one - found[-1][-1] < 0.015:
            found[-1].append(one)
        else:
            found.append([one])
    return [percent(one[0]) if len(one) == 1 else interval(one[0], one[-1]) for one in found]


def _extremes(rows: tuple[Row, ...]) -> str:
    best = max(rows, key=lambda one: one.number("gain") or 0.0)
    worst = min(rows, key=lambda one: one.number("gain") or 0.0)
    return (
        f"Largest gain {number(best.number('gain'))} at {percent(best.number('threshold'))}, "
        f"smallest {number(worst.number('gain'))} at {percent(worst.number('threshold'))}."
    )
