"""YAML text with a line and a column for every key path."""

from forecast_bench.yaml_source.allowances import Allowance
from forecast_bench.yaml_source.document import Document, KeyPath, Plain
from forecast_bench.yaml_source.links import LEADS_OUT, leads_out
from forecast_bench.yaml_source.reader import (
    DEEPEST_NESTING,
    LARGEST_FILE_BYTES,
    read_file,
    read_text,
)
from forecast_bench.yaml_source.validation import read_record, value_at
from forecast_bench.yaml_source.wording import in_words

__all__ = [
    "DEEPEST_NESTING",
    "LARGEST_FILE_BYTES",
    "LEADS_OUT",
    "Allowance",
    "Document",
    "KeyPath",
    "Plain",
    "in_words",
    "leads_out",
    "read_file",
    "read_record",
    "read_text",
    "value_at",
]
