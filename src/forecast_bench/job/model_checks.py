"""What a fit is held against beside its sampler: replicated data, and simpler models."""

import json
from pathlib import Path
from typing import Any, Final

import pandas as pd

from forecast_bench import bayes
from forecast_bench.job.gating import Fitted

_SHARES: Final = "predictive.parquet"
_MEASURES: Final = "measures.parquet"
_POINTS: Final = "left-out-points.parquet"
_COMPARED: Final = "left-out.parquet"


def model_checks(fit: Fitted, folder: Path, *, of_these_outcomes: bool) -> dict[str, Any]:
    """Give the checks of a fit for the manifest, and keep their tables with the fit.

    Parameters
    ----------
    fit : Fitted
        The fit, with the outcomes known today.
    folder : Path
        Where it lies.
    of_these_outcomes : bool
        Whether it was fitted to them; an older fit keeps what was found then.

    Returns
    -------
    dict
        ``predictive`` and ``left_out``; empty where nothing had resolved.
    """
    if not fit.counted.outcomes:
        return {}
    if not (folder / _POINTS).is_file():
        checks = bayes.predictive_checks(fit.idata, fit.counted)
        bayes.predictive_figure(checks, folder)
        checks.shares.to_parquet(folder / _SHARES, index=False)
        checks.measures.to_parquet(folder / _MEASURES, index=False)
        # Last, since it tells that the others are there.
        bayes.left_out_points(fit.idata, fit.counted).to_parquet(folder / _POINTS, index=False)
    # Which outcomes share a fate may change without the fit.
    if of_these_outcomes or not (folder / _COMPARED).is_file():
        points = pd.read_parquet(folder / _POINTS)
        bayes.left_out_comparison(points, fit.frame).to_parquet(folder / _COMPARED, index=False)
    checks = bayes.PredictiveChecks(
        pd.read_parquet(folder / _SHARES), pd.read_parquet(folder / _MEASURES)
    )
    return {
        "predictive": {
            "statement": bayes.predictive_statement(checks),
            "replicates": bayes.REPLICATES,
            "measures": _records(checks.measures),
        },
        "left_out": _records(pd.read_parquet(folder / _COMPARED)),
    }


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows ready for JSON, what is missing as null."""
    found: list[dict[str, Any]] = json.loads(table.to_json(orient="records", double_precision=12))
    return found
