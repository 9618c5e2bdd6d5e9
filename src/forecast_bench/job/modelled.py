"""What a team's own models said, in a record that needs none of what models need."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from forecast_bench.job.feeds import Alarm
from forecast_bench.problems import Problem
from forecast_bench.tracking import CountedQuestion


@dataclass(frozen=True, slots=True)
class Modelled:
    """What a team's own models said.

    Parameters
    ----------
    counted : mapping of str to CountedQuestion
        All questions, those that ask a model with its odds.
    records : tuple of dict
        For the manifest: each fit with its file, hash, seed and diagnostics.
    problems, alarms
        What is wrong with a file, and why nothing may be published.
    """

    counted: Mapping[str, CountedQuestion]
    records: tuple[dict[str, Any], ...] = ()
    problems: tuple[Problem, ...] = ()
    alarms: tuple[Alarm, ...] = ()
