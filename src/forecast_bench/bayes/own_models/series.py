"""What a team's own model is told: the series that a question counts, before it is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Series:
    """Counts by month, with what they are counts of, and the months ahead.

    Parameters
    ----------
    counts : ndarray of int, shape (series, months)
        Incidents before the question is asked; one series, or for a question of reach one an area.
    exposure : ndarray, shape (months,)
        Share of each month that was counted: 1, or less where the history begins or ends inside.
    actor, place, kind : tuple of str, length series
        Whose incidents, where, and of which type; several are joined by commas.
    months : tuple of str
        As ``2017-01``.
    future_exposure : ndarray, shape (future months,)
        Share of each month of the window that is ahead.
    future_months : tuple of str
        Months of the window, its first and last perhaps in part.

    Raises
    ------
    ValueError
        If lengths do not agree.

    Examples
    --------
    >>> series = Series(counts=np.array([[3, 1]]), exposure=np.ones(2), actor=("JNIM",),
    ...     place=("Mali",), kind=("battle",), months=("2017-11", "2017-12"),
    ...     future_exposure=np.ones(1), future_months=("2018-01",))
    >>> series.ahead, series.coords["series"]
    (1, ['JNIM, Mali, battle'])
    """

    counts: npt.NDArray[np.int64]
    exposure: npt.NDArray[np.float64]
    actor: tuple[str, ...]
    place: tuple[str, ...]
    kind: tuple[str, ...]
    months: tuple[str, ...]
    future_exposure: npt.NDArray[np.float64]
    future_months: tuple[str, ...]

    def __post_init__(self) -> None:
        labels = {len(self.actor), len(self.place), len(self.kind)}
        if self.counts.ndim != 2 or labels != {len(self.counts)}:
            raise ValueError(f"one actor, place and kind for each series of {self.counts.shape}")
        if self.counts.shape[1] != len(self.months) or len(self.exposure) != len(self.months):
            raise ValueError(f"one month and exposure for each column of {self.counts.shape}")
        if len(self.future_exposure) != len(self.future_months):
            raise ValueError("one exposure for each month ahead")

    @property
    def ahead(self) -> int:
        """How many months are wanted."""
        return len(self.future_months)

    @property
    def coords(self) -> dict[str, list[str]]:
        """Names along ``series``, ``month`` and ``future_month``, for a `pymc.Model`."""
        names = zip(self.actor, self.place, self.kind, strict=True)
        return {
            "series": [", ".join(name) for name in names],
            "month": list(self.months),
            "future_month": list(self.future_months),
        }

    def as_record(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "counts": self.counts.tolist(),
            "exposure": self.exposure.tolist(),
            "actor": list(self.actor),
            "place": list(self.place),
            "kind": list(self.kind),
            "months": list(self.months),
            "future_exposure": self.future_exposure.tolist(),
            "future_months": list(self.future_months),
        }

    @staticmethod
    def from_record(record: dict[str, Any]) -> Series:
        """Read back what `as_record` gave."""
        names = ("actor", "place", "kind", "months", "future_months")
        months = len(record["months"])
        return Series(
            counts=np.array(record["counts"], dtype=np.int64).reshape(-1, months),
            exposure=np.array(record["exposure"], dtype=np.float64),
            future_exposure=np.array(record["future_exposure"], dtype=np.float64),
            **{name: tuple(record[name]) for name in names},
        )

    def after(self, seen: npt.NDArray[np.int64]) -> Series:
        """Move months of the window that were counted since, (series, months), to the history."""
        known = seen.shape[1]
        return Series(
            counts=np.concatenate([self.counts, seen], axis=1),
            exposure=np.concatenate([self.exposure, self.future_exposure[:known]]),
            actor=self.actor,
            place=self.place,
            kind=self.kind,
            months=self.months + self.future_months[:known],
            future_exposure=self.future_exposure[known:],
            future_months=self.future_months[known:],
        )
