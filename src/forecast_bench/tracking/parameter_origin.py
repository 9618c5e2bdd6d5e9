"""Where a question's drift and dispersion come from."""

from dataclasses import dataclass
from typing import Literal

type OriginState = Literal["fixed", "prior", "fitted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterOrigin:
    """Where drift and dispersion come from, for cards and tables.

    Parameters
    ----------
    state : {"fixed", "prior", "fitted"}
        Written in the file of the law; the prior alone, since too few series are there to learn
        from; or learned from a panel of series.
    series, months : int
        Series and months of the panel; none where they are fixed.

    Raises
    ------
    ValueError
        If a number is negative, or is not zero beside fixed parameters.

    Examples
    --------
    >>> ParameterOrigin(state="fitted", series=57, months=3420)
    ParameterOrigin(state='fitted', series=57, months=3420)
    """

    state: OriginState
    series: int = 0
    months: int = 0

    def __post_init__(self) -> None:
        if self.series < 0 or self.months < 0:
            raise ValueError(f"series and months must not be negative, got {self}")
        if self.state == "fixed" and (self.series or self.months):
            raise ValueError(f"fixed parameters come from no series, got {self}")


FIXED = ParameterOrigin(state="fixed")
