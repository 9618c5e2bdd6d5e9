"""Fits of a team's own models: kept by the hash of all that they were made of."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from forecast_bench.bayes.diagnostics import Diagnostics, diagnose
from forecast_bench.bayes.identity import seed_from
from forecast_bench.bayes.libraries import versions
from forecast_bench.bayes.own_models.child import ANSWER, DRAWS, PATHS, POSTERIOR
from forecast_bench.bayes.own_models.contract import DISPERSION, FUTURE_RATE
from forecast_bench.bayes.own_models.process import ModelStopped, own_folder, run
from forecast_bench.bayes.own_models.series import Series
from forecast_bench.bayes.settings import DiagnosticLimits
from forecast_bench.bayes.storage import load
from forecast_bench.limits import in_force
from forecast_bench.rates import DrawPaths, draw_paths, rates_told
from forecast_bench.records import ModelLimits, OwnSampler
from forecast_bench.workspace.replacing import replace_file

# Of the contract and of what is kept: raised where either changes.
_FORMAT = 1
type Counts = np.typing.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class OwnFitRequest:
    """All that a fit of a team's own model is made of, and where it is kept.

    Parameters
    ----------
    model : bytes
        Content of the file.
    series : Series
        What it is told.
    prior : mapping of str to float
        The numbers of the rate law's file.
    sampler : OwnSampler
        How it is sampled.
    base_seed : int
        The workspace's.
    limits : ModelLimits
        What its process may take; no part of the fit.
    judged_by : DiagnosticLimits
        What its draws must show; no part of the fit.
    kept_in, compiled_in : Path
        Folders of fits and of compiled code.
    may_run : bool
        Whether the file may be run where nothing that it said is kept.
    anew : bool
        Whether it is run even where that is kept.
    """

    model: bytes
    series: Series
    prior: Mapping[str, float]
    sampler: OwnSampler
    base_seed: int
    limits: ModelLimits
    judged_by: DiagnosticLimits
    kept_in: Path
    compiled_in: Path
    may_run: bool = True
    anew: bool = False

    @property
    def content_hash(self) -> str:
        """SHA-256 of what determines the draws: file, data, priors, sampler, seed, versions."""
        content = {
            "format": _FORMAT,
            "model": self.model_hash,
            "series": self.series.as_record(),
            "prior": dict(self.prior),
            "sampler": self.sampler.model_dump(),
            "seed": self.base_seed,
            "versions": versions(),
        }
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def model_hash(self) -> str:
        """SHA-256 of the file."""
        return hashlib.sha256(self.model).hexdigest()


@dataclass(frozen=True, slots=True, eq=False)
class OwnFit:
    """Draws of a team's own model, judged.

    Parameters
    ----------
    asked : OwnFitRequest
        What was asked for.
    folder : Path
        Where the draws lie.
    seed : int
        Seed of the draws.
    draws : int
        How many there are.
    sequential : bool
        Whether the rates ahead depend on the counts, by the file's ``next_rate``.
    diagnostics : Diagnostics
        Of the variables sampled.
    reused : bool
        Whether no process was started for it.
    """

    asked: OwnFitRequest
    folder: Path
    seed: int
    draws: int
    sequential: bool
    diagnostics: Diagnostics
    reused: bool


def fit_own_model(asked: OwnFitRequest) -> OwnFit:
    """Fit a team's own model in a process of its own, or find the fit of the same content.

    The same content gives the same draws, bit for bit, in any process on the same kind of
    processor.

    Raises
    ------
    ModelStopped
        If the file has a fault, its process reached a limit or crashed, or it may not be run;
        nothing is kept then.
    MemoryLimitExceededError, JobTimeExceededError
        If the job as a whole, with that process, reached one of its limits.
    """
    content = asked.content_hash
    folder, seed = asked.kept_in / f"own-{content[:16]}", seed_from(content, asked.base_seed)
    answer = None if asked.anew else _kept_answer(folder)
    reused = answer is not None
    if answer is None:
        _refuse_unless_allowed(asked)
        request = {
            **_request(asked, seed),
            "task": "fit",
            "prior": dict(asked.prior),
            "sampler": asked.sampler.model_dump(),
        }
        with own_folder(asked.model, request) as own:
            answer = {**run(own, asked.limits), "content_hash": content, "seed": seed}
            folder.mkdir(parents=True, exist_ok=True)
            for name in (POSTERIOR, DRAWS):
                _keep(own / name, folder)
            _write(folder / ANSWER, answer)
    return OwnFit(
        asked=asked,
        folder=folder,
        seed=int(answer["seed"]),
        draws=asked.sampler.draws * asked.sampler.chains,
        sequential=bool(answer["sequential"]),
        diagnostics=_diagnosed(folder, answer, asked.judged_by),
        reused=reused,
    )


def _kept_answer(folder: Path) -> dict[str, Any] | None:
    """What a fit that was made before says of itself; None where there is none, or half of one."""
    if not (folder / POSTERIOR).is_file() or not zipfile.is_zipfile(folder / DRAWS):
        return None
    try:
        answer: Any = json.loads((folder / ANSWER).read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    return answer if isinstance(answer, dict) else None


def _refuse_unless_allowed(asked: OwnFitRequest) -> None:
    if not asked.may_run:
        raise ModelStopped("unrun", "it has not been run on these months")


def _request(asked: OwnFitRequest, seed: int) -> dict[str, Any]:
    limits = asked.limits
    return {
        "series": asked.series.as_record(),
        "seed": seed,
        "compiled": str(asked.compiled_in.resolve()),
        "limits": {
            "memory": limits.memory_bytes,
            "output": limits.output_bytes,
            "seconds": limits.seconds,
            "cores": in_force().cores,
        },
    }


def _diagnosed(folder: Path, answer: dict[str, Any], limits: DiagnosticLimits) -> Diagnostics:
    """Judge the draws, once for each set of limits: reading all of them takes a while."""
    known = answer.get("judged", {})
    if known.get("limits") != limits.model_dump():
        idata = load(folder / POSTERIOR)
        idata["posterior"] = idata["posterior"].dataset[answer["diagnosed"]]
        found = asdict(diagnose(idata, limits))
        known = {"limits": limits.model_dump(), "found": found}
        _write(folder / ANSWER, {**answer, "judged": known})
    found = known["found"]
    return Diagnostics(**{**found, "reasons": tuple(found["reasons"])})


def own_paths(fit: OwnFit, *, seen: Counts) -> Iterator[DrawPaths]:
    """Follow the draws of a fit through the months of the window that were counted since.

    Parameters
    ----------
    fit : OwnFit
        With its series.
    seen : ndarray of int, shape (series, months seen)
        Incidents.

    Yields
    ------
    DrawPaths
        At issue, then after each month seen.

    Raises
    ------
    ModelStopped
        If ``next_rate`` has a fault, or its process reached a limit or crashed.
    """
    if fit.sequential:
        yield from _paths_told(fit, seen)
        return
    with np.load(fit.folder / DRAWS, allow_pickle=False) as stored:
        rates, dispersion = stored[FUTURE_RATE], stored.get(DISPERSION)
    series = fit.asked.series
    yield from draw_paths(
        rates_told(rates, fitted_months=len(series.months)),
        draws=len(rates),
        dispersion=dispersion,
        fitted=series.counts,
        seen=seen,
        exposure_months=series.future_exposure,
        seed=fit.seed,
    )


def _paths_told(fit: OwnFit, seen: Counts) -> Iterator[DrawPaths]:
    """Have the file's own ``next_rate`` follow the draws, or find that it did."""
    mark = hashlib.sha256(json.dumps(seen.tolist()).encode()).hexdigest()[:16]
    kept = fit.folder / f"paths-{mark}.npz"
    if fit.asked.anew or not kept.is_file():
        _refuse_unless_allowed(fit.asked)
        request = {**_request(fit.asked, fit.seed), "task": "follow", "seen": seen.tolist()}
        with own_folder(fit.asked.model, request) as own:
            shutil.copy(fit.folder / DRAWS, own / DRAWS)
            run(own, fit.asked.limits)
            _keep(own / PATHS, fit.folder, name=kept.name)
    with np.load(kept, allow_pickle=False) as stored:
        for known in range(seen.shape[1] + 1):
            yield DrawPaths(stored[f"log_weight_{known}"], stored[f"to_come_{known}"])


def _keep(path: Path, folder: Path, *, name: str | None = None) -> None:
    """Bring a file into a folder, whole or not at all."""
    replace_file(folder / (name or path.name), path.read_bytes())


def _write(path: Path, record: Mapping[str, Any]) -> None:
    replace_file(path, json.dumps(record).encode())
