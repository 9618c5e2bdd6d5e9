"""Problems of sources of incidents."""

from forecast_bench.problems.catalogue.entry import Entry

INCIDENTS = {
    "source-kind": Entry(
        "A kind of source that no importer reads",
        "A file read by the wrong rules would give wrong counts.",
        "Write one of the kinds listed.",
    ),
    "incident-file": Entry(
        "A file of incidents is damaged, or of a form that is not read",
        "What was read of a damaged file is not all of it, and counts would be too low.",
        "Fetch the file again; or save it as CSV, XLSX, Parquet or JSON lines.",
    ),
    "incident-mapping": Entry(
        "A mapping does not fit the file of incidents that it is for",
        "A column that is not there would leave its values out of every row.",
        "Write the names of columns as they stand in the header of the file.",
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
    "incident-rejects": Entry(
        "Too many rows of a file of incidents cannot be read",
        "Each would be missing from every count; so many say that the file is not what it seems.",
        "Look at the file of rejected rows, which has each with its line and reason. Mend the file "
        "or fetch it again; what may be left out is the setting `most_rejected`.",
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
    "fetch-failed": Entry(
        "A fetch of a source did not end well",
        "Part of the records would count as all of them, so nothing of it is imported.",
        "Do what the message says, and fetch again; the vintages in the store stay as they are.",
    ),
    "incident-store": Entry(
        "The store of incidents cannot be read or written",
        "Counts from a damaged store, or from one of a newer format, would be wrong.",
        "Do what the message says; keep a copy of the store, since exports that are gone "
        "cannot be imported again.",
    ),
}
