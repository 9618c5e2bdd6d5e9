"""What a fitted model is held against: data drawn anew from it, and simpler models."""

from typing import Final

from forecast_bench.review.document import Block, Details, Figure, Paragraph, table
from forecast_bench.review.row import Row, rows_of
from forecast_bench.review.run import Run
from forecast_bench.review.wording import clean, count, counted, interval, number, percent

PREDICTIVE: Final = "predictive"
"""Name of the picture of replicated data."""

_MEASURES: Final = {
    "in_the_large": "Calibration in the large (stated less observed)",
    "over_under": "Over-confidence (confidence less share right)",
    "mcb": "Miscalibration (MCB, Brier)",
}
_MODELS: Final = {
    "identity": "Identity: as stated",
    "shift": "One shift for all",
    "slope": "One slope for all",
    "shift and slope": "Shift and slope, no groups",
    "full": "Full model",
}


def predictive_blocks(run: Run, row: Row) -> list[Block]:
    """Observed shares and measures beside those of replicated data; nothing where none are kept.

    Parameters
    ----------
    run : Run
        The run, for the picture and the shares.
    row : Row
        What the manifest says of the recalibration.
    """
    found = row.within("predictive")
    if not found.values:
        return []
    said = clean(found.text("statement"))
    blocks: list[Block] = [
        Paragraph(f"Replicated data: {said}"),
        table(
            f"Measures of the record and of {count(found.number('replicates'))} records drawn from "
            "the fitted model and from its prior: medians, 90 % intervals, and the share of "
            "replicates above what was observed, equal ones by half (p)",
            ("Measure", "Observed", "Replicated", "Interval", "p", "Prior interval", "Prior p"),
            [
                (
                    _MEASURES.get(one.text("measure"), clean(one.text("measure"))),
                    number(one.number("observed")),
                    number(one.number("median")),
                    f"{number(one.number('low'))} to {number(one.number('high'))}",
                    number(one.number("p_value"), places=2),
                    f"{number(one.number('prior_low'))} to {number(one.number('prior_high'))}",
                    number(one.number("prior_p_value"), places=2),
                )
                for one in map(Row, found.values.get("measures") or ())
            ],
            numeric=("Observed", "Replicated", "p", "Prior p"),
        ),
    ]
    if PREDICTIVE in run.pictures:
        blocks.append(
            Figure(
                name=f"model-{PREDICTIVE}",
                kind="image",
                alternative=f"Observed shares over replicated ones. {said}",
                caption="Share that occurred (points) over the 90 % intervals of replicated data: "
                "from the posterior (dark), from the prior (pale); number of outcomes in brackets.",
                picture=run.pictures[PREDICTIVE],
            )
        )
    return blocks + _shares(run)


def _shares(run: Run) -> list[Block]:
    if run.shares is None or run.shares.empty:
        return []
    shown = table(
        "Observed share and 90 % interval of the replicated share",
        ("By", "Level", "Outcomes", "Stated", "Observed", "Replicated", "Inside"),
        [
            (
                "stated value" if one.text("by") == "stated" else "phrase",
                clean(one.text("level")),
                count(one.number("n")),
                percent(one.number("stated")),
                percent(one.number("observed")),
                interval(one.number("low"), one.number("high")),
                "yes" if one.flag("inside") else "no",
            )
            for one in rows_of(run.shares)
        ],
        numeric=("Outcomes", "Stated", "Observed"),
    )
    return [Details(f"{counted(len(run.shares), 'observed share')} of replicated data", (shown,))]


def left_out_blocks(row: Row) -> list[Block]:
    """Simpler models beside the full one, on outcomes left out; nothing where none are kept.

    Parameters
    ----------
    row : Row
        What the manifest says of the recalibration.
    """
    rows = [Row(one) for one in row.values.get("left_out") or ()]
    if not rows:
        return []
    clusters = count(rows[0].number("clusters"))
    return [
        table(
            f"Log predictive density of each of {count(rows[0].number('outcomes'))} outcomes, left "
            f"out one at a time, nats; standard errors over {clusters} groups of outcomes with a "
            "common fate. Other outcomes of the same question are not left out with it",
            ("Model", "Sum", "Full model more", "Standard error", "Largest Pareto k", "Reading"),
            [
                (
                    _MODELS.get(one.text("model"), clean(one.text("model"))),
                    number(one.number("elpd"), places=1),
                    number(one.number("less"), places=1),
                    number(one.number("standard_error"), places=1),
                    number(one.number("largest_k"), places=2),
                    clean(one.text("statement")),
                )
                for one in rows
            ],
            numeric=("Sum", "Full model more", "Standard error", "Largest Pareto k"),
        )
    ]
