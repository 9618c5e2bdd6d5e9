"""Problems of judgments held against the counts."""

from forecast_bench.problems.catalogue.entry import Entry

COUNTED: dict[str, Entry] = {}
