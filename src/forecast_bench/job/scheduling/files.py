"""The texts of the files of each scheduler, from templates of the package."""

import datetime
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Final, Literal, get_args

from forecast_bench import __version__
from forecast_bench.job.scheduling.quoting import (
    MOST_OF_CRON,
    ScheduleError,
    cron_word,
    image_name,
    in_repository,
    plain_text,
    systemd_path,
    systemd_word,
    user_name,
    without,
    yaml_word,
)
from forecast_bench.job.scheduling.writing import signed
from forecast_bench.workspace import DERIVED

Kind = Literal["systemd", "cron", "github", "gitlab", "kubernetes", "container"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

# Path of each file, and the name of its template.
_FILES: Final[Mapping[Kind, Mapping[str, str]]] = MappingProxyType(
    {
        "systemd": {
            "forecast-bench.service": "systemd-recalibrate.service",
            "forecast-bench.timer": "systemd-recalibrate.timer",
            "forecast-bench-fetch.service": "systemd-fetch.service",
            "forecast-bench-fetch.timer": "systemd-fetch.timer",
        },
        "cron": {"forecast-bench": "cron-recalibrate", "forecast-bench-fetch": "cron-fetch"},
        "github": {".github/workflows/recalibrate.yaml": "github-workflow.yaml"},
        "gitlab": {".gitlab-ci.yml": "gitlab-ci.yaml"},
        "kubernetes": {
            "forecast-bench.yaml": "kubernetes-recalibrate.yaml",
            "forecast-bench-fetch.yaml": "kubernetes-fetch.yaml",
        },
        "container": {"Containerfile": "Containerfile"},
    }
)
_ROOT: Final = PurePosixPath(".")
_INSTALLED: Final = PurePosixPath("/usr/local/bin/forecast-bench")
# What a service of builds hands on. Compiled code is not among it: whoever writes it is obeyed.
_KEPT_BETWEEN_NIGHTS: Final = ("incidents", "fits", "recalibrations", "runs", "ledger.jsonl")
_PLACEHOLDER = re.compile(r"@([A-Z_]+)@")


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When, where and as whom the job runs.

    Parameters
    ----------
    workspace : PurePosixPath
        Folder of the workspace on the machine that runs the job, absolute; for systemd and cron.
    within : PurePosixPath
        The same folder seen from the root of its repository; for GitHub and GitLab.
    program : PurePosixPath
        The program on that machine, absolute; for systemd and cron.
    at : time
        The hour and minute of each day: of UTC, for cron of the machine.
    user : str
        Who runs it; for systemd and cron.
    image : str
        What it runs in; for Kubernetes.
    memory : str
        Most memory, such as 4G.
    """

    workspace: PurePosixPath
    within: PurePosixPath = _ROOT
    program: PurePosixPath = _INSTALLED
    at: datetime.time = datetime.time(3)
    user: str = "forecast-bench"
    image: str = f"forecast-bench:{__version__}"
    memory: str = "4G"


def scheduled_files(kind: Kind, schedule: Schedule) -> Mapping[str, str]:
    """Give the files by which a scheduler runs the job, by their paths.

    Each begins with a line that says by whom it was written, with the SHA-256 of what follows, so
    that a file which somebody has changed since is known as theirs.

    Parameters
    ----------
    kind : {"systemd", "cron", "github", "gitlab", "kubernetes", "container"}
        The scheduler; container is the image that Kubernetes runs.
    schedule : Schedule
        When, where and as whom.

    Raises
    ------
    ScheduleError
        If a path or name cannot be put into a file of this kind safely.

    Examples
    --------
    >>> desk = Schedule(workspace=PurePosixPath("/srv/the desk"), at=datetime.time(0, 30))
    >>> files = scheduled_files("systemd", desk)
    >>> '--workspace "/srv/the desk"' in files["forecast-bench.service"]
    True
    >>> print(*(line for line in files["forecast-bench-fetch.timer"].splitlines() if "On" in line))
    OnCalendar=*-*-* 23:30:00 UTC
    """
    values = _times(schedule) | {"VERSION": __version__, "MEMORY": schedule.memory}
    values |= _VALUES[kind](schedule)
    folder = resources.files("forecast_bench.job.scheduling") / "templates"
    files = {
        # One pass: a path that looks like a placeholder stays a path.
        path: _PLACEHOLDER.sub(
            lambda found: values[found[1]], (folder / stored).read_text(encoding="utf-8")
        )
        for path, stored in _FILES[kind].items()
    }
    if kind == "cron":
        _hold_length(files)
    return MappingProxyType({path: signed(text) for path, text in files.items()})


def _times(schedule: Schedule) -> dict[str, str]:
    hour, minute = schedule.at.hour, schedule.at.minute
    before = (hour - 1) % 24
    return {
        "HOUR": f"{hour:02}",
        "MINUTE": f"{minute:02}",
        "FETCH_HOUR": f"{before:02}",
        "HOUR_NUMBER": str(hour),
        "MINUTE_NUMBER": str(minute),
        "FETCH_HOUR_NUMBER": str(before),
    }


def _paths(schedule: Schedule) -> tuple[str, str]:
    """The workspace and the program of a machine."""
    found = []
    for path, name in ((schedule.workspace, "the workspace"), (schedule.program, "the program")):
        if not path.is_absolute():
            raise ScheduleError(f"{name} needs a path from the root, got {path}")
        found.append(plain_text(str(path), name=name))
    reason = "and compiled code cannot be kept under such a path"
    return without(found[0], ",", name="the workspace", reason=reason), found[1]


def _systemd(schedule: Schedule) -> dict[str, str]:
    workspace, program = _paths(schedule)
    reason = "which systemd does not allow in the name of a program; use a link to it"
    without(program, "$\"'\\", name="the program", reason=reason)
    return {
        "USER": user_name(schedule.user),
        "EXEC_PROGRAM": systemd_path(program),
        "EXEC_WORKSPACE": systemd_word(workspace),
        "PATH_DERIVED": systemd_path(f"{workspace}/{DERIVED}"),
    }


def _cron(schedule: Schedule) -> dict[str, str]:
    workspace, program = _paths(schedule)
    return {
        "USER": user_name(schedule.user),
        "CRON_PROGRAM": cron_word(program),
        "CRON_WORKSPACE": cron_word(workspace),
    }


def _hold_length(files: Mapping[str, str]) -> None:
    longest = max(len(line.encode()) for text in files.values() for line in text.splitlines())
    if longest > MOST_OF_CRON:
        raise ScheduleError(
            f"the line of cron would have {longest} bytes, and some crons keep no more than "
            f"{MOST_OF_CRON}: use shorter paths, or links"
        )


def _repository(schedule: Schedule, kind: Kind) -> dict[str, str]:
    plain_text(str(schedule.within), name="the workspace")
    within = in_repository(schedule.within.as_posix(), kind=kind)
    return {"YAML_WORKSPACE": yaml_word(within)}


def _kept(schedule: Schedule) -> list[str]:
    return [(schedule.within / DERIVED / name).as_posix() for name in _KEPT_BETWEEN_NIGHTS]


def _github(schedule: Schedule) -> dict[str, str]:
    kept = yaml_word("\n".join(_kept(schedule)))  # a line for each
    return _repository(schedule, "github") | {"YAML_KEPT": kept}


def _gitlab(schedule: Schedule) -> dict[str, str]:
    values = _repository(schedule, "gitlab")
    # In a shell's single quotes; in_repository has refused what the service would read.
    quoted = schedule.within.as_posix().replace("'", "'\"'\"'")
    kept = f"[{', '.join(map(yaml_word, _kept(schedule)))}]"
    return values | {"YAML_CD": yaml_word(f"cd -- '{quoted}'"), "YAML_KEPT": kept}


def _kubernetes(schedule: Schedule) -> dict[str, str]:
    return {"YAML_IMAGE": yaml_word(image_name(schedule.image))}


def _container(_: Schedule) -> dict[str, str]:
    return {}


_VALUES: Final[Mapping[Kind, Callable[[Schedule], dict[str, str]]]] = MappingProxyType(
    {
        "systemd": _systemd,
        "cron": _cron,
        "github": _github,
        "gitlab": _gitlab,
        "kubernetes": _kubernetes,
        "container": _container,
    }
)
