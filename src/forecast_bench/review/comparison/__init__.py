"""Two states of a workspace, held against each other for a reviewer."""

from forecast_bench.review.comparison.content import verdict_of
from forecast_bench.review.comparison.difference import KINDS, Comparison, compare
from forecast_bench.review.comparison.render import Rendered, render_comparison
from forecast_bench.review.comparison.side import Side, Unread, standing_of, written_of

__all__ = [
    "KINDS",
    "Comparison",
    "Rendered",
    "Side",
    "Unread",
    "compare",
    "render_comparison",
    "standing_of",
    "verdict_of",
    "written_of",
]
