"""Problems of records of resolved forecasts."""

from forecast_bench.problems.catalogue.entry import Entry

SCORED_RECORDS = {
    "score-missing-column": Entry(
        "A record lacks a column",
        "A score needs the probability that was stated and the outcome.",
        "Add the column; its name stands in the first row.",
    ),
    "score-unknown-column": Entry(
        "A record has a column that is not known",
        "A misspelt column would be ignored, and the grouping it carries lost without a word.",
        "Use one of the columns listed; other columns are not read.",
        level="warning",
    ),
    "score-duplicate-column": Entry(
        "A record has a column twice",
        "Which of the two is meant cannot be known, so no row was read.",
        "Keep one of the two.",
    ),
    "score-bad-row": Entry(
        "A row cannot be split into the columns of the header",
        "With a field too many or too few, or a quote left open, values land in wrong columns.",
        "Give every row as many fields as the header; put fields with commas in double quotes.",
    ),
    "score-empty-row": Entry(
        "A row holds nothing",
        "An empty row is more often lost data than an intention. It is left out.",
        "Remove the row, or restore its content.",
        level="warning",
    ),
    "score-bad-probability": Entry(
        "A probability is not a number from 0 to 1",
        "Percentages, words and missing values are not guessed. The row is left out.",
        "Write a number such as 0.7.",
    ),
    "score-bad-outcome": Entry(
        "An outcome is neither 0 nor 1",
        "Only a settled question has a score. The row is left out.",
        "Write 1 where the event occurred and 0 where it did not; remove rows that are open.",
    ),
    "score-outcome-not-binary": Entry(
        "An outcome lies between 0 and 1",
        "A tie or a partial outcome has no probability score here. The row is left out, the "
        "others are scored.",
        "Settle the question as 0 or 1 by a rule stated beforehand, or remove the row.",
        level="warning",
    ),
    "score-bad-date": Entry(
        "A date of a record is not written as year-month-day",
        "Days and months in another order would be swapped in silence. The row is left out.",
        "Write dates as 2018-06-30.",
    ),
    "score-bad-horizon": Entry(
        "A horizon of a record is not a number of days",
        "Horizons are grouped by days from the statement to the end of its window. The row is "
        "left out.",
        "Write days as a number, such as 90, or leave the field empty.",
    ),
    "score-two-outcomes": Entry(
        "One question has two outcomes",
        "A question comes out one way for everyone who judged it. The rows are scored as given.",
        "Mend the outcome, or give different questions different names.",
        level="warning",
    ),
    "score-no-rows": Entry(
        "A record has no row that can be scored",
        "A score of nothing would pass for a score.",
        "Add resolved forecasts, or mend the rows reported.",
    ),
}
