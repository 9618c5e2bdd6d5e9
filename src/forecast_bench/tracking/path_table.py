"""Judgments through time as tables: one row for each judgment and date, or period."""

import datetime
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pandas as pd

from forecast_bench.tracking.follow import FollowedJudgment, progress_of, settlement_of
from forecast_bench.tracking.path import JudgmentPath
from forecast_bench.tracking.path_columns import path_columns_by_date
from forecast_bench.tracking.schema import COUNT_COLUMNS, PATH_COLUMNS, finite, table, table_of

type Row = dict[str, Any]


def path_table(followed: Iterable[FollowedJudgment], *, as_of: datetime.date) -> pd.DataFrame:
    """One row for each judgment and date, with the columns of `PATH_COLUMNS`."""
    parts = [_by_date(one, one.path, as_of) for one in followed if one.path is not None]
    values = {name: [value for part in parts for value in part[name]] for name in PATH_COLUMNS}
    return table_of(values, PATH_COLUMNS)


def count_table(followed: Iterable[FollowedJudgment]) -> pd.DataFrame:
    """One row for each judgment, period and area, with the columns of `COUNT_COLUMNS`."""
    return table((row for one in followed for row in _count_rows(one)), COUNT_COLUMNS)


def _by_date(
    one: FollowedJudgment, path: JudgmentPath, as_of: datetime.date
) -> dict[str, Sequence[Any]]:
    """Columns of one judgment, with a value for each of its dates."""
    known = path.periods_known.tolist()
    after = path.after
    priors = [statement.prior for statement in path.in_force]
    unknown = [None] * len(known)
    months: Sequence[float | None] = unknown
    counts: Sequence[int | None] = unknown
    ambiguous: Sequence[int | None] = unknown
    provisional = [False] * len(known)
    if one.counted is not None:
        asked, part = one.counted.asked, one.counted.counts.window
        elapsed = [0.0, *part.elapsed_months.tolist()]
        totals = [0, *progress_of(asked, part).totals]
        doubtful = [0, *part.ambiguous.sum(axis=1).cumsum().tolist()]
        lag = settlement_of(asked)
        settling = [False, *(end + lag > as_of for end in part.ends)]
        months, counts, ambiguous, provisional = (
            [values[over] for over in known] for values in (elapsed, totals, doubtful, settling)
        )
    return {
        "judgment": [one.recorded.id] * len(known),
        "date": [day.isoformat() for day in path.dates],
        "elapsed_months": months,
        "count": counts,
        "ambiguous": ambiguous,
        "stated": [prior.mean for prior in priors],
        "band_low": [prior.low for prior in priors],
        "band_high": [prior.high for prior in priors],
        "base_rate": [path.base_rate] * len(known),
        "after": unknown if after is None else after,
        "live": path.live,
        "from_analyst": path.from_analyst,
        "from_counts": finite(path.from_counts),
        **path_columns_by_date(path),
        "provisional": provisional,
        "settled": [over > 0 and not soon for over, soon in zip(known, provisional, strict=True)],
    }


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
