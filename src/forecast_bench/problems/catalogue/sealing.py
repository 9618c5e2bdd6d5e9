"""Problems of the sealed record."""

from forecast_bench.problems.catalogue.entry import Entry

_PUT_BACK = (
    "Put back what was sealed. A new view is a revision; a mistake is mended by a new judgment "
    "with an id of its own."
)
_BOTH_SIDES = "Take the ledger back from git; after a merge keep the lines of both sides."

SEALING: dict[str, Entry] = {
    "altered-judgment": Entry(
        "A judgment was changed after it was sealed",
        "A record that can be rewritten says nothing about the one who judged.",
        _PUT_BACK,
    ),
    "altered-question": Entry(
        "A question was changed after a judgment of it was sealed",
        "The judgments were made of another question; its outcome is not theirs.",
        "Put the question back, and ask the new one under another name.",
    ),
    "altered-revision": Entry(
        "A sealed revision was changed, moved or removed",
        "What was thought in between is part of the record; new revisions stand below.",
        "Put the sealed revisions back as they were, and add new ones below them.",
    ),
    "missing-judgment": Entry(
        "A sealed judgment is not there",
        "A record from which failures are taken out looks better than it is.",
        "Put the judgment back under its id; the file may be another.",
    ),
    "broken-ledger": Entry(
        "The ledger of seals is not whole",
        "A line that was edited, moved or taken out may hide what was sealed.",
        _BOTH_SIDES,
    ),
    "seal-format": Entry(
        "The ledger of seals has a newer format",
        "Lines that are not understood cannot be held against the judgments.",
        "Use the release of forecast-bench that sealed them, or a newer one.",
    ),
    "other-than-committed": Entry(
        "A revealed judgment is not the one that was committed to",
        "A commitment binds only where the judgment is the same to the letter.",
        "Reveal the judgment that was committed to, with the nonce kept for it.",
    ),
    "not-revealed": Entry(
        "Commitments of a round are not revealed",
        "Who reveals only what came true keeps the rest hidden; a lost nonce looks the same.",
        "Reveal them once the round is closed, or say in its report why they stay closed.",
        level="note",
        firm=False,
    ),
    "not-sealed": Entry(
        "Judgments are not sealed",
        "Until a judgment is sealed and the ledger is shared, it can be changed unseen.",
        "Run forecast-bench seal and commit the ledger.",
        level="note",
        firm=False,
    ),
}
