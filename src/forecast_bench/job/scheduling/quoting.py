"""Paths and names put into files of schedulers: quoted as each format has it, or refused."""

import json
import re
import shlex
import unicodedata

# The longest command that the older crons keep whole.
MOST_OF_CRON = 990
_GLOBS = "*?[]{}!~#"
_USER = re.compile(r"[a-z_][a-z0-9_-]{0,31}")
_IMAGE = re.compile(r"[a-z0-9][a-zA-Z0-9._:/@-]{0,254}")


class ScheduleError(Exception):
    """A value that cannot be put into a file of this kind; the message says which and why."""


def plain_text(value: str, *, name: str) -> str:
    r"""Give a text back if it has one line and no signs that cannot be seen.

    Raises
    ------
    ScheduleError
        If it has a line feed, another control character, or bytes that are not UTF-8.

    Examples
    --------
    >>> plain_text("/srv/the desk", name="the workspace")
    '/srv/the desk'
    >>> plain_text("/srv/a\nb", name="the workspace")
    Traceback (most recent call last):
    ...
    forecast_bench.job.scheduling.quoting.ScheduleError: the workspace has the character U+000A,
    which no file of a scheduler can hold safely: '/srv/a\nb'
    """
    for sign in value:
        if unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
            raise ScheduleError(
                f"{name} has the character U+{ord(sign):04X}, which no file of a scheduler can "
                f"hold safely: {value!a}"
            )
    return value


def without(value: str, signs: str, *, name: str, reason: str) -> str:
    """Give a text back if it has none of some signs.

    Raises
    ------
    ScheduleError
        If it has one.

    Examples
    --------
    >>> without("/srv/desk", ",", name="the workspace", reason="which ends a path here")
    '/srv/desk'
    """
    for sign in signs:
        if sign in value:
            raise ScheduleError(f'{name} has a "{sign}", {reason}: {value}')
    return value


def systemd_path(value: str) -> str:
    r"""Quote a path for a setting of systemd that holds paths.

    There a percent sign begins a specifier, and a dollar sign is one.

    Examples
    --------
    >>> print(systemd_path('/srv/a "b" 5% $c'))
    "/srv/a \"b\" 5%% $c"
    """
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'


def systemd_word(value: str) -> str:
    r"""Quote a word of a command of systemd, where a dollar sign begins a variable.

    Examples
    --------
    >>> print(systemd_word("/srv/5% $c"))
    "/srv/5%% $$c"
    """
    return systemd_path(value).replace("$", "$$")


def cron_word(value: str) -> str:
    r"""Quote a word for the shell of cron, which takes a bare percent sign for the end of a line.

    Raises
    ------
    ScheduleError
        If it has a backslash: not all crons read one before a percent sign alike.

    Examples
    --------
    >>> print(cron_word("/srv/the desk 5%"))
    '/srv/the desk 5\%'
    """
    without(value, "\\", name="the path", reason="which not all crons read alike")
    return shlex.quote(value).replace("%", "\\%")


def yaml_word(value: str) -> str:
    r"""Quote a text for YAML.

    Examples
    --------
    >>> print(yaml_word('the "desk": 5%'))
    "the \"desk\": 5%"
    """
    return json.dumps(value, ensure_ascii=False)


def in_repository(value: str, *, kind: str) -> str:
    """Give a path of a repository back if a service of builds takes it for that path.

    Raises
    ------
    ScheduleError
        If it has a dollar sign or a sign of patterns, which the service would read.

    Examples
    --------
    >>> in_repository("the desk", kind="github")
    'the desk'
    """
    reason = f"which {kind} would not take for itself"
    return without(value, f"${_GLOBS}\\", name="the workspace", reason=reason)


def user_name(value: str) -> str:
    """Give the name of a user back if it can be one, and is not root's.

    Raises
    ------
    ScheduleError
        If it cannot be one, or is root: the job needs no rights of the machine.

    Examples
    --------
    >>> user_name("desk")
    'desk'
    """
    if value == "root":
        raise ScheduleError("the job would run as root, and needs no such rights: name a --user")
    if not _USER.fullmatch(value):
        raise ScheduleError(f"{value!a} is no name of a user: name another with --user")
    return value


def image_name(value: str) -> str:
    """Give the name of an image back if it can be one.

    Raises
    ------
    ScheduleError
        If it cannot.

    Examples
    --------
    >>> image_name("forecast-bench:0.1.0")
    'forecast-bench:0.1.0'
    """
    if not _IMAGE.fullmatch(value):
        raise ScheduleError(f"{value!a} is no name of an image")
    return value
