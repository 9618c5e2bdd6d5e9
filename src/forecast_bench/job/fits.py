"""Fits that are kept, by the hash of what they were made of, and which of them was good last.

A fit is made anew when its data, its model or the libraries that draw have changed. That a fit
passed its diagnostics is one line, appended, with the day it was made for: a job that may not fit
uses the last good one, and says how old it is.
"""

import datetime
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from forecast_bench.job.ledger import append_lines
from forecast_bench.problems import refuse_newer
from forecast_bench.workspace import DERIVED

FitWhen = Literal["never", "changed", "always"]
"""When models are fitted anew."""

Fitting = FitWhen | None
"""The same, or None for a quick look: it samples nothing, and runs no model of the team's own."""

TellFit = Callable[[str, int, int], None]
"""What is told of a fit as it begins: its name, which it is, and of how many in its stage."""

FIT_FORMAT: Final = 1
"""Of what is kept of a fit beside its draws; what has no format is of the first."""

_FOLDER = "fits"
_GOOD = "good.jsonl"
_SHOWN_DIGITS = 16


def untold(_name: str, _number: int, _of: int) -> None:
    """Tell nobody."""


class NoFitError(Exception):
    """A job that may not fit found no fit to use."""


@dataclass(frozen=True, slots=True)
class GoodFit:
    """A fit that passed its diagnostics.

    Parameters
    ----------
    model : str
        What was fitted, such as recalibration.
    fit : str
        Name of its folder.
    as_of : str
        First day it was made for, as an ISO date.
    map : str or None
        Id of the map that was made of it, if one was.
    """

    model: str
    fit: str
    as_of: str
    map: str | None = None

    def days_old(self, as_of: datetime.date) -> int:
        """Days from the day it was made for to another one.

        Examples
        --------
        >>> GoodFit("recalibration", "0f", "2019-07-31").days_old(datetime.date(2019, 8, 2))
        2
        """
        return (as_of - datetime.date.fromisoformat(self.as_of)).days


def fits_folder(workspace: Path) -> Path:
    """Folder of all fits."""
    return workspace / DERIVED / _FOLDER


def fit_folder(workspace: Path, data_hash: str) -> Path:
    """Folder of the fit of these data."""
    return fits_folder(workspace) / data_hash[:_SHOWN_DIGITS]


def good_fits(workspace: Path, model: str, *, as_of: datetime.date) -> tuple[GoodFit, ...]:
    """Fits of a model that passed and were made for a day or an earlier one, oldest first.

    Parameters
    ----------
    workspace : Path
        Folder of the workspace.
    model : str
        What was fitted.
    as_of : date
        The day looked at: a replay of the past uses no fit of its future.

    Raises
    ------
    NewerFormatError
        If a newer program wrote a line.
    """
    path = fits_folder(workspace) / _GOOD
    if not path.is_file():
        return ()
    found = [
        GoodFit(one["model"], one["fit"], one["as_of"], one.get("map"))
        for one in map(_line, path.read_text(encoding="utf-8").splitlines())
        if one is not None
    ]
    known = [one for one in found if one.model == model and one.as_of <= as_of.isoformat()]
    return tuple(sorted(known, key=lambda one: one.as_of))


def note_good(workspace: Path, good: GoodFit) -> None:
    """Note that a fit passed its diagnostics, unless that stands already for an earlier day."""
    day = datetime.date.fromisoformat(good.as_of)
    noted = good_fits(workspace, good.model, as_of=day)
    if not any((one.fit, one.map) == (good.fit, good.map) for one in noted):
        entry = {"model": good.model, "fit": good.fit, "as_of": good.as_of, "map": good.map}
        append_lines(fits_folder(workspace) / _GOOD, [{"format": FIT_FORMAT, **entry}])


def last_good(workspace: Path, model: str, *, as_of: datetime.date) -> GoodFit:
    """Find the fit to use where none may be made.

    Raises
    ------
    NoFitError
        If there is none whose folder is still there.
    """
    for good in reversed(good_fits(workspace, model, as_of=as_of)):
        if (fits_folder(workspace) / good.fit).is_dir():
            return good
    raise NoFitError(
        f"there is no good fit of {model} made for {as_of} or earlier, and --fit never makes none: "
        "run recalibrate without it"
    )


def _line(text: str) -> dict[str, Any] | None:
    """Read a line; None where a write was interrupted, which costs no more than a new fit."""
    try:
        found: Any = json.loads(text)
    except ValueError:
        return None
    if not isinstance(found, dict):
        return None
    refuse_newer(found.get("format"), read=FIT_FORMAT, what="list of good fits", where=_GOOD)
    return found if {"model", "fit", "as_of"} <= set(found) else None
