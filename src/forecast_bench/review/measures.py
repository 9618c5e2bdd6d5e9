"""Every measure of a record with its interval, what it is counted on and how it is to be read."""

from typing import Final

from forecast_bench.review.document import Block, Bullets, Details, Table, table
from forecast_bench.review.findings import SIGNED, finding, size_of
from forecast_bench.review.row import Row
from forecast_bench.review.wording import clean, count, ends, number

SCORES: Final = (
    (
        "Brier score",
        "brier",
        "(p \u2212 y)\u00b2, 0 to 1, lower is better; other tools print twice this",
    ),
    ("Log score", "log_score", "nats, p clamped to 0.0001 to 0.9999, lower is better"),
)
CORP: Final = (
    ("MCB", "mcb", "miscalibration: what recalibrating would gain; 0 is best"),
    ("DSC", "dsc", "discrimination: what telling cases apart gains; higher is better"),
    ("UNC", "unc", "uncertainty of the outcomes themselves; score = MCB \u2212 DSC + UNC"),
)
MURPHY: Final = (
    ("VI", "vi", "variability of the outcomes; Brier = VI + CI \u2212 DI"),
    ("CI", "ci", "calibration index; 0 is best"),
    ("DI", "di", "discrimination index; higher is better"),
    ("NDI", "ndi", "DI as a share of VI; 1 is best"),
    ("ANDI", "andi", "NDI corrected for the number of distinct statements"),
)
READINGS: Final = {
    "in_the_large": "mean of p less the share that occurred; above 0 is too high",
    "over_under": "mean of max(p, 1 \u2212 p) less the share on the right side; above 0 is "
    "over-confident",
    "from_base_rate": "how much further from base rates than events go; above 0 is too far",
}


def measure_blocks(measured: Row) -> list[Block]:
    """Two tables: measures with their findings, and both decompositions; then conventions."""
    blocks: list[Block] = [_measures(measured), _decompositions(measured)]
    said = measured.texts("conventions")
    if said:
        blocks.append(Details("Conventions", (Bullets(tuple(clean(one) for one in said)),)))
    return blocks


def _measures(measured: Row) -> Table:
    rows = [_row(measured, name, key, what) for name, key, what in SCORES]
    against = clean(measured.text("skill_against")) or "not named"
    having = measured.number("skill_n")
    on = "" if having is None else f", n = {count(having)}"
    rows.append(
        _row(
            measured, f"Skill against {against}", "skill", f"1 is best, 0 is no gain{on}", places=2
        )
    )
    if measured.number("skill_climatology") is not None:
        rows.append(
            _row(
                measured,
                "Skill against the share that occurred",
                "skill_climatology",
                "which nobody could know beforehand; 1 is best, 0 is no gain",
                places=2,
            )
        )
    rows += [
        (*_row(measured, name, key, READINGS[key])[:3], finding(measured, key), READINGS[key])
        for key, name in SIGNED.items()
    ]
    if measured.number("roc_area") is not None:
        rows.append(
            _row(
                measured,
                "ROC area",
                "roc_area",
                "chance that what occurred was given more than what did not; 0.5 is none, 1 best",
                places=2,
            )
        )
    return table(
        f"Measures ({size_of(measured)}; intervals clustered by question and situation)",
        ("Measure", "Value", "90 % interval", "Finding", "How to read it"),
        list(rows),
        numeric=("Value", "90 % interval"),
    )


def _row(measured: Row, name: str, key: str, what: str, *, places: int = 3) -> tuple[str, ...]:
    between = ends(measured.number(f"{key}_low"), measured.number(f"{key}_high"), places=places)
    return (name, number(measured.number(key), places=places), between, "\u2013", what)


def _decompositions(measured: Row) -> Details:
    doubt = ""
    if not measured.flag("murphy_judgeable"):
        doubt = (
            "; Murphy's parts say little: "
            f"{count(measured.number('distinct_values'))} distinct statements among "
            f"{count(measured.number('n'))}"
        )
    log = tuple((name, f"log_{key}", what) for name, key, what in CORP)
    shown = [("Brier, CORP", CORP), ("Brier, Murphy", MURPHY), ("Log score, CORP", log)]
    rows = [
        (of, *_row(measured, name, key, what)[:3], what)
        for of, parts in shown
        for name, key, what in parts
        if measured.number(key) is not None or of != "Log score, CORP"
    ]
    lean = "intervals by a bootstrap of whole clusters, which leans upward for MCB, DSC, CI and DI"
    return Details(
        "The parts of both scores",
        (
            table(
                f"Decompositions ({size_of(measured)}; {lean}){doubt}",
                ("Of", "Part", "Value", "90 % interval", "What it is"),
                list(rows),
                numeric=("Value", "90 % interval"),
            ),
        ),
    )
