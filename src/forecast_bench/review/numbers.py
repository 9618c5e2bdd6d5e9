"""The numbers behind every figure and card, as tables that a program reads."""

from collections.abc import Mapping

import pandas as pd

from forecast_bench.review.document import Review, figures_of
from forecast_bench.review.run import Run


def plotted(run: Run, review: Review) -> Mapping[str, pd.DataFrame]:
    """Every plotted number, one table for each kind of frame, and the judgments themselves.

    Returns
    -------
    mapping of str to pandas.DataFrame
        By name of the file. Tables of figures have a first column `figure`, the name of the
        figure that shows the row.
    """
    gathered: dict[str, list[pd.DataFrame]] = {}
    for figure in figures_of(review):
        kind = "judgment" if figure.kind == "sparkline" else figure.kind
        for name, frame in figure.frames.items():
            part = frame.copy()
            part.insert(0, "figure", figure.name)
            gathered.setdefault(kind if name == kind else f"{kind}-{name}", []).append(part)
    tables = {
        name: pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
        for name, parts in gathered.items()
    }
    tables["judgments"] = run.judgments
    if run.pooled is not None and not run.pooled.empty:
        tables["pooled"] = run.pooled
    if run.effects is not None:
        tables["effects"] = run.effects
    for name, table in (
        ("analyst-phrases", run.analyst_phrases),
        ("phrase-years", run.phrase_years),
        ("months", run.over_time),
    ):
        if table is not None and not table.empty:
            tables[name] = table
    return dict(sorted(tables.items()))
