"""The effects of the recalibration model, in the order in which they are stacked in one vector."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecast_bench.bayes.cell_counts import Cells
from forecast_bench.bayes.settings import RecalibrationSettings

INTERCEPT: Final = "intercept"
LOG_SLOPE: Final = "log_slope"
# Shifts add to the log odds; slopes add to the log of the factor on the stated log odds.
GROUPS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "analyst_shift": "analyst",
        "topic_shift": "topic",
        "phrase_shift": "phrase",
        "analyst_log_slope": "analyst",
    }
)
_SWITCHES: Final = {
    "analyst_shift": "analysts",
    "topic_shift": "topics",
    "phrase_shift": "phrases",
    "analyst_log_slope": "analyst_slopes",
}


@dataclass(frozen=True, eq=False)
class Block:
    """One group of effects: its name, dimension, place in the vector and the cells' codes."""

    name: str
    dimension: str | None
    start: int
    stop: int
    codes: NDArray[np.int64]
    slope: bool

    @property
    def scale(self) -> str:
        """Name of the group's standard deviation."""
        return f"{self.name}_scale"


def enabled_groups(settings: RecalibrationSettings) -> tuple[str, ...]:
    """Name the groups that the settings switch on.

    Examples
    --------
    >>> enabled_groups(RecalibrationSettings(topics=False, phrases=False))
    ('analyst_shift', 'analyst_log_slope')
    """
    return tuple(name for name in GROUPS if getattr(settings, _SWITCHES[name]))


def blocks(cells: Cells, settings: RecalibrationSettings) -> tuple[Block, ...]:
    """Lay out every effect: common shift, group shifts, common log slope, group log slopes.

    Parameters
    ----------
    cells
        Counts per cell.
    settings
        Which groups there are.

    Returns
    -------
    tuple of Block
        Consecutive, covering the whole vector.
    """
    names = enabled_groups(settings)
    order = [
        INTERCEPT,
        *(n for n in names if n.endswith("_shift")),
        LOG_SLOPE,
        *(n for n in names if n.endswith("_log_slope")),
    ]
    levels = {"analyst": cells.analysts, "phrase": cells.phrases, "topic": cells.topics}
    laid: list[Block] = []
    start = 0
    for name in order:
        dimension = GROUPS.get(name)
        size = len(levels[dimension]) if dimension else 1
        codes = (
            getattr(cells, dimension) if dimension else np.zeros(len(cells.trials), dtype=np.int64)
        )
        slope = name.endswith(LOG_SLOPE)
        laid.append(Block(name, dimension, start, start + size, codes, slope))
        start += size
    return tuple(laid)
