"""Problems of judgments that hold together badly."""

from forecast_bench.problems.catalogue.entry import Entry

JUDGMENTS: dict[str, Entry] = {
    "confidence-horizon": Entry(
        "High confidence over years",
        "Few bases stay sound for years; high confidence in a distant event is more often a slip.",
        "Lower the confidence, shorten the window, or allow it with the reason.",
        level="warning",
        source="ODNI, Analytic Standards; two years is a convention of this project",
        firm=False,
    ),
    "idle-revision": Entry(
        "A revision changes nothing",
        "It adds a date to the record without a change of mind, and looks like one in every count "
        "of revisions.",
        "Remove it, or say what changed.",
        level="note",
        source="a convention of this project",
        firm=False,
    ),
    "two-minds": Entry(
        "One analyst states two probabilities for one question",
        "On one day one person cannot mean both; which is scored would be chance.",
        "Keep one, or make the later one a revision.",
        level="warning",
        source="a convention of this project",
        firm=False,
    ),
}
