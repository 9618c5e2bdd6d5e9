"""`check`: everything that is wrong in a workspace, at the desk and in CI alike."""

from pathlib import Path
from typing import Annotated

import typer

from forecast_bench.checks import check as check_workspace
from forecast_bench.cli.options import (
    ExitStatus,
    Format,
    FormatOption,
    WorkspaceOption,
    workspace_folder,
)
from forecast_bench.cli.output import print_json, print_line, report_problems
from forecast_bench.problems import Problem, as_record, count_line
from forecast_bench.records import number_of
from forecast_bench.workspace import (
    DERIVED,
    INCIDENTS,
    MODELS,
    SETTINGS,
    Workspace,
    find_workspace,
    load_workspace,
    shown,
)

_NO_JUDGMENTS = (f"{MODELS}/", f"{INCIDENTS}/", f"{DERIVED}/", SETTINGS)


def check(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATHS", help="Files or folders of judgments; all by default."),
    ] = None,
    workspace: WorkspaceOption = None,
    output: FormatOption = Format.text,
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
    read = load_workspace(folder, also=_outside(asked, folder))
    problems = check_workspace(read)
    if asked:
        problems = tuple(one for one in problems if _concerns(one, asked, folder))
    if output is Format.json:
        print_json(
            {
                "problems": [as_record(one) for one in problems],
                "files": len(read.files),
                "judgments": len(read.judgments),
            }
        )
    else:
        report_problems(problems)
        if not any(one.level == "error" for one in problems):
            print_line(_summary(read, problems))
    if any(one.level == "error" for one in problems):
        raise typer.Exit(ExitStatus.PROBLEMS)


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


def _summary(read: Workspace, problems: tuple[Problem, ...]) -> str:
    judgments = number_of(len(read.judgments), "judgments")
    return f"{judgments} in {number_of(len(read.files), 'files')}: {count_line(problems)}"
