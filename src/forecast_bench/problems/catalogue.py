"""Every problem that can be reported, with why it matters and how to mend it.

The reference page of problems is generated from these entries.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal


@dataclass(frozen=True, slots=True)
class Entry:
    """One kind of problem: its title, its level, why it is one, and what to do."""

    title: str
    why: str
    mend: str
    level: Literal["error", "warning", "note"] = "error"


_FILES = {
    "file-unreadable": Entry(
        "A file cannot be opened",
        "What cannot be read cannot be checked, and a job that went on without it would report on "
        "half a workspace.",
        "Check the path and its permissions.",
    ),
    "file-too-large": Entry(
        "A file is larger than a person writes",
        "Judgments are written by hand. A file of many megabytes is a wrong file, or an attack.",
        "Remove it from the folder, or split it: one file for each report.",
    ),
    "file-empty": Entry(
        "A file holds nothing",
        "An empty file is more often a failed save than an intention.",
        "Restore its content, or delete the file.",
    ),
    "not-utf8": Entry(
        "A file is not UTF-8 text",
        "Names with accents would be read differently from machine to machine.",
        "Save the file as UTF-8.",
    ),
    "yaml-syntax": Entry(
        "The text is not YAML",
        "Nothing after the fault can be read with certainty.",
        "Mend the place shown; often a missing space after a colon, a tab, or an unclosed quote.",
    ),
    "too-deep": Entry(
        "Nesting is deeper than any record",
        "No record here nests more than a dozen levels; thousands exhaust the reader's memory.",
        "Remove the nested brackets or indentation.",
    ),
    "several-documents": Entry(
        "One file holds several YAML documents",
        "Only one of them could be read, and the others would be dropped in silence.",
        "Put each document into a file of its own.",
    ),
    "duplicate-key": Entry(
        "A key is given twice",
        "YAML readers keep one of the two without saying which.",
        "Keep one of the two.",
    ),
    "anchor": Entry(
        "A YAML anchor",
        "A value written elsewhere hides what a judgment says from whoever reviews it.",
        "Write the value out. A text that begins with & needs quotes.",
    ),
    "alias": Entry(
        "A YAML alias",
        "A value written elsewhere hides what a judgment says from whoever reviews it.",
        "Write the value out. A text that begins with * needs quotes.",
    ),
    "tag": Entry(
        "A YAML tag",
        "Tags make values that the record does not have, and in other programs they run code.",
        "Remove the tag. A text that begins with ! needs quotes.",
    ),
}

_RECORDS = {
    "wrong-shape": Entry(
        "A value has the wrong shape",
        "A list, a mapping and a text cannot stand for one another.",
        "Write the shape that the message names.",
    ),
    "unknown-key": Entry(
        "A key that the record does not have",
        "A misspelt key would be ignored, and what it says would be lost without a word.",
        "Use one of the keys listed, or remove it.",
    ),
    "missing-key": Entry(
        "A key that the record needs is missing",
        "Without it the judgment cannot be read, settled or scored.",
        "Add the key.",
    ),
    "bad-value": Entry(
        "A value cannot be read as what its key needs",
        "Values are read as text and then by their key; none is guessed.",
        "Write the value in the form that the message names.",
    ),
    "duplicate-id": Entry(
        "One id names two things",
        "Outcomes and scores are kept by id; two judgments under one would be mixed up.",
        "Give one of them another id. Ids are unique in the whole workspace.",
    ),
    "settings": Entry(
        "A setting in pyproject.toml is wrong",
        "A job that ran with another setting than the one meant would publish wrong numbers.",
        "Mend the entry under [tool.forecast-bench].",
    ),
    "no-judgments": Entry(
        "The workspace holds no judgments",
        "An empty or a mistaken folder must not pass for a workspace without problems.",
        "Run the command in a workspace, name one with --workspace, or make one with init.",
    ),
}

_LANGUAGE = {
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
    "no-probability": Entry(
        "A judgment says how likely in no way, or in two",
        "Each judgment carries one of probability, cannot_assess and off_yardstick.",
        "Give exactly one of the three.",
    ),
}

_TIME = {
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

_QUESTIONS = {
    "unknown-question": Entry(
        "A question that nobody defines",
        "A judgment without its question can never be settled.",
        "Define it under questions in any file of the workspace, or mend the name.",
    ),
    "question-kind": Entry(
        "A question has no kind, or several",
        "How a question is settled must be unambiguous.",
        "Give exactly one of count, change, share, reach and by_hand.",
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
    ),
}

_SCORED_RECORDS = {
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

_INCIDENTS = {
    "source-kind": Entry(
        "A kind of source that no importer reads",
        "A file read by the wrong rules would give wrong counts.",
        "Write one of the kinds listed.",
    ),
    "incident-header": Entry(
        "A file of incidents has another header than its kind needs",
        "Columns taken for one another would be counted as what they are not.",
        "Write the header that the message names, or name the kind that fits the file.",
    ),
    "incident-row": Entry(
        "A row of incidents cannot be read",
        "A row left out would be missing from every count; so nothing is imported.",
        "Mend the row, in the form that the message names.",
    ),
    "incident-outside-coverage": Entry(
        "A row of incidents lies outside what its source declares to cover",
        "Either the row is misspelt or the coverage is, and zeros are read off the coverage.",
        "Mend the row, or the coverage in the source's description.",
    ),
    "duplicate-incidents": Entry(
        "Two rows count the same incidents",
        "Both would be added up.",
        "Keep one of the two, or add their counts up in one row.",
    ),
    "no-incidents": Entry(
        "A file of incidents holds none",
        "An empty feed is more often a failed download than peace.",
        "Fetch the file again.",
    ),
    "incident-store": Entry(
        "The store of incidents cannot be read or written",
        "Counts from a damaged store, or from one of a newer format, would be wrong.",
        "Remove the folder that the message names and import again; the store can be rebuilt.",
    ),
}

CATALOGUE: Final[Mapping[str, Entry]] = MappingProxyType(
    {**_FILES, **_RECORDS, **_LANGUAGE, **_TIME, **_QUESTIONS, **_INCIDENTS, **_SCORED_RECORDS}
)
