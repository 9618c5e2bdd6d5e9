"""All judgments in one list that leads to their cards."""

from forecast_bench.review.document import Gauge, Listed, Listing, Paragraph, Section
from forecast_bench.review.row import Row
from forecast_bench.review.stated import now_stated
from forecast_bench.review.states import UNDECIDED, mark_of
from forecast_bench.review.wording import anchor, clean, count, percent

_CAPTION = (
    "The bar is the band of the words on a scale of 0 to 100 %, the tick the stated probability, "
    "the dot the live one."
)


def listing_section(rows: tuple[Row, ...]) -> Section:
    """List every judgment in the order of the files.

    Examples
    --------
    >>> listing_section(()).blocks[0].text
    'No judgments.'
    """
    if not rows:
        return Section("judgments", "Judgments", (Paragraph("No judgments.", "absent"),))
    shown = Listing(_CAPTION, tuple(_listed(one) for one in rows))
    return Section("judgments", "Judgments", (shown,))


def _listed(row: Row) -> Listed:
    live = row.number("live")
    state = row.text("state") or "without a state"
    return Listed(
        identifier=clean(row.text("id")),
        anchor=anchor(row.text("id")),
        statement=clean(row.text("statement"), longest=110),
        analyst=clean(row.text("analyst"), longest=60),
        topic=clean(row.text("topic"), longest=60),
        stated=now_stated(row),
        live=percent(live) if live is not None else "none",
        gauge=Gauge(
            row.number("now_band_low"), row.number("now_band_high"), row.number("now_mean"), live
        ),
        state=state,
        mark=mark_of(row.text("state")),
        note=_note(row),
        ends=row.text("window_end"),
    )


def _note(row: Row) -> str:
    """What about it needs a look, in a few words."""
    if row.text("state_reason").startswith("overdue"):
        return "overdue"
    side = row.text("band_state")
    if row.text("state") in UNDECIDED and side in ("above", "below"):
        return f"{side} its band"
    left = row.number("days_left")
    return f"{count(left)} days left" if left and row.text("state") == "open" else ""
