"""How far several analysts lie apart on one question."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import special

WIDE_GAP: Final = 0.4
"""Nearest ends of two bands this far apart are worth words: a convention of this project."""

_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Disagreement:
    """How far opinions on one question lie apart.

    Parameters
    ----------
    analysts : int
        How many there are.
    lowest, highest : float
        Ends of their range, as probabilities.
    spread : float
        Standard deviation of their log odds, with n - 1; 0 for one analyst.
    """

    analysts: int
    lowest: float
    highest: float
    spread: float


def disagreement(probability: npt.ArrayLike) -> Disagreement:
    """Measure how far opinions on one question lie apart.

    Parameters
    ----------
    probability : array_like of float, shape (n,)
        One for each analyst, strictly inside 0..1: of what is settled nobody has an opinion.

    Raises
    ------
    ValueError
        If there is none, or one is not strictly inside 0..1.

    Examples
    --------
    >>> found = disagreement([0.2, 0.5, 0.8])
    >>> found.analysts, found.lowest, found.highest, round(found.spread, 4)
    (3, 0.2, 0.8, 1.3863)
    """
    held = np.asarray(probability, dtype=np.float64)
    if held.ndim != 1 or not held.size or not np.all((held > 0) & (held < 1)):
        raise ValueError("opinions are one or more probabilities strictly inside 0..1")
    spread = float(special.logit(held).std(ddof=1)) if held.size > 1 else 0.0
    return Disagreement(held.size, float(held.min()), float(held.max()), spread)


def widest_gap(bands: Sequence[tuple[float, float]]) -> tuple[int, int] | None:
    """Give the places of the two bands whose nearest ends lie furthest apart, the lower first.

    Parameters
    ----------
    bands : sequence of tuple of float
        Low and high of what each analyst stated; twice the number where a number was stated.

    Returns
    -------
    tuple of int or None
        None where no two are `WIDE_GAP` apart.

    Examples
    --------
    >>> widest_gap([(0.8, 0.9), (0.25, 0.35), (0.55, 0.75)])
    (1, 0)
    >>> widest_gap([(0.55, 0.75), (0.8, 0.9)]) is None
    True
    """
    pairs = [
        (bands[high][0] - bands[low][1], low, high)
        for low, high in permutations(range(len(bands)), 2)
    ]
    wide = [pair for pair in pairs if pair[0] >= WIDE_GAP - _ROUNDING]
    if not wide:
        return None
    _, low, high = max(wide, key=lambda pair: pair[0])
    return low, high
