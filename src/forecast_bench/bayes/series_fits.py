"""Many monthly series, each fitted by itself, on one machine or many: a table in, a table out.

What is drawn for a series depends on its months, the settings and a seed that follows from the
run's seed and the series' name: not on the other series, their order, or the workers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Final

import pandas as pd

from forecast_bench.bayes.identity import seed_from
from forecast_bench.bayes.month_counts import series_months
from forecast_bench.bayes.one_series import SeriesFit, fit_one_series
from forecast_bench.bayes.settings import FitSettings, SeriesSettings
from forecast_bench.bayes.workers import run_all

_TYPES: Final = MappingProxyType(
    {
        "series": "object",
        "months": "int64",
        "draws": "int64",
        "divergences": "Int64",
        "state": "object",
        "reasons": "object",
    }
)
FIT_COLUMNS: Final = MappingProxyType(
    {one.name: _TYPES.get(one.name, "float64") for one in fields(SeriesFit)}
)
"""Columns of a table of fits with their types; their meanings are those of `SeriesFit`."""


def fit_series(
    table: pd.DataFrame,
    settings: SeriesSettings,
    *,
    seed: int,
    workers: FitSettings,
    names: Sequence[str] | None = None,
    cache: Path | None = None,
) -> pd.DataFrame:
    """Fit every series of a table by itself.

    A series that cannot be fitted, or whose fit fails, is told in its row, and the others are
    fitted. A worker that is killed, or a model that does not compile, ends the whole.

    Parameters
    ----------
    table
        One row per series and month: `series_months` says which columns.
    settings
        Priors, sampler, limits of the diagnostics.
    seed
        Seed of the run, non-negative.
    workers
        Where the fits run. With more than one process a script must keep what it does under
        ``if __name__ == "__main__":``, since workers import it.
    names
        Series wanted, in this order; None for those of the table, in order of their first row.
    cache
        Folder under which compiled code is kept, on the machine of each worker; None leaves
        PyTensor's own.

    Returns
    -------
    pandas.DataFrame
        One row per series, with `FIT_COLUMNS`. All but ``seconds`` is the same bit for bit whatever
        the workers are, with the same versions on the same kind of processor.

    Raises
    ------
    ValueError
        If the seed is negative or the table is not one of series.
    ModuleNotFoundError
        If Dask is asked for and not installed.

    Examples
    --------
    >>> told = fit_series(pd.DataFrame({"series": ["a"], "month": ["2020-01"], "count": [-1]}),
    ...     SeriesSettings(), seed=1, workers=FitSettings(), names=["a", "b"])
    >>> told.set_index("series").state.to_dict()
    {'a': 'count is negative in 1 of 1 months', 'b': 'no months'}
    """
    if seed < 0:
        raise ValueError(f"seed must not be negative, got {seed}")
    calls = [
        (partial(fit_one_series, seed=seed_from(one.name, seed), cache=cache), (one, settings))
        for one in series_months(table, names=names)
    ]
    fitted = run_all(calls, workers)
    rows = [asdict(one) for one in fitted]
    return pd.DataFrame(
        {
            name: pd.Series([one[name] for one in rows], dtype=kind)
            for name, kind in FIT_COLUMNS.items()
        }
    )
