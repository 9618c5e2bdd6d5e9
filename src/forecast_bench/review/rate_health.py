"""What the models of rates may be believed: panels, and a team's own models."""

from forecast_bench.review.document import Block, Paragraph, table
from forecast_bench.review.row import Row
from forecast_bench.review.run import Run
from forecast_bench.review.wording import capitalised, clean, count, listed, number


def rate_blocks(run: Run) -> list[Block]:
    """Every panel of rates with what it learned, then every fit of a team's own model."""
    panels = [Row(one) for one in run.manifest.get("rates") or ()]
    models = [Row(one) for one in run.manifest.get("models") or ()]
    blocks: list[Block] = []
    for panel in panels:
        blocks += _panel(panel)
    if models:
        blocks.append(_models(models))
    return blocks


def _panel(row: Row) -> list[Block]:
    name = f"Rates {clean(row.text('family'))}, panel up to {row.text('until')}"
    size = (
        f"{count(row.number('series'))} series, {count(row.number('months'))} months, "
        f"{count(row.number('incidents'))} incidents"
    )
    if row.text("state") != "fitted":
        because = clean(row.text("because"))
        said = f"{name}: too small, since {because}; the prior speaks ({size})."
        return [Paragraph(said), _beliefs(row, name)]
    said = f"{name}: fitted by {clean(row.text('method'))} to {size}. {_verdict(row)}"
    found = row.within("diagnostics")
    failed = bool(found.values) and not found.flag("passed")
    return [Paragraph(said, "alarm" if failed else "plain"), _beliefs(row, name)]


def _verdict(row: Row) -> str:
    """Say what the diagnostics found, and how far the two roads lie apart."""
    found = row.within("diagnostics")
    if not found.values:
        return "Approximated: nothing was sampled, so there is nothing to diagnose."
    if not found.flag("passed"):
        reasons = listed(clean(str(one)) for one in found.values.get("reasons") or ())
        return f"Diagnostics failed: {reasons}"
    apart = row.within("agreement")
    return (
        f"Diagnostics passed: r-hat {number(found.number('r_hat'))}, effective sample sizes from "
        f"{number(found.number('ess_bulk'), places=0)}. Sampling and approximation lie "
        f"{number(apart.number('apart'), places=2)} posterior standard deviations apart at most."
    )


def _beliefs(row: Row, name: str) -> Block:
    return table(
        f"{name}: drift of the log rate over a baseline, and dispersion of months, median and 90 % "
        "credible interval",
        ("Type", "Drift", "Drift, interval", "Dispersion", "Dispersion, interval"),
        [
            (
                capitalised(clean(one.text("type"))),
                *_median_and_interval(one.values["drift"], places=2),
                *_median_and_interval(one.values["dispersion"], places=1),
            )
            for one in map(Row, row.values.get("beliefs") or ())
        ],
        numeric=("Drift", "Dispersion"),
    )


def _median_and_interval(values: list[float], *, places: int) -> tuple[str, str]:
    median, low, high = values
    return number(
        median, places=places
    ), f"{number(low, places=places)} to {number(high, places=places)}"


def _models(rows: list[Row]) -> Block:
    return table(
        "A team's own models: each fit, the question it was asked, and its diagnostics",
        ("File", "Question", "Months of the window seen", "Draws", "r-hat", "Diagnostics"),
        [
            (
                clean(row.text("model")),
                clean(row.text("question")),
                count(row.number("window_months_fitted")),
                count(row.number("draws")),
                number(row.within("diagnostics").number("r_hat")),
                "passed" if row.within("diagnostics").flag("passed") else "failed",
            )
            for row in rows
        ],
        numeric=("Months of the window seen", "Draws", "r-hat"),
    )
