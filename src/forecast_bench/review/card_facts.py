"""What a card says of one judgment, group by group; a group with nothing to say is left out."""

import math

from forecast_bench.review.document import Block, Bullets, Details, Facts, Paragraph
from forecast_bench.review.row import Row
from forecast_bench.review.stated import (
    first_stated,
    has_number,
    now_stated,
    readers_hear,
    revisions,
)
from forecast_bench.review.wording import (
    NOT_AVAILABLE,
    capitalised,
    clean,
    count,
    interval,
    number,
    percent,
)

Pair = tuple[str, str]


def _known(*pairs: tuple[str, str | None]) -> tuple[Pair, ...]:
    return tuple((name, text) for name, text in pairs if text)


def words(row: Row, *, brief: bool = False) -> Facts:
    """The statement as first made, its revisions, its confidence.

    `brief` leaves out what the head of the card says too, and who the readers were.
    """
    revised = revisions(row)
    return Facts(
        _known(
            ("First stated" if revised else "Stated", first_stated(row)),
            ("Revised", "; ".join(revised)),
            ("Stands now", now_stated(row) if revised and not brief else None),
            ("Readers hear", readers_hear(row, brief=brief)),
            (
                "Analytic confidence",
                clean(row.text("confidence")) or ("not stated" if has_number(row) else None),
            ),
        ),
        title="The words",
    )


def question(row: Row) -> Facts:
    """What settles it, in which window, under which condition."""
    window = ""
    if row.text("window_start") or row.text("window_end"):
        window = f"{row.text('window_start') or 'open'} to {row.text('window_end') or 'open'}"
        left = row.number("days_left")
        if left and row.text("state") == "open":
            window += f", {count(left)} days left"
    given = clean(row.text("given"))
    if given and row.text("given_state"):
        given += f" (condition: {clean(row.text('given_state'))})"
    about = row.text("about")
    return Facts(
        _known(
            ("Settled by", clean(row.text("question_text")) or NOT_AVAILABLE),
            ("Window", window),
            ("About the", about if about and about != "future" else None),
            ("Only if", given),
        ),
        title="The question",
    )


def base_rate(row: Row, *, brief: bool = False) -> Facts | None:
    """The base-rate card; None where history does not settle the question.

    `brief` leaves out the number, which the head of the card says.
    """
    if row.number("base_rate") is None:
        return None
    law = None
    if row.number("law_shape") is not None:
        law = (
            f"incidents a month: Gamma, shape {number(row.number('law_shape'))} over "
            f"{number(row.number('law_rate'))} months, drift included"
        )
    elif row.number("rate_mean") is not None:
        law = (
            f"incidents a month: {number(row.number('rate_mean'))} on average, a mixture of "
            f"{count(row.number('parameters_points'))} Gamma laws"
        )
    elif row.text("model"):
        law = f"the team's own model {clean(row.text('model'))}, fitted to the baseline"
        if row.number("model_fitted_to"):
            law += f" and, later, to {count(row.number('model_fitted_to'))} months of the window"
    return Facts(
        _known(
            ("Base rate at issue", None if brief else percent(row.number("base_rate"))),
            ("Baseline", clean(row.text("baseline_text"))),
            ("Threshold", clean(row.text("threshold_text"))),
            ("Law", law),
            ("Drift and dispersion", clean(row.text("parameters_text"))),
            ("By paths", _paths(row)),
        ),
        title="What history alone says",
    )


def _paths(row: Row) -> str | None:
    """Draws behind the odds and their errors; None where the odds are exact."""
    if row.number("path_draws") is None:
        return None
    worth = count(math.floor(row.number("path_effective_draws") or 0))
    errors = (
        f"{_points(row, 'base_rate', 'path_error_at_issue')} at issue, "
        f"{_points(row, 'after', 'path_error')} after the counts"
    )
    said = (
        f"{count(row.number('path_draws'))} draws, worth {worth} at the last date; "
        f"Monte Carlo standard error of the base rate {errors}"
    )
    if row.number("live") is None:
        return said
    return f"{said}, about {_points(row, 'live', *_ERRORS)} of the live probability"


_ERRORS = ("path_error_at_issue", "path_error")


def _points(row: Row, probability: str, *errors: str) -> str:
    """Errors of log odds, added up as independent, in percentage points of the probability."""
    at = row.number(probability) or 0.0
    width = math.hypot(*(row.number(one) or 0.0 for one in errors))
    return f"{number(100 * at * (1 - at) * width, places=2)} points"


def counted_noun(row: Row) -> str:
    """What the count of a question counts.

    Examples
    --------
    >>> counted_noun(Row({"question_kind": "reach"})), counted_noun(Row({"count": 1.0}))
    ('areas', 'incident')
    """
    in_a_row = " in a row" in row.text("threshold_text")
    noun = {
        "reach": "areas",
        "share": "matching incidents",
        "months": "successive months" if in_a_row else "qualifying months",
    }.get(row.text("question_kind"), "incidents")
    return noun.removesuffix("s") if row.number("count") == 1 else noun


def progress(row: Row) -> Facts | None:
    """Counts so far and what they did; None where nothing is counted."""
    if row.number("count") is None:
        return None
    elapsed, months = row.number("elapsed_months"), row.number("window_months")
    exposure = ""
    if elapsed is not None and months is not None:
        exposure = f" in {number(elapsed, places=1)} of {number(months, places=1)} months"
    unclear = row.number("ambiguous") or 0.0
    moved = capitalised(clean(row.text("moved_text")))
    parts = [row.number("moved_by_analyst"), row.number("moved_by_counts")]
    scale = ""
    if parts[1] is not None:
        scale = (
            f"analyst {number(parts[0], places=2)}, counts {number(parts[1], places=2)} "
            "(log odds; they add up)"
        )
    elif parts[0] is not None:
        scale = f"analyst {number(parts[0], places=2)}, counts without limit (log odds): decided"
    return Facts(
        _known(
            ("Counted", f"{count(row.number('count'))} {counted_noun(row)}{exposure}"),
            (
                "Ambiguous",
                f"{count(unclear)} further incidents under compound labels or at an edge, "
                "counted for nobody"
                if unclear
                else None,
            ),
            ("Base rate after", percent(row.number("after"))),
            ("What moved it", moved),
            ("In parts", scale),
        ),
        title="What the counts say",
    )


def outcome(row: Row) -> Facts:
    """State, evidence, how near it was, and whether it counts in calibration."""
    by = {"counts": "by counts", "hand": "by hand"}.get(row.text("resolved_by"), "")
    state = row.text("state") or NOT_AVAILABLE
    if row.text("outcome_on"):
        state += f" on {row.text('outcome_on')}"
    if by:
        state += f", settled {by}"
    if row.flag("early"):
        state += ", before its window ended"
    counted = "counted" if row.flag("in_calibration") else "not counted"
    note = clean(row.text("calibration_note"))
    return Facts(
        _known(
            ("Outcome", state),
            ("Reason", clean(row.text("state_reason"))),
            ("Evidence", clean(row.text("evidence"))),
            ("How near it was", clean(row.text("nearness"))),
            ("In calibration", f"{counted}{': ' + note if note else ''}"),
        ),
        title="Outcome",
    )


def scores(row: Row, *, brief: bool = False) -> Facts | None:
    """Scores with their conventions; None where the judgment is not scored.

    `brief` leaves the conventions to the page, which says them once, and the base rate's scores to
    the post-mortem.
    """
    if row.number("brier") is None:
        return None
    against = None
    if row.number("base_brier") is not None and not brief:
        against = (
            f"Brier {number(row.number('base_brier'))}, "
            f"log score {number(row.number('base_log_score'))}"
        )
    weighted = None
    if row.number("time_weighted_brier") is not None:
        weighted = (
            f"{number(row.number('time_weighted_brier'))} over "
            f"{percent(row.number('time_weighted_coverage'))} of the days"
        )
    skill = row.number("skill")
    return Facts(
        _known(
            ("Brier" if brief else "Brier (0 to 1, lower is better)", number(row.number("brier"))),
            (
                "Log score" if brief else "Log score (nats, lower is better)",
                number(row.number("log_score")),
            ),
            ("The base rate scored", against),
            (
                "Skill" if brief else "Skill against the base rate (1 is best, 0 no gain)",
                None if skill is None else number(skill, places=2),
            ),
            ("Time-weighted Brier", weighted),
        ),
        title="Scores",
    )


def basis(row: Row) -> Details | None:
    """Assumptions, indicators and sources; None where the record has none."""
    blocks: list[Block] = []
    assumptions = tuple(
        clean(one.text("text"))
        + (" (lynchpin)" if one.flag("lynchpin") else "")
        + (f"; basis: {clean(one.text('basis'))}" if one.text("basis") else "")
        for one in row.records("assumptions")
    )
    indicators = tuple(
        clean(one.text("text"))
        + (f" (would {clean(one.text('would'))} it)" if one.text("would") else "")
        for one in row.records("indicators")
    )
    cited = tuple(
        clean(one.text("ref") or one.text("text"))
        + (f" (graded {clean(one.text('grade'))})" if one.text("grade") else "")
        for one in row.records("sources")
    )
    for name, items in (
        ("Assumptions", assumptions),
        ("Indicators", indicators),
        ("Sources", cited),
    ):
        if items:
            blocks += [Paragraph(name, "lead"), Bullets(items)]
    return Details("Assumptions, indicators and sources", tuple(blocks)) if blocks else None


def record(row: Row, *, brief: bool = False) -> Details:
    """Where the judgment is written, and the prior in full; in brief, those two alone."""
    prior = None
    if row.number("prior_a") is not None:
        prior = (
            f"Beta({number(row.number('prior_a'), places=4)}, "
            f"{number(row.number('prior_b'), places=4)}), 90 % credible interval "
            f"{interval(row.number('prior_low'), row.number('prior_high'))}"
        )
    place = clean(row.text("file"))
    if place and row.number("line") is not None:
        place += f", line {count(row.number('line'))}"
    pairs = _known(("Written in", place), ("Prior", prior))
    if not brief:
        pairs += _known(
            ("Report", clean(row.text("report_title")) or clean(row.text("report"))),
            ("Report's source", clean(row.text("report_source"))),
            ("Lexicon", clean(row.text("lexicon"))),
            ("Question", clean(row.text("question"))),
            ("Counted from", clean(row.text("source"))),
            ("Situation", clean(row.text("situation"))),
            ("Note", clean(row.text("note"))),
        )
    nothing = (("Record", "the run holds nothing more on it"),)
    return Details("The record", (Facts(pairs or nothing),))
