"""Problems of the order of things in time."""

from forecast_bench.problems.catalogue.entry import Entry

TIME = {
    "no-window": Entry(
        "A question about the future has no window",
        "Without dates it can never come out false.",
        "Add within (such as 18 months) or window with from and to; or about: past or present.",
    ),
    "window-order": Entry(
        "A window ends before it starts",
        "Nothing can happen in it.",
        "Swap or mend the dates.",
    ),
    "window-before-issue": Entry(
        "A window is over before the judgment is issued",
        "What is known already is no forecast.",
        "Mend the dates, or say about: past.",
    ),
    "revision-before-issue": Entry(
        "A revision is dated before the judgment",
        "A judgment cannot be changed before it is made.",
        "Mend the date of the revision or of the issue.",
    ),
    "revision-after-window": Entry(
        "A revision is dated after the window",
        "What is over is no forecast, and a late certainty would stand as what was stated.",
        "Remove the revision, or mend its date; what happened belongs under resolution.",
    ),
    "revision-order": Entry(
        "Revisions are not in the order of their dates",
        "The record is append-only: later revisions stand below earlier ones, one a day.",
        "Order them by date.",
    ),
    "resolution-before-issue": Entry(
        "A resolution is dated before the judgment",
        "What is settled already is no forecast.",
        "Mend the date; or say about: past.",
    ),
}
