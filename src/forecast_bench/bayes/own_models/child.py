"""The process in which a team's own model runs: told by a folder, and answering into it.

Started by `process.run`. It limits itself, leaves when the program that started it does, and tells
what whoever wrote the model can mend. This guards against accidents; it is no sandbox.
"""

from __future__ import annotations

import errno
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from forecast_bench.bayes.libraries import prepare
from forecast_bench.bayes.own_models.contract import (
    DISPERSION,
    FUTURE_RATE,
    FloatArray,
    ModelFault,
    OwnModel,
    first_line,
    held_next_rate,
    hold_dispersion,
    hold_rates,
    located,
    make_model,
    read_model,
)
from forecast_bench.bayes.own_models.series import Series
from forecast_bench.bayes.sampling import without_text, without_times
from forecast_bench.bayes.storage import save
from forecast_bench.rates import draw_paths

MODEL, REQUEST, ANSWER = "own_model.py", "request.json", "answer.json"
POSTERIOR, DRAWS, PATHS = "posterior.nc", "draws.npz", "paths.npz"


def main(folder: Path) -> None:
    """Do what the request in the folder asks, and leave an answer in it."""
    request = json.loads((folder / REQUEST).read_text("utf-8"))
    leave_with_the_parent()
    limit_itself(request["limits"])
    prepare(Path(request["compiled"]))  # before the file can import PyTensor
    try:
        answer = {"ended": "done", **TASKS[request["task"]](folder, request)}
    except ModelFault as fault:
        answer = {"ended": "fault", "message": fault.message, "line": fault.line}
    except MemoryError:
        answer = {"ended": "memory"}
    except OSError as failure:
        if failure.errno != errno.EFBIG:
            raise
        answer = {"ended": "output"}
    (folder / ANSWER).write_text(json.dumps(answer), encoding="utf-8")


def leave_with_the_parent() -> None:
    """End this process and all that it started when its standard input closes."""

    def wait() -> None:
        while os.read(0, 1):
            pass
        if sys.platform == "win32":
            os._exit(1)
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=wait, daemon=True).start()


def limit_itself(limits: Mapping[str, float]) -> None:
    """Limit memory, the size of files and, as a second line, the processor's time.

    Where the platform has no such limits (Windows) only the clock of the parent is left; macOS has
    the calls, and does not keep to the one on memory.
    """
    if sys.platform == "win32":
        return
    import resource

    for kind, most in (
        (resource.RLIMIT_AS, int(limits["memory"])),
        (resource.RLIMIT_FSIZE, int(limits["output"])),
        (resource.RLIMIT_CPU, int(limits["seconds"] * (limits["cores"] + 1)) + 1),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, most))


def fit(folder: Path, request: Mapping[str, Any]) -> dict[str, Any]:
    """Have the model made, sample it and leave its draws."""
    own = read_model(folder / MODEL)
    series = Series.from_record(request["series"])
    model = make_model(own, series, request["prior"])
    line = first_line(own.make)
    with located(own.path, otherwise=line):
        idata = _sampled(model, request)
    draws = _stacked(idata)
    if own.next_rate is None:
        draws = {name: draws[name] for name in (FUTURE_RATE, DISPERSION) if name in draws}
        hold_rates(draws[FUTURE_RATE], name=f'"{FUTURE_RATE}"', line=line)
    if DISPERSION in draws:
        hold_dispersion(draws[DISPERSION], line=line)
    diagnosed = [variable.name for variable in model.free_RVs]
    if own.next_rate is None and np.ptp(draws[FUTURE_RATE], axis=0).all():
        diagnosed.append(FUTURE_RATE)
    save(idata, folder / POSTERIOR)
    np.savez(folder / DRAWS, allow_pickle=False, **draws)
    return {"diagnosed": diagnosed, "sequential": own.next_rate is not None}


def _sampled(model: Any, request: Mapping[str, Any]) -> Any:
    import pymc
    from pytensor.configdefaults import config

    sampler = request["sampler"]
    # As for our own models: with fast-math a second process would draw other numbers.
    with config.change_flags(numba__fastmath=False), model:
        idata = pymc.sample(
            draws=sampler["draws"],
            tune=sampler["tune"],
            chains=sampler["chains"],
            cores=min(int(request["limits"]["cores"]), sampler["chains"]),
            nuts_sampler="nutpie",
            nuts={"target_accept": sampler["target_accept"]},
            compile_kwargs={"freeze_model": True},
            random_seed=request["seed"],
            progressbar=False,
            quiet=True,
        )
    return without_times(without_text(idata))


def _stacked(idata: Any) -> dict[str, FloatArray]:
    """Every variable with its chains one after the other: (draws, ...)."""
    posterior = idata["posterior"].dataset
    return {
        str(name): np.asarray(one.values, dtype=np.float64).reshape(-1, *one.shape[2:])
        for name, one in posterior.data_vars.items()
    }


def follow(folder: Path, request: Mapping[str, Any]) -> dict[str, Any]:
    """Follow the draws of a fit through the months seen, by the file's ``next_rate``."""
    own: OwnModel = read_model(folder / MODEL)
    series = Series.from_record(request["series"])
    with np.load(folder / DRAWS, allow_pickle=False) as stored:
        draws = dict(stored)
    number = len(next(iter(draws.values())))
    paths = draw_paths(
        held_next_rate(own, draws),
        draws=number,
        dispersion=draws.get(DISPERSION),
        fitted=series.counts,
        seen=np.array(request["seen"], dtype=np.int64).reshape(len(series.counts), -1),
        exposure_months=series.future_exposure,
        seed=request["seed"],
    )
    found: dict[str, Any] = {}
    for known, one in enumerate(paths):
        found[f"log_weight_{known}"], found[f"to_come_{known}"] = one.log_weight, one.to_come
    np.savez(folder / PATHS, allow_pickle=False, **found)
    return {}


TASKS: Final[Mapping[str, Callable[[Path, Mapping[str, Any]], dict[str, Any]]]] = MappingProxyType(
    {"fit": fit, "follow": follow}
)
