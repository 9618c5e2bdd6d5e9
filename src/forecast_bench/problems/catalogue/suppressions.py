"""Problems of comments and settings that lower a problem."""

from forecast_bench.problems.catalogue.entry import Entry

SUPPRESSIONS: dict[str, Entry] = {}
