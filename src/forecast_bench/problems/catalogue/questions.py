"""Problems of questions and what settles them."""

from forecast_bench.problems.catalogue.entry import Entry

QUESTIONS = {
    "unknown-question": Entry(
        "A question that nobody defines",
        "A judgment without its question can never be settled.",
        "Define it under questions in any file of the workspace, or mend the name.",
    ),
    "question-kind": Entry(
        "A question has no kind, or several",
        "How a question is settled must be unambiguous.",
        "Give exactly one of count, change, share, reach, months and by_hand.",
    ),
    "threshold": Entry(
        "A threshold is missing, doubled or impossible",
        "The count that makes the event must be known before the counts are.",
        "Give one threshold, in the form that the message names.",
    ),
    "hand-resolution": Entry(
        "A question is resolved by hand and by counts",
        "Two ways to settle one question can disagree. Counted questions resolve themselves; "
        "a by-hand question is settled in one place.",
        "Remove the resolution that is not meant.",
    ),
    "condition-loop": Entry(
        "Conditions lead back to the question they condition",
        "None of them could ever be settled.",
        "Remove one given from the circle.",
    ),
    "unknown-actor": Entry(
        "An actor that models/actors.yaml does not name",
        "A name that matches nothing counts zero, and a zero that nobody meant settles questions.",
        "Use an actor of models/actors.yaml, or add it there with the labels its sources use.",
    ),
    "actor-clash": Entry(
        "A label that names two actors",
        "An incident under it would be counted for both, or for the wrong one.",
        "Keep the label with one actor, or make it a compound label.",
    ),
    "unknown-place": Entry(
        "A country that the source does not cover",
        "A country outside coverage, or misspelt, has no incidents, and that is not a zero.",
        "Use a country that the source covers, as the source writes it.",
    ),
    "unknown-type": Entry(
        "A type of incident that is not known",
        "A misspelt type counts nothing.",
        "Use one of the types or groups of types listed.",
    ),
    "unknown-source": Entry(
        "A source of incidents that is not described",
        "Without its coverage and licence no count from it can be trusted.",
        "Describe it in a YAML file under incidents/.",
    ),
    "unknown-rates": Entry(
        "A rate law that models/rates does not define",
        "The base rate depends on it.",
        "Use the name of a file in models/rates, or add one.",
    ),
    "cut-month": Entry(
        "A window that cuts a month of a source that counts by month",
        "Whether the incidents of that month lie in the window cannot be told, so the question "
        "could neither be followed nor settled.",
        "Let the window begin with the first day of a month and end with the last of one.",
    ),
    "share-filters": Entry(
        "The two filters of a share do not fit",
        "A share is a part of what the first filter lets in; the second one takes that part.",
        "Let the second filter narrow the first: by a type, a place, or an actor not named there.",
    ),
    "baseline-after-issue": Entry(
        "A baseline that is not over when the judgment is issued",
        "Nobody knows yet what must be exceeded, so the statement has no meaning that counts could "
        "settle alike for all who judge it.",
        "Let the window begin with the issue, or name a count with at_least.",
    ),
    "outside-coverage": Entry(
        "A question begins before its source does",
        "What lies before the first day covered was not counted, and a zero there means nothing: "
        "the question cannot be settled, or has no base rate.",
        "Change the window, the baseline or the source, or settle the question by hand.",
        level="warning",
        firm=False,
    ),
    "contradictory-condition": Entry(
        "A condition excludes the event",
        "The judgment is void, or did not occur: there is no way in which it could be right.",
        "Mend the condition or the threshold.",
        source="a convention of this project",
        firm=False,
    ),
    "idle-condition": Entry(
        "A condition makes the event certain",
        "The judgment is void, or occurred: it says nothing that the condition does not.",
        "Leave the condition out, or ask for more.",
        level="warning",
        source="a convention of this project",
        firm=False,
    ),
    "trivial-threshold": Entry(
        "A threshold that the base rate makes trivial",
        "What happens in one of fifty such windows, or in all but one, is hit or missed by "
        "everybody alike; it tests no judgment.",
        "Choose a threshold that could go either way.",
        level="warning",
        source="a convention of this project: under 2 % or over 98 %; looked at by check --counts",
        firm=False,
    ),
}
