"""Problems of files that cannot be read."""

from forecast_bench.problems.catalogue.entry import Entry

FILES = {
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
