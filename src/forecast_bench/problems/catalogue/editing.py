"""Problems of changes that a command makes to a file."""

from forecast_bench.problems.catalogue.entry import Entry

EDITING: dict[str, Entry] = {}
