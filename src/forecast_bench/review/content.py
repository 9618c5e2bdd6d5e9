"""What a review says, in order: from a run to plain records."""

from dataclasses import replace

from forecast_bench.review.analysts import analysts_section
from forecast_bench.review.calibration import calibration_section
from forecast_bench.review.cards import FULL_FIGURES, cards
from forecast_bench.review.document import Paragraph, Review
from forecast_bench.review.health import health_section
from forecast_bench.review.listing import listing_section
from forecast_bench.review.method import method_section
from forecast_bench.review.overview import overview, verdict
from forecast_bench.review.phrases import phrase_section
from forecast_bench.review.provenance import inputs_section, sources_section
from forecast_bench.review.row import rows_of
from forecast_bench.review.run import Run
from forecast_bench.review.several import several_section
from forecast_bench.review.sources import all_sources_line
from forecast_bench.review.wording import clean


def review_content(run: Run) -> Review:
    """Say what a run found, the most pressing first.

    Parameters
    ----------
    run : Run
        A run as `read_run` gives it.

    Returns
    -------
    Review
        Overview, judgments, several analysts on one question where there are any, phrases,
        calibration, models, sources, inputs, method. Parts that the run lacks say so.

    Examples
    --------
    >>> from pathlib import Path
    >>> import pandas as pd
    >>> from forecast_bench.review.run import Run
    >>> none = pd.DataFrame({"judgment": [], "id": []})
    >>> run = Run(Path(), {"run": "r", "as_of": "2019-07-31"}, {}, (), none, none, none, none,
    ...     none, None, None, {}, ())
    >>> review_content(run).verdict
    'This run holds no judgments.'
    """
    rows = rows_of(run.judgments)
    as_of = clean(str(run.manifest.get("as_of") or "not available"))
    name = clean(str(run.manifest.get("workspace_name") or "workspace"))
    identifier = clean(str(run.manifest.get("run") or "not available"))
    listing = replace(listing_section(rows), cards=cards(run, rows))
    if len(rows) > FULL_FIGURES:
        small = Paragraph(
            f"With more than {FULL_FIGURES} judgments, only those that moved or left their band "
            "have a full figure and image files; the others have a small curve, and all their "
            "numbers are in the folder of numbers.",
            "quiet",
        )
        listing = replace(listing, blocks=(small, *listing.blocks))
    several = several_section(run)
    return Review(
        title=name,
        run=identifier,
        as_of=as_of,
        subtitle=f"As of {as_of}. Run {identifier}.",
        verdict=verdict(run, rows),
        sections=(
            overview(run, rows),
            listing,
            *(() if several is None else (several,)),
            phrase_section(run),
            calibration_section(run),
            analysts_section(run),
            health_section(run),
            sources_section(run),
            inputs_section(run),
            method_section(),
        ),
        footer=f"{all_sources_line(run)} Made by forecast-bench "
        f"{clean(str(run.manifest.get('version') or ''))} from run {identifier}.",
    )
