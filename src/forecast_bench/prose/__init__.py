"""What a text says in words of probability: phrases, hedges, claims, confidence."""

from forecast_bench.prose.documents import NoTextError, read_document
from forecast_bench.prose.drafts import drafts
from forecast_bench.prose.expressions import Expression, find_expressions, wordings_of
from forecast_bench.prose.extraction import Claim, Estimate, Extracted, Reading, extract
from forecast_bench.prose.source_text import Document, Place
from forecast_bench.prose.vocabulary import Vocabulary, vocabulary_of

__all__ = [
    "Claim",
    "Document",
    "Estimate",
    "Expression",
    "Extracted",
    "NoTextError",
    "Place",
    "Reading",
    "Vocabulary",
    "drafts",
    "extract",
    "find_expressions",
    "read_document",
    "vocabulary_of",
    "wordings_of",
]
