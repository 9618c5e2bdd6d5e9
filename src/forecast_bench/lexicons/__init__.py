"""Lexicons: estimative phrases to bands of probability and back, by pinned version."""

from forecast_bench.lexicons.comparison import Reading, compare, read_under, version_step
from forecast_bench.lexicons.lexicon import (
    Band,
    Edge,
    Edges,
    InForce,
    Lexicon,
    Mark,
    Phrase,
    Structure,
    Verified,
)
from forecast_bench.lexicons.lookup import (
    Wording,
    describe_bands,
    look_up,
    normalised,
    phrases_for,
)
from forecast_bench.lexicons.ordinal import OrdinalScale, read_scales
from forecast_bench.lexicons.reader import read_lexicon, read_lexicons
from forecast_bench.lexicons.readers import Heard, load_readers, parted, readers_of
from forecast_bench.lexicons.reference_page import reference_page
from forecast_bench.lexicons.shipped import load_shipped

__all__ = [
    "Band",
    "Edge",
    "Edges",
    "Heard",
    "InForce",
    "Lexicon",
    "Mark",
    "OrdinalScale",
    "Phrase",
    "Reading",
    "Structure",
    "Verified",
    "Wording",
    "compare",
    "describe_bands",
    "load_readers",
    "load_shipped",
    "look_up",
    "normalised",
    "parted",
    "phrases_for",
    "read_lexicon",
    "read_lexicons",
    "read_scales",
    "read_under",
    "readers_of",
    "reference_page",
    "version_step",
]
