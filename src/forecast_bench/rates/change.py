"""The threshold hidden in "more often than before", in exact arithmetic."""

import math
from fractions import Fraction
from typing import Literal

import numpy as np

type Exact = int | float | str | Fraction


def change_threshold(
    *,
    baseline_incidents: int,
    baseline_months: Exact,
    window_months: Exact,
    factor: Exact = 1,
    direction: Literal["increase", "decrease"],
) -> int:
    """Return the count that makes the rate of a window exceed, or fall below, a baseline's.

    Parameters
    ----------
    baseline_incidents : int
        Incidents of the baseline, not negative.
    baseline_months, window_months : int, float, str or Fraction
        Months at risk, the baseline's positive. A float is read as its shortest decimal, so 0.1 is
        one tenth.
    factor : int, float, str or Fraction, default 1
        The multiple of the baseline's rate to compare with, not negative.
    direction : {"increase", "decrease"}
        Strictly above the multiple, or strictly below.

    Returns
    -------
    int
        For an increase the least count that is one; for a decrease the greatest, -1 where no count
        is (nothing is below no incidents).

    Raises
    ------
    ValueError
        If a number is outside its domain or cannot be read exactly, or the direction is unknown.

    Examples
    --------
    >>> change_threshold(
    ...     baseline_incidents=5, baseline_months=12, window_months=18, direction="increase")
    8
    >>> change_threshold(
    ...     baseline_incidents=4, baseline_months=12, window_months=18, direction="decrease")
    5
    """
    counted = _exact(baseline_incidents, name="baseline_incidents")
    if counted.denominator != 1:
        msg = f"baseline_incidents must be whole, got {baseline_incidents!r}."
        raise ValueError(msg)
    baseline = _exact(baseline_months, name="baseline_months")
    if baseline == 0:
        msg = f"baseline_months must be positive, got {baseline_months!r}."
        raise ValueError(msg)
    window = _exact(window_months, name="window_months")
    if direction not in ("increase", "decrease"):
        msg = f"direction must be 'increase' or 'decrease', got {direction!r}."
        raise ValueError(msg)
    level = _exact(factor, name="factor") * counted * window / baseline
    return math.floor(level) + 1 if direction == "increase" else math.ceil(level) - 1


def exact(value: Exact, *, name: str) -> Fraction:
    """Read a number as an exact fraction; a float as its shortest decimal.

    Raises
    ------
    ValueError
        If the value is not a finite number.

    Examples
    --------
    >>> exact(0.1, name="factor")
    Fraction(1, 10)
    """
    try:
        if isinstance(value, Fraction):
            return value
        if isinstance(value, (bool, np.bool_)):
            raise TypeError
        # numpy's own numbers print through their Python twin.
        return Fraction(str(value.item() if isinstance(value, np.generic) else value))
    except (TypeError, ValueError, ZeroDivisionError):
        msg = f"{name} must be a finite number, got {value!r}."
        raise ValueError(msg) from None


def _exact(value: Exact, *, name: str) -> Fraction:
    fraction = exact(value, name=name)
    if fraction < 0:
        msg = f"{name} must not be negative, got {value!r}."
        raise ValueError(msg)
    return fraction
