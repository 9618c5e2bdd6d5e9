"""The contract of a team's own model, held where the model runs: in a process of its own.

A file defines ``model(series, prior)``, which gives a `pymc.Model` with a variable ``future_rate``
of the dimensions ``series`` and ``future_month``: incidents a month, as if each month were whole.
It may have a variable ``dispersion``, one number. Where the months ahead depend on the counts, the
file defines ``next_rate(draws, history)`` in place of ``future_rate``: from variables by name, of
shape (draws, ...), and counts of shape (draws, series, months so far) the rates of the next month,
of shape (draws, series).
"""

from __future__ import annotations

import errno
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import util
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from forecast_bench.bayes.own_models.series import Series

FUTURE_RATE = "future_rate"
DISPERSION = "dispersion"
HIGHEST_RATE = 1e9
_DIMENSIONS = ("series", "future_month")
_LONGEST = 300

type FloatArray = npt.NDArray[np.float64]


class ModelFault(Exception):  # noqa: N818
    """Something that whoever wrote the model can mend.

    Attributes
    ----------
    message : str
        What is wrong.
    line : int
        Where, in the file of the model.
    """

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.message, self.line = message, line


@dataclass(frozen=True, slots=True)
class OwnModel:
    """A file of a model, read.

    Parameters
    ----------
    path : Path
        The file.
    make : callable
        Its function ``model``.
    next_rate : callable or None
        Its function ``next_rate``, where it has one.
    """

    path: Path
    make: Callable[..., Any]
    next_rate: Callable[..., Any] | None


def read_model(path: Path) -> OwnModel:
    """Run the file of a model and find its functions.

    Raises
    ------
    ModelFault
        If the file fails, or has no function ``model``.
    """
    found = util.spec_from_file_location("own_model", path)
    if found is None or found.loader is None:
        raise ModelFault("the file is no Python")
    module = util.module_from_spec(found)
    with located(path):
        found.loader.exec_module(module)
    make, next_rate = (_function(module, name) for name in ("model", "next_rate"))
    if make is None:
        raise ModelFault("the file defines no function model(series, prior)")
    return OwnModel(path, make, next_rate)


def _function(module: ModuleType, name: str) -> Callable[..., Any] | None:
    found = getattr(module, name, None)
    if found is not None and not callable(found):
        raise ModelFault(f"{name} is a {type(found).__name__}, not a function")
    return found


@contextmanager
def located(path: Path, *, otherwise: int = 1) -> Iterator[None]:
    """Tell what fails inside as a fault at the innermost line of the model's own file."""
    try:
        yield
    except (ModelFault, MemoryError):
        raise
    except (Exception, SystemExit) as failure:
        if isinstance(failure, OSError) and failure.errno == errno.EFBIG:
            raise  # the limit of what it may write
        raise ModelFault(_told(failure), _line(failure, path, otherwise)) from failure


def _told(failure: BaseException) -> str:
    said = " ".join(str(failure.msg if isinstance(failure, SyntaxError) else failure).split())
    said = said if len(said) <= _LONGEST else f"{said[:_LONGEST]} ..."
    return f"{type(failure).__name__}: {said}" if said else type(failure).__name__


def _line(failure: BaseException, path: Path, otherwise: int) -> int:
    if isinstance(failure, SyntaxError) and failure.filename == str(path) and failure.lineno:
        return failure.lineno
    frames = traceback.extract_tb(failure.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == str(path) and frame.lineno]
    return lines[-1] if lines else otherwise


def first_line(function: Callable[..., Any]) -> int:
    """Line of a file on which a function begins."""
    code = getattr(function, "__code__", None)
    return 1 if code is None else int(code.co_firstlineno)


def make_model(own: OwnModel, series: Series, prior: Mapping[str, float]) -> Any:
    """Have the model made, and hold it against the contract.

    Raises
    ------
    ModelFault
        If it fails, is no model, or its variables are not those of the contract.
    """
    import pymc

    line = first_line(own.make)
    with located(own.path, otherwise=line):
        model = own.make(series, dict(prior))
    if not isinstance(model, pymc.Model):
        raise ModelFault(f"model() returned a {type(model).__name__}, not a pymc.Model", line)
    names = model.named_vars
    if own.next_rate is None and FUTURE_RATE not in names:
        raise ModelFault(
            f'the model has no variable "{FUTURE_RATE}", and the file no function next_rate', line
        )
    if own.next_rate is not None and FUTURE_RATE in names:
        raise ModelFault(f'the file has both "{FUTURE_RATE}" and next_rate; keep one', line)
    if not model.free_RVs:
        raise ModelFault("the model has no variable to sample", line)
    if FUTURE_RATE in names:
        _hold_future_rate(model, (len(series.counts), series.ahead), line)
    if DISPERSION in names and (shape := _shape(names[DISPERSION])) != ():
        raise ModelFault(f'"{DISPERSION}" has the shape {shape}; it needs to be one number', line)
    return model


def _hold_future_rate(model: Any, needed: tuple[int, int], line: int) -> None:
    dims = tuple(model.named_vars_to_dims.get(FUTURE_RATE, ()))
    if dims != _DIMENSIONS:
        told = ", ".join(map(str, dims)) or "none"
        raise ModelFault(
            f'"{FUTURE_RATE}" has the dimensions: {told}; it needs: {", ".join(_DIMENSIONS)}', line
        )
    shape = _shape(model[FUTURE_RATE])
    if shape != needed:
        raise ModelFault(f'"{FUTURE_RATE}" has the shape {shape}; it needs {needed}', line)


def _shape(variable: Any) -> tuple[int, ...]:
    from pytensor.compile.maker import function

    sized = function([], variable.shape, mode="FAST_COMPILE", on_unused_input="ignore")
    return tuple(int(length) for length in sized())


def hold_rates(rates: FloatArray, *, name: str, line: int) -> None:
    """Refuse rates that are no rates.

    Raises
    ------
    ModelFault
        If one is not finite, negative, or larger than any.
    """
    draws = rates.reshape(len(rates), -1)
    for wrong, said in (
        (~np.isfinite(draws), "not finite"),
        (draws < 0, "negative"),
        (draws > HIGHEST_RATE, f"above {HIGHEST_RATE:g} incidents a month"),
    ):
        if wrong.any():
            many = int(wrong.any(axis=1).sum())
            raise ModelFault(f"{name} is {said} in {many} of {len(draws)} draws", line)


def hold_dispersion(dispersion: FloatArray, *, line: int) -> None:
    """Refuse a dispersion that is not above zero.

    Raises
    ------
    ModelFault
        If one is not.
    """
    wrong = ~(np.isfinite(dispersion) & (dispersion > 0))
    if wrong.any():
        told = f"{int(wrong.sum())} of {len(dispersion)} draws"
        raise ModelFault(f'"{DISPERSION}" is not a number above 0 in {told}', line)


def held_next_rate(
    own: OwnModel, draws: Mapping[str, FloatArray]
) -> Callable[[npt.NDArray[np.int64]], FloatArray]:
    """Give the file's ``next_rate`` with every answer held against the contract."""
    function = own.next_rate
    if function is None:
        raise ValueError("the file has no function next_rate")
    line = first_line(function)

    def next_rate(history: npt.NDArray[np.int64]) -> FloatArray:
        with located(own.path, otherwise=line):
            answer = function(draws, history)
        try:
            rates = np.asarray(answer, dtype=np.float64)
        except (TypeError, ValueError):
            told = type(answer).__name__
            raise ModelFault(f"next_rate() returned a {told}, not numbers", line) from None
        if rates.shape != history.shape[:2]:
            needed = history.shape[:2]
            raise ModelFault(
                f"next_rate() returned the shape {rates.shape}; it needs {needed}", line
            )
        hold_rates(rates, name="what next_rate() returned", line=line)
        return rates

    return next_rate
