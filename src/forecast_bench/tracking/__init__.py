"""Tracking: every judgment followed to a day, one row for each judgment and date."""

from forecast_bench.tracking.asked import AskedQuestion
from forecast_bench.tracking.follow import (
    CountedQuestion,
    FollowedJudgment,
    follow,
    outcome_of,
    questions_to_count,
)
from forecast_bench.tracking.judgment_table import judgment_table
from forecast_bench.tracking.model_odds import ModelOdds
from forecast_bench.tracking.moves import NOTICEABLE, Moves, move_table, moves_of
from forecast_bench.tracking.opinions import (
    ALL_HAD_SPOKEN,
    NOW,
    OPINION_COLUMNS,
    opinion_table,
)
from forecast_bench.tracking.parameter_origin import ParameterOrigin
from forecast_bench.tracking.path_event import path_event, window_periods
from forecast_bench.tracking.path_table import count_table, path_table
from forecast_bench.tracking.periods import (
    PARTS,
    Part,
    QuestionCounts,
    part_window,
    periods,
    question_counts,
)
from forecast_bench.tracking.post_mortem import post_mortem
from forecast_bench.tracking.schema import (
    COUNT_COLUMNS,
    JUDGMENT_COLUMNS,
    MOVE_COLUMNS,
    PATH_COLUMNS,
    table,
)
from forecast_bench.tracking.story import Event, events_of

__all__ = [
    "ALL_HAD_SPOKEN",
    "COUNT_COLUMNS",
    "JUDGMENT_COLUMNS",
    "MOVE_COLUMNS",
    "NOTICEABLE",
    "NOW",
    "OPINION_COLUMNS",
    "PARTS",
    "PATH_COLUMNS",
    "AskedQuestion",
    "CountedQuestion",
    "Event",
    "FollowedJudgment",
    "ModelOdds",
    "Moves",
    "ParameterOrigin",
    "Part",
    "QuestionCounts",
    "count_table",
    "events_of",
    "follow",
    "judgment_table",
    "move_table",
    "moves_of",
    "opinion_table",
    "outcome_of",
    "part_window",
    "path_event",
    "path_table",
    "periods",
    "post_mortem",
    "question_counts",
    "questions_to_count",
    "table",
    "window_periods",
]
