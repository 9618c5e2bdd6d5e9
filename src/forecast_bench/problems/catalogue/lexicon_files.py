"""Problems of files that define a lexicon."""

from forecast_bench.problems.catalogue.entry import Entry

LEXICON_FILES: dict[str, Entry] = {}
