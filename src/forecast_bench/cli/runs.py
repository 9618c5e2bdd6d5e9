"""`runs`: what the job has published, compared, verified and pruned."""

import datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from forecast_bench.cli.options import (
    ExitStatus,
    Format,
    FormatOption,
    WaitForJobOption,
    WorkspaceOption,
    today_or,
    workspace_folder,
)
from forecast_bench.cli.output import print_json, print_line, print_table
from forecast_bench.job.runs import find_run, latest_run, read_manifest, run_folders
from forecast_bench.records import number_of

runs = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="The runs of the job: list, show, compare, verify and prune them.",
)

# Of a stage, with decimals; a run of an earlier version has the first alone.
_TAKEN: Final = (("seconds", 1), ("cpu_seconds", 1), ("peak_mib", 0))
RunArgument = Annotated[str | None, typer.Argument(metavar="RUN", help="The latest by default.")]


@runs.command("list")
def list_runs(workspace: WorkspaceOption = None, output: FormatOption = Format.text) -> None:
    """List the runs, in the order in which they were made.

    Example: forecast-bench runs list
    """
    folder = workspace_folder(workspace)
    latest = latest_run(folder)
    found = [_line(run, in_force=run.resolve() == latest) for run in run_folders(folder)]
    if output is Format.json:
        print_json({"runs": found})
    elif not found:
        print_line("there is no run yet; make one with forecast-bench recalibrate")
    else:
        print_table(
            ["run", "as of", "judgments", "alarms", "seconds", ""],
            [
                [
                    one["run"],
                    one["as_of"],
                    one["judgments"],
                    len(one["alarms"]),
                    f"{one['seconds']:.1f}",
                    "in force" if one["in_force"] else "",
                ]
                for one in found
            ],
            numeric=["judgments", "alarms", "seconds"],
        )


@runs.command("show")
def show_run(
    run: RunArgument = None, workspace: WorkspaceOption = None, output: FormatOption = Format.text
) -> None:
    """Show what went into a run, how long it took, and what came out.

    Example: forecast-bench runs show
    """
    manifest = read_manifest(_found(workspace_folder(workspace), run))
    if output is Format.json:
        print_json(manifest)
        return
    print_line(f"run {manifest['run']}, as of {manifest['as_of']}, made at {manifest['made_at']}")
    print_line(f"  before it: {manifest['previous'] or 'none'}")
    states = ", ".join(f"{n} {state}" for state, n in manifest["counts_of_states"].items())
    print_line(f"  {number_of(manifest['judgments'], 'judgments')}: {states}")
    for one in manifest["sources"]:
        late = ", hindsight" if one["hindsight"] else ""
        print_line(f"  source {one['source']}: vintage {one['vintage']}{late}")
    print_line(f"  {number_of(len(manifest['inputs']), 'input files')}, seed {manifest['seed']}")
    versions = ", ".join(f"{name} {text}" for name, text in manifest["versions"].items())
    print_line(f"  forecast-bench {manifest['version']}; {versions}")
    print_line(f"  recalibration: {manifest['recalibration']['state']}")
    if manifest.get("peak_mib"):
        print_line(f"  most memory: {manifest['peak_mib']} MiB")
    for alarm in manifest["alarms"]:
        print_line(f"  alarm: {alarm['text']} [{alarm['id']}]")
    print_line("")
    print_table(
        ["stage", "seconds", "of processors", "most MiB"],
        [
            [one["stage"], *(_figure(one.get(name), digits) for name, digits in _TAKEN)]
            for one in manifest["stages"]
        ],
        numeric=["seconds", "of processors", "most MiB"],
    )


def _figure(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"


@runs.command("diff")
def compare(
    before: Annotated[str, typer.Argument(metavar="BEFORE")],
    after: Annotated[str, typer.Argument(metavar="AFTER")] = "latest",
    workspace: WorkspaceOption = None,
    output: FormatOption = Format.text,
) -> None:
    """Say what two runs differ in: inputs, vintages, versions, settings, judgments, scores.

    Example: forecast-bench runs diff 20190701T030000Z-1a2b3c4d
    """
    from forecast_bench.job.run_comparison import compare_runs

    folder = workspace_folder(workspace)
    found = compare_runs(
        _found(folder, before), _found(folder, None if after == "latest" else after)
    )
    if output is Format.json:
        print_json(found)
        return
    print_line(f"from {found['before']} ({found['as_of'][0]})")
    print_line(f"to   {found['after']} ({found['as_of'][1]})")
    lines = list(_differences(found))
    for line in lines:
        print_line(f"  {line}")
    if not lines:
        print_line("  nothing differs but the day looked at, at most")


@runs.command("verify")
def verify_runs(
    run: Annotated[
        str | None, typer.Argument(metavar="RUN", help="This run alone; all by default.")
    ] = None,
    workspace: WorkspaceOption = None,
    output: FormatOption = Format.text,
) -> None:
    """Hold every published file and the ledger against the hashes the job wrote.

    Exit status: 0 where all is as it was published, 1 where anything is not.

    Example: forecast-bench runs verify
    """
    from forecast_bench.job.integrity import verify

    folder = workspace_folder(workspace)
    found = verify(folder, only=None if run is None else _found(folder, run))
    if output is Format.json:
        names = ("runs", "files", "lines", "faults", "notes")
        print_json({name: getattr(found, name) for name in names})
    else:
        for fault in found.faults:
            print_line(f"fault: {fault}")
        for note in found.notes:
            print_line(f"note: {note}")
        print_line(
            f"{number_of(found.runs, 'runs')}, {number_of(found.files, 'files')}, "
            f"{number_of(found.lines, 'lines')} of the ledger: "
            f"{number_of(len(found.faults), 'faults') if found.faults else 'as published'}"
        )
    raise typer.Exit(ExitStatus.PROBLEMS if found.faults else ExitStatus.DONE)


@runs.command("prune")
def prune_runs(
    keep: Annotated[
        int | None,
        typer.Option("--keep", min=1, metavar="N", help="Runs to keep, of the latest days."),
    ] = None,
    run: Annotated[
        str | None,
        typer.Option("--run", metavar="RUN", help="Take this run away, damaged or not."),
    ] = None,
    workspace: WorkspaceOption = None,
    output: FormatOption = Format.text,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would go, and take nothing away.")
    ] = False,
    wait: WaitForJobOption = 0,
) -> None:
    """Take old runs away, or one; the ledger says what went.

    With --keep the run in force always stays. With --run it goes too if it is named, and none is in
    force until the next job.

    Example: forecast-bench runs prune --keep 36 --dry-run
    """
    from forecast_bench.job.lock import JobLockedError, holder_in_words
    from forecast_bench.job.pruning import prune, prune_run

    folder, now = workspace_folder(workspace), datetime.datetime.now(tz=datetime.UTC)
    if (keep is None) == (run is None):
        raise typer.BadParameter("give one of --keep and --run")
    try:
        if keep is not None:
            found = prune(folder, keep=keep, now=now, only_say=dry_run, wait_seconds=wait)
        else:
            one = _found(folder, run).resolve()
            found = prune_run(folder, one, now=now, only_say=dry_run, wait_seconds=wait)
    except JobLockedError as locked:
        who = holder_in_words(locked.holder, today=today_or(None))
        typer.echo(f"{who}; nothing was taken away", err=True)
        raise typer.Exit(ExitStatus.LOCKED) from None
    if output is Format.json:
        print_json({"pruned": found.names, "kept": found.kept, "freed_bytes": found.freed})
        return
    for name in found.names:
        print_line(f"{'would take away' if dry_run else 'took away'} {name}")
    print_line(f"{number_of(found.kept, 'runs')} stay; {found.freed / 1e6:.1f} MB freed")


def _found(folder: Path, name: str | None) -> Path:
    """Folder of a run, or leave saying that there is none."""
    run = find_run(folder, name)
    if run is None:
        typer.echo("there is no run yet" if name is None else f"there is no run {name}", err=True)
        raise typer.Exit(ExitStatus.PROBLEMS)
    return run


def _line(run: Path, *, in_force: bool) -> dict[str, Any]:
    manifest = read_manifest(run)
    return {
        "run": manifest["run"],
        "as_of": manifest["as_of"],
        "made_at": manifest["made_at"],
        "judgments": manifest["judgments"],
        "alarms": [one["id"] for one in manifest["alarms"]],
        "seconds": sum(one["seconds"] for one in manifest["stages"]),
        "in_force": in_force,
    }


def _differences(found: dict[str, Any]) -> "list[str]":
    lines = [f"{name} {what}" for what, names in found["inputs"].items() for name in names]
    for kind in ("vintages", "versions", "settings", "scores"):
        singular = kind.removesuffix("s")
        lines += [
            f"{singular} {name}: {_shown(old)} to {_shown(new)}"
            for name, (old, new) in found[kind].items()
        ]
    lines += [
        f"{one['judgment']}: {one['what']}, {one['before'] or 'none'} to {one['after'] or 'none'}"
        for one in found["judgments"]
    ]
    lines += [f"alarm {what}: {text}" for what, texts in found["alarms"].items() for text in texts]
    return lines


def _shown(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else "none" if value is None else str(value)
