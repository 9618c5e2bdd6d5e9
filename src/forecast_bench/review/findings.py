"""What is wrong with a record, and what is not: sentences for the verdicts of its measures."""

import math
from typing import Final

from forecast_bench.reliability import FAULTS, NO_FAULT
from forecast_bench.review.document import Block, Bullets, Paragraph
from forecast_bench.review.row import Row, rows_of
from forecast_bench.review.run import Run
from forecast_bench.review.wording import (
    capitalised,
    clean,
    count,
    ends,
    interval,
    listed,
    percent,
    points,
)

SIGNED: Final = {
    "in_the_large": "Stated too high or too low",
    "over_under": "Over- or under-confident",
    "from_base_rate": "Too far from base rates, or too near",
}
"""How the signed measures are called, in the order in which a review names them."""


def size_of(measured: Row) -> str:
    """How much there is to judge from."""
    return f"n = {count(measured.number('n'))} judgments, effective n = " + count(
        measured.number("effective_n")
    )


def too_few(measured: Row) -> str:
    """Why nothing is judged; empty where there is enough."""
    if measured.flag("judgeable"):
        return ""
    least = measured.number("least") or measured.number("least_outcomes")
    effective = measured.number("effective_n")
    needed = f" of the {count(least)} needed" if least is not None else ""
    groups = measured.number("clusters")
    few_groups = (
        least is not None and groups is not None and groups < least and (effective or 0) >= least
    )
    if few_groups:
        return (
            f"Too few to judge: {count(groups)} groups without a question or situation in common"
            f"{needed}."
        )
    return f"Too few to judge: effective n = {count(effective)}{needed}."


def faults_of(measured: Row) -> tuple[str, ...]:
    """Faults that the verdict names; empty where it names none or there is too little."""
    said = measured.text("verdict")
    known = {fault for pair in FAULTS.values() for fault in pair}
    return tuple(one for one in said.split(", ") if one in known)


def finding(measured: Row, name: str) -> str:
    """What the verdict says of one signed measure."""
    if measured.number(name) is None:
        return "not measured"
    if not measured.flag("judgeable"):
        return "too few to judge"
    found = [one for one in faults_of(measured) if one in FAULTS[name]]
    return found[0] if found else NO_FAULT


def findings(run: Run) -> list[Block]:
    """Say at once what is wrong with the record and what is not."""
    measured = Row(run.calibration)
    warning = too_few(measured)
    if warning:
        more = "No sentence below says that anything is right or wrong with the record."
        return [Paragraph(warning, "caveat"), Paragraph(more, "quiet")]
    faults = faults_of(measured)
    least = measured.number("least") or measured.number("least_outcomes")
    reached = f", at least the {count(least)} needed" if least is not None else ""
    size = f"{size_of(measured)}{reached}."
    if not measured.text("verdict"):
        return [Paragraph(f"{size} The run gives no verdict.", "lead")]
    phrases = _phrases(run)
    if not faults:
        off = " of the record as a whole; of its phrases, see below" if phrases[0] else ""
        lead = Paragraph(f"No fault found{off}: {size}", "lead")
    else:
        lead = Paragraph(f"{capitalised(listed(faults))}: {size}", "lead")
    wrong = [_sentence(run, measured, name) for name in FAULTS if _is_fault(measured, name)]
    wrong += phrases[0]
    right = [_cleared(measured, name) for name in FAULTS if not _is_fault(measured, name)]
    right += phrases[1]
    blocks: list[Block] = [lead]
    if wrong:
        blocks += [Paragraph("What is wrong:", "caveat"), Bullets(tuple(wrong), "caveat")]
    if right:
        blocks += [Paragraph("What is not found wrong:"), Bullets(tuple(right), "quiet")]
    no_proof = (
        "Of sound records one in ten is said to have a fault. Where none is found, that is no "
        "proof that there is none: a small fault in a small record is not seen."
    )
    return [*blocks, Paragraph(no_proof, "quiet")]


def _is_fault(measured: Row, name: str) -> bool:
    return finding(measured, name) in FAULTS[name]


def _sentence(run: Run, measured: Row, name: str) -> str:
    value = measured.number(name) or 0.0
    fault = finding(measured, name)
    between = ends(
        measured.number(f"{name}_low"), measured.number(f"{name}_high"), places=1, times=100
    )
    doubt = f"(90 % interval {between})"
    size = points(abs(value), signed=False)
    if name == "in_the_large":
        occurred = measured.number("climatology")
        stated = None if occurred is None else occurred + value
        return (
            f"{capitalised(fault)}: {percent(stated)} was stated on average and "
            f"{percent(occurred)} occurred; {points(value)} {doubt}."
        )
    if name == "over_under":
        return (
            f"{capitalised(fault)}: {_how_sure(run, value)}; {points(value)} {doubt}. "
            f"{_example(run, value)}"
        ).rstrip()
    way = "not as far from the base rates as" if value > 0 else "further from the base rates than"
    return f"{capitalised(fault)}: what occurs lies {way} what was stated, by {size} {doubt}."


def _how_sure(run: Run, value: float) -> str:
    """How sure the record is of the side it leans to, and how often it is right."""
    rows = rows_of(run.reliability)
    n = sum(one.number("n") or 0.0 for one in rows)
    if not n:
        return "too sure of its side" if value > 0 else "not sure enough of its side"
    p_n = [(one.number("probability") or 0.0, one.number("n") or 0.0) for one in rows]
    sure = sum(max(p, 1.0 - p) * many for p, many in p_n) / n
    return (
        f"{percent(sure)} sure on average of the side it leans to, and right "
        f"{percent(sure - value)} of the time"
    )


def _example(run: Run, value: float) -> str:
    """The statement that shows it best: furthest off for its number, outside its band."""
    best, most = None, 0.0
    for one in rows_of(run.reliability):
        stated, share, pooled, low, high = (
            math.nan if seen is None else seen
            for name in ("probability", "frequency", "recalibrated", "band_low", "band_high")
            for seen in [one.number(name)]
        )
        too_sure = (1.0 if stated >= 0.5 else -1.0) * (stated - share)
        weight = too_sure * value * (one.number("n") or 0.0)
        if (pooled < low or pooled > high) and weight > most:
            best, most = one, weight
    if best is None:
        return ""
    return (
        f"It says {percent(best.number('probability'))}, and {percent(best.number('frequency'))} "
        f"come true ({count(best.number('occurred'))} of {count(best.number('n'))})."
    )


def _cleared(measured: Row, name: str) -> str:
    value = measured.number(name)
    what = {
        "in_the_large": "neither stated too high nor too low, as a whole",
        "over_under": "neither over- nor under-confident",
        "from_base_rate": "neither too far from base rates nor too near",
    }[name]
    if value is None:
        return f"Not measured, {what}: no judgment has a base rate."
    between = ends(
        measured.number(f"{name}_low"), measured.number(f"{name}_high"), places=1, times=100
    )
    low, high = measured.number(f"{name}_low"), measured.number(f"{name}_high")
    near = ""
    if low is not None and high is not None and not low <= 0.0 <= high:
        near = "; by itself clear of 0, but not where all measures share one false alarm in ten"
    return f"{capitalised(what)}: {points(value)} (90 % interval {between}{near})."


def _phrases(run: Run) -> tuple[list[str], list[str]]:
    """Phrases outside their band, and the others."""
    wrong, inside, open_still = [], [], []
    for one in rows_of(run.phrases):
        if not one.number("n"):
            continue
        name = clean(one.text("phrase"), longest=60)
        verdict = one.text("verdict")
        if verdict in OFTEN:
            wrong.append(
                f"\u201c{name}\u201d ({interval(one.number('band_low'), one.number('band_high'))}) "
                f"{OFTEN[verdict]}: {count(one.number('occurred'))} of {count(one.number('n'))}, "
                f"posterior mean {percent(one.number('posterior_mean'))} "
                f"({interval(one.number('low'), one.number('high'))})."
            )
        elif verdict == "inside":
            inside.append(name)
        else:
            open_still.append(name)
    right = [f"As often true as their band says: {listed(inside)}."] if inside else []
    if open_still:
        right.append(f"Cannot be told yet of these phrases: {listed(open_still)}.")
    return wrong, right


OFTEN: Final = {
    "below": "comes true less often than its band says",
    "above": "comes true more often than its band says",
}
"""In words, the verdicts on a phrase that lies outside its band."""
