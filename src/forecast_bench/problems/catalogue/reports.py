"""Problems of reports that judgments are extracted from."""

from forecast_bench.problems.catalogue.entry import Entry

REPORTS: dict[str, Entry] = {}
