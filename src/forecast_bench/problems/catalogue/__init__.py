"""Every problem that can be reported, with why it matters and how to mend it.

One module for each family; the reference page of problems is generated from the entries.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from forecast_bench.problems.catalogue.entry import Entry
from forecast_bench.problems.catalogue.files import FILES
from forecast_bench.problems.catalogue.incidents import INCIDENTS
from forecast_bench.problems.catalogue.judgments import JUDGMENTS
from forecast_bench.problems.catalogue.language import LANGUAGE
from forecast_bench.problems.catalogue.own_models import OWN_MODELS
from forecast_bench.problems.catalogue.prose import PROSE
from forecast_bench.problems.catalogue.questions import QUESTIONS
from forecast_bench.problems.catalogue.records import RECORDS
from forecast_bench.problems.catalogue.scored_records import SCORED_RECORDS
from forecast_bench.problems.catalogue.sealing import SEALING
from forecast_bench.problems.catalogue.suppressions import SUPPRESSIONS
from forecast_bench.problems.catalogue.time import TIME

CATALOGUE: Final[Mapping[str, Entry]] = MappingProxyType(
    {
        **FILES,
        **RECORDS,
        **LANGUAGE,
        **PROSE,
        **TIME,
        **QUESTIONS,
        **OWN_MODELS,
        **JUDGMENTS,
        **SUPPRESSIONS,
        **SEALING,
        **INCIDENTS,
        **SCORED_RECORDS,
    }
)

__all__ = ["CATALOGUE", "Entry"]
