"""What a fit is held against beside its sampler: replicated data, and simpler models."""

import io
import json
from pathlib import Path
from typing import Any, Final

import pandas as pd

from forecast_bench import bayes
from forecast_bench.job.gating import Fitted
from forecast_bench.workspace.replacing import replace_file

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
    points, shares, measures = (_kept(folder / one) for one in (_POINTS, _SHARES, _MEASURES))
    if points is None or shares is None or measures is None:
        checks = bayes.predictive_checks(fit.idata, fit.counted)
        bayes.predictive_figure(checks, folder)
        points = bayes.left_out_points(fit.idata, fit.counted)
        # Read back, as a later job finds them.
        shares = _keep(folder / _SHARES, checks.shares)
        measures = _keep(folder / _MEASURES, checks.measures)
        # Last, since it tells that the others are there.
        points = _keep(folder / _POINTS, points)
    # Which outcomes share a fate may change without the fit.
    compared = None if of_these_outcomes else _kept(folder / _COMPARED)
    if compared is None:
        compared = _keep(folder / _COMPARED, bayes.left_out_comparison(points, fit.frame))
    checks = bayes.PredictiveChecks(shares, measures)
    return {
        "predictive": {
            "statement": bayes.predictive_statement(checks),
            "replicates": bayes.REPLICATES,
            "measures": _records(checks.measures),
        },
        "left_out": _records(compared),
    }


def _kept(path: Path) -> pd.DataFrame | None:
    """Read a table that was made before; None where there is none, or it is damaged."""
    if not path.is_file():
        return None
    content = path.read_bytes()
    try:
        return pd.read_parquet(io.BytesIO(content))
    except (OSError, ValueError):
        # It was read; what Arrow finds in it is no fault of the disk.
        return None


def _keep(path: Path, table: pd.DataFrame) -> pd.DataFrame:
    content = table.to_parquet(index=False)
    replace_file(path, content)
    return pd.read_parquet(io.BytesIO(content))


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows ready for JSON, what is missing as null."""
    found: list[dict[str, Any]] = json.loads(table.to_json(orient="records", double_precision=12))
    return found
