"""Where counts come from, in the words that their licence asks for."""

from forecast_bench.review.row import Row
from forecast_bench.review.run import Run
from forecast_bench.review.wording import clean


def sources_of(run: Run) -> tuple[Row, ...]:
    """The sources of a run, as its manifest lists them."""
    return tuple(Row(one) for one in run.manifest.get("sources") or ())


def source_line(run: Run, name: str) -> str:
    """Attribution of a source with its vintage, to stand under every figure of its counts."""
    if not name:
        return "Source: not named in the run."
    for one in sources_of(run):
        if one.text("source") == name:
            words = clean(one.text("attribution")) or clean(one.text("title")) or name
            late = ", retrieved after the as-of date" if one.flag("hindsight") else ""
            vintage = one.text("vintage") or "of unknown date"
            return f"Source: {words.rstrip('.')}. Vintage {vintage}{late}; our own counts."
    return f"Source: {clean(name)}; the run holds no attribution for it."


def all_sources_line(run: Run) -> str:
    """One line that names every source of the run."""
    lines = [source_line(run, one.text("source")) for one in sources_of(run)]
    return " ".join(lines) if lines else "Source: judgments settled by hand; no counted source."
