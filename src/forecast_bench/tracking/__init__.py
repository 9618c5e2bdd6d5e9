"""Tracking: every judgment followed to a day, one row for each judgment and date."""

from forecast_bench.tracking.asked import AskedQuestion
from forecast_bench.tracking.follow import (
    CountedQuestion,
    FollowedJudgment,
    follow,
    questions_to_count,
)
from forecast_bench.tracking.judgment_table import judgment_table
from forecast_bench.tracking.parameter_origin import ParameterOrigin
from forecast_bench.tracking.path_table import count_table, path_table
from forecast_bench.tracking.periods import (
    PARTS,
    Part,
    QuestionCounts,
    part_window,
    periods,
    question_counts,
)
from forecast_bench.tracking.schema import COUNT_COLUMNS, JUDGMENT_COLUMNS, PATH_COLUMNS, table

__all__ = [
    "COUNT_COLUMNS",
    "JUDGMENT_COLUMNS",
    "PARTS",
    "PATH_COLUMNS",
    "AskedQuestion",
    "CountedQuestion",
    "FollowedJudgment",
    "ParameterOrigin",
    "Part",
    "QuestionCounts",
    "count_table",
    "follow",
    "judgment_table",
    "part_window",
    "path_table",
    "periods",
    "question_counts",
    "questions_to_count",
    "table",
]
