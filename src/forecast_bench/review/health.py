"""Whether the fitted models may be believed: state, gate, diagnostics, map, pictures."""

from typing import Final

from forecast_bench.review.document import Block, Details, Facts, Figure, Paragraph, Section, table
from forecast_bench.review.model_checks import PREDICTIVE, left_out_blocks, predictive_blocks
from forecast_bench.review.rate_health import rate_blocks
from forecast_bench.review.row import Row, rows_of
from forecast_bench.review.run import Run
from forecast_bench.review.wording import (
    anchor,
    capitalised,
    clean,
    count,
    counted,
    interval,
    listed,
    number,
    percent,
)

_PICTURES: Final = {
    "rank": "Rank plot of the chains: even bars where they agree",
    "energy": "Energy of the sampler: marginal and transition should overlap",
    "forest": "Effects with their credible intervals",
    "scales": "Spread between groups, with its uncertainty",
    "pair": "The two parameters with the smallest effective sample sizes, one over the other",
}


def health_section(run: Run) -> Section:
    """The recalibration, its gate and its diagnostics; then the models of rates."""
    title = "Model health"
    values = run.manifest.get("recalibration")
    if not values:
        why = "Not available, because the run records no recalibration."
        return Section("models", title, (Paragraph(why, "absent"),))
    row = Row(values)
    state = clean(row.text("state")) or "none"
    reason = capitalised(clean(row.text("reason")))
    in_force = "The map is in force." if state == "active" else "No map is in force: stated stays."
    blocks: list[Block] = [
        Paragraph(
            f"Recalibration: {state}. {in_force} {reason.rstrip('.')}.".replace(" .", ""), "lead"
        ),
    ]
    facts = _facts(row)
    if facts:
        blocks.append(Facts(tuple(facts), title="The gate"))
    blocks += _diagnostics(row.within("diagnostics"))
    blocks += _map(run, state)
    blocks += _effects(run)
    blocks += predictive_blocks(run, row)
    blocks += left_out_blocks(row)
    blocks += rate_blocks(run)
    blocks += _pictures(run)
    return Section("models", title, tuple(blocks))


def _facts(row: Row) -> list[tuple[str, str]]:
    found = _in_force(row.within("in_force"))
    if row.text("id"):
        found.append(("The latest fit is map", row.text("id")))
    if row.number("gain") is not None:
        ends = f"{number(row.number('low'))} to {number(row.number('high'))}"
        found.append(
            (
                "Gain in log score out of sample, nats",
                f"{number(row.number('gain'))}, 90 % interval {ends}; above 0 is needed",
            )
        )
    if row.number("questions") is not None:
        found.append(
            (
                "Fitted on",
                f"{count(row.number('outcomes'))} outcomes of "
                f"{count(row.number('questions'))} questions",
            )
        )
    if row.number("slope") is not None:
        ends = f"{number(row.number('slope_low'), places=2)} to "
        ends += number(row.number("slope_high"), places=2)
        found.append(
            (
                "Slope on the log-odds scale; under 1 is over-confident",
                f"{number(row.number('slope'), places=2)}, 90 % credible interval {ends}",
            )
        )
    if "fitted" in row.values:
        found.append(("This run", _made(row)))
    if row.text("data_hash"):
        found.append(("Data", row.text("data_hash")))
    if row.text("seed"):
        found.append(("Seed", row.text("seed")))
    return found


def _made(row: Row) -> str:
    """Whether the fit is new, and how old it is where it is not."""
    age = row.within("fit")
    if row.flag("fitted"):
        return "fitted anew"
    if not age.values:
        return "reused the last fit"
    days = counted(int(age.number("days_old") or 0), "day")
    said = f"reused the fit made for {age.text('made_for')}, {days} before"
    if age.text("when") == "never":
        said += "; outcomes known since are not in it, since no fit was to be made"
    return said


def _in_force(row: Row) -> list[tuple[str, str]]:
    """What is in force, and what it has gained since; nothing where no map is."""
    if not row.values:
        return []
    since = row.within("gain_since")
    why = clean(row.text("because"))
    return [
        ("In force", f"map {row.text('id')} since {row.text('since')}: {why}"),
        ("It makes", clean(row.text("correction"))),
        (f"Gain since, on {count(since.number('judged'))} judgments", clean(since.text("reason"))),
    ]


def _diagnostics(row: Row) -> list[Block]:
    if not row.values:
        return [Paragraph("Diagnostics: not available, because nothing was fitted.", "absent")]
    passed = row.flag("passed")
    reasons = row.values.get("reasons") or ()
    why = f": {listed(clean(str(one)) for one in reasons)}" if len(reasons) else ""
    bulk, tail = (number(row.number(name), places=0) for name in ("ess_bulk", "ess_tail"))
    verdict = "Diagnostics passed." if passed else f"Diagnostics failed{why}."
    name = clean(row.text("r_hat_parameter"))
    worst = f" (largest at {name})" if name else ""
    return [
        Paragraph(verdict, "plain" if passed else "alarm"),
        table(
            "Diagnostics of the recalibration model",
            ("Measure", "Value", "Needed"),
            [
                (f"r-hat{worst}", number(row.number("r_hat")), "at most 1.01"),
                (
                    "Bulk effective sample size",
                    bulk,
                    "at least 400",
                ),
                (
                    "Tail effective sample size",
                    tail,
                    "at least 400",
                ),
                ("Divergences", count(row.number("divergences")), "0"),
                ("E-BFMI", number(row.number("e_bfmi"), places=2), "at least 0.3"),
            ],
            numeric=("Value",),
        ),
    ]


def _map(run: Run, state: str) -> list[Block]:
    if run.recalibration_map is None or run.recalibration_map.empty:
        return [Paragraph("Recalibration map: not available, because none was fitted.", "absent")]
    frame = run.recalibration_map.sort_values("probability").reset_index(drop=True)
    picked = [frame.iloc[(frame["probability"] - at).abs().argmin()] for at in (0.1, 0.5, 0.9)]
    said = "; ".join(
        f"{percent(float(one['probability']))} becomes {percent(float(one['median']))} "
        f"({interval(float(one['low']), float(one['high']))})"
        for one in picked
    )
    force = "in force" if state == "active" else f"{state}, not in force"
    return [
        Figure(
            name="recalibration",
            kind="recalibration",
            alternative=f"Recalibration map ({force}): {said}.",
            caption="Median of the fitted map with its 90 % credible interval; dots: no change.",
            source=f"Fitted on {count(_fitted_on(run))} outcomes of this workspace.",
            frames={"map": frame},
            options={"title": f"Recalibration map: {force}", "warning": ""},
        )
    ]


def _fitted_on(run: Run) -> float | None:
    """Outcomes behind the map that is shown: the one in force, else the latest."""
    row = Row(run.manifest["recalibration"])
    return (row.within("in_force") if row.within("in_force").values else row).number("outcomes")


def _effects(run: Run) -> list[Block]:
    if run.effects is None or run.effects.empty:
        return []
    shown = table(
        "Effects on the log-odds scale, with 90 % credible intervals: a shift moves every "
        "statement (0 is none), a slope under 1 is over-confident; below and above are the "
        "posterior probabilities of either side of none",
        ("Group", "Level", "Quantity", "Median", "Low", "High", "Below", "Above", "Reading"),
        [
            (
                clean(one.text("group")),
                clean(one.text("level")),
                clean(one.text("quantity")) or "shift",
                number(one.number("median"), places=2),
                number(one.number("low"), places=2),
                number(one.number("high"), places=2),
                number(one.number("below"), places=2),
                number(one.number("above"), places=2),
                clean(one.text("statement")) or "\u2013",
            )
            for one in rows_of(run.effects)
        ],
        numeric=("Median", "Low", "High", "Below", "Above"),
    )
    return [Details(f"{counted(len(run.effects), 'effect')} of groups", (shown,))]


def _pictures(run: Run) -> list[Block]:
    if not run.pictures:
        return []
    r_hat = number(
        Row(run.manifest.get("recalibration") or {}).within("diagnostics").number("r_hat")
    )
    figures = tuple(
        Figure(
            name=f"model-{anchor(name).removeprefix('judgment-')}",
            kind="image",
            alternative=f"{words}; r-hat {r_hat}.",
            caption=f"{words}.",
            picture=run.pictures[name],
        )
        for name in run.pictures
        if name != PREDICTIVE
        for words in [_PICTURES.get(name, f"Diagnostic picture: {clean(name)}")]
    )
    return [Details("Diagnostic pictures", figures)]
