"""What a text says in words of probability: phrases, hedges, claims, confidence.

Reading whole reports is in `documents`, `extraction` and `drafts`, which most commands never need.
"""

from forecast_bench.prose.expressions import Expression, find_expressions, wordings_of
from forecast_bench.prose.vocabulary import Vocabulary, languages, vocabulary_of

__all__ = [
    "Expression",
    "Vocabulary",
    "find_expressions",
    "languages",
    "vocabulary_of",
    "wordings_of",
]
