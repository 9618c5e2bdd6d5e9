"""Judgments through time as tables: one row for each judgment and date, or period."""

import datetime
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from forecast_bench.tracking.follow import FollowedJudgment, progress_of, settlement_of
from forecast_bench.tracking.path_columns import path_columns_on
from forecast_bench.tracking.periods import PartCounts
from forecast_bench.tracking.schema import COUNT_COLUMNS, PATH_COLUMNS, table

type Row = dict[str, Any]


def path_table(followed: Iterable[FollowedJudgment], *, as_of: datetime.date) -> pd.DataFrame:
    """One row for each judgment and date, with the columns of `PATH_COLUMNS`."""
    return table((row for one in followed for row in _path_rows(one, as_of)), PATH_COLUMNS)


def count_table(followed: Iterable[FollowedJudgment]) -> pd.DataFrame:
    """One row for each judgment, period and area, with the columns of `COUNT_COLUMNS`."""
    return table((row for one in followed for row in _count_rows(one)), COUNT_COLUMNS)


def _path_rows(one: FollowedJudgment, as_of: datetime.date) -> Iterator[Row]:
    path = one.path
    if path is None:
        return
    part = one.counted.counts.window if one.counted else None
    after = path.after
    totals = _totals(one, part)
    elapsed = [0.0] if part is None else [0.0, *part.elapsed_months]
    for index, (day, statement) in enumerate(zip(path.dates, path.in_force, strict=True)):
        known = int(path.periods_known[index])
        last = part.ends[known - 1] if part is not None and known else None
        provisional = (
            last is not None
            and one.counted is not None
            and last + settlement_of(one.counted.asked) > as_of
        )
        yield {
            "judgment": one.recorded.id,
            "date": str(day),
            "elapsed_months": None if part is None else float(elapsed[known]),
            "count": None if part is None else int(totals[0][known]),
            "ambiguous": None if part is None else int(totals[1][known]),
            "stated": statement.prior.mean,
            "band_low": statement.prior.low,
            "band_high": statement.prior.high,
            "base_rate": path.base_rate,
            "after": None if after is None else float(after[index]),
            "live": float(path.live[index]),
            "from_analyst": float(path.from_analyst[index]),
            "from_counts": _finite(path.from_counts[index]),
            **path_columns_on(path, index),
            "provisional": provisional,
            "settled": last is not None and not provisional,
        }


def _totals(one: FollowedJudgment, part: PartCounts | None) -> tuple[list[int], list[int]]:
    if part is None or one.counted is None:
        return [0], [0]
    doubtful = part.ambiguous.sum(axis=1).cumsum()
    totals = progress_of(one.counted.asked, part).totals
    return [0, *totals], [0, *(int(number) for number in doubtful)]


def _count_rows(one: FollowedJudgment) -> Iterator[Row]:
    if one.counted is None:
        return
    counts = one.counted.counts
    parts = (
        ("baseline", counts.baseline),
        ("window", counts.window),
        ("after window", counts.after_window),
    )
    for name, part in parts:
        for (period, (_, area)), (count, doubtful) in zip(
            ((period, area) for period in part.periods for area in one.counted.asked.areas),
            zip(part.count.ravel(), part.ambiguous.ravel(), strict=True),
            strict=True,
        ):
            yield {
                "judgment": one.recorded.id,
                "period_start": str(period.start),
                "period_end": str(period.end),
                "part": name,
                "place": area,
                "count": int(count),
                "ambiguous": int(doubtful),
            }


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
