"""Problems of the sealed record."""

from forecast_bench.problems.catalogue.entry import Entry

SEALING: dict[str, Entry] = {}
