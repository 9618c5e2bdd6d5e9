"""A look at a workspace as a notebook shows it."""

from typing import TYPE_CHECKING

from forecast_bench.markup import text_html
from forecast_bench.problems import as_text

if TYPE_CHECKING:
    from forecast_bench.job.looking import Look


def look_html(seen: "Look") -> str:
    """Judgments of a look as HTML, or what forbade the look."""
    from forecast_bench.records import number_of
    from forecast_bench.review.notebook import judgments_html
    from forecast_bench.review.row import rows_of

    said = [f"{one.text} [{one.id}]" for one in seen.alarms]
    said += [as_text(one).partition("\n")[0] for one in seen.problems]
    listed = "".join(f"<li>{text_html(one)}</li>" for one in said)
    noted = f"<ul>{listed}</ul>" if listed else ""
    if seen.broken:
        return f"<p><strong>The look ended early: {text_html(seen.broken)}</strong></p>{noted}"
    caption = f"{number_of(len(seen.judgments), 'judgments')}; 0 to 100 %: band, stated, live"
    return judgments_html(rows_of(seen.judgments), caption=caption) + noted
