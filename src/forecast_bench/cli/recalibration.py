"""`recalibration`: the maps there are, which one is in force, and putting one in and out of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from forecast_bench.cli.options import (
    AsOfOption,
    ExitStatus,
    Format,
    FormatOption,
    WorkspaceOption,
    today_or,
    workspace_folder,
)
from forecast_bench.cli.output import print_json, print_line, print_table
from forecast_bench.job.maps import (
    LineageError,
    StateChange,
    activate,
    find_map,
    in_force,
    read_maps,
    roll_back,
    state_changes,
    state_of,
)

recalibration = typer.Typer(
    no_args_is_help=True, help="Recalibrations: the maps, their gate, and which is in force."
)

IdentifierArgument = Annotated[str, typer.Argument(metavar="ID")]


@recalibration.command("list")
def list_(
    workspace: WorkspaceOption = None,
    as_of: AsOfOption = None,
    output: FormatOption = Format.text,
) -> None:
    """List the maps that the job has made, and the one in force.

    Example: forecast-bench recalibration list
    """
    folder = workspace_folder(workspace)
    maps, changes = _read(lambda: (read_maps(folder), state_changes(folder, as_of=as_of)))
    active = in_force(changes)
    rows = [_summary(record, changes) for record in maps.values()]
    if output is Format.json:
        print_json({"in_force": active.map if active else None, "maps": rows})
        return
    if rows:
        print_table(
            ["map", "state", "made for", "outcomes", "slope", "gain", "interval", "gate"],
            [
                [
                    row["id"],
                    row["state"],
                    row["as_of"],
                    row["outcomes"],
                    f"{row['slope']:.2f}",
                    _number(row["gain"]),
                    _ends(row["low"], row["high"]),
                    "passed" if row["gate_passed"] else "not passed",
                ]
                for row in rows
            ],
            numeric=["outcomes", "slope", "gain"],
        )
    print_line(f"in force: {_force(active)}")


@recalibration.command("show")
def show(
    identifier: IdentifierArgument,
    workspace: WorkspaceOption = None,
    as_of: AsOfOption = None,
    output: FormatOption = Format.text,
) -> None:
    """Tell what a map was made of, what the gate found, and what was decided about it.

    Example: forecast-bench recalibration show 0c1d2e3f4a5b
    """
    from forecast_bench.bayes import Correction

    folder = workspace_folder(workspace)
    record = _map(folder, identifier)
    changes = _read(lambda: state_changes(folder, as_of=as_of))
    own = [one for one in changes if one.map == identifier]
    if output is Format.json:
        lines = [{name: getattr(one, name) for name in StateChange.__slots__} for one in own]
        print_json({**record, "state": state_of(record, changes), "changes": lines})
        return
    print_line(f"{identifier}: {state_of(record, changes)}")
    print_line(f"  made for {record['as_of']}, in place of {', '.join(record['parents'])}")
    print_line(f"  fitted on {record['outcomes']} outcomes of {record['questions']} questions")
    print_line(f"  data {record['data_hash']}")
    ends = f"{record['slope_low']:.2f} to {record['slope_high']:.2f}"
    print_line(f"  slope {record['slope']:.2f} ({ends}); under 1 is over-confident")
    print_line(
        f"  gate {'passed' if record['gate']['passed'] else 'not passed'}: {record['reason']}"
    )
    print_line(f"  makes {Correction(**record['correction'])}")
    for one in own:
        print_line(f"  {one.on} {one.state}, by {one.by}: {one.because}")
    print_line("")
    table = record["map"]
    print_table(
        ["stated", "recalibrated", f"{record['model']['interval']:.0%} credible interval"],
        [
            [f"{p:.0%}", f"{median:.1%}", f"{low:.1%} to {high:.1%}"]
            for p, median, low, high in zip(
                *(table[name] for name in ("probability", "median", "low", "high")), strict=True
            )
        ],
        numeric=["stated", "recalibrated"],
    )


@recalibration.command("activate")
def activate_(
    identifier: IdentifierArgument,
    workspace: WorkspaceOption = None,
    as_of: AsOfOption = None,
    output: FormatOption = Format.text,
    *,
    because: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="Why; needed where the gate was not passed."),
    ] = None,
) -> None:
    """Put a map in force: recalibrated probabilities stand beside those stated from that day on.

    Refused for a map that has not passed the gate, unless a reason is given; it is recorded.

    Example: forecast-bench recalibration activate 0c1d2e3f4a5b
    """
    folder = workspace_folder(workspace)
    record = _map(folder, identifier)
    because = _reason(because)
    made = _locked(folder, lambda: activate(folder, record, on=today_or(as_of), because=because))
    _say(made, output)


@recalibration.command("roll-back")
def roll_back_(
    because: Annotated[str, typer.Option(metavar="TEXT", help="Why; it is recorded.")],
    workspace: WorkspaceOption = None,
    as_of: AsOfOption = None,
    output: FormatOption = Format.text,
) -> None:
    """Withdraw the map in force; the one before it is in force again, or none.

    Example: forecast-bench recalibration roll-back --because "the desk has changed"
    """
    folder = workspace_folder(workspace)
    reason = _reason(because)
    if reason is None:
        raise typer.BadParameter("say why", param_hint="--because")
    made = _locked(folder, lambda: roll_back(folder, on=today_or(as_of), because=reason))
    _say(made, output)


def _summary(record: dict[str, Any], changes: tuple[StateChange, ...]) -> dict[str, Any]:
    names = "id as_of parents outcomes questions slope slope_low slope_high gain low high reason"
    return {
        **{name: record[name] for name in names.split()},
        "state": state_of(record, changes),
        "gate_passed": record["gate"]["passed"],
    }


def _map(folder: Path, identifier: str) -> dict[str, Any]:
    record = _read(lambda: find_map(folder, identifier))
    if record is None:
        known = ", ".join(_read(lambda: read_maps(folder))) or "none; the job makes them"
        typer.echo(f'there is no map "{identifier}"; maps: {known}', err=True)
        raise typer.Exit(ExitStatus.PROBLEMS)
    return record


def _read[Found](look: Callable[[], Found]) -> Found:
    """Look something up, or leave saying what cannot be read or must not be done."""
    try:
        return look()
    except LineageError as fault:
        typer.echo(str(fault), err=True)
        raise typer.Exit(ExitStatus.PROBLEMS) from None


def _locked[Found](folder: Path, change: Callable[[], Found]) -> Found:
    """Change the states while no job runs, which may withdraw a map at the same time."""
    from forecast_bench.job.lock import JobLockedError, holder_in_words, job_lock

    try:
        with job_lock(folder):
            return _read(change)
    except JobLockedError as locked:
        who = holder_in_words(locked.holder, today=today_or(None))
        typer.echo(f"{who}; nothing was changed", err=True)
        raise typer.Exit(ExitStatus.LOCKED) from None


def _reason(text: str | None) -> str | None:
    return (text or "").strip() or None


def _say(made: tuple[StateChange, ...], output: Format) -> None:
    if output is Format.json:
        active = in_force(made)
        print_json(
            {
                "in_force": active.map if active else None,
                "changes": [{n: getattr(one, n) for n in StateChange.__slots__} for one in made],
            }
        )
        return
    for one in made:
        print_line(f"map {one.map} is {one.state} from {one.on}: {one.because}")
    if made[-1].state != "active":
        print_line("no map is in force: statements stay as they are")


def _force(active: StateChange | None) -> str:
    if active is None:
        return "none; statements stay as they are"
    return f"map {active.map}, since {active.on}"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _ends(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{low:.4f} to {high:.4f}"
