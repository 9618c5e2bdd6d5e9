"""The numbers behind every figure and card, as tables that a program reads."""

from collections.abc import Mapping, Sequence

import pandas as pd

from forecast_bench.review.document import Figure, Review, figures_of
from forecast_bench.review.run import Run

_DRAWS = "the posterior draws of the fit, in .forecast-bench/fits"
# Finished pictures of a fit whose numbers are a table of the run.
_BEHIND = {"model-forest": "effects", "model-predictive": "shares"}


def plotted(run: Run, review: Review) -> Mapping[str, pd.DataFrame]:
    """Every plotted number, one table for each kind of frame, and the judgments themselves.

    A finished picture of a fit has a row in `pictures`, with the table that holds its numbers, or
    where they lie if they are draws.

    Returns
    -------
    mapping of str to pandas.DataFrame
        By name of the file. Tables of figures have a first column `figure`, the name of the
        figure that shows the row.
    """
    gathered: dict[str, list[tuple[str, pd.DataFrame]]] = {}
    for figure in figures_of(review):
        kind = "judgment" if figure.kind == "sparkline" else figure.kind
        for name, frame in figure.frames.items():
            key = f"{kind}-{name}" if name != kind else kind
            gathered.setdefault(key, []).append((figure.name, frame))
    tables = {name: _together(parts) for name, parts in gathered.items()}
    tables["judgments"] = run.judgments
    if run.pooled is not None and not run.pooled.empty:
        tables["pooled"] = run.pooled
    if run.effects is not None:
        tables["effects"] = run.effects
    if run.shares is not None:
        tables["shares"] = run.shares
    if pictures := [one for one in figures_of(review) if one.kind == "image"]:
        tables["pictures"] = _pictures(pictures)
    for name, table in (
        ("analyst-phrases", run.analyst_phrases),
        ("phrase-years", run.phrase_years),
        ("months", run.over_time),
    ):
        if table is not None and not table.empty:
            tables[name] = table
    return dict(sorted(tables.items()))


def _together(parts: Sequence[tuple[str, pd.DataFrame]]) -> pd.DataFrame:
    """Join the frames of figures, each row with the name of its figure."""
    kept = [(name, frame) for name, frame in parts if len(frame)] or parts[:1]
    joined = pd.concat([frame for _, frame in kept], ignore_index=True)
    joined.insert(0, "figure", [name for name, frame in kept for _ in range(len(frame))])
    return joined


def _pictures(figures: Sequence[Figure]) -> pd.DataFrame:
    """Say of each finished picture what it shows, and where its numbers are."""
    return pd.DataFrame(
        {
            "figure": [one.name for one in figures],
            "shows": [one.caption for one in figures],
            "numbers": [_BEHIND.get(one.name, _DRAWS) for one in figures],
        }
    )
