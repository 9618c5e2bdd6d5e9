"""What was stated of what occurred and of what did not, and whom that would have served."""

import pandas as pd

from forecast_bench.reliability import forecasts_by_outcome, murphy_gain


def outcome_table(record: pd.DataFrame) -> pd.DataFrame:
    """How often each probability was stated of what occurred and of what did not."""
    if record.empty:
        names = ("probability", "occurred", "did_not", "share_occurred", "share_did_not")
        more = ("hit_rate", "false_alarm_rate")
        return pd.DataFrame({name: pd.Series(dtype="float64") for name in (*names, *more)})
    return forecasts_by_outcome(probability=record["probability"], outcome=record["outcome"])


def murphy_table(record: pd.DataFrame, recalibrated: pd.DataFrame | None) -> pd.DataFrame:
    """Gain over the base rates at each threshold of action: as stated, and as recalibrated.

    Parameters
    ----------
    record : DataFrame
        As `resolved_record` gives it; judgments without a base rate are left out.
    recalibrated : DataFrame or None
        `judgment` and `recalibrated`, by the map in force; None where none is.
    """
    known = record[record["reference"].notna()]
    forecasts = {"stated": known["probability"]}
    if recalibrated is not None:
        mapped = recalibrated.set_index("judgment")["recalibrated"]
        forecasts["recalibrated"] = known["judgment"].map(mapped)
    tables = [
        murphy_gain(
            probability=probability,
            reference=known["reference"],
            outcome=known["outcome"],
            question=known["question"],
            situation=known["situation"],
        ).assign(forecast=name, n=len(known))
        for name, probability in forecasts.items()
        if len(known)
    ]
    names = ("threshold", "score", "reference_score", "gain", "low", "high", "forecast", "n")
    empty = pd.DataFrame({name: pd.Series(dtype="float64") for name in names})
    return pd.concat(tables, ignore_index=True) if tables else empty
