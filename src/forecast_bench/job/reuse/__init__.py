"""Work that an earlier run did on the same content, taken over instead of being done again."""

from forecast_bench.job.reuse.content import content_hash, program_hash
from forecast_bench.job.reuse.former_run import (
    MADE_OF,
    NOTHING,
    FormerRun,
    Reuse,
    ReusedJudgments,
    reused_judgments,
)
from forecast_bench.job.reuse.joining import in_order, joined, places_of
from forecast_bench.job.reuse.judgment_keys import judgment_keys

__all__ = [
    "MADE_OF",
    "NOTHING",
    "FormerRun",
    "Reuse",
    "ReusedJudgments",
    "content_hash",
    "in_order",
    "joined",
    "judgment_keys",
    "places_of",
    "program_hash",
    "reused_judgments",
]
