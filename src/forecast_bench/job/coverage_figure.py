"""What the sources of a store cover, as a figure."""

import datetime
from collections.abc import Sequence

import pandas as pd

from forecast_bench.incidents import Vintage
from forecast_bench.review.document import Figure

_DAY = datetime.timedelta(days=1)


def coverage_figure(sources: Sequence[Sequence[Vintage]]) -> Figure:
    """Draw the days that each source covers of each country, and the days it was read on.

    Parameters
    ----------
    sources : sequence of sequence of Vintage
        The vintages of every source, the newest last.
    """
    spans: list[dict[str, str]] = []
    read: list[dict[str, str]] = []
    for known in sources:
        newest = known[-1]
        for country in newest.extent.hull.countries:
            row = f"{newest.manifest.source}: {country}"
            spans.extend(
                {
                    "row": row,
                    "start": str(piece.window.start),
                    "end": str(piece.window.end + _DAY),
                }
                for piece in newest.extent.pieces
                if country in piece.countries
            )
            read.extend({"row": row, "date": str(one.retrieved)} for one in known)
    alternative = "; ".join(
        f"{known[-1].manifest.source} from {window.start} to {window.end}"
        for known in sources
        for window in [known[-1].extent.hull.window]
    )
    frames = {"spans": pd.DataFrame(spans), "vintages": pd.DataFrame(read)}
    return Figure("coverage", "coverage", f"Days covered: {alternative}.", "", frames=frames)
