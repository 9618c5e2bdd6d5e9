"""Problems of what a statement says in words."""

from forecast_bench.problems.catalogue.entry import Entry

_ICD = "ICD 203, Analytic Standards, 2015"
_KENT = "Kent, Words of Estimative Probability, 1964"

PROSE: dict[str, Entry] = {
    "foreign-phrase": Entry(
        "A statement uses a phrase of another yardstick",
        "The same word means other numbers elsewhere, and a reader cannot know which are meant.",
        "Use a phrase of the pinned lexicon, or pin the lexicon that the words come from.",
        level="warning",
        source=_ICD,
        firm=False,
    ),
    "stacked-hedge": Entry(
        "A statement puts a modifier on a hedge",
        "No yardstick has it, so every reader gives it a number of their own.",
        "Use one phrase of the pinned lexicon without a modifier.",
        level="warning",
        source=_KENT,
        firm=False,
    ),
    "no-number-word": Entry(
        "A statement uses a word that carries no number",
        "Possible, may, might and could are true of nearly everything; beside a probability they "
        "leave open which of the two is meant.",
        "State the event itself, and how likely it is under probability.",
        level="warning",
        source=_KENT,
        firm=False,
    ),
    "confidence-in-statement": Entry(
        "Likelihood and confidence stand in one statement",
        "How likely an event is and how sound the basis is are two scales; in one sentence readers "
        "multiply them.",
        "Keep confidence out of the statement; record it under confidence.",
        level="warning",
        source=_ICD,
        firm=False,
    ),
    "double-negative": Entry(
        "A statement negates an estimate",
        "Not unlikely is the complement of a band, which the yardstick may have no phrase for.",
        "State the event that is meant with a phrase, or a range, for it.",
        level="warning",
        source="PHIA, Explaining Uncertainty in UK Intelligence Assessment, 2025",
        firm=False,
    ),
    "statement-disagrees": Entry(
        "The statement and the record say different probabilities",
        "Readers hold the words of the statement for what was meant; what is scored is the record.",
        "Mend the one that is wrong; a change of mind is a revision.",
        firm=False,
        source=_ICD,
    ),
    "unhedged-claim": Entry(
        "A statement claims certainty",
        "A claim of certainty beside a probability contradicts it, and no count could confirm it.",
        "Leave the word out: the probability says how sure you are.",
        level="warning",
        source="PHIA, Explaining Uncertainty in UK Intelligence Assessment, 2025",
        firm=False,
    ),
    "mixed-rows": Entry(
        "A report uses both rows of a yardstick",
        "The rows are two sets of words for one scale; readers take a change of words for a change "
        "of meaning.",
        "Keep to one row in a report.",
        level="warning",
        source=_ICD,
        firm=False,
    ),
    "vague-horizon": Entry(
        "A statement gives a time without dates",
        "Soon is over whenever one likes; what is scored is the window, and readers do not see it.",
        "Leave the word out, or say the time of the window.",
        level="warning",
        source="a convention of this project",
        firm=False,
    ),
    "unrecorded-condition": Entry(
        "A statement rests on something that the record does not hold",
        "If it fails, the judgment is neither right nor wrong; without a condition it is scored as "
        "if it had held.",
        "Write it as given in the question, or among the assumptions.",
        level="warning",
        source=_ICD,
        firm=False,
    ),
    "assessed-anyway": Entry(
        "A statement estimates what the record says cannot be assessed",
        "Cannot assess is a full answer; with an estimate beside it readers take the estimate.",
        "Leave the estimate out of the statement, or state a probability.",
        level="warning",
        source="EFSA, Guidance on Communication of Uncertainty, 2018",
        firm=False,
    ),
}
