"""`base-rate`: what history says, from numbers or for a judgment."""

from pathlib import Path
from typing import Annotated, Any

import typer

from forecast_bench.cli.looking import looked, row_of
from forecast_bench.cli.options import (
    AsOfOption,
    Format,
    FormatOption,
    WorkspaceOption,
    workspace_folder,
)
from forecast_bench.cli.output import print_json, print_line


def base_rate(
    identifier: Annotated[
        str | None, typer.Argument(metavar="ID", help="A judgment; or give numbers instead.")
    ] = None,
    *,
    count: Annotated[int | None, typer.Option(min=0, help="Incidents in the baseline.")] = None,
    exposure: Annotated[float | None, typer.Option(min=0, help="Months of the baseline.")] = None,
    window: Annotated[float | None, typer.Option(min=0, help="Months of the window.")] = None,
    at_least: Annotated[
        int | None, typer.Option(min=0, help="Incidents that make the event.")
    ] = None,
    drift: Annotated[
        float, typer.Option(min=0, help="Standard deviation of the change of the log rate.")
    ] = 0.5,
    dispersion: Annotated[
        float | None, typer.Option(help="Months vary by rate + rate^2 / dispersion.")
    ] = None,
    elapsed: Annotated[float, typer.Option(min=0, help="Months of the window gone by.")] = 0,
    so_far: Annotated[int, typer.Option(min=0, help="Incidents counted in them.")] = 0,
    stated: Annotated[
        str | None, typer.Option(metavar="PHRASE", help="A phrase, or a number such as 0.85.")
    ] = None,
    lexicon: Annotated[str, typer.Option(metavar="ID", help="The phrase's lexicon.")] = "",
    workspace: WorkspaceOption = None,
    as_of: AsOfOption = None,
    output: FormatOption = Format.text,
) -> None:
    """Work out a base rate, and what counts make of it.

    From numbers, or for a judgment of the workspace; with a stated probability also the live one.

    Example: forecast-bench base-rate --count 5 --exposure 12 --window 18 --at-least 8
    --elapsed 6 --so-far 3 --stated "highly likely" --lexicon uk-phia@2018
    """
    if identifier is not None:
        _of_judgment(identifier, workspace, as_of, output)
        return
    if count is None or exposure is None or window is None or at_least is None:
        raise typer.BadParameter(
            "give a judgment, or all of --count, --exposure, --window and --at-least"
        )
    if elapsed > window:
        raise typer.BadParameter("more months than the window has", param_hint="--elapsed")
    prior_mean = None if stated is None else _stated_mean(stated, lexicon)
    try:
        found = _from_numbers(
            count=count,
            exposure=exposure,
            window=window,
            at_least=at_least,
            drift=drift,
            dispersion=dispersion,
            elapsed=elapsed,
            so_far=so_far,
            stated=prior_mean,
        )
    except ValueError as failure:
        raise typer.BadParameter(str(failure)) from None
    if output is Format.json:
        print_json(found)
        return
    print_line(f"rate of the window: Gamma({found['shape']:.6f}, {found['rate']:.6f}) a month")
    print_line(f"base rate of at least {at_least} in {window:g} months: {found['base_rate']:.6f}")
    if elapsed:
        said = f"after {so_far} in {elapsed:g} months"
        print_line(f"{said}: {found['after']:.6f}")
    if found["live"] is not None:
        print_line(f"stated {prior_mean:.6f}, live {found['live']:.6f}")


def _from_numbers(
    *,
    count: int,
    exposure: float,
    window: float,
    at_least: int,
    drift: float,
    dispersion: float | None,
    elapsed: float,
    so_far: int,
    stated: float | None,
) -> dict[str, Any]:
    from scipy.special import expit

    from forecast_bench.rates import log_odds_at_least, rate_law
    from forecast_bench.updating import live_probability, log_odds

    law = rate_law(incidents=count, exposure_months=exposure, drift=drift, dispersion=dispersion)
    before = log_odds_at_least(law, threshold=at_least, exposure_months=window)
    after = log_odds_at_least(
        law,
        threshold=at_least,
        exposure_months=window,
        incidents=so_far,
        elapsed_months=elapsed,
    )
    live = (
        None
        if stated is None
        else float(
            live_probability(
                stated_log_odds=log_odds(stated), base_log_odds=before, after_log_odds=after
            )
        )
    )
    return {
        "shape": float(law.shape),
        "rate": float(law.rate),
        "base_rate": float(expit(before)),
        "after": float(expit(after)),
        "stated": stated,
        "live": live,
    }


def _stated_mean(stated: str, lexicon: str) -> float:
    from forecast_bench.lexicons import describe_bands, load_shipped, look_up
    from forecast_bench.priors import encode_band

    try:
        number = float(stated)
    except ValueError:
        number = None
    if number is not None:
        if not 0 < number < 1:
            raise typer.BadParameter(f"{stated} is not between 0 and 1", param_hint="--stated")
        return number
    known = load_shipped()
    if lexicon not in known:
        names = ", ".join(sorted(known))
        raise typer.BadParameter(f"name the phrase's lexicon: {names}", param_hint="--lexicon")
    found = look_up(known[lexicon], stated)
    if found is None:
        bands = describe_bands(known[lexicon])
        raise typer.BadParameter(
            f'"{stated}" is not a phrase of {lexicon}, which has: {bands}', param_hint="--stated"
        )
    a, b = encode_band(found.low, found.high)
    return a / (a + b)


def _of_judgment(identifier: str, workspace: Path | None, as_of: Any, output: Format) -> None:
    row = row_of(looked(workspace_folder(workspace), as_of), identifier)
    if output is Format.json:
        names = {"shape": "law_shape", "rate": "law_rate"}
        keys = (
            *("base_rate", "after", "live", "threshold_text", "baseline_text", "count"),
            *("rate_mean", "drift", "drift_low", "drift_high"),
            *("dispersion", "dispersion_low", "dispersion_high"),
            *(name for name in row if name.startswith("parameters_")),
        )
        print_json(
            {**{key: row[name] for key, name in names.items()}, **{key: row[key] for key in keys}}
        )
        return
    print_line(row["question_text"])
    if row["base_rate"] is None:
        print_line("no base rate: the question is settled by hand or its baseline is not covered")
        return
    print_line(f"baseline: {row['baseline_text']}")
    print_line(f"event: {row['threshold_text']}")
    print_line(f"law: {row['parameters_text']}")
    print_line(f"base rate at issue: {row['base_rate']:.6f}")
    print_line(f"so far: {row['count']} in {row['elapsed_months']:g} months")
    if row["live"] is not None:
        print_line(f"base rate after: {row['after']:.6f}")
        print_line(f"stated {row['now_text']} ({row['now_mean']:.6f}), live {row['live']:.6f}")
