"""A look at the workspace for commands that show it."""

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from forecast_bench.cli.options import ExitStatus, today_or
from forecast_bench.cli.output import report_line, report_problems

if TYPE_CHECKING:
    import pandas as pd

    from forecast_bench.job.looking import Look


def rows_of(frame: "pd.DataFrame") -> list[dict[str, Any]]:
    """Rows of a table as plain values, None where there is none."""
    import pandas as pd

    return [
        {str(key): None if pd.isna(value) else value for key, value in row.items()}
        for row in frame.to_dict("records")
    ]


def row_of(seen: "Look", identifier: str) -> dict[str, Any]:
    """Row of one judgment, or leave saying that it is not there."""
    for row in rows_of(seen.judgments):
        if row["id"] == identifier:
            return row
    known = [one.id for one in seen.workspace.judgments]
    if identifier in known:
        typer.echo(f'the judgment "{identifier}" was not issued by that day', err=True)
    else:
        listed = ", ".join(known)
        typer.echo(f'there is no judgment "{identifier}"; judgments: {listed}', err=True)
    raise typer.Exit(ExitStatus.PROBLEMS)


def looked(folder: Path, as_of: datetime.date | None, *, quiet: bool = False) -> "Look":
    """Look at a workspace, or leave with the problems that forbid it.

    Parameters
    ----------
    folder : Path
        The workspace.
    as_of : date or None
        The day to look at; today by default.
    quiet : bool
        Whether problems that do not forbid it go unsaid, since the caller reports them.
    """
    from forecast_bench.job.looking import look
    from forecast_bench.job.newer import refuse_newer_formats

    refuse_newer_formats(folder)
    seen = look(folder, as_of=today_or(as_of))
    if seen.broken or not quiet:
        report_problems(seen.problems)
    for alarm in seen.alarms:
        report_line(f"alarm: {alarm.text} [{alarm.id}]")
    if seen.broken == "problems":
        raise typer.Exit(ExitStatus.PROBLEMS)
    if seen.broken:
        raise typer.Exit(ExitStatus.FAILED)
    return seen


def pooled_questions(seen: "Look", as_of: datetime.date | None) -> list[dict[str, Any]]:
    """Questions that several analysts judge, each pooled, or leave if a map cannot be read.

    Parameters
    ----------
    seen : Look
        The workspace as looked at.
    as_of : date or None
        The day looked at; today by default.
    """
    from forecast_bench.job.maps import LineageError
    from forecast_bench.job.pooling import pooling
    from forecast_bench.tracking import opinion_table

    day = today_or(as_of)
    try:
        found = pooling(seen, opinion_table(seen.followed, as_of=day), as_of=day)
    except LineageError as fault:
        typer.echo(str(fault), err=True)
        raise typer.Exit(ExitStatus.PROBLEMS) from None
    return rows_of(found.table)


def with_recalibrated(
    seen: "Look", as_of: datetime.date | None
) -> "tuple[str | None, pd.DataFrame]":
    """Add what the recalibration in force says to the judgments, or leave if it cannot be read.

    Parameters
    ----------
    seen : Look
        The workspace as looked at.
    as_of : date or None
        The day looked at; today by default.

    Returns
    -------
    str or None, DataFrame
        Id of the map in force, and the judgments with recalibrated, recalibrated_low and
        recalibrated_high: missing where none is in force, or nothing was stated.
    """
    from forecast_bench.job.maps import LineageError, in_force, state_changes

    names = ["recalibrated", "recalibrated_low", "recalibrated_high"]
    folder = seen.workspace.folder
    try:
        if in_force(state_changes(folder, as_of=today_or(as_of))) is None:
            return None, seen.judgments.assign(**dict.fromkeys(names, float("nan")))
        # What follows needs the models; where none is in force nobody waits for them.
        from forecast_bench.job.applying import active_map, recalibrated_by

        active = active_map(folder, as_of=today_or(as_of))
    except LineageError as fault:
        typer.echo(str(fault), err=True)
        raise typer.Exit(ExitStatus.PROBLEMS) from None
    if active is None:
        raise AssertionError("a map was in force a moment ago")
    table = recalibrated_by(active, seen.judgments, seen.workspace.lexicons)
    judgments = seen.judgments.merge(
        table, how="left", left_on="id", right_on="judgment", validate="one_to_one"
    )
    return active.since.map, judgments.drop(columns="judgment")
