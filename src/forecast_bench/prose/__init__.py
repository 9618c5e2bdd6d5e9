"""What a text says in words of probability: phrases, hedges, claims, confidence."""

from forecast_bench.prose.expressions import Expression, find_expressions, wordings_of

__all__ = ["Expression", "find_expressions", "wordings_of"]
