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
    "minds-apart": Entry(
        "Two analysts are further apart than opinions are",
        "Where one calls likely what another calls highly unlikely, one of them mostly reads the "
        "question, or its window, in another way; pooled, their number means nothing.",
        "Talk it over; mend the question, or allow it with the reason why they differ.",
        level="warning",
        source="a convention of this project: 40 points between the nearest ends",
        firm=False,
    ),
    "incoherent-thresholds": Entry(
        "Probabilities of one analyst that cannot all be meant",
        "More incidents are never likelier than fewer, and of events that exclude each other the "
        "probabilities add up to one at most; whoever bets on both loses for certain.",
        "Revise one of the two.",
        level="warning",
        source="de Finetti, La prévision: ses lois logiques, ses sources subjectives, 1937",
        firm=False,
    ),
    "stale-judgment": Entry(
        "A judgment that the counts have left behind",
        "Half of its window is gone, the counts moved the base rate far, and nobody has said "
        "whether the judgment still stands.",
        "Revise it, or allow it with the reason why it stands.",
        level="warning",
        source="a convention of this project: half of the window, and 2 in log odds; looked at by "
        "check --counts",
        firm=False,
    ),
}
