"""Problems of comments and settings that lower a problem."""

from forecast_bench.problems.catalogue.entry import Entry

SUPPRESSIONS: dict[str, Entry] = {
    "allowance": Entry(
        "A comment that allows a problem is not written as one",
        "A comment that allows nothing known, gives no reason, or allows what nothing can be "
        "computed past, would look like an answer to whoever reviews it.",
        "Write # forecast-bench: allow ID: reason, with an id that may be allowed.",
    ),
    "unused-allowance": Entry(
        "A comment allows a problem that is not there",
        "What it allowed has been mended, or the comment stands on another line; it would hide "
        "the next problem of its kind.",
        "Remove the comment, or put it on the line of the problem or alone on the line above.",
        level="warning",
        firm=False,
    ),
}
