"""The points of a reliability diagram: what happened at each stated value, and its band."""

import pandas as pd

from forecast_bench.reliability.band import consistency_band, last_stated_probability
from forecast_bench.reliability.curve import isotonic_curve

COLUMNS = ("probability", "n", "occurred", "frequency", "recalibrated", "band_low", "band_high")


def reliability_points(record: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """CORP curve with its consistency band, one row for each distinct stated probability.

    Parameters
    ----------
    record : DataFrame
        `probability` (0..1) and `outcome` (0 or 1); optional `question` (else every row is its
        own), `situation`, `date` and `forecaster`, as in `last_stated_probability`.
    seed : int
        Seed of the draws of the band.

    Returns
    -------
    DataFrame
        In rising order of `probability`: `n`, `occurred`, `weight`, `frequency` and `recalibrated`
        as `isotonic_curve` gives them; `band_low`, `band_high` (0..1): the 90 % consistency band.
        The columns alone where the record is empty.

    Raises
    ------
    ValueError
        If a value is outside its domain.

    References
    ----------
    Dimitriadis, Gneiting & Jordan (2021), PNAS 118(8), doi:10.1073/pnas.2016191118.

    Examples
    --------
    >>> record = pd.DataFrame({"probability": [0.2, 0.2, 0.9], "outcome": [0, 1, 1]})
    >>> reliability_points(record, seed=1)[["probability", "n", "frequency"]]
       probability  n  frequency
    0          0.2  2        0.5
    1          0.9  1        1.0
    """
    if record.empty:
        return pd.DataFrame({name: pd.Series(dtype="float64") for name in COLUMNS})
    curve = isotonic_curve(probability=record["probability"], outcome=record["outcome"])
    question = record["question"] if "question" in record.columns else range(len(record))
    band = consistency_band(
        probability=record["probability"],
        question=question,
        situation=record.get("situation"),
        last_probability=last_stated_probability(
            probability=record["probability"],
            question=question,
            date=record.get("date"),
            forecaster=record.get("forecaster"),
        ),
        seed=seed,
    )
    return curve.assign(band_low=band["low"].to_numpy(), band_high=band["high"].to_numpy())
