"""What the words were worth: each phrase, the reliability of the record, its scores."""

from collections.abc import Mapping
from typing import Any, Final

from forecast_bench.review.document import (
    Block,
    Details,
    Facts,
    Figure,
    Paragraph,
    Section,
    Table,
    table,
)
from forecast_bench.review.row import Row, rows_of
from forecast_bench.review.run import Run
from forecast_bench.review.sources import all_sources_line
from forecast_bench.review.wording import clean, count, interval, listed, number, percent

CORP: Final = (
    ("MCB", "mcb", "miscalibration: what recalibrating would gain; 0 is best"),
    ("DSC", "dsc", "discrimination: what telling cases apart gains; higher is better"),
    ("UNC", "unc", "uncertainty of the outcomes themselves; score = MCB - DSC + UNC"),
)
MURPHY: Final = (
    ("VI", "vi", "variability of the outcomes; Brier = VI + CI - DI"),
    ("CI", "ci", "calibration index; 0 is best"),
    ("DI", "di", "discrimination index; higher is better"),
    ("NDI", "ndi", "DI as a share of VI; 1 is best"),
    ("ANDI", "andi", "NDI corrected for the number of distinct statements"),
)


def phrase_section(run: Run) -> Section:
    """The phrase table as a picture and as a table."""
    title = "What each phrase was worth"
    if run.phrases.empty:
        why = "Not available, because the run has no phrase table."
        return Section("phrases", title, (Paragraph(why, "absent"),))
    blocks: list[Block] = []
    for lexicon, part in run.phrases.groupby("lexicon", sort=False):
        blocks += _lexicon(run, clean(str(lexicon)), rows_of(part))
    return Section("phrases", title, tuple(blocks))


def _label(row: Row) -> str:
    band = interval(row.number("band_low"), row.number("band_high"))
    return f"{clean(row.text('phrase'), longest=60)} ({band})"


def _lexicon(run: Run, lexicon: str, rows: tuple[Row, ...]) -> list[Block]:
    import pandas as pd

    frame = pd.DataFrame(
        {
            "label": [_label(one) for one in rows],
            **{
                name: [one.number(name) for one in rows]
                for name in ("band_low", "band_high", "posterior_mean", "low", "high")
            },
            "n": [one.number("n") or 0.0 for one in rows],
            "tally": [
                f"{count(one.number('occurred'))} of {count(one.number('n'))}"
                if one.number("n")
                else "n = 0"
                for one in rows
            ],
        }
    )
    frame = frame[frame["band_low"].notna()]
    used = [one for one in rows if one.number("n")]
    said = "; ".join(
        f"{_label(one)}: {count(one.number('occurred'))} of {count(one.number('n'))} came true, "
        f"posterior mean {percent(one.number('posterior_mean'))}"
        for one in used
    )
    said = said or "None has an outcome yet (n = 0)."
    figure = Figure(
        name=f"phrases-{''.join(c if c.isalnum() else '-' for c in lexicon)}",
        kind="phrases",
        alternative=f"{len(rows)} phrases of {lexicon}. {said}",
        caption="The bar is the band of the lexicon, the dot the posterior mean of the share that "
        "came true, the line its 90 % credible interval; at the right, how many came true. A "
        "phrase with n = 0 shows its band alone.",
        source=all_sources_line(run),
        frames={"phrases": frame},
        behind=None,
    )
    lead = f"{lexicon}: {len(used)} of {len(rows)} phrases have outcomes."
    return [Paragraph(lead, "lead"), figure, _phrase_table(lexicon, rows)]


def _phrase_table(lexicon: str, rows: tuple[Row, ...]) -> Table:
    return table(
        f"Phrases of {lexicon}: a verdict needs posterior probability 0.9",
        (
            "Phrase",
            "n",
            "Effective n",
            "Came true",
            "Posterior mean",
            "90 % credible interval",
            "Below / inside / above",
            "Verdict",
        ),
        [
            (
                _label(one),
                count(one.number("n")),
                count(one.number("effective_n")),
                count(one.number("occurred")),
                percent(one.number("posterior_mean")) if one.number("n") else "prior only",
                interval(one.number("low"), one.number("high")) if one.number("n") else "\u2013",
                " / ".join(percent(one.number(name)) for name in ("below", "inside", "above"))
                if one.number("n")
                else "\u2013",
                (clean(one.text("verdict")) or "cannot tell yet")
                if one.number("n")
                else "no outcome yet",
            )
            for one in rows
        ],
        numeric=(
            "n",
            "Effective n",
            "Came true",
            "Posterior mean",
            "90 % credible interval",
            "Below / inside / above",
        ),
    )


def calibration_section(run: Run) -> Section:
    """Reliability, scores with their conventions, both decompositions, biases."""
    title = "How reliable the record is"
    measured = Row(run.calibration)
    n = measured.number("n") or 0.0
    if not n:
        why = (
            "Not available, because no judgment is in calibration yet (n = 0): none has both a "
            "number and an outcome, or its window has not ended."
        )
        return Section("calibration", title, (Paragraph(why, "absent"),))
    warning = _warning(measured)
    size = f"n = {count(n)} judgments, effective n = {count(measured.number('effective_n'))}"
    blocks: list[Block] = [
        Paragraph(warning or _enough(measured, size), "caveat" if warning else "lead")
    ]
    if not run.reliability.empty:
        blocks.append(_diagram(run, size, warning))
    blocks += [_scores(measured, size), _decompositions(measured)]
    for group, entries in measured.within("by").items():
        if entries:
            blocks.append(Details(f"By {clean(group)}", (_by(clean(group), entries),)))
    return Section("calibration", title, tuple(blocks))


def _enough(measured: Row, size: str) -> str:
    least = measured.number("least") or measured.number("least_outcomes")
    reached = f", at least the {count(least)} needed" if least is not None else ""
    return f"{size}{reached}. The consistency bands show how much that can tell."


def _warning(measured: Row) -> str:
    if measured.flag("judgeable"):
        return ""
    least = measured.number("least") or measured.number("least_outcomes")
    effective = count(measured.number("effective_n"))
    needed = f" of the {count(least)} needed" if least is not None else ""
    return f"Too few to judge: effective n = {effective}{needed}."


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
        "this size would lie nine times in ten. They are not credible intervals.",
        source=all_sources_line(run),
        frames={"reliability": frame},
        options={"title": size, "warning": warning},
        behind=behind,
    )


def _scores(measured: Row, size: str) -> Facts:
    in_the_large, over = measured.number("in_the_large"), measured.number("over_under")
    # A sign is read as a verdict, so it does not stand without its doubt.
    doubt = "" if measured.flag("judgeable") else ", but too few to judge"
    against = clean(measured.text("skill_against")) or "not named"
    having = ""
    if measured.number("skill_n") is not None:
        having = f" (n = {count(measured.number('skill_n'))})"
    return Facts(
        (
            ("Brier score, 0 to 1, lower is better", number(measured.number("brier"))),
            ("Log score, nats, lower is better", number(measured.number("log_score"))),
            (
                f"Skill against {against}{having}, 1 is best, 0 is no gain",
                number(measured.number("skill"), places=2),
            ),
            (
                "Calibration in the large, mean stated minus share that occurred",
                _signed(
                    in_the_large, above=f"stated too high{doubt}", below=f"stated too low{doubt}"
                ),
            ),
            (
                "Over- or under-confidence",
                _signed(over, above=f"over-confident{doubt}", below=f"under-confident{doubt}"),
            ),
        ),
        title=f"Scores ({size})",
    )


def _signed(value: float | None, *, above: str, below: str) -> str:
    if not value:
        return number(value)
    return f"{number(value)} ({above if value > 0 else below})"


def _decompositions(measured: Row) -> Table:
    doubt = ""
    if not measured.flag("murphy_judgeable"):
        doubt = (
            "; Murphy's parts say little: "
            f"{count(measured.number('distinct_values'))} distinct statements among "
            f"{count(measured.number('n'))}"
        )
    return table(
        f"Both decompositions of the Brier score{doubt}",
        ("Of", "Part", "Value", "What it is"),
        [
            *(("CORP", name, number(measured.number(key)), what) for name, key, what in CORP),
            *(("Murphy", name, number(measured.number(key)), what) for name, key, what in MURPHY),
        ],
        numeric=("Value",),
    )


def _by(group: str, entries: Mapping[str, Any] | list[Any]) -> Table:
    """Measures by value of a group; the keys are those that every entry shares."""
    named = (
        entries.items()
        if isinstance(entries, Mapping)
        else ((str(one.get("level") or one.get("value")), one) for one in entries)
    )
    lines: list[tuple[str, ...]] = []
    for name, values in named:
        one = Row(values)
        judged = "yes" if one.flag("judgeable") else "too few to judge"
        lines.append(
            (
                clean(name),
                count(one.number("n")),
                count(one.number("effective_n")),
                number(one.number("brier")),
                number(one.number("log_score")),
                number(one.number("in_the_large")),
                judged,
            )
        )
    return table(
        f"Scores by {group} ({listed(['Brier 0 to 1', 'log score in nats'])}, lower is better)",
        (group.capitalize(), "n", "Effective n", "Brier", "Log score", "In the large", "Judgeable"),
        list(lines),
        numeric=("n", "Effective n", "Brier", "Log score", "In the large"),
    )
