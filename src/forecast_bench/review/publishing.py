"""A folder that is replaced whole: written aside and renamed, and never one of somebody else."""

import os
import shutil
from collections.abc import Callable, Collection
from pathlib import Path


def replace_folder(out: Path, *, ours: Collection[str], write: Callable[[Path], None]) -> None:
    """Put a folder in the place of an earlier one, whole or not at all.

    Parameters
    ----------
    out : pathlib.Path
        The folder to make or to replace.
    ours : collection of str
        What such a folder may hold; one that holds anything else is left as it is.
    write : callable
        Writes into an empty folder, which then takes the place.

    Raises
    ------
    FileExistsError
        If `out` exists and holds anything else.
    """
    if out.exists():
        foreign = sorted(one.name for one in out.iterdir() if one.name not in ours)
        if foreign:
            raise FileExistsError(f"{out} holds {foreign[0]}, which is not of a review")
    out = out.absolute()
    aside = out.with_name(f".{out.name}.{os.getpid()}.new")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    try:
        write(aside)
        _swap(aside, out)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _swap(aside: Path, out: Path) -> None:
    before = out.with_name(f".{out.name}.{os.getpid()}.old")
    shutil.rmtree(before, ignore_errors=True)
    if out.exists():
        out.rename(before)
    try:
        aside.rename(out)
    except OSError:
        if before.exists():
            before.rename(out)
        raise
    shutil.rmtree(before, ignore_errors=True)
