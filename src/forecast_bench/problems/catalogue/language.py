"""Problems of the words of probability."""

from forecast_bench.problems.catalogue.entry import Entry

LANGUAGE = {
    "unknown-lexicon": Entry(
        "A lexicon that is not known",
        "Words have numbers only in a named version of a named yardstick.",
        "Pin one of the lexicons listed, as name@version.",
    ),
    "unknown-phrase": Entry(
        "A phrase that the lexicon does not have",
        "A word off the yardstick has no number. The nearest string is not the nearest meaning, so "
        "none is suggested.",
        "Use a phrase of the lexicon, a number or a range; or record it as off_yardstick.",
    ),
    "lexicon-order": Entry(
        "A lexicon's bands are not in order",
        "A yardstick is read from the lowest band to the highest.",
        "Order the phrases by their bands, each low below its high.",
    ),
    "duplicate-phrase": Entry(
        "A lexicon gives a phrase twice",
        "A judgment in that phrase would have two bands, and none of them for certain.",
        "Keep one of the two.",
    ),
    "duplicate-lexicon": Entry(
        "Two lexicons have one name and version",
        "Judgments pin a lexicon by its name and version, and would be read by either. A released "
        "version never changes.",
        "Give the house lexicon another id or another version.",
    ),
    "lexicon-basis": Entry(
        "A house lexicon is made from nothing, or does not fit what it is made from",
        "A lexicon that extends another adds to it, and one that restricts another keeps one row; "
        "else its phrases would mean two things.",
        "Name a lexicon that is there; add with extends, or keep one row with restricts.",
    ),
    "lexicon-version": Entry(
        "A version does not say what changed",
        "Judgments pin a version. Where a phrase went or a band moved they would be read "
        "otherwise, which a new MAJOR number says; a phrase added is a new MINOR one.",
        "Give it the next MAJOR or MINOR version.",
        level="warning",
        firm=False,
    ),
    "ordinal-lexicon": Entry(
        "A pinned lexicon has an order and no numbers",
        "An order says which phrase is more likely, and not how likely; a number put to it would "
        "be ours and not the analyst's.",
        "Pin a lexicon with numbers, or state a number; keep the words under off_yardstick.",
    ),
    "no-probability": Entry(
        "A judgment says how likely in no way, or in two",
        "Each judgment carries one of probability, cannot_assess and off_yardstick.",
        "Give exactly one of the three.",
    ),
}
