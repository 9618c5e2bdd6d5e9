"""What a run says, for people: data first, then figures, then pages."""

from forecast_bench.review.content import review_content
from forecast_bench.review.document import Figure, Review
from forecast_bench.review.notebook import ReliabilityFigure, charts, reliability_figure, tables
from forecast_bench.review.render import FIGURES_FOLDER, render
from forecast_bench.review.run import Run, read_run

__all__ = [
    "FIGURES_FOLDER",
    "Figure",
    "ReliabilityFigure",
    "Review",
    "Run",
    "charts",
    "read_run",
    "reliability_figure",
    "render",
    "review_content",
    "tables",
]
