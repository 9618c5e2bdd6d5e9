"""What the machine and its control groups let this process have, and what it holds."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

_PROC: Final = Path("/proc")
_GROUPS: Final = Path("/sys/fs/cgroup")


def usable_cores(*, proc: Path = _PROC, groups: Path = _GROUPS) -> int:
    """Cores that this process may use: those it may run on, within the quota of its control groups.

    Parameters
    ----------
    proc, groups : Path
        Where the system shows processes and control groups.

    Returns
    -------
    int
        At least 1; a quota of a part of a core counts as a whole one.

    Examples
    --------
    >>> usable_cores() >= 1
    True
    """
    found = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    for folder in _folders("cpu", proc=proc, groups=groups):
        quota, period = _cpu_quota(folder)
        if quota is not None and quota > 0 and period:
            found = min(found, math.ceil(quota / period))
    return max(found, 1)


def usable_memory(*, proc: Path = _PROC, groups: Path = _GROUPS) -> int | None:
    """Bytes of memory that the machine has, or less where a control group allows less.

    Parameters
    ----------
    proc, groups : Path
        Where the system shows processes and control groups.

    Returns
    -------
    int or None
        None where the system does not say.

    Examples
    --------
    >>> usable_memory() is None or usable_memory() > 2**20
    True
    """
    told = [_machine_memory()]
    for folder in _folders("memory", proc=proc, groups=groups):
        told += [_number(folder / name) for name in ("memory.max", "memory.limit_in_bytes")]
    known = [one for one in told if one is not None and one > 0]
    return min(known) if known else None


def memory_held(*others: int, proc: Path = _PROC) -> int | None:
    """Bytes of memory that this process holds now, and others with it; None where nobody says.

    Parameters
    ----------
    *others : int
        Ids of further processes; one that has ended holds nothing.
    proc : Path
        Where the system shows processes.

    Examples
    --------
    >>> memory_held() is None or memory_held() > 2**20
    True
    """
    own = _pages(proc / "self" / "statm")
    if own is None:
        return None
    pages = own + sum(_pages(proc / str(one) / "statm") or 0 for one in others)
    return pages * os.sysconf("SC_PAGE_SIZE")


def _pages(path: Path) -> int | None:
    try:
        return int(path.read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return None


def _machine_memory() -> int | None:
    if sys.platform == "win32":
        return None
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return pages * size if pages > 0 and size > 0 else None


def _folders(controller: str, *, proc: Path, groups: Path) -> Iterator[Path]:
    """Folders of the control groups that this process is in, each with those above it.

    In a container the path may be that on its host, of which only the top is to be seen.
    """
    try:
        lines = (proc / "self" / "cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        number, names, path = (*line.split(":", 2), "", "")[:3]
        if number == "0" and not names:
            tops = [groups, groups / "unified"]
        elif controller in names.split(","):
            tops = [groups / controller, groups / names]
        else:
            continue
        inside = PurePosixPath(path.lstrip("/"))
        if ".." in inside.parts:
            inside = PurePosixPath()
        for top in tops:
            yield from (top / one for one in (inside, *inside.parents))


def _cpu_quota(folder: Path) -> tuple[int | None, int | None]:
    """Microseconds of processor in each period of so many; None where there is no quota."""
    newer = _text(folder / "cpu.max").split()
    if len(newer) == 2:
        return _whole(newer[0]), _whole(newer[1])
    return _number(folder / "cpu.cfs_quota_us"), _number(folder / "cpu.cfs_period_us")


def _number(path: Path) -> int | None:
    return _whole(_text(path).strip())


def _whole(text: str) -> int | None:
    """Read a whole number; a group without a limit says max, or -1."""
    return int(text) if text.isascii() and text.isdigit() else None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return ""
