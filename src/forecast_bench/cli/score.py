"""`score`: any record of resolved forecasts."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forecast_bench.cli.options import ExitStatus, Format, FormatOption
from forecast_bench.cli.output import print_json, print_line, print_table, report_problems
from forecast_bench.cli.terminal import is_terminal
from forecast_bench.records import Settings, number_of

if TYPE_CHECKING:
    import pandas as pd

    from forecast_bench.reliability import Measures, Summary

_MURPHY = frozenset(("ci", "di", "vi", "ndi", "andi"))
# Said only where a record has base rates: without them skill is against climatology anyway.
_WITH_BASE_RATES = frozenset(("from_base_rate", "skill_climatology"))


def score(
    file: Annotated[
        Path, typer.Argument(metavar="FILE.csv", help="probability,outcome[,phrase,forecaster,...]")
    ],
    output: FormatOption = Format.text,
) -> None:
    """Score any record of resolved forecasts.

    Columns: probability,outcome[,phrase,forecaster,question,situation,date,topic,team,confidence,
    source_grade,horizon_days,base_rate]. Rows that cannot be scored are reported with their lines
    and left out; an error among them makes the exit status 1.

    Example: forecast-bench score forecasts.csv
    """
    from forecast_bench.reliability import CONVENTIONS, scores_over_time, summary
    from forecast_bench.workspace.scored_record import read_scored_record

    record, problems = read_scored_record(file)
    report_problems(problems)
    failed = any(one.level == "error" for one in problems)
    if record.empty:
        raise typer.Exit(ExitStatus.PROBLEMS)
    record = record.rename(columns={"base_rate": "reference"})
    found = summary(record)
    dated = "date" in record.columns and bool(record["date"].notna().any())
    over_time: list[dict[str, Any]] = _records(scores_over_time(record)) if dated else []
    if output is Format.json:
        print_json(
            {
                **found.model_dump(),
                "over_time": over_time,
                "conventions": CONVENTIONS,
                "left_out": len(problems),
            }
        )
    else:
        _print_whole(found)
        if is_terminal():
            from forecast_bench.cli.reliability_plot import print_reliability

            print_reliability(record, seed=Settings().seed)
        for column, groups in found.by.items():
            print_line()
            _print_groups(column.replace("_", " "), list(groups.items()))
        if over_time:
            _print_over_time(over_time)
    if failed:
        raise typer.Exit(ExitStatus.PROBLEMS)


def _records(table: "pd.DataFrame") -> list[dict[str, Any]]:
    return [{str(key): one for key, one in row.items()} for row in table.to_dict("records")]


def _print_whole(found: "Summary") -> None:
    from forecast_bench.reliability import MEANINGS

    print_line(f"{number_of(found.n, 'forecasts')}, worth {found.effective_n:.1f} independent ones")
    if found.judgeable:
        print_line(f"verdict: {found.verdict}")
    else:
        print_line(f"too few to judge: {found.least_outcomes:g} independent ones are needed")
    if not found.murphy_judgeable:
        print_line(
            f"Murphy's parts say nothing here: {found.distinct_values} distinct "
            f"probabilities among {found.n} forecasts"
        )
    hidden = set() if found.murphy_judgeable else set(_MURPHY)
    if not math.isfinite(found.from_base_rate):
        hidden |= _WITH_BASE_RATES
    print_table(
        ["measure", "value", "90 % interval", "meaning"],
        [
            [
                name,
                _figure(getattr(found, name)),
                _interval(found, name),
                meaning.format(against=found.skill_against),
            ]
            for name, meaning in MEANINGS
            if name not in hidden
        ],
        numeric=["value", "90 % interval"],
    )


def _print_groups(column: str, groups: list[tuple[str, "Measures"]]) -> None:
    numeric = ["n", "effective n", "brier", "90 % interval", "mean less share", "90 % of that"]
    print_table(
        [column, *numeric, "verdict"],
        [
            [
                value,
                group.n,
                f"{group.effective_n:.1f}",
                _figure(group.brier),
                _interval(group, "brier"),
                _figure(group.in_the_large),
                _interval(group, "in_the_large"),
                group.verdict,
            ]
            for value, group in groups
        ],
        numeric=numeric,
    )


def _print_over_time(over_time: list[dict[str, Any]]) -> None:
    numeric = ["n", "effective n", "brier", "90 % interval", "mean less share"]
    for span, heading in (("rolling", "12 months to"), ("cumulative", "all to")):
        print_line()
        print_table(
            [heading, *numeric, "verdict"],
            [
                [
                    row["month"],
                    row["n"],
                    f"{row['effective_n']:.1f}",
                    _figure(row["brier"]),
                    _ends(row["brier_low"], row["brier_high"]),
                    _figure(row["in_the_large"]),
                    row["verdict"],
                ]
                for row in over_time
                if row["span"] == span
            ],
            numeric=numeric,
        )


def _interval(measures: "Measures", name: str) -> str:
    if not hasattr(measures, f"{name}_low"):
        return ""
    return _ends(getattr(measures, f"{name}_low"), getattr(measures, f"{name}_high"))


def _ends(low: float, high: float) -> str:
    if not (math.isfinite(low) and math.isfinite(high)):
        return "not defined"
    return f"{low:.3f} to {high:.3f}"


def _figure(value: float) -> str:
    return f"{value:.6f}" if math.isfinite(value) else "not defined"
