"""Problems: what is wrong in a workspace, where it stands, and what to do about it."""

from forecast_bench.problems.annotations import as_annotation
from forecast_bench.problems.catalogue import CATALOGUE, Entry
from forecast_bench.problems.formats import as_record, as_text, count_line
from forecast_bench.problems.location import Location
from forecast_bench.problems.newer import NewerFormatError, refuse_newer
from forecast_bench.problems.problem import Level, Problem, in_order, problem
from forecast_bench.problems.sarif import as_sarif

__all__ = [
    "CATALOGUE",
    "Entry",
    "Level",
    "Location",
    "NewerFormatError",
    "Problem",
    "as_annotation",
    "as_record",
    "as_sarif",
    "as_text",
    "count_line",
    "in_order",
    "problem",
    "refuse_newer",
]
