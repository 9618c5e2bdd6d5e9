"""`incidents`: sources into the store, what it holds, and what changed."""

import typer

from forecast_bench.cli.incidents_count import count
from forecast_bench.cli.incidents_diff import diff
from forecast_bench.cli.incidents_fetch import fetch
from forecast_bench.cli.incidents_import import import_
from forecast_bench.cli.incidents_store import compact, labels, status

incidents = typer.Typer(no_args_is_help=True, help="Incidents: sources, vintages and counts.")
incidents.command("import")(import_)
incidents.command("fetch")(fetch)
incidents.command("status")(status)
incidents.command("count")(count)
incidents.command("labels")(labels)
incidents.command("diff")(diff)
incidents.command("compact")(compact)
