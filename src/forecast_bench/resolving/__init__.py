"""Resolving: counts or a person's finding to an outcome, or to the reason why there is none."""

from forecast_bench.resolving.progress import Progress
from forecast_bench.resolving.resolution import (
    Resolution,
    nearness,
    resolve_by_hand,
    resolve_counted,
    resolve_share,
    under_condition,
)

__all__ = [
    "Progress",
    "Resolution",
    "nearness",
    "resolve_by_hand",
    "resolve_counted",
    "resolve_share",
    "under_condition",
]
