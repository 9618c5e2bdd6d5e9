"""Problems of judgments that hold together badly."""

from forecast_bench.problems.catalogue.entry import Entry

JUDGMENTS: dict[str, Entry] = {}
