"""What a fit was made of: a hash that says whether to refit, and the seed that follows from it."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from forecast_bench.bayes.cell_counts import Cells
from forecast_bench.bayes.covariates import enabled_covariates
from forecast_bench.bayes.libraries import versions
from forecast_bench.bayes.panel_counts import PanelCounts
from forecast_bench.bayes.settings import DiagnosticLimits, RecalibrationSettings
from forecast_bench.records import PanelPriors, PanelSampler


def data_hash(cells: Cells, settings: RecalibrationSettings) -> str:
    """Hash what determines a fit, apart from its seed and the versions of the libraries.

    SHA-256 over canonical JSON (sorted keys, shortest exact decimals) of the cells and of every
    setting but those of the gate and the time limit. Equal hashes mean that a refit would sample
    the same posterior.

    Parameters
    ----------
    cells
        Counts per cell.
    settings
        Priors, groups and sampler.

    Returns
    -------
    str
        64 hexadecimal digits.

    Examples
    --------
    >>> import pandas as pd
    >>> from forecast_bench.bayes import cells
    >>> frame = pd.DataFrame({"probability": [0.2], "outcome": [0], "analyst": ["a"],
    ...     "phrase": ["unlikely"], "topic": ["t"]})
    >>> len(data_hash(cells(frame), RecalibrationSettings()))
    64
    """
    # What the gate asks for, how long a fit may take, and covariates that are off change no fit.
    idle = {"gate", "time_limit"}
    if not enabled_covariates(settings):
        idle |= {"horizons", "confidences", "covariate_scale"}
    content: dict[str, Any] = {
        "settings": settings.model_dump(mode="json", exclude=idle),
        "cells": {
            name: getattr(cells, name).tolist()
            for name in ("log_odds", "analyst", "phrase", "topic", "trials", "occurred")
        },
        "levels": [list(cells.analysts), list(cells.phrases), list(cells.topics)],
    }
    if cells.covariates:
        content["covariates"] = {name: steps.tolist() for name, steps in cells.covariates.items()}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def panel_hash(
    counts: PanelCounts, priors: PanelPriors, sampler: PanelSampler, limits: DiagnosticLimits
) -> str:
    """Hash what determines a fit of a panel, the versions of the libraries included.

    Parameters
    ----------
    counts
        The panel.
    priors, sampler, limits
        Its settings.

    Returns
    -------
    str
        64 hexadecimal digits. Equal hashes mean equal draws, on one kind of processor.
    """
    content = {
        "settings": [
            one.model_dump(mode="json", exclude={"time_limit"}) for one in (priors, sampler, limits)
        ],
        "versions": versions(),
        "window_months": counts.window_months,
        "last_month": counts.last_month.isoformat(),
        "names": [list(counts.types), list(counts.series), list(counts.effects)],
        "arrays": {
            name: getattr(counts, name).tolist()
            for name in (
                "type_code",
                "count",
                "exposure_months",
                "covariate",
                "effect_scale",
                "alike_type",
                "alike_count",
                "alike_exposure",
                "alike_months",
            )
        },
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def seed_from(content_hash: str, base_seed: int) -> int:
    """Derive a sampling seed from what is fitted, so that a rerun draws the same numbers.

    Parameters
    ----------
    content_hash
        A hash such as `data_hash` gives.
    base_seed
        The workspace's own seed; another one gives independent draws of the same posterior.

    Returns
    -------
    int
        In 0 .. 2^31 - 1.

    Examples
    --------
    >>> seed_from("ab", 1) == seed_from("ab", 1), seed_from("ab", 1) == seed_from("ab", 2)
    (True, False)
    """
    digest = hashlib.sha256(f"{content_hash}:{base_seed}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % 2**31
