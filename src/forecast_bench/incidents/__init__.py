"""Incidents: taxonomy, actors, importers, the store, and counting.

Importing this package loads neither pandas nor pyarrow nor Ibis: the functions that need them do.
"""

from forecast_bench.incidents.actors import (
    BookFault,
    LabelTerm,
    actor_faults,
    label_key,
    labels_of,
    unmatched_labels,
)
from forecast_bench.incidents.answer import IncidentCount, count_incidents, newest_vintages
from forecast_bench.incidents.counting import COUNT_COLUMNS, count_expression, counts_by_month
from forecast_bench.incidents.coverage import coverage_gap, filter_labels
from forecast_bench.incidents.importers import IMPORTERS, Importer, read_monthly_counts
from forecast_bench.incidents.requests import CountRequest
from forecast_bench.incidents.schema import incident_schema
from forecast_bench.incidents.store import (
    ImportResult,
    VintageChanges,
    compare_vintages,
    import_source,
)
from forecast_bench.incidents.taxonomy import Taxonomy, expand_types, known_type_names, taxonomy
from forecast_bench.incidents.vintages import (
    STORE_FORMAT,
    IncidentStoreError,
    Manifest,
    Vintage,
    VintageChoice,
    feed_alarm,
    vintage_as_of,
    vintages,
)
from forecast_bench.incidents.zeros import fill_areas, fill_months

__all__ = [
    "COUNT_COLUMNS",
    "IMPORTERS",
    "STORE_FORMAT",
    "BookFault",
    "CountRequest",
    "ImportResult",
    "Importer",
    "IncidentCount",
    "IncidentStoreError",
    "LabelTerm",
    "Manifest",
    "Taxonomy",
    "Vintage",
    "VintageChanges",
    "VintageChoice",
    "actor_faults",
    "compare_vintages",
    "count_expression",
    "count_incidents",
    "counts_by_month",
    "coverage_gap",
    "expand_types",
    "feed_alarm",
    "fill_areas",
    "fill_months",
    "filter_labels",
    "import_source",
    "incident_schema",
    "known_type_names",
    "label_key",
    "labels_of",
    "newest_vintages",
    "read_monthly_counts",
    "taxonomy",
    "unmatched_labels",
    "vintage_as_of",
    "vintages",
]
