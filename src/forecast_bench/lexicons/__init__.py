"""Lexicons: estimative phrases to bands of probability and back, by pinned version."""

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
from forecast_bench.lexicons.reader import read_lexicon, read_lexicons
from forecast_bench.lexicons.reference_page import reference_page
from forecast_bench.lexicons.shipped import load_shipped

__all__ = [
    "Band",
    "Edge",
    "Edges",
    "InForce",
    "Lexicon",
    "Mark",
    "Phrase",
    "Structure",
    "Verified",
    "Wording",
    "describe_bands",
    "load_shipped",
    "look_up",
    "normalised",
    "phrases_for",
    "read_lexicon",
    "read_lexicons",
    "reference_page",
]
