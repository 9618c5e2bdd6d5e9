"""One card for each judgment."""

from collections.abc import Mapping

from forecast_bench.review import card_facts
from forecast_bench.review.curves import Judged, curve_figure, judged_rows
from forecast_bench.review.document import Card, Details, Number, Paragraph
from forecast_bench.review.post_mortem import told_details
from forecast_bench.review.row import Row
from forecast_bench.review.run import Run
from forecast_bench.review.sources import source_line
from forecast_bench.review.stated import has_number, now_stated
from forecast_bench.review.states import UNDECIDED, mark_of
from forecast_bench.review.story import FEW_MOVES, ToldMoves, story_of, told_moves
from forecast_bench.review.wording import anchor, clean, count, interval, percent

FULL_FIGURES = 60
"""Up to so many judgments, every one of them gets its full figure."""

FULL_IN_LARGE = 12
"""In a larger review, so many of those that moved or left their band get it."""


def cards(run: Run, rows: tuple[Row, ...]) -> tuple[Card, ...]:
    """Give the cards in the order of the judgments."""
    most = None if len(rows) <= FULL_FIGURES else FEW_MOVES
    moves = {} if run.moves is None else told_moves(run.moves, most=most)
    in_full = _in_full(run, rows)
    made = []
    for judged in judged_rows(run, rows, in_full=in_full):
        name = judged.row.text("id")
        full = name in in_full
        told = moves.get(name, ToldMoves())
        folded = told_details(story_of(run.stories, name), judged.row, told, brief=not full)
        made.append(_card(run, judged, folded, full=full))
    return tuple(made)


def _in_full(run: Run, rows: tuple[Row, ...]) -> frozenset[str]:
    if len(rows) <= FULL_FIGURES:
        return frozenset(one.text("id") for one in rows)
    moved = [str(one.get("judgment")) for one in run.manifest.get("changed") or ()]
    left = [
        one.text("id")
        for one in rows
        if one.text("state") in UNDECIDED and one.text("band_state") in ("above", "below")
    ]
    return frozenset(list(dict.fromkeys([*moved, *left]))[:FULL_IN_LARGE])


def _card(run: Run, judged: Judged, told: tuple[Details, ...], *, full: bool) -> Card:
    row = judged.row
    figure = curve_figure(
        judged,
        as_of=str(run.manifest.get("as_of") or ""),
        source=source_line(run, row.text("source")),
        full=full,
    )
    notices = _notices(row)
    if figure is None:
        notices += (Paragraph(_why_no_figure(row), "absent"),)
    groups = (
        card_facts.words(row, brief=not full),
        card_facts.question(row),
        card_facts.base_rate(row, brief=not full),
        card_facts.progress(row),
    )
    results = (card_facts.outcome(row), card_facts.scores(row, brief=not full))
    folded: tuple[Details | None, ...] = (
        *told,
        card_facts.basis(row),
        card_facts.record(row, brief=not full),
    )
    return Card(
        identifier=clean(row.text("id")),
        anchor=anchor(row.text("id")),
        statement=clean(row.text("statement")) or "No statement is recorded.",
        state=row.text("state") or "without a state",
        mark=mark_of(row.text("state")),
        byline=_byline(row),
        numbers=_numbers(run.manifest.get("recalibration") or {}, row),
        notices=notices,
        figure=figure,
        facts=tuple(one for one in groups if one is not None and one.items),
        results=tuple(one for one in results if one is not None and one.items),
        details=tuple(one for one in folded if one is not None),
        is_brief=not full,
        report=row.text("report"),
        report_title=clean(row.text("report_title"), longest=160),
    )


def _byline(row: Row) -> str:
    parts = [
        clean(row.text("analyst")),
        f"issued {row.text('issued')}" if row.text("issued") else "",
        clean(row.text("topic")),
    ]
    return ", ".join(part for part in parts if part)


def _numbers(recalibration: Mapping[str, object], row: Row) -> tuple[Number, ...]:
    """Stated, live, recalibrated and base rate side by side; none for a judgment without one."""
    if not has_number(row):
        return ()
    decided = row.text("state") in ("occurred", "did not occur")
    live = row.number("live")
    if live is None:
        note = "the run holds none"
    elif row.number("after") is None and live not in (0.0, 1.0):
        note = "as stated: no counts bear on it"
    elif live in (0.0, 1.0):
        note = "decided by the counts" if row.text("resolved_by") != "hand" else "settled by hand"
    else:
        side = row.text("band_state")
        note = f"{side} the stated band" if side in ("inside", "above", "below") else ""
    shown = [
        Number("Stated", percent(row.number("now_mean")), now_stated(row)),
        Number("Live" if not decided else "Live at the end", percent(live), note),
    ]
    mixture = interval(row.number("live_low"), row.number("live_high"))
    if row.number("live_low") is not None and live not in (0.0, 1.0):
        mean = percent(row.number("posterior_mean"))
        shown[1] = Number(
            shown[1].name,
            shown[1].value,
            f"{note}; the word itself, updated: mean {mean}, "
            f"90 % credible interval {mixture}".lstrip("; "),
        )
    state = str(recalibration.get("state") or "none")
    if row.number("recalibrated") is None:
        shown.append(Number("Recalibrated", "\u2013", "not available: no map applies to it"))
    else:
        band = interval(row.number("recalibrated_low"), row.number("recalibrated_high"))
        force = "in force" if state == "active" else f"{clean(state)}, not in force"
        shown.append(
            Number(
                "Recalibrated",
                percent(row.number("recalibrated")),
                f"90 % credible interval {band}; {force}",
            )
        )
    if row.number("base_rate") is not None:
        shown.append(
            Number("Base rate", percent(row.number("base_rate")), "history alone, at issue")
        )
    return tuple(shown)


def _notices(row: Row) -> tuple[Paragraph, ...]:
    found: list[Paragraph] = []
    side = row.text("band_state")
    if side in ("above", "below") and row.text("state") in UNDECIDED:
        since = f" since {row.text('left_band_on')}" if row.text("left_band_on") else ""
        found.append(
            Paragraph(
                f"The counts have carried it {side} the band of its words{since}: "
                f"{now_stated(row)}, live {percent(row.number('live'))}.",
                "alarm",
            )
        )
    if row.flag("tests_little"):
        found.append(
            Paragraph(
                f"This question tests little: its base rate is {percent(row.number('base_rate'))}, "
                "under 2 % or over 98 %.",
                "caveat",
            )
        )
    if row.number("ambiguous"):
        found.append(
            Paragraph(
                f"{count(row.number('ambiguous'))} incidents carry compound labels or lie at an "
                "edge; they are counted for nobody.",
                "caveat",
            )
        )
    if row.flag("provisional"):
        found.append(
            Paragraph("The latest counts are within the settlement lag: provisional.", "caveat")
        )
    return tuple(found)


def _why_no_figure(row: Row) -> str:
    if not has_number(row):
        return "No curve: the judgment carries no number, and none is invented for it."
    if row.text("question_kind") == "by_hand":
        return "No curve: it is settled by hand, so no counts move it."
    return "No curve: not available, because the run tracks no counts for it."
