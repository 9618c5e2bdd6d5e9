"""`score`: any record of resolved forecasts."""

import math
from pathlib import Path
from typing import Annotated

import typer

from forecast_bench.cli.options import ExitStatus, Format, FormatOption
from forecast_bench.cli.output import print_json, print_line, print_table, report_problems
from forecast_bench.records import number_of

_MEASURES = (
    ("brier", "Brier score, 0..1, lower is better"),
    ("log_score", "log score in nats, clamped to 0.0001..0.9999, lower is better"),
    ("mcb", "miscalibration (CORP), lower is better"),
    ("dsc", "discrimination (CORP), higher is better"),
    ("unc", "uncertainty (CORP); Brier = MCB - DSC + UNC"),
    ("ci", "calibration index (Murphy), lower is better"),
    ("di", "discrimination index (Murphy), higher is better"),
    ("vi", "variability index (Murphy); Brier = VI - DI + CI"),
    ("ndi", "normalised discrimination index, DI / VI"),
    ("andi", "adjusted normalised discrimination index"),
    ("in_the_large", "mean probability less share that occurred"),
    ("over_under", "over-confidence; negative: under-confident"),
    ("skill", "Brier skill, higher is better"),
)


_MURPHY = frozenset(("ci", "di", "vi", "ndi", "andi"))


def score(
    file: Annotated[
        Path, typer.Argument(metavar="FILE.csv", help="probability,outcome[,phrase,forecaster,...]")
    ],
    output: FormatOption = Format.text,
) -> None:
    """Score any record of resolved forecasts.

    Columns: probability,outcome[,phrase,forecaster,question,situation,date,topic]. Rows that
    cannot be scored are reported with their lines and left out; an error among them makes the
    exit status 1.

    Example: forecast-bench score forecasts.csv
    """
    from forecast_bench.reliability import summary
    from forecast_bench.workspace.scored_record import read_scored_record

    record, problems = read_scored_record(file)
    report_problems(problems)
    failed = any(one.level == "error" for one in problems)
    if record.empty:
        raise typer.Exit(ExitStatus.PROBLEMS)
    found = summary(record)
    if output is Format.json:
        print_json({**found.model_dump(), "left_out": len(problems)})
    else:
        print_line(
            f"{number_of(found.n, 'forecasts')}, worth {found.effective_n:.1f} independent ones"
        )
        if not found.judgeable:
            print_line(f"too few to judge: {found.least_outcomes:g} independent ones are needed")
        if not found.murphy_judgeable:
            print_line(
                f"Murphy's parts say nothing here: {found.distinct_values} distinct "
                f"probabilities among {found.n} forecasts"
            )
        print_table(
            ["measure", "value", "meaning"],
            [
                [name, _figure(getattr(found, name)), meaning]
                for name, meaning in _MEASURES
                if found.murphy_judgeable or name not in _MURPHY
            ],
            numeric=["value"],
        )
        for column, groups in found.by.items():
            print_line()
            print_table(
                [column, "n", "effective n", "brier", "mean less share", "judgeable"],
                [
                    [
                        value,
                        group.n,
                        f"{group.effective_n:.1f}",
                        _figure(group.brier),
                        _figure(group.in_the_large),
                        "yes" if group.judgeable else "too few",
                    ]
                    for value, group in groups.items()
                ],
                numeric=["n", "effective n", "brier", "mean less share"],
            )
    if failed:
        raise typer.Exit(ExitStatus.PROBLEMS)


def _figure(value: float) -> str:
    return f"{value:.6f}" if math.isfinite(value) else "not defined"
