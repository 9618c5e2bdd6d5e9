"""What is wrong with a record, if anything: a sentence with a stated rate of false alarms."""

import math
from collections.abc import Mapping
from typing import Final

from forecast_bench.reliability.estimate import Estimate

FALSE_ALARMS: Final = 0.1
"""Rate at which a sound record of enough independent judgments is said to have a fault."""

TOO_FEW: Final = "too few to judge"
NO_FAULT: Final = "no fault found"

FAULTS: Final[Mapping[str, tuple[str, str]]] = {
    "in_the_large": ("stated too high", "stated too low"),
    "over_under": ("over-confident", "under-confident"),
    "from_base_rate": ("too far from base rates", "too near to base rates"),
}
"""For each signed measure what it says where it is positive, and where negative."""


def verdict(estimates: Mapping[str, Estimate], *, judgeable: bool) -> str:
    """Say what is wrong with a record.

    Each signed measure is held against 0. The allowed rate of false alarms, one in ten for the
    record, is shared evenly among the measures that there are (Bonferroni): an upper bound,
    since they go up and down together.

    Parameters
    ----------
    estimates : mapping of str to Estimate
        The measures of `FAULTS`; those that are not defined are passed over.
    judgeable : bool
        Whether there are enough independent judgments to say anything.

    Returns
    -------
    str
        "too few to judge", "no fault found", or the faults, joined by commas.

    Examples
    --------
    >>> sure = Estimate(0.2, 0.15, 0.25, 0.001)
    >>> verdict({"in_the_large": sure}, judgeable=True)
    'stated too high'
    >>> verdict({"in_the_large": sure}, judgeable=False)
    'too few to judge'
    """
    if not judgeable:
        return TOO_FEW
    tested = {
        name: estimates[name]
        for name in FAULTS
        if name in estimates and math.isfinite(estimates[name].p_value)
    }
    found = [
        FAULTS[name][0 if one.value > 0.0 else 1]
        for name, one in tested.items()
        if one.p_value * len(tested) <= FALSE_ALARMS
    ]
    return ", ".join(found) or NO_FAULT
