"""`schedule`: files by which a scheduler runs the job."""

import datetime
import re
import shutil
import sys
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Annotated

import typer

from forecast_bench import __version__
from forecast_bench.cli.options import (
    ExitStatus,
    Format,
    FormatOption,
    WorkspaceOption,
    workspace_folder,
)
from forecast_bench.cli.output import print_json, print_line
from forecast_bench.job.scheduling import (
    OccupiedError,
    Schedule,
    ScheduleError,
    repository_of,
    scheduled_files,
    write_files,
)


class Scheduler(StrEnum):
    """What runs the job."""

    systemd = "systemd"
    cron = "cron"
    github = "github"
    gitlab = "gitlab"
    kubernetes = "kubernetes"
    container = "container"


def schedule(
    kind: Annotated[Scheduler, typer.Argument(metavar="KIND", help="What runs the job.")],
    *,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where to write the files.")],
    at: Annotated[
        str,
        typer.Option(
            metavar="HH:MM",
            help="When it runs, every day: in UTC, for cron by the machine's clock.",
        ),
    ] = "03:00",
    workspace: WorkspaceOption = None,
    user: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Who runs it (systemd, cron); the workspace's owner by default."
        ),
    ] = None,
    program: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH", help="The program there (systemd, cron); this one by default."
        ),
    ] = None,
    image: Annotated[
        str, typer.Option(metavar="NAME", help="The image that Kubernetes runs.")
    ] = f"forecast-bench:{__version__}",
    force: Annotated[
        bool, typer.Option("--force", help="Replace files that somebody else wrote or changed.")
    ] = False,
    output: FormatOption = Format.text,
) -> None:
    """Write the files by which systemd, cron, GitHub, GitLab or Kubernetes runs the job.

    KIND is systemd, cron, github, gitlab, kubernetes or container (the image for Kubernetes). The
    job gets no network and may write the derived folder alone, as far as the scheduler can keep
    it so; a fetch is a service of its own. Each file says in its head how to install it.

    Example: forecast-bench schedule systemd --out units --at 03:00
    """
    folder = workspace_folder(workspace).resolve()
    wanted = Schedule(
        workspace=PurePosixPath(folder.as_posix()),
        within=repository_of(folder),
        program=PurePosixPath((program or _this_program()).as_posix()),
        at=_time_of_day(at),
        user=_owner(folder) if user is None else user,
        image=image,
    )
    try:
        written = write_files(out, scheduled_files(kind.value, wanted), force=force)
    except ScheduleError as failure:
        raise typer.BadParameter(str(failure)) from None
    except OccupiedError as failure:
        typer.echo(str(failure), err=True)
        raise typer.Exit(ExitStatus.PROBLEMS) from None
    except OSError as failure:
        reason = failure.strerror or type(failure).__name__
        typer.echo(f"{failure.filename or out} cannot be written: {reason}", err=True)
        raise typer.Exit(ExitStatus.FAILED) from None
    if output is Format.json:
        print_json({"kind": kind.value, "written": [str(path) for path in written]})
        return
    for path in written:
        print_line(f"wrote {path}")
    print_line(f"next: the head of {written[0]} says how to install it")


def _time_of_day(text: str) -> datetime.time:
    found = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)", text, re.ASCII)
    if found is None:
        raise typer.BadParameter(f'"{text}" is not a time such as 03:00', param_hint="--at")
    return datetime.time(int(found[1]), int(found[2]))


def _this_program() -> Path:
    """The program of the environment that runs."""
    beside = Path(sys.executable).parent / "forecast-bench"
    found = beside if beside.exists() else shutil.which("forecast-bench")
    return Path(found or "/usr/local/bin/forecast-bench").absolute()


def _owner(folder: Path) -> str:
    try:
        return folder.owner()
    except (KeyError, NotImplementedError):
        return str(folder.stat().st_uid)  # a number without a name, which is refused as one
