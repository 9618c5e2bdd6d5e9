"""Resolved judgments as counts per cell of analyst, phrase and topic.

Outcomes that share analyst, stated probability, phrase and topic have the same probability of
being 1 under the model, so their sum is sufficient: a fit costs as much as there are cells,
however many outcomes there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import logit

from forecast_bench.bayes.covariates import checked_steps, covariate_columns

COLUMNS = ("probability", "outcome", "analyst", "phrase", "topic")
_KEYS = ("analyst", "phrase", "topic", "probability")


@dataclass(frozen=True, eq=False)
class Cells:
    """Outcomes counted per distinct (analyst, phrase, topic, stated probability).

    Attributes
    ----------
    log_odds
        Stated log odds of each cell.
    analyst, phrase, topic
        Code of each cell, an index into the level names.
    trials, occurred
        Resolved judgments in each cell, and those whose event occurred.
    analysts, phrases, topics
        Level names, sorted.
    covariates
        Step of each cell, -1, 0 or 1, by the name of the covariate's column; none by default.
    """

    log_odds: NDArray[np.float64]
    analyst: NDArray[np.int64]
    phrase: NDArray[np.int64]
    topic: NDArray[np.int64]
    trials: NDArray[np.int64]
    occurred: NDArray[np.int64]
    analysts: tuple[str, ...]
    phrases: tuple[str, ...]
    topics: tuple[str, ...]
    covariates: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)

    @property
    def outcomes(self) -> int:
        """Resolved judgments in all cells."""
        return int(self.trials.sum())


def cells(frame: pd.DataFrame) -> Cells:
    """Count outcomes per cell, in an order that does not depend on that of the rows.

    Parameters
    ----------
    frame
        One row per resolved judgment: ``probability`` strictly between 0 and 1, ``outcome`` 0 or 1,
        and the texts ``analyst``, ``phrase`` (where no phrase was used: the stated value as text)
        and ``topic``; the steps of covariates (``horizon_step``, ``confidence_step``) where they
        are to be told apart. No rows is legal and gives no cells. Other columns are ignored.

    Returns
    -------
    Cells
        Sorted by analyst, phrase, topic, probability and steps.

    Raises
    ------
    ValueError
        If a column is missing, an outcome is missing or neither 0 nor 1, a probability is missing
        or not strictly inside (0, 1), or a group has a missing name. PyMC would impute a missing
        outcome without a word.

    Examples
    --------
    >>> made = cells(pd.DataFrame({
    ...     "probability": [0.85, 0.85, 0.3], "outcome": [1, 0, 0],
    ...     "analyst": ["lee", "lee", "ada"], "topic": ["x", "x", "x"],
    ...     "phrase": ["highly likely", "highly likely", "0.3"]}))
    >>> made.analysts, made.trials.tolist(), made.occurred.tolist()
    (('ada', 'lee'), [1, 2], [0, 1])
    """
    clean = resolved(frame)
    steps = covariate_columns(clean)
    counted = (
        clean.groupby([*_KEYS, *steps], sort=True, observed=True)["outcome"]
        .agg(["size", "sum"])
        .reset_index()
    )
    coded: dict[str, Any] = {}
    for name in _KEYS[:3]:
        levels, codes = np.unique(counted[name].to_numpy(dtype=object), return_inverse=True)
        coded[name] = codes.astype(np.int64)
        coded[f"{name}s"] = tuple(str(level) for level in levels)
    return Cells(
        log_odds=logit(counted["probability"].to_numpy(dtype=np.float64)),
        trials=counted["size"].to_numpy(dtype=np.int64),
        occurred=counted["sum"].to_numpy(dtype=np.int64),
        covariates={name: counted[name].to_numpy(dtype=np.int64) for name in steps},
        **coded,
    )


def cell_of(frame: pd.DataFrame) -> NDArray[np.int64]:
    """Give the cell of each row, as `cells` orders them.

    Parameters
    ----------
    frame
        As for `cells`.

    Returns
    -------
    ndarray of int, shape (rows,)

    Examples
    --------
    >>> cell_of(pd.DataFrame({
    ...     "probability": [0.85, 0.85, 0.3], "outcome": [1, 0, 0],
    ...     "analyst": ["lee", "lee", "ada"], "topic": ["x", "x", "x"],
    ...     "phrase": ["highly likely", "highly likely", "0.3"]})).tolist()
    [1, 1, 0]
    """
    clean = resolved(frame)
    keys = [*_KEYS, *covariate_columns(clean)]
    codes = clean.groupby(keys, sort=True, observed=True).ngroup()
    return np.asarray(codes.to_numpy(), dtype=np.int64)


def resolved(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the columns the model uses, checked and typed.

    Parameters
    ----------
    frame
        As for `cells`.

    Returns
    -------
    pandas.DataFrame
        Columns ``probability`` (float), ``outcome`` (int), the texts ``analyst``, ``phrase``
        and ``topic``, and the steps of covariates that are there.

    Raises
    ------
    ValueError
        As for `cells`.

    Examples
    --------
    >>> resolved(pd.DataFrame({"probability": [0.2], "outcome": [True], "analyst": ["a"],
    ...     "phrase": ["unlikely"], "topic": ["t"]})).outcome.tolist()
    [1]
    """
    missing = [name for name in COLUMNS if name not in frame.columns]
    if missing:
        raise ValueError(f"the frame lacks the columns {missing}")
    outcome = pd.to_numeric(frame["outcome"]).to_numpy(dtype=np.float64, na_value=np.nan)
    if not np.isin(outcome, (0.0, 1.0)).all():
        bad = outcome[~np.isin(outcome, (0.0, 1.0))][0]
        raise ValueError(f"outcome must be 0 or 1 in every row, got {bad}")
    typed = stated(frame)
    return typed.assign(outcome=outcome.astype(np.int64))


def stated(frame: pd.DataFrame) -> pd.DataFrame:
    """Return stated probabilities and group names, checked and typed; outcomes are not needed.

    Parameters
    ----------
    frame
        One row per judgment with ``probability``, ``analyst``, ``phrase`` and ``topic``.

    Returns
    -------
    pandas.DataFrame
        Those four columns, and the steps of covariates that are there.

    Raises
    ------
    ValueError
        If a column or a group name is missing or a probability is not strictly inside (0, 1).

    Examples
    --------
    >>> list(stated(pd.DataFrame({"probability": [0.2], "analyst": ["a"], "phrase": ["p"],
    ...     "topic": ["t"]})).columns)
    ['probability', 'analyst', 'phrase', 'topic']
    """
    missing = [name for name in COLUMNS if name != "outcome" and name not in frame.columns]
    if missing:
        raise ValueError(f"the frame lacks the columns {missing}")
    probability = pd.to_numeric(frame["probability"]).to_numpy(dtype=np.float64, na_value=np.nan)
    inside = (probability > 0) & (probability < 1)
    if not inside.all():
        raise ValueError(f"probability must lie inside (0, 1), got {probability[~inside][0]}")
    groups = {}
    for name in ("analyst", "phrase", "topic"):
        if frame[name].isna().any():
            raise ValueError(f"{name} is missing in {int(frame[name].isna().sum())} rows")
        groups[name] = frame[name].map(str).astype(object)
    columns = {"probability": probability, **groups, **checked_steps(frame)}
    return pd.DataFrame(columns, index=frame.index)
