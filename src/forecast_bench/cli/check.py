"""`check`: everything that is wrong in a workspace, at the desk and in CI alike."""

import datetime
import os
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from forecast_bench import __version__
from forecast_bench.checks import Verdict, judge
from forecast_bench.checks.kept import Checked, check_folder
from forecast_bench.cli.looking import looked
from forecast_bench.cli.options import (
    AsOfOption,
    CheckFormat,
    ExitStatus,
    WorkspaceOption,
    workspace_folder,
)
from forecast_bench.cli.output import print_json, print_line, report_problems
from forecast_bench.problems import (
    Problem,
    as_annotation,
    as_record,
    as_sarif,
    as_text,
    count_line,
)
from forecast_bench.records import number_of
from forecast_bench.workspace import (
    DERIVED,
    INCIDENTS,
    MODELS,
    SETTINGS,
    find_workspace,
    shown,
)
from forecast_bench.workspace.settings_file import read_settings

_NO_JUDGMENTS = (f"{MODELS}/", f"{INCIDENTS}/", f"{DERIVED}/", SETTINGS)


def check(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATHS", help="Files or folders of judgments; all by default."),
    ] = None,
    *,
    workspace: WorkspaceOption = None,
    output: Annotated[
        CheckFormat | None,
        typer.Option(
            "--format",
            help="Text for people, one JSON document, GitHub's annotations (the default in a "
            "workflow of GitHub), or SARIF 2.1.0.",
        ),
    ] = None,
    show_suppressed: Annotated[
        bool,
        typer.Option(
            "--show-suppressed", help="Print too what comments allow, with their reasons."
        ),
    ] = False,
    counts: Annotated[
        bool,
        typer.Option("--counts", help="Count too: trivial thresholds, judgments left behind."),
    ] = False,
    as_of: AsOfOption = None,
) -> None:
    """Check judgments, questions, models and sources.

    Every problem is reported with file, line and column, all in one go. The exit status is 1
    where there is an error; warnings alone pass.

    Example: forecast-bench check judgments/mali-2017.yaml
    """
    asked = paths or []
    for path in asked:
        if not path.exists():
            raise typer.BadParameter(f"{path} does not exist", param_hint="PATHS")
    folder = _folder(workspace, asked)
    if as_of is not None and not counts:
        raise typer.BadParameter("goes with --counts", param_hint="--as-of")
    checked = check_folder(folder, also=_outside(asked, folder))
    if counts and not _failed(checked.verdict):
        checked = _counted(folder, checked, as_of)
    if asked:
        checked = replace(checked, verdict=_narrowed(checked.verdict, asked, folder))
    _say(folder, checked, output or _usual_format(), show_suppressed=show_suppressed)
    _point_to_migration(folder)
    if _failed(checked.verdict):
        raise typer.Exit(ExitStatus.PROBLEMS)


def _point_to_migration(folder: Path) -> None:
    """Say on standard error that a store on this machine is of another format; no file is wrong."""
    from forecast_bench.incidents import IncidentStoreError, LocalStorage
    from forecast_bench.incidents.former import former_sources
    from forecast_bench.job.feeds import store_of

    settings, _ = read_settings(folder / SETTINGS, shown_as=SETTINGS)
    storage = store_of(folder, settings)
    try:
        former = former_sources(storage) if isinstance(storage, LocalStorage) else {}
    except IncidentStoreError as fault:
        typer.echo(f"the store of incidents cannot be used: {fault}", err=True)
        return
    if former:
        told = ", ".join(f"{source} of format {written}" for source, written in former.items())
        typer.echo(
            f"the store of incidents is of a former format ({told}): run forecast-bench migrate",
            err=True,
        )


def _counted(folder: Path, checked: Checked, as_of: datetime.date | None) -> Checked:
    """Look at the counts too; a judgment that cannot be counted is passed over."""
    from forecast_bench.job.looking import count_facts

    seen = looked(folder, as_of, quiet=True)
    return replace(checked, verdict=judge(seen.workspace, count_facts(seen)))


def _narrowed(verdict: Verdict, asked: list[Path], folder: Path) -> Verdict:
    problems = tuple(one for one in verdict.problems if _concerns(one, asked, folder))
    allowed = tuple(one for one in verdict.suppressed if _concerns(one.problem, asked, folder))
    return replace(verdict, problems=problems, suppressed=allowed)


def _say(folder: Path, checked: Checked, output: CheckFormat, *, show_suppressed: bool) -> None:
    prefix, verdict = _prefix(folder), checked.verdict
    if output is CheckFormat.json:
        print_json(_record(checked))
        return
    if output is CheckFormat.sarif:
        pairs = [(one.problem, one.reason) for one in verdict.suppressed]
        print_json(as_sarif(verdict.problems, pairs, version=__version__, prefix=prefix))
        return
    for allowed in verdict.suppressed if show_suppressed else ():
        print_line(f"{as_text(allowed.problem)}\nallowed: {allowed.reason}")
    if output is CheckFormat.github:
        for one in verdict.problems:
            print_line(as_annotation(one, prefix=prefix))
        print_line(_summary(checked))
        return
    report_problems(verdict.problems)
    if not _failed(verdict):
        print_line(_summary(checked))


def _usual_format() -> CheckFormat:
    in_workflow = os.environ.get("GITHUB_ACTIONS") == "true"
    return CheckFormat.github if in_workflow else CheckFormat.text


def _failed(verdict: Verdict) -> bool:
    return any(one.level == "error" for one in verdict.problems)


def _record(checked: Checked) -> dict[str, Any]:
    verdict = checked.verdict
    return {
        "problems": [as_record(one) for one in verdict.problems],
        "suppressed": [
            {**as_record(one.problem), "reason": one.reason} for one in verdict.suppressed
        ],
        "off": list(verdict.off),
        "files": checked.files,
        "judgments": checked.judgments,
    }


def _prefix(folder: Path) -> str:
    """Path of the workspace from where the command runs: there annotations find their files."""
    inside, here = folder.resolve(), Path.cwd().resolve()
    if inside == here or not inside.is_relative_to(here):
        return ""
    return f"{inside.relative_to(here).as_posix()}/"


def _folder(given: Path | None, asked: list[Path]) -> Path:
    """Give the workspace of the first path; a file outside any is checked on its own."""
    if given is not None or not asked:
        return workspace_folder(given)
    first = asked[0] if asked[0].is_dir() else asked[0].parent
    return find_workspace(first) or first


def _outside(asked: list[Path], folder: Path) -> list[Path]:
    """Files of judgments that are asked for and lie outside the workspace's own folder of them.

    What belongs to the models, the sources or the settings is read as what it is.
    """
    found: list[Path] = []
    for path in asked:
        if folder.resolve().is_relative_to(path.resolve()):
            continue
        if path.is_dir():
            found.extend(sorted((*path.rglob("*.yaml"), *path.rglob("*.yml"))))
        else:
            found.append(path)
    return [path for path in found if not shown(path, folder).startswith(_NO_JUDGMENTS)]


def _concerns(one: Problem, asked: list[Path], folder: Path) -> bool:
    names = [shown(path, folder) for path in asked]
    return any(
        name in (".", one.location.file) or one.location.file.startswith(f"{name}/")
        for name in names
    )


def _summary(checked: Checked) -> str:
    verdict = checked.verdict
    judgments = number_of(checked.judgments, "judgments")
    said = f"{judgments} in {number_of(checked.files, 'files')}: {count_line(verdict.problems)}"
    if verdict.suppressed:
        said += f"; {len(verdict.suppressed)} allowed with a reason (--show-suppressed)"
    if verdict.off:
        said += f"; turned off: {', '.join(verdict.off)}"
    return said
