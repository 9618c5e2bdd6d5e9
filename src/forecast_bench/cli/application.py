"""The commands, by name."""

from typing import Annotated

import typer

from forecast_bench import __version__
from forecast_bench.cli.backfill import backfill
from forecast_bench.cli.base_rate import base_rate
from forecast_bench.cli.check import check
from forecast_bench.cli.editing import resolve, revise
from forecast_bench.cli.extract import extract_report
from forecast_bench.cli.incidents import incidents
from forecast_bench.cli.init import init
from forecast_bench.cli.migrate import migrate
from forecast_bench.cli.new import new
from forecast_bench.cli.output import print_line
from forecast_bench.cli.recalibrate import recalibrate
from forecast_bench.cli.recalibration import recalibration
from forecast_bench.cli.review import review
from forecast_bench.cli.runs import runs
from forecast_bench.cli.schedule import schedule
from forecast_bench.cli.schema import schema
from forecast_bench.cli.score import score
from forecast_bench.cli.seal import seal
from forecast_bench.cli.status import show, status
from forecast_bench.cli.words import lexicon

application = typer.Typer(
    name="forecast-bench",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Judgments in words become priors, incident counts update them, calibration is tracked.",
)


@application.callback(invoke_without_command=True)
def _version(
    *,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and leave.")
    ] = False,
) -> None:
    if version:
        print_line(f"forecast-bench {__version__}")
        raise typer.Exit


application.command("init")(init)
application.command("check")(check)
application.command("schema")(schema)
application.command("new")(new)
application.command("revise")(revise)
application.command("resolve")(resolve)
application.command("extract")(extract_report)
application.add_typer(lexicon, name="lexicon")
application.add_typer(incidents, name="incidents")
application.command("base-rate")(base_rate)
application.command("status")(status)
application.command("show")(show)
application.command("recalibrate")(recalibrate)
application.command("backfill")(backfill)
application.add_typer(recalibration, name="recalibration")
application.add_typer(runs, name="runs")
application.command("migrate")(migrate)
application.command("schedule")(schedule)
application.command("review")(review)
application.command("score")(score)
application.command("seal")(seal)
