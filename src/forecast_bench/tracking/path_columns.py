"""What paths say of themselves: how many were drawn, what they are worth, and how sure they are."""

from typing import Any

from forecast_bench.tracking.follow import FollowedJudgment
from forecast_bench.tracking.months_path import path_seed
from forecast_bench.tracking.path import JudgmentPath

type Row = dict[str, Any]


def path_columns(one: FollowedJudgment) -> Row:
    """Draws, their seed and their errors in a judgment's row; all None where the odds are exact.

    Errors are Monte Carlo standard errors of the log odds of the base rate: on the day of issue,
    and by the last date, as is how many equally weighted draws they are worth.
    """
    row: Row = dict.fromkeys(
        [
            "path_draws",
            "path_seed",
            "path_effective_draws",
            "path_error_at_issue",
            "path_error",
        ]
    )
    if one.law is None or one.counted is None or not one.law.estimates:
        return row
    estimates, model = one.law.estimates, one.law.model
    first, last = (0, len(estimates) - 1) if one.path is None else one.path.periods_known[[0, -1]]
    return {
        "path_draws": estimates[last].draws,
        "path_seed": model.seed if model else path_seed(one.counted.asked),
        "path_effective_draws": estimates[last].effective_draws,
        "path_error_at_issue": estimates[first].standard_error,
        "path_error": estimates[last].standard_error,
    }


def path_columns_by_date(path: JudgmentPath) -> Row:
    """Effective draws and error on each of a judgment's dates; None where the odds are exact."""
    if path.law is None or not path.law.estimates:
        unknown = [None] * len(path.dates)
        return {"effective_draws": unknown, "path_error": unknown}
    found = [path.law.estimates[known] for known in path.periods_known]
    return {
        "effective_draws": [one.effective_draws for one in found],
        "path_error": [one.standard_error for one in found],
    }
