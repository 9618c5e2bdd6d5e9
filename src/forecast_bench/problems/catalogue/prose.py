"""Problems of what a statement says in words."""

from forecast_bench.problems.catalogue.entry import Entry

PROSE: dict[str, Entry] = {}
