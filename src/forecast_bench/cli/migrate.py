"""`migrate`: what former versions kept, brought to the present formats."""

import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forecast_bench import __version__
from forecast_bench.cli.options import (
    ExitStatus,
    Format,
    FormatOption,
    WaitForJobOption,
    WorkspaceOption,
    today_or,
    workspace_folder,
)
from forecast_bench.cli.output import print_json, print_line
from forecast_bench.cli.sources import read_past_judgments

if TYPE_CHECKING:
    from pathlib import Path

    from forecast_bench.job.migrating import Plan


def migrate(
    workspace: WorkspaceOption = None,
    output: FormatOption = Format.text,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and write nothing.")
    ] = False,
    no_backup: Annotated[
        bool, typer.Option("--no-backup", help="Make no copy of what is changed first.")
    ] = False,
    wait: WaitForJobOption = 0,
) -> None:
    """Bring what former versions of forecast-bench kept to the formats of this one.

    What is changed is copied first, and the command to go back is printed. Stopped at any point, it
    is finished by the next migrate. Exit status: 0 done or nothing to do, 3 a job runs, 4 something
    is damaged or newer than this program.

    Example: forecast-bench migrate --dry-run
    """
    from filelock import Timeout

    from forecast_bench.job.backing_up import restoring
    from forecast_bench.job.feeds import store_of
    from forecast_bench.job.lock import JobLockedError, holder_in_words
    from forecast_bench.job.maps import LineageError
    from forecast_bench.job.migrating import Migrated, plan_migration
    from forecast_bench.job.migrating import migrate as migrate_workspace
    from forecast_bench.job.runs import stop_reason

    folder = workspace_folder(workspace)
    storage = store_of(folder, read_past_judgments(folder).settings)
    try:
        if dry_run:
            made = Migrated(plan_migration(folder, storage), None)
        else:
            now = datetime.datetime.now(tz=datetime.UTC)
            made = migrate_workspace(
                folder, storage, now=now, backup=not no_backup, wait_seconds=wait
            )
    except JobLockedError as locked:
        who = holder_in_words(locked.holder, today=today_or(None))
        typer.echo(f"{who}; nothing was migrated", err=True)
        raise typer.Exit(ExitStatus.LOCKED) from None
    except Timeout:
        typer.echo("an import is running; nothing was migrated", err=True)
        raise typer.Exit(ExitStatus.LOCKED) from None
    except (LineageError, OSError) as fault:
        said = stop_reason(fault, folder)
        typer.echo(f"{said}; run forecast-bench migrate again when it is mended", err=True)
        raise typer.Exit(ExitStatus.FAILED) from None
    sources = [one.source for one in made.plan.steps]
    restore = None if made.backup is None else restoring(made.backup, storage, sources)
    if output is Format.json:
        print_json(_document(made.plan, made.backup, restore, dry_run=dry_run))
    else:
        _say(made.plan, made.backup, restore, dry_run=dry_run)


def _document(
    plan: "Plan", backup: "Path | None", restore: str | None, *, dry_run: bool
) -> dict[str, Any]:
    return {
        "dry_run": dry_run,
        "migrated": [
            {"what": "store", "source": one.source, "from": one.found, "to": one.becomes}
            for one in plan.steps
        ],
        "as_they_are": list(plan.as_they_are),
        "not_migrated": list(plan.not_migrated),
        "unfinished": plan.unfinished,
        "backup": None if backup is None else str(backup),
        "restore": restore,
    }


def _say(plan: "Plan", backup: "Path | None", restore: str | None, *, dry_run: bool) -> None:
    if plan.unfinished is not None:
        then = "would be finished" if dry_run else "was finished"
        print_line(f"the migration of {plan.unfinished} had been stopped, and {then}")
    does = "would migrate" if dry_run else "migrated"
    for one in plan.steps:
        print_line(f"{does} the store of {one.source} from format {one.found} to {one.becomes}")
    for text in plan.as_they_are:
        print_line(f"read as they are: {text}")
    for text in plan.not_migrated:
        print_line(f"not migrated: {text}")
    if not plan.steps:
        print_line(f"nothing to migrate for forecast-bench {__version__}")
    if backup is not None:
        print_line(f"backup: {backup}")
        print_line(f"  to go back: {restore}")
