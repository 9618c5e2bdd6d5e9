"""Incidents: taxonomy, actors, importers, the store, and counting.

Importing this package loads neither pandas nor pyarrow nor Ibis: the functions that need them do.
"""

from forecast_bench.incidents.actors import (
    BookFault,
    LabelTerm,
    UnclearLabel,
    actor_faults,
    label_key,
    label_report,
    labels_of,
    unmatched_labels,
)
from forecast_bench.incidents.adding import sweep_halves
from forecast_bench.incidents.answer import IncidentCount, count_incidents, newest_vintages
from forecast_bench.incidents.catalogue import (
    STORE_FORMAT,
    IncidentStoreError,
    Manifest,
    catalogue_file,
    sources_in,
)
from forecast_bench.incidents.compaction import Compaction, compact
from forecast_bench.incidents.comparison import VintageChanges, compare_vintages
from forecast_bench.incidents.counting import COUNT_COLUMNS, Grain, count_expression, counts
from forecast_bench.incidents.coverage import coverage_gap, filter_labels
from forecast_bench.incidents.delivery import Delivery, whole_file
from forecast_bench.incidents.extent import Extent
from forecast_bench.incidents.importers import (
    SOURCE_KINDS,
    UnreadableFileError,
    open_incidents,
    read_mapping,
    read_monthly_counts,
    recognise,
)
from forecast_bench.incidents.requests import CountRequest
from forecast_bench.incidents.schema import incident_schema
from forecast_bench.incidents.storage import LocalStorage, RemoteStorage, Storage, open_storage
from forecast_bench.incidents.store import ImportResult, import_delivery
from forecast_bench.incidents.survey import Survey, survey
from forecast_bench.incidents.taxonomy import Taxonomy, expand_types, known_type_names, taxonomy
from forecast_bench.incidents.vintages import (
    StateFiles,
    Vintage,
    VintageChoice,
    feed_alarm,
    vintage_as_of,
    vintages,
)
from forecast_bench.incidents.zeros import fill_areas, fill_months

__all__ = [
    "COUNT_COLUMNS",
    "SOURCE_KINDS",
    "STORE_FORMAT",
    "BookFault",
    "Compaction",
    "CountRequest",
    "Delivery",
    "Extent",
    "Grain",
    "ImportResult",
    "IncidentCount",
    "IncidentStoreError",
    "LabelTerm",
    "LocalStorage",
    "Manifest",
    "RemoteStorage",
    "StateFiles",
    "Storage",
    "Survey",
    "Taxonomy",
    "UnclearLabel",
    "UnreadableFileError",
    "Vintage",
    "VintageChanges",
    "VintageChoice",
    "actor_faults",
    "catalogue_file",
    "compact",
    "compare_vintages",
    "count_expression",
    "count_incidents",
    "counts",
    "coverage_gap",
    "expand_types",
    "feed_alarm",
    "fill_areas",
    "fill_months",
    "filter_labels",
    "import_delivery",
    "incident_schema",
    "known_type_names",
    "label_key",
    "label_report",
    "labels_of",
    "newest_vintages",
    "open_incidents",
    "open_storage",
    "read_mapping",
    "read_monthly_counts",
    "recognise",
    "sources_in",
    "survey",
    "sweep_halves",
    "taxonomy",
    "unmatched_labels",
    "vintage_as_of",
    "vintages",
    "whole_file",
]
